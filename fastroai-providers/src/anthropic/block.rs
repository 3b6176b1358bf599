//! One content block of a reply, whole or growing.
//!
//! Kinds: <https://platform.claude.com/docs/en/api/messages#response-content>.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::fields::Fields;
use crate::message::ToolCall;
use crate::response::{Part, Reasoning};

/// A content block, as far as it has come.
#[derive(Debug, Clone)]
pub(super) enum Block {
    Text {
        text: String,
        details: Map<String, Value>,
    },
    Thinking {
        text: String,
        signature: String,
    },
    Redacted {
        data: String,
    },
    ToolUse(ToolUse),
    /// Anything else, kept as it came.
    Raw {
        value: Value,
        input: String,
    },
}

/// A tool call, as far as it has come.
#[derive(Debug, Clone)]
pub(super) struct ToolUse {
    pub(super) id: String,
    pub(super) name: String,
    /// What the block began with: all of the input in a whole reply, mostly `{}` in a stream.
    pub(super) given: String,
    /// What was added piece by piece.
    pub(super) pieces: String,
    details: Map<String, Value>,
}

/// A piece of a block.
#[derive(Default, Deserialize)]
pub(super) struct Piece<'a> {
    #[serde(rename = "type", default)]
    kind: String,
    text: Option<String>,
    thinking: Option<String>,
    signature: Option<String>,
    partial_json: Option<String>,
    #[serde(borrow)]
    citation: Option<&'a RawValue>,
}

/// What a piece means to whoever follows the stream.
pub(super) enum Added {
    Text(String),
    Reasoning(String),
    Arguments(String),
    Nothing,
}

/// The kinds of pieces whose fields we read.
const KINDS: [&str; 6] =
    ["", "text_delta", "thinking_delta", "signature_delta", "input_json_delta", "citations_delta"];

impl<'a> Piece<'a> {
    /// Reads a piece; one of a kind that we do not know keeps nothing but its kind.
    pub(super) fn parse(json: &'a str) -> Result<Self, serde_json::Error> {
        let kind = Fields::parse(json)?.text("type").unwrap_or_default();
        if KINDS.contains(&kind.as_str()) {
            return serde_json::from_str(json);
        }
        Ok(Self { kind, ..Self::default() })
    }

    /// Whether this is a piece of a tool's input.
    pub(super) fn is_input(&self) -> bool {
        self.partial_json.is_some()
    }
}

impl Block {
    /// Reads a block, or the beginning of one.
    pub(super) fn parse(json: &str) -> Result<Self, serde_json::Error> {
        let fields = Fields::parse(json)?;
        let kind = fields.text("type").unwrap_or_default();
        let known = match kind.as_str() {
            "text" => fields
                .text("text")
                .map(|text| Self::Text { text, details: fields.beside(&["type", "text"]) }),
            "thinking" => fields.text("thinking").map(|text| Self::Thinking {
                text,
                signature: fields.text("signature").unwrap_or_default(),
            }),
            "redacted_thinking" => fields.text("data").map(|data| Self::Redacted { data }),
            "tool_use" => Some(Self::ToolUse(ToolUse {
                id: fields.text("id").unwrap_or_default(),
                name: fields.text("name").unwrap_or_default(),
                given: fields.json("input").unwrap_or_default().to_owned(),
                pieces: String::new(),
                details: fields.beside(&["type", "id", "name", "input"]),
            })),
            _ => None,
        };
        match known {
            Some(block) => Ok(block),
            None => Ok(Self::Raw { value: serde_json::from_str(json)?, input: String::new() }),
        }
    }

    /// The block that a piece belongs to whose beginning was not sent.
    pub(super) fn implied_by(piece: &Piece<'_>) -> Option<Self> {
        if piece.text.is_some() {
            Some(Self::Text { text: String::new(), details: Map::new() })
        } else if piece.thinking.is_some() || piece.signature.is_some() {
            Some(Self::Thinking { text: String::new(), signature: String::new() })
        } else {
            None
        }
    }

