//! How often a run has made the same call.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};

/// How many runs are remembered: the ones that began last.
const RUNS: usize = 1_024;

/// The calls of each run, by a digest.
#[derive(Default)]
pub(super) struct Repeats {
    runs: HashMap<String, HashMap<u64, u32>>,
    order: VecDeque<String>,
    hasher: RandomState,
}

impl Repeats {
    /// Notes a call, and says how often the run has made it.
    pub(super) fn note(&mut self, run_id: &str, tool: &str, arguments: &str) -> u32 {
        if !self.runs.contains_key(run_id) {
            if self.order.len() == RUNS
                && let Some(oldest) = self.order.pop_front()
            {
                self.runs.remove(&oldest);
            }
            self.order.push_back(run_id.to_owned());
        }
        let digest = self.hasher.hash_one((tool, arguments));
        let calls = self.runs.entry(run_id.to_owned()).or_default();
        let times = calls.entry(digest).or_default();
        *times = times.saturating_add(1);
        *times
    }
}
