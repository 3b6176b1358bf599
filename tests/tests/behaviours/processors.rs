//! What a model sees of a conversation, where processors have a say.

use std::borrow::Cow;
use std::error::Error as _;
use std::sync::{Arc, Mutex};

use fastroai::history::{
    Compaction, HistoryFault, HistoryProcessor, KeepTokens, KeepTurns, Processed, Redact, Turn,
};
use fastroai::prelude::*;
use fastroai::providers::{FinishReason, Message, Part, Request, Settings, ToolCall};
use fastroai::{ErrorKind, Runtime};
use futures_util::future::BoxFuture;
use proptest::prelude::*;
use tests::scripted::{Scripted, Step, call, calls, reply, text};

use super::machine::message;
use super::stage::{REPLY, agent, contents, echo, runtime};
use super::transcript::{assert_closed, assert_paired};

fn says(text: &str) -> Message {
    Message::Assistant(reply(vec![Part::text(text)]))
}

/// Three turns, the second with a tool.
fn conversation() -> Vec<Message> {
    let asked = ToolCall::new("a", "echo", r#"{"n":1}"#);
    let given = fastroai::providers::ToolResult::new(
        &asked,
        "got 1",
        fastroai::providers::ToolOutcome::Success,
    );
    vec![
        Message::user("one"),
        says("1"),
        Message::user("two"),
        Message::Assistant(reply(vec![Part::ToolCall(asked)])),
        Message::tool(vec![given]),
        says("2"),
    ]
}

#[tokio::test]
async fn behaviour_56_the_model_sees_only_what_a_processor_gives_and_the_run_keeps_all() {
    let model = Scripted::new("test:model", [call("b", "echo", r#"{"n":2}"#), text("Done")]);
    let agent = agent()
        .tool(echo("echo"))
        .history(|messages: &[Message]| {
            let mut kept = vec![Message::user("Only this")];
            kept.extend(messages.iter().skip(7).cloned());
            kept
        })
        .build()
        .expect("an agent");
    let before = conversation();
    let answer =
        agent.run("three").messages(before.clone()).on(&runtime(&model)).await.expect("an answer");
    let asked = model.asked();
    assert_eq!(asked[0].messages, [Message::user("Only this")]);
    assert_eq!(asked[1].messages.len(), 3);
    assert_eq!(asked[1].messages[1..], answer.new_messages()[1..3]);
    assert_eq!(answer.messages[..6], before[..], "nothing is lost");
    assert_eq!(answer.new_messages().len(), 4);
    assert_eq!(answer.new_messages()[0], Message::user("three"));
    assert_closed(&answer.messages);
    let processed = answer.processed.expect("it is not all of it");
    assert_eq!(processed.len(), 4);
    assert_eq!(processed[0], Message::user("Only this"));
    assert_eq!(processed[3], answer.messages[9]);
}

#[tokio::test]
async fn behaviour_56_nothing_and_what_ends_with_a_reply_are_errors_and_nothing_is_sent() {
    let nothing = |_: &[Message]| Vec::new();
    let answered = |messages: &[Message]| {
        let mut messages = messages.to_vec();
        messages.push(says("Done already"));
        messages
    };
    let model = Scripted::new("test:model", [text("never asked for")]);
    let rt = runtime(&model);
    let agent = agent().build().expect("an agent");
    let error = agent.run("Go").history(nothing).on(&rt).await.expect_err("nothing");
    assert!(matches!(error.kind(), ErrorKind::History(HistoryFault::Empty)), "{error:?}");
    assert_eq!(error.history()[..], [Message::user("Go")]);
    let error = agent.run("Go").history(answered).on(&rt).await.expect_err("a reply");
    assert!(matches!(error.kind(), ErrorKind::History(HistoryFault::EndsWithReply)), "{error:?}");
    assert!(model.asked().is_empty() && error.bill().is_empty());
    assert_eq!(error.category(), fastroai::ErrorCategory::Permanent);
}

#[tokio::test]
async fn behaviour_56_replies_that_said_nothing_are_given_to_no_processor_and_sent_by_none() {
    let emptied = |message: &Message| match message {
        Message::Assistant(_) => says(" "),
        other => other.clone(),
    };
    let seen = Arc::new(Mutex::new(Vec::new()));
    let seeing = Arc::clone(&seen);
    let model = Scripted::new("test:model", [text(" "), text("Done")]);
    let agent = agent()
        .history(move |messages: &[Message]| {
            seeing.lock().expect("unpoisoned").push(messages.to_vec());
            messages.iter().map(emptied).collect()
        })
        .build()
        .expect("an agent");
    let before = vec![Message::user("one"), says("1")];
    let answer =
        agent.run("two").messages(before.clone()).on(&runtime(&model)).await.expect("an answer");
    let again = Message::correction("Your answer was empty: answer in text.");
    let sent: Vec<_> = model.asked().into_iter().map(|asked| asked.messages).collect();
    let users = [Message::user("one"), Message::user("two"), again.clone()];
    assert_eq!(sent, [users[..2].to_vec(), users.to_vec()]);
    let two = [before[0].clone(), before[1].clone(), Message::user("two")];
    let seen = seen.lock().expect("unpoisoned");
    assert_eq!(seen[..], [two.to_vec(), two.iter().cloned().chain([again]).collect()]);
    assert_eq!(answer.messages.len(), 6, "the run keeps all");
    let processed = answer.processed.expect("it is not all of it");
    assert_eq!(processed.len(), 4);
    assert_eq!(processed[3], answer.messages[5]);
}

#[tokio::test]
async fn behaviour_56_what_a_processor_leaves_broken_is_mended() {
    let model = Scripted::new("test:model", [text("Done")]);
    let agent = agent()
        .history(|messages: &[Message]| messages.iter().skip(4).cloned().collect())
        .build()
        .expect("an agent");
    agent.run("three").messages(conversation()).on(&runtime(&model)).await.expect("an answer");
    let sent = &model.asked()[0].messages;
    assert_paired(sent);
    assert_eq!(sent[..], [says("2"), Message::user("three")], "a result without its call is gone");
}

#[tokio::test]
async fn behaviour_56_processors_of_the_runtime_the_agent_and_the_call_follow_one_another() {
    fn noting(word: &'static str) -> impl HistoryProcessor {
        move |messages: &[Message]| {
            let mut messages = messages.to_vec();
            messages.push(Message::user(word));
            messages
        }
    }
    let model = Scripted::new("test:model", [text("Done")]);
    let rt = Runtime::builder()
        .model(model.clone())
        .prices(super::stage::prices())
        .history(noting("runtime"))
        .build();
    let agent = agent().history(noting("agent")).build().expect("an agent");
    let answer = agent.run("Go").history(noting("call")).on(&rt).await.expect("an answer");
    let sent = &model.asked()[0].messages;
    assert_eq!(sent[..], ["Go", "runtime", "agent", "call"].map(Message::user));
    assert_eq!(answer.messages.len(), 2);
}

struct Failing;

impl HistoryProcessor for Failing {
    fn process<'a>(&'a self, _: &'a [Message], _: &'a Turn<'a>) -> BoxFuture<'a, Processed<'a>> {
        Box::pin(async { Err("the store says hunter2".into()) })
    }
}

#[tokio::test]
async fn a_processor_that_fails_ends_the_run_and_its_text_is_shown_to_nobody() {
    let model = Scripted::new("test:model", [text("never asked for")]);
    let agent = agent().history(Failing).build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("it failed");
    assert!(!error.to_string().contains("hunter2"), "{error}");
    assert!(error.source().expect("a source").to_string().contains("hunter2"));
    assert_eq!(error.history().len(), 1);
}

/// Asks a model for a title before each request.
struct Asking;

impl HistoryProcessor for Asking {
    fn process<'a>(
        &'a self,
        messages: &'a [Message],
        turn: &'a Turn<'a>,
    ) -> BoxFuture<'a, Processed<'a>> {
        Box::pin(async move {
            let settings = Settings::default();
            let reply = turn.request("test:model", &Request::new(messages, &settings)).await?;
            let mut made = messages.to_vec();
            made.push(Message::user(reply.text()));
            Ok(Cow::Owned(made))
        })
    }
}

#[tokio::test]
async fn what_a_processor_asks_of_a_model_is_on_the_runs_bill_and_out_of_its_budget() {
    let model = Scripted::new("test:model", [text("Title"), text("Done")]);
    let rt = runtime(&model);
    let agent = agent().history(Asking).build().expect("an agent");
    let answer = agent.run("Go").on(&rt).await.expect("an answer");
    assert_eq!(model.asked()[1].messages, [Message::user("Go"), Message::user("Title")]);
    assert_eq!(answer.cost.exact(), REPLY.checked_mul(2));
    assert_eq!(answer.bill.lines().len(), 2);
    let poor = agent.run("Go").budget(Cost::from_microdollars(1)).on(&rt);
    let error = poor.await.expect_err("there is no money for it");
    assert!(matches!(error.kind(), ErrorKind::History(HistoryFault::Failed(_))), "{error:?}");
    assert_eq!(model.asked().len(), 2, "nothing was sent");
}

#[tokio::test(start_paused = true)]
async fn a_processor_ends_with_the_time_of_its_run() {
    struct Endless;
    impl HistoryProcessor for Endless {
        fn process<'a>(
            &'a self,
            _: &'a [Message],
            _: &'a Turn<'a>,
        ) -> BoxFuture<'a, Processed<'a>> {
            Box::pin(std::future::pending())
        }
    }
    let model = Scripted::new("test:model", []);
    let agent = agent().history(Endless).build().expect("an agent");
    let call = agent.run("Go").timeout(std::time::Duration::from_secs(3)).on(&runtime(&model));
    let error = call.await.expect_err("the time is up");
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
}

async fn sent(processor: impl HistoryProcessor, history: Vec<Message>) -> Vec<Message> {
    let model = Scripted::new("test:model", [text("Done")]);
    let agent = agent().build().expect("an agent");
    let call = agent.run("three").messages(history).history(processor).on(&runtime(&model));
    call.await.expect("an answer");
    let sent = model.asked()[0].messages.clone();
    assert_paired(&sent);
    sent
}

#[tokio::test]
async fn the_last_turns_are_kept_whole() {
    let mut all = conversation();
    all.push(Message::user("three"));
    assert_eq!(sent(KeepTurns::last(0), conversation()).await, all[6..]);
    assert_eq!(sent(KeepTurns::last(1), conversation()).await, all[6..]);
    assert_eq!(sent(KeepTurns::last(2), conversation()).await, all[2..]);
    assert_eq!(sent(KeepTurns::last(9), conversation()).await, all);
}

#[tokio::test]
async fn a_correction_begins_no_turn() {
    let mut history = conversation();
    history.extend([Message::correction("Answer in text."), says("two")]);
    let kept = sent(KeepTurns::last(2), history.clone()).await;
    assert_eq!(kept[0], Message::user("two"));
    assert_eq!(kept.len(), 7);
}

#[tokio::test]
async fn as_many_turns_are_kept_as_fit_and_always_the_last() {
    let long = "word ".repeat(400);
    let history = vec![Message::user(long.as_str()), says("1"), Message::user("two"), says("2")];
    let kept = sent(KeepTokens::at_most(100), history.clone()).await;
    assert_eq!(kept, [Message::user("two"), says("2"), Message::user("three")]);
    assert_eq!(sent(KeepTokens::at_most(100_000), history.clone()).await.len(), 5);
    assert_eq!(sent(KeepTokens::at_most(0), history).await, [Message::user("three")]);
}

#[tokio::test]
async fn of_a_turn_that_is_too_long_the_question_and_the_end_are_kept() {
    let long = "x".repeat(2_000);
    let step = |id: &str| call(id, "long", r#"{"n":1}"#);
    let model = Scripted::new("test:model", [step("a"), step("b"), text("Done")]);
    let length = long.clone();
    let tool = super::stage::tool("long", move |_, _| {
        let long = length.clone();
        async move { Ok(long) }
    });
    let agent = agent().tool(tool).history(KeepTokens::at_most(700)).build().expect("an agent");
    agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    let sent = &model.asked()[2].messages;
    assert_paired(sent);
    assert_eq!(sent[0], Message::user("Go"));
    assert_eq!((sent.len(), contents(sent)), (3, vec![long.as_str()]), "one of two is left out");
}

#[tokio::test]
async fn texts_are_redacted_wherever_they_stand() {
    let hide = Redact::new(|text| text.contains('1').then(|| text.replace('1', "#")));
    let sent = sent(hide, conversation()).await;
    let stored = serde_json::to_string(&sent).expect("JSON");
    assert!(!stored.contains("got 1") && !stored.contains(r#"{\"n\":1}"#), "{stored}");
    assert_eq!((sent.len(), contents(&sent)), (7, vec!["got #"]));
    assert_eq!(sent[1], says("#"));
}

#[tokio::test]
async fn where_nothing_is_changed_nothing_is_told_as_changed() {
    let model = Scripted::new("test:model", [text("Done")]);
    let agent = agent()
        .history(KeepTurns::last(5))
        .history(Redact::new(|_| None))
        .build()
        .expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.processed, None);
}

#[tokio::test]
async fn a_reply_in_what_a_processor_made_has_no_id_for_a_provider_to_go_on_from() {
    let mut kept = reply(vec![Part::text("2")]);
    kept.id = Some("resp_1".into());
    let history =
        vec![Message::user("one"), says("1"), Message::user("two"), Message::Assistant(kept)];
    let sent = sent(KeepTurns::last(2), history).await;
    let Message::Assistant(reply) = &sent[1] else { panic!("a reply") };
    assert_eq!(reply.id, None);
}

#[tokio::test]
async fn each_model_of_a_chain_is_asked_with_what_was_made_for_it() {
    use fastroai::providers::ModelError;
    use fastroai_providers::error::ProviderFault;
    struct Naming;
    impl HistoryProcessor for Naming {
        fn process<'a>(
            &'a self,
            _: &'a [Message],
            turn: &'a Turn<'a>,
        ) -> BoxFuture<'a, Processed<'a>> {
            Box::pin(async { Ok(Cow::Owned(vec![Message::user(turn.model().as_str())])) })
        }
    }
    let fault = ModelError::provider_fault(ProviderFault::Authentication, "the key is unknown");
    let first = Scripted::new("test:model", [Step::Fail(fault)]);
    let second = Scripted::new("test:other", [text("Done")]);
    let rt = Runtime::builder().model(first.clone()).model(second.clone()).build();
    let agent = agent().fallback(["test:other"]).history(Naming).build().expect("an agent");
    agent.run("Go").on(&rt).await.expect("an answer");
    assert_eq!(first.asked()[0].messages, [Message::user("test:model")]);
    assert_eq!(second.asked()[0].messages, [Message::user("test:other")]);
}

#[tokio::test]
async fn a_paused_reply_may_stand_at_the_end() {
    let mut paused = reply(vec![Part::text("Hm")]);
    paused.finish_reason = FinishReason::Paused;
    let model = Scripted::new("test:model", [Step::Reply(paused), text("Done")]);
    let agent =
        agent().history(|messages: &[Message]| messages.to_vec()).build().expect("an agent");
    agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(model.asked()[1].messages.len(), 2);
}

#[tokio::test]
async fn an_agent_of_a_struct_names_its_processors_in_its_attribute() {
    fn only_the_last(messages: &[Message]) -> Vec<Message> {
        messages.last().cloned().into_iter().collect()
    }
    /// Answer.
    #[agent(model = "offline:scripted", history = only_the_last)]
    struct ByFunction;
    /// Answer.
    #[agent(model = "offline:scripted", history = KeepTurns::last(1))]
    struct ByValue;
    /// Answer.
    #[agent(model = "offline:scripted", history = self.keep)]
    struct ByField {
        keep: KeepTurns,
    }
    let model = Scripted::new("offline:scripted", [text("a"), text("b"), text("c")]);
    let rt = runtime(&model);
    let history = conversation();
    ByFunction.run("Go").messages(history.clone()).on(&rt).await.expect("an answer");
    ByValue.run("Go").messages(history.clone()).on(&rt).await.expect("an answer");
    let by_field = ByField { keep: KeepTurns::last(1) };
    by_field.run("Go").messages(history).on(&rt).await.expect("an answer");
    for asked in model.asked() {
        assert_eq!(asked.messages, [Message::user("Go")]);
    }
}

#[tokio::test]
async fn calls_in_one_reply_keep_their_results_whatever_is_left_out_before() {
    let step = calls(&[("a", "echo", r#"{"n":1}"#), ("b", "echo", r#"{"n":2}"#)]);
    let model = Scripted::new("test:model", [step, text("Done")]);
    let agent =
        agent().tool(echo("echo")).history(KeepTokens::at_most(1)).build().expect("an agent");
    agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    let sent = &model.asked()[1].messages;
    assert_paired(sent);
    assert_eq!(contents(sent), ["got 1", "got 2"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn behaviour_56_the_shipped_processors_keep_calls_with_their_results(
        history in prop::collection::vec(message(), 0..10),
        turns in 0_usize..4,
        tokens in 0_u64..60,
    ) {
        let compaction = Compaction::new()
            .summary_tokens(1)
            .keep_messages(turns)
            .context_window(tokens);
        let model = Scripted::new("test:model", [text("A summary"), text("Done")]);
        let agent = agent().build().expect("an agent");
        let rt = runtime(&model);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        let run = |call: fastroai::Call<'_, String>| {
            let answer = runtime.block_on(call.into_future());
            let sent = model.asked().last().map(|asked| asked.messages.clone());
            (answer.is_ok(), sent.expect("it was asked"))
        };
        let call = || agent.run("three").messages(history.clone()).on(&rt);
        let (is_answered, sent) = match turns {
            0 => run(call().history(KeepTokens::at_most(tokens))),
            1 => run(call().history(KeepTurns::last(turns))),
            _ => run(call().history(compaction)),
        };
        assert_paired(&sent);
        prop_assert!(is_answered);
        prop_assert!(sent.contains(&Message::user("three")));
    }
}

#[tokio::test]
async fn personal_data_stays_here_where_a_redactor_stands_before_the_model() {
    use fastroai::guard::Redactor;
    let model = Scripted::new("test:model", [text("Done")]);
    let agent = agent().history(Redact::from(Redactor::standard())).build().expect("an agent");
    let asked = "Write to ada@example.org, card 4111 1111 1111 1111";
    let answer = agent.run(asked).on(&runtime(&model)).await.expect("an answer");
    assert_eq!(model.asked()[0].messages, [Message::user("Write to [EMAIL], card [CARD]")]);
    assert_eq!(
        answer.messages.into_messages()[0],
        Message::user(asked),
        "the run keeps what was said"
    );
}
