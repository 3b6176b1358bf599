//! What an agent answered, and all about how it got there.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use fastroai_providers::{FinishReason, History, Message, ToolOutcome, Usage};

use serde::{Deserialize, Serialize};

use super::Labels;
use crate::driver::Finished;
use crate::guard::Decided;
use crate::money::{Bill, Total};
use crate::run::ToolUnit;

/// What an agent answered, and all about how it got there.
#[non_exhaustive]
#[doc(alias = "ChatResponse")]
pub struct AgentResponse<T> {
    /// The answer.
    #[doc(alias = "content")]
    pub output: T,
    /// Tokens of all requests together, agents inside tools included.
    pub usage: Usage,
    /// What it all cost.
    #[doc(alias = "cost_microcents")]
    pub cost: Total,
    /// What it all cost, reply by reply.
    pub bill: Bill,
    /// The model that gave the answer, as its provider names it, or else as it was asked for.
    pub model: String,
    /// The whole conversation; hand it to [`Call::messages`](crate::Call::messages) to go on.
    pub messages: History,
    /// The calls of tools in their order, those included that were refused.
    #[doc(alias = "tool_call_count")]
    pub tool_calls: Vec<ToolCallRecord>,
    /// How many requests were sent to models by this run itself, failed attempts included.
    #[doc(alias = "request_count")]
    pub requests: u32,
    /// How long it took.
    #[doc(alias = "processing_time_ms")]
    pub elapsed: Duration,
    /// The run's id, as in the trace.
    #[doc(alias = "trace_id")]
    pub run_id: String,
    /// Why the model stopped: [`FinishReason::Length`] says that the text was cut at the limit of
    /// tokens, [`FinishReason::ContentFilter`] that the provider's filter cut or replaced it.
    pub finish_reason: FinishReason,
    /// The text was cut because the budget afforded no longer one.
    pub cut_by_budget: bool,
    /// What [history processors](crate::history) made of the conversation for the last request, and
    /// what was said since; `None` where that was all of it as it stands.
    ///
    /// To go on from this in place of [`messages`](Self::messages) is to forget for good what they
    /// left out.
    pub processed: Option<History>,
    /// The conversation that the run belongs to, where the call named one.
    pub conversation_id: Option<String>,
    /// What the call was labelled with.
    pub metadata: BTreeMap<String, String>,
    /// What [guards](crate::guard) have flagged, replaced or blocked on the way, in that order.
    pub guarded: Vec<Decided>,
    first_new: usize,
}

impl<T> AgentResponse<T> {
    /// Whether the provider's filter has cut or replaced the text.
    #[must_use]
    pub fn was_filtered(&self) -> bool {
        self.finish_reason == FinishReason::ContentFilter
    }

    /// What was said in this run, without the history that it went on from.
    #[must_use]
    pub fn new_messages(&self) -> &[Message] {
        self.messages.get(self.first_new..).unwrap_or_default()
    }
}

impl<T> AgentResponse<T> {
    /// What a run has come to, with the output of its answer.
    pub(super) fn new(finished: Finished, output: T) -> Self {
        let Finished {
            text: _,
            run_id,
            messages,
            first_new,
            model,
            finish_reason,
            mut tool_calls,
            requests,
            bill,
            elapsed,
            processed,
            labels,
            guarded,
        } = finished;
        let Labels { conversation_id, metadata } = Arc::unwrap_or_clone(labels);
        let messages = History::from(messages);
        tool_calls.sort_by_key(|call| (call.turn, call.index));
        Self {
            output,
            usage: bill.usage(),
            cost: bill.total(),
            cut_by_budget: finish_reason == FinishReason::Length && bill.lowered_to().is_some(),
            bill,
            model,
            messages,
            tool_calls,
            requests,
            elapsed,
            run_id,
            finish_reason,
            processed: processed.map(History::from),
            conversation_id,
            metadata,
            guarded,
            first_new,
        }
    }
}

impl<T> fmt::Debug for AgentResponse<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentResponse")
            .field("model", &self.model)
            .field("cost", &self.cost)
            .field("usage", &self.usage)
            .field("tool_calls", &self.tool_calls)
            .field("requests", &self.requests)
            .field("elapsed", &self.elapsed)
            .field("run_id", &self.run_id)
            .finish_non_exhaustive()
    }
}

/// One tool call of a run.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolCallRecord {
    /// The call's id, unique in its conversation.
    #[doc(alias = "tool_call_id")]
    pub id: String,
    /// The tool.
    #[doc(alias = "tool_name")]
    pub name: String,
    /// The arguments, exactly as the model wrote them, or as whoever approved the call did; where a
    /// guard has put others in their place, those, and `{}` where it has blocked them.
    #[doc(alias = "args")]
    pub arguments: String,
    /// The turn that asked for it, from 1.
    pub turn: u32,
    /// How often the tool was tried; 0 where the call was refused, as one of an unknown tool.
    pub attempts: u32,
    /// How it went.
    pub outcome: ToolOutcome,
    /// How long it took, all attempts and waits together.
    pub elapsed: Duration,
    /// The call's place in the model's reply.
    index: usize,
}

impl ToolCallRecord {
    pub(crate) fn new(
        ToolUnit { index, call }: &ToolUnit,
        turn: u32,
        attempts: u32,
        outcome: ToolOutcome,
        elapsed: Duration,
    ) -> Self {
        Self {
            index: *index,
            id: call.id.clone(),
            name: call.name.clone(),
            arguments: call.arguments.clone(),
            turn,
            attempts,
            outcome,
            elapsed,
        }
    }
}

impl fmt::Debug for ToolCallRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolCallRecord")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("arguments", &format_args!("<{} bytes>", self.arguments.len()))
            .field("turn", &self.turn)
            .field("attempts", &self.attempts)
            .field("outcome", &self.outcome)
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
}
