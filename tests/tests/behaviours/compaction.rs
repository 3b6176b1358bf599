//! A summary in place of the beginning: when it is asked for, and what becomes of it.

use std::sync::{Arc, Mutex};

use fastroai::history::{Compaction, HistoryFault};
use fastroai::hook::{Denied, Gate, Hook, ModelCall};
use fastroai::money::{Prices, Rates};
use fastroai::prelude::*;
use fastroai::providers::{Message, ModelError, Part, ToolCall, Usage};
use fastroai::{ErrorKind, Runtime};
use fastroai_providers::error::ProviderFault;
use tests::scripted::{Scripted, Step, call, reply, text, usage};

use super::stage::{agent, contents, echo};
use super::transcript::{assert_closed, assert_paired};

/// A dollar per million, and a tenth of that for what is read from a cache.
fn runtime(model: &Scripted) -> Runtime {
    let rates = Rates::per_million("1", "1").expect("two prices");
    let rates = rates.with_cache_read(Cost::from_microdollars(100_000));
    let prices = Prices::unlisted().with_override("test:*", rates).expect("a pattern");
    Runtime::builder().model(model.clone()).prices(prices).build()
}

/// Ten turns of about 500 tokens each, of which the last reply took this.
fn long(last: &Usage) -> Vec<Message> {
    let mut messages = Vec::new();
    for turn in 0..10 {
        messages.push(Message::user(format!("{turn} {}", "ask ".repeat(250))));
        let mut answer = reply(vec![Part::text("say ".repeat(250))]);
        answer.usage = if turn == 9 { last.clone() } else { usage(0, 250) };
        messages.push(Message::Assistant(answer));
    }
    messages
}

fn unreported() -> Usage {
    Usage::default()
}

fn cached() -> Usage {
    let mut usage = usage(5_000, 250);
    usage.cache_read_tokens = Some(4_500);
    usage
}

fn summarises(asked: &tests::scripted::Asked) -> bool {
    asked.instructions.as_deref().is_some_and(|told| told.starts_with("You summarise"))
}

#[tokio::test]
async fn a_beginning_that_costs_more_than_its_summary_is_summarised() {
    let model = Scripted::new("test:model", [text("They counted."), text("Done")]);
    let agent = agent().history(Compaction::new().summary_tokens(200)).build().expect("an agent");
    let history = long(&unreported());
    let call = agent.run("And now?").messages(history.clone()).on(&runtime(&model));
    let answer = call.await.expect("an answer");
    let asked = model.asked();
    assert!(summarises(&asked[0]), "{asked:?}");
    assert_eq!(asked[0].settings.max_tokens, Some(200));
    let told = serde_json::to_string(&asked[0].messages).expect("JSON");
    assert!(told.contains("User: 0 ask") && !told.contains("User: 9 ask"), "{told}");
    let sent = &asked[1].messages;
    assert_eq!(sent.len(), 1 + 6, "the summary, and the last six messages");
    assert!(serde_json::to_string(&sent[0]).expect("JSON").contains("They counted."));
    assert_eq!(sent[1..6], history[15..]);
    assert_eq!(answer.bill.lines().len(), 2, "the summary is on the run's bill");
    assert_eq!(answer.messages[..20], history[..], "nothing is lost");
    assert_eq!(answer.new_messages().len(), 2);
    let processed = answer.processed.expect("it is not all of it");
    assert_eq!(processed.len(), 8);
    assert_closed(&processed);
}

#[tokio::test]
async fn a_conversation_that_soon_ends_is_sent_as_it_is() {
    let model = Scripted::new("test:model", [text("Done")]);
    let once = Compaction::new().summary_tokens(200).expected_requests(1);
    let agent = agent().history(once).build().expect("an agent");
    let call = agent.run("And now?").messages(long(&unreported())).on(&runtime(&model));
    let answer = call.await.expect("an answer");
    assert_eq!(model.asked().len(), 1);
    assert_eq!((model.asked()[0].messages.len(), answer.processed), (21, None));
}

#[tokio::test]
async fn what_a_cache_holds_is_cheap_to_send_again_and_so_is_not_summarised() {
    let sent = async |last: Usage| {
        let model = Scripted::new("test:model", [text("They counted."), text("Done")]);
        let compaction = Compaction::new().summary_tokens(200).expected_requests(4);
        let agent = agent().history(compaction).build().expect("an agent");
        let call = agent.run("And now?").messages(long(&last)).on(&runtime(&model));
        call.await.expect("an answer");
        model.asked().len()
    };
    assert_eq!(sent(usage(5_000, 250)).await, 2, "without a cache a summary pays");
    assert_eq!(sent(cached()).await, 1, "with one it does not, as it breaks it");
}

