//! What a user or an assistant said, as one text or in parts.

use std::borrow::Cow;

use serde::Serialize;

use super::messages::joined;
use crate::error::ModelError;
use crate::message::{
    ImageDetail, Media, MediaKind, MediaSource, ToolMessage, UserMessage, UserPart,
};
use crate::openai::address::{Address, file_name};
use crate::response::{Part, Response};

/// What this wire takes beside text, for those who give it something else.
const TAKES: &str = "images by bytes or URL, WAV or MP3 audio by bytes, PDFs by bytes, and documents \
                     that were uploaded";

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Content<'a> {
    Text(Cow<'a, str>),
    Parts(Vec<ContentPart<'a>>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ContentPart<'a> {
    Text { text: Cow<'a, str> },
    Refusal { refusal: Cow<'a, str> },
    ImageUrl { image_url: ImageUrl<'a> },
    InputAudio { input_audio: InputAudio<'a> },
    File { file: Document<'a> },
}

#[derive(Serialize)]
pub(super) struct ImageUrl<'a> {
    url: Address<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<ImageDetail>,
}

#[derive(Serialize)]
pub(super) struct InputAudio<'a> {
    data: &'a str,
    format: &'static str,
}

#[derive(Serialize)]
pub(super) struct Document<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    filename: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_data: Option<Address<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_id: Option<&'a str>,
}

impl<'a> Content<'a> {
    /// One text goes as a string, which every service takes; several pieces keep their borders.
    pub(super) fn of_user(message: &'a UserMessage) -> Result<Option<Self>, ModelError> {
        message.check()?;
        if let [UserPart::Text { text } | UserPart::Correction { text }] = &*message.parts {
            return Ok(Some(Self::Text(text.into())));
        }
        let mut parts = Vec::with_capacity(message.parts.len());
        for part in &message.parts {
            match part {
                UserPart::Text { text } | UserPart::Correction { text } if text.is_empty() => {}
                UserPart::Text { text } | UserPart::Correction { text } => {
                    parts.push(ContentPart::Text { text: text.into() });
                }
                UserPart::Media(media) => parts.push(ContentPart::of_media(media)?),
                // What was sent before is kept unasked.
                UserPart::CachePoint { .. } => {}
            }
        }
        Ok(match parts.pop() {
            None => None,
            Some(ContentPart::Text { text }) if parts.is_empty() => Some(Self::Text(text)),
            Some(last) => {
                parts.push(last);
                Some(Self::Parts(parts))
            }
        })
    }

    /// The media of tools, whose results are text only on this wire: after all results of the turn,
    /// each tool's with its name. `None` where there are none.
    pub(super) fn of_tools(tool: &'a ToolMessage) -> Result<Option<Self>, ModelError> {
        let mut parts = Vec::new();
        for result in tool.results.iter().filter(|result| !result.media.is_empty()) {
            let text = format!("This came with the result of the tool `{}`:", result.name);
            parts.push(ContentPart::Text { text: text.into() });
            for media in &result.media {
                parts.push(ContentPart::of_media(media)?);
            }
        }
        Ok((!parts.is_empty()).then_some(Self::Parts(parts)))
    }

    /// What an assistant said is one text, however many pieces it came in. A refusal has a part of
    /// its own.
    pub(super) fn of_assistant(response: &'a Response) -> Option<Self> {
        let text = joined(response.parts.iter().filter_map(Part::as_text));
        let refusal = joined(response.parts.iter().filter_map(|part| match part {
            Part::Refusal { text } => Some(text.as_str()),
            _ => None,
        }));
        match (text, refusal) {
            (None, None) => None,
            (Some(text), None) => Some(Self::Text(text)),
            (text, Some(refusal)) => {
                let text = text.map(|text| ContentPart::Text { text });
                let refusal = ContentPart::Refusal { refusal };
                Some(Self::Parts(text.into_iter().chain([refusal]).collect()))
            }
        }
    }
}

impl<'a> ContentPart<'a> {
    /// Parts: <https://platform.openai.com/docs/api-reference/chat/create#chat_create-messages>.
    fn of_media(media: &'a Media) -> Result<Self, ModelError> {
        let media_type = media.media_type().unwrap_or_default();
        match (media.kind(), media.source()) {
            (MediaKind::Image, _) => {
                let url = Address::of(media);
                let url = url.ok_or_else(|| media.unfit("Chat Completions", TAKES))?;
                Ok(Self::ImageUrl { image_url: ImageUrl { url, detail: media.detail() } })
            }
            (MediaKind::Document, MediaSource::Uploaded(file)) => {
                let file_id = Some(file.id());
                Ok(Self::File { file: Document { filename: None, file_data: None, file_id } })
            }
            (MediaKind::Audio, MediaSource::Bytes(bytes)) => {
                let format = match media_type {
                    "audio/wav" | "audio/x-wav" | "audio/wave" | "audio/vnd.wave" => "wav",
                    "audio/mpeg" | "audio/mp3" => "mp3",
                    _ => return Err(media.unfit("Chat Completions", TAKES)),
                };
                let data = bytes.as_base64();
                Ok(Self::InputAudio { input_audio: InputAudio { data, format } })
            }
            (MediaKind::Document, MediaSource::Bytes(_)) if media_type == "application/pdf" => {
                let (filename, file_data) = (Some(file_name(media)), Address::of(media));
                Ok(Self::File { file: Document { filename, file_data, file_id: None } })
            }
            _ => Err(media.unfit("Chat Completions", TAKES)),
        }
    }
}
