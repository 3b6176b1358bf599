//! A question to an agent: refined, then awaited or streamed.

mod question;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use fastroai_providers::message::UserPart;
use fastroai_providers::{History, Media, Message, Settings, UserMessage};
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

pub(super) use question::ask_for_text;
use question::{Held, Question};

use super::{AgentResponse, AgentSpec, Fallback, OutputContext, OutputError, RunStream, Turn};
use crate::approval::{Decisions, PausedRun, Resumed};
use crate::driver::Sink;
use crate::error::Error;
use crate::grants::Bound;
use crate::guard::Guard;
use crate::history::HistoryProcessor;
use crate::money::{Budget, Cost};
use crate::principal::Principal;
use crate::runtime::Runtime;
use crate::tool::{DynToolset, ToolOffer};
use crate::usage_limits::UsageLimits;

/// A question to an agent: a future that has not begun.
///
/// Refine it first, then `.await` it, hand it to `join_all` or `tokio::time::timeout`, or make it
/// a [stream](Self::stream). It starts at the first poll; dropping it stops all that it started.
///
/// # Errors
/// [`Error`], which carries the bill so far and a transcript that can go on.
///
/// # Panics
/// When polled after it has ended, or on a tokio runtime without a timer.
#[must_use = "a call does nothing until it is awaited or streamed"]
pub struct Call<'a, T> {
    state: State<'a, T>,
}

