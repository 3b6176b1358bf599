//! A stored conversation: versioned JSON that comes back exactly as it went.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::Message;

/// The version that this library writes.
const VERSION: u32 = 1;

/// A conversation, as it is stored: `{"version": 1, "messages": [...]}`.
///
/// Each message carries its `role` (`user`, `assistant` or `tool`), each part its `type`. What is
/// written comes back exactly. What a later version of this library may have written is
///
/// - read without what is not known, where that is a field;
/// - refused, where that is a role, a part, or the version of the whole: to leave it out would change
///   what was said, and half understood is not understood.
///
/// [`from_untrusted`](Self::from_untrusted) instead leaves out and reports whatever it does not know.
///
/// ```
/// use fastroai_providers::{History, Message};
/// let history: History = vec![Message::user("Hello")].into();
/// let stored = serde_json::to_string(&history)?;
/// assert!(stored.starts_with(r#"{"version":1,"#));
/// assert_eq!(serde_json::from_str::<History>(&stored)?, history);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct History(Vec<Message>);

impl History {
    /// The messages, given away.
    #[must_use]
    pub fn into_messages(self) -> Vec<Message> {
        self.0
    }
}

impl From<Vec<Message>> for History {
    fn from(messages: Vec<Message>) -> Self {
        Self(messages)
    }
}

impl From<&[Message]> for History {
    fn from(messages: &[Message]) -> Self {
        Self(messages.to_vec())
    }
}

impl From<&History> for History {
    fn from(history: &History) -> Self {
        history.clone()
    }
}

impl Deref for History {
    type Target = [Message];
    fn deref(&self) -> &[Message] {
        &self.0
    }
}

impl IntoIterator for History {
    type Item = Message;
    type IntoIter = std::vec::IntoIter<Message>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a History {
    type Item = &'a Message;
    type IntoIter = std::slice::Iter<'a, Message>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// A stored conversation that this library does not understand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// It is of another version than the one that is read here.
    #[error("the history was stored in version {found}, and this library reads version {VERSION}")]
    Version {
        /// The version that it says it is of.
        found: u64,
    },
    /// It is no JSON.
    #[error("the history is no JSON: see line {line}, column {column}")]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It is JSON, and no list of messages.
    #[error("the history has no messages: it is a list of them, or an object with `messages`")]
    Messages,
}

impl HistoryError {
    /// Refuses all versions but the one that this library writes.
    pub(super) fn of_version(found: u64) -> Result<(), Self> {
        if found == u64::from(VERSION) { Ok(()) } else { Err(Self::Version { found }) }
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    messages: Vec<Message>,
}

impl TryFrom<Stored> for History {
    type Error = HistoryError;
    fn try_from(stored: Stored) -> Result<Self, HistoryError> {
        HistoryError::of_version(stored.version.into())?;
        Ok(Self(stored.messages))
    }
}

impl From<History> for Stored {
    fn from(history: History) -> Self {
        Self { version: VERSION, messages: history.0 }
    }
}
