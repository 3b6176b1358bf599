//! Every path to a model or a tool passes the hooks.

use std::sync::Arc;

use fastroai::hook::{CircuitBreaker, Denied, Gate, Hook, ModelCall, ToolUse};
use fastroai::prelude::*;
use fastroai::providers::{Message, Request, Settings};
use fastroai::tool::{Effect, FunctionTool, ToolOptions};
use fastroai::{ErrorKind, ToolError};
use tests::scripted::{Scripted, Step, call, text};

use super::rig::{
    BeforeModel, BeforeTool, Count, Log, MODEL, Recorder, agent, broken, echo, prices, runtime,
    script, tool, unauthorised,
};

/// A run, a stream, a model without an agent, and one that an agent asks in a tool.
#[tokio::test(start_paused = true)]
async fn defect_32_hooks_are_asked_on_every_path() {
    let recorder = Recorder::default();
    let model = script([text("1"), text("2"), text("3")]);
    let on = runtime(&model).hook(recorder.clone()).build();
    let plain = agent().build().expect("an agent");

    plain.run("Go").on(&on).await.expect("a run");
    assert_eq!(recorder.log.count("before"), 1);

    let mut stream = plain.run("Go").on(&on).stream();
    while let Some(event) = stream.next().await {
        event.expect("a stream");
    }
    assert_eq!(recorder.log.count("before"), 2);

    let (messages, settings) = ([Message::user("Go")], Settings::default());
    on.request(MODEL, &Request::new(&messages, &settings)).await.expect("a request");
    assert_eq!((recorder.log.count("before"), recorder.log.count("after")), (3, 3));
    assert_eq!(recorder.log.count("after test:one: succeeded"), 3);
}

#[tokio::test(start_paused = true)]
async fn hooks_are_asked_about_each_fallback_and_each_attempt() {
    let recorder = Recorder::default();
    let first = Scripted::new("test:first", [Step::Fail(unauthorised())]);
    let second = Scripted::new("test:second", [Step::Fail(broken()), text("Done")]);
    let on = Runtime::builder().model(first).model(second).prices(prices());
    let on = on.hook(recorder.clone()).build();
    let agent = Agent::builder().model("test:first").fallback(["test:second"]).build();
    agent.expect("an agent").run("Go").on(&on).await.expect("the second answers");
    let before: Vec<_> =
        recorder.log.all().into_iter().filter(|what| what.starts_with("before")).collect();
    assert_eq!(before, ["before test:first", "before test:second", "before test:second"]);
}

