//! The conversation as turns of content blocks.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use super::{PROVIDER, identifier};
use crate::message::{ArgumentsObject, Message, ToolCall, ToolResult};
use crate::response::{Part, Reasoning, Response};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    User,
    Assistant,
}

/// All that one side says before the other does.
#[derive(Serialize)]
pub(super) struct Turn<'a> {
    role: Role,
    content: Vec<Block<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block<'a> {
    Text {
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        citations: Option<&'a Value>,
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
        #[serde(skip_serializing_if = "str::is_empty")]
        content: &'a str,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        is_error: bool,
    },
    #[serde(untagged)]
    Raw(&'a Value),
}

/// The conversation as the wire has it: no empty turns, no empty texts, sides that alternate.
pub(super) fn turns(messages: &[Message]) -> Vec<Turn<'_>> {
    let mut turns: Vec<Turn<'_>> = Vec::with_capacity(messages.len());
    for message in messages {
        let (role, content): (_, Vec<_>) = match message {
            Message::User(user) => {
                (Role::User, user.parts.iter().filter_map(|part| text(part.as_text())).collect())
            }
            Message::Tool(tool) => (Role::User, tool.results.iter().map(tool_result).collect()),
            Message::Assistant(response) => (Role::Assistant, assistant(response)),
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
        turn.content.sort_by_key(|block| !matches!(block, Block::ToolResult { .. }));
    }
    turns
}

/// The wire refuses texts of nothing but white space.
fn text(text: &str) -> Option<Block<'_>> {
    (!text.trim().is_empty()).then_some(Block::Text { text, citations: None })
}

fn tool_result(result: &ToolResult) -> Block<'_> {
    let is_error = result.outcome.is_error();
    // An error without a word is refused by the wire.
    let wordless = is_error && result.content.trim().is_empty();
    Block::ToolResult {
        tool_use_id: identifier::id(&result.call_id),
        content: if wordless { "error" } else { &result.content },
        is_error,
    }
}

fn assistant(response: &Response) -> Vec<Block<'_>> {
    // Signatures and citations mean nothing to anyone but who made them.
    let own = response.provider.as_deref() == Some(PROVIDER);
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
            Part::Provider { provider, raw } if provider == PROVIDER => {
                blocks.push(Block::Raw(raw));
            }
            Part::Reasoning(_) | Part::Refusal { .. } | Part::Provider { .. } => {}
        }
    }
    blocks
}

fn thinking(reasoning: &Reasoning) -> impl Iterator<Item = Block<'_>> {
    let shown = reasoning
        .signature
        .as_deref()
        .map(|signature| Block::Thinking { thinking: &reasoning.text, signature });
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