enum State<'a, T> {
    Ready(Box<Question<'a, T>>),
    Running(BoxFuture<'a, Result<AgentResponse<T>, Error>>),
    Ended,
}

impl<'a, T: Send + 'static> Call<'a, T> {
    /// A question to an agent.
    pub fn new(agent: &'a dyn AgentSpec<Output = T>, prompt: impl Into<UserMessage>) -> Self {
        Self::of(Held::Lent(agent), Some(prompt.into()), Vec::new())
    }

    /// A question to an agent that lives for this call only, as that of an agent function does.
    pub fn owning(
        agent: impl AgentSpec<Output = T> + Send + 'a,
        prompt: impl Into<UserMessage>,
    ) -> Self {
        Self::of(Held::Owned(Box::new(agent)), Some(prompt.into()), Vec::new())
    }

    /// A conversation that an agent goes on with as it stands: see
    /// [`AgentSpec::continue_from`].
    pub fn continue_from(
        agent: &'a dyn AgentSpec<Output = T>,
        history: impl Into<History>,
    ) -> Self {
        Self::of(Held::Lent(agent), None, history.into().into_messages())
    }

    /// A paused run that an agent goes on with: see [`AgentSpec::resume`].
    pub fn resume(
        agent: &'a dyn AgentSpec<Output = T>,
        paused: PausedRun,
        decisions: Decisions,
    ) -> Self {
        let (resumed, state) = Resumed::new(paused, decisions);
        Self::of(Held::Lent(agent), None, Vec::new()).refine(|question| {
            question.run_id.clone_from(&resumed.run_id);
            question.resumed = Some((Box::new(resumed), Box::new(state)));
        })
    }

    fn of(agent: Held<'a, T>, prompt: Option<UserMessage>, history: Vec<Message>) -> Self {
        Self { state: State::Ready(Box::new(Question::new(agent, prompt, history))) }
    }

    fn refine(mut self, refine: impl FnOnce(&mut Question<'a, T>)) -> Self {
        if let State::Ready(question) = &mut self.state {
            refine(question);
        }
        self
    }

    /// Goes on from a conversation: the [`messages`](AgentResponse::messages) of an earlier answer.
    ///
    /// Calls in it without results are answered as interrupted, results without calls dropped.
    #[doc(alias = "message_history")]
    pub fn messages(self, history: impl Into<History>) -> Self {
        self.refine(|question| question.history = history.into().into_messages())
    }

    /// Adds a picture, a document, sound or film to the question.
    ///
    /// ```
    /// # use fastroai::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use fastroai::Media;
    /// let agent = Agent::builder().model("offline:demo").build()?;
    /// let photo = Media::image_url("https://example.com/photo.png")?;
    /// agent.run("What is on this photo?").attach(photo).await?;
    /// # Ok(()) }
    /// ```
    pub fn attach(self, media: Media) -> Self {
        self.refine(|question| {
            question.prompt.get_or_insert_default().parts.push(UserPart::Media(media));
        })
    }

    /// Asks another model than the agent's own, as `provider:model`. Its fallbacks stay, and the
    /// prices that it was given are its own model's only.
    pub fn model(self, model: impl Into<String>) -> Self {
        self.refine(|question| question.model = Some(model.into()))
    }

    /// Asks these models where the first cannot be, instead of those that the agent names.
    ///
    /// ```
    /// # use fastroai::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let agent = Agent::builder().model("offline:demo").build()?;
    /// let answer = agent.run("Hello").fallback(["offline:other"]).await?;
    /// # Ok(()) }
    /// ```
    pub fn fallback<F: Into<Fallback>>(self, models: impl IntoIterator<Item = F>) -> Self {
        let models = models.into_iter().map(Into::into).collect();
        self.refine(|question| question.fallback = Some(models))
    }

    /// Generates otherwise than the agent says; what is not set here stays as it is there.
    #[doc(alias = "model_settings")]
    pub fn settings(self, settings: &Settings) -> Self {
        self.refine(|question| question.settings = question.settings.merge(settings))
    }

    /// Looks at every output before it is taken, after all that the agent itself does with it. An
    /// [`OutputError::retry`] asks the model again, at most `output_attempts` times.
    ///
    /// ```
    /// # use fastroai::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let agent = Agent::builder().model("offline:demo").output::<Vec<u32>>().build()?;
    /// let answer = agent
    ///     .run("Three numbers, please.")
    ///     .validate(|numbers, _| {
    ///         if numbers.is_empty() { Err(OutputError::retry("no number is in it")) } else { Ok(()) }
    ///     })
    ///     .await?;
    /// assert!(!answer.output.is_empty());
    /// # Ok(()) }
    /// ```
    #[doc(alias = "output_validator")]
    pub fn validate(
        self,
        check: impl Fn(&T, &OutputContext) -> Result<(), OutputError> + Send + Sync + 'a,
    ) -> Self {
        self.refine(|question| question.validators.push(Box::new(check)))
    }

    /// Runs on this runtime.
    pub fn on(self, runtime: &Runtime) -> Self {
        self.refine(|question| question.runtime = Some(runtime.clone()))
    }

    /// Takes at most this long, and never longer than the agent or the run around it may.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.refine(|question| question.timeout = Some(timeout))
    }

    /// Spends at most this much, and never more than the agent or the run around it may.
    ///
    /// The worst case of each request is set aside before it is sent; see [`money`](crate::money)
    /// for what that bounds.
    pub fn budget(self, budget: Cost) -> Self {
        self.refine(|question| question.budget = Some(budget))
    }

    /// Is paid for from this account, beside the one of the run around it.
    ///
    /// ```
    /// # use fastroai::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use fastroai::money::Budget;
    /// use fastroai::usd;
    /// let tenant = Budget::new("tenant", usd!("20.00"));
    /// let agent = Agent::builder().model("offline:demo").build()?;
    /// agent.run("Hello").account(&tenant).budget(usd!("0.05")).await?;
    /// # Ok(()) }
    /// ```
    pub fn account(self, account: &Budget) -> Self {
        self.refine(|question| question.account = Some(account.clone()))
    }

    /// Limits what the run may use; where the agent has limits too, the tighter of each holds.
    pub fn usage_limits(self, limits: UsageLimits) -> Self {
        self.refine(|question| question.usage_limits = Some(Box::new(limits)))
    }

    /// Ends when this token is cancelled, with an error that keeps the history and the bill.
    pub fn cancellation(self, token: CancellationToken) -> Self {
        self.refine(|question| question.cancellation = Some(token))
    }

    /// Gives the run this id instead of a new UUID; an empty one is none.
    pub fn run_id(self, id: impl Into<String>) -> Self {
        let id = id.into();
        self.refine(|question| {
            if !id.is_empty() {
                question.run_id = id;
            }
        })
    }

    /// Says which conversation the run belongs to: in its spans, as `gen_ai.conversation.id`, for its
    /// tools, and in the response. Agents that are called inside it belong to it as well.
    pub fn conversation_id(self, id: impl Into<String>) -> Self {
        self.refine(|question| question.labels.conversation_id = Some(id.into()))
    }

    /// Labels the run: in its spans, as a JSON object in `fastroai.metadata`, for its tools, and in
    /// the response. It is not sent to the model. A key that is given again has the later
    /// value; agents that are called inside have the labels of the run around them, too.
    ///
    /// ```
    /// # use fastroai::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let agent = Agent::builder().model("offline:demo").build()?;
    /// let answer = agent.run("Hello").conversation_id("c-7").metadata("tenant", "acme").await?;
    /// assert_eq!(answer.conversation_id.as_deref(), Some("c-7"));
    /// assert_eq!(answer.metadata["tenant"], "acme");
    /// # Ok(()) }
    /// ```
    pub fn metadata(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.refine(|question| {
            question.labels.metadata.insert(key.into(), value.into());
        })
    }

    /// Adds what decides before each request what the model sees of the conversation, after what the
    /// agent has. See [`history`](crate::history).
    #[doc(alias = "history_processors")]
    pub fn history(self, processor: impl HistoryProcessor) -> Self {
        self.refine(|question| question.each_request.history.push(Arc::new(processor)))
    }

    /// Generates as this function says, which is asked before each request: key by key over all else.
    pub fn settings_with(
        self,
        settings: impl Fn(&Turn<'_>) -> Settings + Send + Sync + 'static,
    ) -> Self {
        self.refine(|question| question.each_request.settings = Some(Arc::new(settings)))
    }

    /// Adds a function that is asked before each request which tools to hide, and how to describe
    /// them, after the agent's own. See [`ToolOffer`].
    pub fn prepare_tools(
        self,
        prepare: impl Fn(&Turn<'_>, &mut ToolOffer) + Send + Sync + 'static,
    ) -> Self {
        self.refine(|question| question.each_request.tools.push(Arc::new(prepare)))
    }

    /// Adds a guard that the texts of this run pass, after those of the runtime and of the agent. See
    /// [`guard`](crate::guard).
    pub fn guard(self, guard: impl Guard) -> Self {
        self.refine(|question| question.guards.push(Arc::new(guard)))
    }

    /// Adds these tools to the agent's for this call.
    #[doc(alias = "toolsets")]
    pub fn tools(self, tools: &DynToolset) -> Self {
        self.refine(|question| question.tools.extend(tools.tools().iter().cloned()))
    }

    /// Leaves these tools of the agent out of this call, as if it did not have them.
    ///
    /// A name that no tool has ends the call with [`ErrorKind::Config`](crate::ErrorKind::Config):
    /// otherwise a slip of letters would leave a tool on offer.
    pub fn without_tools<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> Self {
        self.refine(|question| question.without.extend(names.into_iter().map(Into::into)))
    }

    /// Grants no more than this in this call and in what runs inside it, whatever agents and runtimes grant. Said
    /// again, what both say holds. Tools that the provider runs itself need nothing, and stay.
    ///
    /// ```
    /// # use fastroai::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let agent = Agent::builder().model("offline:demo").grants(["net", "write"]).build()?;
    /// agent.run("Look, but change nothing.").only_grants(["net"]).await?;
    /// # Ok(()) }
    /// ```
    pub fn only_grants<G: Into<String>>(self, grants: impl IntoIterator<Item = G>) -> Self {
        self.refine(|question| question.bound = question.bound.and(&Bound::of(grants)))
    }

    /// Acts for this principal, which tools and hooks see and no model does; so do the runs inside.
    ///
    /// Inside a run that acts for someone, another may be named who has no more roles than that one; else the call
    /// ends with [`ErrorKind::Config`](crate::ErrorKind::Config).
    ///
    /// ```
    /// # use fastroai::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use fastroai::Principal;
    /// let agent = Agent::builder().model("offline:demo").build()?;
    /// agent.run("Pay it back.").principal(Principal::new("ada").role("support")).await?;
    /// # Ok(()) }
    /// ```
    pub fn principal(self, principal: Principal) -> Self {
        self.refine(|question| question.principal = Some(principal))
    }

    /// Yields the answer as it comes: text in deltas, tool events, and the whole response last.
    ///
    /// ```
    /// # use fastroai::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let agent = Agent::builder().model("offline:demo").instructions("Be brief.").build()?;
    /// let mut stream = agent.run("Hello").stream();
    /// while let Some(event) = stream.next().await {
    ///     match event? {
    ///         AgentEvent::Text(delta) => print!("{delta}"),
    ///         AgentEvent::Done(response) => println!("\n{}", response.cost),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    #[doc(alias = "run_stream")]
    pub fn stream(self) -> RunStream<'a, T> {
        let sink = Sink::streaming();
        let running = match self.state {
            State::Ready(question) => Some(question.answer(sink.clone())),
            State::Running(running) => Some(running),
            State::Ended => None,
        };
        RunStream::new(sink, running)
    }
}

impl<T: Send + 'static> Future for Call<'_, T> {
    type Output = Result<AgentResponse<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Ready(question) => {
                    self.state = State::Running(question.answer(Sink::none()));
                }
                State::Running(mut running) => {
                    let poll = running.as_mut().poll(cx);
                    if poll.is_pending() {
                        self.state = State::Running(running);
                    }
                    return poll;
                }
                #[expect(clippy::panic, reason = "a future may panic when polled after its end")]
                State::Ended => panic!("`Call` polled after it has ended"),
            }
        }
    }
}

impl<T> fmt::Debug for Call<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Call(..)")
    }
}
