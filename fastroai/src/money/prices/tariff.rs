//! What tokens can cost at the dearest: whole rates, by kind of token and length of the request.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use fastroai_providers::Usage;

use super::catalogue::{self, Listed};
use super::tier::is_dearer;
use crate::money::{Cost, Rates};

/// The tokens that a rate is for.
const MILLION: u64 = 1_000_000;

/// Lengths of requests between which a longer one may have become dearer.
const LENGTHS: [u64; 13] = [
    1_000, 16_000, 48_000, 72_000, 110_000, 150_000, 220_000, 262_000, 300_000, 520_000, 700_000,
    1_500_000, 4_000_000,
];

/// How long a table is kept: lists have dates on which prices change.
const KEPT: Duration = Duration::from_secs(12 * 3_600);

/// How far ahead prices are looked at, as some change with the time of day, and by what steps.
const AHEAD: Duration = Duration::from_secs(24 * 3_600);
const STEP: Duration = Duration::from_secs(1_800);

/// What a model's tokens can cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tariff {
    /// By the length of the input from which they hold, the shortest first.
    steps: Vec<(u64, Dearest)>,
    /// What a request costs beside its tokens.
    pub(crate) fee: Cost,
    /// How many tokens the model can take in.
    pub(crate) window: Option<u64>,
    /// What a search of the web costs, where that is known.
    pub(crate) web_search: Option<Cost>,
    /// What a search of stored files costs, where that is known.
    pub(crate) file_search: Option<Cost>,
}

/// Rates in picodollars for a million tokens, each the dearest of its kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Dearest {
    /// New input, or input from a cache.
    pub(crate) input: u64,
    /// Input that is written to a cache.
    pub(crate) written: u64,
    /// Input that is written to a cache for an hour.
    pub(crate) kept: u64,
    /// Input that is audio.
    pub(crate) audio: u64,
    /// Output of any kind.
    pub(crate) output: u64,
}

impl Dearest {
    fn or(self, other: Self) -> Self {
        Self {
            input: self.input.max(other.input),
            written: self.written.max(other.written),
            kept: self.kept.max(other.kept),
            audio: self.audio.max(other.audio),
            output: self.output.max(other.output),
        }
    }
}

impl Tariff {
    /// The tariff of rates that do not depend on the length of a request.
    pub(crate) fn of(rates: Rates, provider: &str, model: &str) -> Self {
        let dearest = probe(&|usage| rates.cost(usage), Cost::ZERO, MILLION).unwrap_or(Dearest {
            // Rates too large to be multiplied are no price that anyone could pay.
            input: u64::MAX,
            written: u64::MAX,
            kept: u64::MAX,
            audio: u64::MAX,
            output: u64::MAX,
        });
        Self {
            steps: vec![(0, dearest)],
            fee: Cost::ZERO,
            window: catalogue::context_window(provider, model),
            web_search: rates.web_search,
            file_search: rates.file_search,
        }
    }

    /// The dearest rates of a request that takes in at most this many tokens.
    pub(crate) fn dearest(&self, input: u64) -> Dearest {
        let steps = self.steps.iter().filter(|(from, _)| *from <= input);
        steps.map(|(_, rates)| *rates).fold(Dearest::default(), Dearest::or)
    }
}

/// What so many tokens cost at this rate, rounded up.
pub(crate) fn at_rate(tokens: u64, rate: u64) -> Option<Cost> {
    let cost = u128::from(tokens).checked_mul(u128::from(rate))?.div_ceil(u128::from(MILLION));
    u64::try_from(cost).ok().map(Cost::from_picodollars)
}

type Price<'a> = &'a dyn Fn(&Usage) -> Option<Cost>;

fn tokens(input: u64, output: u64) -> Usage {
    let mut usage = Usage::default();
    (usage.input_tokens, usage.output_tokens) = (Some(input), Some(output));
    usage
}

