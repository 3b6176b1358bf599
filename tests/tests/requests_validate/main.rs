//! What the adapters send fits the providers' own definitions, to the last key.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod conversations;
mod extras;
mod kept;
mod shapes;

use std::collections::BTreeSet;
use std::sync::Arc;

use fastroai_providers::protocol::Protocol;
use fastroai_providers::services::{self, FACES, Face};
use fastroai_providers::{
    HostedTool, Message, ModelError, OutputFormat, Request, Settings, ToolChoice, ToolDefinition,
};
use serde_json::value::RawValue;
use tests::validator::{Body, Validator};
use tests::{shared_or_skip, skip};

/// A request, and the name under which a failure is reported.
struct Case {
    name: String,
    instructions: Option<&'static str>,
    messages: Vec<Message>,
    tools: Vec<Arc<ToolDefinition>>,
    hosted_tools: Vec<HostedTool>,
    tool_choice: ToolChoice,
    output: OutputFormat,
    settings: Settings,
}

impl Case {
    /// Just a conversation.
    fn new(name: impl Into<String>, messages: Vec<Message>) -> Self {
        Self {
            name: name.into(),
            instructions: None,
            messages,
            tools: Vec::new(),
            hosted_tools: Vec::new(),
            tool_choice: ToolChoice::Auto,
            output: OutputFormat::Text,
            settings: Settings::default(),
        }
    }

    fn encode(&self, wire: &Wire, model: &str, streamed: bool) -> Result<Body, ModelError> {
        let name = wire.owner;
        let id = format!("{name} {model} {}{}", self.name, if streamed { " streamed" } else { "" });
        let mut request = Request::new(&self.messages, &self.settings);
        request.instructions = self.instructions;
        request.tools = &self.tools;
        request.hosted_tools = &self.hosted_tools;
        request.tool_choice = &self.tool_choice;
        request.output = &self.output;
        let encoded = wire.protocol.encode(model, &request, streamed)?;
        let encoded = encoded.with_fields(&self.settings.extra_body)?;
        let version = encoded.headers.iter().find(|(name, _)| *name == "anthropic-version");
        let body = String::from_utf8(encoded.body).expect("a body in UTF-8");
        Ok(Body {
            api: wire.api,
            id,
            provider: wire.provider,
            version: version.map(|(_, value)| value.clone()),
            body: RawValue::from_string(body).expect("a body in JSON"),
        })
    }
}

/// An adapter as one provider has it, and the models for which its requests differ.
struct Wire {
    api: &'static str,
    /// Where it documents more than the API that its own copies.
    provider: Option<&'static str>,
    /// The provider that takes back what only it understands.
    owner: &'static str,
    protocol: Arc<dyn Protocol>,
    models: &'static [&'static str],
    /// A reply with reasoning and a call, which goes back with the next request.
    reply: &'static str,
}

impl Wire {
    fn resumed(&self) -> Case {
        let mut reply = self.protocol.decode(self.reply.as_bytes()).expect("a reply");
        reply.provider = Some(self.owner.to_owned());
        assert!(!reply.reasoning_text().is_empty() && reply.tool_calls().count() == 1);
        let mut case = Case::new("its own reply, resumed", conversations::resumed(reply));
        case.tools = shapes::tools();
        case
    }
}

/// The services whose own documentation the validator knows. The others are held to what OpenAI's
/// says, so that nothing is sent to them that only some other service knows.
const DOCUMENTED: [&str; 13] = [
    "cerebras",
    "deepseek",
    "groq",
    "huggingface",
    "llamacpp",
    "mistral",
    "ollama",
    "openrouter",
    "perplexity",
    "venice",
    "vllm",
    "xai",
    "zai",
];

fn wires() -> Vec<Wire> {
    FACES.iter().map(wire).collect()
}

/// A face, and models of it for which its requests differ.
fn wire(face: &'static Face) -> Wire {
    let (api, reply) = match face.wire {
        services::Wire::ChatCompletions(_) => ("chat_completions", conversations::CHAT_REPLY),
        services::Wire::Responses(_) => ("responses", conversations::RESPONSES_REPLY),
        services::Wire::Messages => ("messages", conversations::MESSAGES_REPLY),
        services::Wire::GenerateContent => ("generate_content", conversations::GEMINI_REPLY),
        _ => unreachable!("a new wire"),
    };
    let models: &[&str] = match face.name {
        "openai" => &["gpt-4o-mini", "gpt-5-mini", "o3"],
        "openai-responses" => &["gpt-4.1", "gpt-5-mini"],
        "anthropic" => &["claude-3-5-haiku-latest", "claude-sonnet-4-5", "claude-opus-4-8"],
        "google" => &["gemini-2.5-flash", "gemini-2.5-pro", "gemini-3-flash-preview"],
        "chatgpt" => &["gpt-5.4"],
        "openrouter-messages" => &["anthropic/claude-haiku-4.5", "moonshotai/kimi-k2"],
        _ => &["a-model"],
    };
    let documented = DOCUMENTED.contains(&face.name);
    let (provider, protocol) = (documented.then_some(face.name), face.protocol());
    Wire { api, provider, owner: face.name, protocol, models, reply }
}

