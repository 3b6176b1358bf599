//! Running the tools of one reply: concurrently, within their limits, and whatever they do.

use std::any::Any;
use std::fmt::Display;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use fastroai_providers::message::MediaSource;
use fastroai_providers::{ToolCall, ToolOutcome, Usage};
use futures_util::{FutureExt, StreamExt, stream};
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use super::{Ended, Notice, Run};
use crate::agent::ToolCallRecord;
use crate::beginning::beginning;
use crate::error::ErrorKind;
use crate::hook;
use crate::money::Line;
use crate::run::{Event, Stop, ToolReport, ToolUnit};
use crate::telemetry::{self, events};
use crate::tool::{
    Arguments, BoundTool, CallContext, RunContext, ToolCost, ToolOptions, ToolReturn,
};
use crate::usage_limits::{begin_tools, end_tools};

/// The longest result that a model is given, in bytes.
const RESULT_LIMIT: usize = 64 * 1024;

/// The most pictures and documents in a result, and the most bytes of them as base64.
const MEDIA_LIMIT: usize = 20;
const MEDIA_BYTES: usize = 20 << 20;

/// What a model reads of a failure that it is not told about.
const FAILED: &str = "The tool failed; the reason was recorded and is not shown here.";

/// What a model reads of a run inside that waits for a decision, where nobody decides.
const NEEDS_APPROVAL: &str =
    "The tool needs an approval that cannot be given here; what needed it did not run.";

/// How one attempt at a tool ended.
enum Attempt {
    Returned(ToolReturn),
    Panicked(String),
    TimedOut,
}

impl Run<'_, '_> {
    /// Runs these calls, and feeds each result as it comes; a stop leaves the rest unfed.
    pub(super) async fn run_tools(
        &self,
        turn: u32,
        units: Vec<ToolUnit>,
        ended: &mut Ended,
    ) -> Option<Stop> {
        let tallies = self.scope.tallies();
        if let Err(exceeded) = begin_tools(tallies, units.len() as u64) {
            ended.failure = Some(exceeded.into());
            return Some(Stop::Denied);
        }
        for unit in &units {
            self.sink.tell(|| Notice::ToolCalled(unit.call.clone()));
        }
        let mut open = units.len() as u64;
        let mut running = stream::iter(units)
            .map(|unit| Box::pin(self.run_unit(turn, unit)))
            .buffer_unordered(self.order.config.max_concurrency.max(1));
        loop {
            match self.scope.guard(running.next()).await {
                Ok(None) => return None,
                // With the last result the run may have ended on its own: that is the reason then.
                Err(stop) => {
                    end_tools(tallies, open);
                    return (!ended.is_over()).then_some(stop);
                }
                Ok(Some(Err(kind))) => {
                    end_tools(tallies, open);
                    let paid = !matches!(kind, ErrorKind::Budget { .. });
                    ended.failure = Some(kind);
                    return Some(if paid { Stop::Denied } else { Stop::Budget });
                }
                Ok(Some(Ok((index, report, record)))) => {
                    open = open.saturating_sub(1);
                    if report.outcome != ToolOutcome::Success {
                        end_tools(tallies, 1);
                    }
                    ended.tool_calls.push(record);
                    ended.feed(Event::ToolDone { index, report });
                    // The state may have added a word of its own.
                    if let Some(result) = ended.state.result(index) {
                        self.sink.tell(|| Notice::ToolDone(result));
                    }
                    self.sink.tool_ended();
                }
            }
        }
    }

    /// Tells of the calls of the last reply that were answered without being run.
    pub(super) fn tell_refused(&self, ended: &mut Ended) {
        let Some(reply) = ended.state.last_reply() else { return };
        for (index, call) in reply.tool_calls().enumerate() {
            if self.spec.output_tool(&call.name).is_some() {
                continue;
            }
            let result = ended.state.result(index);
            // Those that a limit kept from running have none but in the transcript.
            let Some(result) = result.filter(|it| it.outcome != ToolOutcome::Interrupted) else {
                continue;
            };
            let unit = ToolUnit { index, call: call.clone() };
            let turn = ended.state.turn();
            let record = ToolCallRecord::new(&unit, turn, 0, result.outcome, Duration::ZERO);
            ended.tool_calls.push(record);
            self.tell_withheld(turn, &unit.call);
            self.sink.tell(|| Notice::ToolCalled(unit.call));
            self.sink.tell(|| Notice::ToolDone(result));
        }
    }

    /// What the model reads of a call whose arguments do not fit; `None` where they do.
    pub(super) fn unfit(&self, call: &ToolCall) -> Option<ToolReport> {
        let named = |tool: &&BoundTool<'_>| tool.definition().name == call.name;
        let Some(tool) = self.order.tools.iter().find(named) else {
            return Some(ToolReport::new("There is no such tool.", ToolOutcome::Retry));
        };
        let revealed = self.guarded.revealed(tool, call);
        let given = revealed.as_ref().unwrap_or(call);
        let attempt = Attempt::Returned(Err(tool.fits(&given.arguments).err()?));
        let span = telemetry::execute_tool(self.showing(), call);
        span.in_scope(|| self.trace(call, &attempt, false, &span));
        Some(capped(report(attempt, tool.options())))
    }

