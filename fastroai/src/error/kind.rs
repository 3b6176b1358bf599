//! Why a run ended without an answer, in words and in a word.

use std::borrow::Cow;
use std::fmt;

use fastroai_providers::{ModelError, ModelErrorKind};

use super::withheld;
use crate::agent::OutputError;
use crate::approval::{ClaimError, PausedRun};
use crate::guard::{GuardError, Stage};
use crate::history::HistoryFault;
use crate::hook::Denied;
use crate::money::{Cost, Refusal};
use crate::run::{Failure, Reason, Stop};
use crate::usage_limits::Exceeded;

/// Why a run ended without an answer. Each kind has a [code](super::PublicError) for those outside.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Something is set up wrongly; nothing was sent.
    Config(String),
    /// The model could not be asked.
    Model(ModelError),
    /// Neither the model nor its fallbacks could be asked: at least two errors, in the order in
    /// which the models were asked.
    Models(Vec<ModelError>),
    /// The model said nothing, twice.
    Empty,
    /// The model would not answer; its words are at the end of the history.
    Refused,
    /// The provider's filter stopped the answer, and nothing was left of it or what was left does
    /// not fit the output.
    Filtered,
    /// No answer fitted the output.
    OutputInvalid {
        /// How many were tried.
        attempts: u32,
        /// What was wrong with the last one: places and types, and at times a value.
        reason: Reason,
    },
    /// What makes the output of an answer, a function or a validator, failed for good.
    OutputFailed(OutputError),
    /// The answer was cut at the limit of output tokens, and so does not fit the output.
    OutputTruncated,
    /// The model was asked as often as is allowed.
    MaxTurns {
        /// How often that is.
        limit: u32,
    },
    /// The model asked for more tool calls than are allowed; none of that reply ran.
    MaxToolCalls {
        /// How many are allowed in a run.
        limit: u32,
        /// How many there would have been, without those that failed or were refused.
        asked: u64,
    },
    /// The model could not correct its calls of a tool, or the tool took too long each time.
    ToolCorrections {
        /// The tool.
        tool: String,
        /// How often it was asked to.
        limit: u32,
        /// How often the tool took too long, and nothing else was wrong.
        timeouts: u32,
    },
    /// The model made the same call with the same result over and over.
    Loop {
        /// The tool.
        tool: String,
    },
    /// An account does not cover what the next request or tool may cost; nothing was sent.
    #[doc(alias = "CostBudgetExceededError")]
    #[doc(alias = "budget_microcents")]
    #[doc(alias = "actual_microcents")]
    Budget {
        /// The account.
        account: String,
        /// Its limit.
        budget: Cost,
        /// What was spent of it.
        spent: Cost,
        /// What is held of it: for requests on their way, and for those that may have been paid.
        held: Cost,
        /// What was needed at least.
        needed: Cost,
    },
    /// The answer was cut because the budget afforded no longer one, and so does not fit the output.
    OutputCutByBudget {
        /// How many tokens it was allowed.
        max_tokens: u32,
    },
    /// There is a budget, and nobody can say what the request may cost; nothing was sent.
    Unbounded(String),
    /// There is a budget, and nobody knows what the model costs; nothing was sent to it.
    UnknownPrice {
        /// The model.
        model: String,
    },
    /// A limit of what the run may use was reached.
    UsageLimit(Exceeded),
    /// A hook did not let an attempt through; it was not made.
    Denied {
        /// The hook.
        hook: String,
        /// Why.
        denied: Denied,
    },
    /// A hook panicked. Where that was before an attempt, it was not made.
    HookPanicked {
        /// The hook.
        hook: String,
    },
    /// A guard did not let a text pass. A prompt or an answer that was blocked is not in the history.
    Blocked {
        /// The guard.
        guard: String,
        /// Where the text was on its way.
        stage: Stage,
        /// Why, in the guard's words.
        reason: Cow<'static, str>,
    },
    /// A guard could not tell whether a text may pass, so that it did not.
    GuardFailed {
        /// The guard.
        guard: String,
        /// Why it could not tell; `None` where it panicked.
        cause: Option<GuardError>,
    },
    /// The time is up.
    DeadlinePassed,
    /// Someone cancelled it.
    Cancelled,
    /// Agents called agents too deeply.
    TooDeep,
    /// What the history processors made cannot be sent; nothing was.
    History(HistoryFault),
    /// The run waits for decisions about tool calls, and can be [gone on from](crate::approval) with
    /// these.
    #[doc(alias = "ApprovalRequired")]
    #[doc(alias = "CallDeferred")]
    Paused(PausedRun),
    /// The paused run was gone on from already; nothing ran.
    AlreadyResumed,
    /// Nobody can say whether the paused run was gone on from; nothing ran.
    Claim(ClaimError),
}