#[tokio::test]
async fn a_window_that_fills_up_is_reason_enough_where_no_price_is_known() {
    let model = Scripted::new("test:model", [text("They counted."), text("Done")]);
    let rt = Runtime::builder().model(model.clone()).prices(Prices::unlisted()).build();
    let compaction = Compaction::new().summary_tokens(200);
    let agent = agent().build().expect("an agent");
    let ask = |compaction: Compaction| {
        agent.run("And now?").messages(long(&unreported())).history(compaction).on(&rt)
    };
    ask(compaction.clone().context_window(7_000)).await.expect("an answer");
    assert!(summarises(&model.asked()[0]));
    let roomy = Scripted::new("test:model", [text("Done")]);
    let rt = Runtime::builder().model(roomy.clone()).prices(Prices::unlisted()).build();
    let call = agent.run("And now?").messages(long(&unreported())).on(&rt);
    call.history(compaction.context_window(1_000_000)).await.expect("an answer");
    assert_eq!(roomy.asked().len(), 1);
}

#[tokio::test]
async fn a_summary_is_paid_for_once_and_the_beginning_stays_the_same_for_the_cache() {
    let model = Scripted::new(
        "test:model",
        [
            text("They counted."),
            call("a", "echo", r#"{"n":1}"#),
            text("Done"),
            text("Done again"),
            text("From storage"),
        ],
    );
    let rt = runtime(&model);
    let compaction = Compaction::new().summary_tokens(1_000);
    let agent = agent().tool(echo("echo")).history(compaction).build().expect("an agent");
    let first =
        agent.run("And now?").messages(long(&unreported())).on(&rt).await.expect("an answer");
    let second = agent.run("More?").messages(&first.messages).on(&rt).await.expect("an answer");
    let asked = model.asked();
    assert_eq!(asked.iter().filter(|asked| summarises(asked)).count(), 1);
    for later in &asked[2..4] {
        assert_eq!(later.messages[..7], asked[1].messages[..7], "what the cache knows");
        assert_paired(&later.messages);
    }
    assert_eq!(contents(&asked[2].messages), ["got 1"]);
    assert_eq!(second.bill.lines().len(), 1);
    // The same messages from storage are the same messages.
    let stored = serde_json::to_string(&second.messages).expect("stored");
    let read: fastroai::History = serde_json::from_str(&stored).expect("read");
    agent.run("Still?").messages(read).on(&rt).await.expect("an answer");
    assert_eq!(model.asked()[4].messages[..7], asked[1].messages[..7]);
}

fn down() -> Step {
    Step::Fail(ModelError::provider_fault(ProviderFault::Authentication, "the key is unknown"))
}

#[tokio::test]
async fn without_a_summary_the_run_goes_on_with_all_of_it_and_asks_for_none_again() {
    let model =
        Scripted::new("test:model", [down(), call("a", "echo", r#"{"n":1}"#), text("Done")]);
    let compaction = Compaction::new().summary_tokens(200);
    let agent = agent().tool(echo("echo")).history(compaction).build().expect("an agent");
    let history = long(&unreported());
    let call = agent.run("And now?").messages(history.clone()).on(&runtime(&model));
    let answer = call.await.expect("an answer");
    let asked = model.asked();
    assert_eq!(asked.len(), 3);
    assert!(summarises(&asked[0]));
    assert_eq!(asked[1].messages[..20], history[..]);
    assert_eq!((asked[2].messages.len(), answer.processed), (23, None));
}

#[tokio::test]
async fn without_a_summary_what_does_not_fit_is_not_sent() {
    let model = Scripted::new("test:model", [down()]);
    let compaction = Compaction::new().summary_tokens(200).context_window(3_000);
    let agent = agent().history(compaction).build().expect("an agent");
    let call = agent.run("And now?").messages(long(&unreported())).on(&runtime(&model));
    let error = call.await.expect_err("it does not fit");
    assert!(matches!(error.kind(), ErrorKind::History(HistoryFault::Failed(_))), "{error:?}");
    assert_eq!(model.asked().len(), 1);
    assert_eq!(error.history().len(), 21);
}

#[tokio::test]
async fn an_empty_summary_is_none() {
    let model = Scripted::new("test:model", [text(" "), text("Done")]);
    let compaction = Compaction::new().summary_tokens(200);
    let agent = agent().history(compaction).build().expect("an agent");
    let call = agent.run("And now?").messages(long(&unreported())).on(&runtime(&model));
    let answer = call.await.expect("an answer");
    assert_eq!((model.asked()[1].messages.len(), answer.bill.lines().len()), (21, 2));
}

#[tokio::test]
async fn a_summary_that_the_budget_does_not_cover_is_not_asked_for() {
    let model = Scripted::new("test:model", [text("Done")]);
    let dear = Scripted::new("test:dear", [text("They counted.")]);
    let rates = |price| Rates::per_million(price, price).expect("two prices");
    let prices = Prices::unlisted().with_override("test:*", rates("1")).expect("a pattern");
    let prices = prices.with_override("test:dear", rates("1000")).expect("a pattern");
    let rt = Runtime::builder().model(model.clone()).model(dear.clone()).prices(prices).build();
    let compaction = Compaction::new().model("test:dear").summary_tokens(200).context_window(7_000);
    let agent = agent().max_tokens(10).history(compaction).build().expect("an agent");
    let call = agent.run("And now?").messages(long(&unreported())).on(&rt);
    let answer = call.budget(Cost::from_microdollars(100_000)).await.expect("an answer");
    assert!(dear.asked().is_empty(), "{}", answer.bill.table());
    assert_eq!(model.asked()[0].messages.len(), 21);
}

/// Denies summaries, and notes for which models it was asked.
#[derive(Default, Clone)]
struct NoSummaries(Arc<Mutex<Vec<bool>>>);

impl Hook for NoSummaries {
    fn before_model(&self, call: &mut ModelCall<'_>) -> Result<Gate, Denied> {
        let told = call.request().instructions;
        let summarises = told.is_some_and(|told| told.starts_with("You summarise"));
        self.0.lock().expect("unpoisoned").push(summarises);
        if summarises { Err(Denied::new("no summaries here")) } else { Ok(Gate::go()) }
    }
}

#[tokio::test]
async fn hooks_are_asked_about_a_summary_and_the_run_goes_on_without_one_that_is_denied() {
    let model = Scripted::new("test:model", [text("Done")]);
    let hook = NoSummaries::default();
    let rates = Rates::per_million("1", "1").expect("two prices");
    let prices = Prices::unlisted().with_override("test:*", rates).expect("a pattern");
    let rt = Runtime::builder().model(model.clone()).prices(prices).hook(hook.clone()).build();
    let agent = agent().history(Compaction::new().summary_tokens(200)).build().expect("an agent");
    let call = agent.run("And now?").messages(long(&unreported())).on(&rt);
    let answer = call.await.expect("an answer");
    assert_eq!(*hook.0.lock().expect("unpoisoned"), [true, false]);
    assert_eq!(model.asked().len(), 1);
    assert_eq!(model.asked()[0].messages.len(), 21, "all of it is sent");
    assert_eq!(answer.bill.lines().len(), 1);
}

#[tokio::test]
async fn another_model_may_write_the_summary() {
    let model = Scripted::new("test:model", [text("Done")]);
    let small = Scripted::new("test:small", [text("They counted.")]);
    let rates = Rates::per_million("1", "1").expect("two prices");
    let prices = Prices::unlisted().with_override("test:*", rates).expect("a pattern");
    let rt = Runtime::builder().model(model.clone()).model(small.clone()).prices(prices).build();
    let compaction = Compaction::new()
        .model("test:small")
        .summary_tokens(100)
        .keep_messages(2)
        .instructions("You summarise in verse.");
    let agent = agent().history(compaction).build().expect("an agent");
    let call = agent.run("And now?").messages(long(&unreported())).on(&rt);
    let answer = call.await.expect("an answer");
    assert_eq!(small.asked()[0].instructions.as_deref(), Some("You summarise in verse."));
    assert_eq!(answer.bill.lines()[0].model, "small");
    assert_eq!(model.asked()[0].messages.len(), 3);
}

#[tokio::test]
async fn what_the_user_asked_last_stays_word_for_word_in_a_long_run() {
    let step = |n: u32| {
        let arguments = format!(r#"{{"n":{n}}}"#);
        let call = ToolCall::new(format!("c{n}"), "long", arguments);
        let mut reply = reply(vec![Part::ToolCall(call)]);
        reply.usage = unreported();
        Step::Reply(reply)
    };
    let model = Scripted::new(
        "test:model",
        [step(1), step(2), step(3), text("It read much."), step(4), text("Done")],
    );
    let tool = super::stage::tool("long", |n, _| async move { Ok(format!("{n} ").repeat(2_000)) });
    let compaction = Compaction::new()
        .summary_tokens(100)
        .keep_messages(2)
        .expected_requests(1)
        .context_window(5_000);
    let agent = agent().tool(tool).history(compaction).build().expect("an agent");
    let call = agent.run("Read all of it, please.").on(&runtime(&model));
    let answer = call.await.expect("an answer");
    let asked = model.asked();
    let at = asked.iter().position(summarises).expect("it was summarised");
    let sent = &asked[at + 1].messages;
    assert_paired(sent);
    assert_eq!(sent[1], Message::user("Read all of it, please."), "{sent:?}");
    assert_eq!(answer.new_messages().len(), 10);
    assert_closed(&answer.messages);
}

#[tokio::test]
async fn behaviour_48_a_token_that_was_cancelled_before_has_no_summary_asked_for() {
    let model = Scripted::new("test:model", [text("never asked for")]);
    let token = tokio_util::sync::CancellationToken::new();
    token.cancel();
    let agent = agent().history(Compaction::new().summary_tokens(200)).build().expect("an agent");
    let call = agent.run("And now?").messages(long(&unreported())).on(&runtime(&model));
    let error = call.cancellation(token).await.expect_err("cancelled");
    assert!(matches!(error.kind(), ErrorKind::Cancelled), "{error:?}");
    assert!(model.asked().is_empty() && error.bill().is_empty());
    assert_eq!(error.history().len(), 21);
}
