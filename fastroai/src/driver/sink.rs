//! Where a run tells what happens, for those who watch it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use fastroai_providers::{Delta, ToolCall, ToolResult};

use super::growing::{Growing, Piece};
use crate::money::{Bill, Meter, Total};

/// What a watcher is told.
pub(crate) enum Notice {
    Text(String),
    Reasoning(String),
    ToolCalled(ToolCall),
    ToolDone(ToolResult),
    /// What the run has cost so far.
    Cost(Total),
    /// A typed answer as far as it has come.
    #[cfg(feature = "partial")]
    Partial(serde_json::Value),
    /// A typed answer begins anew.
    Restarted,
}

/// Notices on their way to a stream; nobody watches a run that is only awaited.
#[derive(Clone, Default)]
pub(crate) struct Sink(Option<Arc<Watched>>);

#[derive(Default)]
struct Watched {
    notices: Mutex<VecDeque<Notice>>,
    answer: Mutex<Growing>,
    /// Whether a part of the answer was shown that is on its way.
    shown: AtomicBool,
    meter: OnceLock<Meter>,
    /// The cost that was told last.
    told: Mutex<Option<Total>>,
}

impl Sink {
    /// For a run that nobody watches.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// For a run that is streamed.
    pub(crate) fn streaming() -> Self {
        Self(Some(Arc::default()))
    }

    pub(crate) fn is_streaming(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn pop(&self) -> Option<Notice> {
        let watched = self.0.as_ref()?;
        let notice = lock(&watched.notices).pop_front()?;
        #[cfg(feature = "partial")]
        if matches!(notice, Notice::Partial(_)) {
            watched.shown.store(true, Ordering::Relaxed);
        }
        Some(notice)
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

    /// An attempt at the model has ended, and is on the bill.
    pub(crate) fn attempted(&self) {
        self.tell_cost(true);
    }

    /// A tool has ended, and may have cost something.
    pub(crate) fn tool_ended(&self) {
        self.tell_cost(false);
    }

    fn tell_cost(&self, unchanged: bool) {
        let Some(watched) = &self.0 else { return };
        let Some(spent) = watched.meter.get().map(Meter::spent) else { return };
        let mut told = lock(&watched.told);
        if unchanged || told.as_ref().is_some_and(|told| *told != spent) {
            *told = Some(spent);
            lock(&watched.notices).push_back(Notice::Cost(spent));
        }
    }

    /// A new reply begins.
    pub(crate) fn reply_begins(&self) {
        if let Some(watched) = &self.0 {
            let had_begun = lock(&watched.answer).restart();
            watched.restarted(had_begun);
        }
    }

    /// A piece of a reply has come.
    pub(super) fn delta(&self, delta: Delta, run: &super::Run<'_, '_>) {
        let Some(watched) = &self.0 else { return };
        let piece = lock(&watched.answer).take(delta, run);
        let notice = match piece {
            Piece::Nothing => return,
            Piece::Restarted => return watched.restarted(true),
            Piece::Text(text) => Notice::Text(text),
            Piece::Reasoning(text) => Notice::Reasoning(text),
            #[cfg(feature = "partial")]
            Piece::Grown(value) => {
                let mut notices = lock(&watched.notices);
                // Who has not looked yet is only shown the last.
                if let Some(Notice::Partial(last)) = notices.back_mut() {
                    *last = value;
                } else {
                    notices.push_back(Notice::Partial(value));
                }
                return;
            }
        };
        lock(&watched.notices).push_back(notice);
    }
}

impl Watched {
    /// What had come of an answer is void; what nobody has seen of it is not taken back.
    fn restarted(&self, had_begun: bool) {
        if !had_begun {
            return;
        }
        let mut notices = lock(&self.notices);
        #[cfg(feature = "partial")]
        notices.retain(|notice| !matches!(notice, Notice::Partial(_)));
        if self.shown.swap(false, Ordering::Relaxed) {
            notices.push_back(Notice::Restarted);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
