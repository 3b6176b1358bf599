//! What hooks and the audit trail learn of it.

use std::time::Duration;

use fastroai::approval::Decisions;
use fastroai::audit::{self, AuditTrail};
use fastroai::hook::{ApprovalDecision, Denied, Gate, Hook, RunEnd, RunEnding, RunInfo, ToolUse};
use fastroai::money::Cost;
use fastroai::prelude::*;
use fastroai::tool::{ToolApproval, ToolCost, ToolOptions};
use fastroai::usd;
use tests::folder::Folder;
use tests::scripted::{call, calls, text};

use super::rig::{Log, agent, contents, external, on, read, script, stored};

/// Writes down all that it is told.
struct Told(Log);

impl Hook for Told {
    fn before_run(&self, run: &RunInfo<'_>) -> Result<(), Denied> {
        self.0.add(format!("begins {}", run.run_id()));
        Ok(())
    }

    fn after_run(&self, _: &RunInfo<'_>, end: &RunEnd<'_>) {
        self.0.add(match end.how {
            RunEnding::Paused => format!("paused at {}", end.bill.total()),
            other => format!("{other:?}"),
        });
    }

    fn on_approval(&self, run: &RunInfo<'_>, decision: &ApprovalDecision<'_>) {
        let ApprovalDecision { step, tool, call_id, arguments, by, .. } = decision;
        assert_eq!(run.agent(), "Desk");
        assert!(!format!("{decision:?}").contains("\"n\""), "Debug shows no arguments");
        self.0.add(format!("{} {tool} {call_id} {arguments} {by:?}", step.as_str()));
    }

    fn before_tool(&self, call: &mut ToolUse<'_>) -> Result<Gate, Denied> {
        self.0.add(format!("before {} {}", call.name(), call.arguments()));
        if call.arguments().contains("13") {
            return Err(Denied::new("unlucky").tell_model("Not this one."));
        }
        Ok(Gate::go())
    }
}

/// A hook whose own mistakes are nobody else's.
struct Panics;

impl Hook for Panics {
    fn on_approval(&self, _: &RunInfo<'_>, _: &ApprovalDecision<'_>) {
        panic!("a mistake of a hook");
    }
}

