use fastroai_providers::request::CachePolicy;
use fastroai_providers::{HostedTool, Media, Response, Settings};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::money::Rates;

/// A dollar for a million in, two for a million out; a quarter more for what is cached.
fn tariff() -> Tariff {
    Tariff::of(Rates::per_million("1", "2").expect("rates"), "test", "large")
}

fn input(provider: &str, messages: &[Message], settings: &Settings) -> Result<u64, Unbounded> {
    let request = Request::new(messages, settings);
    let case = WorstCase::of(&request, provider, "large", &tariff(), None)?;
    Ok(case.input.microdollars())
}

#[test]
fn text_is_bounded_by_its_bytes() {
    let settings = Settings::default();
    let ask = |text: &str| input("anthropic", &[Message::user(text)], &settings).expect("bounded");
    assert_eq!(ask(&"a".repeat(1_000)) - ask(""), 1_000);
    assert_eq!(ask(&"ü".repeat(1_000)) - ask(""), 2_000);
}

#[test]
fn the_dearest_rate_that_can_apply_is_taken() {
    let messages = [Message::user("a".repeat(999_808))];
    let kept = |ttl| Settings { cache: Some(CachePolicy::all(ttl)), ..Settings::default() };
    let plain = Settings::default();
    assert_eq!(input("anthropic", &messages, &plain), Ok(1_000_000));
    // Only where nothing is cached unasked is nothing charged for it.
    assert_eq!(input("openai", &messages, &plain), Ok(1_250_000));
    assert_eq!(input("anthropic", &messages, &kept(CacheTtl::FiveMinutes)), Ok(1_250_000));
    assert_eq!(input("anthropic", &messages, &kept(CacheTtl::OneHour)), Ok(2_000_000));
}

#[test]
fn a_counted_figure_stands_for_the_bytes_with_a_margin() {
    let (messages, settings) = ([Message::user("a".repeat(1_000_000))], Settings::default());
    let request = Request::new(&messages, &settings);
    let case = WorstCase::of(&request, "anthropic", "large", &tariff(), Some(100_000));
    assert_eq!(case.map(|case| case.input.microdollars()), Ok(105_256));
}

#[test]
fn what_nobody_can_bound_is_refused() {
    let mut settings = Settings::default();
    settings.extra_body.insert("n".to_owned(), json!(5));
    assert_eq!(input("openai", &[], &settings), Err(Unbounded::Field("n".to_owned())));
    let (settings, hosted) = (Settings::default(), [HostedTool::new("anthropic", json!({}))]);
    let mut request = Request::new(&[], &settings);
    request.hosted_tools = &hosted;
    let case = WorstCase::of(&request, "anthropic", "large", &tariff(), None);
    assert_eq!(case, Err(Unbounded::HostedTool(Boundless::Fee)));
}

#[test]
fn a_conversation_that_the_provider_keeps_is_bounded_by_the_window() {
    let mut reply = Response::default();
    (reply.id, reply.stored) = (Some("resp_1".to_owned()), true);
    reply.provider = Some("openai-responses".to_owned());
    let messages = [Message::user("Hi"), Message::Assistant(reply), Message::user("Go on")];
    let on_from = |previous| Settings { previous_response: Some(previous), ..Settings::default() };
    let plain = input("openai-responses", &messages, &Settings::default()).expect("bounded");
    let latest = on_from(PreviousResponse::Latest);
    let window = LARGEST_WINDOW + LARGEST_WINDOW / 4;
    assert!(plain < 1_000);
    assert_eq!(input("openai-responses", &messages, &latest), Ok(window));
    let named = on_from(PreviousResponse::Id("resp_1".to_owned()));
    assert_eq!(input("openai-responses", &messages, &named), Ok(window));
    // Where no id is sent the bytes are all there is.
    assert_eq!(input("openai", &messages, &latest), Ok(plain));
    let request = Request::new(&messages, &latest);
    let counted = WorstCase::of(&request, "openai-responses", "large", &tariff(), Some(100_000));
    assert_eq!(counted.map(|case| case.input.microdollars()), Ok(131_570));
}

#[test]
fn media_are_bounded_by_what_is_documented_or_by_the_window() {
    let bound = |media: Media, provider| {
        let (with, settings) = (UserMessage::default().attach(media), Settings::default());
        input(provider, &[with.into()], &settings).expect("bounded")
            - input(provider, &[UserMessage::from("").into()], &settings).expect("bounded")
    };
    let photo = || Media::image_bytes("image/png", b"\x89PNG").expect("a picture");
    assert_eq!(bound(photo(), "anthropic"), 5_000);
    assert_eq!(bound(photo(), "openai"), 20_000);
    let note = Media::document_bytes("text/plain", b"hello").expect("a document");
    assert_eq!(bound(note, "anthropic"), 5);
    let paper = Media::document_url("https://example.com/paper.pdf").expect("a document");
    assert_eq!(bound(paper, "anthropic"), LARGEST_WINDOW);
}

#[test]
fn reasoning_beside_the_limit_is_bounded_by_the_window() {
    let (messages, settings) = ([Message::user("Hello")], Settings::default());
    let beside = input("xai", &messages, &settings).expect("bounded");
    let within = input("openai", &messages, &settings).expect("bounded");
    assert_eq!(beside - within, 2 * LARGEST_WINDOW);
    let face = input("xai-responses", &messages, &settings).expect("bounded");
    assert_eq!(face, beside, "a service bills the same over each of its wires");
}

proptest! {
    #[test]
    fn what_an_amount_affords_costs_no_more_than_it(
        (input, rate, amount) in (any::<u64>(), any::<u64>(), any::<u64>()), asked: u32,
    ) {
        let case = WorstCase { input: Cost::from_picodollars(input), rate };
        let amount = Cost::from_picodollars(amount);
        let tokens = case.affords(amount, asked);
        prop_assert!(tokens <= asked);
        prop_assert!(tokens == 0 || case.writing(tokens) <= amount);
        // One more would not fit.
        if tokens < asked && case.input <= amount && case.writing(tokens + 1) < Cost::MAX {
            prop_assert!(case.writing(tokens + 1) > amount);
        }
    }
}
