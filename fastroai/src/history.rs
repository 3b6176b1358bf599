//! What a model sees of a conversation: processors that make it shorter, cheaper or safer.
//!
//! A [`HistoryProcessor`] is asked before each request, fallbacks included, and the model sees only
//! what it gives. The run itself keeps all that was said: [`AgentResponse::messages`] and
//! [`new_messages`] are as they would be without it. What the processors made of it is
//! [`AgentResponse::processed`].
//!
//! Those of the runtime come first, then the agent's, then the call's; each is given what the one
//! before made. Three ship with the library, beside [`Compaction`]:
//!
//! | | |
//! |---|---|
//! | [`KeepTurns`] | the last turns of the user, with all that belongs to them |
//! | [`KeepTokens`] | as much of the end as fits into so many tokens |
//! | [`Redact`] | texts, changed by a function |
//! | [`Compaction`] | a summary in place of the beginning, where that is cheaper or has to be |
//! | any `Fn(&[Message]) -> Vec<Message>` | what you make of it |
//!
//! ```
//! use fastroai::prelude::*;
//! use fastroai::history::KeepTurns;
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let agent = Agent::builder().model("offline:demo").history(KeepTurns::last(10)).build()?;
//! let answer = agent.run("Hello").await?;
//! # Ok(()) }
//! ```
//!
//! What a processor makes is mended as any history is ([`repair`](crate::run::repair())), and is
//! refused with [`ErrorKind::History`](crate::ErrorKind::History) where it is empty or ends with a
//! reply: a model would have nothing to answer. Replies in it carry no provider's ids, so that no
//! provider takes up a conversation of its own in place of what was made.
//!
//! [`AgentResponse::messages`]: crate::AgentResponse::messages
//! [`AgentResponse::processed`]: crate::AgentResponse::processed
//! [`new_messages`]: crate::AgentResponse::new_messages

mod compaction;
mod keep;
mod redact;
mod size;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use fastroai_providers::Message;
use futures_util::future::{BoxFuture, ready};

pub use compaction::Compaction;
pub use keep::{KeepTokens, KeepTurns};
pub use redact::Redact;

pub use crate::agent::Turn;

/// What a processor gives: the messages to send, or why it cannot.
pub type Processed<'a> = Result<Cow<'a, [Message]>, Box<dyn StdError + Send + Sync>>;

/// Something that decides before each request what the model sees of the conversation.
///
/// It runs within the run: what it asks of models, by [`Turn::request`] or through agents, is on the
/// run's bill and out of its budget, and ends with it.
///
/// ```
/// use std::borrow::Cow;
/// use fastroai::Message;
/// use fastroai::history::{HistoryProcessor, Processed, Turn};
/// use futures_util::future::BoxFuture;
///
/// /// Sends only the last message once a run has become long.
/// struct Impatient;
///
/// impl HistoryProcessor for Impatient {
///     fn process<'a>(
///         &'a self,
///         messages: &'a [Message],
///         turn: &'a Turn<'a>,
///     ) -> BoxFuture<'a, Processed<'a>> {
///         let from = if turn.number() > 20 { messages.len().saturating_sub(1) } else { 0 };
///         Box::pin(async move { Ok(Cow::Borrowed(&messages[from..])) })
///     }
/// }
/// ```
#[doc(alias = "history_processors")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no history processor",
    note = "write `KeepTurns::last(10)`, another one of `fastroai::history`, or a `fn(&[Message]) -> Vec<Message>`"
)]
pub trait HistoryProcessor: Send + Sync + 'static {
    /// The messages to send in place of these. Lent back as they are, nothing is copied.
    fn process<'a>(
        &'a self,
        messages: &'a [Message],
        turn: &'a Turn<'a>,
    ) -> BoxFuture<'a, Processed<'a>>;
}

#[diagnostic::do_not_recommend]
impl<F> HistoryProcessor for F
where
    F: Fn(&[Message]) -> Vec<Message> + Send + Sync + 'static,
{
    fn process<'a>(
        &'a self,
        messages: &'a [Message],
        _turn: &'a Turn<'a>,
    ) -> BoxFuture<'a, Processed<'a>> {
        Box::pin(ready(Ok(Cow::Owned(self(messages)))))
    }
}

/// What is wrong with what a history processor made.
#[non_exhaustive]
pub enum HistoryFault {
    /// It made nothing.
    Empty,
    /// It ends with a reply of the model, so that there is nothing to answer.
    EndsWithReply,
    /// It failed; its error is the [source](std::error::Error::source) of the run's.
    Failed(Box<dyn StdError + Send + Sync>),
}

/// What failed in a processor may say anything: it is not shown.
impl fmt::Debug for HistoryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Empty",
            Self::EndsWithReply => "EndsWithReply",
            Self::Failed(_) => "Failed(..)",
        })
    }
}

impl fmt::Display for HistoryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the history processors left no message: keep at least the last one",
            Self::EndsWithReply => {
                "the history processors left a reply at the end: keep what is to be answered"
            }
            Self::Failed(_) => "a history processor failed: see the error's source",
        })
    }
}

/// Whether a message begins a turn of the user; what only asks for a correction does not.
fn begins_turn(message: &Message) -> bool {
    use fastroai_providers::message::UserPart;
    let Message::User(user) = message else { return false };
    !user.parts.iter().all(|part| matches!(part, UserPart::Correction { .. }))
}

/// Whether what comes before this message can be left out without parting a call from its result,
/// or a correction from what it corrects.
fn can_be_first(message: &Message) -> bool {
    matches!(message, Message::Assistant(_)) || begins_turn(message)
}
