//! What a hook sees of an attempt.

use std::any::Any;
use std::fmt;
use std::time::Duration;

use fastroai_providers::{ModelId, Request, ToolCall};

use crate::money::{Bill, Budget, Total};
use crate::principal::Principal;
use crate::scope::Scope;
use crate::tool::ToolOptions;

/// From which run an attempt is made.
#[derive(Clone, Copy)]
pub(crate) struct Origin<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) agent: Option<&'a str>,
    /// The run's id; where a model is asked without an agent, that of the request.
    pub(crate) id: &'a str,
    pub(crate) turn: u32,
    pub(crate) attempt: u32,
}

/// What a hook has kept with an attempt that waits.
pub(crate) type Kept = Option<Box<dyn Any + Send>>;

fn take<T: Any>(kept: &mut Kept) -> Option<T> {
    match kept.take()?.downcast() {
        Ok(value) => Some(*value),
        Err(other) => {
            *kept = Some(other);
            None
        }
    }
}

/// What an attempt, and a call that may not be made, know of their run.
macro_rules! of_a_turn {
    ($call:ident) => {
        impl $call<'_> {
            /// The agent's name; `None` where a model is asked without an agent.
            #[must_use]
            pub fn agent(&self) -> Option<&str> {
                self.from.agent
            }

            /// The run's id; `None` where a model is asked without an agent.
            #[must_use]
            pub fn run_id(&self) -> Option<&str> {
                self.from.agent.map(|_| self.from.id)
            }

            /// The id that an [error](crate::Error::correlation_id) of it has: the run's, or that of the
            /// request where a model is asked without an agent.
            #[must_use]
            pub fn correlation_id(&self) -> &str {
                self.from.id
            }

            /// The id of the run that this one, or this request, was begun in.
            #[must_use]
            pub fn parent_run_id(&self) -> Option<&str> {
                self.from.scope.parent_run_id()
            }

            /// What the call, or one around it, says under this key; see
            /// [`Call::metadata`](crate::Call::metadata).
            #[must_use]
            pub fn metadata(&self, key: &str) -> Option<&str> {
                self.from.scope.labels().metadata.get(key).map(String::as_str)
            }

            /// For whom the run acts; see [`Call::principal`](crate::Call::principal).
            #[must_use]
            pub fn principal(&self) -> Option<&Principal> {
                self.from.scope.principal()
            }

            /// The turn of the run, from 1.
            #[must_use]
            pub fn turn(&self) -> u32 {
                self.from.turn
            }
        }
    };
}

pub(super) use of_a_turn;

/// What both kinds of attempts know beside it.
macro_rules! of_an_attempt {
    ($call:ident) => {
        of_a_turn!($call);

        impl $call<'_> {
            /// The attempt, from 1.
            #[must_use]
            pub fn attempt(&self) -> u32 {
                self.from.attempt
            }

            /// The accounts that pay for it, none of which is above another.
            #[must_use]
            pub fn accounts(&self) -> &[Budget] {
                self.from.scope.accounts()
            }

            /// What the run has cost so far.
            #[must_use]
            pub fn bill(&self) -> Bill {
                self.from.scope.meter().bill()
            }

            /// What the run has spent so far, in one figure.
            #[must_use]
            pub fn spent(&self) -> Total {
                self.from.scope.meter().spent()
            }

            /// How long the run may still take.
            #[must_use]
            pub fn time_left(&self) -> Option<Duration> {
                self.from.scope.time_left()
            }

            /// What this hook has [kept](super::Wait::keeping) with the attempt while it waited.
            #[must_use]
            pub fn take_kept<T: Any>(&mut self) -> Option<T> {
                take(&mut self.kept)
            }
        }
    };
}

/// An attempt at a model, about to be made. `Debug` shows no content.
pub struct ModelCall<'a> {
    from: Origin<'a>,
    model: &'a ModelId,
    request: &'a Request<'a>,
    streamed: bool,
    counting: bool,
    max_tokens: Option<u32>,
    pub(super) kept: Kept,
}

of_an_attempt!(ModelCall);

impl<'a> ModelCall<'a> {
    pub(crate) fn new(
        from: Origin<'a>,
        model: &'a ModelId,
        request: &'a Request<'a>,
        streamed: bool,
        max_tokens: Option<u32>,
    ) -> Self {
        Self { from, model, request, streamed, counting: false, max_tokens, kept: None }
    }

    /// One that asks for no answer, but for a count of the request's tokens.
    pub(crate) fn counting(from: Origin<'a>, model: &'a ModelId, request: &'a Request<'a>) -> Self {
        let max_tokens = request.settings.max_tokens;
        Self { counting: true, ..Self::new(from, model, request, false, max_tokens) }
    }

    /// The provider's name.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.model.provider()
    }

    /// The model's name at its provider.
    #[must_use]
    pub fn model(&self) -> &str {
        self.model.name()
    }

    /// The model, as `provider:model`.
    #[must_use]
    pub fn id(&self) -> &ModelId {
        self.model
    }

    /// What is about to be sent.
    #[must_use]
    pub fn request(&self) -> &Request<'a> {
        self.request
    }

    /// Whether the reply is to be streamed.
    #[must_use]
    pub fn is_streamed(&self) -> bool {
        self.streamed
    }

    /// Whether the provider is to count the request's tokens only, which tells it all of the request
    /// and costs nothing.
    ///
    /// Where it does not fit a budget or a limit by its bytes, it is counted first, and sent then if
    /// it fits. A hook that does not let the count through at once is asked about the request itself
    /// all the same; its permit learns of no end.
    #[must_use]
    pub fn is_count(&self) -> bool {
        self.counting
    }

    /// The most tokens that the reply may have, as the settings say or the budget affords.
    #[must_use]
    pub fn max_tokens(&self) -> Option<u32> {
        self.max_tokens
    }

    /// Lowers the most tokens that the reply may have. It cannot be raised: money was set aside for
    /// so much.
    pub fn limit_max_tokens(&mut self, limit: u32) {
        self.max_tokens = Some(self.max_tokens.map_or(limit, |set| set.min(limit)));
    }
}

impl fmt::Debug for ModelCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelCall")
            .field("model", &self.model.as_str())
            .field("correlation_id", &self.from.id)
            .field("turn", &self.from.turn)
            .field("attempt", &self.from.attempt)
            .finish_non_exhaustive()
    }
}

/// An attempt at a tool, about to be made. `Debug` shows no arguments.
pub struct ToolUse<'a> {
    from: Origin<'a>,
    call: &'a ToolCall,
    options: ToolOptions,
    pub(super) kept: Kept,
}

of_an_attempt!(ToolUse);

impl<'a> ToolUse<'a> {
    pub(crate) fn new(from: Origin<'a>, call: &'a ToolCall, options: ToolOptions) -> Self {
        Self { from, call, options, kept: None }
    }

    /// The tool's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.call.name
    }

    /// The id of the model's call.
    #[must_use]
    pub fn call_id(&self) -> &str {
        &self.call.id
    }

    /// The arguments as the model wrote them: JSON, or not even that.
    #[must_use]
    pub fn arguments(&self) -> &str {
        &self.call.arguments
    }

    /// The tool's limits, and what repeating it does.
    #[must_use]
    pub fn options(&self) -> ToolOptions {
        self.options
    }
}

impl fmt::Debug for ToolUse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolUse")
            .field("tool", &self.call.name)
            .field("correlation_id", &self.from.id)
            .field("turn", &self.from.turn)
            .field("attempt", &self.from.attempt)
            .finish_non_exhaustive()
    }
}