    async fn run_unit(
        &self,
        turn: u32,
        unit: ToolUnit,
    ) -> Result<(usize, ToolReport, ToolCallRecord), ErrorKind> {
        let start = Instant::now();
        let showing = self.showing();
        let span = telemetry::execute_tool(showing, &unit.call);
        let unended = telemetry::Unended::new(&span);
        let mut attempts = 0;
        let named = |tool: &&BoundTool<'_>| tool.definition().name == unit.call.name;
        let may_use = |tool: &&BoundTool<'_>| self.may_use(tool, turn, &unit.call);
        let report = match self.order.tools.iter().find(named).filter(may_use) {
            Some(tool) => {
                let revealed = self.guarded.revealed(tool, &unit.call);
                let call = revealed.as_ref().unwrap_or(&unit.call);
                let running = self.repeat(tool, turn, call, &mut attempts, &span);
                running.instrument(span.clone()).await?
            }
            None => ToolReport::new("There is no such tool.", ToolOutcome::Retry),
        };
        unended.end();
        telemetry::attempted(&span, attempts);
        let report = self.guard_result(&unit.call.name, capped(report)).await?;
        let record = ToolCallRecord::new(&unit, turn, attempts, report.outcome, start.elapsed());
        telemetry::gave(showing, &span, &report.content);
        Ok((unit.index, report, record))
    }

    /// Tries a call, as often as its tool allows.
    async fn repeat(
        &self,
        tool: &BoundTool<'_>,
        turn: u32,
        call: &ToolCall,
        attempts: &mut u32,
        span: &tracing::Span,
    ) -> Result<ToolReport, ErrorKind> {
        let all = tool.options();
        let until = all.total_timeout.and_then(|total| Instant::now().checked_add(total));
        let mut waits = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(100))
            .with_max_delay(Duration::from_secs(10))
            .without_max_times()
            .with_jitter()
            .build();
        loop {
            *attempts = attempts.saturating_add(1);
            let line = |cost| Line::tool(turn, *attempts, &call.name, cost);
            let admitted = self.admit_tool(call, all, turn, *attempts);
            let admitted = match until {
                Some(until) => timeout_at(until, admitted).await.ok(),
                None => Some(admitted.await),
            };
            let (permits, mut cost) = match admitted.transpose()? {
                Some(Ok(admitted)) => admitted,
                Some(Err(told)) => return Ok(ToolReport::new(told, ToolOutcome::Failed)),
                // It has waited for all of its time.
                None => return Ok(report(Attempt::TimedOut, all)),
            };
            let options = within(all, until);
            let attempt = self.attempt(tool, options, turn, call, *attempts).await;
            if let (ToolCost::By(by), Attempt::Returned(Ok(result))) = (options.cost, &attempt) {
                let by = by(&call.arguments, result.text());
                self.scope.spent(line(by), by);
                cost = Some(by);
            }
            permits.settle(attempt.ended(), &Usage::default(), cost)?;
            let repeatable = match &attempt {
                Attempt::Returned(Err(error)) => error.is_repeatable(),
                Attempt::TimedOut => true,
                Attempt::Returned(Ok(_)) | Attempt::Panicked(_) => false,
            };
            let wait = waits.next().unwrap_or_default();
            let in_time = until.is_none_or(|until| Instant::now() + wait < until);
            let left = *attempts < options.attempts && in_time;
            let again = repeatable && options.effect.is_repeatable() && left;
            self.trace(call, &attempt, again, span);
            if !again {
                return Ok(report(attempt, options));
            }
            tokio::time::sleep(wait).await;
        }
    }

    async fn attempt(
        &self,
        tool: &BoundTool<'_>,
        options: ToolOptions,
        turn: u32,
        call: &ToolCall,
        attempt: u32,
    ) -> Attempt {
        let start = Instant::now();
        let scope = self.scope.within(options.timeout);
        // Whatever still works for an attempt that is given up is told to stop.
        let stopping = scope.cancellation().clone().drop_guard();
        let context = RunContext::new(CallContext {
            run_id: Arc::from(self.order.run_id.as_str()),
            labels: Arc::clone(self.scope.labels()),
            tool: call.name.clone(),
            call_id: call.id.clone(),
            turn,
            attempt,
            scope: scope.clone(),
            run: self.scope.cancellation().clone(),
        });
        // The call itself is inside: a tool may panic before its first await.
        let running = async { tool.call(Arguments::new(&call.arguments), context).await };
        let guarded = AssertUnwindSafe(scope.run(running)).catch_unwind();
        match tokio::time::timeout(options.timeout, guarded).await {
            // What ran inside, as an agent does, ran out of the same time.
            Ok(Ok(Err(_))) if start.elapsed() >= options.timeout => Attempt::TimedOut,
            Ok(Ok(returned)) => {
                // What the tool has left behind may go on as long as the run does.
                stopping.disarm();
                Attempt::Returned(returned)
            }
            Ok(Err(payload)) => Attempt::Panicked(panic_text(&*payload)),
            Err(_) => Attempt::TimedOut,
        }
    }

    /// Records a failure; its own text only where content may be written down.
    fn trace(&self, call: &ToolCall, attempt: &Attempt, again: bool, span: &tracing::Span) {
        let kind = match attempt {
            Attempt::Returned(Ok(_)) => return,
            Attempt::Returned(Err(error)) if error.as_retry().is_some() => "retry",
            Attempt::Returned(Err(error)) if error.is_of_a_pause() => "needs_approval",
            Attempt::Returned(Err(_)) => "failed",
            Attempt::Panicked(_) => "panicked",
            Attempt::TimedOut => "timed_out",
        };
        let text: Option<&dyn Display> = match attempt {
            Attempt::Returned(Err(error)) => Some(error),
            Attempt::Panicked(text) => Some(text),
            Attempt::Returned(Ok(_)) | Attempt::TimedOut => None,
        };
        let showing = self.showing();
        events::tool_failed(showing, &call.name, kind, again, text);
        if !again {
            telemetry::tool_failed(showing, span, kind, text);
        }
    }
}

