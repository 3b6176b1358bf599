//! A model that follows a script and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastroai::providers::{
    Delta, FinishReason, HostedTool, Message, Model, ModelError, ModelId, Part, Profile, Request,
    Response, ResponseStream, Settings, StreamEvent, ToolCall, ToolChoice, ToolDefinition, Usage,
};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};

/// One answer of the script.
pub enum Step {
    /// A whole reply; streamed, it comes in one delta for each part.
    Reply(Response),
    /// A failed attempt.
    Fail(ModelError),
    /// A stream of these events, which may end in an error, or too early.
    Events(Vec<Result<StreamEvent, ModelError>>),
    /// A whole reply, streamed with this wait before each piece.
    Paced(Duration, Response),
    /// A stream of these pieces, with this wait before each, that ends in the whole reply.
    PacedDeltas(Duration, Vec<Delta>, Response),
    /// A stream of these pieces, and then nothing more.
    Stalls(Vec<Delta>),
    /// The next step, after a while.
    After(Duration, Box<Step>),
    /// No answer, ever.
    Hang,
}

/// What the model was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The instructions of the request.
    pub instructions: Option<String>,
    /// The conversation of the request.
    pub messages: Vec<Message>,
    /// The names of the tools on offer.
    pub tools: Vec<String>,
    /// The tools on offer.
    pub definitions: Vec<ToolDefinition>,
    /// The tools on offer that the provider runs itself.
    pub hosted_tools: Vec<HostedTool>,
    /// Whether a tool had to be called.
    pub tool_choice: ToolChoice,
    /// How to generate.
    pub settings: Settings,
    /// Whether the reply was to be streamed.
    pub streamed: bool,
}

/// A model that follows a script. Clones follow the same one; it hangs when the script ends.
#[derive(Clone)]
pub struct Scripted(Arc<Shared>);

struct Shared {
    id: ModelId,
    profile: Profile,
    steps: Mutex<VecDeque<Step>>,
    asked: Mutex<Vec<Asked>>,
    open: Arc<()>,
}

impl Scripted {
    /// A model of this name, as `provider:model`.
    #[must_use]
    pub fn new(id: &str, steps: impl IntoIterator<Item = Step>) -> Self {
        Self::with_profile(id, Profile::default(), steps)
    }

    /// A model that can do just this.
    ///
    /// # Panics
    /// Where the name is no model's.
    #[must_use]
    pub fn with_profile(id: &str, profile: Profile, steps: impl IntoIterator<Item = Step>) -> Self {
        Self(Arc::new(Shared {
            id: id.parse().expect("a model's name"),
            profile,
            steps: Mutex::new(steps.into_iter().collect()),
            asked: Mutex::default(),
            open: Arc::default(),
        }))
    }

    /// What it was asked so far, attempt by attempt.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.0.asked.lock().expect("no panic while locked").clone()
    }

    /// How many stalled streams have not been dropped.
    #[must_use]
    pub fn open(&self) -> usize {
        Arc::strong_count(&self.0.open) - 1
    }

    fn next(&self, request: &Request<'_>, streamed: bool) -> Step {
        self.0.asked.lock().expect("no panic while locked").push(Asked {
            instructions: request.instructions.map(str::to_owned),
            messages: request.messages.to_vec(),
            tools: request.tools.iter().map(|tool| tool.name.clone()).collect(),
            definitions: request.tools.iter().map(|tool| ToolDefinition::clone(tool)).collect(),
            hosted_tools: request.hosted_tools.to_vec(),
            tool_choice: request.tool_choice.clone(),
            settings: request.settings.clone(),
            streamed,
        });
        self.0.steps.lock().expect("no panic while locked").pop_front().unwrap_or(Step::Hang)
    }
}

impl Model for Scripted {
    fn id(&self) -> &ModelId {
        &self.0.id
    }

    fn profile(&self) -> &Profile {
        &self.0.profile
    }

    fn request<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        let step = self.next(request, false);
        whole(step).boxed()
    }

    fn stream<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<ResponseStream, ModelError>> {
        let step = self.next(request, true);
        streamed(step, Arc::clone(&self.0.open)).boxed()
    }
}

