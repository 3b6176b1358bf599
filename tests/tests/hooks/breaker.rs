//! A model that keeps failing is left alone for a while.

use std::time::Duration;

use fastroai::hook::{CircuitBreaker, CircuitOpen};
use fastroai::prelude::*;
use fastroai::{ErrorCategory, ErrorKind, RetryPolicy};
use std::error::Error as _;
use tests::scripted::{Scripted, Step, text};
use tokio::time::{advance, timeout};

use super::rig::{MODEL, agent, broken, prices, runtime, script, unauthorised};

const SECOND: Duration = Duration::from_secs(1);
const COOL_DOWN: Duration = Duration::from_secs(30);

fn breaker() -> CircuitBreaker {
    CircuitBreaker::new().failures(3).cool_down(COOL_DOWN)
}

/// One attempt for each run, so that failures are counted run by run.
fn on(model: &Scripted, breaker: &CircuitBreaker) -> Runtime {
    runtime(model).retry(RetryPolicy::never()).hook(breaker.clone()).build()
}

async fn run(on: &Runtime) -> Result<String, ErrorKind> {
    let answer = agent().build().expect("an agent").run("Go").on(on).await;
    answer.map(|answer| answer.output).map_err(|error| match error.kind() {
        ErrorKind::Denied { hook, denied } => {
            let open: Option<&CircuitOpen> = error.source().and_then(|it| it.downcast_ref());
            assert_eq!((open.is_some(), hook.as_str()), (true, "CircuitBreaker"));
            assert_eq!(error.category(), ErrorCategory::Transient);
            ErrorKind::Config(denied.reason().to_owned())
        }
        _ => ErrorKind::Cancelled,
    })
}

fn is_denied(result: &Result<String, ErrorKind>) -> bool {
    matches!(result, Err(ErrorKind::Config(_)))
}

fn failing(times: usize) -> impl Iterator<Item = Step> {
    (0..times).map(|_| Step::Fail(broken()))
}

#[tokio::test(start_paused = true)]
async fn a_circuit_opens_after_failures_in_a_row_and_closes_when_a_probe_goes_well() {
    let breaker = breaker();
    let model = script(failing(3).chain([text("Back"), text("Still")]));
    let on = on(&model, &breaker);
    for _ in 0..3 {
        assert!(!breaker.is_open(MODEL));
        assert!(!is_denied(&run(&on).await));
    }
    assert!(breaker.is_open(MODEL));
    assert!(is_denied(&run(&on).await));
    advance(29 * SECOND).await;
    assert!(is_denied(&run(&on).await));
    assert_eq!(model.asked().len(), 3, "nothing is sent meanwhile");
    advance(SECOND).await;
    assert_eq!(run(&on).await.expect("the probe"), "Back");
    assert_eq!(run(&on).await.expect("it is closed"), "Still");
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_fails_opens_the_circuit_anew() {
    let breaker = breaker();
    let model = script(failing(4).chain([text("Back")]));
    let on = on(&model, &breaker);
    for _ in 0..3 {
        run(&on).await.expect_err("broken");
    }
    advance(COOL_DOWN).await;
    assert!(!is_denied(&run(&on).await), "it is tried");
    assert!(is_denied(&run(&on).await), "and left alone again");
    advance(COOL_DOWN).await;
    assert_eq!(run(&on).await.expect("the probe"), "Back");
}

#[tokio::test(start_paused = true)]
async fn one_probe_at_a_time_is_let_through() {
    let breaker = breaker();
    let slow = Step::After(Duration::from_secs(5), Box::new(text("Back")));
    let model = script(failing(3).chain([slow]));
    let on = on(&model, &breaker);
    for _ in 0..3 {
        run(&on).await.expect_err("broken");
    }
    advance(COOL_DOWN).await;
    let (probe, second, third) = tokio::join!(run(&on), run(&on), run(&on));
    assert_eq!(probe.expect("the probe"), "Back");
    assert!(is_denied(&second) && is_denied(&third));
}

#[tokio::test(start_paused = true)]
async fn defect_32_a_probe_that_is_cancelled_or_runs_out_of_time_makes_room_for_the_next() {
    let breaker = breaker();
    let model = script(failing(3).chain([Step::Hang, Step::Hang, text("Back")]));
    let on = on(&model, &breaker);
    for _ in 0..3 {
        run(&on).await.expect_err("broken");
    }
    advance(COOL_DOWN).await;
    assert!(timeout(Duration::from_secs(1), run(&on)).await.is_err(), "the probe is dropped");
    let short = agent().timeout(Duration::from_secs(1)).build().expect("an agent");
    let late = short.run("Go").on(&on).await.expect_err("the probe runs out of time");
    assert!(matches!(late.kind(), ErrorKind::DeadlinePassed), "{late:?}");
    assert_eq!(run(&on).await.expect("the next probe"), "Back");
}

#[tokio::test(start_paused = true)]
async fn what_stays_as_it_is_opens_no_circuit_and_successes_begin_the_count_anew() {
    let breaker = breaker();
    let permanent = (0..6).map(|_| Step::Fail(unauthorised()));
    let mixed = failing(2).chain([text("Well")]).chain(failing(2)).chain([text("Well")]);
    let model = script(permanent.chain(mixed));
    let on = on(&model, &breaker);
    for _ in 0..12 {
        assert!(!is_denied(&run(&on).await));
    }
    assert!(!breaker.is_open(MODEL));
}

#[tokio::test(start_paused = true)]
async fn what_began_before_the_circuit_opened_neither_closes_nor_opens_it() {
    let breaker = breaker();
    let slow = Step::After(Duration::from_secs(10), Box::new(text("Late")));
    let model = script([slow].into_iter().chain(failing(3)));
    let on = on(&model, &breaker);
    let failures = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        for _ in 0..3 {
            run(&on).await.expect_err("broken");
        }
    };
    let (late, ()) = tokio::join!(run(&on), failures);
    assert_eq!(late.expect("it was under way"), "Late");
    assert!(breaker.is_open(MODEL));
}

#[tokio::test(start_paused = true)]
async fn each_model_has_a_circuit_of_its_own_and_a_fallback_is_asked_at_once() {
    let breaker = breaker();
    let ill = Scripted::new("test:ill", failing(3));
    let well = Scripted::new("test:well", (0..6).map(|_| text("Well")));
    let on = Runtime::builder().model(ill.clone()).model(well).prices(prices());
    let on = on.retry(RetryPolicy::never()).hook(breaker.clone()).build();
    let agent = Agent::builder().model("test:ill").fallback(["test:well"]).build();
    let agent = agent.expect("an agent");
    for _ in 0..6 {
        assert_eq!(agent.run("Go").on(&on).await.expect("the fallback").output, "Well");
    }
    assert_eq!(ill.asked().len(), 3, "it is left alone after three failures");
    assert!(breaker.is_open("test:ill") && !breaker.is_open("test:well"));
}