    /// Whether this is the same block, sent again.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::ToolUse(mine), Self::ToolUse(theirs)) => mine.id == theirs.id,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    /// Takes a piece in; `json` is the piece as it came, for blocks that are kept so.
    pub(super) fn add(&mut self, piece: Piece<'_>, json: &str) -> Added {
        match self {
            Self::Text { text, details } => {
                if let Some(citation) = piece.citation
                    && let Ok(citation) = serde_json::from_str(citation.get())
                {
                    let all = details.entry("citations").or_insert_with(|| Value::Array(vec![]));
                    if let Value::Array(all) = all {
                        all.push(citation);
                    }
                }
                piece.text.map_or(Added::Nothing, |more| {
                    text.push_str(&more);
                    Added::Text(more)
                })
            }
            Self::Thinking { text, signature } => {
                if let Some(whole) = piece.signature {
                    *signature = whole;
                }
                piece.thinking.map_or(Added::Nothing, |more| {
                    text.push_str(&more);
                    Added::Reasoning(more)
                })
            }
            Self::ToolUse(call) => piece.partial_json.map_or(Added::Nothing, |more| {
                call.pieces.push_str(&more);
                Added::Arguments(more)
            }),
            Self::Redacted { .. } => Added::Nothing,
            Self::Raw { value, input } => {
                match piece.partial_json {
                    Some(more) => input.push_str(&more),
                    None if piece.kind.is_empty() => {}
                    None => extend(value, json),
                }
                Added::Nothing
            }
        }
    }

    /// The block as a part of a reply of this provider. Where the reply was `cut` inside it, nothing is filled in.
    pub(super) fn into_part(self, provider: &str, cut: bool) -> Part {
        match self {
            Self::Text { text, details } => Part::Text { text, details: some(details) },
            Self::Thinking { text, signature } => Part::Reasoning(Reasoning {
                text,
                signature: Some(signature).filter(|signature| !signature.is_empty()),
                redacted: None,
            }),
            Self::Redacted { data } => {
                Part::Reasoning(Reasoning { redacted: Some(data), ..Reasoning::default() })
            }
            Self::ToolUse(call) => {
                let arguments = call.rest(cut);
                let mut call = ToolCall {
                    details: some(call.details),
                    ..ToolCall::new(call.id, call.name, call.pieces)
                };
                call.arguments.push_str(&arguments);
                Part::ToolCall(call)
            }
            Self::Raw { mut value, input } => {
                if !input.is_empty()
                    && let Value::Object(fields) = &mut value
                {
                    let input = serde_json::from_str(&input)
                        .unwrap_or_else(|_| serde_json::json!({ "INVALID_JSON": input }));
                    fields.insert("input".to_owned(), input);
                }
                Part::Provider { provider: provider.to_owned(), raw: value }
            }
        }
    }
}

impl ToolUse {
    /// The arguments that did not come in pieces: all of them, where the block began with them.
    ///
    /// A call without any is `{}`, except where the reply was `cut` before they could come.
    pub(super) fn rest(&self, cut: bool) -> String {
        let empty = self.given.is_empty() || self.given == "{}";
        if !self.pieces.is_empty() || (cut && empty) {
            String::new()
        } else if self.given.is_empty() {
            "{}".to_owned()
        } else {
            self.given.clone()
        }
    }
}

fn some(details: Map<String, Value>) -> Option<Value> {
    (!details.is_empty()).then_some(Value::Object(details))
}

/// Adds a piece of a kind that we do not know: texts and lists grow, the rest is replaced.
fn extend(value: &mut Value, json: &str) {
    let (Value::Object(mine), Ok(Value::Object(piece))) = (value, serde_json::from_str(json))
    else {
        return;
    };
    for (name, more) in piece {
        if name == "type" {
            continue;
        }
        match (mine.get_mut(&name), more) {
            (Some(Value::String(mine)), Value::String(more)) => mine.push_str(&more),
            (Some(Value::Array(mine)), Value::Array(more)) => mine.extend(more),
            (_, more) => {
                mine.insert(name, more);
            }
        }
    }
}
