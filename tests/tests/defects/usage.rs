//! 13 to 15: what is counted, and what a failure keeps.

use std::time::Duration;

use fastroai::ErrorKind;
use fastroai::money::{Cost, Item, Prices, Rates};
use fastroai::providers::error::{Phase, Sent};
use fastroai::providers::{ModelError, ModelErrorKind, Part, Profile};
use fastroai::tool::{FunctionTool, ToolError};
use fastroai::{Runtime, usd};
use futures_util::future::join;
use tests::scripted::{Scripted, Step, call, reply, usage};

use crate::{agent, answer, microdollars};

#[derive(serde::Deserialize, fastroai::schemars::JsonSchema)]
#[schemars(crate = "fastroai::schemars")]
struct Nothing {}

fn on(model: &Scripted) -> Runtime {
    let rates = Rates::per_million("1", "1").unwrap();
    let prices = Prices::unlisted().with_override("test:*", rates).unwrap();
    Runtime::builder().model(model.clone()).prices(prices).build()
}

fn broken() -> ModelError {
    let kind = ModelErrorKind::Transport { phase: Phase::Body, sent: Sent::Maybe };
    let mut partial = reply(vec![Part::text("On")]);
    partial.usage = usage(30, 1);
    ModelError::new(kind, "it broke").with_partial(partial)
}

#[tokio::test(start_paused = true)]
async fn defect_13_attempts_that_fail_time_out_or_are_repeated_are_counted() {
    let model = Scripted::new("test:one", [Step::Fail(broken()), answer(None, usage(10, 5))]);
    let plain = agent("test:one").build().unwrap();
    let answered = plain.run("hello").on(&on(&model)).await.unwrap();
    assert_eq!((answered.bill.requests(), answered.usage.total_tokens()), (2, Some(46)));
    assert_eq!((answered.cost.known(), answered.cost.exact()), (microdollars(46), None));
    let model = Scripted::new("test:one", [Step::Hang]);
    let running = plain.run("hello").on(&on(&model)).timeout(Duration::from_secs(1));
    assert_eq!(running.await.unwrap_err().bill().requests(), 1);
    // What comes after a reply that was paid for takes nothing away from it.
    let fails = FunctionTool::new("fails", "Fails.", |_: Nothing, run| async move {
        run.cancel();
        Err::<(), _>(ToolError::tell_model("no"))
    });
    let model = Scripted::new("test:one", [call("a", "fails", "{}")]);
    let agent = agent("test:one").tool(fails).build().unwrap();
    let error = agent.run("hello").on(&on(&model)).await.unwrap_err();
    assert_eq!((error.bill().total(), error.bill().requests()), (microdollars(15).into(), 1));
}

#[tokio::test(start_paused = true)]
async fn defect_14_replies_that_cost_nothing_are_counted_and_a_failure_keeps_what_there_was() {
    let mut free = Profile::default();
    free.free = true;
    let steps = [
        answer(None, usage(0, 500)),
        call("a", "unknown", "{}"),
        Step::Fail(ModelError::config("the wire cannot carry this")),
    ];
    let model = Scripted::with_profile("test:one", free, steps);
    let agent = agent("test:one").build().unwrap();
    let on = on(&model);
    let answered = agent.run("hello").on(&on).await.unwrap();
    assert_eq!((answered.bill.requests(), answered.usage.output_tokens), (1, Some(500)));
    assert_eq!(answered.cost, Cost::ZERO);
    let error = agent.run("hello").on(&on).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Model(_)), "{error:?}");
    assert_eq!(error.bill().usage().total_tokens(), Some(15));
    assert!(error.history().len() >= 3, "question, call and result");
}

#[tokio::test(start_paused = true)]
async fn defect_15_time_is_that_of_the_clock_all_models_are_named_and_units_are_what_they_say() {
    let slow =
        |model| Step::After(Duration::from_secs(3), Box::new(answer(Some(model), usage(1, 1))));
    let both = FunctionTool::new("both", "Asks twice at once.", |_: Nothing, _run| async {
        let agent = agent("test:within").build().unwrap();
        let (one, other) = join(agent.run("a").into_future(), agent.run("b").into_future()).await;
        one.and(other).map(|answer| answer.output)
    });
    let within = Scripted::new("test:within", [slow("one-a"), slow("one-b")]);
    let outer = Scripted::new("test:one", [call("a", "both", "{}"), answer(None, usage(1, 1))]);
    let rates = Rates::per_million("1", "1").unwrap();
    let prices = Prices::unlisted().with_override("test:*", rates).unwrap();
    let on = Runtime::builder().model(outer).model(within).prices(prices).build();
    let agent = agent("test:one").tool(both).build().unwrap();
    let answered = agent.run("hello").on(&on).await.unwrap();
    assert_eq!(answered.elapsed, Duration::from_secs(3));
    let requests = answered.bill.lines().iter().filter(|line| line.item == Item::Request);
    let models: Vec<_> = requests.map(|line| line.model.as_str()).collect();
    assert_eq!(models, ["one", "one-a", "one-b", "one"]);
    assert_eq!(usd!("0.01").microcents(), 1_000_000);
    assert_eq!(usd!("0.01").microdollars(), 10_000);
}
