//! Models that are asked where the first one cannot be.

use std::time::Duration;

use fastroai::agent::{AgentResponse, Fallback};
use fastroai::money::{Cost, Prices, Rates, Total};
use fastroai::prelude::*;
use fastroai::providers::error::{Phase, ProtocolFault, ProviderFault, Sent};
use fastroai::providers::{
    Delta, FinishReason, Message, Model, ModelErrorKind, Part, Profile, StreamEvent, ToolChoice,
};
use fastroai::run::OUTPUT_TOOL;
use fastroai::{ErrorCategory, ErrorKind, ModelError, RetryPolicy, Settings};
use serde::Deserialize;
use tests::scripted::{Scripted, Step, call, reply, text, usage};
use tokio_util::sync::CancellationToken;

use super::stage::{REPLY, agent, echo};
use super::transcript::assert_closed;

const FIRST: &str = "test:model";
const SECOND: &str = "test:second";
const THIRD: &str = "other:third";

/// A runtime with these models, which asks each of them once and knows the price of all.
fn runtime(models: &[&Scripted]) -> Runtime {
    retrying(models, RetryPolicy::never())
}

fn retrying(models: &[&Scripted], policy: RetryPolicy) -> Runtime {
    let dollar = Rates::per_million("1", "1").expect("two prices");
    let prices = Prices::unlisted().with_override("test:*", dollar).expect("a pattern");
    let prices = prices.with_override("other:*", dollar).expect("a pattern");
    let builder = Runtime::builder().prices(prices).retry(policy);
    models.iter().fold(builder, |builder, model| builder.model((*model).clone())).build()
}

fn fault(fault: ProviderFault) -> ModelError {
    ModelError::provider_fault(fault, "the provider said no")
}

fn overloaded() -> Step {
    Step::Fail(fault(ProviderFault::Overloaded))
}

fn broken(sent: Sent) -> ModelError {
    ModelError::new(ModelErrorKind::Transport { phase: Phase::Send, sent }, "it broke")
}

fn chain() -> Agent {
    agent().fallback([SECOND, THIRD]).build().expect("an agent")
}

/// The models that are on the bill, in order, and whether each failed.
fn billed(bill: &fastroai::money::Bill) -> Vec<(String, bool)> {
    bill.lines().iter().map(|line| (line.model.clone(), line.failed)).collect()
}

fn line(model: &str, failed: bool) -> (String, bool) {
    (model.to_owned(), failed)
}

#[tokio::test(start_paused = true)]
async fn behaviour_51_where_the_first_model_cannot_be_asked_the_next_one_answers() {
    let (first, second) =
        (Scripted::new(FIRST, [overloaded()]), Scripted::new(SECOND, [text("Here.")]));
    let third = Scripted::new(THIRD, []);
    let answer =
        chain().run("Go").on(&runtime(&[&first, &second, &third])).await.expect("an answer");
    assert_eq!((answer.output.as_str(), answer.model.as_str()), ("Here.", "second"));
    assert_eq!(answer.requests, 2);
    assert_eq!(billed(&answer.bill), [line("model", true), line("second", false)]);
    assert_eq!(second.asked()[0].messages, first.asked()[0].messages, "the same transcript");
    assert_eq!(third.asked().len(), 0);
    assert_closed(&answer.messages);
}

#[tokio::test(start_paused = true)]
async fn behaviour_51_an_error_on_the_first_event_of_a_stream_goes_to_the_next_model() {
    let first = Scripted::new(FIRST, [Step::Events(vec![Err(fault(ProviderFault::Overloaded))])]);
    let second = Scripted::new(SECOND, [text("Here.")]);
    let third = Scripted::new(THIRD, []);
    let on = runtime(&[&first, &second, &third]);
    let agent = chain();
    let mut stream = agent.run("Go").on(&on).stream();
    let (mut shown, mut done) = (String::new(), None::<Box<AgentResponse<String>>>);
    while let Some(event) = stream.next().await {
        match event.expect("no error") {
            AgentEvent::Text(text) => shown.push_str(&text),
            AgentEvent::Done(response) => done = Some(response),
            _ => {}
        }
    }
    assert_eq!(shown, "Here.");
    assert_eq!(done.expect("the end").model, "second");
}

