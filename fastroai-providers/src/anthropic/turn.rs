//! The conversation as turns of content blocks.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use super::cache::CacheControl;
use super::identifier;
use super::media::{Attached, Source};
use crate::error::ModelError;
use crate::message::{
    ArgumentsObject, Media, Message, ToolCall, ToolResult, UserMessage, UserPart,
};
use crate::request::CacheTtl;
use crate::response::{Part, Reasoning, Response};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Role {
    User,
    Assistant,
}

/// All that one side says before the other does.
#[derive(Serialize)]
pub(super) struct Turn<'a> {
    pub(super) role: Role,
    pub(super) content: Vec<Marked<'a>>,
}

/// A block, and whether all up to it is to be kept in the cache.
#[derive(Serialize)]
pub(super) struct Marked<'a> {
    #[serde(flatten)]
    block: Block<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<CacheControl>,
}

impl Marked<'_> {
    /// Keeps all up to this block, for the longer of what was asked.
    pub(super) fn mark(&mut self, ttl: CacheTtl) {
        let ttl = self.cache_control.map_or(ttl, |mark| mark.0.max(ttl));
        self.cache_control = Some(CacheControl(ttl));
    }

    pub(super) fn mark_mut(&mut self) -> &mut Option<CacheControl> {
        &mut self.cache_control
    }
}

impl<'a> From<Block<'a>> for Marked<'a> {
    fn from(block: Block<'a>) -> Self {
        Self { block, cache_control: None }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block<'a> {
    Text {
        text: Cow<'a, str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        citations: Option<&'a Value>,
    },
    Image {
        source: Source<'a>,
    },
    Document {
        source: Source<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<&'a str>,
    },
    Thinking {
        thinking: &'a str,
        signature: &'a str,
    },
    RedactedThinking {
        data: &'a str,
    },
    ToolUse {
        id: Cow<'a, str>,
        name: Cow<'a, str>,
        input: ArgumentsObject<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        caller: Option<&'a Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        toolset_name: Option<&'a Value>,
    },
    ToolResult {
        tool_use_id: Cow<'a, str>,
        #[serde(skip_serializing_if = "Content::is_empty")]
        content: Content<'a>,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        is_error: bool,
    },
    #[serde(untagged)]
    Raw(&'a Value),
}

/// What a tool gave.
#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Text(&'a str),
    Blocks(Vec<Block<'a>>),
}

impl Content<'_> {
    fn is_empty(&self) -> bool {
        matches!(self, Self::Text(""))
    }
}

/// The conversation as the wire has it: no empty turns, no empty texts, sides that alternate.
///
/// What only `provider` understands goes back to no one else.
pub(super) fn turns<'a>(
    messages: &'a [Message],
    provider: &str,
) -> Result<Vec<Turn<'a>>, ModelError> {
    let mut turns: Vec<Turn<'_>> = Vec::with_capacity(messages.len());
    for message in messages {
        let (role, content) = match message {
            Message::User(message) => (Role::User, user(message)?),
            Message::Tool(tool) => {
                let results = tool.results.iter().map(|result| Ok(tool_result(result)?.into()));
                (Role::User, results.collect::<Result<_, ModelError>>()?)
            }
            Message::Assistant(response) => {
                let blocks = assistant(response, provider).into_iter();
                (Role::Assistant, blocks.map(Marked::from).collect())
            }
        };
        if content.is_empty() {
            continue;
        }
        match turns.last_mut() {
            Some(last) if last.role == role => last.content.extend(content),
            _ => turns.push(Turn { role, content }),
        }
    }
    for turn in turns.iter_mut().filter(|turn| turn.role == Role::User) {
        // The wire wants results right behind their calls; what the user says comes after them.
        turn.content.sort_by_key(|marked| !matches!(marked.block, Block::ToolResult { .. }));
    }
    Ok(turns)
}

