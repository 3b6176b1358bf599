//! List prices, and what has none.

use fastroai::money::{Bill, Cost, Line, Prices, Rates, Total};
use fastroai_providers::{ModelId, Usage};
use proptest::prelude::*;

use super::usages::{reading, tokens, usd, writing};

fn price(model: &str, usage: &Usage) -> Option<Cost> {
    let id: ModelId = model.parse().expect("the test names a model");
    Prices::standard().price(id.provider(), id.name(), usage)
}

fn microdollars(model: &str, usage: &Usage) -> Option<u64> {
    price(model, usage).map(Cost::microdollars)
}

#[test]
fn behaviour_16_list_prices_give_the_exact_cost() {
    for (model, usage, expected) in [
        ("openai:gpt-4o", tokens(1_000, 500), 7_500),
        ("openai:gpt-4o-mini", tokens(10_000, 1_000), 2_100),
        ("anthropic:claude-sonnet-4-5", tokens(2_000, 1_000), 21_000),
    ] {
        assert_eq!(price(model, &usage), Some(Cost::from_microdollars(expected)), "{model}");
    }
}

#[test]
fn behaviour_18_a_name_with_its_provider_has_the_same_price_and_an_override_comes_first() {
    let prices = Prices::standard();
    let usage = tokens(1_000, 500);
    let id: ModelId = "openai:gpt-4o".parse().unwrap();
    assert_eq!(
        prices.price(id.provider(), id.name(), &usage),
        prices.price("openai", "gpt-4o", &usage)
    );
    for pattern in ["gpt-4o", "openai:gpt-4o"] {
        let discounted =
            prices.clone().with_override(pattern, Rates::per_million("1", "2").unwrap()).unwrap();
        for model in ["gpt-4o", "gpt-4o-2024-08-06"] {
            let cost = discounted.price("openai", model, &usage);
            assert_eq!(cost, Some(Cost::from_microdollars(2_000)), "{pattern} for {model}");
        }
        assert_eq!(
            discounted.price("openai", "gpt-4o-mini", &usage),
            prices.price("openai", "gpt-4o-mini", &usage)
        );
    }
}

#[test]
fn behaviour_19_the_answering_model_is_priced_and_an_unknown_one_still_counted() {
    let prices = Prices::standard();
    let usage = tokens(1_000, 500);
    let mini = prices.price("openai", "gpt-4o-mini", &usage);
    assert_eq!(prices.price_reply("openai", "gpt-4o", Some("gpt-4o-mini"), &usage), mini);
    let asked = prices.price("openai", "gpt-4o", &usage);
    assert_eq!(prices.price_reply("openai", "gpt-4o", Some("brand-new"), &usage), asked);

    let cost = prices.price_reply("acme", "unheard-of", None, &usage);
    let bill: Bill =
        [Line::new(1, 1, "acme", "unheard-of").with(usage, cost)].into_iter().collect();
    assert_eq!(bill.usage().total_tokens(), Some(1_500));
    assert_eq!(bill.total(), Total::UNKNOWN);
}

#[test]
fn a_thousand_small_calls_lose_nothing() {
    let call = price("openai:gpt-4o-mini", &tokens(6, 0)).unwrap();
    let all = std::iter::repeat_n(call, 1_000).sum::<Option<Cost>>().unwrap();
    assert_eq!(all.microdollars(), 900);
    assert_eq!(all, usd("0.0009"));
}

#[test]
fn tiers_go_by_the_request_and_not_by_the_sum() {
    let half = microdollars("google:gemini-2.5-pro", &tokens(150_000, 0));
    assert_eq!(half, Some(187_500));
    let whole = microdollars("google:gemini-2.5-pro", &tokens(300_000, 0));
    assert!(whole > Some(375_000), "{whole:?}");
}

#[test]
fn a_long_cached_request_is_priced_at_the_long_tier_throughout() {
    let usage = writing(reading(tokens(1_000_000, 12_345), 300_000), 100_000);
    assert_eq!(price("anthropic:claude-sonnet-4-5", &usage), Some(usd("4.8077625")));
}

#[test]
fn writes_kept_for_an_hour_have_their_own_price() {
    let short = writing(tokens(1_000, 0), 1_000);
    let mut long = short.clone();
    long.cache_write_1h_tokens = Some(1_000);
    let model = "anthropic:claude-sonnet-4-5";
    assert_eq!(
        (microdollars(model, &short), microdollars(model, &long)),
        (Some(3_750), Some(6_000))
    );
}

#[test]
fn each_reply_is_priced_at_its_own_model() {
    let bill: Bill = [("gpt-4o", 1_000_000), ("gpt-4o-mini", 1_000)]
        .into_iter()
        .map(|(model, input)| {
            let usage = tokens(input, 0);
            let cost = Prices::standard().price("openai", model, &usage);
            Line::new(1, 1, "openai", model).with(usage, cost)
        })
        .collect();
    assert_eq!(bill.total(), Cost::from_microdollars(2_500_150));
}

