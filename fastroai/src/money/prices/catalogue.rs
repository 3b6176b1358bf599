//! The list prices of the `genai-prices` crate, and the one edge where a float becomes money.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, OnceLock};
use std::thread;
use std::time::{Duration, SystemTime};

use fastroai_providers::Usage;
use fastroai_providers::services::Face;
use genai_prices::{Calculator, PriceRequest, Usage as Counts, UsageKey};
use tokio::sync::watch;

use super::tier;
use crate::money::Cost;

/// Our names of services beside the catalogue's; others are the same in both.
const PROVIDERS: &[(&str, &str)] = &[
    ("azure-openai", "azure"),
    ("bedrock", "aws"),
    ("copilot", "github-copilot"),
    ("gemini", "google"),
    ("grok", "x-ai"),
    ("mistralai", "mistral"),
    ("moonshot", "moonshotai"),
    ("openai-chat", "openai"),
    ("vertex", "google"),
    ("voyage", "voyageai"),
    ("xai", "x-ai"),
];

/// Picodollars in a dollar, for the conversion from the catalogue's dollars.
const PICODOLLARS: f64 = 1e12;

/// The catalogue, once it is read; `None` within where it cannot be read.
static CATALOGUE: OnceLock<Option<&'static Calculator>> = OnceLock::new();

static STARTED: AtomicBool = AtomicBool::new(false);

static READY: LazyLock<watch::Sender<bool>> = LazyLock::new(|| watch::Sender::new(false));

fn catalogue() -> Option<&'static Calculator> {
    // A catalogue that cannot be read makes prices unknown; it does not take the process down.
    *CATALOGUE.get_or_init(|| std::panic::catch_unwind(Calculator::bundled).ok())
}

/// A model in the catalogue, asked for in one service tier and at one time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Listed<'a> {
    pub(super) provider: &'a str,
    pub(super) model: &'a str,
    /// The provider's word for the tier; `None` for its ordinary one.
    pub(super) tier: Option<&'a str>,
    /// Some prices depend on the time of day; `None` for now.
    pub(super) at: Option<SystemTime>,
}

/// The list price of this usage, which is consistent with itself. `None` in a tier of which the list
/// says nothing.
pub(super) fn price(listed: Listed<'_>, usage: &Usage) -> Option<Cost> {
    if listed.tier.is_some() {
        // Of a tier that it does not know, the list says the ordinary price.
        let ordinary = Listed { tier: None, ..listed };
        let (theirs, ours) = (list_price(listed, &SAMPLE), list_price(ordinary, &SAMPLE));
        if theirs == ours {
            return None;
        }
    }
    list_price(listed, usage)
}

/// The price by which it is seen whether the list knows a tier.
static SAMPLE: LazyLock<Usage> = LazyLock::new(|| {
    let mut usage = Usage::default();
    (usage.input_tokens, usage.output_tokens) = (Some(1_000_000), Some(1_000_000));
    usage
});

/// Whether the list has a price for all that this usage counts.
pub(super) fn covers(listed: Listed<'_>, usage: &Usage) -> bool {
    let made = |searches: Option<u64>| searches.is_some_and(|count| count > 0);
    // Where each request has a fee, what is searched for it is in that fee.
    let fee = || list_price(listed, &nothing()).is_some_and(|fee| !fee.is_zero());
    (!made(usage.web_searches) || web_search(listed).is_some() || fee())
        && (!made(usage.file_searches) || file_search(listed).is_some())
}

/// What a search of the web costs.
pub(super) fn web_search(listed: Listed<'_>) -> Option<Cost> {
    each(listed, |usage| &mut usage.web_searches)
}

/// What a search of stored files costs.
pub(super) fn file_search(listed: Listed<'_>) -> Option<Cost> {
    each(listed, |usage| &mut usage.file_searches)
}

/// What one of these costs, by what a million of them do.
fn each(listed: Listed<'_>, count: fn(&mut Usage) -> &mut Option<u64>) -> Option<Cost> {
    const MANY: u64 = 1_000_000;
    let mut many = nothing();
    *count(&mut many) = Some(MANY);
    let all = list_price(listed, &many)?.checked_sub(list_price(listed, &nothing())?)?;
    (!all.is_zero()).then(|| Cost::from_picodollars(all.picodollars().div_ceil(MANY)))
}

