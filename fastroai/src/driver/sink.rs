//! Where a run tells what happens, for those who watch it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use fastroai_providers::{Delta, ToolCall, ToolResult};

use crate::money::{Bill, Meter};
use crate::run::OUTPUT_TOOL;

/// What a watcher is told.
pub(crate) enum Notice {
    Text(String),
    Reasoning(String),
    ToolCalled(ToolCall),
    ToolDone(ToolResult),
    /// A typed answer has grown; [`Sink::answer`] has it.
    Grown,
    /// A typed answer begins anew.
    Restarted,
}

/// Notices on their way to a stream; nobody watches a run that is only awaited.
#[derive(Clone, Default)]
pub(crate) struct Sink(Option<Arc<Watched>>);

#[derive(Default)]
struct Watched {
    typed: bool,
    notices: Mutex<VecDeque<Notice>>,
    answer: Mutex<Answer>,
    meter: OnceLock<Meter>,
}

/// The text of a typed answer, as it grows.
#[derive(Default)]
struct Answer {
    text: String,
    /// The place of the call that carries it, where a call does.
    call: Option<usize>,
}

impl Sink {
    /// For a run that nobody watches.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// For a run that is streamed; a typed answer comes as snapshots instead of text.
    pub(crate) fn streaming(typed: bool) -> Self {
        Self(Some(Arc::new(Watched { typed, ..Watched::default() })))
    }

    pub(crate) fn is_streaming(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn pop(&self) -> Option<Notice> {
        lock(&self.0.as_ref()?.notices).pop_front()
    }

    /// Gives away the text of a typed answer as far as it has come.
    #[cfg(feature = "partial")]
    pub(crate) fn answer<R>(&self, read: impl FnOnce(&str) -> R) -> Option<R> {
        Some(read(&lock(&self.0.as_ref()?.answer).text))
    }

    pub(crate) fn watch(&self, meter: &Meter) {
        if let Some(watched) = &self.0 {
            let _ = watched.meter.set(meter.clone());
        }
    }

    pub(crate) fn bill(&self) -> Bill {
        let meter = self.0.as_ref().and_then(|watched| watched.meter.get());
        meter.map(Meter::bill_with_pending).unwrap_or_default()
    }

    pub(crate) fn tell(&self, notice: impl FnOnce() -> Notice) {
        if let Some(watched) = &self.0 {
            lock(&watched.notices).push_back(notice());
        }
    }

    /// A new reply begins.
    pub(crate) fn reply_begins(&self) {
        if let Some(watched) = &self.0 {
            watched.restart(&mut lock(&watched.answer), None);
        }
    }

    /// A piece of a reply has come.
    pub(crate) fn delta(&self, delta: Delta) {
        let Some(watched) = &self.0 else { return };
        let mut answer = lock(&watched.answer);
        let notice = match delta {
            Delta::Text(text) if watched.typed => {
                answer.text.push_str(&text);
                Notice::Grown
            }
            Delta::Text(text) => Notice::Text(text),
            Delta::Reasoning(text) => Notice::Reasoning(text),
            Delta::ToolCall { index, name } if watched.typed && name == OUTPUT_TOOL => {
                return watched.restart(&mut answer, Some(index));
            }
            Delta::Arguments { index, fragment } if answer.call == Some(index) => {
                answer.text.push_str(&fragment);
                Notice::Grown
            }
            _ => return,
        };
        drop(answer);
        let mut notices = lock(&watched.notices);
        if !matches!((notices.back(), &notice), (Some(Notice::Grown), Notice::Grown)) {
            notices.push_back(notice);
        }
    }
}

impl Watched {
    /// What had come of an answer is void; that it had grown is news no more.
    fn restart(&self, answer: &mut Answer, call: Option<usize>) {
        let had_begun = !answer.text.is_empty();
        *answer = Answer { text: String::new(), call };
        if had_begun {
            let mut notices = lock(&self.notices);
            notices.retain(|notice| !matches!(notice, Notice::Grown));
            notices.push_back(Notice::Restarted);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
