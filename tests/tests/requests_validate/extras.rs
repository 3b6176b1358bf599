//! What only some providers take: media, cache points, hosted tools, fields of one's own, versions.

use fastroai_providers::anthropic::{Messages, Version};
use fastroai_providers::gemini::GenerateContent;
use fastroai_providers::message::{ImageDetail, MediaError, UserMessage};
use fastroai_providers::openai::{ChatCompletions, Responses};
use fastroai_providers::protocol::Protocol;
use fastroai_providers::request::{CachePolicy, CacheTtl};
use fastroai_providers::{HostedTool, Media, Message, ModelErrorKind, Settings};
use serde_json::{Value, json};

use crate::{Case, Wire, conversations, shapes, validator};

fn wire(api: &'static str, protocol: impl Protocol, models: &'static [&'static str]) -> Wire {
    let provider = (api == "chat_completions").then_some("groq");
    let provider = provider.filter(|_| models == ["a-model"]);
    Wire { api, provider, owner: api, protocol: std::sync::Arc::new(protocol), models, reply: "" }
}

fn wires() -> Vec<Wire> {
    let newer = Messages::new().with_version(Version::V2026_10_21);
    vec![
        wire("chat_completions", ChatCompletions::new(), &["gpt-4o-mini"]),
        wire("chat_completions", ChatCompletions::for_provider("groq"), &["a-model"]),
        wire("responses", Responses::new(), &["gpt-4.1"]),
        wire("messages", Messages::new(), &["claude-sonnet-4-5"]),
        wire("messages", newer, &["claude-haiku-4-5"]),
        wire("generate_content", GenerateContent::new(), &["gemini-2.5-flash"]),
    ]
}

fn media() -> Vec<(&'static str, Result<Media, MediaError>)> {
    let named = |media: Result<Media, MediaError>| media.map(|media| media.with_name("it.pdf"));
    vec![
        ("image bytes", Media::image_bytes("image/png", b"\x89PNG")),
        ("image URL", Media::image_url("https://example.com/it?sig=1")),
        ("image closely", Media::file("it.jpg", []).map(|it| it.with_detail(ImageDetail::High))),
        ("PDF bytes", Media::document_bytes("application/pdf", "%PDF-1.7")),
        ("PDF named", named(Media::document_bytes("application/pdf", "%PDF-1.7"))),
        ("PDF URL", Media::document_url("https://example.com/it.pdf")),
        ("text bytes", Media::file("it.txt", "Grüße")),
        ("WAV bytes", Media::audio_bytes("audio/wav", "RIFF")),
        ("MP3 bytes", Media::audio_bytes("audio/mpeg", "ID3")),
        ("audio URL", Media::audio_url("https://example.com/it.mp3")),
        ("video bytes", Media::video_bytes("video/mp4", "ftyp")),
        ("video URL", Media::video_url("https://example.com/it.mp4")),
    ]
}

/// What the wires rightly refuse, as they cannot carry it.
const REFUSED: [(&str, &[&str]); 5] = [
    ("gpt-4o-mini", &["PDF URL", "text bytes", "audio URL", "video bytes", "video URL"]),
    ("a-model", &["PDF URL", "text bytes", "audio URL", "video bytes", "video URL"]),
    ("gpt-4.1", &["WAV bytes", "MP3 bytes", "audio URL", "video bytes", "video URL"]),
    ("claude-sonnet-4-5", &["WAV bytes", "MP3 bytes", "audio URL", "video bytes", "video URL"]),
    ("claude-haiku-4-5", &["WAV bytes", "MP3 bytes", "audio URL", "video bytes", "video URL"]),
];

#[test]
fn media_fit_every_wire_that_takes_them() {
    let Some(validator) = validator("media_fit_every_wire_that_takes_them") else { return };
    let mut bodies = Vec::new();
    for wire in wires() {
        let model = wire.models[0];
        let mut refused = Vec::new();
        for (name, media) in media() {
            let question = UserMessage::from("Look").attach(media.expect("a media"));
            let case = Case::new(name, vec![Message::from(question.text("What is it?"))]);
            match case.encode(&wire, model, false) {
                Ok(body) => bodies.push(body),
                Err(error) => {
                    assert_eq!(*error.kind(), ModelErrorKind::Config);
                    refused.push(name);
                }
            }
        }
        let expected = REFUSED.iter().find(|(other, _)| *other == model);
        assert_eq!(refused, expected.map_or(Vec::new(), |(_, names)| names.to_vec()), "{model}");
    }
    let failures = validator.failures(&bodies).expect("a verdict on every body");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn fields(value: Value) -> serde_json::Map<String, Value> {
    let Value::Object(fields) = value else { unreachable!("an object") };
    fields
}

/// A tool that the provider runs, and a field of its own.
fn own(model: &str) -> (HostedTool, Value) {
    let (provider, tool, extra) = match model {
        "gpt-4.1" => {
            ("openai-responses", json!({"type": "web_search"}), json!({"truncation": "auto"}))
        }
        "gemini-2.5-flash" => (
            "google",
            json!({"googleSearch": {}}),
            json!({"safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT",
                "threshold": "BLOCK_NONE"}]}),
        ),
        _ => (
            "anthropic",
            json!({"type": "web_search_20250305", "name": "web_search", "max_uses": 2}),
            json!({"metadata": {"user_id": "u1"}}),
        ),
    };
    (HostedTool::new(provider, tool), extra)
}

#[test]
fn caching_hosted_tools_and_fields_of_ones_own_fit_every_wire() {
    let test = "caching_hosted_tools_and_fields_of_ones_own_fit_every_wire";
    let Some(validator) = validator(test) else { return };
    let points = UserMessage::from("A long text.").cache_point(CacheTtl::OneHour).text("Sum up.");
    let mut policy = CachePolicy::all(CacheTtl::OneHour);
    policy.key = Some("travel".to_owned());
    let cached = Settings { cache: Some(policy), ..Settings::default() };
    let mut bodies = Vec::new();
    for wire in wires() {
        let model = wire.models[0];
        let mut cases = vec![Case::new("a cache point", vec![points.clone().into()])];
        for (name, messages) in conversations::all() {
            let mut case = Case::new(format!("{name}, cached"), messages);
            case.instructions = Some("You are a travel assistant.");
            case.tools = shapes::tools();
            case.settings = cached.clone();
            cases.push(case);
        }
        if wire.api == "chat_completions" {
            // Its definition knows no hosted tools; those of Groq are documented elsewhere.
            let mut case = Case::new("extra", vec![Message::user("Go.")]);
            case.settings.extra_body = fields(json!({"metadata": {"trace": "1"}}));
            cases.push(case);
        } else {
            let (hosted, extra) = own(model);
            let mut case = Case::new("hosted and extra", vec![Message::user("Search.")]);
            case.hosted_tools = vec![hosted];
            case.settings.extra_body = fields(extra);
            cases.push(case);
        }
        if matches!(model, "claude-sonnet-4-5" | "gemini-2.5-flash") {
            let mut case = Case::new("top_k", vec![Message::user("Go.")]);
            case.settings.top_k = Some(40);
            cases.push(case);
        }
        for case in cases {
            for streamed in [false, true] {
                bodies.push(case.encode(&wire, model, streamed).expect(&case.name));
            }
        }
    }
    let failures = validator.failures(&bodies).expect("a verdict on every body");
    assert!(
        failures.is_empty(),
        "{} of {}:\n{}",
        failures.len(),
        bodies.len(),
        failures.join("\n")
    );
}
