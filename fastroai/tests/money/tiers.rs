//! Prices by tier of service, of the batch interface, and of searches.

use fastroai::money::{Cost, Prices, Rates};

use super::usages::{reading, tokens, usd};

#[test]
fn a_listed_tier_has_its_price_and_any_other_has_none() {
    let prices = Prices::standard();
    let used = reading(tokens(2_000_000, 100_000), 1_000_000);
    let price = |tier| prices.price_in_tier("openai", "gpt-5", tier, &used);
    assert_eq!(prices.price("openai", "gpt-5", &used), Some(usd("2.375")));
    for (tier, dollars) in [("priority", "4.75"), ("flex", "1.1875"), ("batch", "1.1875")] {
        assert_eq!(price(tier), Some(usd(dollars)), "{tier}");
    }
    for tier in ["default", "standard", "auto", "on_demand", ""] {
        assert_eq!(price(tier), Some(usd("2.375")), "{tier}");
    }
    // Not at the ordinary price, though it is on the list.
    assert_eq!(price("scale"), None);
    assert_eq!(prices.price_in_tier("anthropic", "claude-sonnet-4-5", "priority", &used), None);
    assert!(prices.price_in_tier("anthropic", "claude-sonnet-4-5", "batch", &used).is_some());
}

#[test]
fn an_override_without_a_tier_is_for_the_ordinary_one_unless_all_is_free() {
    let used = tokens(1_000_000, 0);
    let price = |rates: Rates, tier| {
        let prices = Prices::standard().with_override("openai:gpt-5", rates).unwrap();
        prices.price_in_tier("openai", "gpt-5", tier, &used)
    };
    let rates = Rates::per_million("1", "1").unwrap();
    assert_eq!((price(rates, "default"), price(rates, "priority")), (Some(usd("1")), None));
    assert_eq!(price(Rates::FREE, "priority"), Some(Cost::ZERO));
    assert_eq!(price(Rates::FREE.with_web_search(usd("1")), "priority"), None);
}

#[test]
fn searches_have_the_lists_price_where_it_has_one() {
    let prices = Prices::standard();
    let mut used = tokens(0, 0);
    (used.web_searches, used.file_searches) = (Some(2), Some(4));
    assert_eq!(prices.price("openai", "gpt-5", &used), Some(usd("0.03")));
    used.file_searches = None;
    assert_eq!(prices.price("anthropic", "claude-sonnet-4-5", &used), Some(usd("0.02")));
    assert_eq!(prices.price("mistral", "mistral-large-latest", &used), None);
}