#[tokio::test(start_paused = true)]
async fn hooks_are_asked_about_each_attempt_at_a_tool() {
    let (recorder, tries) = (Recorder::default(), Count::default());
    let flaky = FunctionTool::new("flaky", "Fails once.", {
        let tries = tries.clone();
        move |_: super::rig::Number, _| {
            let first = tries.up() == 1;
            async move { if first { Err(ToolError::new("no")) } else { Ok("yes") } }
        }
    });
    let options = ToolOptions { attempts: 3, effect: Effect::ReadOnly, ..ToolOptions::DEFAULT };
    let model = script([call("a", "flaky", r#"{"n":1}"#), text("Done")]);
    let on = runtime(&model).hook(recorder.clone()).build();
    let agent = agent().tool(flaky.options(options)).build().expect("an agent");
    agent.run("Go").on(&on).await.expect("done");
    let tool: Vec<_> =
        recorder.log.all().into_iter().filter(|what| what.contains("flaky")).collect();
    assert_eq!(
        tool,
        ["before flaky", "after flaky: ToolFailed", "before flaky", "after flaky: Succeeded"]
            .map(|it| it.replace(": Succeeded", ": succeeded"))
    );
}

/// An agent with a runtime of its own, in a tool of one on another runtime.
#[tokio::test(start_paused = true)]
async fn an_agent_inside_a_run_passes_the_hooks_around_it_and_those_it_brings() {
    let (outer, inner) = (Recorder::default(), Recorder::default());
    let shared: Arc<dyn Hook> = Arc::new(Recorder::default());
    let both = Count::default();
    let counting = both.clone();
    let counted: Arc<dyn Hook> = Arc::new(BeforeModel(move |_: &mut ModelCall<'_>| {
        counting.up();
        Ok(Gate::go())
    }));
    let inner_model = Scripted::new("test:inner", [text("In")]);
    let inner_runtime = Runtime::builder().model(inner_model).prices(prices());
    let inner_runtime = inner_runtime.hook(inner.clone()).shared_hook(Arc::clone(&shared));
    let inner_runtime = inner_runtime.shared_hook(Arc::clone(&counted)).build();
    let asking = tool("ask", move |_, _| {
        let runtime = inner_runtime.clone();
        async move {
            let agent = Agent::builder().model("test:inner").build().expect("an agent");
            Ok(agent.run("In").on(&runtime).await.expect("done").output)
        }
    });
    let model = script([call("a", "ask", r#"{"n":1}"#), text("Done")]);
    let on = runtime(&model).hook(outer.clone()).shared_hook(counted).build();
    agent().tool(asking).build().expect("an agent").run("Go").on(&on).await.expect("done");
    assert_eq!(inner.log.all(), ["before test:inner", "after test:inner: succeeded"]);
    assert_eq!(outer.log.count("before test:inner"), 1);
    assert_eq!(both.get(), 3, "one that both runtimes have is asked once for each attempt");
}

/// What an agent starts with the spawns of the crate stays under the hooks; a bare one does not.
#[tokio::test(start_paused = true)]
async fn what_is_spawned_with_the_scope_passes_the_hooks() {
    let recorder = Recorder::default();
    let model = script([call("a", "spawn", r#"{"n":1}"#), text("In"), text("In"), text("Done")]);
    let on = runtime(&model).hook(recorder.clone()).build();
    let spawning = tool("spawn", |_, _| async {
        let inner = || async { agent().build().expect("an agent").run("In").await };
        fastroai::spawn(inner()).await.expect("no panic").expect("an answer");
        let handle = tokio::runtime::Handle::current();
        let blocking = fastroai::spawn_blocking(move || handle.block_on(inner()));
        blocking.await.expect("no panic").expect("an answer");
        Ok("done".to_owned())
    });
    let agent = agent().tool(spawning).build().expect("an agent");
    let answer = agent.run("Go").on(&on).await.expect("done");
    assert_eq!(recorder.log.count("before test:one"), 4);
    assert_eq!(answer.bill.requests(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_a_hook_is_shown_has_no_content_in_its_debug() {
    let log = Log::default();
    let (models, tools) = (log.clone(), log.clone());
    let model = script([call("a", "echo", r#"{"n":777}"#), text("Done")]);
    let on = runtime(&model)
        .hook(BeforeModel(move |call: &mut ModelCall<'_>| {
            models.add(format!("{call:?} {:?}", call.request()));
            Ok(Gate::go())
        }))
        .hook(BeforeTool(move |used: &mut ToolUse<'_>| {
            tools.add(format!("{used:?}"));
            Ok(Gate::go())
        }));
    let agent = agent().tool(echo()).instructions("canary-1").build().expect("an agent");
    // A random id may hold any digits.
    agent.run("canary-2").run_id("r-1").on(&on.build()).await.expect("done");
    assert_eq!(log.all().len(), 3);
    for shown in log.all() {
        assert!(!shown.contains("canary") && !shown.contains("777"), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn where_one_model_is_denied_alone_a_fallback_is_asked() {
    let first = Scripted::new("test:first", [text("never")]);
    let second = Scripted::new("test:second", [text("Done")]);
    let on = Runtime::builder().model(first.clone()).model(second).prices(prices());
    let on = on.hook(BeforeModel(|call: &mut ModelCall<'_>| match call.model() {
        "first" => Err(Denied::new("this one is ill").another_model()),
        _ => Ok(Gate::go()),
    }));
    let on = on.build();
    let agent = Agent::builder().model("test:first");
    let with = agent.fallback(["test:second"]).build().expect("an agent");
    assert_eq!(with.run("Go").on(&on).await.expect("the second").output, "Done");
    let without: [&str; 0] = [];
    let error = with.run("Go").fallback(without).on(&on).await.expect_err("denied");
    assert!(matches!(error.kind(), ErrorKind::Denied { .. }), "{error:?}");
    assert!(first.asked().is_empty());
}

/// What a run costs that has hooks is what it costs without.
#[tokio::test(start_paused = true)]
async fn hooks_change_nothing_of_a_run_that_they_let_through() {
    let steps = || [call("a", "echo", r#"{"n":1}"#), Step::Fail(broken()), text("Done")];
    let (bare, hooked) = (script(steps()), script(steps()));
    let with = runtime(&hooked).hook(Recorder::default()).hook(CircuitBreaker::new()).build();
    let agent = agent().tool(echo()).build().expect("an agent");
    let one = agent.run("Go").on(&runtime(&bare).build()).await.expect("done");
    let other = agent.run("Go").on(&with).await.expect("done");
    assert_eq!((one.bill, one.messages), (other.bill, other.messages));
    assert_eq!(bare.asked(), hooked.asked());
}
