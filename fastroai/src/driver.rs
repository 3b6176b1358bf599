//! The one async shell around a run: it does the work that the state machine asks for.

mod admitted;
mod admitted_tool;
mod approvals;
mod arrived;
mod asking;
mod attempts;
mod background;
mod candidate;
mod check;
mod counted;
mod direct;
mod finished;
mod growing;
mod guarded;
mod held_back;
mod names;
mod order;
mod payer;
mod said;
mod shape;
mod sink;
#[cfg(feature = "partial")]
mod snapshot;
mod tools;
mod unsettled;
mod withheld;

use fastroai_providers::{History, Message};
use tokio::time::Instant;
use tracing::{Instrument as _, Span};

pub(crate) use check::{Check, Typed};
pub(crate) use counted::counted;
pub(crate) use finished::Finished;
pub(crate) use order::{Opening, Order};
pub(crate) use payer::Payer;
pub(crate) use sink::{Notice, Sink};

use self::approvals::{Asked, Opened};
use self::candidate::Candidates;
use self::check::Verdict;
use self::guarded::Guarded;
use self::names::names_differ;
use self::shape::Sent;
use crate::agent::ToolCallRecord;
use crate::error::{Error, ErrorKind};
use crate::hook::{Origin, RunEnding, RunInfo, Watched};
use crate::run::{
    End, Event, Failure, OUTPUT_TOOL, OutputMode, OutputTool, RunSpec, RunState, Stop, ToolSpec,
    Work,
};
use crate::scope::Scope;
use crate::telemetry::{self, Showing};
use crate::usage_limits::{Exceeded, Limit};

/// Runs an agent to its end. Dropping the future stops everything inside it.
pub(crate) async fn drive(
    mut order: Order<'_>,
    opening: Opening,
    check: &dyn Check,
    sink: &Sink,
) -> Result<Finished, Error> {
    let start = Instant::now();
    let outputs = output_tools(check);
    let (scope, fit) = order.enter();
    let fit = fit.and(names_differ(&order, &outputs));
    order.withhold(&scope);
    let emitter = scope.emitter();
    let failed = |kind, bill, messages: Vec<Message>| {
        let history = History::from(messages);
        Error::new(kind, order.run_id.clone(), bill, history, start.elapsed())
            .of_agent(&order.config.name)
    };
    let unstarted = |kind: ErrorKind, said| {
        order.never_began(emitter, &kind);
        failed(kind, order.before().map(|before| before.bill).unwrap_or_default(), said)
    };
    sink.watch(scope.meter());
    // First of all, so that a run that cannot begin is one that hooks know of, too.
    let info = RunInfo { scope: &scope, agent: &order.config.name, run_id: &order.run_id };
    let watched = match Watched::begin(info) {
        Ok(watched) => watched,
        Err(stopped) => {
            let guarded = Guarded::new(&order, &scope);
            return Err(unstarted(stopped.into(), opening.said(&guarded)));
        }
    };
    let candidates = fit.and_then(|()| Candidates::connect(&order, &scope, check));
    let candidates = match candidates {
        Ok(candidates) => candidates,
        Err(kind) => {
            watched.end(kind.ending(), &scope.meter().bill());
            let guarded = Guarded::new(&order, &scope);
            return Err(unstarted(kind, opening.said(&guarded)));
        }
    };
    let run = Run::new(&order, candidates, scope.clone(), check, outputs, sink);
    let opened = match run.open(opening) {
        Ok(opened) => opened,
        Err((why, said)) => {
            let kind = ErrorKind::Config(why);
            watched.end(kind.ending(), &scope.meter().bill());
            return Err(unstarted(kind, said));
        }
    };
    if run.candidates.iter().any(|candidate| !candidate.is_free()) {
        scope.runtime().prices().warm();
    }
    let (span, showing) = (run.span(), run.showing());
    let unended = telemetry::Unended::new(&span);
    // Whoever still works for the run when it is dropped is told to stop.
    let stopping = scope.cancellation().clone().drop_guard();
    let (ended, bill) = scope
        .run(async {
            let ended = run.go(opened, &span).await;
            (ended, scope.meter().bill())
        })
        .instrument(span.clone())
        .await;
    unended.end();
    if let Some(kind) = ended.failure {
        watched.end(kind.ending(), &bill);
        telemetry::run_failed(showing, &span, &kind);
        let error = failed(kind, bill, ended.state.into_closed());
        return Err(error.with_guarded(run.guarded.take()));
    }
    watched.end(RunEnding::Answered, &bill);
    telemetry::answered(showing, &span, &ended.text);
    stopping.disarm();
    Ok(run.finished(ended, bill, start.elapsed()))
}

