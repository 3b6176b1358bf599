//! Someone who decides while the run waits.

use std::time::Duration;

use fastroai::ErrorKind;
use fastroai::approval::{ApprovalRequest, Approver, Deciding, Decision, Decisions};
use fastroai::hook::RunInfo;
use fastroai::prelude::*;
use tests::scripted::{call, calls, text};
use tokio_util::sync::CancellationToken;

use super::rig::{Log, agent, contents, external, on, read, script, stored};

/// Decides by the number that a call has.
struct ByNumber(Log);

impl Approver for ByNumber {
    fn decide<'a>(&'a self, request: &'a ApprovalRequest, run: &'a RunInfo<'a>) -> Deciding<'a> {
        let number: serde_json::Value = serde_json::from_str(&request.arguments).unwrap();
        self.0.add(format!("asked by {} about {}", run.agent(), request.call_id));
        assert!(!request.external);
        let number = number["n"].as_u64().unwrap();
        assert_ne!(number, 4, "before its first await");
        Box::pin(async move {
            // All are asked at one time: one after the other this would take as many minutes.
            tokio::time::sleep(Duration::from_secs(60)).await;
            match number {
                1 => Ok(Decision::approve().by("ada")),
                2 => Ok(Decision::approve_with(r#"{"n": 20}"#)),
                3 => Ok(Decision::deny("No.")),
                5 => panic!("after its first await"),
                6 => Ok(Decision::approve_with(r#"{"n": "canary"}"#)),
                7 => std::future::pending().await,
                _ => Err("the canary is away".into()),
            }
        })
    }
}

const UNDECIDED: &str = "Nobody could decide about this call, and it did not run.";

#[tokio::test(start_paused = true)]
async fn a_run_with_an_approver_asks_it_and_does_not_pause() {
    let wishes: Vec<_> = (1..=6).map(|n| (format!("c{n}"), format!(r#"{{"n": {n}}}"#))).collect();
    let mut wishes: Vec<_> =
        wishes.iter().map(|(id, json)| (id.as_str(), "refund", json.as_str())).collect();
    wishes.push(("c8", "refund", r#"{"n": 8}"#));
    wishes.push(("c9", "look", r#"{"n": 9}"#));
    let model = script([calls(&wishes), text("Done")]);
    let log = Log::default();
    let runtime = on(&model).approver(ByNumber(log.clone())).build();
    let agent = agent().tool(log.asked("refund")).tool(log.tool("look")).build().unwrap();
    let answer = agent.run("Go").on(&runtime).await.unwrap();
    let told = read(&model);
    let told = contents(&told);
    assert_eq!(told[0], "refund gave 1");
    assert!(told[1].starts_with("refund gave 20\n"), "{}", told[1]);
    assert_eq!(told[2..], ["No.", UNDECIDED, UNDECIDED, UNDECIDED, UNDECIDED, "look gave 9"]);
    let all = log.all();
    assert_eq!(all[0], "look 9", "what needs no approval does not wait for it");
    assert_eq!(all[1], "asked by Desk about c1");
    assert_eq!(all[all.len() - 2..], ["refund 1", "refund 20"]);
    assert_eq!(answer.elapsed, Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn an_approver_is_waited_for_no_longer_than_the_run_may_take() {
    let waiting = || script([call("a", "refund", r#"{"n": 7}"#)]);
    let (log, model) = (Log::default(), waiting());
    let runtime = on(&model).approver(ByNumber(log.clone())).build();
    let agent = agent().tool(log.asked("refund")).build().unwrap();
    let error = agent.run("Go").on(&runtime).timeout(Duration::from_secs(90)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
    assert_eq!(error.elapsed(), Duration::from_secs(90));

    let model = waiting();
    let runtime = on(&model).approver(ByNumber(log.clone())).build();
    let token = CancellationToken::new();
    let call = agent.run("Go").on(&runtime).cancellation(token.clone());
    let cancel = async {
        tokio::time::sleep(Duration::from_secs(70)).await;
        token.cancel();
    };
    let (ended, ()) = tokio::join!(call, cancel);
    assert!(matches!(ended.unwrap_err().kind(), ErrorKind::Cancelled));
    assert!(!log.all().iter().any(|it| it.starts_with("refund")));
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_runs_elsewhere_pauses_all_the_same_and_what_was_approved_has_run() {
    let model = script([
        calls(&[("a", "sign", r#"{"n": 1}"#), ("b", "refund", r#"{"n": 1}"#)]),
        text("Done"),
    ]);
    let log = Log::default();
    let runtime = on(&model).approver(ByNumber(log.clone())).build();
    let agent = agent().tool(external("sign")).tool(log.asked("refund")).build().unwrap();
    let paused = stored(agent.run("Go").on(&runtime).await);
    assert_eq!(log.all(), ["asked by Desk about b", "refund 1"]);
    let waiting: Vec<_> = paused.requests().into_iter().map(|it| it.call_id).collect();
    assert_eq!(waiting, ["a"]);
    agent.resume(paused, Decisions::new().result("a", "signed")).on(&runtime).await.unwrap();
    assert_eq!(contents(&read(&model)), ["signed", "refund gave 1"]);
    assert_eq!(log.all().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stream_tells_a_call_that_was_decided_about_once() {
    let model = script([
        calls(&[("a", "refund", r#"{"n": 1}"#), ("b", "refund", r#"{"n": 3}"#)]),
        text("Done"),
    ]);
    let log = Log::default();
    let runtime = on(&model).approver(ByNumber(log.clone())).build();
    let agent = agent().tool(log.asked("refund")).build().unwrap();
    let mut stream = agent.run("Go").on(&runtime).stream();
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        match event.unwrap() {
            AgentEvent::ToolCall(call) => events.push(format!("called {}", call.id)),
            AgentEvent::ToolResult(result) => events.push(format!("result {}", result.call_id)),
            _ => {}
        }
    }
    assert_eq!(events, ["called b", "result b", "called a", "result a"]);
}
