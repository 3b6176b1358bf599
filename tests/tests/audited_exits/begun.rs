//! Runs that began.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use fastroai::money::Prices;
use fastroai::prelude::*;
use fastroai::providers::{Delta, FinishReason, ModelError, ModelErrorKind, Part};
use fastroai::tool::{FunctionTool, ToolCost, ToolOptions};
use fastroai::{Message, Settings, UsageLimits, usd};
use fastroai_providers::error::{Phase, ProtocolFault, ProviderFault, Sent};
use futures_util::FutureExt;
use serde_json::json;
use tests::scripted::{Step, call, reply, text};
use tokio_util::sync::CancellationToken;

use super::rig::{Faulty, No, Number, Place, agent, leaves, plain};

/// What the plain agent does.
async fn run(runtime: Runtime) -> Option<Error> {
    agent().build().unwrap().run("Go").on(&runtime).await.err()
}

fn doubles() -> Step {
    call("a", "double", r#"{"n":21}"#)
}

/// A reply that ended so.
fn ended(finish: FinishReason, words: &str) -> Step {
    let mut reply = reply(vec![Part::text(words)]);
    reply.finish_reason = finish;
    Step::Reply(reply)
}

const WHOLE: [&str; 4] =
    ["run.started", "model.asked", "model.ended succeeded", "run.ended answered"];

#[tokio::test(start_paused = true)]
async fn an_answer_whole_and_streamed_is_opened_and_closed() {
    assert_eq!(leaves("answered", [text("Yes")], plain, run).await, WHOLE);
    let streamed = async |runtime: Runtime| {
        let agent = agent().build().unwrap();
        let mut stream = agent.run("Go").on(&runtime).stream();
        while stream.next().await.transpose().unwrap().is_some() {}
        None
    };
    assert_eq!(leaves("answered", [text("Yes")], plain, streamed).await, WHOLE);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_fails_is_told_with_what_it_answered() {
    let fails = |error: ModelError| [Step::Fail(error)];
    let provider = ModelError::provider_fault(ProviderFault::Authentication, "no").with_status(401);
    let transport = ModelErrorKind::Transport { phase: Phase::Body, sent: Sent::Maybe };
    let transport = ModelError::new(transport, "it broke");
    let protocol = ModelError::protocol(ProtocolFault::NotJson, "no JSON");
    for (word, error) in [("provider", provider), ("transport", transport), ("protocol", protocol)]
    {
        let words = leaves(word, fails(error), plain, run).await;
        assert_eq!(words[2], format!("model.ended {word}"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_denial_is_told_as_one_wherever_a_hook_says_it() {
    let steps = || [doubles(), text("42")];
    let words = leaves("denied", steps(), |it| it.hook(No(Place::Run)), run).await;
    assert_eq!(words, ["run.started", "run.ended denied"]);
    let words = leaves("denied", steps(), |it| it.hook(No(Place::Model)), run).await;
    assert_eq!(words, ["run.started", "model.asked", "model.ended denied", "run.ended denied"]);
    let words = leaves("denied", steps(), |it| it.hook(No(Place::Tool)), run).await;
    assert_eq!(words[3..], ["tool.called", "tool.ended denied", "tool.denied", "run.ended denied"]);
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_panics_closes_what_it_ends() {
    let steps = || [doubles(), text("42")];
    for (place, last) in [
        (Place::Run, "run.started"),
        (Place::Model, "model.ended hook panicked"),
        (Place::Tool, "tool.ended hook panicked"),
        (Place::Permit, "model.ended succeeded"),
    ] {
        let words = leaves("hook_panicked", steps(), |it| it.hook(Faulty(place)), run).await;
        assert_eq!(words[words.len() - 2], last);
    }
}

#[tokio::test(start_paused = true)]
async fn what_money_forbids_is_told_with_the_id_of_the_run() {
    let budget = async |runtime: Runtime| {
        let agent = agent().build().unwrap();
        agent.run("Go").on(&runtime).budget(usd!("0.000001")).await.err()
    };
    let words = leaves("budget", [text("never")], plain, budget).await;
    assert_eq!(words, ["run.started", "budget.refused", "run.ended budget"]);

    let unlisted = |it: fastroai::RuntimeBuilder| it.prices(Prices::unlisted());
    leaves("unknown_price", [text("never")], unlisted, async |runtime: Runtime| {
        let agent = agent().build().unwrap();
        agent.run("Go").on(&runtime).budget(usd!("1")).await.err()
    })
    .await;

    leaves("unbounded", [text("never")], plain, async |runtime: Runtime| {
        let mut several = Settings::default();
        several.extra_body.insert("n".to_owned(), json!(4));
        let agent = agent().build().unwrap();
        agent.run("Go").settings(&several).on(&runtime).budget(usd!("1")).await.err()
    })
    .await;

    let cut = ended(FinishReason::Length, r#"{"n": 1"#);
    leaves("output_cut_by_budget", [cut], plain, async |runtime: Runtime| {
        let agent = Agent::builder().model(super::rig::MODEL).output::<Number>();
        let agent = agent.max_tokens(100_000).build().unwrap();
        agent.run("Go").on(&runtime).budget(usd!("0.05")).await.err()
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_is_not_paid_for_is_told_with_the_id_of_the_run() {
    let words = leaves("budget", [doubles()], plain, async |runtime: Runtime| {
        let cost = ToolCost::Each(usd!("5"));
        let options = ToolOptions { cost, ..ToolOptions::DEFAULT };
        let dear = super::rig::double().options(options);
        let agent = Agent::builder().model(super::rig::MODEL).tool(dear).build().unwrap();
        agent.run("Go").on(&runtime).budget(usd!("1")).await.err()
    })
    .await;
    assert_eq!(words[3..], ["budget.refused", "run.ended budget"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_tool_cannot_pay_is_told_with_the_id_of_the_run() {
    let steps = [call("a", "buys", "{}"), text("Too dear")];
    let words = leaves("answered", steps, plain, async |runtime: Runtime| {
        let buys = |_: serde_json::Value, run: RunContext<'static>| async move {
            let refused = run.charge(usd!("5")).is_err();
            Ok::<_, ToolError>(if refused { "too dear" } else { "bought" }.to_owned())
        };
        let buys = FunctionTool::new("buys", "Buys.", buys);
        let agent = Agent::builder().model(super::rig::MODEL).tool(buys).build().unwrap();
        agent.run("Go").on(&runtime).budget(usd!("1")).await.err()
    })
    .await;
    assert_eq!(words[3..6], ["tool.called", "budget.refused", "tool.ended succeeded"]);
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_the_run_closes_it() {
    leaves("usage_limit", [doubles(), text("never")], plain, async |runtime: Runtime| {
        let limits = UsageLimits::default().requests(1);
        agent().build().unwrap().run("Go").on(&runtime).usage_limits(limits).await.err()
    })
    .await;
    leaves("max_turns", [doubles(), text("never")], plain, async |runtime: Runtime| {
        agent().max_turns(1).build().unwrap().run("Go").on(&runtime).await.err()
    })
    .await;
    leaves("max_tool_calls", [doubles()], plain, async |runtime: Runtime| {
        let agent = agent().configure(|it| it.max_tool_calls(0)).build().unwrap();
        agent.run("Go").on(&runtime).await.err()
    })
    .await;
    leaves("loop", (0..9).map(|_| doubles()), plain, run).await;
    let wrong = (0..9).map(|n| call("a", "double", &format!(r#"{{"m":{n}}}"#)));
    leaves("tool_corrections", wrong, plain, run).await;
}

#[tokio::test(start_paused = true)]
async fn time_cancellation_and_drop_close_the_run_and_its_attempt() {
    let hangs = || [Step::Hang];
    let words = leaves("deadline", hangs(), plain, async |runtime: Runtime| {
        let agent = agent().timeout(Duration::from_secs(5)).build().unwrap();
        agent.run("Go").on(&runtime).await.err()
    })
    .await;
    assert_eq!(words[2], "model.ended timed out");

    let words = leaves("cancelled", hangs(), plain, async |runtime: Runtime| {
        let (token, agent) = (CancellationToken::new(), agent().build().unwrap());
        let run = agent.run("Go").on(&runtime).cancellation(token.clone());
        let (answer, ()) = tokio::join!(run, async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            token.cancel();
        });
        answer.err()
    })
    .await;
    assert_eq!(words[2], "model.ended given up");

    let before = async |runtime: Runtime| {
        let token = CancellationToken::new();
        token.cancel();
        agent().build().unwrap().run("Go").on(&runtime).cancellation(token).await.err()
    };
    assert_eq!(leaves("cancelled", hangs(), plain, before).await.len(), 2);

    let words = leaves("dropped", hangs(), plain, async |runtime: Runtime| {
        assert!(tokio::time::timeout(Duration::from_secs(1), run(runtime)).await.is_err());
        None
    })
    .await;
    assert_eq!(words[2], "model.ended given up");

    let piece = vec![Delta::Text("Once".to_owned())];
    let words = leaves("dropped", [Step::Stalls(piece)], plain, async |runtime: Runtime| {
        let agent = agent().build().unwrap();
        let mut stream = agent.run("Go").on(&runtime).stream();
        while !matches!(stream.next().await, Some(Ok(AgentEvent::Text(_)))) {}
        None
    })
    .await;
    assert_eq!(words[2], "model.ended given up");
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_panics_is_closed_and_so_is_a_run_that_unwinds() {
    let words = leaves(
        "answered",
        [call("a", "breaks", "{}"), text("Sorry")],
        plain,
        async |runtime: Runtime| {
            let breaks = FunctionTool::new("breaks", "Breaks.", |_: serde_json::Value, _| async {
                assert!(!std::hint::black_box(true), "a mistake of the tool");
                Ok::<_, ToolError>(String::new())
            });
            let agent = Agent::builder().model(super::rig::MODEL).tool(breaks).build().unwrap();
            agent.run("Go").on(&runtime).await.err()
        },
    )
    .await;
    assert_eq!(words[4], "tool.ended panicked");

    leaves("dropped", [text("never")], plain, async |runtime: Runtime| {
        let agent = agent().settings_with(|_| panic!("a mistake of the program")).build().unwrap();
        let run = AssertUnwindSafe(async { agent.run("Go").on(&runtime).await });
        assert!(run.catch_unwind().await.is_err());
        None
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_none_closes_the_run() {
    leaves("empty", [text(""), text("")], plain, run).await;
    leaves("filtered", [ended(FinishReason::ContentFilter, "")], plain, run).await;
    let mut refusal = reply(vec![Part::Refusal { text: "No.".to_owned() }]);
    refusal.finish_reason = FinishReason::Refusal;
    leaves("refused", [Step::Reply(refusal)], plain, run).await;

    let typed = async |runtime: Runtime| {
        let agent = Agent::builder().model(super::rig::MODEL).output::<Number>();
        agent.build().unwrap().run("Go").on(&runtime).await.err()
    };
    leaves("output_invalid", (0..9).map(|_| text("no number")), plain, typed).await;
    let cut = ended(FinishReason::Length, r#"{"n": 1"#);
    leaves("output_truncated", [cut], plain, typed).await;
    leaves("output_failed", [text(r#"{"n":1}"#)], plain, async |runtime: Runtime| {
        let agent = Agent::builder().model(super::rig::MODEL).output::<Number>().build().unwrap();
        let call = agent.run("Go").on(&runtime);
        call.validate(|_, _| Err(fastroai::OutputError::new("the disk is full"))).await.err()
    })
    .await;
    leaves("history", [text("never")], plain, async |runtime: Runtime| {
        let agent = agent().history(|_: &[Message]| Vec::new()).build().unwrap();
        agent.run("Go").on(&runtime).await.err()
    })
    .await;
}