impl ErrorKind {
    pub(crate) fn of(failure: Failure) -> Self {
        match failure {
            // The driver knows more of these two and says it.
            Failure::Stopped { stop: Stop::Cancelled } => Self::Cancelled,
            Failure::Stopped { stop: _ } => Self::DeadlinePassed,
            Failure::Model => Self::Config("the model could not be asked".to_owned()),
            Failure::MaxTurns { limit } => Self::MaxTurns { limit },
            Failure::MaxToolCalls { limit, asked } => Self::MaxToolCalls { limit, asked },
            Failure::Corrections { tool, limit, timeouts } => {
                Self::ToolCorrections { tool, limit, timeouts }
            }
            Failure::Loop { tool } => Self::Loop { tool },
            Failure::Empty => Self::Empty,
            Failure::Refused => Self::Refused,
            Failure::Filtered => Self::Filtered,
            Failure::OutputInvalid { attempts, reason } => Self::OutputInvalid { attempts, reason },
            Failure::OutputTruncated => Self::OutputTruncated,
        }
    }

    /// Of the models that were asked in vain.
    pub(crate) fn of_models(mut errors: Vec<ModelError>) -> Self {
        match errors.pop() {
            Some(error) if errors.is_empty() => Self::Model(error),
            Some(error) => {
                errors.push(error);
                Self::Models(errors)
            }
            None => Self::of(Failure::Model),
        }
    }

    /// A word for traces.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Config(_) => "config",
            Self::Model(error) => model_word(error),
            Self::Models(errors) => errors.last().map_or("provider", model_word),
            Self::Empty => "empty",
            Self::Refused => "refused",
            Self::Filtered => "filtered",
            Self::OutputInvalid { .. } => "output_invalid",
            Self::OutputFailed(_) => "output_failed",
            Self::OutputTruncated => "output_truncated",
            Self::MaxTurns { .. } => "max_turns",
            Self::MaxToolCalls { .. } => "max_tool_calls",
            Self::ToolCorrections { .. } => "tool_corrections",
            Self::Loop { .. } => "loop",
            Self::Budget { .. } => "budget",
            Self::OutputCutByBudget { .. } => "output_cut_by_budget",
            Self::Unbounded(_) => "unbounded",
            Self::UnknownPrice { .. } => "unknown_price",
            Self::UsageLimit(_) => "usage_limit",
            Self::Denied { .. } => "denied",
            Self::HookPanicked { .. } => "hook_panicked",
            Self::Blocked { .. } => "blocked",
            Self::GuardFailed { .. } => "guard_failed",
            Self::DeadlinePassed => "deadline",
            Self::Cancelled => "cancelled",
            Self::TooDeep => "too_deep",
            Self::History(_) => "history",
            Self::Paused(_) => "paused",
            Self::AlreadyResumed => "already_resumed",
            Self::Claim(_) => "claim",
        }
    }
}

impl From<Exceeded> for ErrorKind {
    fn from(exceeded: Exceeded) -> Self {
        Self::UsageLimit(exceeded)
    }
}

impl From<Refusal> for ErrorKind {
    fn from(Refusal { account, budget, spent, held, needed }: Refusal) -> Self {
        Self::Budget { account, budget, spent, held, needed }
    }
}

pub(crate) fn model_word(error: &ModelError) -> &'static str {
    match error.kind() {
        ModelErrorKind::Config => "config",
        ModelErrorKind::Transport { .. } => "transport",
        ModelErrorKind::Protocol(_) => "protocol",
        _ => "provider",
    }
}

const RESUMED: &str =
    "the paused run was resumed already, and runs once: ask again, or go on from its history";

const UNCLAIMED: &str = "nobody can say whether the paused run was resumed already: see to the claims of the \
     runtime, and try again";

fn fmt_models(errors: &[ModelError], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "none of {} models could be asked", errors.len())?;
    for (index, error) in errors.iter().enumerate() {
        write!(f, "{} {error}", if index == 0 { ":" } else { ";" })?;
    }
    Ok(())
}