fn nothing() -> Usage {
    let mut usage = Usage::default();
    (usage.input_tokens, usage.output_tokens) = (Some(0), Some(0));
    usage
}

fn list_price(listed: Listed<'_>, usage: &Usage) -> Option<Cost> {
    // The catalogue takes what it is not told for nothing.
    let (input, output) = (usage.input_tokens?, usage.output_tokens?);
    let catalogue = catalogue()?;
    let provider = provider_id(listed.provider);
    // It also guesses providers by parts of their names; a price is not to be guessed.
    if !catalogue.providers().any(|known| known.id() == provider) {
        return None;
    }
    let tier = listed.tier.map(str::to_ascii_lowercase);
    let total = |counts: &Counts| {
        let mut request = PriceRequest::new(listed.model, counts).with_provider_id(provider);
        request = match tier.as_deref() {
            Some(tier::BATCH) => request.with_price_context("processing", tier::BATCH),
            Some(tier) => request.with_price_context("service_tier", tier),
            None => request,
        };
        request.timestamp = listed.at;
        catalogue.calculate(&request).ok().map(|price| price.total_price)
    };
    let whole = [
        (UsageKey::INPUT_TOKENS, count(input)),
        (UsageKey::OUTPUT_TOKENS, count(output)),
        // A few providers take a fee for each request.
        (UsageKey::REQUESTS, 1.0),
    ];
    // Parts that overlap in a way that it refuses are priced by the parts that cannot.
    let dollars = total(&counts(whole.clone(), &parts(usage)))
        .or_else(|| total(&counts(whole, &cached(usage))))?;
    amount(dollars)
}

/// The catalogue that this crate was tested with, and the digest of its prices.
const TESTED: (&str, u64) = ("genai-prices 0.2.1", 0x67f9_18fe_180d_b96f);

/// Which catalogue it is. A crate cannot ask for the version of another, so that its prices are looked
/// at: those of every model, at an hour that stays the same.
pub(super) fn version() -> Option<&'static str> {
    static VERSION: OnceLock<String> = OnceLock::new();
    let catalogue = catalogue()?;
    Some(VERSION.get_or_init(|| {
        let digest = digest(catalogue);
        if digest == TESTED.1 {
            TESTED.0.to_owned()
        } else {
            format!("genai-prices of digest {digest:016x}")
        }
    }))
}

fn digest(catalogue: &Calculator) -> u64 {
    /// The first second of October 2026.
    const HOUR: Duration = Duration::from_secs(1_790_812_800);
    let at = SystemTime::UNIX_EPOCH.checked_add(HOUR);
    let mut digest = Digest(0xcbf2_9ce4_8422_2325);
    for provider in catalogue.providers() {
        digest.add(provider.id().as_bytes());
        for model in provider.models() {
            digest.add(model.id().as_bytes());
            let listed = Listed { provider: provider.id(), model: model.id(), tier: None, at };
            for whole in [1_009, 3_000_017] {
                let cost = list_price(listed, &one_of_each(whole)).unwrap_or(Cost::MAX);
                digest.add(&cost.picodollars().to_le_bytes());
            }
        }
    }
    digest.0
}

/// A usage with something of everything, no two of which are alike.
fn one_of_each(whole: u64) -> Usage {
    let mut usage = Usage::default();
    (usage.input_tokens, usage.output_tokens) = (Some(whole), Some(whole + 4));
    (usage.cache_read_tokens, usage.cache_write_tokens) = (Some(101), Some(211));
    (usage.cache_write_1h_tokens, usage.reasoning_tokens) = (Some(53), Some(17));
    (usage.input_audio_tokens, usage.output_audio_tokens) = (Some(29), Some(41));
    (usage.web_searches, usage.file_searches) = (Some(7), Some(11));
    usage.cache_audio_read_tokens = Some(3);
    usage
}

/// FNV-1a: the standard hashers may differ between processes.
struct Digest(u64);

