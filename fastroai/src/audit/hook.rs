//! What a runtime writes to a trail by itself.

use super::error::AuditError;
use super::event::Event;
use super::trail::AuditTrail;
use crate::error::ErrorCategory;
use crate::hook::{
    ApprovalDecision, ApprovalStep, Closing, Denied, Ended, Gate, GuardDecision, Hook, ModelCall,
    Outcome, Permit, RunEnd, RunEnding, RunInfo, ToolDenied, ToolUse,
};
use crate::money::{Budget, Refusal, Total};
use crate::principal::Principal;
use crate::telemetry::events;

/// What it writes, and when, is told in the [module](crate::audit).
impl Hook for AuditTrail {
    fn name(&self) -> &'static str {
        "audit"
    }

    fn before_run(&self, run: &RunInfo<'_>) -> Result<(), Denied> {
        let event = Event::new("run.started")
            .with("agent", run.agent())
            .with_any("parent", run.parent_run_id())
            .with_any("conversation", run.conversation_id());
        let event = match run.principal() {
            Some(principal) => {
                let roles: Vec<&str> = principal.all_roles().collect();
                event.actor(principal.id()).with("roles", roles)
            }
            None => event,
        };
        self.note(event.run(run.run_id()), subject(run.metadata(SUBJECT), run.principal()))
    }

    fn after_run(&self, run: &RunInfo<'_>, end: &RunEnd<'_>) {
        let how = match end.how {
            RunEnding::Answered => "answered",
            RunEnding::Failed { kind, .. } => kind,
            RunEnding::Paused => "paused",
            RunEnding::Dropped => "dropped",
        };
        let event = Event::new("run.ended").run(run.run_id()).with("how", how);
        let subject = subject(run.metadata(SUBJECT), run.principal());
        self.tell(cost(event, end.bill.total()), subject);
    }

    fn on_approval(&self, run: &RunInfo<'_>, decision: &ApprovalDecision<'_>) {
        let event = match decision.step {
            ApprovalStep::Asked => Event::new("approval.asked"),
            step => Event::new("approval.decided").with("how", step.as_str()),
        };
        let event = match decision.by {
            // Who decides acts, and may be erased.
            Some(by) => event.actor(by),
            None => event,
        };
        let event = event
            .run(run.run_id())
            .with("tool", decision.tool)
            .with("call", decision.call_id)
            .digest_of("arguments", decision.arguments);
        self.tell(event, subject(run.metadata(SUBJECT), run.principal()));
    }

    fn before_model(&self, call: &mut ModelCall<'_>) -> Result<Gate, Denied> {
        let kind = if call.is_count() { "model.counted" } else { "model.asked" };
        let event = attempt(Event::new(kind), call.correlation_id(), call.turn(), call.attempt());
        // Of a run it is said where the run begins.
        let parent = call.parent_run_id().filter(|_| call.run_id().is_none());
        let event = event.with("model", call.id().as_str()).with_any("parent", parent);
        let subject = subject(call.metadata(SUBJECT), call.principal()).map(str::to_owned);
        self.note(event, subject.as_deref())?;
        if call.is_count() {
            return Ok(Gate::go());
        }
        let ended =
            attempt(Event::new("model.ended"), call.correlation_id(), call.turn(), call.attempt());
        Ok(self.permit(ended, subject))
    }

    fn before_tool(&self, call: &mut ToolUse<'_>) -> Result<Gate, Denied> {
        let event = |kind| {
            let event =
                attempt(Event::new(kind), call.correlation_id(), call.turn(), call.attempt());
            event.with("tool", call.name())
        };
        let (called, ended) = (event("tool.called"), event("tool.ended"));
        let subject = subject(call.metadata(SUBJECT), call.principal()).map(str::to_owned);
        self.note(called.digest_of("arguments", call.arguments()), subject.as_deref())?;
        Ok(self.permit(ended, subject))
    }

    fn on_refusal(&self, run: &RunInfo<'_>, account: &Budget, refusal: &Refusal) {
        let event = Event::new("budget.refused")
            .run(run.run_id())
            .with("account", account.name())
            .with("needed", refusal.needed.to_string())
            .with("spent", refusal.spent.to_string())
            .with("held", refusal.held.to_string());
        self.tell(event, subject(run.metadata(SUBJECT), run.principal()));
    }

    fn on_tool_denied(&self, denied: &ToolDenied<'_>) {
        let event = Event::new("tool.denied")
            .run(denied.correlation_id())
            .with("turn", denied.turn())
            .with("tool", denied.name())
            .with("by", denied.by().to_string())
            .digest_of("arguments", denied.arguments());
        self.tell(event, subject(denied.metadata(SUBJECT), denied.principal()));
    }

    fn on_guard(&self, run: &RunInfo<'_>, decision: &GuardDecision<'_>) {
        let event = Event::new("guard.decided")
            .run(run.run_id())
            .with("guard", decision.guard)
            .with("stage", decision.stage.as_str())
            .with("action", decision.action.as_str())
            .with("reason", decision.reason)
            .with_any("tool", decision.tool);
        self.tell(event, subject(run.metadata(SUBJECT), run.principal()));
    }
}

