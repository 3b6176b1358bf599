//! What lies at a provider, what it makes in the background, and how much it may think.

use std::sync::Arc;

use fastroai_providers::anthropic::Messages;
use fastroai_providers::gemini::GenerateContent;
use fastroai_providers::message::UserMessage;
use fastroai_providers::openai::{ChatCompletions, Responses};
use fastroai_providers::request::PreviousResponse;
use fastroai_providers::{
    Media, Message, Part, Response, Settings, ToolCall, ToolOutcome, ToolResult,
};

use crate::{Case, Wire, shapes, validator};

fn wire(api: &'static str, models: &'static [&'static str]) -> Wire {
    let (owner, protocol): (_, Arc<dyn fastroai_providers::protocol::Protocol>) = match api {
        "chat_completions" => ("openai", Arc::new(ChatCompletions::new())),
        "responses" => ("openai-responses", Arc::new(Responses::new())),
        "messages" => ("anthropic", Arc::new(Messages::new())),
        _ => ("google", Arc::new(GenerateContent::new())),
    };
    Wire { api, provider: None, owner, protocol, models, reply: "" }
}

fn wires() -> Vec<Wire> {
    vec![
        wire("chat_completions", &["gpt-5-mini"]),
        wire("responses", &["gpt-5-mini"]),
        wire("messages", &["claude-sonnet-4-5"]),
        wire("generate_content", &["gemini-2.5-flash"]),
        wire("generate_content", &["gemini-3-flash-preview"]),
    ]
}

/// A tool's result with these media beside its text, and another without.
fn given(text: &str, media: Vec<Media>) -> Vec<Message> {
    let (look, time) = (
        ToolCall::new("call_1", "weather", r#"{"city":""}"#),
        ToolCall::new("call_2", "time", "{}"),
    );
    let mut reply = Response::default();
    reply.parts = vec![Part::ToolCall(look.clone()), Part::ToolCall(time.clone())];
    let result = ToolResult::new(&look, text, ToolOutcome::Success).with_media(media);
    let other = ToolResult::new(&time, "noon", ToolOutcome::Success);
    let results = Message::tool(vec![result, other]);
    vec![Message::user("Look."), Message::Assistant(reply), results, Message::user("And?")]
}

fn media() -> Vec<(&'static str, Media)> {
    let all = [
        ("image bytes", Media::image_bytes("image/png", b"\x89PNG")),
        ("image URL", Media::image_url("https://example.com/it.png")),
        ("PDF bytes", Media::document_bytes("application/pdf", "%PDF-1.7")),
        ("PDF URL", Media::document_url("https://example.com/it.pdf")),
        ("text bytes", Media::document_bytes("text/plain", "hello")),
        ("film", Media::video_bytes("video/mp4", "ftyp")),
    ];
    all.map(|(name, media)| (name, media.expect("a media"))).to_vec()
}

fn cases(owner: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, media) in media() {
        for text in ["", "Here."] {
            let mut case = Case::new(format!("{name} of a tool"), given(text, vec![media.clone()]));
            case.tools = shapes::tools();
            cases.push(case);
        }
    }
    let id = "https://generativelanguage.googleapis.com/v1beta/files/abc";
    for (name, media) in [
        ("an uploaded image", Media::image_uploaded(owner, id)),
        ("an uploaded document", Media::document_uploaded(owner, id)),
    ] {
        let media = media.expect("a file");
        let question = UserMessage::from("Look").attach(media.clone());
        cases.push(Case::new(name, vec![question.into()]));
        let mut case = Case::new(format!("{name} of a tool"), given("Here.", vec![media]));
        case.tools = shapes::tools();
        cases.push(case);
    }
    for (name, settings) in [
        ("background", Settings { background: Some(true), ..Settings::default() }),
        (
            "a budget",
            Settings {
                reasoning_budget: Some(1_500),
                max_tokens: Some(2_000),
                ..Settings::default()
            },
        ),
        ("no budget", Settings { reasoning_budget: Some(0), ..Settings::default() }),
        (
            "from a reply",
            Settings {
                previous_response: Some(PreviousResponse::Id("resp_1".to_owned())),
                store: Some(true),
                ..Settings::default()
            },
        ),
    ] {
        let mut reply = Response::default();
        reply.parts = vec![Part::text("Rain.")];
        (reply.id, reply.provider) = (Some("resp_1".to_owned()), Some(owner.to_owned()));
        let messages = [Message::user("Hi"), Message::Assistant(reply), Message::user("And?")];
        let mut case = Case::new(name, messages.to_vec());
        case.settings = settings;
        cases.push(case);
    }
    cases
}

/// What the wires rightly refuse, as they cannot carry it.
const REFUSED: [(&str, &str, &[&str]); 5] = [
    (
        "chat_completions",
        "gpt-5-mini",
        &[
            "PDF URL of a tool",
            "text bytes of a tool",
            "film of a tool",
            "an uploaded image",
            "an uploaded image of a tool",
            "background",
            "a budget",
            "no budget",
            "from a reply",
        ],
    ),
    ("responses", "gpt-5-mini", &["film of a tool", "a budget", "no budget"]),
    ("messages", "claude-sonnet-4-5", &["film of a tool", "background", "from a reply"]),
    ("generate_content", "gemini-2.5-flash", &["background", "from a reply"]),
    (
        "generate_content",
        "gemini-3-flash-preview",
        &["background", "a budget", "no budget", "from a reply"],
    ),
];

#[test]
fn what_lies_at_a_provider_and_what_tools_give_fit_every_wire_that_takes_them() {
    let test = "what_lies_at_a_provider_and_what_tools_give_fit_every_wire_that_takes_them";
    let Some(validator) = validator(test) else { return };
    let mut bodies = Vec::new();
    for (wire, (api, model, expected)) in wires().iter().zip(REFUSED) {
        assert_eq!((wire.api, wire.models), (api, [model].as_slice()));
        let mut refused = Vec::new();
        for case in cases(wire.owner) {
            match [false, true].map(|streamed| case.encode(wire, model, streamed)) {
                [Ok(whole), Ok(streamed)] => bodies.extend([whole, streamed]),
                _ => refused.push(case.name),
            }
        }
        refused.dedup();
        assert_eq!(refused, expected, "{model}");
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
