//! A place in a queue, which is left when it is dropped.

use std::sync::Arc;

use tokio::sync::Notify;

use super::Lanes;

pub(super) struct Place {
    lanes: Lanes,
    key: String,
    ticket: u64,
    notify: Arc<Notify>,
}

impl Place {
    pub(super) fn new(lanes: Lanes, key: String, ticket: u64, notify: Arc<Notify>) -> Self {
        Self { lanes, key, ticket, notify }
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn ticket(&self) -> u64 {
        self.ticket
    }

    /// Told when it is first, or when something has changed for the first.
    pub(super) fn notify(&self) -> Arc<Notify> {
        Arc::clone(&self.notify)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.lanes.leave(&self.key, self.ticket);
    }
}
