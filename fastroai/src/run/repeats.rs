//! Calls that are made again and again with the same result.

use std::collections::{BTreeMap, BTreeSet};

use fastroai_providers::ToolCall;

use super::event::ToolReport;

/// How often the same call may give the same result before the model is told.
const TOLD_AT: u32 = 3;

/// What has been called so far, with what result, and how often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Repeats(BTreeMap<Repeated, u32>);

/// A call's tool and arguments, and its result.
pub(super) type Repeated = (String, String, String);

/// What to do about a repeated call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Fine,
    /// Tell the model that it goes round in circles.
    Tell,
    /// It was told, and went on.
    Loop,
}

impl Repeats {
    /// Counts a call, unless `noted` says that an equal one of the same reply was counted.
    pub(super) fn note(
        &mut self,
        call: &ToolCall,
        report: &ToolReport,
        noted: &mut BTreeSet<Repeated>,
    ) -> Verdict {
        let arguments = serde_json::from_str::<serde_json::Value>(&call.arguments)
            .map_or_else(|_| call.arguments.clone(), |value| value.to_string());
        let key = (call.name.clone(), arguments, report.content.clone());
        let first = noted.insert(key.clone());
        let count = self.0.entry(key).or_default();
        *count = count.saturating_add(u32::from(first));
        match (*count).cmp(&TOLD_AT) {
            std::cmp::Ordering::Less => Verdict::Fine,
            std::cmp::Ordering::Equal => Verdict::Tell,
            std::cmp::Ordering::Greater => Verdict::Loop,
        }
    }
}
