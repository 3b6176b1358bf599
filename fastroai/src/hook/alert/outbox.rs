//! Alerts on their way to a sink, which has a thread of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::{Alert, AlertSink};
use crate::telemetry::events;

/// How many alerts may wait for a slow sink.
const WAITING: usize = 1_000;

#[derive(Clone)]
pub(super) struct Outbox(SyncSender<Letter>);

enum Letter {
    Alert(Alert),
    /// Answered once all before it are delivered.
    Flush(SyncSender<()>),
}

impl Outbox {
    pub(super) fn new(sink: impl AlertSink) -> Self {
        let (sender, letters) = sync_channel(WAITING);
        let thread = thread::Builder::new().name("fastroai-alerts".to_owned());
        if let Err(error) = thread.spawn(move || deliver(&sink, &letters)) {
            events::no_thread_for_alerts(&error);
        }
        Self(sender)
    }

    /// Never waits.
    pub(super) fn send(&self, alert: Alert) {
        if self.0.try_send(Letter::Alert(alert)).is_err() {
            events::alert_left_out();
        }
    }

    pub(super) fn flush(&self) {
        let (done, is_done) = sync_channel(1);
        if self.0.send(Letter::Flush(done)).is_ok() {
            let _ = is_done.recv();
        }
    }
}

/// Until the last sender is gone.
fn deliver(sink: &impl AlertSink, letters: &Receiver<Letter>) {
    for letter in letters {
        match letter {
            Letter::Alert(alert) => {
                // Here, so that no run waits for it.
                let alert = alert.passed();
                if catch_unwind(AssertUnwindSafe(|| sink.alert(&alert))).is_err() {
                    events::sink_panicked();
                }
            }
            Letter::Flush(done) => {
                let _ = done.send(());
            }
        }
    }
}
