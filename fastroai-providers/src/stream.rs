//! A reply as it arrives.

use std::fmt;

use futures_util::stream::BoxStream;

use crate::error::ModelError;
use crate::hidden::Hidden;
use crate::response::Response;
use crate::usage::Usage;

/// A reply on its way. It ends after [`StreamEvent::Done`] or after an error, never silently.
pub type ResponseStream = BoxStream<'static, Result<StreamEvent, ModelError>>;

/// What comes down a [`ResponseStream`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum StreamEvent {
    /// A piece of the reply.
    Delta(Delta),
    /// What the provider has counted so far, where it says so before the end: all of it, in place
    /// of what it said before.
    Usage(Box<Usage>),
    /// The whole reply, once, at the end.
    Done(Box<Response>),
}

/// A piece of a reply: what is new, never what was said before.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delta {
    /// The provider makes the reply in the background: where the stream breaks, or nobody follows it
    /// any more, it goes on, and [`Model::poll`](crate::Model::poll) and
    /// [`Model::cancel`](crate::Model::cancel) take it by this id. Once at most, before all else.
    Background {
        /// The id of the reply.
        id: String,
    },
    /// More text.
    Text(String),
    /// More reasoning.
    Reasoning(String),
    /// A tool call has begun.
    ToolCall {
        /// Its place among the calls of the reply.
        index: usize,
        /// The tool's name.
        name: String,
    },
    /// More of a tool call's arguments.
    Arguments {
        /// The place of the call among the calls of the reply.
        index: usize,
        /// The next piece of JSON text.
        fragment: String,
    },
    /// More of a refusal.
    Refusal(String),
}

impl fmt::Debug for Delta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.debug_tuple("Text").field(&Hidden(text)).finish(),
            Self::Reasoning(text) => f.debug_tuple("Reasoning").field(&Hidden(text)).finish(),
            Self::Refusal(text) => f.debug_tuple("Refusal").field(&Hidden(text)).finish(),
            Self::Background { id } => f.debug_struct("Background").field("id", id).finish(),
            Self::ToolCall { index, name } => {
                f.debug_struct("ToolCall").field("index", index).field("name", name).finish()
            }
            Self::Arguments { index, fragment } => f
                .debug_struct("Arguments")
                .field("index", index)
                .field("fragment", &Hidden(fragment))
                .finish(),
        }
    }
}
