//! Calls that are made again and again with the same result.

use std::collections::BTreeMap;

use fastroai_providers::ToolCall;

use super::event::ToolReport;

/// In how many replies the same call may give the same result before the model is told.
const TOLD_AT: u32 = 3;

/// What has been called so far, with what result, and how often.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Repeats(BTreeMap<(String, String, String), Seen>);

#[derive(Clone, Default, PartialEq, Eq)]
struct Seen {
    replies: u32,
    last: u32,
}

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
    /// Notes a call of this turn. What a reply asks for several times counts once: the model could
    /// not know the result yet.
    pub(super) fn note(&mut self, turn: u32, call: &ToolCall, report: &ToolReport) -> Verdict {
        let arguments = serde_json::from_str::<serde_json::Value>(&call.arguments)
            .map_or_else(|_| call.arguments.clone(), |value| value.to_string());
        let key = (call.name.clone(), arguments, report.content.clone());
        let seen = self.0.entry(key).or_default();
        if seen.last == turn {
            return Verdict::Fine;
        }
        seen.last = turn;
        seen.replies = seen.replies.saturating_add(1);
        match seen.replies.cmp(&TOLD_AT) {
            std::cmp::Ordering::Less => Verdict::Fine,
            std::cmp::Ordering::Equal => Verdict::Tell,
            std::cmp::Ordering::Greater => Verdict::Loop,
        }
    }
}