/// Finds the rates of a request of this length, out of what such requests cost.
fn probe(price: Price<'_>, fee: Cost, length: u64) -> Option<Dearest> {
    let rate = |cost: Cost, tokens: u64| {
        let cost = u128::from(cost.checked_sub(fee)?.picodollars());
        u64::try_from((cost * u128::from(MILLION)).div_ceil(u128::from(tokens))).ok()
    };
    let input = |set: fn(&mut Usage, u64)| {
        let mut usage = tokens(length, 0);
        set(&mut usage, length);
        rate(price(&usage)?, length)
    };
    let bare = price(&tokens(length, 0))?;
    let output = |set: fn(&mut Usage, u64)| {
        let mut usage = tokens(length, MILLION);
        set(&mut usage, MILLION);
        rate(price(&usage)?.checked_sub(bare)?.checked_add(fee)?, MILLION)
    };
    let fresh = input(|_, _| {})?;
    let read = input(|usage, all| usage.cache_read_tokens = Some(all))?;
    let written = input(|usage, all| usage.cache_write_tokens = Some(all))?;
    let kept = input(|usage, all| {
        (usage.cache_write_tokens, usage.cache_write_1h_tokens) = (Some(all), Some(all));
    })?;
    let audio = input(|usage, all| usage.input_audio_tokens = Some(all))?;
    let outputs = [
        output(|_, _| {})?,
        output(|usage, all| usage.reasoning_tokens = Some(all))?,
        output(|usage, all| usage.output_audio_tokens = Some(all))?,
    ];
    Some(Dearest {
        input: fresh.max(read),
        written,
        kept,
        audio,
        output: outputs.into_iter().max()?,
    })
}

type Key = (String, String, Option<String>);
type Tables = HashMap<Key, (SystemTime, Option<Arc<Tariff>>)>;

/// The tariff of a model on the list, made once and then kept for a while.
pub(super) fn listed(provider: &str, model: &str, tier: Option<&str>) -> Option<Arc<Tariff>> {
    static TABLES: LazyLock<Mutex<Tables>> = LazyLock::new(Mutex::default);
    let key = (provider.to_owned(), model.to_owned(), tier.map(str::to_owned));
    let now = SystemTime::now();
    let tables = || TABLES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((made, tariff)) = tables().get(&key)
        && now.duration_since(*made).is_ok_and(|age| age < KEPT)
    {
        return tariff.clone();
    }
    let made = table(Listed { provider, model, tier, at: Some(now) }, now).map(Arc::new);
    tables().insert(key, (now, made.clone()));
    made
}

/// Works out a model's rates from what requests cost by the list, and checks them against it.
fn table(listed: Listed<'_>, now: SystemTime) -> Option<Tariff> {
    let listed = Listed { at: dearest_time(listed, now), ..listed };
    let price = |usage: &Usage| catalogue::price(listed, usage);
    let listed = if price(&tokens(MILLION, MILLION)).is_some() {
        listed
    } else if listed.tier.is_some_and(is_dearer) {
        // The tier costs more, and the list does not say how much.
        return None;
    } else {
        Listed { tier: None, ..listed }
    };
    let price = |usage: &Usage| catalogue::price(listed, usage);
    let fee = price(&tokens(0, 0))?;
    let mut steps: Vec<(u64, Dearest)> = Vec::new();
    for length in LENGTHS {
        let rates = probe(&price, fee, length)?;
        match steps.last() {
            Some((_, last)) if alike(*last, rates) => {}
            Some((from, last)) => {
                let (mut below, mut above) = (before(*from, length), length);
                while above - below > 1 {
                    let middle = below + (above - below) / 2;
                    if alike(probe(&price, fee, middle)?, *last) {
                        below = middle;
                    } else {
                        above = middle;
                    }
                }
                steps.push((above, rates));
            }
            None => steps.push((0, rates)),
        }
    }
    let window = catalogue::context_window(listed.provider, listed.model);
    let web_search = catalogue::web_search(listed);
    let file_search = catalogue::file_search(listed);
    let tariff = Tariff { steps, fee, window, web_search, file_search };
    tariff.agrees_with(&price).then_some(tariff)
}

/// The longest of the lengths that were probed before this one.
fn before(from: u64, length: u64) -> u64 {
    LENGTHS.into_iter().rfind(|probed| *probed < length).unwrap_or(from)
}

/// Whether rates are the same, but for what a list of floats leaves unsaid.
fn alike(one: Dearest, other: Dearest) -> bool {
    let near = |one: u64, other: u64| one.abs_diff(other) <= one.max(other) / 10_000 + 1_000;
    near(one.input, other.input)
        && near(one.written, other.written)
        && near(one.kept, other.kept)
        && near(one.audio, other.audio)
        && near(one.output, other.output)
}

/// The time, of the day to come, at which a model costs most.
fn dearest_time(listed: Listed<'_>, now: SystemTime) -> Option<SystemTime> {
    let times = (0..AHEAD.as_secs() / STEP.as_secs())
        .filter_map(|step| now.checked_add(STEP.checked_mul(u32::try_from(step).ok()?)?));
    let price = |at: SystemTime| {
        catalogue::price(Listed { at: Some(at), ..listed }, &tokens(MILLION, MILLION))
    };
    times.max_by_key(|at| price(*at))
}

