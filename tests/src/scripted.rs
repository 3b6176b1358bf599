//! The kit's scripted model, as the suites of this crate write scripts.

use std::ops::Deref;
use std::time::Duration;

use fastroai::providers::{
    Delta, FinishReason, Model, ModelError, ModelId, Part, Profile, Request, Response,
    ResponseStream, StreamEvent, ToolCall, Usage,
};
use fastroai::testing::{Reply, ScriptedModel, pieces};
use futures_util::future::BoxFuture;

pub use fastroai::testing::Asked;

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
    /// A stream of these pieces of text, and then nothing more.
    Stalls(Vec<Delta>),
    /// The next step, after a while.
    After(Duration, Box<Step>),
    /// No answer, ever.
    Hang,
}

impl From<Step> for Reply {
    fn from(step: Step) -> Self {
        match step {
            Step::Reply(reply) => Self::of(reply),
            Step::Fail(error) => Self::error(error),
            Step::Events(events) => Self::events(events),
            Step::Paced(wait, reply) => Self::of(reply).paced(wait),
            Step::PacedDeltas(wait, deltas, reply) => {
                Self::of(reply).with_deltas(deltas).paced(wait)
            }
            Step::Stalls(deltas) => Self::of(Response::default()).with_deltas(deltas).stalled(),
            Step::After(wait, step) => Self::from(*step).after(wait),
            Step::Hang => Self::silence(),
        }
    }
}

/// A model that follows a script. Clones follow the same one.
#[derive(Clone)]
pub struct Scripted(ScriptedModel);

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
        let model = ScriptedModel::new(steps).named(id);
        Self(model.with_profile(|default| *default = profile))
    }

    /// How many stalled streams have not been dropped.
    #[must_use]
    pub fn open(&self) -> usize {
        self.0.open_streams()
    }
}

impl Deref for Scripted {
    type Target = ScriptedModel;
    fn deref(&self) -> &ScriptedModel {
        &self.0
    }
}

impl Model for Scripted {
    fn id(&self) -> &ModelId {
        self.0.id()
    }

    fn profile(&self) -> &Profile {
        self.0.profile()
    }

    fn request<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        self.0.request(request)
    }

    fn counts_tokens(&self) -> bool {
        false
    }

    fn stream<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<ResponseStream, ModelError>> {
        self.0.stream(request)
    }
}

/// The events of a whole reply.
#[must_use]
pub fn events(reply: Response) -> Vec<StreamEvent> {
    let deltas = pieces(&reply).into_iter().map(StreamEvent::Delta);
    deltas.chain([StreamEvent::Done(Box::new(reply))]).collect()
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
