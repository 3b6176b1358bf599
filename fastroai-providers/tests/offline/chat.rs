//! A conversation with the offline model.

use std::sync::Arc;

use fastroai_providers::offline::OfflineModel;
use fastroai_providers::{
    Message, Model, ModelError, OutputFormat, Request, Response, ResponseStream, Schema, Settings,
    ToolChoice, ToolDefinition, ToolOutcome, ToolResult,
};
use futures_util::FutureExt;
use serde_json::Value;

pub(crate) fn tool(name: &str, parameters: &Value) -> ToolDefinition {
    ToolDefinition::new(name, "A tool of the test", parameters.clone().into())
}

/// What has been said, and how the model is asked.
#[derive(Default)]
pub(crate) struct Chat {
    pub(crate) messages: Vec<Message>,
    pub(crate) tools: Vec<Arc<ToolDefinition>>,
    pub(crate) tool_choice: ToolChoice,
    pub(crate) output: OutputFormat,
    pub(crate) settings: Settings,
    model: OfflineModel,
}

impl Chat {
    pub(crate) fn new(prompt: &str) -> Self {
        Self { messages: vec![Message::user(prompt)], ..Self::default() }
    }

    pub(crate) fn tool(mut self, tool: ToolDefinition) -> Self {
        self.tools.push(Arc::new(tool));
        self
    }

    pub(crate) fn choose(mut self, choice: ToolChoice) -> Self {
        self.tool_choice = choice;
        self
    }

    pub(crate) fn output(mut self, schema: &Value) -> Self {
        let schema = Schema::new(schema.clone());
        self.output = OutputFormat::JsonSchema { name: "answer".to_owned(), schema };
        self
    }

    pub(crate) fn seed(mut self, seed: u32) -> Self {
        self.model = self.model.with_seed(seed);
        self
    }

    fn request(&self) -> Request<'_> {
        let mut request = Request::new(&self.messages, &self.settings);
        request.tools = &self.tools;
        request.tool_choice = &self.tool_choice;
        request.output = &self.output;
        request
    }

    pub(crate) fn try_ask(&self) -> Result<Response, ModelError> {
        self.model.request(&self.request()).now_or_never().expect("it never waits")
    }

    pub(crate) fn ask(&self) -> Response {
        self.try_ask().expect("it answers")
    }

    pub(crate) fn stream(&self) -> ResponseStream {
        let started = self.model.stream(&self.request()).now_or_never().expect("it never waits");
        started.expect("it answers")
    }

    /// Asks, and has each call of the reply end with this outcome and content.
    pub(crate) fn turn(&mut self, outcome: ToolOutcome, content: &str) -> Response {
        let reply = self.ask();
        let results: Vec<_> =
            reply.tool_calls().map(|call| ToolResult::new(call, content, outcome)).collect();
        self.messages.push(Message::Assistant(reply.clone()));
        if !results.is_empty() {
            self.messages.push(Message::tool(results));
        }
        reply
    }
}
