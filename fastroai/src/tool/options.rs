//! A tool's limits, and what repeating it does.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::money::Cost;

/// A tool's limits. `#[safe_tool(…)]` sets them.
///
/// ```
/// use fastroai::tool::{Effect, ToolOptions};
/// const OPTIONS: ToolOptions = ToolOptions { effect: Effect::ReadOnly, attempts: 3, ..ToolOptions::DEFAULT };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToolOptions {
    /// How long one attempt may take; 30 seconds unless said otherwise.
    pub timeout: Duration,
    /// How long all attempts may take together, with the waits between them; no limit of its own
    /// unless said otherwise.
    pub total_timeout: Option<Duration>,
    /// How often it is tried in all; 1 unless said otherwise.
    ///
    /// Only tools whose effect is [`ReadOnly`](Effect::ReadOnly) or
    /// [`Idempotent`](Effect::Idempotent) are tried again.
    #[doc(alias = "max_retries")]
    pub attempts: u32,
    /// What repeating it does.
    pub effect: Effect,
    /// It runs alone: calls before it end first, calls after it wait.
    pub sequential: bool,
    /// How often in a row the model may be asked to correct its call before the run fails.
    pub corrections: u32,
    /// It is asked again and again until something has changed, as in "is it ready?": the same
    /// result of the same call is then no loop.
    ///
    /// Of other tools the model is told at the third such reply, and the run fails at the fourth.
    pub polling: bool,
    /// What the model is told when it fails, in place of the fixed sentence. `{error}` stands for
    /// the error's own text: write it only where that text holds no secret.
    pub on_error: Option<&'static str>,
    /// What the model is told when it takes too long, in place of the fixed sentence.
    pub on_timeout: Option<&'static str>,
    /// What it costs.
    pub cost: ToolCost,
    /// What it needs of the world, in words of one's own, as `net` or `write`: an agent that is not
    /// [granted](crate::agent::AgentConfig::grants) all of it does not have the tool.
    pub needs: &'static [&'static str],
    /// For whom it is: a run whose [principal](crate::Principal) has none of these roles does not have the tool. Empty,
    /// it is for all.
    pub roles: &'static [&'static str],
    /// Whether someone has to approve each call of it first, or runs it elsewhere.
    pub approval: ToolApproval,
}

impl ToolOptions {
    /// What holds when nothing is said: 30 seconds, one attempt, effect `once`.
    pub const DEFAULT: Self = Self {
        timeout: Duration::from_secs(30),
        total_timeout: None,
        attempts: 1,
        effect: Effect::Once,
        sequential: false,
        corrections: 2,
        polling: false,
        on_error: None,
        on_timeout: None,
        cost: ToolCost::Free,
        needs: &[],
        roles: &[],
        approval: ToolApproval::Never,
    };
}

impl Default for ToolOptions {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Whether someone has to approve each call of a tool before it runs, or runs it elsewhere.
///
/// See [`approval`](crate::approval) for what becomes of such a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum ToolApproval {
    /// It runs when it is called.
    #[default]
    Never,
    /// It runs once someone has approved the call.
    #[doc(alias = "requires_approval")]
    Asked,
    /// It never runs here: the application does what is asked, and hands the result in.
    #[doc(alias = "ExternalToolset")]
    #[doc(alias = "CallDeferred")]
    External,
}

impl ToolApproval {
    /// Whether it runs when it is called.
    #[must_use]
    pub fn is_never(&self) -> bool {
        *self == Self::Never
    }
}

/// What a tool costs, beside what the models cost that it asks.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub enum ToolCost {
    /// Nothing.
    #[default]
    Free,
    /// So much for each attempt. It is paid before the tool starts; where a budget does not cover
    /// it, the run ends and the tool does not start.
    Each(Cost),
    /// What this function says of the arguments and the result, both as the model has them, of an
    /// attempt that went well. It is paid when the tool has ended, whether there is enough or not.
    By(CostFunction),
}

impl PartialEq for ToolCost {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Free, Self::Free) => true,
            (Self::Each(mine), Self::Each(other)) => mine == other,
            (Self::By(mine), Self::By(other)) => std::ptr::fn_addr_eq(*mine, *other),
            _ => false,
        }
    }
}

impl Eq for ToolCost {}

/// What says what a call costs.
pub type CostFunction = fn(arguments: &str, result: &str) -> Cost;

/// What repeating a tool does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// It only reads.
    ReadOnly,
    /// Doing it twice is as doing it once.
    Idempotent,
    /// It must not be repeated: it is tried once, whatever happens.
    #[default]
    Once,
}

impl Effect {
    /// Whether a failed attempt may be repeated.
    #[must_use]
    pub const fn is_repeatable(self) -> bool {
        !matches!(self, Self::Once)
    }
}
