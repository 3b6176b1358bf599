//! What a run asks for. `Debug` shows no content.

use std::fmt;

use fastroai_providers::ToolCall;
use serde::{Deserialize, Serialize};

use super::event::Stop;
use super::reason::Reason;

/// What a run asks for next. Asking again before the answer is fed gives the same work.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum Work {
    /// Ask the model.
    Model {
        /// The turn, from 1.
        turn: u32,
        /// How many messages of the transcript to send.
        messages: usize,
    },
    /// Say of each of these calls whether its arguments fit its tool: they need a decision, and a call
    /// that the model has to correct is none to decide about.
    Arguments {
        /// The turn that asked for them.
        turn: u32,
        /// The calls, in the model's order.
        units: Vec<ToolUnit>,
    },
    /// Have it decided what becomes of these calls. All others of the reply have ended.
    AwaitApproval {
        /// The turn that asked for them.
        turn: u32,
        /// The calls that wait, in the model's order.
        units: Vec<ToolUnit>,
    },
    /// Run these tools, all at one time.
    Tools {
        /// The turn that asked for them.
        turn: u32,
        /// The calls that have not ended yet, in the model's order.
        units: Vec<ToolUnit>,
    },
    /// Check whether the answer fits the output.
    Check {
        /// The answer.
        text: String,
    },
    /// Nothing more: the run has ended.
    Done(End),
}

/// One tool call to run, named by its turn and its place in the model's reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolUnit {
    /// The call's place in the model's reply.
    pub index: usize,
    /// The call.
    pub call: ToolCall,
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Model { turn, messages } => {
                f.debug_struct("Model").field("turn", turn).field("messages", messages).finish()
            }
            Self::Arguments { turn, units } => {
                f.debug_struct("Arguments").field("turn", turn).field("units", units).finish()
            }
            Self::AwaitApproval { turn, units } => {
                f.debug_struct("AwaitApproval").field("turn", turn).field("units", units).finish()
            }
            Self::Tools { turn, units } => {
                f.debug_struct("Tools").field("turn", turn).field("units", units).finish()
            }
            Self::Check { text } => write!(f, "Check(<{} bytes>)", text.len()),
            Self::Done(end) => f.debug_tuple("Done").field(end).finish(),
        }
    }
}

/// How a run ended.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum End {
    /// With an answer.
    Answered {
        /// The answer: text, or JSON that was accepted.
        text: String,
    },
    /// Without one.
    Failed {
        /// Why.
        failure: Failure,
    },
}

impl fmt::Debug for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered { text } => write!(f, "Answered(<{} bytes>)", text.len()),
            Self::Failed { failure } => f.debug_tuple("Failed").field(failure).finish(),
        }
    }
}

/// Why a run ended without an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(tag = "failure", rename_all = "snake_case")]
pub enum Failure {
    /// It was stopped from outside.
    Stopped {
        /// Why.
        stop: Stop,
    },
    /// The model could not be asked.
    Model,
    /// The model was asked as often as is allowed.
    MaxTurns {
        /// How often that is.
        limit: u32,
    },
    /// The model asked for more tool calls than are allowed; none of that reply ran.
    MaxToolCalls {
        /// How many are allowed in a run.
        limit: u32,
        /// How many there would have been, without those that failed or were refused.
        asked: u64,
    },
    /// The model could not correct its calls of a tool, or the tool took too long each time.
    Corrections {
        /// The tool.
        tool: String,
        /// How often it was asked to.
        limit: u32,
        /// How often the tool took too long, and nothing else was wrong.
        timeouts: u32,
    },
    /// The model made the same call with the same result over and over.
    Loop {
        /// The tool.
        tool: String,
    },
    /// The model said nothing, twice.
    Empty,
    /// The model would not answer.
    Refused,
    /// The provider's filter stopped the answer, and nothing was left of it or what was left does
    /// not fit the output.
    Filtered,
    /// No answer fitted the output.
    OutputInvalid {
        /// How many were tried.
        attempts: u32,
        /// What was wrong with the last one.
        reason: Reason,
    },
    /// The answer was cut at the limit of output tokens, and so does not fit the output.
    OutputTruncated,
}
