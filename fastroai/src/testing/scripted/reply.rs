//! What a scripted model answers: one reply, or one fault.

use std::time::Duration;

use fastroai_providers::openai::ChatCompletions;
use fastroai_providers::protocol::Protocol as _;
use fastroai_providers::{
    Delta, FinishReason, ModelError, Part, Reasoning, Response, StreamEvent, ToolCall, Usage,
};
use serde::Serialize;

use super::pieces::{cut, pieces};

/// One answer of a [`ScriptedModel`](super::ScriptedModel): what it says, how it comes, or how it
/// fails.
///
/// ```
/// use std::time::Duration;
/// use fastroai::testing::{Reply, ScriptedModel};
/// use serde_json::json;
///
/// let model = ScriptedModel::new([
///     Reply::rate_limited(Duration::from_secs(2)),
///     Reply::reasoning("Two cities.")
///         .with_call("weather", json!({"city": "Lisbon"}))
///         .with_call("weather", json!({"city": "Porto"})),
///     Reply::json(&json!({"umbrella": true})).in_pieces_of(4),
/// ]);
/// ```
#[derive(Debug)]
#[must_use = "a reply is for the script of a model"]
pub struct Reply {
    pub(super) what: What,
    pub(super) wait: Duration,
    pub(super) pace: Duration,
    usage: Option<Usage>,
}

#[derive(Debug)]
pub(super) enum What {
    Said {
        response: Box<Response>,
        deltas: Option<Vec<Delta>>,
        end: End,
    },
    /// A stream of just these.
    Events(Vec<Result<StreamEvent, ModelError>>),
    Failed(ModelError),
    Nothing,
}

/// How a stream ends once all pieces are there.
#[derive(Debug)]
pub(super) enum End {
    Whole,
    Cut,
    Silent,
}

impl Reply {
    fn new(what: What) -> Self {
        Self { what, wait: Duration::ZERO, pace: Duration::ZERO, usage: None }
    }

    fn said(parts: Vec<Part>) -> Self {
        let mut response = Response::default();
        response.finish_reason = reason(&parts);
        response.parts = parts;
        Self::of(response)
    }

