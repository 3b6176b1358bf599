//! Every kind of error has a code and a sentence, and nothing of what it is made of.

use std::collections::{BTreeMap, BTreeSet};

use fastroai_providers::error::{Phase, ProtocolFault, ProviderFault, Sent};

use super::*;
use crate::agent::OutputError;
use crate::approval::{ClaimError, PausedRun, Stored};
use crate::guard::{GuardError, Stage};
use crate::history::HistoryFault;
use crate::hook::Denied;
use crate::money::{Bill, Cost};
use crate::run::{RunSpec, RunState};
use crate::usage_limits::{Exceeded, Limit};

/// The place of a kind among all: a new one does not compile until it has one, and then lacks a
/// sample.
fn place(kind: &ErrorKind) -> usize {
    match kind {
        ErrorKind::Config(_) => 0,
        ErrorKind::Model(_) => 1,
        ErrorKind::Models(_) => 2,
        ErrorKind::Empty => 3,
        ErrorKind::Refused => 4,
        ErrorKind::Filtered => 5,
        ErrorKind::OutputInvalid { .. } => 6,
        ErrorKind::OutputFailed(_) => 7,
        ErrorKind::OutputTruncated => 8,
        ErrorKind::MaxTurns { .. } => 9,
        ErrorKind::MaxToolCalls { .. } => 10,
        ErrorKind::ToolCorrections { .. } => 11,
        ErrorKind::Loop { .. } => 12,
        ErrorKind::Budget { .. } => 13,
        ErrorKind::OutputCutByBudget { .. } => 14,
        ErrorKind::Unbounded(_) => 15,
        ErrorKind::UnknownPrice { .. } => 16,
        ErrorKind::UsageLimit(_) => 17,
        ErrorKind::Denied { .. } => 18,
        ErrorKind::HookPanicked { .. } => 19,
        ErrorKind::Blocked { .. } => 20,
        ErrorKind::GuardFailed { .. } => 21,
        ErrorKind::DeadlinePassed => 22,
        ErrorKind::Cancelled => 23,
        ErrorKind::TooDeep => 24,
        ErrorKind::History(_) => 25,
        ErrorKind::Paused(_) => 26,
        ErrorKind::AlreadyResumed => 27,
        ErrorKind::Claim(_) => 28,
    }
}

const KINDS: usize = 29;

fn models() -> [ModelError; 4] {
    [
        ModelError::config(TOLD),
        ModelError::new(ModelErrorKind::Transport { phase: Phase::Connect, sent: Sent::No }, TOLD),
        ModelError::protocol(ProtocolFault::NotJson, TOLD),
        ModelError::provider_fault(ProviderFault::RateLimit, TOLD)
            .with_provider(TOLD)
            .with_detail(TOLD)
            .with_code(TOLD)
            .with_request_id(TOLD)
            .with_retry_after(Duration::from_secs(3)),
    ]
}

const TOLD: &str = "canary";

fn paused() -> PausedRun {
    let state = RunState::new(RunSpec::default(), Vec::new(), TOLD.to_owned());
    PausedRun::of(Stored::new(TOLD, TOLD, state, Bill::default()))
}

fn samples() -> Vec<ErrorKind> {
    let told = || TOLD.to_owned();
    let mut samples = vec![
        ErrorKind::Config(told()),
        ErrorKind::Models(models().into()),
        ErrorKind::Empty,
        ErrorKind::Refused,
        ErrorKind::Filtered,
        ErrorKind::OutputInvalid { attempts: 987, reason: told().into() },
        ErrorKind::OutputFailed(OutputError::new(TOLD)),
        ErrorKind::OutputTruncated,
        ErrorKind::MaxTurns { limit: 987 },
        ErrorKind::MaxToolCalls { limit: 987, asked: 987 },
        ErrorKind::ToolCorrections { tool: told(), limit: 987, timeouts: 987 },
        ErrorKind::Loop { tool: told() },
        ErrorKind::Budget {
            account: told(),
            budget: Cost::ZERO,
            spent: Cost::ZERO,
            held: Cost::ZERO,
            needed: Cost::ZERO,
        },
        ErrorKind::OutputCutByBudget { max_tokens: 987 },
        ErrorKind::Unbounded(told()),
        ErrorKind::UnknownPrice { model: told() },
        ErrorKind::UsageLimit(Exceeded { limit: Limit::Requests, allowed: 987, used: 987 }),
        ErrorKind::Denied { hook: told(), denied: Denied::new(TOLD) },
        ErrorKind::HookPanicked { hook: told() },
        ErrorKind::Blocked { guard: told(), stage: Stage::Prompt, reason: TOLD.into() },
        ErrorKind::GuardFailed { guard: told(), cause: Some(GuardError::new(TOLD)) },
        ErrorKind::DeadlinePassed,
        ErrorKind::Cancelled,
        ErrorKind::TooDeep,
        ErrorKind::History(HistoryFault::Empty),
        ErrorKind::Paused(paused()),
        ErrorKind::AlreadyResumed,
        ErrorKind::Claim(ClaimError::new(TOLD)),
    ];
    samples.extend(models().map(ErrorKind::Model));
    samples
}

/// The codes and sentences of the table above.
fn table() -> BTreeMap<&'static str, &'static str> {
    let rows = include_str!("../public.rs").lines().filter_map(|line| {
        let (code, sentence) = line.strip_prefix("/// | `")?.split_once("` | ")?;
        Some((code, sentence.strip_suffix(" |")?))
    });
    rows.collect()
}

#[test]
fn every_code_is_in_the_table_with_its_sentence_and_no_other_is() {
    let samples = samples();
    let places: BTreeSet<usize> = samples.iter().map(place).collect();
    assert_eq!(places, (0..KINDS).collect(), "a kind has no sample");
    let codes: BTreeMap<_, _> = samples.iter().map(|kind| (kind.word(), kind.sentence())).collect();
    assert_eq!(codes, table());
    let is_plain = |code: &str| code.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase());
    assert!(codes.keys().all(|code| is_plain(code)), "{codes:?}");
}

#[test]
fn a_public_error_holds_nothing_of_what_it_is_made_of() {
    for kind in samples() {
        let place = place(&kind);
        let public = Error::unstarted(kind).public();
        let json = serde_json::to_value(&public).unwrap();
        for shown in [public.to_string(), format!("{public:?}"), json.to_string()] {
            let names = ["canary", "987", "$"];
            // The id is random, and may hold any digits.
            let shown = shown.replace(public.correlation_id(), "");
            assert!(!names.iter().any(|name| shown.contains(name)), "{place}: {shown}");
        }
        let mut fields: Vec<_> = json.as_object().unwrap().keys().cloned().collect();
        fields.sort();
        assert_eq!(fields, ["code", "correlation_id", "message"]);
    }
}

#[test]
fn a_model_error_has_the_faces_of_the_run_that_it_ends() {
    for error in models() {
        let alone = PublicError::from(&error);
        let run = Error::unstarted(ErrorKind::Model(error)).public();
        assert_eq!((alone.code, alone.message), (run.code, run.message));
        assert_eq!((alone.retryable, alone.retry_after), (run.retryable, run.retry_after));
        assert!(!alone.correlation_id.is_empty() && alone.correlation_id != run.correlation_id);
    }
    let last = PublicError::from(&models()[3]);
    assert_eq!(last.retry_after(), Some(Duration::from_secs(3)));
    assert!(last.is_retryable());
}
