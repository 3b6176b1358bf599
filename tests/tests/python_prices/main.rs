//! Our list prices are those of the Python package `genai-prices`, for every model and usage.
//!
//! The package is installed in the version of the crate that the lock file names: both are made from
//! the same data.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::Command;

use fastroai::Usage;
use fastroai::money::{Cost, Prices};
use serde::Deserialize;
use tests::{install, python};

/// What both may differ by in a request, in picodollars: the crate computes with floats, and both
/// promise no more of each other.
const TOLERANCE: u64 = 5_000;

/// The version of the crate whose list prices ours are.
fn locked() -> String {
    let lock = include_str!("../../../Cargo.lock");
    let entry = lock.split("[[package]]").find(|it| it.contains("\nname = \"genai-prices\"\n"));
    let version = entry.and_then(|it| it.split("version = \"").nth(1)).expect("it is locked");
    version.split('"').next().expect("its end").to_owned()
}

#[derive(Deserialize)]
struct Case {
    provider: String,
    model: String,
    tier: Option<String>,
    usage: Counts,
    price: Option<String>,
    error: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counts {
    input_tokens: u64,
    output_tokens: u64,
    cache_read_tokens: Option<u64>,
    cache_write_tokens: Option<u64>,
    cache_write_1h_tokens: Option<u64>,
    input_audio_tokens: Option<u64>,
    output_audio_tokens: Option<u64>,
    cache_audio_read_tokens: Option<u64>,
    output_reasoning_tokens: Option<u64>,
    web_searches: Option<u64>,
    storage_searches: Option<u64>,
}

impl Counts {
    fn usage(&self) -> Usage {
        let mut usage = Usage::default();
        usage.input_tokens = Some(self.input_tokens);
        usage.output_tokens = Some(self.output_tokens);
        usage.cache_read_tokens = self.cache_read_tokens;
        usage.cache_write_tokens = self.cache_write_tokens;
        usage.cache_write_1h_tokens = self.cache_write_1h_tokens;
        usage.input_audio_tokens = self.input_audio_tokens;
        usage.output_audio_tokens = self.output_audio_tokens;
        usage.cache_audio_read_tokens = self.cache_audio_read_tokens;
        usage.reasoning_tokens = self.output_reasoning_tokens;
        usage.web_searches = self.web_searches;
        usage.file_searches = self.storage_searches;
        usage
    }
}

/// Dollars as Python writes a decimal, in picodollars; what is finer is cut.
fn picodollars(decimal: &str) -> u64 {
    let (mantissa, exponent) = decimal.split_once(['E', 'e']).unwrap_or((decimal, "0"));
    let exponent: i32 = exponent.parse().expect("an exponent");
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let scale = 12 + exponent - i32::try_from(fraction.len()).expect("few digits");
    let number: u128 = digits.parse().expect("digits");
    let power = 10u128.pow(scale.unsigned_abs());
    let scaled = if scale < 0 { number / power } else { number * power };
    u64::try_from(scaled).expect("it fits")
}

/// How far ours is from theirs, where it is too far; for what has no price in ours, why that is so.
fn difference(prices: &Prices, case: &Case) -> Option<String> {
    let usage = case.usage.usage();
    let ordinary = |usage: &Usage| prices.price(&case.provider, &case.model, usage);
    let in_tier = |usage: &Usage| match &case.tier {
        Some(tier) => prices.price_in_tier(&case.provider, &case.model, tier, usage),
        None => ordinary(usage),
    };
    let ours = in_tier(&usage);
    let Some(theirs) = case.price.as_deref().map(picodollars) else {
        // What the package cannot price has no price here either.
        let unpriced = case.error.as_deref().is_some_and(|it| it.starts_with("LookupError"));
        return (unpriced && ours.is_some()).then(|| format!("{}:{}", case.provider, case.model));
    };
    let searches = usage.web_searches.or(usage.file_searches).is_some();
    let told = match ours.map(Cost::picodollars) {
        Some(ours) if ours.abs_diff(theirs) <= TOLERANCE => return None,
        Some(ours) => format!("{ours} against {theirs}"),
        // The package takes a search or a tier without a price for one at no charge. Ours is unknown,
        // so that theirs has to be what it is without.
        None if searches || case.tier.is_some() => {
            let mut bare = usage.clone();
            (bare.web_searches, bare.file_searches) = (None, None);
            let bare = in_tier(&bare).or_else(|| ordinary(&bare)).map(Cost::picodollars);
            if bare.is_some_and(|bare| bare.abs_diff(theirs) <= TOLERANCE) {
                return None;
            }
            format!("unknown against {theirs}")
        }
        None => format!("unknown against {theirs}"),
    };
    Some(format!("{}:{} {:?} {:?}: {told}", case.provider, case.model, case.tier, case.usage))
}

fn cases(interpreter: &Path, version: &str) -> Vec<Case> {
    let script = install::folder(python::HOME).expect("a folder").join("genai_prices_cases.py");
    fs::write(&script, include_str!("prices.py")).expect("written");
    let output = Command::new(interpreter).arg(&script).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    let mut lines = text.lines();
    let told = lines.next().expect("its version");
    assert_eq!(told, format!("{{\"version\": \"{version}\"}}"), "the version that is installed");
    lines.map(|line| serde_json::from_str(line).expect(line)).collect()
}

#[test]
fn every_listed_model_costs_what_the_python_package_of_that_version_says() {
    let version = locked();
    let requirement = format!("genai-prices=={version}");
    let interpreter = match python::environment("genai-prices", &[&requirement]) {
        Ok(interpreter) => interpreter,
        Err(why) => return tests::skip("equality with the Python package `genai-prices`", &why),
    };
    let prices = Prices::standard();
    let compare = || {
        let cases = cases(&interpreter, &version);
        let errors: Vec<_> = cases.iter().filter_map(|case| case.error.as_deref()).collect();
        assert!(errors.len() * 1_000 < cases.len(), "{:?}", errors.first());
        let mut models: Vec<_> = cases.iter().map(|case| (&case.provider, &case.model)).collect();
        models.dedup();
        let tiers = cases.iter().filter(|case| case.tier.is_some()).count();
        assert!(models.len() > 2_000 && cases.len() > 30_000 && tiers > 1_000);
        let different: Vec<_> = cases.iter().filter_map(|case| difference(&prices, case)).collect();
        (cases.len(), models.len(), different)
    };
    // Some prices change with the hour, which may strike in between.
    let (count, models, different) = match compare() {
        (_, _, different) if !different.is_empty() => compare(),
        alike => alike,
    };
    println!("{count} prices of {models} models, by version {version}");
    assert!(
        different.is_empty(),
        "{} of {count}: {:#?}",
        different.len(),
        &different[..different.len().min(20)]
    );
}

#[test]
fn the_list_says_its_version_as_it_is_locked() {
    let version = Prices::standard().list_version().map(str::to_owned);
    assert_eq!(version, Some(format!("genai-prices {}", locked())));
    assert_eq!(Prices::unlisted().list_version(), None);
}