    /// This very response, its usage included.
    pub fn of(response: Response) -> Self {
        Self {
            usage: Some(response.usage.clone()),
            ..Self::new(What::Said { response: Box::new(response), deltas: None, end: End::Whole })
        }
    }

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::said(vec![Part::text(text)]).counted()
    }

    /// A text that is streamed in just these pieces.
    ///
    /// ```
    /// # use fastroai::prelude::*;
    /// use fastroai::testing::{Reply, ScriptedModel, with_model};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let model = ScriptedModel::new([Reply::chunks(["Take an ", "umbrella."])]);
    /// let agent = Agent::builder().model("openai:gpt-4o-mini").build()?;
    /// let texts = with_model(model, async {
    ///     let (mut stream, mut texts) = (agent.run("Rain?").stream(), Vec::new());
    ///     while let Some(event) = stream.next().await {
    ///         if let AgentEvent::Text(text) = event? {
    ///             texts.push(text);
    ///         }
    ///     }
    ///     Ok::<_, fastroai::Error>(texts)
    /// });
    /// assert_eq!(texts.await?, ["Take an ", "umbrella."]);
    /// # Ok(()) }
    /// ```
    pub fn chunks<S: Into<String>>(chunks: impl IntoIterator<Item = S>) -> Self {
        let chunks: Vec<String> = chunks.into_iter().map(Into::into).collect();
        let mut reply = Self::text(chunks.concat());
        if let What::Said { deltas, .. } = &mut reply.what {
            *deltas = Some(chunks.into_iter().map(Delta::Text).collect());
        }
        reply
    }

    /// A value as JSON text, for a typed answer.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Self {
        match serde_json::to_string(value) {
            Ok(json) => Self::text(json),
            Err(error) => Self::error(unwritable(error)),
        }
    }

    /// A call of a tool, with these arguments.
    pub fn call(tool: impl Into<String>, arguments: impl Serialize) -> Self {
        Self::said(Vec::new()).counted().with_call(tool, arguments)
    }

    /// A call whose arguments are this text, be it JSON or not.
    ///
    /// ```
    /// use fastroai::testing::Reply;
    /// let malformed = Reply::call_with_text("weather", r#"{"city": "Lis"#);
    /// ```
    pub fn call_with_text(tool: impl Into<String>, arguments: impl Into<String>) -> Self {
        let call = ToolCall::new("", tool, arguments);
        Self::said(vec![Part::ToolCall(call)]).counted()
    }

    /// Thinking; a text or a call goes with it.
    pub fn reasoning(text: impl Into<String>) -> Self {
        Self::said(Vec::new()).counted().with_reasoning(text)
    }

    /// What a model says when it would not answer.
    pub fn refusal(text: impl Into<String>) -> Self {
        Self::said(vec![Part::Refusal { text: text.into() }]).counted()
    }

    /// A failed attempt.
    pub fn error(error: ModelError) -> Self {
        Self::new(What::Failed(error))
    }

    /// An answer with this HTTP status, and nothing in it.
    pub fn status(status: u16) -> Self {
        let error = ChatCompletions::new().decode_error(status, b"{}");
        Self::error(error.with_status(status))
    }

    /// Status 429, which asks to wait for so long.
    pub fn rate_limited(retry_after: Duration) -> Self {
        let error = ChatCompletions::new().decode_error(429, b"{}");
        Self::error(error.with_status(429).with_retry_after(retry_after))
    }

    /// No answer, ever: for timeouts, under a paused clock.
    pub fn silence() -> Self {
        Self::new(What::Nothing)
    }

    /// A stream of just these events; what is not streamed fails.
    pub fn events(events: impl IntoIterator<Item = Result<StreamEvent, ModelError>>) -> Self {
        Self::new(What::Events(events.into_iter().collect()))
    }

    /// Adds a text.
    pub fn with_text(self, text: impl Into<String>) -> Self {
        self.with(Part::text(text))
    }

    /// Adds a call of a tool.
    pub fn with_call(self, tool: impl Into<String>, arguments: impl Serialize) -> Self {
        match serde_json::to_string(&arguments) {
            Ok(json) => self.with(Part::ToolCall(ToolCall::new("", tool, json))),
            Err(error) => Self::error(unwritable(error)),
        }
    }

    /// Adds thinking.
    pub fn with_reasoning(self, text: impl Into<String>) -> Self {
        let mut reasoning = Reasoning::default();
        reasoning.text = text.into();
        self.with(Part::Reasoning(reasoning))
    }

    fn with(mut self, part: Part) -> Self {
        if let What::Said { response, deltas, .. } = &mut self.what {
            if let Some(deltas) = deltas {
                let mut alone = Response::default();
                alone.parts.push(part.clone());
                deltas.extend(pieces(&alone));
            }
            response.parts.push(part);
            response.finish_reason = reason(&response.parts);
        }
        self
    }

    /// Reports that it took so many tokens in and out. Unless told, each word is a token.
    pub fn usage(mut self, input_tokens: u64, output_tokens: u64) -> Self {
        let mut usage = Usage::default();
        usage.input_tokens = Some(input_tokens);
        usage.output_tokens = Some(output_tokens);
        self.usage = Some(usage);
        self
    }

    /// Reports this reason for the end of it, as [`FinishReason::Length`].
    pub fn finish_reason(mut self, reason: FinishReason) -> Self {
        if let What::Said { response, .. } = &mut self.what {
            response.finish_reason = reason;
        }
        self
    }

    /// Comes in just these pieces, where it is streamed; they need not make up the reply.
    pub fn with_deltas(mut self, pieces: impl IntoIterator<Item = Delta>) -> Self {
        if let What::Said { deltas, .. } = &mut self.what {
            *deltas = Some(pieces.into_iter().collect());
        }
        self
    }

    /// Comes in pieces of at most so many characters, where it is streamed.
    pub fn in_pieces_of(mut self, characters: usize) -> Self {
        if let What::Said { response, deltas, .. } = &mut self.what {
            *deltas = Some(cut(pieces(response), characters));
        }
        self
    }

    /// Comes after so long, by tokio's clock.
    pub fn after(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// Waits so long before each piece, where it is streamed.
    pub fn paced(mut self, pace: Duration) -> Self {
        self.pace = pace;
        self
    }

    /// Breaks off after its pieces, before the end.
    pub fn cut_off(self) -> Self {
        self.ending(End::Cut)
    }

    /// Falls silent after its pieces, and never ends. What is not streamed never comes.
    pub fn stalled(self) -> Self {
        self.ending(End::Silent)
    }

    fn ending(mut self, how: End) -> Self {
        if let What::Said { end, .. } = &mut self.what {
            *end = how;
        }
        self
    }

    /// Leaves what it takes to be counted when it is given.
    fn counted(mut self) -> Self {
        self.usage = None;
        self
    }

    /// Gives an id to each call that has none.
    pub(super) fn number_calls(&mut self, number: &mut u64) {
        let What::Said { response, .. } = &mut self.what else { return };
        for part in &mut response.parts {
            if let Part::ToolCall(call) = part
                && call.id.is_empty()
            {
                *number += 1;
                call.id = format!("call_{number}");
            }
        }
    }

    pub(super) fn fill_usage(&mut self, count: impl FnOnce(&Response) -> Usage) {
        let usage = self.usage.take();
        if let What::Said { response, .. } = &mut self.what {
            response.usage = usage.unwrap_or_else(|| count(response));
        }
    }
}

/// Why a model stops that has said this.
fn reason(parts: &[Part]) -> FinishReason {
    let any = |test: fn(&Part) -> bool| parts.iter().any(test);
    if any(|part| matches!(part, Part::ToolCall(_))) {
        FinishReason::ToolCalls
    } else if any(|part| matches!(part, Part::Refusal { .. })) {
        FinishReason::Refusal
    } else {
        FinishReason::Stop
    }
}

fn unwritable(error: serde_json::Error) -> ModelError {
    ModelError::config("a value of the script cannot be written as JSON").with_source(error)
}

impl From<&str> for Reply {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Reply {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        Self::of(response)
    }
}

impl From<ModelError> for Reply {
    fn from(error: ModelError) -> Self {
        Self::error(error)
    }
}
