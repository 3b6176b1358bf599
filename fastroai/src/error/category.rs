//! What kind of trouble an error is.

use fastroai_providers::error::ProviderFault;
use fastroai_providers::{ModelError, ModelErrorKind};

use super::{Error, ErrorKind};
use crate::history::HistoryFault;

/// What kind of trouble an error is, for a decision what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCategory {
    /// Trying again later may help.
    #[doc(alias = "transient")]
    Transient,
    /// Trying again cannot help.
    #[doc(alias = "permanent")]
    Permanent,
    /// A limit was reached: money, time, turns, tokens.
    #[doc(alias = "resource_exhaustion")]
    ResourceExhaustion,
    /// Nobody knows.
    #[doc(alias = "unknown")]
    Unknown,
}

impl ErrorKind {
    pub(crate) fn category(&self) -> ErrorCategory {
        match self {
            Self::Model(error) => model_category(error),
            Self::Models(errors) => most_hopeful(errors),
            Self::Denied { denied, .. } => denied.kind(),
            // What failed in a processor may be a run of its own.
            Self::History(HistoryFault::Failed(error)) => {
                error.downcast_ref::<Error>().map_or(ErrorCategory::Permanent, Error::category)
            }
            // And so may what a guard asks.
            Self::GuardFailed { cause: Some(error), .. } => error
                .cause()
                .downcast_ref::<Error>()
                .map_or(ErrorCategory::Transient, Error::category),
            Self::Empty => ErrorCategory::Transient,
            Self::Config(_)
            | Self::Paused(_)
            | Self::AlreadyResumed
            | Self::Blocked { .. }
            | Self::Refused
            | Self::Filtered
            | Self::Unbounded(_)
            | Self::History(_)
            | Self::UnknownPrice { .. } => ErrorCategory::Permanent,
            Self::OutputTruncated
            | Self::MaxTurns { .. }
            | Self::MaxToolCalls { .. }
            | Self::OutputCutByBudget { .. }
            | Self::Budget { .. }
            | Self::UsageLimit(_)
            | Self::DeadlinePassed
            | Self::TooDeep => ErrorCategory::ResourceExhaustion,
            Self::OutputInvalid { .. }
            | Self::OutputFailed(_)
            | Self::ToolCorrections { .. }
            | Self::Loop { .. }
            | Self::HookPanicked { .. }
            | Self::Claim(_)
            | Self::GuardFailed { cause: None, .. }
            | Self::Cancelled => ErrorCategory::Unknown,
        }
    }
}

pub(crate) fn model_category(error: &ModelError) -> ErrorCategory {
    let exhausted = matches!(
        error.kind(),
        ModelErrorKind::Provider(ProviderFault::Quota | ProviderFault::ContextLength { .. })
    );
    if exhausted {
        ErrorCategory::ResourceExhaustion
    } else if error.is_retryable() {
        ErrorCategory::Transient
    } else {
        ErrorCategory::Permanent
    }
}

/// One model that answers is enough.
fn most_hopeful(errors: &[ModelError]) -> ErrorCategory {
    let categories: Vec<_> = errors.iter().map(model_category).collect();
    let hopeful = [ErrorCategory::Transient, ErrorCategory::ResourceExhaustion];
    let found = hopeful.into_iter().find(|category| categories.contains(category));
    found.unwrap_or(ErrorCategory::Permanent)
}
