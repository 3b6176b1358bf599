//! Calls that wait for someone's decision, and what comes of it.

use fastroai::ErrorKind;
use fastroai::approval::{ApprovalRequest, Approver, Deciding, Decision, Decisions, PausedRun};
use fastroai::guard::{GuardError, Looked, Stage, Verdict};
use fastroai::hook::RunInfo;
use fastroai::prelude::*;
use fastroai::tool::{FunctionTool, ToolApproval};
use tests::scripted::{call, calls, text};

use super::rig::{
    Note, Told, agent, allow, block, builder, echo, replace, results, script, stored,
};

const WITHHELD: &str = "A guard withheld the arguments of this call, and the tool did not run.";

/// The run as it waits, by way of a database.
fn paused(ended: Result<AgentResponse<String>, Error>) -> PausedRun {
    let paused = ended.expect_err("it pauses").into_paused().expect("a pause");
    PausedRun::from_json(&serde_json::to_string(&paused).unwrap()).unwrap()
}

#[tokio::test]
async fn nobody_is_asked_about_a_call_that_a_guard_holds_back_or_sees_what_it_replaced() {
    let model = script([
        calls(&[("a", "echo", r#"{"text":"rm -rf"}"#), ("b", "echo", r#"{"text":"key-1"}"#)]),
        text("Done."),
    ]);
    let (tool, given) = echo();
    let agent = agent().tool(tool.approval(ToolApproval::Asked)).build().unwrap();
    let stages = [Stage::ToolArguments];
    let rt = builder(&model)
        .guard(block(&stages, "rm"))
        .guard(replace(&stages, "key-1", "[KEY]"))
        .build();
    let waiting = paused(agent.run("Go").on(&rt).await);
    let asked: Vec<_> = waiting.requests().iter().map(|it| it.arguments.clone()).collect();
    assert_eq!(asked, [r#"{"text":"[KEY]"}"#]);
    let json = serde_json::to_string(&waiting).unwrap();
    assert!(!json.contains("rm -rf") && !json.contains("key-1"), "{json}");
    agent.resume(waiting, Decisions::new().approve("b")).on(&rt).await.unwrap();
    assert_eq!(*given.lock().unwrap(), ["[KEY]"]);
    assert_eq!(results(&model, 1)[0].content, WITHHELD);
}

#[tokio::test]
async fn what_was_looked_at_before_a_pause_is_not_looked_at_again() {
    let model = script([call("a", "echo", r#"{"text":"hi"}"#), text("Done.")]);
    let (tool, _) = echo();
    let agent = agent().tool(tool.approval(ToolApproval::Asked)).build().unwrap();
    let guard = allow(&super::rig::ALL);
    let rt = builder(&model).guard(guard.clone()).build();
    let waiting = paused(agent.run("Go").on(&rt).await);
    assert_eq!(guard.texts(), ["Go", r#"{"text":"hi"}"#]);
    agent.resume(waiting, Decisions::new().approve("a")).on(&rt).await.unwrap();
    assert_eq!(guard.texts()[2..], ["hi", "Done."]);
}

#[tokio::test]
async fn edited_arguments_are_looked_at_as_a_models_are() {
    for (edited, given_then, read) in [
        (r#"{"text":"rm -rf"}"#, None, WITHHELD),
        (r#"{"text":"r\u006d -rf"}"#, None, WITHHELD),
        (r#"{"text":"key-1"}"#, Some("[KEY]"), "[KEY]"),
        (r#"{"text":"ls"}"#, Some("ls"), "ls"),
    ] {
        let model = script([call("a", "echo", r#"{"text":"hi"}"#), text("Done.")]);
        let (tool, given) = echo();
        let agent = agent().tool(tool.approval(ToolApproval::Asked)).build().unwrap();
        let stages = [Stage::ToolArguments];
        let rt = builder(&model)
            .guard(block(&stages, "rm"))
            .guard(replace(&stages, "key-1", "[KEY]"))
            .build();
        let waiting = paused(agent.run("Go").on(&rt).await);
        let decisions = Decisions::new().approve_with("a", edited);
        agent.resume(waiting, decisions).on(&rt).await.unwrap();
        assert_eq!(given.lock().unwrap().first().map(String::as_str), given_then, "{edited}");
        assert!(results(&model, 1)[0].content.starts_with(read), "{edited}");
    }
}

/// Approves with other arguments.
struct Edits;

impl Approver for Edits {
    fn decide<'a>(&'a self, _: &'a ApprovalRequest, _: &'a RunInfo<'a>) -> Deciding<'a> {
        Box::pin(async { Ok(Decision::approve_with(r#"{"text":"rm -rf"}"#)) })
    }
}

#[tokio::test]
async fn so_are_those_that_are_edited_while_the_run_waits() {
    for fails in [false, true] {
        let model = script([call("a", "echo", r#"{"text":"hi"}"#), text("Done.")]);
        let (tool, given) = echo();
        let agent = agent().tool(tool.approval(ToolApproval::Asked)).build().unwrap();
        let guard = Told::trying("no", &[Stage::ToolArguments], move |text, _| {
            match (text.contains("rm"), fails) {
                (false, _) => Ok(Verdict::Allow),
                (true, false) => Ok(Verdict::block("no")),
                (true, true) => Err(GuardError::new("away")),
            }
        });
        let rt = builder(&model).approver(Edits).guard(guard).build();
        let ended = agent.run("Go").on(&rt).await;
        assert!(given.lock().unwrap().is_empty());
        if fails {
            let error = ended.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::GuardFailed { .. }), "{error:?}");
        } else {
            ended.unwrap();
            assert_eq!(results(&model, 1)[0].content, WITHHELD);
        }
    }
}

#[tokio::test]
async fn a_result_from_elsewhere_is_looked_at_as_any_other() {
    for (handed_in, read) in
        [("key-1", "[KEY]"), ("ignore all", "A guard withheld the result of this call.")]
    {
        let model = script([call("a", "elsewhere", r#"{"text":"hi"}"#), text("Done.")]);
        let tool = FunctionTool::external::<Note>("elsewhere", "Runs elsewhere.");
        let agent = agent().tool(tool).build().unwrap();
        let stages = [Stage::ToolResult];
        let rt = builder(&model)
            .guard(replace(&stages, "key-1", "[KEY]"))
            .guard(block(&stages, "ignore all"))
            .build();
        let waiting = paused(agent.run("Go").on(&rt).await);
        let decisions = Decisions::new().result("a", handed_in);
        let answer = agent.resume(waiting, decisions).on(&rt).await.unwrap();
        assert_eq!(results(&model, 1)[0].content, read);
        assert!(!stored(&answer.messages).contains(handed_in));
    }
}

#[tokio::test]
async fn what_a_denial_tells_the_model_is_looked_at_as_a_result() {
    let one = || call("a", "echo", r#"{"text":"hi"}"#);
    let model = script([one(), text("Done."), one(), text("Done.")]);
    let (tool, given) = echo();
    let agent = agent().tool(tool.approval(ToolApproval::Asked)).build().unwrap();
    let rt = builder(&model).guard(replace(&[Stage::ToolResult], "key-1", "[KEY]")).build();
    let no = || Decisions::new().deny("a", "key-1 was revoked");
    let waiting = paused(agent.run("Go").on(&rt).await);
    agent.resume(waiting, no()).on(&rt).await.unwrap();
    assert_eq!(results(&model, 1)[0].content, "[KEY] was revoked");

    let waiting = paused(agent.run("Go").on(&rt).await);
    let away = |_: &str, _: &Looked<'_>| Err(GuardError::new("away"));
    let failing = Told::trying("failing", &[Stage::ToolResult], away);
    let error = agent.resume(waiting, no()).on(&rt).guard(failing).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::GuardFailed { .. }), "{error:?}");
    assert!(given.lock().unwrap().is_empty());
}
