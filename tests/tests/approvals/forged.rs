//! Paused runs that someone has changed where they are stored, and agents that have changed meanwhile.

use fastroai::approval::{Decisions, PausedRun, UnreadablePause};
use fastroai::{ErrorKind, UsageLimits};
use serde_json::{Value, json};
use tests::scripted::{call, calls, text};

use super::rig::{Log, agent, contents, external, on, read, script, stored};

/// A run that waits for two calls, as JSON.
async fn waiting() -> Value {
    let both = calls(&[("a", "refund", r#"{"n": 7}"#), ("b", "wipe", r#"{"n": 9}"#)]);
    let model = script([both]);
    let log = Log::default();
    let agent = agent().tool(log.asked("refund")).tool(log.asked("wipe")).build().unwrap();
    let paused = stored(agent.run("Go").on(&on(&model).build()).await);
    serde_json::to_value(&paused).unwrap()
}

fn held(paused: &mut Value) -> &mut Value {
    &mut paused["state"]["phase"]["tools"]["held"]
}

#[tokio::test]
async fn a_call_that_was_made_to_wait_for_nobody_is_in_no_pause() {
    let whole = waiting().await;
    assert_eq!(whole["state"]["phase"]["tools"]["held"], json!({"0": "asked", "1": "asked"}));
    PausedRun::from_json(&whole.to_string()).expect("as it was stored");
    for forged in [
        json!({"0": "asked"}),
        json!({"0": "asked", "1": "approved"}),
        json!({"0": "asked", "1": "edited"}),
        json!({"0": "asked", "1": "unread"}),
        json!({"0": "approved", "1": "approved"}),
        json!({}),
    ] {
        let mut paused = whole.clone();
        held(&mut paused).clone_from(&forged);
        let error = PausedRun::from_json(&paused.to_string()).expect_err(&forged.to_string());
        assert!(matches!(error, UnreadablePause::Broken { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_tool_that_the_stored_rules_take_for_an_answer_does_not_run_unasked() {
    let mut paused = waiting().await;
    held(&mut paused).clone_from(&json!({"0": "asked"}));
    let spec = &mut paused["state"]["spec"];
    spec["output"] = json!("tool");
    let mut handed_in = spec["output_tools"][0].clone();
    handed_in["name"] = json!("wipe");
    spec["output_tools"].as_array_mut().unwrap().push(handed_in);
    let paused = PausedRun::from_json(&paused.to_string()).expect("it is the state of a run");

    let (model, log) = (script([text("Done")]), Log::default());
    let agent = agent().tool(log.asked("refund")).tool(log.asked("wipe")).build().unwrap();
    for request in paused.requests() {
        assert_eq!(request.tool, "refund");
    }
    let decisions = Decisions::new().approve("a");
    agent.resume(paused, decisions).on(&on(&model).build()).await.unwrap();
    assert_eq!(log.all(), ["refund 7"]);
    let told = read(&model);
    assert_eq!(
        contents(&told)[1],
        "The tools have changed, and this call did not run: make it again."
    );
}

#[tokio::test]
async fn the_limits_and_the_tools_are_those_of_the_agent_and_not_the_stored_ones() {
    let mut paused = waiting().await;
    let spec = &mut paused["state"]["spec"];
    for (limit, most) in [("max_turns", 1000), ("max_tool_calls", 1000), ("output_attempts", 1000)]
    {
        spec[limit] = json!(most);
    }
    let paused = PausedRun::from_json(&paused.to_string()).unwrap();
    let again = || call("c", "refund", r#"{"n": 1}"#);
    let (model, log) = (script([again(), again()]), Log::default());
    let agent = agent().max_turns(1).tool(log.asked("refund")).tool(log.asked("wipe"));
    let decisions = Decisions::new().approve("a").deny("b", "no");
    let agent = agent.build().unwrap();
    let error = agent.resume(paused, decisions).on(&on(&model).build()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::MaxTurns { limit: 1 }), "{error:?}");
    assert_eq!((log.all().len(), model.asked().len()), (1, 0));
}

#[tokio::test]
async fn a_resume_that_a_limit_forbids_uses_no_pause_up() {
    let model = script([call("a", "sign", r#"{"n": 7}"#), text("Done")]);
    let runtime = on(&model).build();
    let agent = agent().tool(external("sign")).build().unwrap();
    let paused = stored(agent.run("Go").on(&runtime).await);
    let done = || Decisions::new().result("a", "signed");
    let none = UsageLimits::default().tool_calls(0);
    let error = agent.resume(paused.clone(), done()).on(&runtime).usage_limits(none).await;
    let error = error.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UsageLimit(_)), "{error:?}");
    assert_eq!(model.asked().len(), 1);
    agent.resume(paused, done()).on(&runtime).await.unwrap();
    assert_eq!(model.asked().len(), 2);
}