async fn whole(mut step: Step) -> Result<Response, ModelError> {
    loop {
        match step {
            Step::Reply(reply) | Step::Paced(_, reply) | Step::PacedDeltas(_, _, reply) => {
                return Ok(reply);
            }
            Step::Fail(error) => return Err(error),
            Step::Events(_) | Step::Stalls(_) => {
                return Err(ModelError::config("the script streams here"));
            }
            Step::After(wait, next) => {
                tokio::time::sleep(wait).await;
                step = *next;
            }
            Step::Hang => return std::future::pending().await,
        }
    }
}

async fn streamed(mut step: Step, open: Arc<()>) -> Result<ResponseStream, ModelError> {
    loop {
        match step {
            Step::Reply(reply) => {
                return Ok(stream::iter(events(reply).into_iter().map(Ok)).boxed());
            }
            Step::Fail(error) => return Err(error),
            Step::Events(events) => return Ok(stream::iter(events).boxed()),
            Step::Paced(wait, reply) => return Ok(paced(wait, events(reply))),
            Step::PacedDeltas(wait, deltas, reply) => {
                let mut events: Vec<_> = deltas.into_iter().map(StreamEvent::Delta).collect();
                events.push(StreamEvent::Done(Box::new(reply)));
                return Ok(paced(wait, events));
            }
            Step::Stalls(deltas) => {
                let pieces = stream::iter(deltas.into_iter().map(StreamEvent::Delta).map(Ok));
                let stalled = pieces.chain(stream::pending());
                // Held until the stream is dropped.
                return Ok(stalled.map(move |piece| (&open, piece).1).boxed());
            }
            Step::After(wait, next) => {
                tokio::time::sleep(wait).await;
                step = *next;
            }
            Step::Hang => return Ok(stream::pending().boxed()),
        }
    }
}

fn paced(wait: Duration, events: Vec<StreamEvent>) -> ResponseStream {
    let paced = stream::iter(events).then(move |event| async move {
        tokio::time::sleep(wait).await;
        Ok(event)
    });
    paced.boxed()
}

/// The events of a whole reply.
#[must_use]
pub fn events(reply: Response) -> Vec<StreamEvent> {
    let mut events = Vec::new();
    for (index, part) in reply.parts.iter().enumerate() {
        match part {
            Part::Text { text, .. } => events.push(Delta::Text(text.clone())),
            Part::Reasoning(reasoning) => events.push(Delta::Reasoning(reasoning.text.clone())),
            Part::Refusal { text } => events.push(Delta::Refusal(text.clone())),
            Part::ToolCall(call) => {
                events.push(Delta::ToolCall { index, name: call.name.clone() });
                events.push(Delta::Arguments { index, fragment: call.arguments.clone() });
            }
            _ => {}
        }
    }
    let mut events: Vec<StreamEvent> = events.into_iter().map(StreamEvent::Delta).collect();
    events.push(StreamEvent::Done(Box::new(reply)));
    events
}

/// A reply of these parts that took 10 tokens in and 5 out.
#[must_use]
pub fn reply(parts: Vec<Part>) -> Response {
    let mut reply = Response::default();
    let calls = parts.iter().any(|part| matches!(part, Part::ToolCall(_)));
    reply.finish_reason = if calls { FinishReason::ToolCalls } else { FinishReason::Stop };
    reply.parts = parts;
    reply.usage = usage(10, 5);
    reply
}

/// A step that answers with this text.
#[must_use]
pub fn text(text: &str) -> Step {
    Step::Reply(reply(vec![Part::text(text)]))
}

/// A step that calls one tool.
#[must_use]
pub fn call(id: &str, name: &str, arguments: &str) -> Step {
    calls(&[(id, name, arguments)])
}

/// A step that calls several tools: id, name and arguments of each.
#[must_use]
pub fn calls(calls: &[(&str, &str, &str)]) -> Step {
    let part = |(id, name, arguments): &(&str, &str, &str)| {
        Part::ToolCall(ToolCall::new(*id, *name, *arguments))
    };
    Step::Reply(reply(calls.iter().map(part).collect()))
}

/// The same reply, reported to have taken many tokens of input.
#[must_use]
pub fn dear(mut step: Step) -> Step {
    if let Step::Reply(reply) = &mut step {
        reply.usage = usage(8_000, 5);
    }
    step
}

/// Tokens in and out.
#[must_use]
pub fn usage(input: u64, output: u64) -> Usage {
    let mut usage = Usage::default();
    usage.input_tokens = Some(input);
    usage.output_tokens = Some(output);
    usage
}
