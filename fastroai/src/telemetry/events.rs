//! The lines of the log. All of them are here, so that no text gets into one but by the
//! [`Emitter`].

use std::fmt::Display;
use std::time::Duration;

use tracing::Level;

use super::{Showing, shown};
use crate::emitted::Emitter;
use crate::guard::Decided;
use crate::hook::DeniedBy;
use crate::money::Line;

pub(crate) fn tool_failed(
    showing: Showing<'_>,
    tool: &str,
    kind: &'static str,
    again: bool,
    text: Option<&dyn Display>,
) {
    let Showing { emitter, content } = showing;
    if !tracing::enabled!(target: "fastroai", Level::WARN) {
        return;
    }
    let tool = emitter.name(tool);
    match text.filter(|_| content) {
        Some(text) => {
            let text = text.to_string();
            let text = emitter.text(&text);
            tracing::warn!(
                target: "fastroai",
                tool = tool.shown(),
                kind,
                again,
                error = text.shown(),
                "a tool failed"
            );
        }
        None => {
            tracing::warn!(target: "fastroai", tool = tool.shown(), kind, again, "a tool failed");
        }
    }
}

pub(crate) fn asking_again(emitter: &Emitter, attempt: u32, wait: Duration, reason: &str) {
    tracing::debug!(
        target: "fastroai",
        attempt = i64::from(attempt),
        wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX),
        reason = emitter.name(reason).shown(),
        "asking again"
    );
}

pub(crate) fn asking_another(emitter: &Emitter, failed: &str, next: &str) {
    tracing::warn!(
        target: "fastroai",
        failed = emitter.name(failed).shown(),
        next = emitter.name(next).shown(),
        "asking another model"
    );
}

pub(crate) fn model_waits() {
    tracing::debug!(target: "fastroai", "an attempt at a model waits for a hook");
}

pub(crate) fn tool_waits() {
    tracing::debug!(target: "fastroai", "an attempt at a tool waits for a hook");
}

pub(crate) fn tool_withheld(emitter: &Emitter, tool: &str, by: DeniedBy<'_>) {
    if !tracing::enabled!(target: "fastroai", Level::DEBUG) {
        return;
    }
    let by = by.to_string();
    let (tool, by) = (emitter.name(tool), emitter.name(&by));
    tracing::debug!(
        target: "fastroai",
        tool = tool.shown(),
        by = by.shown(),
        "the run does not have a tool"
    );
}

pub(crate) fn not_cancelled(provider: &str) {
    tracing::warn!(
        target: "fastroai",
        provider = Emitter::standard().name(provider).shown(),
        "a reply that is made in the background could not be cancelled"
    );
}

pub(crate) fn answer_shortened(asked: u32, max_tokens: u32) {
    tracing::warn!(
        target: "fastroai",
        asked = i64::from(asked),
        max_tokens = i64::from(max_tokens),
        "the budget affords a shorter answer only"
    );
}

pub(crate) fn no_price(emitter: &Emitter, line: &Line) {
    let tier = line.service_tier.as_deref();
    tracing::warn!(
        target: "fastroai",
        provider = emitter.name(&line.provider).shown(),
        model = emitter.name(&line.model).shown(),
        service_tier = shown(tier.map(|tier| emitter.name(tier)).as_ref()),
        usage_known = !line.usage.is_unknown(),
        "no price is known for this reply, or for a part of it: the bill is incomplete"
    );
}

pub(crate) fn undecided(showing: Showing<'_>, tool: &str, error: &dyn Display) {
    let Showing { emitter, content } = showing;
    let tool = emitter.name(tool);
    if content {
        tracing::warn!(
            target: "fastroai",
            tool = tool.shown(),
            error = emitter.text(&error.to_string()).shown(),
            "an approver could not decide"
        );
    } else {
        tracing::warn!(target: "fastroai", tool = tool.shown(), "an approver could not decide");
    }
}

pub(crate) fn approver_panicked(showing: Showing<'_>, tool: &str) {
    let tool = showing.emitter.name(tool);
    tracing::error!(target: "fastroai", tool = tool.shown(), "an approver panicked");
}

pub(crate) fn guard_decided(emitter: &Emitter, decided: &Decided) {
    let tool = decided.tool.as_deref();
    tracing::warn!(
        target: "fastroai",
        guard = emitter.name(&decided.guard).shown(),
        stage = emitter.name(decided.stage.as_str()).shown(),
        tool = shown(tool.map(|tool| emitter.name(tool)).as_ref()),
        action = emitter.name(decided.action.as_str()).shown(),
        "a guard did not simply let a text pass"
    );
}

pub(crate) fn no_summary(emitter: &Emitter, error: &dyn Display) {
    tracing::warn!(
        target: "fastroai",
        "no summary could be had: the run goes on with the whole conversation"
    );
    tracing::debug!(
        target: "fastroai",
        reason = emitter.text(&error.to_string()).shown(),
        "no summary could be had"
    );
}

pub(crate) fn blocking_tool_abandoned() {
    tracing::warn!(target: "fastroai", "a blocking tool was abandoned and goes on");
}

pub(crate) fn no_thread_for_alerts(error: &std::io::Error) {
    tracing::error!(
        target: "fastroai",
        error = Emitter::standard().text(&error.to_string()).shown(),
        "no thread for alerts: there will be none"
    );
}

pub(crate) fn alert_left_out() {
    tracing::warn!(target: "fastroai", "the sink of alerts is too slow: one was left out");
}

pub(crate) fn sink_panicked() {
    tracing::error!(target: "fastroai", "the sink of alerts panicked");
}

/// When a hook panicked where the run has an end of its own already.
#[derive(Clone, Copy)]
pub(crate) enum Told {
    Refusal,
    ToolDenied,
    Guard,
    Decision,
    End,
    RunsEnd,
}

pub(crate) fn hook_panicked(hook: &str, told: Told) {
    let when = match told {
        Told::Refusal => "when money was refused",
        Told::ToolDenied => "when it was told of a denied tool",
        Told::Guard => "when it was told what a guard decided",
        Told::Decision => "when it was told of a decision",
        Told::End => "when it was told of the end",
        Told::RunsEnd => "when it was told of a run's end",
    };
    tracing::error!(
        target: "fastroai",
        hook = Emitter::standard().name(hook).shown(),
        when,
        "a hook panicked"
    );
}

#[cfg(feature = "config")]
pub(crate) fn key_file_is_open(value: &str, file: &str) {
    let emitter = Emitter::standard();
    tracing::warn!(
        target: "fastroai",
        value = emitter.name(value).shown(),
        file = emitter.name(file).shown(),
        "everyone on this machine may read the file of a key: take the right from others"
    );
}

pub(crate) fn permit_panicked() {
    tracing::error!(target: "fastroai", "a permit panicked when its attempt was given up");
}

#[cfg(feature = "audit")]
pub(crate) fn trail_stopped(error: &dyn Display) {
    tracing::error!(
        target: "fastroai",
        error = Emitter::standard().text(&error.to_string()).shown(),
        "the audit trail has stopped"
    );
}
