//! What pauses, what runs before it, and how the run goes on.

use fastroai::approval::Decisions;
use fastroai::prelude::*;
use fastroai::providers::ToolOutcome;
use fastroai::tool::{ToolApproval, ToolOptions};
use fastroai::{AgentEvent, ErrorCategory};
use tests::scripted::{call, calls, text};

use super::rig::{Log, agent, contents, external, on, read, results, script, stored};

#[tokio::test]
async fn behaviour_43_what_needs_an_approval_is_validated_first_and_runs_once_when_it_has_it() {
    let model = script([
        call("a", "refund", r#"{"n": "seven"}"#),
        call("b", "refund", r#"{"n": 7}"#),
        text("Done"),
    ]);
    let (log, runtime) = (Log::default(), on(&model).build());
    let agent = agent().tool(log.asked("refund")).build().unwrap();

    let error = agent.run("Pay back").on(&runtime).await.expect_err("it pauses");
    assert_eq!(log.all(), [""; 0], "nothing executes");
    assert_eq!(model.asked().len(), 2, "what does not fit is corrected by the model");
    let wrong = read(&model);
    assert_eq!(wrong[0].outcome, ToolOutcome::Retry);
    assert!(wrong[0].content.contains("`/n`"), "{}", wrong[0].content);
    let requests = error.paused().expect("a pause").requests();
    assert_eq!(requests.len(), 1, "only what fits reaches a person");
    let request = &requests[0];
    assert_eq!(
        (request.call_id.as_str(), request.tool.as_str(), request.external),
        ("b", "refund", false)
    );
    assert_eq!(request.arguments, r#"{"n": 7}"#);
    assert_eq!((error.category(), error.is_retryable()), (ErrorCategory::Permanent, false));

    let paused = stored(Err(error));
    let answer = agent.resume(paused, Decisions::new().approve("b")).on(&runtime).await.unwrap();
    assert_eq!((answer.output.as_str(), log.all()), ("Done", vec!["refund 7".to_owned()]));
    assert_eq!(contents(&read(&model)), ["refund gave 7"]);
    let outcomes: Vec<_> =
        answer.tool_calls.iter().map(|it| (it.id.as_str(), it.outcome)).collect();
    assert_eq!(outcomes, [("a", ToolOutcome::Retry), ("b", ToolOutcome::Success)]);
}

#[tokio::test]
async fn behaviour_43_edited_arguments_run_in_place_of_the_models_and_it_reads_them() {
    let model = script([call("a", "refund", r#"{"n": 700}"#), text("Done")]);
    let (log, runtime) = (Log::default(), on(&model).build());
    let agent = agent().tool(log.asked("refund")).build().unwrap();
    let paused = stored(agent.run("Pay back").on(&runtime).await);
    let decisions = Decisions::new().approve_with("a", r#"{"n":7}"#);
    let answer = agent.resume(paused, decisions).on(&runtime).await.unwrap();
    assert_eq!(log.all(), ["refund 7"]);
    let told = &read(&model)[0].content;
    assert!(told.starts_with("refund gave 7\n") && told.contains(r#"{"n":7}"#), "{told}");
    assert_eq!(answer.tool_calls[0].arguments, r#"{"n":7}"#);
}

#[tokio::test]
async fn behaviour_43_a_denied_call_does_not_run_and_the_model_reads_why() {
    let model = script([
        calls(&[("a", "refund", r#"{"n": 7}"#), ("b", "refund", r#"{"n": 8}"#)]),
        text("Sorry"),
    ]);
    let (log, runtime) = (Log::default(), on(&model).build());
    let agent = agent().tool(log.asked("refund")).build().unwrap();
    let paused = stored(agent.run("Pay back").on(&runtime).await);
    let decisions = Decisions::new().deny("a", "Not before Monday.").deny("b", "");
    let answer = agent.resume(paused, decisions).on(&runtime).await.unwrap();
    assert_eq!((answer.output.as_str(), log.all().len()), ("Sorry", 0));
    let told = read(&model);
    assert_eq!(
        contents(&told),
        ["Not before Monday.", "This call was not approved, and did not run."]
    );
    assert!(told.iter().all(|result| result.outcome == ToolOutcome::Failed));
}

#[tokio::test]
async fn behaviour_45_other_calls_run_and_their_results_survive_until_the_run_goes_on() {
    let model = script([
        calls(&[
            ("a", "look", r#"{"n": 1}"#),
            ("b", "refund", r#"{"n": 2}"#),
            ("c", "sign", r#"{"n": 3}"#),
            ("d", "look", r#"{"n": 4}"#),
            ("e", "unknown", "{}"),
        ]),
        text("Done"),
    ]);
    let (log, runtime) = (Log::default(), on(&model).build());
    let agent = agent()
        .tool(log.tool("look"))
        .tool(log.asked("refund"))
        .tool(external("sign"))
        .build()
        .unwrap();
    let paused = stored(agent.run("Go").on(&runtime).await);
    assert_eq!(log.all(), ["look 1", "look 4"]);
    let waiting: Vec<_> =
        paused.requests().iter().map(|it| (it.call_id.clone(), it.external)).collect();
    assert_eq!(waiting, [("b".to_owned(), false), ("c".to_owned(), true)]);

    let decisions = Decisions::new().result("c", "signed").approve("b");
    let answer = agent.resume(paused, decisions).on(&runtime).await.unwrap();
    assert_eq!(log.all(), ["look 1", "look 4", "refund 2"], "nothing runs twice");
    let told = read(&model);
    assert_eq!(contents(&told)[..4], ["look gave 1", "refund gave 2", "signed", "look gave 4"]);
    assert_eq!(told[4].outcome, ToolOutcome::Retry);
    let ids: Vec<_> = answer.tool_calls.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["a", "b", "c", "d", "e"]);
}

#[tokio::test]
async fn defect_40_an_approval_is_never_flattened_into_a_failure_of_the_tool() {
    let model = script([call("a", "refund", r#"{"n": 7}"#), text("Done")]);
    let (log, runtime) = (Log::default(), on(&model).build());
    let options = ToolOptions { on_error: Some("It failed: {error}"), ..ToolOptions::DEFAULT };
    let refund = log.tool("refund").options(options).approval(ToolApproval::Asked);
    let agent = agent().tool(refund).build().unwrap();
    let error = agent.run("Pay back").on(&runtime).await.expect_err("it pauses");
    assert!(error.paused().is_some(), "{error:?}");
    assert_eq!(model.asked().len(), 1, "the model is told of no failure");
    assert_eq!(
        error.to_string(),
        "the run waits for decisions about tool calls (1): resume it with them"
    );
}

#[tokio::test]
async fn a_history_of_a_pause_can_be_gone_on_from_without_a_decision() {
    let model = script([
        calls(&[("a", "look", r#"{"n": 1}"#), ("b", "refund", r#"{"n": 2}"#)]),
        text("Never mind"),
        text("Never mind"),
    ]);
    let (log, runtime) = (Log::default(), on(&model).build());
    let agent = agent().tool(log.tool("look")).tool(log.asked("refund")).build().unwrap();
    let error = agent.run("Go").on(&runtime).await.expect_err("it pauses");
    let closed = results(error.history());
    let outcomes: Vec<_> = closed[0].results.iter().map(|result| result.outcome).collect();
    assert_eq!(outcomes, [ToolOutcome::Success, ToolOutcome::Interrupted]);

    agent.run("Leave it").messages(error.history()).on(&runtime).await.unwrap();
    let told = read(&model);
    assert_eq!(told[0].content, "look gave 1", "what ran is not forgotten");
    assert_eq!(told[1].outcome, ToolOutcome::Interrupted, "and what did not is answered as that");
    agent.continue_from(error.history()).on(&runtime).await.unwrap();
    assert_eq!(log.all(), ["look 1"]);
}

#[tokio::test]
async fn a_resumed_run_may_pause_again_as_another_pause_of_the_same_run() {
    let model = script([
        call("a", "refund", r#"{"n": 1}"#),
        call("b", "refund", r#"{"n": 2}"#),
        text("Done"),
    ]);
    let (log, runtime) = (Log::default(), on(&model).build());
    let agent = agent().tool(log.asked("refund")).build().unwrap();
    let first = stored(agent.run("Go").on(&runtime).run_id("r1").await);
    let ids = (first.id().to_owned(), first.run_id().to_owned());
    let second = stored(agent.resume(first, Decisions::new().approve("a")).on(&runtime).await);
    assert_ne!(second.id(), ids.0);
    assert_eq!((second.run_id(), ids.1.as_str()), ("r1", "r1"));
    let answer = agent.resume(second, Decisions::new().approve("b")).on(&runtime).await.unwrap();
    assert_eq!(
        (answer.run_id.as_str(), log.all()),
        ("r1", vec!["refund 1".into(), "refund 2".into()])
    );
}

#[tokio::test]
async fn a_stream_yields_what_there_was_and_then_the_pause_and_the_resumed_one_the_rest() {
    let model = script([
        calls(&[
            ("a", "look", r#"{"n": 1}"#),
            ("b", "refund", r#"{"n": 2}"#),
            ("c", "refund", r#"{"n": 3}"#),
        ]),
        text("Done"),
    ]);
    let (log, runtime) = (Log::default(), on(&model).build());
    let agent = agent().tool(log.tool("look")).tool(log.asked("refund")).build().unwrap();

    let mut stream = agent.run("Go").on(&runtime).stream();
    let (mut events, mut error) = (Vec::new(), None);
    while let Some(event) = stream.next().await {
        match event {
            Ok(AgentEvent::ToolCall(call)) => events.push(format!("called {}", call.id)),
            Ok(AgentEvent::ToolResult(result)) => events.push(format!("result {}", result.call_id)),
            Ok(AgentEvent::Cost(_)) => {}
            Ok(other) => events.push(format!("{other:?}")),
            Err(end) => error = Some(end),
        }
    }
    assert_eq!(events, ["called a", "result a", "called b", "called c"]);

    let paused = stored(Err(error.expect("the pause is last")));
    let decisions = Decisions::new().approve("b").deny("c", "No.");
    let mut stream = agent.resume(paused, decisions).on(&runtime).stream();
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        match event.unwrap() {
            AgentEvent::ToolCall(call) => events.push(format!("called {}", call.id)),
            AgentEvent::ToolResult(result) => {
                events.push(format!("{}: {}", result.call_id, result.content));
            }
            AgentEvent::Text(text) => events.push(text),
            AgentEvent::Done(answer) => events.push(format!("done: {}", answer.tool_calls.len())),
            _ => {}
        }
    }
    assert_eq!(events, ["called c", "c: No.", "called b", "b: refund gave 2", "Done", "done: 3"]);
}

#[tokio::test]
async fn sequential_tools_keep_their_order_among_what_was_approved() {
    let asked = |name, id| (id, name, r#"{"n": 1}"#);
    let model =
        script([calls(&[asked("one", "a"), asked("alone", "b"), asked("two", "c")]), text("Done")]);
    let (log, runtime) = (Log::default(), on(&model).build());
    let options = ToolOptions { sequential: true, ..ToolOptions::DEFAULT };
    let alone = log.tool("alone").options(options).approval(ToolApproval::Asked);
    let agent = agent().tool(log.asked("one")).tool(alone).tool(log.asked("two")).build().unwrap();
    let paused = stored(agent.run("Go").on(&runtime).await);
    let decisions = Decisions::new().approve("c").approve("b").approve("a");
    agent.resume(paused, decisions).on(&runtime).await.unwrap();
    assert_eq!(log.all(), ["one 1", "alone 1", "two 1"]);
}

#[derive(serde::Deserialize, JsonSchema, Debug, PartialEq)]
struct Paid {
    n: u32,
}

#[tokio::test]
async fn an_answer_beside_a_call_that_waits_is_looked_at_when_the_call_has_ended() {
    let model =
        script([calls(&[("a", "final_answer", r#"{"n": 5}"#), ("b", "refund", r#"{"n": 2}"#)])]);
    let (log, runtime) = (Log::default(), on(&model).build());
    let agent = agent()
        .tool(log.asked("refund"))
        .output::<Paid>()
        .output_mode(fastroai::run::OutputMode::Tool)
        .build()
        .unwrap();
    let error = agent.run("Go").on(&runtime).await.expect_err("it pauses");
    let paused = error.into_paused().expect("a pause");
    let answer = agent.resume(paused, Decisions::new().approve("b")).on(&runtime).await.unwrap();
    assert_eq!((answer.output, log.all()), (Paid { n: 5 }, vec!["refund 2".to_owned()]));
    assert_eq!(model.asked().len(), 1);
}
