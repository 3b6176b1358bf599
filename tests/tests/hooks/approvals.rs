//! Attempts that someone else decides about.

use std::time::Duration;

use fastroai::hook::{Approval, Denied, Gate, Permit};
use fastroai::money::Budget;
use fastroai::providers::Message;
use fastroai::{ErrorKind, usd};
use tests::scripted::{Scripted, call, text};
use tokio::time::sleep;

use super::rig::{
    BeforeModel, BeforeTool, Count, Dropped, Log, Recorder, agent, echo, runtime, script, tool,
    word,
};

/// A decision that takes a minute.
fn after_a_minute(decision: Result<(), Denied>) -> Gate {
    Gate::Ask(Approval::new(async move {
        sleep(Duration::from_secs(60)).await;
        decision
    }))
}

/// What the model read of the tool.
fn told(model: &Scripted) -> String {
    match model.asked()[1].messages.last() {
        Some(Message::Tool(tool)) => tool.results[0].content.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_approved_is_made_once_and_holds_nothing_while_it_waits() {
    let (model, account) = (script([text("Done")]), Budget::new("tenant", usd!("1")));
    let (asked, held) = (Count::default(), Log::default());
    let (count, log, tenant) = (asked.clone(), held.clone(), account.clone());
    let hook = BeforeModel(move |_: &mut fastroai::hook::ModelCall<'_>| {
        count.up();
        let (log, tenant) = (log.clone(), tenant.clone());
        Ok(Gate::Ask(Approval::new(async move {
            sleep(Duration::from_secs(60)).await;
            log.add(format!("{}", tenant.held()));
            Ok(())
        })))
    });
    let recorder = Recorder::default();
    let runtime = runtime(&model).hook(recorder.clone()).hook(hook).build();
    let agent = agent().build().expect("an agent");
    let answer = agent.run("Go").on(&runtime).account(&account).await.expect("approved");
    assert_eq!((answer.output.as_str(), model.asked().len(), asked.get()), ("Done", 1, 1));
    assert_eq!(held.all(), ["$0.00"]);
    let name = "test:one";
    // The hooks before it let go of the attempt while it waits, and are asked anew.
    assert_eq!(
        recorder.log.all(),
        [
            format!("before {name}"),
            format!("after {name}: given up"),
            format!("before {name}"),
            format!("after {name}: succeeded"),
        ]
    );
    assert!(answer.elapsed >= Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_approved_is_never_sent() {
    let model = script([text("never")]);
    let hook = BeforeModel(|_: &mut fastroai::hook::ModelCall<'_>| {
        Ok(after_a_minute(Err(Denied::new("nobody was there"))))
    });
    let runtime = runtime(&model).hook(hook).build();
    let error =
        agent().build().expect("an agent").run("Go").on(&runtime).await.expect_err("denied");
    let ErrorKind::Denied { hook, denied } = error.kind() else { panic!("{error:?}") };
    assert_eq!((hook.as_str(), denied.reason()), ("before model", "nobody was there"));
    assert!(model.asked().is_empty() && error.bill().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_is_not_approved_does_not_run_and_the_model_may_be_told() {
    let model = script([call("a", "refund", r#"{"n":7}"#), text("Sorry")]);
    let ran = Count::default();
    let runs = ran.clone();
    let refund = tool("refund", move |_, _| {
        runs.up();
        async { Ok("refunded".to_owned()) }
    });
    let hook = BeforeTool(|used: &mut fastroai::hook::ToolUse<'_>| {
        assert_eq!((used.name(), used.arguments()), ("refund", r#"{"n":7}"#));
        let told = "The refund was not approved.";
        Ok(after_a_minute(Err(Denied::new("not approved").tell_model(told))))
    });
    let runtime = runtime(&model).hook(hook).build();
    let agent = agent().tool(refund).build().expect("an agent");
    let answer = agent.run("Refund me").on(&runtime).await.expect("an answer");
    assert_eq!((answer.output.as_str(), ran.get()), ("Sorry", 0));
    assert_eq!(told(&model), "The refund was not approved.");
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_is_approved_runs_once_and_later_hooks_may_still_have_it_wait() {
    let model = script([call("a", "echo", r#"{"n":1}"#), text("Done")]);
    let (asked, waited, log) = (Count::default(), Count::default(), Log::default());
    let (asks, waits, seen) = (asked.clone(), waited.clone(), log.clone());
    let approving = BeforeTool(move |_: &mut fastroai::hook::ToolUse<'_>| {
        asks.up();
        Ok(after_a_minute(Ok(())))
    });
    let waiting = BeforeTool(move |_: &mut fastroai::hook::ToolUse<'_>| {
        if waits.up() < 3 {
            return Ok(Gate::wait(Duration::from_secs(5)));
        }
        let seen = seen.clone();
        Ok(Gate::Go(Permit::new(move |outcome| seen.add(word(outcome)))))
    });
    let runtime = runtime(&model).hook(approving).hook(waiting).build();
    let agent = agent().tool(echo()).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime).await.expect("an answer");
    assert_eq!((answer.output.as_str(), told(&model).as_str()), ("Done", "got 1"));
    assert_eq!((asked.get(), waited.get()), (1, 3), "it is approved once, and waits twice");
    assert_eq!(log.all(), ["succeeded"]);
}

#[tokio::test(start_paused = true)]
async fn a_decision_that_never_comes_ends_with_the_run_and_is_dropped() {
    let (model, dropped) = (script([text("never")]), Count::default());
    let count = dropped.clone();
    let hook = BeforeModel(move |_: &mut fastroai::hook::ModelCall<'_>| {
        let guard = Dropped(count.clone());
        Ok(Gate::Ask(Approval::new(async move {
            let _guard = guard;
            std::future::pending().await
        })))
    });
    let runtime = runtime(&model).hook(hook).build();
    let agent = agent().build().expect("an agent");
    let run = agent.run("Go").on(&runtime).timeout(Duration::from_secs(90));
    let error = run.await.expect_err("too late");
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
    assert_eq!((dropped.get(), model.asked().len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_decision_that_panics_lets_nothing_through() {
    let model = script([text("never")]);
    let hook = BeforeModel(|_: &mut fastroai::hook::ModelCall<'_>| {
        Ok(Gate::Ask(Approval::new(async { panic!("no one") })))
    });
    let runtime = runtime(&model).hook(hook).build();
    let error =
        agent().build().expect("an agent").run("Go").on(&runtime).await.expect_err("denied");
    assert!(matches!(error.kind(), ErrorKind::HookPanicked { .. }), "{error:?}");
    assert!(model.asked().is_empty());
}
