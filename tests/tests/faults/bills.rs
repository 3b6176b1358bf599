//! What attempts that failed leave on the bill.

use std::time::Duration;

use fastroai::money::Cost;
use fastroai::providers::error::{Phase, ProtocolFault, ProviderFault, Sent};
use fastroai::providers::{Delta, Part, Profile, StreamEvent};
use fastroai::{ErrorKind, ModelError, RetryPolicy, Runtime};
use futures_util::StreamExt;
use tests::scripted::{Scripted, Step, reply, text};

use crate::retries::{fault, throttled, transport};
use crate::rig::{MODEL, agent, prices, runtime, script};

/// Ten tokens in, five out.
const ONE: Cost = Cost::from_microdollars(20);

#[tokio::test(start_paused = true)]
async fn attempts_that_surely_were_not_billed_leave_the_total_exact() {
    let unread = [
        throttled(),
        fault(ProviderFault::Overloaded, 529),
        fault(ProviderFault::Conflict, 409),
        transport(Phase::Connect, Sent::No),
        transport(Phase::Dns, Sent::No),
    ];
    for error in unread {
        let said = format!("{error:?}");
        let model = script([Step::Fail(error), text("Here.")]);
        let agent = agent().build().unwrap();
        let answer = agent.run("hello").on(&runtime(&model)).await.unwrap();
        assert_eq!(answer.cost, ONE, "{said}");
        let lines: Vec<_> = answer.bill.lines().iter().map(|it| (it.attempt, it.failed)).collect();
        assert_eq!(lines, [(1, true), (2, false)], "{said}");
        assert_eq!(answer.bill.requests(), answer.requests as usize);
    }
    let refused = [
        fault(ProviderFault::InvalidRequest, 400),
        fault(ProviderFault::Quota, 429),
        fault(ProviderFault::Other, 418),
    ];
    for error in refused {
        let model = script([Step::Fail(error)]);
        let agent = agent().build().unwrap();
        let error = agent.run("hello").on(&runtime(&model)).await.unwrap_err();
        assert_eq!(error.bill().total(), Cost::ZERO);
        assert_eq!(error.bill().requests(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_that_may_have_been_billed_make_the_total_a_lower_bound() {
    let served = [
        transport(Phase::Send, Sent::Maybe),
        ModelError::protocol(ProtocolFault::Truncated, "cut"),
        fault(ProviderFault::Timeout, 408),
        fault(ProviderFault::Server, 500),
        // An error in the middle of an answer, whatever it is called.
        throttled().with_partial(reply_without_usage()),
    ];
    for error in served {
        let said = format!("{error:?}");
        let model = script([Step::Fail(error), text("Here.")]);
        let agent = agent().build().unwrap();
        let answer = agent.run("hello").on(&runtime(&model)).await.unwrap();
        assert_eq!((answer.cost.exact(), answer.cost.known()), (None, ONE), "{said}");
        assert_eq!(answer.bill.lines()[0].cost, None);
    }
}

fn reply_without_usage() -> fastroai::providers::Response {
    let mut partial = reply(vec![Part::text("Once upon")]);
    partial.usage = fastroai::Usage::default();
    partial
}

#[tokio::test(start_paused = true)]
async fn failed_attempts_with_reported_usage_are_on_the_bill() {
    let partial = reply(vec![Part::text("Once upon")]);
    let broken = transport(Phase::Body, Sent::Maybe).with_partial(partial);
    let model = script([Step::Fail(broken), text("Here.")]);
    let agent = agent().build().unwrap();
    let answer = agent.run("hello").on(&runtime(&model)).await.unwrap();
    // What it reported before it broke is not all that it took.
    assert_eq!((answer.cost.exact(), answer.cost.known()), (None, Cost::from_microdollars(40)));
    assert!(answer.bill.to_string().contains("at least $0.00002"), "{}", answer.bill);
    assert_eq!(answer.usage.input_tokens, Some(20));
    let lines: Vec<_> = answer.bill.lines().iter().map(|it| (it.failed, it.cost)).collect();
    assert_eq!(lines, [(true, Some(ONE)), (false, Some(ONE))]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_breaks_keeps_its_text_in_the_history_and_its_usage_on_the_bill() {
    let partial = reply(vec![Part::text("Once upon")]);
    let broken = transport(Phase::Body, Sent::Maybe).with_partial(partial);
    let model = script([Step::Events(vec![
        Ok(StreamEvent::Delta(Delta::Text("Once upon".to_owned()))),
        Err(broken),
    ])]);
    let agent = agent().build().unwrap();
    let on = runtime(&model);
    let mut events: Vec<_> = agent.run("hello").on(&on).stream().collect().await;
    let error = events.pop().unwrap().unwrap_err();
    assert_eq!(error.bill().total().known(), ONE);
    let stored = serde_json::to_string(error.history()).unwrap();
    assert!(stored.contains("Once upon") && stored.contains(r#""interrupted":true"#), "{stored}");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_given_up_makes_the_total_a_lower_bound() {
    let model = script([Step::Hang]);
    let agent = agent().build().unwrap();
    let running = agent.run("hello").on(&runtime(&model)).timeout(Duration::from_secs(5));
    let error = running.await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
    assert_eq!(error.elapsed(), Duration::from_secs(5));
    assert_eq!(error.bill().requests(), 1);
    assert_eq!(error.bill().total().exact(), None);
}

#[tokio::test(start_paused = true)]
async fn a_run_dropped_by_its_tool_is_still_on_the_bill_of_the_run_around_it() {
    use fastroai::tool::{FunctionTool, ToolOptions};
    let inner = Scripted::new("test:inner", [Step::Hang]);
    let outer = script([tests::scripted::call("a", "ask", "{}"), text("No.")]);
    let on = Runtime::builder().model(inner.clone()).model(outer).prices(prices()).build();
    let tool = FunctionTool::new("ask", "Asks.", |_: crate::rig::Nothing, _run| async {
        let agent = fastroai::Agent::builder().model("test:inner").build().unwrap();
        agent.run("hello").await.map(|answer| answer.output)
    });
    let options = ToolOptions { timeout: Duration::from_secs(1), ..ToolOptions::DEFAULT };
    let agent = agent().tool(tool.options(options)).build().unwrap();
    let answer = agent.run("hello").on(&on).await.unwrap();
    assert_eq!(inner.asked().len(), 1);
    assert_eq!((answer.cost.exact(), answer.cost.known()), (None, Cost::from_microdollars(40)));
    let models: Vec<_> = answer.bill.lines().iter().map(|line| line.model.as_str()).collect();
    assert_eq!(models, ["one", "inner", "one"]);
}

#[tokio::test(start_paused = true)]
async fn failures_of_a_model_that_costs_nothing_cost_nothing() {
    let mut profile = Profile::default();
    profile.free = true;
    let steps = [Step::Fail(transport(Phase::Send, Sent::Maybe)), text("Here.")];
    let model = Scripted::with_profile(MODEL, profile, steps);
    let agent = agent().build().unwrap();
    let answer = agent.run("hello").on(&runtime(&model)).await.unwrap();
    assert_eq!(answer.cost, Cost::ZERO);
}

#[tokio::test(start_paused = true)]
async fn what_was_never_sent_is_on_no_bill() {
    let model = script([Step::Fail(ModelError::config("the wire cannot carry this"))]);
    let agent = agent().build().unwrap();
    let error = agent.run("hello").on(&runtime(&model)).await.unwrap_err();
    assert!(error.bill().is_empty());

    let on = Runtime::builder().retry(RetryPolicy::never()).build();
    let error = agent.run("hello").model("nobody:large").on(&on).await.unwrap_err();
    assert!(error.bill().is_empty());
    assert_eq!(error.history().len(), 1, "the prompt is kept");
}