/// Every conversation bare, and with instructions and tools; then one question in every shape.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, messages) in conversations::all() {
        cases.push(Case::new(name, messages.clone()));
        let mut agent = Case::new(format!("{name}, of an agent"), messages);
        agent.instructions = Some("You are a travel assistant. Answer in one sentence.");
        agent.tools = shapes::tools();
        cases.push(agent);
    }
    cases.extend(shapes::all());
    cases
}

/// What an adapter rightly refuses to write, since the model would answer it with an error.
const REFUSED: [&str; 26] = [
    "gpt-4.1: stop_sequences",
    "gpt-4.1: all but effort",
    "gpt-5-mini: stop_sequences",
    "gpt-5-mini: all but effort",
    "claude-sonnet-4-5: effort and few tokens",
    "claude-opus-4-8: temperature",
    "claude-opus-4-8: top_p",
    "claude-opus-4-8: all but effort",
    "gemini-2.5-flash: output plan, tools true",
    "gemini-2.5-flash: output empty, tools true",
    "gemini-2.5-pro: output plan, tools true",
    "gemini-2.5-pro: output empty, tools true",
    "gemini-2.5-pro: no effort",
    "gemini-3-flash-preview: no effort",
    "a-model: stop_sequences",
    "a-model: all but effort",
    "gpt-5.4: max_tokens",
    "gpt-5.4: temperature",
    "gpt-5.4: top_p",
    "gpt-5.4: stop_sequences",
    "gpt-5.4: effort and few tokens",
    "gpt-5.4: effort and many tokens",
    "gpt-5.4: all but effort",
    "a-model: effort and few tokens",
    "anthropic/claude-haiku-4.5: effort and few tokens",
    "moonshotai/kimi-k2: effort and few tokens",
];

/// What the validator knows no documentation of, and a service documents: Kimi's models want their
/// reasoning back with their calls,
/// <https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model>.
const DOCUMENTED_ELSEWHERE: [&str; 2] = [
    "bad moonshot a-model its own reply, resumed: /messages/1/reasoning_content: unknown key",
    "bad moonshot a-model its own reply, resumed streamed: /messages/1/reasoning_content: \
     unknown key",
];

#[test]
fn every_request_fits_its_provider_s_definition() {
    let test = "every_request_fits_its_provider_s_definition";
    let Some(validator) = validator(test) else { return };
    let (wires, cases) = (wires(), cases());
    let (mut bodies, mut refused) = (Vec::new(), Vec::new());
    for wire in &wires {
        let resumed = wire.resumed();
        for model in wire.models {
            for case in cases.iter().chain([&resumed]) {
                let both = [false, true].map(|streamed| case.encode(wire, model, streamed));
                if let [Ok(whole), Ok(streamed)] = both {
                    bodies.extend([whole, streamed]);
                    continue;
                }
                // What several faces refuse alike is told once.
                let told = format!("{model}: {}", case.name);
                if !refused.contains(&told) {
                    refused.push(told);
                }
            }
        }
    }
    assert_eq!(refused, REFUSED.map(str::to_owned));
    // What several services are sent alike is looked at once.
    let mut seen = BTreeSet::new();
    bodies.retain(|body| seen.insert((body.api, body.provider, body.body.get().to_owned())));
    let failures = validator.failures(&bodies).expect("a verdict on every body");
    let unexpected: Vec<_> = failures
        .iter()
        .filter(|failure| !DOCUMENTED_ELSEWHERE.contains(&failure.as_str()))
        .collect();
    assert!(unexpected.is_empty(), "{} of {}: {unexpected:#?}", unexpected.len(), bodies.len());
    assert_eq!(failures.len(), DOCUMENTED_ELSEWHERE.len(), "what the validator knows by now");
}

#[test]
fn the_validator_is_sound_and_sees_one_wrong_key() {
    let test = "the_validator_is_sound_and_sees_one_wrong_key";
    let Some(validator) = validator(test) else { return };
    validator.check_itself().expect("the validator's own checks pass");

    let case = Case::new("wrong", vec![Message::user("Hello")]);
    let bodies: Vec<Body> = wires()
        .iter()
        .map(|wire| {
            let mut body = case.encode(wire, wire.models[0], false).expect("a body");
            let wrong = body.body.get().replacen('{', r#"{"temprature":1,"#, 1);
            body.body = RawValue::from_string(wrong).expect("JSON");
            body
        })
        .collect();
    let failures = validator.failures(&bodies).expect("a verdict");
    assert_eq!(failures.len(), bodies.len(), "{failures:?}");
    assert!(failures.iter().all(|failure| failure.contains("temprature")), "{failures:?}");
}

fn validator(test: &str) -> Option<Validator> {
    let shared = shared_or_skip(test)?;
    Validator::new(&shared).map_err(|error| skip(test, &error)).ok()
}
