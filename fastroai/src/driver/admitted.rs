//! What an attempt at a model passes before it is sent.

use fastroai_providers::{ModelError, Request, Usage};

use super::payer::{Payer, Reserved};
use crate::error::ErrorKind;
use crate::hook::{Ended, ModelCall, Origin, Panicked, Permits, Waiting};
use crate::money::Cost;
use crate::telemetry::events;
use crate::usage_limits::{Counted, Exceeded, check_input};

/// An attempt that may be sent: it is within the limits of the run, paid for, and let through by
/// all hooks.
pub(super) struct Admitted {
    pub(super) reserved: Reserved,
    pub(super) passed: Passed,
}

/// What is told how an attempt went; nothing where there are neither limits nor hooks.
///
/// On the heap, as it lives as long as the attempt, and most runs have none.
#[derive(Default)]
pub(super) struct Passed(Option<Box<Told>>);

struct Told {
    counted: Counted,
    permits: Permits,
}

/// Passes the limits, the accounts and the hooks, in this order.
///
/// Where a hook has the attempt wait, the money goes back before: nothing waits while it holds some,
/// and whoever holds some is about to send.
pub(super) async fn admit(
    payer: &Payer<'_>,
    origin: &Origin<'_>,
    request: &Request<'_>,
    streamed: bool,
) -> Result<Admitted, ErrorKind> {
    let scope = payer.scope;
    if scope.hooks().is_empty() && scope.tallies().is_empty() {
        let reserved = payer.reserve(request, origin).await?;
        return Ok(Admitted { reserved, passed: Passed::default() });
    }
    // On the heap: it is there before an attempt, and not while one is under way.
    Box::pin(pass(payer, origin, request, streamed)).await
}

async fn pass(
    payer: &Payer<'_>,
    origin: &Origin<'_>,
    request: &Request<'_>,
    streamed: bool,
) -> Result<Admitted, ErrorKind> {
    let (scope, model) = (payer.scope, payer.model);
    let input = check_input(origin, model, request).await?;
    let mut counted = Counted::begin(scope.tallies(), input)?;
    let mut waiting = Waiting::default();
    loop {
        let mut reserved = payer.reserve(request, origin).await?;
        let permits = if scope.hooks().is_empty() {
            Permits::none()
        } else {
            let granted = reserved.max_tokens.or(request.settings.max_tokens);
            let mut call = ModelCall::new(*origin, model.id(), request, streamed, granted);
            match scope.hooks().before_model(&mut call, &mut waiting, scope.deadline())? {
                Ok(permits) => {
                    if call.max_tokens() != granted {
                        reserved.max_tokens = call.max_tokens();
                    }
                    permits
                }
                Err(pause) => {
                    drop(call);
                    drop(reserved);
                    events::model_waits();
                    pause.over(&mut waiting).await?;
                    continue;
                }
            }
        };
        counted.send();
        let passed = Passed(Some(Box::new(Told { counted, permits })));
        return Ok(Admitted { reserved, passed });
    }
}

impl Passed {
    /// Takes what the provider has counted so far.
    pub(super) fn see(&mut self, usage: &Usage) -> Result<(), Exceeded> {
        self.0.as_mut().map_or(Ok(()), |told| told.counted.see(usage))
    }

    /// It went well.
    pub(super) fn succeeded(self, usage: &Usage, cost: Option<Cost>) -> Result<(), ErrorKind> {
        let Some(mut told) = self.0 else { return Ok(()) };
        let within = told.counted.see(usage);
        told.permits.settle(Ended::Succeeded, usage, cost)?;
        Ok(within?)
    }

    /// It failed.
    pub(super) fn failed(self, error: &ModelError, cost: Option<Cost>) -> Result<(), ErrorKind> {
        let Some(mut told) = self.0 else { return Ok(()) };
        let unknown = Usage::default();
        let usage = error.partial().map_or(&unknown, |partial| &partial.usage);
        let within = if usage.is_unknown() {
            told.counted.unread();
            Ok(())
        } else {
            told.counted.see(usage)
        };
        told.permits.settle(Ended::ModelFailed(error), usage, cost)?;
        Ok(within?)
    }

    /// A limit has cut it off.
    pub(super) fn cut_off(self, usage: &Usage, cost: Option<Cost>) -> Result<(), ErrorKind> {
        let Some(told) = self.0 else { return Ok(()) };
        Ok(told.permits.settle(Ended::CutOff, usage, cost)?)
    }
}

impl From<Panicked> for ErrorKind {
    fn from(Panicked { hook }: Panicked) -> Self {
        Self::HookPanicked { hook }
    }
}
