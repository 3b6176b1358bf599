//! Conversations that are stored, mended and gone on from.

use std::collections::BTreeSet;
use std::time::Duration;

use fastroai::prelude::*;
use fastroai::providers::{Message, Part, Response, ToolCall, ToolOutcome, ToolResult};
use fastroai::run::repair;
use fastroai::{ErrorKind, History};
use tests::scripted::{Scripted, Step, call, calls, reply, text};
use tokio_util::sync::CancellationToken;

use super::stage::{REPLY, agent, contents, echo, results, runtime, tool};
use super::transcript::assert_closed;

fn asked_for(calls: &[(&str, &str)]) -> (Message, Vec<ToolCall>) {
    let calls: Vec<_> = calls.iter().map(|(id, name)| ToolCall::new(*id, *name, "{}")).collect();
    let mut reply = Response::default();
    reply.parts = calls.iter().cloned().map(Part::ToolCall).collect();
    (Message::Assistant(reply), calls)
}

#[tokio::test]
async fn behaviour_46_a_call_without_a_result_is_answered_as_interrupted() {
    let (assistant, calls) = asked_for(&[("a", "echo"), ("b", "echo")]);
    let half = Message::tool(vec![ToolResult::new(&calls[1], "got 2", ToolOutcome::Success)]);
    let broken = vec![Message::user("Go"), assistant.clone(), half];
    let model = Scripted::new("test:model", [text("Done")]);
    let agent = agent().build().expect("an agent");
    let answer =
        agent.run("And now?").messages(broken).on(&runtime(&model)).await.expect("an answer");
    let sent = &model.asked()[0].messages;
    assert_closed(sent);
    let outcomes: Vec<_> = results(sent)[0].results.iter().map(|r| r.outcome).collect();
    assert_eq!(outcomes, [ToolOutcome::Interrupted, ToolOutcome::Success], "in the calls' order");
    assert_eq!(answer.new_messages().len(), 2);
}

#[test]
fn behaviour_46_a_result_without_a_call_is_dropped() {
    let (assistant, calls) = asked_for(&[("a", "echo")]);
    let (_, others) = asked_for(&[("z", "gone")]);
    let orphan = ToolResult::new(&others[0], "of another time", ToolOutcome::Success);
    let kept = ToolResult::new(&calls[0], "got 1", ToolOutcome::Success);
    let mended = repair(vec![
        Message::tool(vec![orphan.clone()]),
        Message::user("Go"),
        assistant.clone(),
        Message::tool(vec![orphan, kept.clone()]),
    ]);
    assert_eq!(mended, [Message::user("Go"), assistant, Message::tool(vec![kept])]);
}

#[test]
fn behaviour_46_results_in_several_messages_are_kept_in_one() {
    let (assistant, calls) = asked_for(&[("a", "echo"), ("b", "echo"), ("c", "echo")]);
    let result = |n: usize| ToolResult::new(&calls[n], format!("got {n}"), ToolOutcome::Success);
    let split = vec![
        assistant.clone(),
        Message::tool(vec![result(2)]),
        Message::tool(vec![result(0), result(1)]),
        Message::user("Go"),
        Message::tool(vec![result(0)]),
    ];
    let whole = Message::tool(vec![result(0), result(1), result(2)]);
    assert_eq!(repair(split), [assistant, whole, Message::user("Go")]);
}

#[test]
fn behaviour_46_calls_that_share_an_id_are_told_apart_and_so_are_their_results() {
    let (first, calls) = asked_for(&[("a", "echo"), ("a", "echo"), ("", "echo")]);
    let (second, again) = asked_for(&[("a", "echo")]);
    let result = |call, content: &str| ToolResult::new(call, content, ToolOutcome::Success);
    let mended = repair(vec![
        first,
        Message::tool(vec![result(&calls[2], "3"), result(&calls[0], "1"), result(&calls[1], "2")]),
        second,
        Message::tool(vec![result(&again[0], "4")]),
    ]);
    assert_closed(&mended);
    assert_eq!(contents(&mended), ["1", "2", "3", "4"]);
    let ids: BTreeSet<_> = results(&mended)
        .iter()
        .flat_map(|tool| tool.results.iter().map(|result| result.call_id.clone()))
        .collect();
    assert_eq!(ids.len(), 4, "{ids:?}");
    assert!(ids.contains("a") && !ids.contains(""), "{ids:?}");
    assert_eq!(repair(mended.clone()), mended);
}

#[test]
fn behaviour_46_mending_what_is_mended_changes_nothing() {
    let (first, _) = asked_for(&[("a", "echo"), ("a", "echo")]);
    let (last, _) = asked_for(&[("", "echo")]);
    let mended = repair(vec![first, Message::user("Go"), last]);
    assert_eq!(mended.len(), 5);
    assert_eq!(repair(mended.clone()), mended);
}

