//! What a runtime writes to a trail by itself.

use super::error::AuditError;
use super::event::Event;
use super::trail::AuditTrail;
use crate::error::ErrorCategory;
use crate::hook::{
    ApprovalDecision, ApprovalStep, Denied, Ended, Gate, Hook, ModelCall, Outcome, Permit, RunEnd,
    RunEnding, RunInfo, ToolUse,
};
use crate::money::{Budget, Refusal, Total};

/// What it writes, and when, is told in the [module](crate::audit).
impl Hook for AuditTrail {
    fn name(&self) -> &'static str {
        "audit"
    }

    fn before_run(&self, run: &RunInfo<'_>) -> Result<(), Denied> {
        let event = Event::new("run.started").with("agent", run.agent());
        let event = match run.conversation_id() {
            Some(id) => event.with("conversation", id),
            None => event,
        };
        self.note(event.run(run.run_id()), run.metadata("subject"))
    }

    fn after_run(&self, run: &RunInfo<'_>, end: &RunEnd<'_>) {
        let how = match end.how {
            RunEnding::Answered => "answered",
            RunEnding::Failed { kind, .. } => kind,
            RunEnding::Paused => "paused",
            RunEnding::Dropped => "dropped",
        };
        let event = Event::new("run.ended").run(run.run_id()).with("how", how);
        self.tell(cost(event, end.bill.total()), run.metadata("subject"));
    }

    fn on_approval(&self, run: &RunInfo<'_>, decision: &ApprovalDecision<'_>) {
        let event = match decision.step {
            ApprovalStep::Asked => Event::new("approval.asked"),
            step => Event::new("approval.decided").with("how", step.as_str()),
        };
        let event = match decision.by {
            Some(by) => event.with("by", by),
            None => event,
        };
        let event =
            event.run(run.run_id()).with("tool", decision.tool).with("call", decision.call_id);
        let event = event.digest_of("arguments", decision.arguments);
        self.tell(event, run.metadata("subject"));
    }

    fn before_model(&self, call: &mut ModelCall<'_>) -> Result<Gate, Denied> {
        let kind = if call.is_count() { "model.counted" } else { "model.asked" };
        let event = attempt(Event::new(kind), call.run_id(), call.turn(), call.attempt());
        let subject = call.metadata("subject").map(str::to_owned);
        self.note(event.with("model", call.id().as_str()), subject.as_deref())?;
        if call.is_count() {
            return Ok(Gate::go());
        }
        let ended = attempt(Event::new("model.ended"), call.run_id(), call.turn(), call.attempt());
        Ok(self.permit(ended, subject))
    }

    fn before_tool(&self, call: &mut ToolUse<'_>) -> Result<Gate, Denied> {
        let event = |kind| {
            let event = attempt(Event::new(kind), call.run_id(), call.turn(), call.attempt());
            event.with("tool", call.name())
        };
        let (called, ended) = (event("tool.called"), event("tool.ended"));
        let subject = call.metadata("subject").map(str::to_owned);
        self.note(called.digest_of("arguments", call.arguments()), subject.as_deref())?;
        Ok(self.permit(ended, subject))
    }

    fn on_refusal(&self, account: &Budget, refusal: &Refusal) {
        let event = Event::new("budget.refused")
            .with("account", account.name())
            .with("needed", refusal.needed.to_string())
            .with("spent", refusal.spent.to_string())
            .with("held", refusal.held.to_string());
        self.tell(event, None);
    }
}

impl AuditTrail {
    fn note(&self, event: Event, subject: Option<&str>) -> Result<(), Denied> {
        self.append(of(event, subject))
            .map(drop)
            .map_err(|error: AuditError| Denied::from(error).category(ErrorCategory::Permanent))
    }

    /// Where it cannot be written the trail has stopped, and denies what comes next.
    fn tell(&self, event: Event, subject: Option<&str>) {
        if let Err(error) = self.append(of(event, subject)) {
            tracing::error!(target: "fastroai", %error, "the audit trail has stopped");
        }
    }

    fn permit(&self, event: Event, subject: Option<String>) -> Gate {
        let trail = self.clone();
        Gate::Go(Permit::new(move |outcome| {
            let event = match outcome {
                Some(outcome) => ended(event, outcome),
                None => event.with("how", "given up"),
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

fn attempt(event: Event, run: Option<&str>, turn: u32, attempt: u32) -> Event {
    let event = event.with("turn", turn).with("attempt", attempt);
    match run {
        Some(run) => event.run(run),
        None => event,
    }
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
    let event = event.with("how", how);
    let event = match outcome.usage.total_tokens() {
        Some(tokens) => event.with("tokens", tokens),
        None => event,
    };
    match outcome.cost {
        Some(cost) => event.with("cost", cost.to_string()),
        None => event,
    }
}

fn cost(event: Event, total: Total) -> Event {
    match total.exact() {
        Some(cost) => event.with("cost", cost.to_string()),
        None => event.with("cost_at_least", total.known().to_string()),
    }
}