impl Digest {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

/// How many tokens a model can take in, where the catalogue knows.
pub(super) fn context_window(provider: &str, model: &str) -> Option<u64> {
    let provider = provider_id(provider);
    let known = catalogue()?.providers().find(|known| known.id() == provider)?;
    known.models().find(|known| known.id() == model)?.context_window()
}

/// The models of these providers, each with its provider.
#[cfg(test)]
pub(super) fn models(of: &[&str]) -> Vec<(String, String)> {
    let providers = catalogue().into_iter().flat_map(Calculator::providers);
    let providers = providers.filter(|provider| of.contains(&provider.id()));
    let named = |provider: genai_prices::ProviderInfo<'static>| {
        let id = provider.id();
        provider.models().map(move |model| (id.to_owned(), model.id().to_owned()))
    };
    providers.flat_map(named).collect()
}

/// The catalogue's name of a provider. What a service does costs the same over each of its wires.
fn provider_id(ours: &str) -> &str {
    let service = Face::service_of(ours);
    PROVIDERS.iter().find(|(known, _)| *known == service).map_or(service, |(_, theirs)| theirs)
}

type Part = (UsageKey, Option<u64>);

fn counts(whole: [(UsageKey, f64); 3], parts: &[Part]) -> Counts {
    let mut counts = Counts::from(whole);
    counts.extend(parts.iter().filter_map(|(key, part)| Some((key.clone(), count((*part)?)))));
    counts
}

fn cached(usage: &Usage) -> Vec<Part> {
    vec![
        (UsageKey::CACHE_READ_TOKENS, usage.cache_read_tokens),
        (UsageKey::CACHE_WRITE_TOKENS, usage.cache_write_tokens),
        (UsageKey::CACHE_WRITE_1H_TOKENS, usage.cache_write_1h_tokens),
        (UsageKey::WEB_SEARCHES, usage.web_searches),
        (UsageKey::STORAGE_SEARCHES, usage.file_searches),
    ]
}

fn parts(usage: &Usage) -> Vec<Part> {
    let mut parts = cached(usage);
    parts.extend([
        (UsageKey::INPUT_AUDIO_TOKENS, usage.input_audio_tokens),
        (UsageKey::CACHE_AUDIO_READ_TOKENS, cached_audio(usage)),
        (UsageKey::OUTPUT_AUDIO_TOKENS, usage.output_audio_tokens),
        (UsageKey::OUTPUT_REASONING_TOKENS, usage.reasoning_tokens),
    ]);
    parts
}

/// The audio that was read from the cache. Where the provider did not say, it is the least that
/// the other counts allow, since cached audio is the cheaper one.
fn cached_audio(usage: &Usage) -> Option<u64> {
    let least = || {
        let fresh = usage.input_tokens?.saturating_sub(usage.cache_read_tokens?);
        let fresh = fresh.saturating_sub(usage.cache_write_tokens.unwrap_or(0));
        Some(usage.input_audio_tokens?.saturating_sub(fresh))
    };
    usage.cache_audio_read_tokens.or_else(least)
}

#[expect(clippy::cast_precision_loss, reason = "counts of tokens are far below 2^53")]
fn count(tokens: u64) -> f64 {
    tokens as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "held within what fits"
)]
fn amount(dollars: f64) -> Option<Cost> {
    let picodollars = (dollars * PICODOLLARS).round();
    (0.0..u64::MAX as f64)
        .contains(&picodollars)
        .then(|| Cost::from_picodollars(picodollars as u64))
}

pub(super) fn is_ready() -> bool {
    CATALOGUE.get().is_some()
}

pub(super) fn warm() {
    if is_ready() || STARTED.swap(true, Ordering::AcqRel) {
        return;
    }
    let read = || {
        catalogue();
        READY.send_replace(true);
        // Nobody waits for it yet, and the first bill would.
        version();
    };
    if thread::Builder::new().name("fastroai-prices".to_owned()).spawn(read).is_err() {
        // No thread is to be had: better a short wait here than one without end elsewhere.
        read();
    }
}

pub(super) async fn ready() {
    if is_ready() {
        return;
    }
    warm();
    // The sender is never dropped, so that this ends only when the catalogue is read.
    let _ = READY.subscribe().wait_for(|ready| *ready).await;
}
