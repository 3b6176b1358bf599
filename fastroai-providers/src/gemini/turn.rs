//! The conversation as turns of parts.
//!
//! Parts: <https://ai.google.dev/api/caching#Part>.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::result::Outcome;
use super::{PROVIDER, SIGNATURE};
use crate::error::ModelError;
use crate::message::{
    ArgumentsObject, Media, MediaSource, Message, ToolCall, ToolMessage, ToolResult, UserMessage,
    UserPart,
};
use crate::response::{Part, Response};

/// What stands for the signature of a call that Gemini did not make, in the wire's base64: see
/// <https://ai.google.dev/gemini-api/docs/thought-signatures>.
const UNSIGNED: &str = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=";

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    User,
    Model,
}

/// All that one side says before the other does.
#[derive(Serialize)]
pub(super) struct Turn<'a> {
    role: Role,
    parts: Vec<Piece<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "nearly all pieces are ours")]
enum Piece<'a> {
    Ours(Ours<'a>),
    /// As it came from the provider.
    Raw(&'a Value),
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ours<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inline_data: Option<Blob<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_data: Option<File<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    thought: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_call: Option<Call<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_response: Option<Answer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thought_signature: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Blob<'a> {
    mime_type: &'a str,
    data: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    mime_type: Option<&'a str>,
    file_uri: &'a str,
}

#[derive(Serialize)]
struct Call<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    name: Cow<'a, str>,
    args: ArgumentsObject<'a>,
}

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    name: Cow<'a, str>,
    response: Outcome<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Given<'a>>,
}

/// What a tool gave beside its result:
/// <https://ai.google.dev/gemini-api/docs/function-calling#multimodal>.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Given<'a> {
    inline_data: Blob<'a>,
}

impl<'a> Given<'a> {
    /// The media as a part of a result, which may be a picture, a PDF or plain text by its bytes.
    fn of(media: &'a Media) -> Option<Self> {
        const TYPES: [&str; 5] =
            ["image/png", "image/jpeg", "image/webp", "application/pdf", "text/plain"];
        let mime_type = media.media_type().filter(|told| TYPES.contains(told))?;
        let MediaSource::Bytes(bytes) = media.source() else { return None };
        Some(Self { inline_data: Blob { mime_type, data: bytes.as_base64() } })
    }
}

/// The conversation as the wire has it: no empty turns, sides that alternate, results first.
///
/// A `current` model demands signatures, and takes media within the results of tools.
pub(super) fn turns(messages: &[Message], current: bool) -> Result<Vec<Turn<'_>>, ModelError> {
    let mut turns: Vec<Turn<'_>> = Vec::with_capacity(messages.len());
    let mut ids = Ids::default();
    for message in messages {
        let (role, parts) = match message {
            Message::User(message) => (Role::User, user(message)?),
            Message::Tool(tool) => (Role::User, answers(tool, current, &ids)),
            Message::Assistant(response) => (Role::Model, reply(response, current, &mut ids)),
        };
        if parts.is_empty() {
            continue;
        }
        match turns.last_mut() {
            Some(last) if last.role == role => last.parts.extend(parts),
            _ => turns.push(Turn { role, parts }),
        }
    }
    for turn in turns.iter_mut().filter(|turn| turn.role == Role::User) {
        // The wire wants results right behind their calls; what the user says comes after them.
        let answers = |piece: &Piece<'_>| {
            matches!(piece, Piece::Ours(Ours { function_response: Some(_), .. }))
        };
        turn.parts.sort_by_key(|piece| !answers(piece));
    }
    Ok(turns)
}

fn user(message: &UserMessage) -> Result<Vec<Piece<'_>>, ModelError> {
    message.check()?;
    let mut pieces = Vec::with_capacity(message.parts.len());
    for part in &message.parts {
        match part {
            UserPart::Text { text: words } | UserPart::Correction { text: words } => {
                pieces.extend(text(words));
            }
            UserPart::Media(media) => pieces.push(attached(media)),
            // What was sent before is kept unasked.
            UserPart::CachePoint { .. } => {}
        }
    }
    Ok(pieces)
}

/// Media of every kind have one form; which types a model takes is for it to say.
fn attached(media: &Media) -> Piece<'_> {
    let mime_type = media.media_type();
    Piece::Ours(match media.source() {
        MediaSource::Bytes(bytes) => {
            let mime_type = mime_type.unwrap_or_default();
            let inline_data = Some(Blob { mime_type, data: bytes.as_base64() });
            Ours { inline_data, ..Ours::default() }
        }
        MediaSource::Url(url) => {
            let file_data = Some(File { mime_type, file_uri: url.as_str() });
            Ours { file_data, ..Ours::default() }
        }
        MediaSource::Uploaded(file) => {
            let file_data = Some(File { mime_type, file_uri: file.id() });
            Ours { file_data, ..Ours::default() }
        }
    })
}

