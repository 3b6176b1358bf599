//! A state as it was stored, before it is one.

use std::collections::BTreeMap;

use fastroai_providers::Message;
use serde::Deserialize;

use super::super::ids::Ids;
use super::super::repeats::Repeats;
use super::super::spec::RunSpec;
use super::super::tools::Corrections;
use super::{Phase, RunState};

/// What [`RunState`] is read from.
#[derive(Deserialize)]
pub(super) struct Stored {
    spec: RunSpec,
    messages: Vec<Message>,
    first_new: usize,
    turn: u32,
    tool_calls: u64,
    corrections: BTreeMap<String, Corrections>,
    repeats: Repeats,
    rejections: u32,
    emptied: bool,
    hidden: Vec<String>,
    #[serde(default)]
    held_back: Vec<usize>,
    phase: Phase,
}

/// What was read is the state of no run.
#[derive(Debug, thiserror::Error)]
#[error("this is the state of no run: read what was stored, unchanged")]
pub(super) struct NoState;

impl TryFrom<Stored> for RunState {
    type Error = NoState;

    fn try_from(stored: Stored) -> Result<Self, NoState> {
        let Stored {
            spec,
            messages,
            first_new,
            turn,
            tool_calls,
            corrections,
            repeats,
            rejections,
            emptied,
            hidden,
            held_back,
            phase,
        } = stored;
        let reply = match messages.last() {
            Some(Message::Assistant(reply)) => Some(reply),
            _ => None,
        };
        let is_sound = match &phase {
            Phase::Tools(calls) => calls.is_running() && calls.are_sound(reply, &spec),
            Phase::Check { output: Some((calls, index)), .. } => {
                calls.is_answer(*index, &spec) && calls.are_sound(reply, &spec)
            }
            Phase::Ask | Phase::Check { .. } | Phase::Ended(_) => true,
        };
        if !is_sound || first_new > messages.len() {
            return Err(NoState);
        }
        let ids = Ids::of(&messages);
        Ok(Self {
            spec,
            messages,
            first_new,
            turn,
            tool_calls,
            ids,
            corrections,
            repeats,
            rejections,
            emptied,
            hidden,
            held_back,
            phase,
        })
    }
}