/// The key of the metadata that says whom a run is for.
const SUBJECT: &str = "subject";

/// Whom a run is for: who it acts for, unless the metadata says otherwise.
fn subject<'a>(said: Option<&'a str>, principal: Option<&'a Principal>) -> Option<&'a str> {
    said.or_else(|| principal.map(Principal::id))
}

impl AuditTrail {
    fn note(&self, event: Event, subject: Option<&str>) -> Result<(), Denied> {
        self.append(of(event.passed(self.emitter()), subject)).map(drop).map_err(
            |error: AuditError| {
                Denied::new(error.to_string()).caused_by(error).category(ErrorCategory::Permanent)
            },
        )
    }

    /// Where it cannot be written the trail has stopped, and denies what comes next.
    fn tell(&self, event: Event, subject: Option<&str>) {
        if let Err(error) = self.append(of(event.passed(self.emitter()), subject)) {
            events::trail_stopped(&error);
        }
    }

    fn permit(&self, event: Event, subject: Option<String>) -> Gate {
        let trail = self.clone();
        Gate::Go(Permit::closing(move |closing| {
            let event = match closing {
                Closing::Made(outcome) => ended(event, outcome),
                Closing::Denied { hook } => event.with("how", "denied").with("by", hook),
                Closing::HookPanicked { hook } => {
                    event.with("how", "hook panicked").with("by", hook)
                }
                Closing::Waits => event.with("how", "waits"),
                Closing::GivenUp => event.with("how", "given up"),
            };
            trail.tell(event, subject.as_deref());
        }))
    }
}

fn of(event: Event, subject: Option<&str>) -> Event {
    match subject {
        Some(subject) => event.subject(subject),
        None => event,
    }
}

fn attempt(event: Event, id: &str, turn: u32, attempt: u32) -> Event {
    event.run(id).with("turn", turn).with("attempt", attempt)
}

fn ended(event: Event, outcome: &Outcome<'_>) -> Event {
    let how = match outcome.ended {
        Ended::Succeeded => "succeeded",
        Ended::ModelFailed(error) => crate::error::model_word(error),
        Ended::CutOff => "cut off",
        Ended::ToolFailed => "failed",
        Ended::ToolPanicked => "panicked",
        Ended::TimedOut => "timed out",
    };
    let status = match outcome.ended {
        Ended::ModelFailed(error) => error.status(),
        _ => None,
    };
    event
        .with("how", how)
        .with_any("status", status)
        .with_any("tokens", outcome.usage.total_tokens())
        .with_any("cost", outcome.cost.map(|cost| cost.to_string()))
}

fn cost(event: Event, total: Total) -> Event {
    match total.exact() {
        Some(cost) => event.with("cost", cost.to_string()),
        None => event.with("cost_at_least", total.known().to_string()),
    }
}