/// The tools by which the answer may be handed in. That of the whole answer is always among them:
/// a model may call it where it was only offered those of the kinds.
fn output_tools(check: &dyn Check) -> Vec<OutputTool> {
    let kinds = check.shape().into_iter().flat_map(|shape| &shape.kinds);
    let mut tools: Vec<_> = kinds.map(|(tool, _)| tool.clone()).collect();
    tools.push(OutputTool::new(OUTPUT_TOOL));
    tools
}

/// A run on its way.
struct Run<'r, 'a> {
    order: &'r Order<'a>,
    candidates: Candidates,
    scope: Scope,
    check: &'r dyn Check,
    sink: &'r Sink,
    spec: RunSpec,
    guarded: Guarded,
}

/// How it ended.
struct Ended {
    state: RunState,
    text: String,
    failure: Option<ErrorKind>,
    tool_calls: Vec<ToolCallRecord>,
    requests: u32,
    /// The place of the model that was asked last.
    asked: usize,
    /// What it saw of the conversation, where that is not all of it as it stands.
    sent: Option<Sent>,
    /// The tools that it was not offered.
    hidden: Vec<String>,
}

impl Ended {
    fn is_over(&self) -> bool {
        matches!(self.state.next(), Work::Done(_))
    }

    /// The driver feeds what it was asked for; should it ever not, the run ends and says so.
    fn feed(&mut self, event: Event) {
        if let Err(misfed) = self.state.feed(event) {
            self.failure.get_or_insert_with(|| ErrorKind::Config(misfed.to_string()));
            let _ = self.state.feed(Event::Stopped { stop: Stop::Cancelled, partial: None });
        }
    }
}

impl<'r, 'a> Run<'r, 'a> {
    fn new(
        order: &'r Order<'a>,
        candidates: Candidates,
        scope: Scope,
        check: &'r dyn Check,
        output_tools: Vec<OutputTool>,
        sink: &'r Sink,
    ) -> Self {
        let config = order.config;
        let spec = RunSpec {
            tools: order
                .tools
                .iter()
                .map(|tool| ToolSpec {
                    name: tool.definition().name.clone(),
                    sequential: tool.options().sequential,
                    corrections: tool.options().corrections,
                    polling: tool.options().polling,
                    approval: tool.options().approval,
                })
                .collect(),
            output: match candidates.output() {
                // What a function looks at is no answer before it has.
                OutputMode::Text if !check.takes_any_text() => OutputMode::Prompted,
                mode => mode,
            },
            output_tools,
            optional: check.is_optional(),
            end_strategy: config.end_strategy,
            max_turns: config.max_turns,
            max_tool_calls: order.max_tool_calls().0,
            output_attempts: config.output_attempts,
        };
        let guarded = Guarded::new(order, &scope);
        Self { order, candidates, scope, check, sink, spec, guarded }
    }

    /// Why a run failed, with what the state does not know of it.
    fn why(&self, failure: Failure) -> ErrorKind {
        match (failure, self.scope.meter().bill().lowered_to()) {
            (Failure::OutputTruncated, Some(max_tokens)) => {
                ErrorKind::OutputCutByBudget { max_tokens }
            }
            (Failure::MaxToolCalls { limit, asked }, _) if self.order.max_tool_calls().1 => {
                Exceeded { limit: Limit::ToolCalls, allowed: limit.into(), used: asked }.into()
            }
            (failure, _) => ErrorKind::of(failure),
        }
    }

    /// Its span.
    fn span(&self) -> Span {
        let (order, emitter) = (self.order, self.showing().emitter);
        let first = self.candidates.at(0).model.id();
        let span = telemetry::invoke_agent(emitter, order.config, Some(first), &order.run_id);
        telemetry::label(emitter, &span, self.scope.labels());
        span
    }

