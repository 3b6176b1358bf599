//! 1 to 10: the price of a reply.

use fastroai::money::{Cost, Line, LineState, OverrideError, Prices, Rates, price};
use fastroai::{ErrorKind, Runtime, usd};
use tests::scripted::{Scripted, call, usage};

use crate::{agent, answer, listed, microdollars};

#[tokio::test(start_paused = true)]
async fn defect_1_a_thousand_calls_that_cost_less_than_a_microdollar_are_not_free() {
    let model = Scripted::new("openai:gpt-4o-mini", (0..1_000).map(|_| answer(None, usage(6, 0))));
    let (agent, on) = (agent("openai:gpt-4o-mini").build().unwrap(), listed(&model));
    let mut spent = Vec::new();
    for _ in 0..1_000 {
        spent.push(agent.run("hello").on(&on).await.unwrap().cost.exact().unwrap());
    }
    assert_eq!(spent.iter().sum::<Option<Cost>>(), Some(microdollars(900)));
    assert_eq!(spent[0], usd!("0.0000009"));
}

#[tokio::test(start_paused = true)]
async fn defect_2_a_model_without_a_price_is_unknown_and_not_asked_under_a_budget() {
    let model = Scripted::new("acme:new", [answer(None, usage(1_000_000, 0))]);
    let (agent, on) = (agent("acme:new").build().unwrap(), listed(&model));
    let error = agent.run("hello").on(&on).budget(microdollars(1)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnknownPrice { model } if model == "acme:new"));
    assert!(model.asked().is_empty());
    let answer = agent.run("hello").on(&on).await.unwrap();
    assert_eq!((answer.cost.exact(), answer.cost.to_string().as_str()), (None, "cost unknown"));
}

#[test]
fn defect_3_names_with_colons_of_their_own_are_priced_as_they_are() {
    let used = usage(1_000_000, 0);
    let haiku = price("bedrock:anthropic.claude-3-haiku-20240307-v1:0", &used);
    assert_eq!(haiku, Some(usd!("0.25")));
    assert_eq!(price("openrouter:deepseek/deepseek-r1:free", &used), Some(Cost::ZERO));
    let rates = Rates::per_million("1", "1").unwrap();
    let own = Prices::unlisted().with_override("ollama:llama3:8b", rates).unwrap();
    assert_eq!(own.price("ollama", "llama3:8b", &used), Some(usd!("1")));
    assert_eq!(own.price("ollama", "8b", &used), None);
}

#[test]
fn defect_4_a_name_has_the_price_of_its_provider() {
    let used = usage(1_000_000, 0);
    assert_eq!(price("openai:gpt-4o", &used), Some(usd!("2.50")));
    assert_eq!(price("acme:gpt-4o", &used), None);
    let llama = ["groq:llama-3.3-70b-versatile", "openrouter:meta-llama/llama-3.3-70b-instruct"];
    let [groq, openrouter] = llama.map(|model| price(model, &used).unwrap());
    assert_ne!(groq, openrouter);
}

#[tokio::test(start_paused = true)]
async fn defect_5_an_override_with_its_provider_counts_wherever_it_is_given() {
    let rates = Rates::per_million("1", "2").unwrap();
    let prices = Prices::standard().with_override("openai:gpt-4o", rates).unwrap();
    let steps = || [answer(None, usage(1_000_000, 0))];
    let built: [fn(Prices, Rates) -> Result<_, OverrideError>; 2] = [
        |prices, _| Ok(Runtime::builder().prices(prices)),
        |_, rates| Runtime::builder().price("openai:gpt-4o", rates),
    ];
    for build in built {
        let model = Scripted::new("openai:gpt-4o", steps());
        let on = build(prices.clone(), rates).unwrap().model(model).build();
        let agent = agent("openai:gpt-4o").build().unwrap();
        assert_eq!(agent.run("hello").on(&on).await.unwrap().cost, usd!("1"));
    }
}