/// The ids that Google itself gave to calls, by the ids that the calls have here.
#[derive(Default)]
struct Ids<'a>(BTreeMap<&'a str, Option<&'a str>>);

impl<'a> Ids<'a> {
    fn of(&self, result: &ToolResult) -> Option<&'a str> {
        self.0.get(result.call_id.as_str()).copied().flatten()
    }
}

/// The wire refuses texts of nothing.
fn text(text: &str) -> Option<Piece<'_>> {
    (!text.is_empty()).then(|| Piece::Ours(Ours { text: Some(text.into()), ..Ours::default() }))
}

/// The results, and behind them the media that cannot be within one.
fn answers<'a>(message: &'a ToolMessage, current: bool, ids: &Ids<'a>) -> Vec<Piece<'a>> {
    let mut pieces = Vec::with_capacity(message.results.len());
    let mut behind = Vec::new();
    for result in &message.results {
        let name = name(&result.name);
        let mut parts = Vec::new();
        let mut rest = Vec::new();
        for media in &result.media {
            match Given::of(media).filter(|_| current) {
                Some(given) => parts.push(given),
                None => rest.push(attached(media)),
            }
        }
        if !rest.is_empty() {
            let text = format!("This came with the result of the function `{name}`:").into();
            behind.push(Piece::Ours(Ours { text: Some(text), ..Ours::default() }));
            behind.extend(rest);
        }
        let response = Outcome::new(&result.content, result.outcome.is_error());
        let answer = Answer { id: ids.of(result), name, response, parts };
        pieces.push(Piece::Ours(Ours { function_response: Some(answer), ..Ours::default() }));
    }
    pieces.extend(behind);
    pieces
}

fn reply<'a>(
    response: &'a Response,
    demands_signatures: bool,
    ids: &mut Ids<'a>,
) -> Vec<Piece<'a>> {
    // Signatures, thoughts and ids mean nothing to anyone but who made them.
    let own = response.provider.as_deref() == Some(PROVIDER);
    let mut parts = Vec::with_capacity(response.parts.len());
    // Of calls made side by side only the first is signed.
    let mut unsigned = demands_signatures.then_some(UNSIGNED);
    for part in &response.parts {
        match part {
            Part::Text { text: words, details } => {
                let signature = detail(details.as_ref(), SIGNATURE).filter(|_| own);
                if signature.is_some() || !words.is_empty() {
                    parts.push(Piece::Ours(Ours {
                        text: Some(words.into()),
                        thought_signature: signature,
                        ..Ours::default()
                    }));
                }
            }
            Part::Reasoning(reasoning)
                if own && (reasoning.signature.is_some() || !reasoning.text.is_empty()) =>
            {
                parts.push(Piece::Ours(Ours {
                    text: Some((&reasoning.text).into()),
                    thought: true,
                    thought_signature: reasoning.signature.as_deref(),
                    ..Ours::default()
                }));
            }
            Part::ToolCall(call) => {
                let details = call.details.as_ref().filter(|_| own);
                let id = detail(details, "id");
                ids.0.insert(&call.id, id);
                let signature = detail(details, SIGNATURE).or(unsigned.take());
                unsigned = None;
                parts.push(Piece::Ours(Ours {
                    function_call: Some(call_of(call, id)),
                    thought_signature: signature,
                    ..Ours::default()
                }));
            }
            // Google's refusals are words of its filter beside the reply, and no part of it.
            Part::Refusal { text: words } if !own => parts.extend(text(words)),
            Part::Provider { provider, raw } if own && provider == PROVIDER => {
                parts.push(Piece::Raw(raw));
            }
            Part::Reasoning(_) | Part::Refusal { .. } | Part::Provider { .. } => {}
        }
    }
    parts
}

fn call_of<'a>(call: &'a ToolCall, id: Option<&'a str>) -> Call<'a> {
    Call { id, name: name(&call.name), args: ArgumentsObject::new(&call.arguments) }
}

fn detail<'a>(details: Option<&'a Value>, name: &str) -> Option<&'a str> {
    details?.get(name)?.as_str()
}

/// A name in the letters that the wire takes: other models may have called tools by other names.
fn name(name: &str) -> Cow<'_, str> {
    const LIMIT: usize = 128;
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.len() <= LIMIT && name.chars().all(fits) {
        return Cow::Borrowed(name);
    }
    let plain = name.chars().map(|c| if fits(c) { c } else { '_' }).take(LIMIT);
    let plain: String = plain.collect();
    Cow::Owned(if plain.is_empty() { "_".to_owned() } else { plain })
}
