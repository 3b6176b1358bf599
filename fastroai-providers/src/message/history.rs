//! A stored conversation: versioned JSON that comes back exactly as it went.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::Message;

/// The version that this library writes.
const VERSION: u32 = 1;

/// A conversation, as it is stored: `{"version": 1, "messages": [...]}`.
///
/// Each message carries its `role` (`user`, `assistant` or `tool`), each part its `type`. What is
/// written comes back exactly; a later version is refused rather than half understood.
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
#[derive(Debug, thiserror::Error)]
#[error("the history was stored in version {found}, and this library reads version {VERSION}")]
pub struct HistoryError {
    found: u32,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    messages: Vec<Message>,
}

impl TryFrom<Stored> for History {
    type Error = HistoryError;
    fn try_from(stored: Stored) -> Result<Self, HistoryError> {
        if stored.version == VERSION {
            Ok(Self(stored.messages))
        } else {
            Err(HistoryError { found: stored.version })
        }
    }
}

impl From<History> for Stored {
    fn from(history: History) -> Self {
        Self { version: VERSION, messages: history.0 }
    }
}
