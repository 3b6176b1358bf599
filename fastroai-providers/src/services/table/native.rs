//! Those who defined the wires.

use super::FACE;
use super::chat::OPENAI;
use crate::catalogue;
use crate::services::{Address, Face, KeyHeader, Wire};

const CHAT: Face = Face {
    name: "openai",
    service: "openai",
    docs: "https://platform.openai.com/docs/api-reference/chat",
    wire: Wire::ChatCompletions(OPENAI),
    key_variables: &["OPENAI_API_KEY"],
    base_url_variables: &["OPENAI_BASE_URL"],
    address: Address::At("https://api.openai.com/v1"),
    path: "chat/completions",
    models: catalogue::OPENAI,
    without_tools: catalogue::OPENAI_WITHOUT_TOOLS,
    ..FACE
};

pub(super) const ROWS: &[Face] = &[
    CHAT,
    Face {
        name: "openai-responses",
        docs: "https://platform.openai.com/docs/api-reference/responses",
        wire: Wire::Responses(super::responses::OPENAI),
        path: "responses",
        counts_tokens: true,
        ..CHAT
    },
    Face {
        name: "anthropic",
        service: "anthropic",
        docs: "https://platform.claude.com/docs/en/api/messages",
        wire: Wire::Messages,
        key_variables: &["ANTHROPIC_API_KEY"],
        base_url_variables: &["ANTHROPIC_BASE_URL"],
        address: Address::At("https://api.anthropic.com"),
        path: "v1/messages",
        key_header: KeyHeader::Named("x-api-key"),
        counts_tokens: true,
        models: catalogue::ANTHROPIC,
        ..FACE
    },
    Face {
        name: "google",
        service: "google",
        docs: "https://ai.google.dev/api/generate-content",
        wire: Wire::GenerateContent,
        key_variables: &["GOOGLE_API_KEY", "GEMINI_API_KEY"],
        base_url_variables: &["GOOGLE_GEMINI_BASE_URL"],
        address: Address::At("https://generativelanguage.googleapis.com"),
        key_header: KeyHeader::Named("x-goog-api-key"),
        counts_tokens: true,
        models: catalogue::GEMINI,
        ..FACE
    },
];
