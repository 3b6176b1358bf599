//! Prices that someone set.

use fastroai::money::{Cost, Prices, Rates};
use fastroai_providers::{ModelId, Usage};
use proptest::prelude::*;

use super::usages::{reading, tokens, usd, writing};

fn rates(input: &str) -> Rates {
    Rates::per_million(input, "0").unwrap()
}

/// The input rate that `prices` has for a model.
fn input_rate(prices: &Prices, provider: &str, model: &str) -> Option<String> {
    prices.rates(provider, model).map(|rates| rates.input.to_string())
}

#[test]
fn behaviour_17_cache_rates_default_to_a_tenth_and_five_quarters_of_the_input_rate() {
    let rates = Rates::per_million("10", "20").unwrap();
    let microdollars = |rates: Rates, usage: Usage| rates.cost(&usage).map(Cost::microdollars);
    let read = reading(tokens(1_000, 0), 800);
    let written = writing(tokens(1_000, 0), 500);
    assert_eq!(microdollars(rates, read.clone()), Some(2_800));
    assert_eq!(microdollars(rates.with_cache_read(usd("0.50")), read), Some(2_400));
    assert_eq!(microdollars(rates, written.clone()), Some(11_250));
    assert_eq!(microdollars(rates.with_cache_write(usd("15")), written), Some(12_500));
}

#[test]
fn a_rate_of_zero_is_free_and_not_unset() {
    let free_reads = Rates::per_million("10", "20").unwrap().with_cache_read(Cost::ZERO);
    assert_eq!(free_reads.cost(&reading(tokens(1_000, 0), 1_000)), Some(Cost::ZERO));
    assert_eq!(Rates::FREE.cost(&tokens(u64::MAX, u64::MAX)), Some(Cost::ZERO));
    assert_eq!(Rates::FREE.cost(&Usage::default()), Some(Cost::ZERO));
}

#[test]
fn writes_kept_for_an_hour_cost_twice_the_input_or_what_was_set() {
    let mut usage = writing(tokens(1_000, 0), 1_000);
    usage.cache_write_1h_tokens = Some(400);
    let mut rates = Rates::per_million("10", "20").unwrap();
    assert_eq!(rates.cost(&usage), Some(Cost::from_microdollars(600 * 125 / 10 + 400 * 20)));
    rates.cache_write = Some(usd("11"));
    assert_eq!(rates.cost(&usage), Some(Cost::from_microdollars(1_000 * 11)));
    rates.cache_write_1h = Some(usd("30"));
    assert_eq!(rates.cost(&usage), Some(Cost::from_microdollars(600 * 11 + 400 * 30)));
}

#[test]
fn a_part_without_its_whole_is_priced_as_that_part() {
    let mut usage = tokens(1_000, 0);
    usage.cache_write_1h_tokens = Some(400);
    let rates = Rates::per_million("10", "20").unwrap();
    assert_eq!(rates.cost(&usage), Some(Cost::from_microdollars(600 * 10 + 400 * 20)));
}

#[test]
fn audio_is_priced_apart_where_it_has_a_rate() {
    let mut usage = reading(tokens(100, 50), 40);
    usage.input_audio_tokens = Some(30);
    usage.cache_audio_read_tokens = Some(10);
    usage.output_audio_tokens = Some(20);
    let text = Rates::per_million("10", "20").unwrap();
    assert_eq!(text.cost(&usage), Some(Cost::from_microdollars(60 * 10 + 40 + 50 * 20)));
    let audio = text.with_audio(usd("100"), usd("200"));
    let expected = 40 * 10 + 20 * 100 + 40 + 30 * 20 + 20 * 200;
    assert_eq!(audio.cost(&usage), Some(Cost::from_microdollars(expected)));
}

#[test]
fn what_the_provider_did_not_count_has_no_price() {
    let rates = Rates::per_million("1", "2").unwrap();
    assert_eq!(rates.cost(&Usage::default()), None);
    let mut half = tokens(10, 0);
    half.output_tokens = None;
    assert_eq!(rates.cost(&half), None);
}

#[test]
fn an_amount_that_does_not_fit_is_unknown() {
    let dear = Rates::new(Cost::MAX, Cost::MAX);
    assert_eq!(dear.cost(&tokens(1_000_000, 0)), Some(Cost::MAX));
    assert_eq!(dear.cost(&tokens(1_000_001, 0)), None);
    assert_eq!(dear.cost(&writing(tokens(u64::MAX, u64::MAX), u64::MAX)), None);
}

#[test]
fn counts_that_contradict_each_other_are_priced_as_far_as_possible() {
    let rates = Rates::per_million("10", "20").unwrap();
    let usage = writing(reading(tokens(100, 0), 500), 700);
    assert_eq!(rates.cost(&usage), Some(Cost::from_microdollars(100)));
}

#[test]
fn the_sum_is_rounded_up_once() {
    let rates = Rates::new(Cost::from_picodollars(1), Cost::from_picodollars(1));
    assert_eq!(rates.cost(&tokens(1, 1)), Some(Cost::from_picodollars(1)));
    assert_eq!(rates.cost(&tokens(500_000, 500_000)), Some(Cost::from_picodollars(1)));
    assert_eq!(rates.cost(&tokens(500_000, 500_001)), Some(Cost::from_picodollars(2)));
}

#[test]
fn an_override_is_for_one_provider_or_for_all() {
    let prices = Prices::unlisted().with_override("acme:large", rates("1")).unwrap();
    assert_eq!(input_rate(&prices, "acme", "large").as_deref(), Some("$1.00"));
    assert_eq!(input_rate(&prices, "Acme", "Large").as_deref(), Some("$1.00"));
    assert_eq!(input_rate(&prices, "other", "large"), None);
    let prices = Prices::unlisted().with_override("large", rates("1")).unwrap();
    assert_eq!(input_rate(&prices, "other", "large").as_deref(), Some("$1.00"));
}

