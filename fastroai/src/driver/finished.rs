//! A run that ended with an answer, and what there is to say of it.

use std::sync::Arc;
use std::time::Duration;

use fastroai_providers::{FinishReason, Message};

use super::shape::Sent;
use super::{Ended, Run};
use crate::agent::{Labels, ToolCallRecord};
use crate::guard::Decided;
use crate::money::Bill;

/// A run that ended with an answer.
pub(crate) struct Finished {
    pub(crate) text: String,
    pub(crate) run_id: String,
    pub(crate) messages: Vec<Message>,
    pub(crate) first_new: usize,
    pub(crate) model: String,
    pub(crate) finish_reason: FinishReason,
    pub(crate) tool_calls: Vec<ToolCallRecord>,
    pub(crate) requests: u32,
    pub(crate) bill: Bill,
    pub(crate) elapsed: Duration,
    pub(crate) processed: Option<Vec<Message>>,
    pub(crate) labels: Arc<Labels>,
    pub(crate) guarded: Vec<Decided>,
}

impl Run<'_, '_> {
    pub(super) fn finished(&self, ended: Ended, bill: Bill, elapsed: Duration) -> Finished {
        let reply = ended.state.last_reply();
        let (model, finish_reason) = reply
            .map(|reply| (reply.model.clone(), reply.finish_reason.clone()))
            .unwrap_or_default();
        let asked = self.candidates.at(ended.asked).model.id().name();
        let processed = ended.sent.map(|Sent { mut messages, of }| {
            messages.extend_from_slice(ended.state.messages().get(of..).unwrap_or_default());
            messages
        });
        Finished {
            processed,
            labels: Arc::clone(self.scope.labels()),
            guarded: self.guarded.take(),
            text: ended.text,
            run_id: self.order.run_id.clone(),
            first_new: ended.state.messages().len() - ended.state.new_messages().len(),
            model: model.unwrap_or_else(|| asked.to_owned()),
            finish_reason,
            messages: ended.state.into_messages(),
            tool_calls: ended.tool_calls,
            requests: ended.requests,
            bill,
            elapsed,
        }
    }
}
