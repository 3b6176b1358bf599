//! What a run has counted and spent goes on where it does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use fastroai::approval::Decisions;
use fastroai::money::{Budget, Cost};
use fastroai::{ErrorKind, OutputError, UsageLimits, usd};
use tests::scripted::{call, calls, dear, text};

use super::rig::{Log, agent, on, script, stored};

/// What a scripted reply costs.
const REPLY: Cost = Cost::from_microdollars(15);

#[tokio::test]
async fn the_bill_is_the_whole_runs_and_accounts_around_it_are_charged_once() {
    let model = script([call("a", "refund", r#"{"n": 1}"#), text("Done")]);
    let (log, runtime) = (Log::default(), on(&model).build());
    let agent = agent().tool(log.asked("refund")).build().unwrap();
    let tenant = Budget::new("tenant", usd!("1"));
    let first = agent
        .run("Go")
        .on(&runtime)
        .account(&tenant)
        .conversation_id("c1")
        .metadata("who", "ada")
        .metadata("by", "web");
    let paused = stored(first.await);
    assert_eq!((paused.bill().total(), tenant.spent()), (REPLY.into(), REPLY));
    assert_eq!((paused.conversation_id(), paused.metadata("who")), (Some("c1"), Some("ada")));

    let call = agent.resume(paused, Decisions::new().approve("a")).metadata("by", "job");
    let answer = call.on(&runtime).account(&tenant).await.unwrap();
    let all = Cost::from_microdollars(30);
    assert_eq!((answer.cost, tenant.spent()), (all.into(), all));
    assert_eq!(
        (answer.bill.requests(), answer.requests, answer.usage.input_tokens),
        (2, 2, Some(20))
    );
    assert_eq!(answer.conversation_id.as_deref(), Some("c1"));
    assert_eq!((answer.metadata["who"].as_str(), answer.metadata["by"].as_str()), ("ada", "job"));
    let turns: Vec<_> = answer.bill.lines().iter().map(|line| line.turn).collect();
    assert_eq!(turns, [1, 2]);
    assert_eq!(answer.new_messages().len(), 4, "all of it is new");
}

#[tokio::test]
async fn the_cap_of_the_run_counts_what_was_spent_before_it_paused() {
    let model = script([dear(call("a", "refund", r#"{"n": 1}"#))]);
    let (log, runtime) = (Log::default(), on(&model).build());
    let agent = agent().tool(log.asked("refund")).budget(Cost::from_microdollars(9_000)).build();
    let agent = agent.unwrap();
    let paused = stored(agent.run("Go").on(&runtime).await);
    let spent = paused.bill().total().known();
    let error =
        agent.resume(paused, Decisions::new().approve("a")).on(&runtime).await.expect_err("spent");
    let ErrorKind::Budget { budget, spent: counted, .. } = error.kind() else {
        panic!("{error:?}")
    };
    assert_eq!((*budget, *counted), (Cost::from_microdollars(9_000), spent));
    assert_eq!((log.all().len(), error.bill().requests()), (1, 1));
}

#[tokio::test]
async fn turns_tool_calls_and_requests_are_counted_on() {
    let steps =
        || [call("a", "refund", r#"{"n": 1}"#), call("b", "look", r#"{"n": 2}"#), text("Done")];
    let word = |kind: &ErrorKind| match kind {
        ErrorKind::MaxTurns { limit } => format!("turns {limit}"),
        ErrorKind::MaxToolCalls { limit, asked } => format!("calls {asked} of {limit}"),
        ErrorKind::UsageLimit(exceeded) => {
            format!("{} {} of {}", exceeded.limit, exceeded.used, exceeded.allowed)
        }
        other => format!("{other:?}"),
    };
    let (turns, limited) = (UsageLimits::default(), UsageLimits::default());
    for (max_turns, max_calls, limits, expected) in [
        (1, 9, turns, "turns 1"),
        (9, 1, turns, "calls 2 of 1"),
        (9, 9, limited.requests(1), "requests 2 of 1"),
        (9, 9, limited.tool_calls(1), "tool_calls 2 of 1"),
        (9, 9, limited.input_tokens(19), "input_tokens 20 of 19"),
    ] {
        let model = script(steps());
        let (log, runtime) = (Log::default(), on(&model).build());
        let agent = agent()
            .tool(log.asked("refund"))
            .tool(log.tool("look"))
            .max_turns(max_turns)
            .configure(|config| config.max_tool_calls(max_calls))
            .usage_limits(limits)
            .build()
            .unwrap();
        let paused = stored(agent.run("Go").on(&runtime).await);
        let error = agent
            .resume(paused, Decisions::new().approve("a"))
            .on(&runtime)
            .await
            .expect_err(expected);
        assert_eq!(word(error.kind()), expected);
        assert_eq!(log.all(), ["refund 1"], "{expected}");
    }
}

#[tokio::test]
async fn limits_that_only_the_resumed_call_has_count_what_was_used_before() {
    let model = script([
        calls(&[("a", "look", r#"{"n": 1}"#), ("b", "refund", r#"{"n": 2}"#)]),
        text("never"),
    ]);
    let (log, runtime) = (Log::default(), on(&model).build());
    let agent = agent().tool(log.tool("look")).tool(log.asked("refund")).build().unwrap();
    let paused = stored(agent.run("Go").on(&runtime).await);
    let limits = UsageLimits::default().tool_calls(1);
    let call = agent.resume(paused, Decisions::new().approve("b")).usage_limits(limits);
    let error = call.on(&runtime).await.expect_err("two are too many");
    assert!(matches!(error.kind(), ErrorKind::UsageLimit(it) if it.used == 2), "{error:?}");
    assert_eq!(log.all(), ["look 1"]);
}

#[tokio::test]
async fn corrections_and_answers_that_did_not_fit_are_counted_on() {
    let wrong = |id| call(id, "refund", "{}");
    let model = script([
        wrong("a"),
        wrong("b"),
        call("c", "look", "{}"),
        call("d", "refund", r#"{"n": 1}"#),
        wrong("e"),
    ]);
    let (log, runtime) = (Log::default(), on(&model).build());
    let look = log.asked("look");
    let agent = agent().tool(log.asked("refund")).tool(look).build().unwrap();
    let paused = stored(agent.run("Go").on(&runtime).await);
    assert_eq!(paused.requests()[0].call_id, "d");
    let json = serde_json::to_string(&paused).unwrap();
    assert!(json.contains(r#""look":{"all":1"#), "a correction of the other tool is kept");

    let attempts = Arc::new(AtomicU32::new(0));
    let model =
        script([text("one"), call("a", "refund", r#"{"n": 1}"#), text("two"), text("three")]);
    let runtime = on(&model).build();
    let paused = {
        let call = agent.run("Go").on(&runtime).validate(|_, _| Err(OutputError::retry("no")));
        stored(call.await)
    };
    let seen = Arc::clone(&attempts);
    let error = agent
        .resume(paused, Decisions::new().approve("a"))
        .on(&runtime)
        .validate(move |_, context| {
            seen.fetch_max(context.attempt, Ordering::Relaxed);
            Err(OutputError::retry("no"))
        })
        .await
        .expect_err("three answers did not fit");
    assert!(matches!(error.kind(), ErrorKind::OutputInvalid { attempts: 3, .. }), "{error:?}");
    assert_eq!(attempts.load(Ordering::Relaxed), 2, "the validator knows of the first");
}

#[tokio::test(start_paused = true)]
async fn time_begins_anew_for_the_resumed_run_and_still_ends_it() {
    let model = script([call("a", "refund", r#"{"n": 1}"#), tests::scripted::Step::Hang]);
    let (log, runtime) = (Log::default(), on(&model).build());
    let agent = agent().tool(log.asked("refund")).timeout(Duration::from_secs(5)).build().unwrap();
    let paused = stored(agent.run("Go").on(&runtime).await);
    tokio::time::advance(Duration::from_secs(86_400)).await;
    let error =
        agent.resume(paused, Decisions::new().approve("a")).on(&runtime).await.expect_err("time");
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
    assert_eq!((error.elapsed(), log.all().len()), (Duration::from_secs(5), 1));
}
