//! Overrides as a file has them: what is read, and what is told of what cannot be.

use fastroai::money::{Cost, Overrides, Prices};

use super::usages::{reading, tokens, usd};

const FILE: &str = r#"
version = "November 2026"

[models."openai:gpt-4o"]
input = "2.25"
output = "9"
cache_read = "0"

[models."acme:*"]
input = "1"
output = "2"
input_audio = "10"
web_search = "0.01"

[tiers.priority."openai:gpt-4o"]
input = "4.25"
output = "17"

[tiers.batch."acme:*"]
input = "0.50"
output = "1"
"#;

fn prices() -> Prices {
    Prices::standard().with_overrides(toml::from_str(FILE).unwrap())
}

#[test]
fn a_file_sets_prices_by_pattern_provider_and_tier() {
    let prices = prices();
    let used = tokens(1_000_000, 0);
    let dollars = |model, tier| prices.price_in_tier("openai", model, tier, &used);
    for model in ["gpt-4o", "gpt-4o-2024-08-06"] {
        assert_eq!(prices.price("openai", model, &used), Some(usd("2.25")));
        assert_eq!(dollars(model, "Priority"), Some(usd("4.25")));
        // The list knows a price of the batch interface, which the contract does not name.
        assert_eq!(dollars(model, "batch"), None);
    }
    assert_eq!(
        prices.price("openai", "gpt-4o", &reading(used.clone(), 1_000_000)),
        Some(Cost::ZERO)
    );
    assert_eq!(prices.price_in_tier("acme", "large", "batch", &used), Some(usd("0.50")));
    assert_eq!(prices.price("azure", "gpt-4o", &used), Some(usd("2.50")), "the list's");
}

#[test]
fn the_same_file_in_json_is_the_same_and_comes_back() {
    let read: Overrides = toml::from_str(FILE).unwrap();
    let json = serde_json::to_string(&read).unwrap();
    assert_eq!(serde_json::from_str::<Overrides>(&json).unwrap(), read);
    assert_eq!(serde_json::from_str::<Overrides>("{}").unwrap(), Overrides::default());
}

#[test]
fn what_is_wrong_in_a_file_is_refused_with_the_name_of_the_model() {
    let model = |rates: &str| format!("[models.\"acme:large\"]\n{rates}\n");
    let cases = [
        (
            model("input = \"-1\"\noutput = \"2\""),
            "prices of `acme:large`: `-1` is not an amount of money: it is negative",
        ),
        (
            model("input = 1.5\noutput = \"2\""),
            "prices of `acme:large`: invalid type: floating point `1.5`, expected dollars as text",
        ),
        (model("input = 1\noutput = \"2\""), "expected dollars as text, as in \"0.05\""),
        (model("input = \"1\""), "prices of `acme:large`: missing field `output`"),
        (
            model("input = \"1\"\noutput = \"2\"\ncached_read = \"0\""),
            "prices of `acme:large`: unknown field `cached_read`, expected one of",
        ),
        (model("input = \"1e3\"\noutput = \"2\""), "it has an exponent"),
        (model("input = \"NaN\"\noutput = \"2\""), "is not an amount of money"),
        (
            "[models.\"gpt 4o\"]\ninput = \"1\"\noutput = \"2\"".to_owned(),
            "prices cannot be set for `gpt 4o`: it has a space in it",
        ),
        (
            "[model.\"gpt-4o\"]\ninput = \"1\"\noutput = \"2\"".to_owned(),
            "unknown field `model`, expected one of `version`, `models`, `tiers`",
        ),
        ("[models]\n\"gpt-4o\" = \"1\"".to_owned(), "prices of `gpt-4o`: invalid type: string"),
        (
            "[tiers.default.\"gpt-4o\"]\ninput = \"1\"\noutput = \"2\"".to_owned(),
            "`default` is the ordinary tier: write its prices under `models`",
        ),
        (
            "[tiers.priority.\"gpt-4o\"]\ninput = \"-2\"\noutput = \"2\"".to_owned(),
            "prices of `priority`: prices of `gpt-4o`: `-2` is not an amount",
        ),
    ];
    for (file, reason) in cases {
        let error = toml::from_str::<Overrides>(&file).unwrap_err().to_string();
        assert!(error.contains(reason), "{file}\n{error}");
        // The place in the file is told as well.
        assert!(error.contains("line"), "{error}");
    }
    let twice =
        r#"{"models": {"a": {"input": "1", "output": "1"}, "A": {"input": "2", "output": "2"}}}"#;
    let error = serde_json::from_str::<Overrides>(twice).unwrap_err().to_string();
    assert!(error.contains("`A` is there twice: leave one out"), "{error}");
}

#[test]
fn nothing_is_searched_for_free_unless_it_says_so() {
    let mut used = tokens(1_000_000, 0);
    used.web_searches = Some(3);
    assert_eq!(prices().price("acme", "large", &used), Some(usd("1.03")));
    // Without a fee nobody knows.
    assert_eq!(prices().price("openai", "gpt-4o", &used), None);
    let mut none = used;
    none.web_searches = Some(0);
    assert_eq!(prices().price("openai", "gpt-4o", &none), Some(usd("2.25")));
}
