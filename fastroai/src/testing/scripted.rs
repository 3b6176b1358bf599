//! A model that follows a script and remembers what it was asked.

mod pieces;
mod play;
mod reply;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fastroai_providers::offline::{self, OfflineModel};
use fastroai_providers::{Model, ModelError, ModelId, Profile, Request, Response, ResponseStream};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::Asked;

pub use pieces::pieces;
pub use reply::Reply;

/// A model that follows a script, and remembers what it was asked. Clones follow the same script.
///
/// It is free of charge and called `offline:scripted`, unless [`named`](Self::named) otherwise. Give
/// it to the code under test with [`with_model`](super::with_model), or to a runtime with
/// [`RuntimeBuilder::model`](crate::RuntimeBuilder::model) under the name that the agent asks for.
/// Asked for more than its script has, it fails and says so.
///
/// ```
/// use fastroai::prelude::*;
/// use fastroai::testing::{Reply, ScriptedModel, with_model};
///
/// /// Current weather for a city.
/// #[safe_tool]
/// async fn weather(city: String) -> String {
///     format!("rain in {city}")
/// }
///
/// /// You are a travel assistant.
/// #[agent(model = "openai:gpt-4o-mini", tools = [weather])]
/// struct Travel;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// let model = ScriptedModel::new([
///     Reply::call("weather", serde_json::json!({"city": "Lisbon"})),
///     Reply::text("Take an umbrella."),
/// ]);
/// let answer = with_model(model.clone(), Travel.run("Do I need an umbrella?")).await?;
/// assert_eq!(answer.output, "Take an umbrella.");
/// assert_eq!(model.asked()[1].tool_results(), ["rain in Lisbon"]);
/// model.assert_finished();
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[doc(alias = "FunctionModel")]
pub struct ScriptedModel {
    id: ModelId,
    profile: Profile,
    script: Arc<Script>,
}

struct Script {
    source: Source,
    asked: Mutex<Vec<Asked>>,
    /// How many calls have been given an id.
    calls: Mutex<u64>,
    /// Held by each stream that has fallen silent.
    silent: Arc<()>,
}

type Answering = dyn Fn(&Asked) -> Reply + Send + Sync;

enum Source {
    Replies { left: Mutex<VecDeque<Reply>>, all: usize },
    Function(Box<Answering>),
}

impl ScriptedModel {
    /// A model that gives these replies, one for each request.
    pub fn new<R: Into<Reply>>(replies: impl IntoIterator<Item = R>) -> Self {
        let left: VecDeque<Reply> = replies.into_iter().map(Into::into).collect();
        Self::of(Source::Replies { all: left.len(), left: Mutex::new(left) })
    }

    /// A model that answers each request by this function.
    ///
    /// ```
    /// # use fastroai::prelude::*;
    /// use fastroai::testing::{Reply, ScriptedModel, with_model};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let model = ScriptedModel::answering(|asked| Reply::text(asked.prompt().to_uppercase()));
    /// let agent = Agent::builder().model("openai:gpt-4o-mini").build()?;
    /// let answer = with_model(model, agent.run("hello")).await?;
    /// assert_eq!(answer.output, "HELLO");
    /// # Ok(()) }
    /// ```
    pub fn answering(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        Self::of(Source::Function(Box::new(answer)))
    }

    fn of(source: Source) -> Self {
        let offline = OfflineModel::default();
        Self {
            id: "offline:scripted".parse().unwrap_or_else(|_| offline.id().clone()),
            profile: offline.profile().clone(),
            script: Arc::new(Script {
                source,
                asked: Mutex::default(),
                calls: Mutex::new(0),
                silent: Arc::default(),
            }),
        }
    }

    /// Goes by this name, as `provider:model`, and costs what that model costs.
    ///
    /// ```
    /// use fastroai::testing::{Reply, ScriptedModel};
    /// let model = ScriptedModel::new([Reply::text("Hello.").usage(1_000, 20)])
    ///     .named("openai:gpt-4o-mini");
    /// ```
    ///
    /// # Panics
    /// Where that is no model's name.
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "this is how a test fails")]
    pub fn named(mut self, id: &str) -> Self {
        self.id = id.parse().unwrap_or_else(|error| panic!("{error}"));
        self.profile.free = self.id.provider() == "offline";
        self
    }

    /// Changes what it is taken to be able to do, which is everything.
    #[must_use]
    pub fn with_profile(mut self, change: impl FnOnce(&mut Profile)) -> Self {
        change(&mut self.profile);
        self
    }

    /// What it was asked so far, attempt by attempt.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.script.asked).clone()
    }

    /// How many replies have not been asked for yet; 0 where a function answers.
    #[must_use]
    pub fn left(&self) -> usize {
        match &self.script.source {
            Source::Replies { left, .. } => lock(left).len(),
            Source::Function(_) => 0,
        }
    }

    /// How many streams that [fell silent](Reply::stalled) are still held by someone.
    #[must_use]
    pub fn open_streams(&self) -> usize {
        Arc::strong_count(&self.script.silent) - 1
    }

    /// Holds the code under test to having asked for every reply of the script.
    ///
    /// # Panics
    /// Where some are left: with how many, and what was asked last.
    #[track_caller]
    #[expect(clippy::panic, reason = "this is how a test fails")]
    pub fn assert_finished(&self) {
        let left = self.left();
        if left > 0 {
            let asked = lock(&self.script.asked);
            let last = asked.last().map(|asked| format!(", the last time {}", asked.sketch()));
            panic!(
                "the script of `{}` has {} left: the model was asked {}{}",
                self.id,
                count(left, "reply", "replies"),
                count(asked.len(), "time", "times"),
                last.unwrap_or_default(),
            );
        }
    }

    /// The next reply, with what is not settled before it is asked for.
    fn next(&self, request: &Request<'_>, streamed: bool) -> Result<Reply, ModelError> {
        let asked = Asked::of(request, streamed);
        let mut all = lock(&self.script.asked);
        all.push(asked.clone());
        let mut reply = match &self.script.source {
            Source::Function(answer) => {
                drop(all);
                answer(&asked)
            }
            Source::Replies { left, all: length } => {
                lock(left).pop_front().ok_or_else(|| self.exhausted(*length, all.len(), &asked))?
            }
        };
        reply.number_calls(&mut lock(&self.script.calls));
        reply.fill_usage(|response| offline::usage(request, response));
        Ok(reply)
    }

    fn exhausted(&self, replies: usize, request: usize, asked: &Asked) -> ModelError {
        ModelError::config(format!(
            "the script of `{}` has {}, and request {request} asks for one more ({}): add a reply, or \
             see why it is asked again",
            self.id,
            count(replies, "reply", "replies"),
            asked.sketch(),
        ))
    }
}

pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Model for ScriptedModel {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn request<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        async move { self.next(request, false)?.whole().await }.boxed()
    }

    fn stream<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<ResponseStream, ModelError>> {
        let silent = Arc::clone(&self.script.silent);
        async move { self.next(request, true)?.streamed(silent).await }.boxed()
    }
}

impl fmt::Debug for ScriptedModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedModel")
            .field("id", &self.id.as_str())
            .field("left", &self.left())
            .finish_non_exhaustive()
    }
}
