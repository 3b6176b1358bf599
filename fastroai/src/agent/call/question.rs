//! What a call has come to when it is awaited, and the run that is made of it.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use fastroai_providers::{History, Message, Settings, UserMessage};
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::super::{
    AgentResponse, AgentSpec, EachRequest, Fallback, Labels, OutputContext, OutputError, OutputSpec,
};
use crate::ambient;
use crate::approval::Resumed;
use crate::driver::{Finished, Opening, Order, Sink, Typed, drive};
use crate::error::{Error, ErrorKind};
use crate::grants::Bound;
use crate::guard::Guards;
use crate::money::{Budget, Cost};
use crate::principal::Principal;
use crate::run::RunState;
use crate::runtime::Runtime;
#[cfg(feature = "config")]
use crate::runtime::configured;
use crate::tool::{BoundTool, DynToolset};
use crate::usage_limits::UsageLimits;

/// What is asked, of whom, and how.
pub(super) struct Question<'a, T> {
    pub(super) agent: Held<'a, T>,
    pub(super) prompt: Option<UserMessage>,
    pub(super) history: Vec<Message>,
    pub(super) validators: Vec<Box<Validator<'a, T>>>,
    pub(super) model: Option<String>,
    pub(super) fallback: Option<Vec<Fallback>>,
    pub(super) settings: Settings,
    pub(super) runtime: Option<Runtime>,
    pub(super) timeout: Option<Duration>,
    pub(super) budget: Option<Cost>,
    pub(super) account: Option<Budget>,
    /// On the heap, as few calls have any, and a question is moved about.
    pub(super) usage_limits: Option<Box<UsageLimits>>,
    pub(super) cancellation: Option<CancellationToken>,
    pub(super) run_id: String,
    pub(super) labels: Labels,
    pub(super) each_request: EachRequest,
    pub(super) guards: Guards,
    /// A model wrote the prompt.
    by_model: bool,
    pub(super) tools: DynToolset,
    pub(super) without: Vec<String>,
    pub(super) bound: Bound,
    pub(super) principal: Option<Principal>,
    /// A paused run that goes on, and its state.
    pub(super) resumed: Option<(Box<Resumed>, Box<RunState>)>,
}

/// Looks at an output.
type Validator<'a, T> = dyn Fn(&T, &OutputContext) -> Result<(), OutputError> + Send + Sync + 'a;

/// An agent that was there before the call, or that lives for it.
pub(super) enum Held<'a, T> {
    Lent(&'a dyn AgentSpec<Output = T>),
    Owned(Box<dyn AgentSpec<Output = T> + Send + 'a>),
}

impl<'a, T: Send + 'static> Question<'a, T> {
    pub(super) fn new(
        agent: Held<'a, T>,
        prompt: Option<UserMessage>,
        history: Vec<Message>,
    ) -> Self {
        Self {
            agent,
            prompt,
            history,
            validators: Vec::new(),
            model: None,
            fallback: None,
            settings: Settings::default(),
            runtime: None,
            timeout: None,
            budget: None,
            account: None,
            usage_limits: None,
            cancellation: None,
            run_id: Uuid::now_v7().to_string(),
            labels: Labels::default(),
            each_request: EachRequest::default(),
            guards: Guards::default(),
            by_model: false,
            tools: DynToolset::new(),
            without: Vec::new(),
            bound: Bound::default(),
            principal: None,
            resumed: None,
        }
    }

    pub(super) fn answer(self, sink: Sink) -> BoxFuture<'a, Result<AgentResponse<T>, Error>> {
        Box::pin(async move {
            self.ask(&sink, |_, finished, output| AgentResponse::new(finished, output)).await
        })
    }

    async fn ask<R>(
        self,
        sink: &Sink,
        end: impl FnOnce(&OutputSpec<'_, T>, Finished, T) -> R,
    ) -> Result<R, Error> {
        let agent: &dyn AgentSpec<Output = T> = match &self.agent {
            Held::Lent(agent) => *agent,
            Held::Owned(agent) => &**agent,
        };
        let mut spec = agent.output();
        for check in &self.validators {
            spec = spec.validate(check);
        }
        let check = Typed::new(spec);
        let instructions = move || -> Cow<'_, str> { agent.instructions() };
        let mut tools = agent.tools();
        let is_named = |name: &String, tool: &BoundTool<'_>| tool.definition().name == *name;
        let absent = |name: &&String| !tools.iter().any(|tool| is_named(name, tool));
        let absent = self.without.iter().find(absent).cloned();
        tools.retain(|tool| !self.without.iter().any(|name| is_named(name, tool)));
        let own_tools = tools.len();
        let added = self.tools.tools().iter();
        tools.extend(added.map(|tool| BoundTool::from_dyn(Arc::clone(tool) as Arc<_>)));
        let (resumed, begun) = self.resumed.unzip();
        let before = resumed.as_ref().map(|resumed| self.labels.within(&resumed.labels));
        let config = agent.config();
        #[cfg(feature = "config")]
        let configured = configured(config, self.runtime.as_ref().or_else(|| agent.runtime()));
        #[cfg(feature = "config")]
        let config = configured.as_deref().unwrap_or(config);
        let mut order = Order {
            config,
            instructions: Box::new(instructions),
            tools,
            own_tools,
            absent_tool: absent,
            model: self.model,
            fallback: self.fallback,
            settings: self.settings,
            runtime: self.runtime.or_else(|| agent.runtime().cloned()),
            timeout: self.timeout,
            budget: self.budget,
            account: self.account,
            usage_limits: self.usage_limits,
            cancellation: self.cancellation,
            run_id: self.run_id,
            labels: before.unwrap_or(self.labels),
            history: agent.history(),
            each_request: self.each_request,
            bound: self.bound,
            principal: self.principal,
            withheld: Vec::new(),
            guards: self.guards,
            asked_by_model: self.by_model,
            resumed,
        };
        let opening = Opening { history: self.history, prompt: self.prompt, begun };
        let watch = ambient::begin(&mut order);
        let finished = watch.run(Box::pin(drive(order, opening, &check, sink))).await?;
        match check.output(&finished.text).await {
            Ok(output) => Ok(end(check.spec(), finished, output)),
            Err(error) => {
                let Finished { run_id, bill, messages, elapsed, guarded, .. } = finished;
                let (kind, messages) = (ErrorKind::OutputFailed(error), History::from(messages));
                let agent = &agent.config().name;
                let error = Error::new(kind, run_id, bill, messages, elapsed).of_agent(agent);
                Err(error.with_guarded(guarded))
            }
        }
    }
}

/// Asks an agent and gives its output in writing: text as it is, other values as JSON.
pub(in super::super) async fn ask_for_text<T: Send + 'static>(
    agent: &dyn AgentSpec<Output = T>,
    prompt: String,
) -> Result<String, Error> {
    let asked = Question::new(Held::Lent(agent), Some(prompt.into()), Vec::new());
    Question { by_model: true, ..asked }
        .ask(&Sink::none(), |spec, finished, output| spec.written(finished.text, &output))
        .await
}