#[tokio::test]
async fn a_run_goes_on_from_the_messages_of_an_answer() {
    let model = Scripted::new(
        "test:model",
        [
            call("a", "echo", r#"{"n":1}"#),
            text("One"),
            call("a", "echo", r#"{"n":2}"#),
            text("Two"),
        ],
    );
    let rt = runtime(&model);
    let agent = agent().instructions("Count.").tool(echo("echo")).build().expect("an agent");
    let first = agent.run("First").on(&rt).await.expect("an answer");
    let second = agent.run("Second").messages(&first.messages).on(&rt).await.expect("an answer");
    assert_eq!(second.messages[..first.messages.len()], first.messages[..]);
    assert_eq!(second.new_messages().len(), 4);
    assert_eq!(second.new_messages()[0], Message::user("Second"));
    assert_closed(&second.messages);
    assert_eq!(second.bill.requests(), 2, "the bill is this run's alone");
    assert_eq!(contents(second.new_messages()), ["got 2"]);
}

#[tokio::test]
async fn a_stored_history_comes_back_exactly_and_can_be_gone_on_from() {
    let mut rich = reply(vec![
        Part::Text {
            text: "Looking \u{1F50D}".into(),
            details: Some(serde_json::json!({"b":1,"a":[null]})),
        },
        Part::Provider { provider: "test".into(), raw: serde_json::json!({"z":1.0,"y":2}) },
        Part::ToolCall(ToolCall::new("a", "echo", "{ \"n\" :1 }")),
    ]);
    rich.id = Some("resp_1".into());
    let model = Scripted::new("test:model", [Step::Reply(rich), text("Done"), text("Again")]);
    let rt = runtime(&model);
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let answer = agent.run("Go").on(&rt).await.expect("an answer");
    let stored = serde_json::to_string(&answer.messages).expect("stored");
    let back: History = serde_json::from_str(&stored).expect("read");
    assert_eq!(back, answer.messages);
    assert_eq!(serde_json::to_string(&back).expect("stored"), stored, "byte for byte");
    let again = agent.run("More").messages(back).on(&rt).await.expect("an answer");
    assert_eq!(again.messages[..4], answer.messages[..]);
}

#[test]
fn a_history_of_a_later_version_is_refused() {
    let error = serde_json::from_str::<History>(r#"{"version":2,"messages":[]}"#)
        .expect_err("half understood is not understood");
    assert!(error.to_string().contains("version 2"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn behaviour_48_a_cancelled_run_leaves_a_history_that_can_go_on_and_its_bill() {
    let model = Scripted::new(
        "test:model",
        [calls(&[("a", "echo", r#"{"n":1}"#), ("b", "hang", r#"{"n":2}"#)]), text("Back again")],
    );
    let rt = runtime(&model);
    let hang = tool("hang", |_, _| std::future::pending());
    let agent = agent().tool(echo("echo")).tool(hang).build().expect("an agent");
    let token = CancellationToken::new();
    let later = token.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        later.cancel();
    });
    let error = agent.run("Go").on(&rt).cancellation(token).await.expect_err("cancelled");
    assert!(matches!(error.kind(), ErrorKind::Cancelled), "{error:?}");
    assert_eq!(error.bill().total(), REPLY);
    assert_closed(error.history());
    let answer = agent.run("Go on").messages(error.history()).on(&rt).await.expect("an answer");
    assert_eq!(answer.output, "Back again");
    assert_eq!(contents(&answer.messages)[0], "got 1");
}

#[tokio::test]
async fn behaviour_48_a_token_that_was_cancelled_before_sends_nothing() {
    let model = Scripted::new("test:model", [text("never asked for")]);
    let token = CancellationToken::new();
    token.cancel();
    let agent = agent().build().expect("an agent");
    let error =
        agent.run("Go").on(&runtime(&model)).cancellation(token).await.expect_err("cancelled");
    assert!(matches!(error.kind(), ErrorKind::Cancelled), "{error:?}");
    assert!(model.asked().is_empty() && error.bill().is_empty());
    assert_eq!(error.history()[..], [Message::user("Go")]);
}

/// There are no hooks; what could hide a cancellation is a tool that cancels and then goes well.
#[tokio::test]
async fn behaviour_48_a_tool_that_cancels_cannot_be_followed_by_an_answer() {
    use fastroai::run::OUTPUT_TOOL;
    #[derive(Debug, serde::Deserialize, JsonSchema)]
    struct Plan {
        #[allow(dead_code, reason = "never read: there is no answer")]
        city: String,
    }
    let mut profile = fastroai::providers::Profile::default();
    profile.json_schema = false;
    let step = calls(&[("a", "stop", r#"{"n":1}"#), ("b", OUTPUT_TOOL, r#"{"city":"Lisbon"}"#)]);
    let model = Scripted::with_profile("test:model", profile, [step]);
    let stop = tool("stop", |_, run| async move {
        run.cancel();
        Ok("stopped".to_owned())
    });
    let agent = agent().tool(stop).output::<Plan>().build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("cancelled");
    assert!(matches!(error.kind(), ErrorKind::Cancelled), "{error:?}");
    assert_closed(error.history());
}

#[tokio::test]
async fn behaviour_48_cancelling_with_the_last_result_keeps_an_honest_reason() {
    let model = Scripted::new("test:model", [call("a", "stop", r#"{"n":1}"#)]);
    let stop = tool("stop", |_, run| async move {
        run.cancel();
        Ok("stopped".to_owned())
    });
    // With this result the run has ended on its own: the model may not be asked again.
    let agent = agent().tool(stop).max_turns(1).build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("no answer");
    assert!(matches!(error.kind(), ErrorKind::Cancelled | ErrorKind::MaxTurns { .. }), "{error:?}");
    assert_closed(error.history());
}

fn says(text: &str) -> Message {
    Message::Assistant(reply(vec![Part::text(text)]))
}

#[tokio::test]
async fn a_history_is_gone_on_from_without_a_prompt_where_it_waits_for_an_answer() {
    let (assistant, asked) = asked_for(&[("a", "echo")]);
    let given = Message::tool(vec![ToolResult::new(&asked[0], "got 1", ToolOutcome::Success)]);
    let waiting = [
        vec![Message::user("Go")],
        vec![says("Hello"), Message::user("Go")],
        vec![Message::user("Go"), assistant.clone(), given],
        // Mended, it ends with a result that says what happened.
        vec![Message::user("Go"), assistant],
    ];
    for history in waiting {
        let model = Scripted::new("test:model", [text("Done")]);
        let agent = agent().build().expect("an agent");
        let answer =
            agent.continue_from(history.clone()).on(&runtime(&model)).await.expect("an answer");
        let mended = repair(history);
        assert_eq!(model.asked()[0].messages, mended, "nothing is added");
        assert_eq!(answer.messages[..mended.len()], mended);
        assert_eq!(answer.new_messages().len(), 1);
        assert_closed(&answer.messages);
    }
}

#[tokio::test]
async fn a_reply_that_was_cut_off_is_asked_for_again_and_a_paused_one_goes_on() {
    let (mut cut, mut paused) = (reply(vec![Part::text("Onc")]), reply(vec![Part::text("Hm")]));
    cut.interrupted = true;
    paused.finish_reason = fastroai::providers::FinishReason::Paused;
    let (go, paused) = (Message::user("Go"), Message::Assistant(paused));
    let cases = [
        (vec![go.clone(), Message::Assistant(cut)], vec![go.clone()]),
        (vec![go.clone(), paused.clone()], vec![go, paused]),
    ];
    for (history, sent) in cases {
        let model = Scripted::new("test:model", [text("Done")]);
        let agent = agent().build().expect("an agent");
        agent.continue_from(history).on(&runtime(&model)).await.expect("an answer");
        assert_eq!(model.asked()[0].messages, sent);
    }
}

/// There are no approvals: a call without a result has no other way to get one.
#[tokio::test]
async fn behaviour_44_a_prompt_over_calls_without_results_says_that_they_never_ran() {
    let (assistant, _) = asked_for(&[("a", "echo")]);
    let model = Scripted::new("test:model", [text("Done")]);
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let call = agent.run("And?").messages(vec![Message::user("Go"), assistant]);
    let answer = call.on(&runtime(&model)).await.expect("an answer");
    assert_eq!(results(&model.asked()[0].messages)[0].results[0].outcome, ToolOutcome::Interrupted);
    assert!(answer.tool_calls.is_empty(), "nothing ran");
}

#[tokio::test]
async fn behaviour_44_a_history_that_waits_for_nothing_needs_a_prompt() {
    for history in [vec![], vec![Message::user("Go"), says("Done")]] {
        let model = Scripted::new("test:model", [text("never asked for")]);
        let agent = agent().build().expect("an agent");
        let error =
            agent.continue_from(history.clone()).on(&runtime(&model)).await.expect_err("nothing");
        assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error:?}");
        assert!(error.to_string().contains("give the run a prompt"), "{error}");
        assert_eq!(error.history()[..], history, "what was said is kept");
        assert!(model.asked().is_empty());
    }
}

#[tokio::test]
async fn a_failed_run_is_gone_on_from_with_and_without_a_prompt() {
    use fastroai::providers::ModelError;
    use fastroai_providers::error::ProviderFault;
    let fault = ModelError::provider_fault(ProviderFault::Authentication, "the key is unknown");
    let model = Scripted::new("test:model", [Step::Fail(fault), text("Without"), text("With one")]);
    let rt = runtime(&model);
    let agent = agent().build().expect("an agent");
    let error = agent.run("Go").on(&rt).await.expect_err("no key");
    let answer = agent.continue_from(error.history()).on(&rt).await.expect("an answer");
    assert_eq!(answer.output, "Without");
    let answer = agent.run("Now?").messages(error.history()).on(&rt).await.expect("an answer");
    assert_eq!(answer.output, "With one");
    // Two of the user's in a row: the wires take them, or the adapters make them one.
    assert_eq!(model.asked()[2].messages, [Message::user("Go"), Message::user("Now?")]);
}
