//! What is decided anew before each request: how to generate, which tools to offer, and what the
//! model sees of the conversation.

use std::borrow::Cow;
use std::sync::Arc;

use fastroai_providers::{FinishReason, Message, Request, Settings, ToolDefinition};

use super::candidate::Candidate;
use super::said::said;
use super::{Ended, Run};
use crate::agent::Turn;
use crate::error::ErrorKind;
use crate::history::{HistoryFault, HistoryProcessor};
use crate::run::{Event, repair};
use crate::tool::ToolOffer;

/// What a request has otherwise than its model's requests do.
pub(super) struct Shape {
    settings: Option<Settings>,
    tools: Option<Vec<Arc<ToolDefinition>>>,
}

/// What history processors made of a conversation, when it was this long.
pub(super) struct Sent {
    pub(super) messages: Vec<Message>,
    pub(super) of: usize,
}

impl Shape {
    pub(super) fn apply<'q>(&'q self, request: &mut Request<'q>) {
        if let Some(settings) = &self.settings {
            request.settings = settings;
        }
        if let Some(tools) = &self.tools {
            request.tools = tools;
        }
    }
}

impl Run<'_, '_> {
    /// Asks all functions and processors that have a say in the next request to this model.
    pub(super) async fn shape(
        &self,
        candidate: &Candidate,
        number: u32,
        instructions: &str,
        ended: &mut Ended,
    ) -> Result<Shape, ErrorKind> {
        let order = self.order;
        let of = ended.state.messages().len();
        let messages = said(ended.state.messages());
        let mut turn = Turn {
            number,
            run_id: &order.run_id,
            agent: order.config,
            asked: &candidate.model,
            labels: self.scope.labels(),
            payer: candidate.payer(&self.scope),
            settings: candidate.settings(),
            instructions,
            tools: candidate.definitions(),
            messages: &messages,
        };
        let settings = candidate.settings_by(order, &turn);
        turn.settings = settings.as_ref().unwrap_or(turn.settings);
        let (tools, hidden) = self.offer(candidate, &turn);
        turn.tools = tools.as_deref().unwrap_or(turn.tools);
        let made = self.process(&turn).await?;
        drop(messages);
        ended.sent = made.map(|messages| Sent { messages, of });
        if hidden != ended.hidden {
            ended.hidden.clone_from(&hidden);
            ended.feed(Event::Offered { hidden });
        }
        Ok(Shape { settings, tools })
    }

    /// The tools on offer, where a function has a say, and the names of those that are not.
    fn offer(
        &self,
        candidate: &Candidate,
        turn: &Turn<'_>,
    ) -> (Option<Vec<Arc<ToolDefinition>>>, Vec<String>) {
        let order = self.order;
        let each = [&order.config.each_request, &order.each_request];
        let mut prepare = each.into_iter().flat_map(|each| &each.tools).peekable();
        if prepare.peek().is_none() {
            return (None, Vec::new());
        }
        // What hands in an answer is none of the agent's tools.
        let all = candidate.definitions();
        let (own, handing_in) = all.split_at(order.tools.len().min(all.len()));
        let mut offer = ToolOffer::new(own.to_vec());
        prepare.for_each(|prepare| prepare(turn, &mut offer));
        let mut tools = offer.into_tools();
        let is_hidden = |tool: &&Arc<ToolDefinition>| !tools.iter().any(|it| it.name == tool.name);
        let hidden = own.iter().filter(is_hidden).map(|tool| tool.name.clone()).collect();
        tools.extend_from_slice(handing_in);
        (Some(tools), hidden)
    }

    /// What the processors make of the conversation; `None` where they leave it as it is.
    async fn process(&self, turn: &Turn<'_>) -> Result<Option<Vec<Message>>, ErrorKind> {
        let order = self.order;
        let shared = |processor: &'_ Arc<dyn HistoryProcessor>| Arc::clone(processor);
        let runtimes = self.scope.runtime().history().iter().map(shared);
        let mut made: Option<Vec<Message>> = None;
        for processor in runtimes.chain(order.config.each_request.history.iter().map(shared)) {
            step(&*processor, &mut made, turn).await?;
        }
        if let Some(processor) = order.history {
            step(processor, &mut made, turn).await?;
        }
        for processor in &order.each_request.history {
            step(&**processor, &mut made, turn).await?;
        }
        made.map(fit_to_send).transpose()
    }
}

async fn step(
    processor: &dyn HistoryProcessor,
    made: &mut Option<Vec<Message>>,
    turn: &Turn<'_>,
) -> Result<(), ErrorKind> {
    let given = made.as_deref().unwrap_or(turn.messages);
    let processed = processor.process(given, turn).await;
    let processed = processed.map_err(|error| ErrorKind::History(HistoryFault::Failed(error)))?;
    let changed = match processed {
        Cow::Borrowed(lent) if std::ptr::eq(lent, given) => None,
        other => Some(other.into_owned()),
    };
    if changed.is_some() {
        *made = changed;
    }
    Ok(())
}

/// Mends what processors made, and refuses what no model could answer.
fn fit_to_send(made: Vec<Message>) -> Result<Vec<Message>, ErrorKind> {
    let mut mended = said(&repair(made)).into_owned();
    match mended.last() {
        None => Err(ErrorKind::History(HistoryFault::Empty)),
        Some(Message::Assistant(reply)) if reply.finish_reason != FinishReason::Paused => {
            Err(ErrorKind::History(HistoryFault::EndsWithReply))
        }
        Some(_) => {
            for message in &mut mended {
                if let Message::Assistant(reply) = message {
                    // A provider would go on from what it has kept under this id.
                    reply.id = None;
                }
            }
            Ok(mended)
        }
    }
}