#[tokio::test(start_paused = true)]
async fn defect_6_a_discount_holds_though_a_dated_snapshot_answers() {
    let used = usage(1_000_000, 0);
    let model = Scripted::new("openai:gpt-4o", [answer(Some("gpt-4o-2024-08-06"), used)]);
    let rates = Rates::per_million("1", "2").unwrap();
    let on = Runtime::builder().price("gpt-4o", rates).unwrap().model(model).build();
    let answer = agent("openai:gpt-4o").build().unwrap().run("hello").on(&on).await.unwrap();
    assert_eq!(answer.cost, usd!("1"));
    assert_eq!(answer.bill.lines()[0].prices.as_deref(), Some("override"));
}

#[test]
fn defect_7_free_is_free_audio_has_its_rate_and_slips_are_refused() {
    let mut cached = usage(1_000_000, 0);
    cached.cache_read_tokens = Some(1_000_000);
    let rates = Rates::per_million("10", "20").unwrap();
    assert_eq!(rates.with_cache_read(Cost::ZERO).cost(&cached), Some(Cost::ZERO));
    let mut audio = usage(1_000_000, 0);
    audio.input_audio_tokens = Some(1_000_000);
    assert_eq!(rates.with_audio(usd!("100"), usd!("200")).cost(&audio), Some(usd!("100")));
    for slip in [
        r#"{"input": "10", "output": "20", "cached": "1"}"#,
        r#"{"input": "-10", "output": "20"}"#,
        r#"{"input": 10.0, "output": 20.0}"#,
    ] {
        assert!(serde_json::from_str::<Rates>(slip).is_err(), "{slip}");
    }
    // A count below zero is not representable; what a provider sends of the kind is its fault.
    assert!(serde_json::from_str::<fastroai::Usage>(r#"{"input_tokens": -5}"#).is_err());
}

#[tokio::test(start_paused = true)]
async fn defect_8_each_reply_of_a_run_is_priced_by_the_model_that_gave_it() {
    let mut first = call("a", "nothing", "{}");
    if let tests::scripted::Step::Reply(reply) = &mut first {
        reply.usage = usage(1_000_000, 0);
    }
    let second = answer(Some("gpt-4o-mini"), usage(1_000, 0));
    let model = Scripted::new("openai:gpt-4o", [first, second]);
    let agent = agent("openai:gpt-4o").build().unwrap();
    let answer = agent.run("hello").on(&listed(&model)).await.unwrap();
    assert_eq!(answer.cost, microdollars(2_500_150));
    let models: Vec<_> = answer.bill.lines().iter().map(|line| line.model.as_str()).collect();
    assert_eq!(models, ["gpt-4o", "gpt-4o-mini"]);
}

#[tokio::test(start_paused = true)]
async fn defect_9_two_short_requests_are_not_priced_as_a_long_one() {
    let name = "google:gemini-2.5-pro";
    let mut first = call("a", "nothing", "{}");
    if let tests::scripted::Step::Reply(reply) = &mut first {
        reply.usage = usage(150_000, 0);
    }
    let model = Scripted::new(name, [first, answer(None, usage(150_000, 0))]);
    let answer = agent(name).build().unwrap().run("hello").on(&listed(&model)).await.unwrap();
    assert_eq!(answer.cost, microdollars(375_000));
    assert_eq!(price(name, &usage(300_000, 0)), Some(microdollars(750_000)));
}

#[tokio::test(start_paused = true)]
async fn defect_10_counts_that_make_no_sense_lose_neither_the_answer_nor_its_price() {
    let mut odd = usage(1_000_000, 0);
    odd.cache_read_tokens = Some(9_000_000);
    let model = Scripted::new("openai:gpt-4o", [answer(None, odd)]);
    let agent = agent("openai:gpt-4o").build().unwrap();
    let answer = agent.run("hello").on(&listed(&model)).await.unwrap();
    assert_eq!(answer.output, "Here.");
    assert_eq!(answer.cost, usd!("1.25"));
    assert!(answer.bill.lines().iter().map(Line::state).all(|state| state == LineState::Settled));
}
