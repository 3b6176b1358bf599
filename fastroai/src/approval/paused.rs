//! A run that waits for decisions, as it is stored.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use crate::agent::{Labels, ToolCallRecord};
use crate::money::Bill;
use crate::run::{RunState, ToolUnit};
use crate::usage_limits::Used;

/// The form that is written.
const VERSION: u32 = 1;

/// A run that waits for decisions about tool calls: what was said, what was counted and what it has
/// cost. It is stored and read back by serde, and gone on from by
/// [`resume`](crate::AgentSpec::resume). `Debug` shows no content.
///
/// It holds the whole conversation: store it as you would that.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
#[doc(alias = "DeferredToolRequests")]
pub struct PausedRun(Box<Stored>);

/// What a [`PausedRun`] is stored as.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stored {
    /// First, so that what is newer is known as that.
    #[serde(deserialize_with = "known")]
    pub(crate) version: u32,
    pub(crate) id: String,
    pub(crate) run_id: String,
    pub(crate) agent: String,
    pub(crate) state: RunState,
    pub(crate) bill: Bill,
    pub(crate) labels: Labels,
    pub(crate) tool_calls: Vec<ToolCallRecord>,
    pub(crate) requests: u32,
    pub(crate) used: Used,
}

fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        version @ VERSION => Ok(version),
        version => Err(D::Error::custom(UnreadablePause::Version { version, known: VERSION })),
    }
}

impl Stored {
    pub(crate) fn new(run_id: &str, agent: &str, state: RunState, bill: Bill) -> Self {
        Self {
            version: VERSION,
            id: Uuid::now_v7().to_string(),
            run_id: run_id.to_owned(),
            agent: agent.to_owned(),
            state,
            bill,
            labels: Labels::default(),
            tool_calls: Vec::new(),
            requests: 0,
            used: Used::default(),
        }
    }
}

impl TryFrom<Stored> for PausedRun {
    type Error = UnreadablePause;

    fn try_from(stored: Stored) -> Result<Self, UnreadablePause> {
        // The same id in other letters would be another claim.
        let is_id = Uuid::try_parse(&stored.id).is_ok_and(|id| id.to_string() == stored.id);
        let waiting = stored.state.waiting();
        let ids: BTreeSet<_> = waiting.iter().map(|unit| &unit.call.id).collect();
        // A call that waits for nobody would run beside what is decided about.
        let runs_unasked = !stored.state.only_waits();
        if !is_id || waiting.is_empty() || runs_unasked || ids.len() < waiting.len() {
            return Err(UnreadablePause::Broken { line: 0, column: 0 });
        }
        Ok(Self(Box::new(stored)))
    }
}

/// Why a text is no [`PausedRun`]. Its content is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnreadablePause {
    /// It was written in a form that this version does not know.
    #[error(
        "the paused run has the form {version}, and {known} is known: read it with a newer version of the library"
    )]
    Version {
        /// Its form.
        version: u32,
        /// The newest form that is known.
        known: u32,
    },
    /// It is not what was written.
    #[error(
        "this is no paused run, at line {line} column {column}: read what was stored, unchanged"
    )]
    Broken {
        /// The line, from 1; 0 where no place is to blame.
        line: usize,
        /// The column.
        column: usize,
    },
}

impl PausedRun {
    /// Reads what was stored as JSON.
    ///
    /// # Errors
    /// [`UnreadablePause`], where it is of a newer form, or not what was stored.
    pub fn from_json(json: &str) -> Result<Self, UnreadablePause> {
        #[derive(Deserialize)]
        struct Form {
            version: u32,
        }
        let broken = |error: serde_json::Error| UnreadablePause::Broken {
            line: error.line(),
            column: error.column(),
        };
        let Form { version } = serde_json::from_str(json).map_err(broken)?;
        if version != VERSION {
            return Err(UnreadablePause::Version { version, known: VERSION });
        }
        serde_json::from_str(json).map_err(broken)
    }

    /// The id of this pause: each has another, also of the same run.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// The id of the run.
    #[must_use]
    pub fn run_id(&self) -> &str {
        &self.0.run_id
    }

    /// The name of the agent.
    #[must_use]
    pub fn agent(&self) -> &str {
        &self.0.agent
    }

    /// The conversation that it belongs to; see [`Call::conversation_id`](crate::Call::conversation_id).
    #[must_use]
    pub fn conversation_id(&self) -> Option<&str> {
        self.0.labels.conversation_id.as_deref()
    }

    /// What the call was labelled with under this key; see [`Call::metadata`](crate::Call::metadata).
    #[must_use]
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.0.labels.metadata.get(key).map(String::as_str)
    }

    /// What the run has cost so far.
    #[must_use]
    pub fn bill(&self) -> &Bill {
        &self.0.bill
    }

    /// The calls that wait, in the model's order: each needs a decision.
    #[must_use]
    pub fn requests(&self) -> Vec<ApprovalRequest> {
        let state = &self.0.state;
        let request = |unit: ToolUnit| ApprovalRequest {
            external: state.is_external(unit.index),
            call_id: unit.call.id,
            tool: unit.call.name,
            arguments: unit.call.arguments,
        };
        state.waiting().into_iter().map(request).collect()
    }

    /// A run that waits.
    pub(crate) fn of(stored: Stored) -> Self {
        Self(Box::new(stored))
    }

    pub(crate) fn into_stored(self) -> Stored {
        *self.0
    }
}

impl fmt::Debug for PausedRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PausedRun")
            .field("id", &self.0.id)
            .field("run_id", &self.0.run_id)
            .field("agent", &self.0.agent)
            .field("requests", &self.requests().len())
            .finish_non_exhaustive()
    }
}

/// A tool call that waits for a decision. `Debug` shows no arguments.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApprovalRequest {
    /// The call's id, by which it is decided about.
    #[doc(alias = "tool_call_id")]
    pub call_id: String,
    /// The tool.
    pub tool: String,
    /// The arguments, as the model wrote them. They fit the tool.
    pub arguments: String,
    /// It waits for its result, rather than to be approved.
    pub external: bool,
}

impl ApprovalRequest {
    pub(crate) fn new(call_id: &str, tool: &str, arguments: &str) -> Self {
        Self {
            call_id: call_id.to_owned(),
            tool: tool.to_owned(),
            arguments: arguments.to_owned(),
            external: false,
        }
    }
}

impl fmt::Debug for ApprovalRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApprovalRequest")
            .field("call_id", &self.call_id)
            .field("tool", &self.tool)
            .field("arguments", &format_args!("<{} bytes>", self.arguments.len()))
            .field("external", &self.external)
            .finish()
    }
}