    /// Shows what the run begins with, where that may be shown: what guards have let pass.
    fn tell_opening(&self, state: &RunState, span: &Span) {
        let showing = self.showing();
        if showing.shows_on(span) {
            let instructions = (self.order.instructions)();
            telemetry::told(showing, span, Some(&instructions), state.messages());
        }
    }

    /// How it may be written down.
    fn showing(&self) -> Showing<'_> {
        self.scope.showing(self.order.config)
    }

    /// The run, as hooks see it.
    fn info(&self) -> RunInfo<'_> {
        RunInfo { scope: &self.scope, agent: &self.order.config.name, run_id: &self.order.run_id }
    }

    /// From which run, and for which agent, an attempt is made.
    fn origin(&self, turn: u32, attempt: u32) -> Origin<'_> {
        Origin {
            scope: &self.scope,
            agent: Some(&self.order.config.name),
            id: &self.order.run_id,
            turn,
            attempt,
        }
    }

    async fn go(&self, opened: Opened, span: &Span) -> Ended {
        let Opened { state, decided } = opened;
        let mut ended = Ended {
            state,
            text: String::new(),
            failure: None,
            tool_calls: Vec::new(),
            requests: 0,
            asked: 0,
            sent: None,
            hidden: Vec::new(),
        };
        // What has to do with decisions is on the heap, as most runs have none of it, and runs inside
        // runs are polled on top of one another.
        let stop = match &self.order.resumed {
            // What was said until then was looked at when it was said.
            Some(resumed) => Box::pin(self.take_up(resumed, decided, &mut ended)).await,
            None => self.guard_opening(&mut ended).await,
        };
        if let Some(stop) = stop {
            ended.feed(Event::Stopped { stop, partial: None });
        }
        self.tell_opening(&ended.state, span);
        loop {
            let event = match ended.state.next() {
                Work::Model { turn, .. } => self.ask(turn, &mut ended).await,
                Work::Tools { turn, units } => {
                    let stop = self.run_tools(turn, units, &mut ended).await;
                    let Some(stop) = stop else { continue };
                    Event::Stopped { stop, partial: None }
                }
                Work::Arguments { turn, units } => {
                    let stop = Box::pin(self.read_arguments(turn, units, &mut ended)).await;
                    let Some(stop) = stop else { continue };
                    Event::Stopped { stop, partial: None }
                }
                Work::AwaitApproval { turn, units } => {
                    match Box::pin(self.ask_approval(turn, units, &mut ended)).await {
                        Ok(Asked::Decided) => continue,
                        Ok(Asked::Elsewhere) => {
                            ended.failure = Some(self.pause(&ended));
                            return ended;
                        }
                        Err(stop) => Event::Stopped { stop, partial: None },
                    }
                }
                Work::Check { text } => self.check(&text, &mut ended).await,
                Work::Done(End::Answered { text }) => {
                    ended.text = text;
                    return ended;
                }
                Work::Done(End::Failed { failure }) => {
                    if ended.failure.is_none() {
                        ended.failure = Some(self.why(failure));
                    }
                    return ended;
                }
            };
            let replied = matches!(event, Event::Replied { .. });
            ended.feed(event);
            if replied {
                self.tell_refused(&mut ended);
            }
        }
    }

    /// Whether an answer is taken, which may have a function run.
    async fn check(&self, text: &str, ended: &mut Ended) -> Event {
        match self.scope.guard(self.check.accepts(text)).await {
            Ok(Verdict::Accepted) => Event::Accepted,
            Ok(Verdict::Rejected(reason)) => {
                // Text is shown as it comes; of a typed answer the next reply says it.
                if self.check.shape().is_none() {
                    self.sink.tell(|| Notice::Restarted);
                }
                Event::Rejected { reason: reason.into() }
            }
            Ok(Verdict::Failed(error)) => {
                ended.failure = Some(ErrorKind::OutputFailed(error));
                Event::Stopped { stop: Stop::Output, partial: None }
            }
            Err(stop) => Event::Stopped { stop, partial: None },
        }
    }
}