#[test]
fn an_override_is_for_dated_snapshots_too_and_for_nothing_else() {
    let prices = Prices::unlisted().with_override("gpt-4o", rates("1")).unwrap();
    for snapshot in ["gpt-4o-2024-08-06", "gpt-4o-20240806", "gpt-4o@20240806", "gpt-4o-0806"] {
        assert!(prices.rates("openai", snapshot).is_some(), "{snapshot}");
    }
    for other in ["gpt-4o-mini", "gpt-4o-mini-2024-07-18", "gpt-4", "gpt-4o-", "gpt-4o2024-08-06"] {
        assert!(prices.rates("openai", other).is_none(), "{other}");
    }
}

#[test]
fn names_with_colons_of_their_own_survive() {
    for name in ["anthropic.claude-v1:0", "deepseek/deepseek-r1:free", "llama3:8b"] {
        let bare = Prices::unlisted().with_override(name, rates("1")).unwrap();
        assert!(bare.rates("ollama", name).is_some(), "{name}");
        let qualified = format!("bedrock:{name}");
        let prices = Prices::unlisted().with_override(&qualified, rates("1")).unwrap();
        let id: ModelId = qualified.parse().unwrap();
        assert!(prices.rates(id.provider(), id.name()).is_some(), "{name}");
        assert!(prices.rates("ollama", name).is_none(), "{name}");
    }
}

#[test]
fn the_override_that_says_most_wins() {
    let mut prices = Prices::unlisted();
    let patterns = [
        ("*", "1"),
        ("gpt-*", "2"),
        ("openai:gpt-*", "3"),
        ("gpt-4o*", "4"),
        ("gpt-4o", "5"),
        ("openai:gpt-4o", "6"),
        ("gpt-4o-2024-08-06", "7"),
        ("acme:*", "8"),
        ("acme:*", "9"),
    ];
    for (pattern, rate) in patterns {
        prices = prices.with_override(pattern, rates(rate)).unwrap();
    }
    for (provider, model, rate) in [
        ("any", "thing", "$1.00"),
        ("any", "gpt-5", "$2.00"),
        ("openai", "gpt-5", "$3.00"),
        ("openai", "gpt-4o-mini", "$4.00"),
        ("azure", "gpt-4o", "$5.00"),
        ("azure", "gpt-4o-2024-05-13", "$5.00"),
        ("openai", "gpt-4o", "$6.00"),
        ("openai", "gpt-4o-2024-08-06", "$7.00"),
        ("acme", "large", "$9.00"),
    ] {
        assert_eq!(input_rate(&prices, provider, model).as_deref(), Some(rate), "{model}");
    }
}

#[test]
fn a_pattern_that_could_never_match_is_refused() {
    for (pattern, reason) in [
        ("", "it is empty"),
        ("gpt 4o", "it has a space"),
        ("gpt-*-mini", "only stand at the end"),
        ("gpt-**", "only stand at the end"),
        (":gpt-4o", "one side of its colon"),
        ("openai:", "one side of its colon"),
    ] {
        let error = Prices::unlisted().with_override(pattern, Rates::FREE).unwrap_err().to_string();
        assert!(error.contains(reason), "{pattern:?}: {error}");
    }
}

#[test]
fn the_model_that_answered_comes_before_the_one_asked() {
    let prices = Prices::unlisted()
        .with_override("asked", rates("1"))
        .and_then(|prices| prices.with_override("answered", rates("2")))
        .unwrap();
    let price = |asked, answered| {
        prices.price_reply("acme", asked, answered, &tokens(1_000_000, 0)).map(|c| c.to_string())
    };
    assert_eq!(price("asked", Some("answered")).as_deref(), Some("$2.00"));
    assert_eq!(price("asked", Some("unheard-of")).as_deref(), Some("$1.00"));
    assert_eq!(price("asked", None).as_deref(), Some("$1.00"));
    assert_eq!(price("unheard-of", None), None);
}

#[test]
fn rates_are_json_and_a_misspelt_one_is_refused() {
    let rates = Rates::per_million("2.50", "10").unwrap().with_cache_read(Cost::ZERO);
    let json = serde_json::to_string(&rates).unwrap();
    assert_eq!(json, r#"{"input":"$2.50","output":"$10.00","cache_read":"$0.00"}"#);
    assert_eq!(serde_json::from_str::<Rates>(&json).unwrap(), rates);
    let misspelt = r#"{"input":"1","output":"1","cached_read":"0"}"#;
    assert!(serde_json::from_str::<Rates>(misspelt).is_err());
}

proptest! {
    #[test]
    fn any_usage_has_a_price_between_the_cheapest_and_the_dearest_rate(
        input in 0u64..10_000_000, output in 0u64..10_000_000,
        read in 0u64..10_000_000, write in 0u64..10_000_000, hour in 0u64..10_000_000,
        audio in 0u64..10_000_000, cached_audio in 0u64..10_000_000,
    ) {
        let mut usage = writing(reading(tokens(input, output), read), write);
        usage.cache_write_1h_tokens = Some(hour);
        usage.input_audio_tokens = Some(audio);
        usage.cache_audio_read_tokens = Some(cached_audio);
        let rates = Rates::per_million("1", "1").unwrap();
        let cost = rates.cost(&usage).expect("it fits").picodollars();
        prop_assert!(cost >= input * 100_000 + output * 1_000_000);
        prop_assert!(cost <= input * 2_000_000 + output * 1_000_000);
    }
}
