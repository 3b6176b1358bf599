//! Calls of a reply that wait for a decision.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How far a call is that needs a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// Nobody has said whether its arguments fit.
    Unread,
    /// They fit, and it waits to be approved.
    Asked,
    /// They fit, and it waits for its result.
    External,
    /// It may run.
    Approved,
    /// It may run, with other arguments than the model gave.
    Edited,
}

/// The calls of a reply that need a decision, by their places, until they have a result. Most
/// replies have none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Held(BTreeMap<usize, Stage>);

impl Held {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn set(&mut self, index: usize, stage: Stage) {
        self.0.insert(index, stage);
    }

    /// A call that has its result waits for nothing.
    pub(super) fn release(&mut self, index: usize) -> Option<Stage> {
        self.0.remove(&index)
    }

    pub(super) fn stage(&self, index: usize) -> Option<Stage> {
        self.0.get(&index).copied()
    }

    /// Whether it must not run now. What is approved runs once nobody is asked any more, so that its
    /// order is that of the reply.
    pub(super) fn keeps(&self, index: usize) -> bool {
        match self.stage(index) {
            None => false,
            Some(Stage::Unread | Stage::Asked | Stage::External) => true,
            Some(Stage::Approved | Stage::Edited) => self.has(Stage::Asked),
        }
    }

    /// Whether one of them waits for someone outside.
    pub(super) fn is_waiting(&self) -> bool {
        self.at(&[Stage::Unread, Stage::Asked, Stage::External]).next().is_some()
    }

    pub(super) fn has(&self, stage: Stage) -> bool {
        self.0.values().any(|it| *it == stage)
    }

    /// The places of the calls that are so far.
    pub(super) fn at<'h>(&'h self, stages: &'h [Stage]) -> impl Iterator<Item = usize> + 'h {
        let is_so_far = |(_, stage): &(&usize, &Stage)| stages.contains(*stage);
        self.0.iter().filter(is_so_far).map(|(place, _)| *place)
    }

    /// The places of all of them.
    pub(super) fn all(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.keys().copied()
    }
}
