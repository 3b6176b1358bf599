//! A recorded request, said again in neutral words.

mod chat;
mod gemini;
mod media;
mod messages;
mod responses;
mod strip;

use std::collections::BTreeSet;
use std::sync::Arc;

use fastroai_providers::message::{ToolMessage, UserMessage, UserPart};
use fastroai_providers::{
    HostedTool, Media, Message, OutputFormat, Part, Request, Response, Settings, ToolCall,
    ToolChoice, ToolDefinition, ToolOutcome, ToolResult,
};
pub(crate) use gemini::plain_types;
use serde_json::Value;

use crate::recording::Exchange;
use crate::wires;

/// A request in neutral words, and what of the recorded one has none.
#[derive(Default)]
pub(crate) struct Rebuilt {
    pub(crate) model: String,
    pub(crate) streamed: bool,
    pub(crate) instructions: Option<String>,
    pub(crate) messages: Vec<Message>,
    pub(crate) tools: Vec<Arc<ToolDefinition>>,
    pub(crate) hosted_tools: Vec<HostedTool>,
    pub(crate) tool_choice: ToolChoice,
    pub(crate) output: OutputFormat,
    pub(crate) settings: Settings,
    /// The recorded body without the keys that no neutral word stands for.
    pub(crate) recorded: Value,
    /// Those keys. Without them the request asks for less, but for the same conversation.
    pub(crate) unmodelled: BTreeSet<String>,
    /// Why another request than the recorded one would come out.
    pub(crate) obstacles: BTreeSet<String>,
}

impl Rebuilt {
    /// The recorded request of an exchange. Answers of earlier exchanges are taken as the adapter
    /// read them, wherever the request sends them back.
    pub(crate) fn of(exchange: &Exchange, earlier: &[Response]) -> Self {
        let mut rebuilt = Self {
            model: exchange.model().to_owned(),
            streamed: exchange.asks_for_stream(),
            recorded: exchange.request.clone(),
            ..Self::default()
        };
        let provider = wires::provider(exchange);
        match exchange.api.as_str() {
            "chat_completions" => chat::rebuild(&mut rebuilt, provider, earlier),
            "messages" => messages::rebuild(&mut rebuilt, provider, earlier),
            "responses" => responses::rebuild(&mut rebuilt, provider, earlier),
            "generate_content" | "stream_generate_content" => {
                gemini::rebuild(&mut rebuilt, provider, earlier);
            }
            _ => rebuilt.obstacle("a wire whose requests are not rebuilt"),
        }
        rebuilt
    }

    /// One plain question of the same kind, for where the recorded one cannot be asked.
    pub(crate) fn plain(&self) -> Self {
        Self {
            model: self.model.clone(),
            streamed: self.streamed,
            messages: vec![Message::user("Hello")],
            ..Self::default()
        }
    }

    /// The neutral request.
    pub(crate) fn request(&self) -> Request<'_> {
        let mut request = Request::new(&self.messages, &self.settings);
        request.instructions = self.instructions.as_deref();
        request.tools = &self.tools;
        request.hosted_tools = &self.hosted_tools;
        request.tool_choice = &self.tool_choice;
        request.output = &self.output;
        request
    }

    fn obstacle(&mut self, reason: impl Into<String>) {
        self.obstacles.insert(reason.into());
    }

    fn user(&mut self, parts: Vec<UserPart>) {
        let mut message = UserMessage::default();
        message.parts = parts;
        self.messages.push(Message::User(message));
    }

    /// An assistant's turn: as it was read when it came, or else, where the client changed it, as it
    /// goes back.
    fn assistant(&mut self, sent: Response, earlier: &[Response], same: Same) {
        let same = |read: &&Response| {
            read.text() == sent.text()
                && same_calls(read, &sent)
                && (same != Same::Thoughts || read.reasoning_text() == sent.reasoning_text())
                && (same == Same::Words || items(read) == items(&sent))
        };
        let says_something = !sent.parts.is_empty();
        let read = earlier.iter().rev().find(same).filter(|_| says_something).cloned();
        let read = read.map(|mut read| {
            // A run gives ids to calls that came without.
            let calls = read.parts.iter_mut().filter_map(|part| match part {
                Part::ToolCall(call) => Some(call),
                _ => None,
            });
            for (call, sent) in calls.zip(sent.tool_calls()) {
                if call.id.is_empty() {
                    call.id.clone_from(&sent.id);
                }
            }
            read
        });
        self.messages.push(Message::Assistant(read.unwrap_or(sent)));
    }

    /// The result of a call; results that follow each other are one message.
    fn tool_result(&mut self, id: &str, content: String, is_error: bool) {
        let name = self.name_of(id);
        self.tool_result_of(id, &name, content, is_error);
    }

    fn tool_result_of(&mut self, id: &str, name: &str, content: String, is_error: bool) {
        let outcome = if is_error { ToolOutcome::Failed } else { ToolOutcome::Success };
        let result = ToolResult::new(&ToolCall::new(id, name, ""), content, outcome);
        if let Some(Message::Tool(ToolMessage { results, .. })) = self.messages.last_mut() {
            results.push(result);
        } else {
            self.messages.push(Message::tool(vec![result]));
        }
    }

    /// Media beside the last result.
    fn beside_result(&mut self, media: Vec<Media>) {
        if let Some(Message::Tool(ToolMessage { results, .. })) = self.messages.last_mut()
            && let Some(last) = results.last_mut()
        {
            last.media = media;
        }
    }

    fn name_of(&self, id: &str) -> String {
        let calls = self.messages.iter().rev().filter_map(|message| match message {
            Message::Assistant(response) => Some(response.tool_calls()),
            _ => None,
        });
        let call = calls.flatten().find(|call| call.id == id);
        call.map(|call| call.name.clone()).unwrap_or_default()
    }

    /// The recorded body, taken out to be read while this is written.
    fn take_recorded(&mut self) -> Value {
        std::mem::take(&mut self.recorded)
    }
}

/// What must be the same in a turn that was read and one that is sent back, beside the words and
/// the calls. Clients differ in what they send back where a wire does not want it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Same {
    Words,
    /// What only the provider understands, but for its reasoning.
    Items,
    /// That, and the reasoning.
    Thoughts,
}

/// What only the provider understands of a turn, but for its reasoning.
fn items(response: &Response) -> Vec<&Value> {
    let raw = response.parts.iter().filter_map(|part| match part {
        Part::Provider { raw, .. } => Some(raw),
        _ => None,
    });
    raw.filter(|raw| raw["type"] != "reasoning").collect()
}

/// Whether two turns make the same calls. Some clients make up ids where the provider gave none.
fn same_calls(read: &Response, sent: &Response) -> bool {
    let calls = || read.tool_calls().zip(sent.tool_calls());
    let arguments = |call: &ToolCall| serde_json::from_str::<Value>(&call.arguments).ok();
    read.tool_calls().count() == sent.tool_calls().count()
        && calls().all(|(read, sent)| {
            let known = !read.id.is_empty();
            read.name == sent.name
                && if known { read.id == sent.id } else { arguments(read) == arguments(sent) }
        })
}

/// A setting of the recorded body; whole numbers may be written as `40.0`.
fn setting<T: serde::de::DeserializeOwned>(body: &Value, name: &str) -> Option<T> {
    let value = body.get(name)?;
    let whole = || {
        let digits = value.as_f64().filter(|number| number.fract() == 0.0)?.to_string();
        serde_json::from_str(&digits).ok()
    };
    serde_json::from_value(value.clone()).ok().or_else(whole)
}
