//! What the wires carry, found by asking them to.

use std::sync::Arc;

use fastroai_providers::anthropic::Messages;
use fastroai_providers::gemini::GenerateContent;
use fastroai_providers::message::{MediaError, UserMessage};
use fastroai_providers::openai::{ChatCompletions, Responses};
use fastroai_providers::protocol::{Encoded, Protocol};
use fastroai_providers::request::{CachePolicy, CacheTtl};
use fastroai_providers::{
    HostedTool, Media, Message, Request, Schema, Settings, ToolChoice, ToolDefinition,
};
use serde_json::json;

/// A wire, and a provider and a model on it.
struct Wire {
    name: &'static str,
    provider: &'static str,
    model: &'static str,
    protocol: Box<dyn Protocol>,
    /// What of a model's reasoning goes back to it with the next request, in words.
    reasoning: &'static str,
}

fn wires() -> [Wire; 4] {
    [
        Wire {
            name: "Chat Completions",
            provider: "openai",
            model: "gpt-4.1",
            protocol: Box::new(ChatCompletions::new()),
            reasoning: "by the service, see below",
        },
        Wire {
            name: "Responses",
            provider: "openai-responses",
            model: "gpt-5",
            protocol: Box::new(Responses::new()),
            reasoning: "encrypted items",
        },
        Wire {
            name: "Messages",
            provider: "anthropic",
            model: "claude-sonnet-4-5",
            protocol: Box::new(Messages::new()),
            reasoning: "signed thinking",
        },
        Wire {
            name: "Gemini",
            provider: "google",
            model: "gemini-3-pro-preview",
            protocol: Box::new(GenerateContent::new()),
            reasoning: "signatures",
        },
    ]
}

pub(super) fn section() -> String {
    let head = [
        "wire",
        "as in",
        "request",
        "tool choice",
        "media by bytes",
        "media by URL",
        "hosted tools",
        "cache",
        "reasoning goes back",
        "counts tokens",
    ];
    let (messages, settings) = ([Message::user("Hello")], Settings::default());
    let rows = wires().into_iter().map(|wire| {
        let sent = wire.sends(&Request::new(&messages, &settings)).expect("a plain question");
        vec![
            wire.name.to_owned(),
            super::code(wire.provider),
            super::code(&sent.path.replace(wire.model, "MODEL")),
            wire.choices(),
            taken(&wire, by_bytes()),
            taken(&wire, by_url()),
            yes(wire.hosted_tools()),
            wire.cache().to_owned(),
            wire.reasoning.to_owned(),
            yes(wire.counts()),
        ]
    });
    format!("## Wires\n\n{}", super::table(&head, rows))
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

impl Wire {
    /// What is sent of a request, where the wire carries it.
    fn sends(&self, request: &Request<'_>) -> Option<Encoded> {
        self.protocol.encode(self.model, request, false).ok()
    }

    fn choices(&self) -> String {
        let tool = ToolDefinition::new("f", "Does it.", Schema::new(json!({"type": "object"})));
        let tools = [Arc::new(tool)];
        let taken = [
            ("auto", ToolChoice::Auto),
            ("none", ToolChoice::None),
            ("required", ToolChoice::Required),
            ("named", ToolChoice::Named("f".to_owned())),
        ];
        let (messages, settings) = ([Message::user("Hello")], Settings::default());
        let taken = taken.iter().filter(|(_, choice)| {
            let mut request = Request::new(&messages, &settings);
            (request.tools, request.tool_choice) = (&tools, choice);
            self.sends(&request).is_some()
        });
        taken.map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    fn hosted_tools(&self) -> bool {
        let (messages, settings) = ([Message::user("Hello")], Settings::default());
        let tools = [HostedTool::new(self.provider, json!({"type": "probe", "probe": {}}))];
        let mut request = Request::new(&messages, &settings);
        request.hosted_tools = &tools;
        self.sends(&request)
            .is_some_and(|sent| String::from_utf8_lossy(&sent.body).contains("probe"))
    }

    fn cache(&self) -> &'static str {
        let mut policy = CachePolicy::all(CacheTtl::FiveMinutes);
        policy.key = Some("probe-key".to_owned());
        let settings = Settings { cache: Some(policy), ..Settings::default() };
        let messages = [Message::user("Hello")];
        let mut request = Request::new(&messages, &settings);
        request.instructions = Some("Be brief.");
        let sent = self.sends(&request).expect("a question");
        let body = String::from_utf8_lossy(&sent.body).into_owned();
        match (body.contains("cache_control"), body.contains("probe-key")) {
            (true, _) => "breakpoints",
            (false, true) => "by itself, its key is sent",
            (false, false) => "by itself",
        }
    }

    fn counts(&self) -> bool {
        let (messages, settings) = ([Message::user("Hello")], Settings::default());
        let request = Request::new(&messages, &settings);
        self.protocol.encode_count(self.model, &request).is_ok_and(|count| count.is_some())
    }
}

type Kinds = Vec<(&'static str, Result<Media, MediaError>)>;

fn by_bytes() -> Kinds {
    vec![
        ("image", Media::image_bytes("image/png", b"\x89PNG")),
        ("PDF", Media::document_bytes("application/pdf", "%PDF-1.7")),
        ("text", Media::file("it.txt", "text")),
        ("audio", Media::audio_bytes("audio/wav", "RIFF")),
        ("video", Media::video_bytes("video/mp4", "ftyp")),
    ]
}

fn by_url() -> Kinds {
    vec![
        ("image", Media::image_url("https://example.com/it.png")),
        ("PDF", Media::document_url("https://example.com/it.pdf")),
        ("audio", Media::audio_url("https://example.com/it.mp3")),
        ("video", Media::video_url("https://example.com/it.mp4")),
    ]
}

fn taken(wire: &Wire, kinds: Kinds) -> String {
    let taken = kinds.into_iter().filter_map(|(name, media)| {
        let question = UserMessage::from("Look").attach(media.expect("a media"));
        let (messages, settings) = ([Message::from(question)], Settings::default());
        wire.sends(&Request::new(&messages, &settings)).map(|_| name)
    });
    taken.collect::<Vec<_>>().join(", ")
}
