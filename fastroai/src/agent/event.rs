//! An answer as it comes.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use fastroai_providers::{ToolCall, ToolResult};
use futures_util::Stream;
use futures_util::future::BoxFuture;

use super::AgentResponse;
use crate::driver::{Notice, Sink};
use crate::error::Error;
use crate::money::{Bill, Total};

/// What happens while an agent answers. `Debug` shows no content.
#[non_exhaustive]
#[doc(alias = "StreamChunk")]
pub enum AgentEvent<T> {
    /// More text: only what is new. A typed answer comes as [`Partial`](Self::Partial) instead, and
    /// only what the model says beside it as text. Where [guards](crate::guard#streams) look at answers,
    /// it is what they have let through.
    Text(String),
    /// More reasoning, where the provider shows it, and no guard looks at answers.
    Reasoning(String),
    /// A tool is called, or would have been: a call that is refused is told too.
    ToolCall(ToolCall),
    /// What the model reads of a call: once for each, always after it. Calls that the end of the
    /// run interrupts have none; the history of the error says so.
    ToolResult(ToolResult),
    /// What the run has cost so far: after each attempt at a model that the run goes on from, and
    /// after a tool that cost something, agents inside it included. [`RunStream::bill`] has it line by
    /// line.
    Cost(Total),
    /// A typed answer as far as it has come: only ever more of it, until it is
    /// [`Restarted`](Self::Restarted). Where the JSON is cut inside a number, a word or a name, it
    /// is what could be read before that. An answer that is no object comes without its wrapper, and
    /// one of which a function makes the output as the model fills it in.
    ///
    /// Needs the feature `partial`.
    Partial(serde_json::Value),
    /// The answer begins anew: what [`Partial`](Self::Partial) showed is void, as when it did not fit
    /// and the model answers again; or the text was, as a validator did not take it.
    Restarted,
    /// The whole response: once, and last.
    #[doc(alias = "is_final")]
    #[doc(alias = "usage_data")]
    Done(Box<AgentResponse<T>>),
}

impl<T> fmt::Debug for AgentEvent<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text(<{} bytes>)", text.len()),
            Self::Reasoning(text) => write!(f, "Reasoning(<{} bytes>)", text.len()),
            Self::ToolCall(call) => call.fmt(f),
            Self::ToolResult(result) => result.fmt(f),
            Self::Cost(total) => f.debug_tuple("Cost").field(total).finish(),
            Self::Partial(_) => f.write_str("Partial(..)"),
            Self::Restarted => f.write_str("Restarted"),
            Self::Done(response) => f.debug_tuple("Done").field(response).finish(),
        }
    }
}

/// The events of a run. Dropping it stops the run and closes the provider's connection.
#[must_use = "a stream does nothing until it is polled"]
pub struct RunStream<'a, T> {
    sink: Sink,
    running: Option<BoxFuture<'a, Result<AgentResponse<T>, Error>>>,
    end: Option<Result<AgentResponse<T>, Error>>,
}

impl<'a, T> RunStream<'a, T> {
    pub(super) fn new(
        sink: Sink,
        running: Option<BoxFuture<'a, Result<AgentResponse<T>, Error>>>,
    ) -> Self {
        Self { sink, running, end: None }
    }

    /// What the run has cost so far; good to ask before dropping a stream that has not ended.
    ///
    /// A request that is on its way is a line of it, of unknown cost: what it would be if the
    /// stream were dropped now.
    #[must_use]
    pub fn bill(&self) -> Bill {
        self.sink.bill()
    }

    /// The next event; `None` when the run has ended. It needs no trait in scope.
    ///
    /// # Cancellation
    /// Dropping the future loses nothing: the next call goes on.
    pub async fn next(&mut self) -> Option<Result<AgentEvent<T>, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The next notice that is an event.
    fn next_event(&self) -> Option<AgentEvent<T>> {
        Some(match self.sink.pop()? {
            Notice::Text(text) => AgentEvent::Text(text),
            Notice::Reasoning(text) => AgentEvent::Reasoning(text),
            Notice::ToolCalled(call) => AgentEvent::ToolCall(call),
            Notice::ToolDone(result) => AgentEvent::ToolResult(result),
            Notice::Cost(total) => AgentEvent::Cost(total),
            #[cfg(feature = "partial")]
            Notice::Partial(value) => AgentEvent::Partial(value),
            Notice::Restarted => AgentEvent::Restarted,
        })
    }
}

impl<T> Stream for RunStream<'_, T> {
    type Item = Result<AgentEvent<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(event) = self.next_event() {
            return Poll::Ready(Some(Ok(event)));
        }
        if let Some(running) = &mut self.running
            && let Poll::Ready(end) = running.as_mut().poll(cx)
        {
            self.running = None;
            self.end = Some(end);
        }
        if let Some(event) = self.next_event() {
            return Poll::Ready(Some(Ok(event)));
        }
        match self.end.take() {
            Some(end) => {
                Poll::Ready(Some(end.map(|response| AgentEvent::Done(Box::new(response)))))
            }
            None if self.running.is_none() => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

impl<T> Unpin for RunStream<'_, T> {}

impl<T> fmt::Debug for RunStream<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunStream").field("ended", &self.running.is_none()).finish_non_exhaustive()
    }
}