#[tokio::test]
async fn hooks_are_told_who_was_asked_and_what_was_decided_by_whom() {
    let model = script([
        calls(&[
            ("a", "refund", r#"{"n":1}"#),
            ("b", "refund", r#"{"n":2}"#),
            ("c", "refund", r#"{"n":3}"#),
            ("d", "sign", r#"{"n":4}"#),
            ("e", "refund", r#"{"n":"wrong"}"#),
            ("f", "refund", r#"{"n":13}"#),
        ]),
        text("Done"),
    ]);
    let (log, ran) = (Log::default(), Log::default());
    let runtime = on(&model).hook(Panics).hook(Told(log.clone())).build();
    let agent = agent().tool(ran.asked("refund")).tool(external("sign")).build().unwrap();
    let paused = stored(agent.run("Go").on(&runtime).run_id("r1").await);
    let asked = [
        "begins r1",
        r#"asked refund a {"n":1} None"#,
        r#"asked refund b {"n":2} None"#,
        r#"asked refund c {"n":3} None"#,
        r#"asked sign d {"n":4} None"#,
        r#"asked refund f {"n":13} None"#,
        "paused at $0.000015",
    ];
    assert_eq!(log.all(), asked);

    let decisions = Decisions::new()
        .approve("a")
        .approve_with("b", r#"{"n":20}"#)
        .deny("c", "No.")
        .result("d", "signed")
        .approve("f")
        .by("u7");
    agent.resume(paused, decisions).on(&runtime).await.unwrap();
    assert_eq!(
        log.all()[asked.len()..],
        [
            "begins r1",
            r#"approved refund a {"n":1} Some("u7")"#,
            r#"edited refund b {"n":20} Some("u7")"#,
            r#"denied refund c {"n":3} Some("u7")"#,
            r#"handed in sign d {"n":4} Some("u7")"#,
            r#"approved refund f {"n":13} Some("u7")"#,
            r#"before refund {"n":1}"#,
            r#"before refund {"n":20}"#,
            r#"before refund {"n":13}"#,
            "Answered",
        ]
    );
    assert_eq!(ran.all(), ["refund 1", "refund 20"], "an approval is no way around a policy");
    assert_eq!(contents(&read(&model))[5], "Not this one.");
}

#[tokio::test]
async fn the_audit_trail_closes_a_paused_run_and_opens_it_anew() {
    let model = script([call("a", "refund", r#"{"n":7}"#), text("Done")]);
    let (folder, log) = (Folder::new(), Log::default());
    let runtime = on(&model).hook(AuditTrail::open(folder.trail()).unwrap()).build();
    let agent = agent().tool(log.asked("refund")).build().unwrap();
    let call = agent.run("canary-1").on(&runtime).metadata("subject", "ada").run_id("r1");
    let paused = stored(call.await);
    let decisions = Decisions::new().approve_with("a", r#"{"n":8}"#).by("u7");
    agent.resume(paused.clone(), decisions.clone()).on(&runtime).await.unwrap();
    agent.resume(paused, decisions).on(&runtime).await.expect_err("once");
    drop(runtime);

    audit::verify(folder.trail()).unwrap();
    let records = audit::export(folder.trail(), "ada").unwrap();
    let told: Vec<_> = records
        .iter()
        .map(|record| {
            assert_eq!(record.run.as_deref(), Some("r1"));
            let how = record.fields.get("how").and_then(|it| it.as_str()).unwrap_or("");
            let who = record.actor.as_deref().unwrap_or("");
            format!("{} {how} {who}", record.kind).trim_end().to_owned()
        })
        .collect();
    assert_eq!(
        told,
        [
            "run.started",
            "model.asked",
            "model.ended succeeded",
            "approval.asked",
            "run.ended paused",
            "run.started",
            "approval.decided edited u7",
            "tool.called",
            "tool.ended succeeded",
            "model.asked",
            "model.ended succeeded",
            "run.ended answered",
            "run.started",
            "run.ended already_resumed",
        ]
    );
    assert_eq!(records[3].is_of("arguments", r#"{"n":7}"#), Some(true));
    assert_eq!(records[6].is_of("arguments", r#"{"n":8}"#), Some(true));
    assert_eq!(records[3].fields["call"], "a");
    assert_eq!(audit::export(folder.trail(), "u7").unwrap().len(), 1, "who decided, too");
    let text = std::fs::read_to_string(folder.trail()).unwrap();
    assert!(!text.contains("canary") && !text.contains(r#"\"n\""#), "no content");
}

#[tokio::test(start_paused = true)]
async fn costs_times_and_failures_hold_for_approved_calls_as_for_any() {
    let model = script([call("a", "slow", r#"{"n":1}"#), text("Done")]);
    let runtime = on(&model).build();
    let slow = fastroai::tool::FunctionTool::new(
        "slow",
        "Never ends.",
        |_: super::rig::Number, _| async {
            std::future::pending::<()>().await;
            Ok::<_, ToolError>("never")
        },
    );
    let options = ToolOptions {
        timeout: Duration::from_secs(3),
        cost: ToolCost::Each(usd!("0.01")),
        approval: ToolApproval::Asked,
        ..ToolOptions::DEFAULT
    };
    let agent = agent().tool(slow.options(options)).build().unwrap();
    let paused = stored(agent.run("Go").on(&runtime).await);
    assert_eq!(paused.bill().total(), Cost::from_microdollars(15), "nothing is paid for asking");
    let answer = agent.resume(paused, Decisions::new().approve("a")).on(&runtime).await.unwrap();
    assert_eq!(contents(&read(&model)), ["Timed out after 3 seconds."]);
    assert_eq!(answer.cost, Cost::from_microdollars(10_030));
    assert_eq!((answer.elapsed, answer.tool_calls[0].attempts), (Duration::from_secs(3), 1));
}