#[test]
fn what_is_not_listed_has_no_price_rather_than_none_to_pay() {
    let usage = tokens(1_000_000, 1_000_000);
    for model in ["openai:not-a-model", "acme:gpt-4o", "my-openai-proxy:gpt-4o", "ollama:llama3:8b"]
    {
        assert_eq!(price(model, &usage), None, "{model}");
    }
    assert_eq!(Prices::unlisted().price("openai", "gpt-4o", &usage), None);
    assert_eq!(price("openai:gpt-4o", &Usage::default()), None);
}

#[test]
fn the_same_name_has_the_price_of_its_host() {
    let usage = tokens(1_000_000, 1_000_000);
    let hosts = ["groq:llama-3.3-70b-versatile", "openrouter:meta-llama/llama-3.3-70b-instruct"];
    for model in hosts {
        assert!(price(model, &usage).is_some(), "{model}");
    }
    assert_eq!(price("groq:gpt-4o", &usage), None);
}

#[test]
fn names_of_ours_lead_to_the_catalogues_providers() {
    let usage = tokens(1_000, 1_000);
    for model in [
        "bedrock:anthropic.claude-3-haiku-20240307-v1:0",
        "azure:gpt-4o",
        "gemini:gemini-2.5-flash",
        "google:gemini-2.5-flash",
        "xai:grok-3",
        "mistral:mistral-large-latest",
        "deepseek:deepseek-chat",
        "cohere:command-r",
        "groq:llama-3.1-8b-instant",
        "openrouter:openai/gpt-4o",
    ] {
        assert!(price(model, &usage).is_some_and(|cost| cost > Cost::ZERO), "{model}");
    }
}

#[test]
fn a_model_costs_the_same_over_each_wire_of_its_service() {
    let usage = tokens(1_000, 1_000);
    for (face, service) in [
        ("openai-responses:gpt-4o", "openai:gpt-4o"),
        ("xai-responses:grok-4", "xai:grok-4"),
        ("azure-responses:gpt-4o", "azure:gpt-4o"),
        ("deepseek-responses:deepseek-chat", "deepseek:deepseek-chat"),
        ("deepseek-messages:deepseek-chat", "deepseek:deepseek-chat"),
        ("openrouter-messages:openai/gpt-4o", "openrouter:openai/gpt-4o"),
        ("google-openai:gemini-2.5-flash", "google:gemini-2.5-flash"),
        ("groq-responses:llama-3.1-8b-instant", "groq:llama-3.1-8b-instant"),
    ] {
        let cost = price(face, &usage);
        assert!(cost.is_some() && cost == price(service, &usage), "{face}");
    }
    assert_eq!(price("chatgpt:gpt-5", &usage), None, "a subscription has no price by the token");
}

#[test]
fn counts_that_contradict_each_other_never_lose_the_price() {
    let mut odd = writing(reading(tokens(100, 10), 5_000), 900);
    odd.reasoning_tokens = Some(4_000);
    odd.input_audio_tokens = Some(777);
    odd.output_audio_tokens = Some(9_999);
    odd.cache_audio_read_tokens = Some(123_456);
    for model in ["openai:gpt-4o", "openai:gpt-4o-audio-preview", "google:gemini-2.5-flash"] {
        assert!(price(model, &odd).is_some(), "{model}");
    }
}

#[test]
fn audio_in_a_cached_request_is_priced_where_the_provider_did_not_split_it() {
    let mut usage = reading(tokens(1_000, 0), 600);
    usage.input_audio_tokens = Some(500);
    let cost = price("google:gemini-2.5-flash", &usage).unwrap();
    let text = price("google:gemini-2.5-flash", &reading(tokens(1_000, 0), 600)).unwrap();
    assert!(cost > text, "{cost} against {text}");
}

#[test]
fn cached_audio_that_leaves_no_room_for_the_rest_still_has_a_price() {
    let mut usage = reading(tokens(1_000, 0), 900);
    usage.input_audio_tokens = Some(500);
    usage.cache_audio_read_tokens = Some(0);
    assert!(price("google:gemini-2.5-flash", &usage).is_some());
}

proptest! {
    #[test]
    fn no_counts_of_a_listed_model_lose_the_price(
        whole in any::<[u32; 2]>(), parts in any::<[Option<u32>; 7]>(),
    ) {
        let mut usage = tokens(whole[0].into(), whole[1].into());
        let [read, write, hour, reasoning, audio_in, audio_out, audio_read] =
            parts.map(|part| part.map(u64::from));
        usage.cache_read_tokens = read;
        usage.cache_write_tokens = write;
        usage.cache_write_1h_tokens = hour;
        usage.reasoning_tokens = reasoning;
        usage.input_audio_tokens = audio_in;
        usage.output_audio_tokens = audio_out;
        usage.cache_audio_read_tokens = audio_read;
        for model in [
            "openai:gpt-4o",
            "openai:gpt-4o-audio-preview",
            "openai:gpt-realtime",
            "google:gemini-2.5-flash",
            "anthropic:claude-sonnet-4-5",
            "bedrock:anthropic.claude-3-haiku-20240307-v1:0",
        ] {
            prop_assert!(price(model, &usage).is_some(), "{}", model);
        }
    }
}