fn user(message: &UserMessage) -> Result<Vec<Marked<'_>>, ModelError> {
    message.check()?;
    let mut content: Vec<Marked<'_>> = Vec::with_capacity(message.parts.len());
    for part in &message.parts {
        match part {
            UserPart::Text { text: words } | UserPart::Correction { text: words } => {
                content.extend(text(words).map(Marked::from));
            }
            UserPart::Media(media) => content.push(attached(media)?.into()),
            UserPart::CachePoint { ttl } => {
                if let Some(last) = content.last_mut() {
                    last.mark(*ttl);
                }
            }
        }
    }
    Ok(content)
}

/// The wire refuses texts of nothing but white space.
fn text(text: &str) -> Option<Block<'_>> {
    (!text.trim().is_empty()).then_some(Block::Text { text: text.into(), citations: None })
}

fn attached(media: &Media) -> Result<Block<'_>, ModelError> {
    Ok(match Attached::of(media)? {
        Attached::Image { source } => Block::Image { source },
        Attached::Document { source, title } => Block::Document { source, title },
    })
}

fn tool_result(result: &ToolResult) -> Result<Block<'_>, ModelError> {
    let is_error = result.outcome.is_error();
    // An error without a word is refused by the wire.
    let wordless = is_error && result.content.trim().is_empty();
    let said = if wordless { "error" } else { &result.content };
    let content = if result.media.is_empty() {
        Content::Text(said)
    } else {
        let media = result.media.iter().map(attached);
        Content::Blocks(text(said).into_iter().map(Ok).chain(media).collect::<Result<_, _>>()?)
    };
    let tool_use_id = identifier::id(&result.call_id);
    Ok(Block::ToolResult { tool_use_id, content, is_error })
}

fn assistant<'a>(response: &'a Response, wire: &str) -> Vec<Block<'a>> {
    // Signatures and citations mean nothing to anyone but who made them.
    let own = response.provider.as_deref() == Some(wire);
    let mut blocks = Vec::with_capacity(response.parts.len());
    for part in &response.parts {
        match part {
            Part::Text { text: words, details } => {
                let cited = details.as_ref().filter(|_| own).and_then(|it| it.get("citations"));
                blocks.extend(text(words).map(|block| match block {
                    Block::Text { text, .. } => Block::Text { text, citations: cited },
                    block => block,
                }));
            }
            Part::Reasoning(reasoning) if own => blocks.extend(thinking(reasoning)),
            Part::ToolCall(call) => blocks.push(tool_use(call, own)),
            // Claude's refusals are an explanation beside the reply, and no block of it.
            Part::Refusal { text: words } if !own => blocks.extend(text(words)),
            Part::Provider { provider, raw } if provider == wire && raw.is_object() => {
                blocks.push(Block::Raw(raw));
            }
            Part::Reasoning(_) | Part::Refusal { .. } | Part::Provider { .. } => {}
        }
    }
    blocks
}

/// Thinking without a signature (a server that does not sign, or a stream that broke before it) is
/// refused by the wire as thinking, and goes as the text that it is.
fn thinking(reasoning: &Reasoning) -> impl Iterator<Item = Block<'_>> {
    let shown = match reasoning.signature.as_deref().filter(|signature| !signature.is_empty()) {
        Some(signature) => Some(Block::Thinking { thinking: &reasoning.text, signature }),
        None => text(&reasoning.text).map(|_| Block::Text {
            text: format!("<thinking>\n{}\n</thinking>", reasoning.text).into(),
            citations: None,
        }),
    };
    let hidden = reasoning.redacted.as_deref().map(|data| Block::RedactedThinking { data });
    shown.into_iter().chain(hidden)
}

fn tool_use(call: &ToolCall, own: bool) -> Block<'_> {
    let detail = |name| call.details.as_ref().filter(|_| own).and_then(|all| all.get(name));
    Block::ToolUse {
        id: identifier::id(&call.id),
        name: identifier::name(&call.name),
        input: ArgumentsObject::new(&call.arguments),
        caller: detail("caller"),
        toolset_name: detail("toolset_name"),
    }
}