#[tokio::test(start_paused = true)]
async fn behaviour_51_when_all_fail_the_error_holds_all_in_order() {
    let first = Scripted::new(FIRST, [Step::Fail(fault(ProviderFault::Quota))]);
    let second = Scripted::new(SECOND, [overloaded()]);
    let third = Scripted::new(THIRD, [Step::Fail(broken(Sent::No))]);
    let on = runtime(&[&first, &second, &third]);
    let error = chain().run("Go").on(&on).await.expect_err("all fail");
    let ErrorKind::Models(errors) = error.kind() else { panic!("{error:?}") };
    assert_eq!(errors.len(), 3);
    let quota = ModelErrorKind::Provider(ProviderFault::Quota);
    let kinds: Vec<_> = error.model_errors().iter().map(ModelError::kind).collect();
    assert_eq!(kinds[..2], [&quota, &ModelErrorKind::Provider(ProviderFault::Overloaded)]);
    assert!(matches!(kinds[2], ModelErrorKind::Transport { .. }));
    assert!(std::ptr::eq(error.model_error().expect("the last"), &raw const errors[2]));
    assert_eq!(error.category(), ErrorCategory::Transient, "one of them may be asked again");
    let said = error.to_string();
    assert_eq!(
        said,
        "none of 3 models could be asked: the provider said no; the provider said no; it broke"
    );
    assert_closed(error.history());
    assert_eq!(billed(error.bill()).len(), 3);
    assert_eq!(error.bill().total(), Total::default(), "turned away unread");
}