fn fmt_waiting(paused: &PausedRun, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let calls = paused.requests().len();
    write!(f, "the run waits for decisions about tool calls ({calls}): resume it with them")
}

impl ErrorKind {
    /// What is shown where money is what there is too little of.
    fn about_money(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Budget { account, budget, spent, held, needed } => write!(
                f,
                "the budget of {budget} on `{}` does not cover {needed}: {spent} is spent and {held} is held",
                account.escape_debug()
            ),
            Self::OutputCutByBudget { max_tokens } => write!(
                f,
                "the answer was cut at {max_tokens} tokens, which is all that the budget affords: raise the budget"
            ),
            Self::Unbounded(why) => write!(
                f,
                "there is a budget, and nobody can say what this may cost: {why}; leave it out, or take a soft budget"
            ),
            Self::UnknownPrice { model } => write!(
                f,
                "there is a budget, but no price is known for `{model}`: give it a price, with `price` on the agent or on the runtime"
            ),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(why) => f.write_str(why),
            Self::Model(error) => error.fmt(f),
            Self::Models(errors) => fmt_models(errors, f),
            Self::Empty => f.write_str("the model gave an empty answer twice"),
            Self::Refused => f.write_str("the model refused to answer"),
            Self::Filtered => f.write_str("the provider's content filter stopped the answer"),
            Self::OutputInvalid { attempts, .. } => {
                write!(
                    f,
                    "none of {attempts} answers fitted the output: raise `output_attempts` if the model needs more"
                )
            }
            Self::OutputFailed(_) => f.write_str("what makes the output of the answer failed"),
            Self::OutputTruncated => {
                f.write_str("the answer was cut at the limit of output tokens: raise `max_tokens`")
            }
            Self::MaxTurns { limit } => {
                write!(
                    f,
                    "the model was asked {limit} times without an answer: raise `max_turns` if it needs more"
                )
            }
            Self::MaxToolCalls { limit, asked } => {
                write!(
                    f,
                    "the model asked for {asked} tool calls where {limit} are allowed: raise `max_tool_calls` if it needs more"
                )
            }
            Self::ToolCorrections { tool, limit, timeouts } if timeouts > limit => write!(
                f,
                "`{tool}` took too long {timeouts} times in a row: raise its `timeout`, or make it quicker"
            ),
            Self::ToolCorrections { tool, limit, timeouts } => {
                write!(
                    f,
                    "the model could not correct its calls of `{tool}`, though it was asked to {limit} times"
                )?;
                if *timeouts > 0 {
                    write!(f, ": {timeouts} of them took too long")?;
                }
                Ok(())
            }
            Self::Loop { tool } => {
                // The model may have made the name up.
                let tool = tool.escape_debug();
                write!(f, "the model called `{tool}` over and over with the same result")
            }
            Self::Budget { .. }
            | Self::OutputCutByBudget { .. }
            | Self::Unbounded(_)
            | Self::UnknownPrice { .. } => self.about_money(f),
            Self::UsageLimit(exceeded) => exceeded.fmt(f),
            Self::Denied { hook, denied } => {
                write!(f, "`{}` denied it: {denied}", hook.escape_debug())
            }
            Self::HookPanicked { hook } => write!(
                f,
                "the hook `{}` panicked, and nothing passes it: mend it, or leave it out",
                hook.escape_debug()
            ),
            Self::Blocked { guard, stage, reason } => {
                let guard = guard.escape_debug();
                write!(f, "`{guard}` blocked {}: {reason}", withheld::what(*stage))
            }
            Self::GuardFailed { guard, cause: Some(_) } => write!(
                f,
                "the guard `{}` could not tell, and nothing passes it then: see its cause",
                guard.escape_debug()
            ),
            Self::GuardFailed { guard, cause: None } => write!(
                f,
                "the guard `{}` panicked, and nothing passes it: mend it, or leave it out",
                guard.escape_debug()
            ),
            Self::DeadlinePassed => f.write_str("the run's time is up"),
            Self::Cancelled => f.write_str("the run was cancelled"),
            Self::TooDeep => f.write_str("agents called agents too deeply"),
            Self::History(fault) => fault.fmt(f),
            Self::Paused(paused) => fmt_waiting(paused, f),
            Self::AlreadyResumed => f.write_str(RESUMED),
            Self::Claim(_) => f.write_str(UNCLAIMED),
        }
    }
}