impl Tariff {
    /// Whether what it says is no less than what the list says, wherever its rates change.
    fn agrees_with(&self, price: Price<'_>) -> bool {
        let steps = self.steps.iter().map(|(from, _)| *from);
        let lengths = steps.flat_map(|from| [from.saturating_sub(1), from, from + 7_919]);
        lengths.chain([333, 99_991, 3_000_017]).all(|length| {
            let rates = self.dearest(length);
            let ours = at_rate(length, rates.input)
                .zip(at_rate(777, rates.output))
                .and_then(|(input, output)| input.checked_add(output)?.checked_add(self.fee));
            let theirs = price(&tokens(length, 777));
            match (ours, theirs) {
                (Some(ours), Some(theirs)) => {
                    // The list is made of floats, whose last digit may be off.
                    ours.picodollars().saturating_add(2) >= theirs.picodollars()
                }
                _ => false,
            }
        })
    }
}

#[cfg(all(test, feature = "prices"))]
mod tests {
    use super::*;

    fn tariff(model: &str) -> Option<Tariff> {
        let (provider, model) = model.split_once(':')?;
        let now = SystemTime::now();
        table(Listed { provider, model, tier: None, at: None }, now)
    }

    #[test]
    fn a_models_rates_are_found_exactly() {
        let mini = tariff("openai:gpt-4o-mini").expect("it is listed");
        let rates = mini.dearest(1_000_000);
        assert_eq!((rates.input, rates.output), (150_000_000_000, 600_000_000_000));
        assert_eq!((mini.fee, mini.steps.len()), (Cost::ZERO, 1));
        assert_eq!(mini.window, Some(128_000));
    }

    #[test]
    fn long_requests_have_rates_of_their_own_from_the_very_token_on() {
        let pro = tariff("google:gemini-2.5-pro").expect("it is listed");
        let (short, long) = (pro.dearest(200_000), pro.dearest(200_001));
        assert_eq!((short.input, long.input), (1_250_000_000_000, 2_500_000_000_000));
        assert_eq!((short.output, long.output), (10_000_000_000_000, 15_000_000_000_000));
    }

    #[test]
    fn what_is_written_to_a_cache_is_dearer() {
        let sonnet = tariff("anthropic:claude-sonnet-4-5").expect("it is listed");
        let rates = sonnet.dearest(1_000);
        assert_eq!(rates.written * 4, rates.input * 5);
        assert_eq!(rates.kept, rates.input * 2);
    }

    #[test]
    fn a_dearer_tier_has_its_price_or_none() {
        let tier = |model, tier| {
            let listed = Listed { provider: "openai", model, tier: Some(tier), at: None };
            table(listed, SystemTime::now()).map(|tariff| tariff.dearest(1_000).input)
        };
        let ordinary = tariff("openai:gpt-5").map(|tariff| tariff.dearest(1_000).input);
        assert!(tier("gpt-5", "priority") > ordinary);
        assert_eq!(tier("gpt-5", "auto"), ordinary);
        assert_eq!(tier("gpt-5", "unheard-of"), None);
    }

    #[test]
    fn models_of_the_large_providers_have_rates_wherever_they_have_a_price() {
        let mut without = Vec::new();
        let mut priced = 0;
        for (provider, model) in catalogue::models(&[
            "anthropic",
            "google",
            "openai",
            "deepseek",
            "x-ai",
            "mistral",
            "groq",
        ]) {
            let listed = Listed { provider: &provider, model: &model, tier: None, at: None };
            if catalogue::price(listed, &tokens(MILLION, MILLION)).is_none() {
                continue;
            }
            priced += 1;
            if table(listed, SystemTime::now()).is_none() {
                without.push(model);
            }
        }
        assert!(priced > 100, "{priced}");
        assert!(without.is_empty(), "{without:?}");
    }

    #[test]
    fn a_price_that_depends_on_the_hour_is_taken_at_its_dearest() {
        let chat = tariff("deepseek:deepseek-chat").expect("it is listed");
        let rates = chat.dearest(1_000);
        let start = SystemTime::now();
        for hour in 0..24 {
            let at = start.checked_add(Duration::from_secs(hour * 3_600));
            let listed = Listed { provider: "deepseek", model: "deepseek-chat", tier: None, at };
            let price = catalogue::price(listed, &tokens(MILLION, 0)).expect("a price");
            assert!(price.picodollars() <= rates.input, "hour {hour}");
        }
    }
}