#[tokio::test(start_paused = true)]
async fn behaviour_51_what_another_model_would_be_asked_in_vain_does_not_fall_back() {
    let stays = [
        ModelError::config("no"),
        fault(ProviderFault::InvalidRequest),
        fault(ProviderFault::ContentFilter),
        fault(ProviderFault::Other).with_status(418),
    ];
    for error in stays {
        let kind = error.kind().clone();
        let first = Scripted::new(FIRST, [Step::Fail(error)]);
        let (second, third) = (Scripted::new(SECOND, []), Scripted::new(THIRD, []));
        let on = runtime(&[&first, &second, &third]);
        let error = chain().run("Go").on(&on).await.expect_err("no fallback");
        assert!(
            matches!(error.kind(), ErrorKind::Model(error) if *error.kind() == kind),
            "{error:?}"
        );
        assert_eq!(second.asked().len(), 0, "{kind:?}");
    }
    let goes_on = [
        broken(Sent::No),
        broken(Sent::Maybe),
        ModelError::protocol(ProtocolFault::NotJson, "no JSON"),
        fault(ProviderFault::Authentication),
        fault(ProviderFault::Permission),
        fault(ProviderFault::NotFound),
        fault(ProviderFault::RateLimit),
        fault(ProviderFault::Quota),
        fault(ProviderFault::Server),
        fault(ProviderFault::Timeout),
        fault(ProviderFault::Conflict),
        fault(ProviderFault::RequestTooLarge),
        fault(ProviderFault::ContextLength { limit: None, used: None }),
        fault(ProviderFault::Other).with_status(599),
    ];
    for error in goes_on {
        let kind = error.kind().clone();
        let first = Scripted::new(FIRST, [Step::Fail(error)]);
        let (second, third) = (Scripted::new(SECOND, [text("Here.")]), Scripted::new(THIRD, []));
        let on = runtime(&[&first, &second, &third]);
        let answer = chain().run("Go").on(&on).await;
        assert_eq!(answer.expect("an answer").output, "Here.", "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_that_does_not_fall_back_ends_the_chain_with_those_before_it() {
    let first = Scripted::new(FIRST, [overloaded()]);
    let second = Scripted::new(SECOND, [Step::Fail(fault(ProviderFault::InvalidRequest))]);
    let third = Scripted::new(THIRD, []);
    let on = runtime(&[&first, &second, &third]);
    let error = chain().run("Go").on(&on).await.expect_err("two errors");
    assert_eq!(error.model_errors().len(), 2);
    assert_eq!(third.asked().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_billed_falls_back_only_where_the_policy_would_repeat_it() {
    let first = Scripted::new(FIRST, [Step::Fail(broken(Sent::Maybe))]);
    let (second, third) = (Scripted::new(SECOND, []), Scripted::new(THIRD, []));
    let policy = RetryPolicy::never().repeat_ambiguous(false);
    let on = retrying(&[&first, &second, &third], policy);
    let error = chain().run("Go").on(&on).await.expect_err("no fallback");
    assert_eq!((error.model_errors().len(), second.asked().len()), (1, 0));
    assert_eq!(error.bill().total().exact(), None, "it may have been billed");
}

#[tokio::test(start_paused = true)]
async fn each_model_has_its_own_attempts_before_the_next_one_is_asked() {
    let first = Scripted::new(FIRST, (0..5).map(|_| overloaded()));
    let second = Scripted::new(SECOND, [overloaded(), text("Here.")]);
    let third = Scripted::new(THIRD, []);
    let on = retrying(&[&first, &second, &third], RetryPolicy::default());
    let answer = chain().run("Go").on(&on).await.expect("an answer");
    assert_eq!((first.asked().len(), second.asked().len(), answer.requests), (3, 2, 5));
    let attempts: Vec<_> = answer.bill.lines().iter().map(|line| line.attempt).collect();
    assert_eq!(attempts, [1, 2, 3, 1, 2]);
    assert!(answer.bill.lines().iter().all(|line| line.turn == 1));
}

#[tokio::test(start_paused = true)]
async fn behaviour_51_settings_of_a_model_are_over_the_agents_and_under_the_calls() {
    let set = |temperature, max_tokens, seed| Settings {
        temperature,
        max_tokens,
        seed,
        ..Settings::default()
    };
    let (first, second) =
        (Scripted::new(FIRST, [overloaded()]), Scripted::new(SECOND, [text("a")]));
    let agent = agent()
        .settings(&set(Some(0.1), Some(100), Some(1)))
        .fallback([Fallback::new(SECOND).settings(&set(Some(0.2), Some(200), None))])
        .build()
        .expect("an agent");
    let call = agent.run("Go").settings(&set(Some(0.3), None, None));
    call.on(&runtime(&[&first, &second])).await.expect("an answer");
    assert_eq!(first.asked()[0].settings, set(Some(0.3), Some(100), Some(1)));
    assert_eq!(second.asked()[0].settings, set(Some(0.3), Some(200), Some(1)));
}

#[tokio::test(start_paused = true)]
async fn a_call_names_fallbacks_of_its_own_or_none() {
    let first = Scripted::new(FIRST, [overloaded(), overloaded()]);
    let (second, third) = (Scripted::new(SECOND, []), Scripted::new(THIRD, [text("third")]));
    let on = runtime(&[&first, &second, &third]);
    let agent = agent().fallback([SECOND]).build().expect("an agent");
    let answer = agent.run("Go").fallback([THIRD]).on(&on).await.expect("an answer");
    assert_eq!(answer.output, "third");
    let none: [&str; 0] = [];
    let error = agent.run("Go").fallback(none).on(&on).await.expect_err("no fallback");
    assert_eq!(error.model_errors().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_run_goes_on_with_the_model_that_answered_and_comes_round_to_the_first() {
    let first = Scripted::new(FIRST, [overloaded(), text("back")]);
    let second = Scripted::new(SECOND, [call("a", "echo", r#"{"n":1}"#), overloaded()]);
    let third = Scripted::new(THIRD, [overloaded()]);
    let on = runtime(&[&first, &second, &third]);
    let agent = agent().tool(echo("echo")).fallback([SECOND, THIRD]).build().expect("an agent");
    let answer = agent.run("Go").on(&on).await.expect("an answer");
    assert_eq!((answer.output.as_str(), answer.model.as_str()), ("back", "model"));
    let expected = [
        line("model", true),
        line("second", false),
        line("second", true),
        line("third", true),
        line("model", false),
    ];
    assert_eq!(billed(&answer.bill), expected);
    let providers: Vec<_> = answer
        .messages
        .iter()
        .filter_map(|message| match message {
            Message::Assistant(reply) => reply.provider.as_deref(),
            _ => None,
        })
        .collect();
    assert_eq!(providers, ["test", "test"]);
    assert_closed(&answer.messages);
}

#[tokio::test(start_paused = true)]
async fn behaviour_33_a_reply_that_was_paid_for_and_thrown_away_counts() {
    let mut paid = reply(vec![Part::text("Half")]);
    paid.usage = usage(1_000, 500);
    let thrown_away = || {
        let error = ModelError::protocol(ProtocolFault::BadShape, "no reply");
        Step::Fail(error.with_partial(paid.clone()))
    };
    let (first, second) =
        (Scripted::new(FIRST, [thrown_away()]), Scripted::new(SECOND, [text("a")]));
    let agent = agent().fallback([SECOND]).build().expect("an agent");
    let budget = Cost::from_microdollars(10_000);
    let answer = agent.run("Go").budget(budget).on(&runtime(&[&first, &second])).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.cost.known(), Cost::from_microdollars(1_500 + 15), "at the least");
    assert_eq!(answer.messages.len(), 2, "what was thrown away is no part of the answer");

    let first = Scripted::new(FIRST, [thrown_away()]);
    let budget = Cost::from_microdollars(1_500);
    let error = agent.run("Go").budget(budget).on(&runtime(&[&first, &second])).await;
    let error = error.expect_err("nothing is left for the second model");
    assert!(matches!(error.kind(), ErrorKind::Budget { .. }), "{error:?}");
    assert_eq!(error.bill().total().known(), budget);
    assert_eq!(second.asked().len(), 1, "only that of the run before");
}

#[tokio::test(start_paused = true)]
async fn prices_of_the_agent_are_its_own_models() {
    let (first, second) =
        (Scripted::new(FIRST, [overloaded()]), Scripted::new(SECOND, [text("a")]));
    let on = runtime(&[&first, &second]);
    let agent = agent().rates(Rates::FREE).fallback([SECOND]).build().expect("an agent");
    let answer = agent.run("Go").on(&on).await.expect("an answer");
    assert_eq!(answer.cost.exact(), Some(REPLY));
    let second = Scripted::new(SECOND, [text("a")]);
    let answer = agent.run("Go").model(SECOND).on(&runtime(&[&first, &second])).await;
    assert_eq!(answer.expect("an answer").cost.exact(), Some(REPLY));

    let first = Scripted::new(FIRST, [overloaded()]);
    let own = Scripted::new("nowhere:own", [text("a")]);
    let fallback = Fallback::new("nowhere:own").rates(Rates::per_million("2", "2").expect("rates"));
    let call = agent.run("Go").fallback([fallback]).budget(Cost::from_microdollars(20_000));
    let answer = call.on(&runtime(&[&first, &own])).await.expect("an answer");
    assert_eq!(answer.cost.exact(), Some(Cost::from_microdollars(30)));
}

#[tokio::test]
async fn a_fallback_that_could_not_be_asked_is_known_before_anything_is_sent() {
    let first = Scripted::new(FIRST, []);
    let agent = agent().fallback(["nowhere:at-all"]).build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&[&first])).await.expect_err("no such provider");
    let Some(config) = error.model_error() else { panic!("{error:?}") };
    assert_eq!(*config.kind(), ModelErrorKind::Config);

    let unpriced = Scripted::new("nowhere:at-all", []);
    let call = agent.run("Go").budget(Cost::from_microdollars(1_000));
    let error = call.on(&runtime(&[&first, &unpriced])).await.expect_err("no price");
    let ErrorKind::UnknownPrice { model } = error.kind() else { panic!("{error:?}") };
    assert_eq!(model, "nowhere:at-all");
    assert_eq!(first.asked().len(), 0);
    let refused = super::stage::agent().fallback(["no-provider"]).build().expect_err("a bad name");
    assert!(refused.to_string().contains("no-provider"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_that_of_the_run_whichever_model_is_asked() {
    let first = Scripted::new(FIRST, [Step::After(Duration::from_secs(6), Box::new(overloaded()))]);
    let second = Scripted::new(SECOND, [Step::Hang]);
    let agent =
        agent().fallback([SECOND]).timeout(Duration::from_secs(10)).build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&[&first, &second])).await.expect_err("no time left");
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
    assert_eq!(error.elapsed(), Duration::from_secs(10));
    assert_eq!(second.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_run_asks_no_other_model() {
    let token = CancellationToken::new();
    let (first, second) = (Scripted::new(FIRST, [Step::Hang]), Scripted::new(SECOND, []));
    let agent = agent().fallback([SECOND]).build().expect("an agent");
    let on = runtime(&[&first, &second]);
    let call = agent.run("Go").cancellation(token.clone()).on(&on);
    let cancel = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        token.cancel();
    };
    let (ended, ()) = futures_util::future::join(call, cancel).await;
    let error = ended.expect_err("cancelled");
    assert!(matches!(error.kind(), ErrorKind::Cancelled), "{error:?}");
    assert_eq!(second.asked().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_the_last_model_broke_off_is_kept_and_names_its_provider() {
    let half =
        vec![Ok(StreamEvent::Delta(Delta::Text("Half a".to_owned()))), Err(broken(Sent::Maybe))];
    let (first, third) =
        (Scripted::new(FIRST, [overloaded()]), Scripted::new(THIRD, [Step::Events(half)]));
    let agent = agent().fallback([THIRD]).build().expect("an agent");
    let mut stream = agent.run("Go").on(&runtime(&[&first, &third])).stream();
    let Some(Ok(AgentEvent::Text(shown))) = stream.next().await else { panic!("a text") };
    let error = stream.next().await.expect("an end").expect_err("an error");
    assert_eq!(error.model_errors().len(), 2);
    let Some(Message::Assistant(last)) = error.history().last() else { panic!("{error:?}") };
    assert_eq!((last.text(), last.provider.as_deref()), (shown, Some("other")));
    assert!(last.interrupted);
}

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
struct City {
    name: String,
}

const LISBON: &str = r#"{"name":"Lisbon"}"#;

fn able(
    id: &str,
    json_schema: bool,
    tools: bool,
    steps: impl IntoIterator<Item = Step>,
) -> Scripted {
    let mut profile = Profile::default();
    (profile.json_schema, profile.tools) = (json_schema, tools);
    Scripted::with_profile(id, profile, steps)
}

#[tokio::test(start_paused = true)]
async fn a_typed_answer_is_asked_for_as_fits_the_model_that_is_asked() {
    let native = able(FIRST, true, true, [overloaded(), text(LISBON)]);
    let tool = able(SECOND, false, true, [overloaded(), call("a", OUTPUT_TOOL, LISBON)]);
    let prompted = able(THIRD, false, false, [text(r#"{"name":1}"#), overloaded()]);
    let on = runtime(&[&native, &tool, &prompted]);
    let agent = agent().fallback([SECOND, THIRD]).output::<City>().build().expect("an agent");
    let answer = agent.run("Go").on(&on).await.expect("an answer");
    assert_eq!(answer.output, City { name: "Lisbon".to_owned() });
    assert_eq!(answer.model, "model", "the third answers wrongly, and then not at all");
    let (first, second, third) = (&native.asked()[0], &tool.asked()[0], &prompted.asked()[0]);
    assert_eq!((first.tools.len(), &first.tool_choice), (0, &ToolChoice::Auto));
    assert_eq!(first.instructions, None);
    assert_eq!(
        (&second.tools[..], &second.tool_choice),
        (&[OUTPUT_TOOL.to_owned()][..], &ToolChoice::Required)
    );
    assert_eq!((third.tools.len(), &third.tool_choice), (0, &ToolChoice::Auto));
    assert!(third.instructions.as_deref().is_some_and(|told| told.contains("JSON schema")));

    let native = able(FIRST, true, true, [overloaded()]);
    let tool = able(SECOND, false, true, [call("a", OUTPUT_TOOL, LISBON)]);
    let answer = agent.run("Go").fallback([SECOND]).on(&runtime(&[&native, &tool])).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.output, City { name: "Lisbon".to_owned() });
    assert_closed(&answer.messages);
}

#[tokio::test]
async fn a_reply_is_no_failure_of_its_model_whatever_it_says() {
    let mut filtered = reply(vec![]);
    filtered.finish_reason = FinishReason::ContentFilter;
    let (first, second) =
        (Scripted::new(FIRST, [Step::Reply(filtered)]), Scripted::new(SECOND, []));
    let agent = agent().fallback([SECOND]).build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&[&first, &second])).await.expect_err("filtered");
    assert!(matches!(error.kind(), ErrorKind::Filtered), "{error:?}");
    assert_eq!(second.asked().len(), 0);
}

#[test]
fn scripted_models_share_retries_by_their_provider() {
    let models = [FIRST, SECOND, THIRD].map(|id| Scripted::new(id, []));
    let keys: Vec<_> = models.iter().map(Model::throttle_key).collect();
    assert_eq!(keys, ["test", "test", "other"]);
}