impl Attempt {
    /// How it ended, in the words of hooks.
    fn ended(&self) -> hook::Ended<'static> {
        match self {
            Self::Returned(Ok(_)) => hook::Ended::Succeeded,
            Self::Returned(Err(_)) => hook::Ended::ToolFailed,
            Self::Panicked(_) => hook::Ended::ToolPanicked,
            Self::TimedOut => hook::Ended::TimedOut,
        }
    }
}

/// The limits of an attempt that must end with the time of all.
fn within(options: ToolOptions, until: Option<Instant>) -> ToolOptions {
    let Some(until) = until else { return options };
    let left = until.saturating_duration_since(Instant::now());
    ToolOptions { timeout: options.timeout.min(left), ..options }
}

/// What the model reads.
fn report(attempt: Attempt, options: ToolOptions) -> ToolReport {
    match attempt {
        Attempt::Returned(Ok(reply)) => {
            let (content, media) = reply.into_parts();
            ToolReport::new(content, ToolOutcome::Success).with_media(media)
        }
        Attempt::Returned(Err(error)) => {
            if let Some(text) = error.as_retry() {
                ToolReport::new(text, ToolOutcome::Retry)
            } else if error.is_of_a_pause() {
                ToolReport::new(NEEDS_APPROVAL, ToolOutcome::Failed)
            } else if let Some(text) = error.as_tell_model() {
                ToolReport::new(text, ToolOutcome::Failed)
            } else {
                let told = options.on_error.map_or_else(
                    || FAILED.to_owned(),
                    |text| text.replace("{error}", &error.to_string()),
                );
                ToolReport::new(told, ToolOutcome::Failed)
            }
        }
        // A panic's text was written for programmers: `{error}` does not stand for it.
        Attempt::Panicked(_) => {
            let told = options.on_error.filter(|text| !text.contains("{error}"));
            ToolReport::new(told.unwrap_or(FAILED), ToolOutcome::Failed)
        }
        Attempt::TimedOut => {
            let told = options.on_timeout.map_or_else(
                || format!("Timed out after {} seconds.", options.timeout.as_secs_f64()),
                str::to_owned,
            );
            ToolReport::timed_out(told)
        }
    }
}

/// Cuts a result that is longer than a model should be given, and says how long it was.
pub(super) fn capped(mut report: ToolReport) -> ToolReport {
    let size = report.content.len();
    if size > RESULT_LIMIT {
        report.content.truncate(beginning(&report.content, RESULT_LIMIT).len());
        let note = format!(
            "\n(Cut: the result has {size} bytes, and these are the first {RESULT_LIMIT}.)"
        );
        report.content.push_str(&note);
    }
    let given = report.media.len();
    let mut room = MEDIA_BYTES;
    report.media.retain(|media| {
        let size = match media.source() {
            MediaSource::Bytes(bytes) => bytes.as_base64().len(),
            _ => 0,
        };
        let left = room.checked_sub(size);
        room = left.unwrap_or(room);
        left.is_some()
    });
    report.media.truncate(MEDIA_LIMIT);
    let kept = report.media.len();
    if kept < given {
        let note = format!("\n(Left out: {} of {given} files, which are too much.)", given - kept);
        report.content.push_str(&note);
    }
    report
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a text".to_owned())
}
