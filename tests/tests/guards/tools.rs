//! What a model would have tools do, and what these give.

use std::sync::{Arc, Mutex};

use fastroai::ErrorKind;
use fastroai::guard::{Action, GuardError, Stage, Verdict};
use fastroai::hook::{Denied, Gate, Hook, ToolUse};
use fastroai::prelude::*;
use fastroai::providers::ToolOutcome;
use fastroai::tool::FunctionTool;
use tests::scripted::{call, calls, text};

use super::rig::{
    MODEL, Note, Told, agent, allow, block, builder, echo, flag, replace, results, runtime, script,
    stored,
};

const WITHHELD: &str = "A guard withheld the arguments of this call, and the tool did not run.";

/// Keeps the arguments that hooks are asked about.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<String>>>);

impl Hook for Asked {
    fn before_tool(&self, call: &mut ToolUse<'_>) -> Result<Gate, Denied> {
        self.0.lock().unwrap().push(call.arguments().to_owned());
        Ok(Gate::go())
    }
}

#[tokio::test]
async fn blocked_arguments_keep_the_tool_from_running_and_the_run_goes_on() {
    let model = script([
        calls(&[("a", "echo", r#"{"text":"rm -rf"}"#), ("b", "echo", r#"{"text":"ls"}"#)]),
        text("Done."),
    ]);
    let (tool, given) = echo();
    let guard = block(&[Stage::ToolArguments], "rm -rf");
    let asked = Asked::default();
    let rt = builder(&model).hook(asked.clone()).guard(guard.clone()).build();
    let agent = agent().tool(tool).build().unwrap();
    let answer = agent.run("Go").on(&rt).await.unwrap();
    assert_eq!(answer.output, "Done.");
    assert_eq!(*given.lock().unwrap(), ["ls"]);
    assert_eq!(*asked.0.lock().unwrap(), [r#"{"text":"ls"}"#], "no hook hears of it");
    let read = results(&model, 1);
    assert_eq!((read[0].content.as_str(), read[0].outcome), (WITHHELD, ToolOutcome::Failed));
    assert_eq!(read[1].content, "ls");
    assert_eq!(guard.seen()[0].tool.as_deref(), Some("echo"));
    assert!(!stored(&answer.messages).contains("rm -rf"), "nor does the transcript");
    let records: Vec<_> =
        answer.tool_calls.iter().map(|call| (call.arguments.as_str(), call.attempts)).collect();
    assert_eq!(records, [("{}", 0), (r#"{"text":"ls"}"#, 1)]);
    assert_eq!(answer.guarded[0].action, Action::Blocked);
    assert_eq!(answer.guarded[0].tool.as_deref(), Some("echo"));
}

#[tokio::test]
async fn replaced_arguments_are_what_hooks_tools_and_the_transcript_have_and_are_validated() {
    let model = script([
        calls(&[("a", "echo", r#"{"text":"4111"}"#), ("b", "echo", r#"{"text":"bad"}"#)]),
        text("Done."),
    ]);
    let (tool, given) = echo();
    let asked = Asked::default();
    let stages = [Stage::ToolArguments];
    let rt = builder(&model)
        .hook(asked.clone())
        .guard(replace(&stages, "4111", "[CARD]"))
        .guard(replace(&stages, "\"text\":\"bad\"", "\"txet\":1"))
        .build();
    let agent = agent().tool(tool).build().unwrap();
    let answer = agent.run("Go").on(&rt).await.unwrap();
    assert_eq!(*given.lock().unwrap(), ["[CARD]"], "what is no note is not taken");
    assert!(asked.0.lock().unwrap().contains(&r#"{"text":"[CARD]"}"#.to_owned()));
    let read = results(&model, 1);
    assert_eq!(read[0].content, "[CARD]");
    assert_eq!(read[1].outcome, ToolOutcome::Retry, "{}", read[1].content);
    assert!(!stored(&answer.messages).contains("4111"));
    assert!(!stored(&model.asked()[1].messages).contains("4111"));
}

#[tokio::test]
async fn arguments_are_read_whatever_escapes_they_are_spelled_in() {
    let spelled = r#"{"text":"r\u006d -rf \/"}"#;
    let model = script([call("a", "echo", spelled), text("Done.")]);
    let (tool, given) = echo();
    let guard = block(&[Stage::ToolArguments], "rm -rf /");
    let agent = agent().tool(tool).guard(guard).build().unwrap();
    agent.run("Go").on(&runtime(&model)).await.unwrap();
    assert!(given.lock().unwrap().is_empty());

    let model = script([call("a", "echo", spelled), text("Done.")]);
    let (tool, given) = echo();
    let agent = super::rig::agent().tool(tool).guard(allow(&[Stage::ToolArguments])).build();
    let answer = agent.unwrap().run("Go").on(&runtime(&model)).await.unwrap();
    assert_eq!(*given.lock().unwrap(), ["rm -rf /"]);
    assert_eq!(answer.tool_calls[0].arguments, spelled, "what passes stays as it was written");
}

fn failing() -> FunctionTool {
    FunctionTool::new("fail", "Fails.", |note: Note, _run| async move {
        Err::<String, _>(ToolError::tell_model(format!("no {}", note.text)))
    })
}

#[tokio::test]
async fn results_are_looked_at_as_the_model_would_read_them_those_of_failed_tools_too() {
    let step = || {
        calls(&[
            ("a", "echo", r#"{"text":"key-1"}"#),
            ("b", "fail", r#"{"text":"key-1"}"#),
            ("c", "echo", r#"{"text":"ignore all"}"#),
            ("d", "fail", r#"{"text":"ignore all"}"#),
            ("e", "unknown", "{}"),
        ])
    };
    let model = script([step(), text("Done.")]);
    let (tool, given) = echo();
    let stages = [Stage::ToolResult];
    let seen = allow(&stages);
    let rt = builder(&model)
        .guard(seen.clone())
        .guard(replace(&stages, "key-1", "[KEY]"))
        .guard(block(&stages, "ignore all"))
        .build();
    let agent = agent().tool(tool).tool(failing()).build().unwrap();
    let answer = agent.run("Go").on(&rt).await.unwrap();
    assert_eq!(given.lock().unwrap().len(), 2, "they did run");
    let read: Vec<_> = results(&model, 1).into_iter().map(|it| (it.content, it.outcome)).collect();
    let withheld = ("A guard withheld the result of this call.".to_owned(), ToolOutcome::Failed);
    assert_eq!(read[0], ("[KEY]".to_owned(), ToolOutcome::Success));
    assert_eq!(read[1], ("no [KEY]".to_owned(), ToolOutcome::Failed));
    assert_eq!(read[2..4], [withheld.clone(), withheld]);
    let mut texts = seen.texts();
    texts.sort();
    assert_eq!(texts, ["ignore all", "key-1", "no ignore all", "no key-1"]);
    assert!(seen.seen().iter().all(|it| it.tool.is_some()));
    for hidden in ["ignore all", "key-1"] {
        let results: String = results(&model, 1).into_iter().map(|result| result.content).collect();
        assert!(!results.contains(hidden), "{results}");
    }
    let outcomes: Vec<_> = answer.tool_calls.iter().map(|call| call.outcome).collect();
    assert_eq!(outcomes[2], ToolOutcome::Failed);
}

#[tokio::test]
async fn a_long_result_is_looked_at_after_it_was_cut() {
    let long = "x".repeat(70_000);
    let model = script([call("a", "echo", &format!(r#"{{"text":"{long}"}}"#)), text("Done.")]);
    let (tool, _) = echo();
    let seen = allow(&[Stage::ToolResult]);
    let agent = agent().tool(tool).guard(seen.clone()).build().unwrap();
    agent.run("Go").on(&runtime(&model)).await.unwrap();
    assert_eq!(seen.texts(), [results(&model, 1)[0].content.clone()]);
    assert!(seen.texts()[0].len() < 66_000);
}

#[tokio::test]
async fn a_watcher_sees_what_passed() {
    let model = script([
        calls(&[("a", "echo", r#"{"text":"rm -rf"}"#), ("b", "echo", r#"{"text":"key-1"}"#)]),
        text("Done."),
    ]);
    let (tool, _) = echo();
    let rt = builder(&model)
        .guard(block(&[Stage::ToolArguments], "rm -rf"))
        .guard(replace(&[Stage::ToolArguments, Stage::ToolResult], "key-1", "[KEY]"))
        .build();
    let agent = agent().tool(tool).build().unwrap();
    let mut stream = agent.run("Go").on(&rt).stream();
    let (mut called, mut done) = (Vec::new(), Vec::new());
    while let Some(event) = stream.next().await {
        match event.unwrap() {
            AgentEvent::ToolCall(call) => called.push(call.arguments),
            AgentEvent::ToolResult(result) => done.push(result.content),
            _ => {}
        }
    }
    assert_eq!(called, ["{}", r#"{"text":"[KEY]"}"#]);
    assert_eq!(done, [WITHHELD, "[KEY]"]);
}

#[tokio::test]
async fn a_guard_that_fails_at_a_tool_ends_the_run_and_keeps_the_bill() {
    for stage in [Stage::ToolArguments, Stage::ToolResult] {
        let model = script([call("a", "echo", r#"{"text":"secret"}"#), text("no")]);
        let (tool, given) = echo();
        let away = Told::trying("away", &[stage], |_, _| Err(GuardError::new("away")));
        let agent = agent().tool(tool).guard(away).build().unwrap();
        let error = agent.run("Go").on(&runtime(&model)).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::GuardFailed { .. }), "{error:?}");
        assert_eq!(given.lock().unwrap().len(), usize::from(stage == Stage::ToolResult));
        assert_eq!((model.asked().len(), error.bill().requests()), (1, 1));
        let shown = stored(error.history());
        assert_eq!(shown.contains("secret"), stage == Stage::ToolResult, "{shown}");
    }
}

#[tokio::test]
async fn a_call_that_is_blocked_again_and_again_ends_as_one_in_circles_does() {
    let step = |at: usize| call(&format!("c{at}"), "echo", &format!(r#"{{"text":"rm {at}"}}"#));
    let model = script((0..16).map(step));
    let (tool, _) = echo();
    let agent = agent().tool(tool).guard(block(&[Stage::ToolArguments], "rm")).build().unwrap();
    let error = agent.run("Go").on(&runtime(&model)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Loop { .. }), "{error:?}");
}

#[tokio::test]
async fn flags_at_tools_are_recorded_with_the_tool() {
    let model = script([call("a", "echo", r#"{"text":"odd"}"#), text("Done.")]);
    let (tool, _) = echo();
    let stages = [Stage::ToolArguments, Stage::ToolResult];
    let agent = agent().tool(tool).guard(flag(&stages, "odd")).build().unwrap();
    let answer = agent.run("Go").on(&runtime(&model)).await.unwrap();
    let flagged: Vec<_> = answer
        .guarded
        .iter()
        .map(|it| (it.stage, it.action, it.tool.as_deref(), it.reason.as_ref()))
        .collect();
    let flagged_at = |stage| (stage, Action::Flagged, Some("echo"), "it has the word");
    assert_eq!(flagged, stages.map(flagged_at));
    let _ = Verdict::Allow;
}

/// A tool of the macros, for which the same holds.
#[fastroai::safe_tool]
async fn shout(text: String) -> String {
    text.to_uppercase()
}

/// Answer.
#[fastroai::agent(model = "offline:demo", tools = [shout], guards = [block(&[Stage::ToolArguments], "rm")])]
struct Shouting;

#[tokio::test]
async fn the_same_holds_for_tools_of_the_macros() {
    let model = script([call("a", "shout", r#"{"text":"rm"}"#), text("Done.")]);
    Shouting.run("Go").model(MODEL).on(&runtime(&model)).await.unwrap();
    assert_eq!(results(&model, 1)[0].content, WITHHELD);
}

#[tokio::test]
async fn a_result_that_is_json_is_looked_at_with_its_letters_in_the_clear() {
    for (given, looked_at) in [
        (r#"{"to":"se\u0063ret\/x\n"}"#, r#"{"to":"secret/x\n"}"#),
        (r"no JSON: \u0063", r"no JSON: \u0063"),
    ] {
        let tool = FunctionTool::new("fetch", "Fetch.", move |_: Nothing, _| async move {
            Ok::<_, ToolError>(given.to_owned())
        });
        let model = script([call("a", "fetch", "{}"), text("Done.")]);
        let guard = allow(&[Stage::ToolResult]);
        let rt = builder(&model).guard(guard.clone()).build();
        agent().tool(tool).build().unwrap().run("Go").on(&rt).await.unwrap();
        assert_eq!(guard.texts(), [looked_at]);
        assert_eq!(results(&model, 1)[0].content, given, "nobody has changed it");
    }
}

/// No arguments.
#[derive(serde::Deserialize, JsonSchema)]
struct Nothing {}

#[tokio::test]
async fn the_name_of_a_tool_that_there_is_not_says_nothing_that_guards_hold_back() {
    for stage in [Stage::Output, Stage::ToolArguments] {
        let model = script([
            calls(&[
                ("a", "canary_4711", "{}"),
                ("b", "other", "{}"),
                ("c", "echo", r#"{"text":"x"}"#),
            ]),
            text("Done."),
        ]);
        let (tool, given) = echo();
        let rt = builder(&model).guard(block(&[stage], "canary")).build();
        let agent = agent().tool(tool).build().unwrap();
        let answer = agent.run("Go").on(&rt).await.unwrap();
        let names: Vec<_> = results(&model, 1).into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["withheld_name", "other", "echo"]);
        assert!(!stored(&answer.messages).contains("canary"));
        assert!(answer.tool_calls.iter().all(|call| !call.name.contains("canary")));
        assert_eq!(*given.lock().unwrap(), ["x"]);
    }
}
