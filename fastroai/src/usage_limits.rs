//! What one run may use: requests, tool calls, tokens.

mod tally;

use std::fmt;

pub(crate) use tally::{Counted, Tally, Used, begin_tools, check_input, end_tools};

/// What one run may use, with all that it calls: agents inside it use of the same.
///
/// A request that would pass a limit is not sent, as far as that can be known before. What is known
/// only afterwards ends the run at the first crossing, in the middle of a stream where the
/// provider counts while it writes. The error has what had come, and the bill.
///
/// A request's input is known before by its bytes, of which a token stands for at least one; where
/// these do not fit, the provider is asked to count it, if it does.
///
/// ```
/// use fastroai::UsageLimits;
/// use fastroai::prelude::*;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let limits = UsageLimits::default().requests(8).output_tokens(20_000);
/// let agent = Agent::builder().model("offline:demo").build()?;
/// agent.run("Hello").usage_limits(limits).await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsageLimits {
    /// Requests to models, repeated and failed ones included; `max_turns` counts replies.
    #[doc(alias = "request_limit")]
    pub requests: Option<u64>,
    /// Tool calls; those that failed or were refused are not counted. Where one call of a reply is
    /// too many, none of that reply runs.
    #[doc(alias = "tool_calls_limit")]
    pub tool_calls: Option<u64>,
    /// Tokens read, cached ones included.
    #[doc(alias = "input_tokens_limit")]
    pub input_tokens: Option<u64>,
    /// Tokens written, reasoning included.
    #[doc(alias = "output_tokens_limit")]
    pub output_tokens: Option<u64>,
    /// Tokens read and written.
    #[doc(alias = "total_tokens_limit")]
    pub total_tokens: Option<u64>,
    /// Tokens read by any one request.
    pub request_input_tokens: Option<u64>,
}

macro_rules! setters {
    ($($name:ident: $what:literal,)*) => {
        impl UsageLimits {
            $(
                #[doc = concat!("Sets the most ", $what, ".")]
                #[must_use]
                pub fn $name(mut self, most: u64) -> Self {
                    self.$name = Some(most);
                    self
                }
            )*

            /// The tighter of both, limit by limit.
            #[must_use]
            pub fn and(self, other: Self) -> Self {
                let tighter = |mine: Option<u64>, other: Option<u64>| mine.into_iter().chain(other).min();
                Self { $($name: tighter(self.$name, other.$name),)* }
            }
        }
    };
}

setters! {
    requests: "requests to models",
    tool_calls: "tool calls",
    input_tokens: "tokens read",
    output_tokens: "tokens written",
    total_tokens: "tokens read and written",
    request_input_tokens: "tokens read by any one request",
}

impl UsageLimits {
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// One of the [`UsageLimits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// Requests to models.
    Requests,
    /// Tool calls.
    ToolCalls,
    /// Tokens read.
    InputTokens,
    /// Tokens written.
    OutputTokens,
    /// Tokens read and written.
    TotalTokens,
    /// Tokens read by one request.
    RequestInputTokens,
}

impl Limit {
    /// Its field of [`UsageLimits`].
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::ToolCalls => "tool_calls",
            Self::InputTokens => "input_tokens",
            Self::OutputTokens => "output_tokens",
            Self::TotalTokens => "total_tokens",
            Self::RequestInputTokens => "request_input_tokens",
        }
    }
}

/// A limit that was passed, or would have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the limit `{limit}` of {allowed} does not cover {used}: raise it if the run needs more")]
#[non_exhaustive]
pub struct Exceeded {
    /// Which.
    pub limit: Limit,
    /// What is allowed.
    pub allowed: u64,
    /// What was used, or would have been with what was refused.
    pub used: u64,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
