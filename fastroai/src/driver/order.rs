//! What a run is made of, and what it begins with.

use std::borrow::Cow;
use std::time::Duration;

use fastroai_providers::{Message, ModelId, Settings, UserMessage};
use tokio_util::sync::CancellationToken;

use super::guarded::Guarded;
use crate::agent::{AgentConfig, EachRequest, Fallback, Labels};
use crate::approval::{Before, Resumed};
use crate::emitted::Emitter;
use crate::error::ErrorKind;
use crate::grants::Bound;
use crate::guard::Guards;
use crate::history::HistoryProcessor;
use crate::hook::DeniedBy;
use crate::money::{Budget, Cost};
use crate::principal::Principal;
use crate::run::{RunSpec, RunState, repair};
use crate::runtime::Runtime;
use crate::scope::{Entering, Scope};
use crate::telemetry;
use crate::tool::BoundTool;
use crate::usage_limits::UsageLimits;

/// All that a run needs, in no one's type.
pub(crate) struct Order<'a> {
    pub(crate) config: &'a AgentConfig,
    pub(crate) instructions: Box<dyn Fn() -> Cow<'a, str> + Send + Sync + 'a>,
    pub(crate) tools: Vec<BoundTool<'a>>,
    /// How many of them are the agent's; the rest are the call's.
    pub(crate) own_tools: usize,
    /// A tool that the call wanted left out, and the agent does not have.
    pub(crate) absent_tool: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) fallback: Option<Vec<Fallback>>,
    pub(crate) settings: Settings,
    pub(crate) runtime: Option<Runtime>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) budget: Option<Cost>,
    pub(crate) account: Option<Budget>,
    pub(crate) usage_limits: Option<Box<UsageLimits>>,
    pub(crate) cancellation: Option<CancellationToken>,
    pub(crate) run_id: String,
    pub(crate) labels: Labels,
    pub(crate) history: Option<&'a dyn HistoryProcessor>,
    pub(crate) each_request: EachRequest,
    pub(crate) bound: Bound,
    pub(crate) principal: Option<Principal>,
    /// The tools that do not exist for this run, and why.
    pub(crate) withheld: Vec<(String, DeniedBy<'static>)>,
    /// Those of the call.
    pub(crate) guards: Guards,
    /// A model wrote the prompt.
    pub(crate) asked_by_model: bool,
    /// The paused run that it is.
    pub(crate) resumed: Option<Box<Resumed>>,
}

impl Order<'_> {
    /// The scope of a run, and whether it may be there.
    pub(super) fn enter(&self) -> (Scope, Result<(), ErrorKind>) {
        let timeouts = [self.timeout, self.config.timeout];
        let budgets = [self.budget, self.config.budget];
        let scope = Scope::enter(Entering {
            runtime: self.runtime.clone(),
            timeout: timeouts.into_iter().flatten().min(),
            budget: budgets.into_iter().flatten().min(),
            account: self.account.clone(),
            outside: self.cancellation.clone(),
            limits: self.usage_limits(),
            bound: self.bound.clone(),
            principal: self.principal.clone(),
            opens: false,
            before: self.before(),
        });
        let (mut scope, fit) = match scope {
            Ok(scope) => (scope, Ok(())),
            Err(unentered) => (unentered.scope, Err(unentered.kind)),
        };
        scope.label(&self.labels);
        scope.is_of(&self.config.name, &self.run_id);
        scope.darken(self.config);
        scope.hand_down([&self.config.guards, &self.guards]);
        (scope, fit)
    }

    /// What the run had used before it paused.
    pub(super) fn before(&self) -> Option<Before> {
        self.resumed.as_ref().map(|resumed| resumed.before.clone())
    }

    /// The tighter ones of the agent and of the call.
    fn usage_limits(&self) -> UsageLimits {
        let limits = self.config.usage_limits;
        self.usage_limits.as_ref().map_or(limits, |mine| limits.and(**mine))
    }

    /// Leaves a span of a run that was not to be.
    pub(super) fn never_began(&self, emitter: &Emitter, kind: &ErrorKind) {
        let asked = self.model.as_deref().unwrap_or(&self.config.model).parse::<ModelId>().ok();
        let span = telemetry::invoke_agent(emitter, self.config, asked.as_ref(), &self.run_id);
        telemetry::label(emitter, &span, &self.labels);
        telemetry::failed(&span, kind.word());
    }

    /// How many tool calls this run may make by itself, and whether it is a limit of its usage that
    /// says so.
    pub(super) fn max_tool_calls(&self) -> (u32, bool) {
        let limit = self.usage_limits().tool_calls.and_then(|limit| u32::try_from(limit).ok());
        let tighter = limit.filter(|limit| *limit < self.config.max_tool_calls);
        (tighter.unwrap_or(self.config.max_tool_calls), tighter.is_some())
    }
}

/// What a run begins with.
pub(crate) struct Opening {
    pub(crate) history: Vec<Message>,
    /// `None` where the history is answered as it stands.
    pub(crate) prompt: Option<UserMessage>,
    /// A run that has begun already.
    pub(crate) begun: Option<Box<RunState>>,
}

impl Opening {
    /// The run before anything was asked; or why there is none, with what was said.
    pub(super) fn state(self, spec: RunSpec) -> Result<RunState, (String, Vec<Message>)> {
        let Self { history, prompt, begun } = self;
        match (begun, prompt) {
            (Some(state), None) if history.is_empty() => Ok(state.with_spec(spec)),
            (Some(state), _) => Err((
                "a paused run goes on from itself: resume it without messages or attachments"
                    .to_owned(),
                state.into_closed(),
            )),
            (None, Some(prompt)) => Ok(RunState::new(spec, history, prompt)),
            (None, None) => RunState::continue_from(spec, history.clone())
                .map_err(|nothing| (nothing.to_string(), repair(history))),
        }
    }

    /// What was said, where nothing is asked.
    pub(super) fn said(self, guarded: &Guarded) -> Vec<Message> {
        // What was said before a run paused was looked at then.
        let has_begun = self.begun.is_some();
        match self.state(RunSpec::default()) {
            Ok(state) if has_begun => state.into_closed(),
            Ok(state) => guarded.said(state),
            Err((_, said)) => said,
        }
    }
}
