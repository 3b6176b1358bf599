//! What was said in the runs of a scope.

use std::fmt;
use std::future::Future;

use fastroai_providers::{History, Message, ToolCall};
use futures_util::FutureExt as _;

use super::Asked;
use crate::ambient::{Ambient, Listener};
use crate::money::{Bill, Meter};
use crate::run::OUTPUT_TOOL;

/// Runs a future, and gives what it gave and the transcript of each run that began in it: those
/// inside tools and those that failed too, in the order in which they began.
///
/// ```
/// use fastroai::prelude::*;
/// use fastroai::testing::{ScriptedModel, capture, with_model};
///
/// /// You are a travel assistant.
/// #[agent(model = "openai:gpt-4o-mini")]
/// struct Travel;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let model = ScriptedModel::new(["Hello."]);
/// let run = with_model(model, async {
///     Travel.run("Hi").await?;
///     Travel.run("Once more").await
/// });
/// let (failed, runs) = capture(run).await;
/// assert!(failed.is_err(), "the script has one reply");
/// assert_eq!(runs[0].requests[0].instructions.as_deref(), Some("You are a travel assistant."));
/// assert!(runs[1].failure.as_deref().unwrap_or_default().contains("asks for one more"));
/// # }
/// ```
#[doc(alias = "capture_run_messages")]
pub fn capture<F: IntoFuture>(future: F) -> impl Future<Output = (F::Output, Vec<Transcript>)> {
    captured(future).map(|captured| (captured.output, captured.runs))
}

/// What ran in a scope, and what it cost.
pub(super) struct Captured<T> {
    pub(super) output: T,
    pub(super) runs: Vec<Transcript>,
    pub(super) bill: Bill,
}

pub(super) fn captured<F: IntoFuture>(future: F) -> impl Future<Output = Captured<F::Output>> {
    let future = Box::pin(future.into_future());
    async move {
        let listener = Listener::default();
        let around = Ambient::current().meter;
        let meter = around.as_ref().map_or_else(Meter::new, Meter::child);
        let listen = |ambient: &mut Ambient| {
            ambient.listeners.push(listener.clone());
            ambient.meter = Some(meter.clone());
        };
        let output = Ambient::with(listen, future).await;
        Captured { output, runs: listener.heard(), bill: meter.bill() }
    }
}

/// One run: what was asked, what was said, what it cost, and how it ended.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Transcript {
    /// The agent's name.
    pub agent: String,
    /// The run's id.
    pub run_id: String,
    /// The id of the run in whose tool it ran, where that was captured too.
    pub parent: Option<String>,
    /// The requests to models, failed attempts included.
    pub requests: Vec<Asked>,
    /// The whole conversation; empty where the run was dropped before it ended.
    pub messages: History,
    /// What it cost, with the runs inside of it.
    pub bill: Bill,
    /// Why it failed, where it did.
    pub failure: Option<String>,
    /// Whether it ended; a run that was dropped did not.
    pub ended: bool,
}

impl Transcript {
    pub(crate) fn begun(agent: &str, run_id: &str, parent: Option<&str>) -> Self {
        Self {
            agent: agent.to_owned(),
            run_id: run_id.to_owned(),
            parent: parent.map(str::to_owned),
            requests: Vec::new(),
            messages: History::default(),
            bill: Bill::default(),
            failure: None,
            ended: false,
        }
    }

    pub(crate) fn end(&mut self, messages: History, bill: Bill, failure: Option<String>) {
        (self.messages, self.bill, self.failure) = (messages, bill, failure);
        self.ended = true;
    }

    /// The tools that the model called in this run, in its order, refused calls included.
    #[must_use]
    pub fn tool_calls(&self) -> Vec<&ToolCall> {
        let before = self.requests.first().map_or(usize::MAX, |first| first.messages.len());
        let replies = self.messages.iter().skip(before).filter_map(|message| match message {
            Message::Assistant(reply) => Some(reply),
            _ => None,
        });
        let calls = replies.flat_map(fastroai_providers::Response::tool_calls);
        calls.filter(|call| call.name != OUTPUT_TOOL).collect()
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transcript")
            .field("agent", &self.agent)
            .field("requests", &self.requests.len())
            .field("messages", &self.messages.len())
            .field("cost", &self.bill.total())
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}
