//! A processor that changes texts.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use fastroai_providers::message::UserPart;
use fastroai_providers::{Message, Part, Response};
use futures_util::future::{BoxFuture, ready};

use super::{HistoryProcessor, Processed, Turn};
use crate::guard::Redactor;

type Change = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Changes the texts that a model sees: what the user said, what the model said and called, what
/// tools gave.
///
/// The function is given each text and says what stands in its place, or `None` where it stays. Of a
/// call it is given the arguments, which are JSON. Where it changes reasoning, that is left out, as
/// its provider has signed it; media and what only a provider understands are not looked at.
///
/// ```
/// use fastroai::history::Redact;
/// let redact = Redact::new(|text| {
///     text.contains("hunter2").then(|| text.replace("hunter2", "[password]"))
/// });
/// ```
///
/// A [`Redactor`] finds personal data and secrets: `Redact::from(Redactor::standard())`.
#[derive(Clone)]
pub struct Redact(Arc<Change>);

impl Redact {
    /// Changes texts by this function.
    #[must_use]
    pub fn new(change: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(change))
    }

    fn text(&self, text: &mut String) -> bool {
        (self.0)(text).map(|changed| *text = changed).is_some()
    }

    /// Whether anything of it was changed.
    fn message(&self, message: &mut Message) -> bool {
        let mut changed = false;
        match message {
            Message::User(user) => {
                for part in &mut user.parts {
                    if let UserPart::Text { text } | UserPart::Correction { text } = part {
                        changed |= self.text(text);
                    }
                }
            }
            Message::Assistant(reply) => changed = self.reply(reply),
            Message::Tool(tool) => {
                for result in &mut tool.results {
                    changed |= self.text(&mut result.content);
                }
            }
            _ => {}
        }
        changed
    }

    fn reply(&self, reply: &mut Response) -> bool {
        let mut changed = false;
        reply.parts.retain_mut(|part| {
            let own = match part {
                Part::Text { text, details } => {
                    let own = self.text(text);
                    // They say where in the text that was what is quoted.
                    if own {
                        *details = None;
                    }
                    own
                }
                Part::Refusal { text } => self.text(text),
                Part::ToolCall(call) => self.text(&mut call.arguments),
                Part::Reasoning(reasoning) => self.text(&mut reasoning.text),
                _ => false,
            };
            changed |= own;
            !(own && matches!(part, Part::Reasoning(_)))
        });
        changed
    }
}

impl From<Redactor> for Redact {
    fn from(redactor: Redactor) -> Self {
        Self::new(move |text| match redactor.redact(text) {
            Cow::Owned(redacted) => Some(redacted),
            Cow::Borrowed(_) => None,
        })
    }
}

impl HistoryProcessor for Redact {
    fn process<'a>(
        &'a self,
        messages: &'a [Message],
        _turn: &'a Turn<'a>,
    ) -> BoxFuture<'a, Processed<'a>> {
        let mut made = messages.to_vec();
        let mut changed = false;
        for message in &mut made {
            changed |= self.message(message);
        }
        let made = if changed { Cow::Owned(made) } else { Cow::Borrowed(messages) };
        Box::pin(ready(Ok(made)))
    }
}

impl fmt::Debug for Redact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redact(..)")
    }
}
