//! A model that calls every tool and answers, with data that fits the schemas.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use fastroai_providers::offline::{self, OfflineModel};
use fastroai_providers::{
    FinishReason, Model, ModelError, ModelId, Part, Profile, Request, Response, ResponseStream,
    StreamEvent, ToolChoice, ToolDefinition,
};
use futures_util::future::{BoxFuture, ready};
use futures_util::{FutureExt, StreamExt, stream};
use serde::Serialize;

use super::Asked;
use super::scripted::pieces;
use crate::run::OUTPUT_TOOL;

/// A model that calls every tool on offer once, with arguments that fit its schema, and then
/// answers with data that fits the output's.
///
/// It needs no script: a first test of an agent is that it runs through. The values are those of
/// the offline model; another [seed](Self::seed) takes others. Clones remember the same requests.
///
/// ```
/// use fastroai::prelude::*;
/// use fastroai::testing::{TestModel, with_model};
///
/// /// Current weather for a city.
/// #[safe_tool]
/// async fn weather(
///     /// City name, e.g. "Lisbon".
///     city: String,
/// ) -> String {
///     format!("rain in {city}")
/// }
///
/// #[derive(Debug, serde::Deserialize, JsonSchema)]
/// struct Advice {
///     umbrella: bool,
/// }
///
/// /// You are a travel assistant.
/// #[agent(model = "openai:gpt-4o-mini", tools = [weather], output = Advice)]
/// struct Travel;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// let answer = with_model(TestModel::new(), Travel.run("Do I need an umbrella?")).await?;
/// assert_eq!(answer.tool_calls[0].arguments, r#"{"city":"Lisbon"}"#);
/// assert!(answer.output.umbrella);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct TestModel {
    offline: OfflineModel,
    tools: Option<Vec<String>>,
    answer: Option<String>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl TestModel {
    /// A model that calls every tool.
    #[must_use]
    pub fn new() -> Self {
        Self { offline: OfflineModel::default(), tools: None, answer: None, asked: Arc::default() }
    }

    /// Calls these tools only, of those on offer.
    #[must_use]
    #[doc(alias = "call_tools")]
    pub fn only_tools<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.tools = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Calls no tool.
    #[must_use]
    pub fn without_tools(self) -> Self {
        self.only_tools::<String>([])
    }

    /// Answers with this text.
    #[must_use]
    #[doc(alias = "custom_output_text")]
    pub fn answer(mut self, text: impl Into<String>) -> Self {
        self.answer = Some(text.into());
        self
    }

    /// Answers with this value, as JSON.
    ///
    /// # Panics
    /// Where it cannot be written as JSON.
    #[must_use]
    #[track_caller]
    #[doc(alias = "custom_output_args")]
    #[expect(clippy::panic, reason = "this is how a test fails")]
    pub fn answer_json<T: Serialize + ?Sized>(self, value: &T) -> Self {
        let json = serde_json::to_string(value);
        self.answer(json.unwrap_or_else(|error| panic!("the answer is no JSON: {error}")))
    }

    /// Takes other values, where the schemas leave a choice: other numbers, choices and texts.
    #[must_use]
    pub fn seed(mut self, seed: u32) -> Self {
        self.offline = self.offline.with_seed(seed);
        self
    }

    /// What it was asked so far.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether it may call this tool. The one that hands in a typed answer is not among those that
    /// one chooses from.
    fn calls(&self, tool: &ToolDefinition) -> bool {
        tool.name == OUTPUT_TOOL || self.tools.as_ref().is_none_or(|some| some.contains(&tool.name))
    }

    async fn reply(&self, request: &Request<'_>, streamed: bool) -> Result<Response, ModelError> {
        let asked = Asked::of(request, streamed);
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        let mut request = *request;
        let tools: Vec<_> = request.tools.iter().filter(|tool| self.calls(tool)).cloned().collect();
        // Whoever must call a tool calls those first that are no answer.
        let waits = |tool: &Arc<ToolDefinition>| tool.name != OUTPUT_TOOL;
        let work: Vec<_> = tools.iter().filter(|tool| waits(tool)).cloned().collect();
        request.tools = &work;
        let is_required = *request.tool_choice == ToolChoice::Required;
        if is_required {
            request.tool_choice = &ToolChoice::Auto;
        }
        let mut response = self.offline.request(&request).await?;
        if response.tool_calls().next().is_none() && is_required {
            // Nothing else is left to call: the last one is the answer's, or any.
            request.tool_choice = &ToolChoice::Required;
            request.tools = if tools.len() > work.len() { answer_tool(&tools) } else { &tools };
            response = self.offline.request(&request).await?;
        }
        if let Some(answer) = &self.answer {
            put(answer, &mut response);
            response.usage = offline::usage(&request, &response);
        }
        Ok(response)
    }
}

/// The tool that hands in the answer, which comes last.
fn answer_tool(tools: &[Arc<ToolDefinition>]) -> &[Arc<ToolDefinition>] {
    let at = tools.iter().position(|tool| tool.name == OUTPUT_TOOL).unwrap_or_default();
    tools.get(at..=at).unwrap_or_default()
}

/// Puts the answer that was chosen into the place of the one that was made up.
fn put(answer: &str, response: &mut Response) {
    for part in &mut response.parts {
        if let Part::ToolCall(call) = part
            && call.name == OUTPUT_TOOL
        {
            answer.clone_into(&mut call.arguments);
            return;
        }
    }
    if response.tool_calls().next().is_none() {
        response.parts = vec![Part::text(answer)];
        response.finish_reason = FinishReason::Stop;
    }
}

impl Default for TestModel {
    fn default() -> Self {
        Self::new()
    }
}

impl Model for TestModel {
    fn id(&self) -> &ModelId {
        self.offline.id()
    }

    fn profile(&self) -> &Profile {
        self.offline.profile()
    }

    fn request<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        self.reply(request, false).boxed()
    }

    fn stream<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<ResponseStream, ModelError>> {
        async move {
            let response = self.reply(request, true).await?;
            let deltas = pieces(&response).into_iter().map(StreamEvent::Delta);
            let events: Vec<_> = deltas.chain([StreamEvent::Done(Box::new(response))]).collect();
            Ok(stream::iter(events.into_iter().map(Ok)).boxed())
        }
        .boxed()
    }

    fn count_tokens<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<u64, ModelError>> {
        let counted = offline::usage(request, &Response::default()).input_tokens;
        ready(Ok(counted.unwrap_or_default())).boxed()
    }
}

impl fmt::Debug for TestModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestModel").field("tools", &self.tools).finish_non_exhaustive()
    }
}
