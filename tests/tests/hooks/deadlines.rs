//! A deadline at each layer stops the work, and none is later than the one around it.

use std::time::Duration;

use fastroai::hook::{Gate, ToolUse};
use fastroai::prelude::*;
use fastroai::providers::{
    Model, ModelError, ModelErrorKind, ModelId, Profile, Request, Response, ResponseStream,
};
use fastroai::tool::{Effect, ToolOptions};
use fastroai::{ErrorKind, RetryPolicy};
use fastroai_providers::error::Phase;
use futures_util::future::BoxFuture;
use tests::scripted::{Scripted, call, text};
use tokio::time::Instant;

use super::rig::{BeforeTool, Count, DAY, Dropped, MODEL, agent, prices, runtime, script, tool};

const SECOND: Duration = Duration::from_secs(1);

/// A model that never answers, and counts how often it was given up.
struct Silent {
    id: ModelId,
    profile: Profile,
    dropped: Count,
}

impl Silent {
    fn new(dropped: &Count) -> Self {
        let id = MODEL.parse().expect("a name");
        Self { id, profile: Profile::default(), dropped: dropped.clone() }
    }
}

impl Model for Silent {
    fn id(&self) -> &ModelId {
        &self.id
    }
    fn profile(&self) -> &Profile {
        &self.profile
    }
    fn request<'a>(&'a self, _: &'a Request<'a>) -> BoxFuture<'a, Result<Response, ModelError>> {
        let dropped = Dropped(self.dropped.clone());
        Box::pin(async move {
            let _dropped = dropped;
            std::future::pending().await
        })
    }
    fn stream<'a>(
        &'a self,
        _: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<ResponseStream, ModelError>> {
        let dropped = Dropped(self.dropped.clone());
        Box::pin(async move {
            let _dropped = dropped;
            std::future::pending().await
        })
    }
}

fn silent(dropped: &Count, retry: RetryPolicy) -> Runtime {
    Runtime::builder().model(Silent::new(dropped)).prices(prices()).retry(retry).build()
}

#[tokio::test(start_paused = true)]
async fn an_attempt_at_a_model_stops_at_its_deadline_and_is_tried_once_more() {
    let dropped = Count::default();
    let on = silent(&dropped, RetryPolicy::default().attempt_timeout(5 * SECOND));
    let start = Instant::now();
    let error = agent().build().expect("an agent").run("Go").on(&on).await.expect_err("silent");
    let kind = error.model_error().expect("of the model").kind().clone();
    assert!(matches!(kind, ModelErrorKind::Transport { phase: Phase::Total, .. }), "{kind:?}");
    assert_eq!((dropped.get(), error.bill().requests()), (2, 2));
    assert!((10..12).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_streamed_stops_at_its_deadline_too() {
    let dropped = Count::default();
    let on = silent(&dropped, RetryPolicy::never().attempt_timeout(5 * SECOND));
    let agent = agent().build().expect("an agent");
    let mut stream = agent.run("Go").on(&on).stream();
    let start = Instant::now();
    let end = stream.next().await.expect("an end");
    assert!(end.expect_err("silent").model_error().is_some());
    assert_eq!((dropped.get(), start.elapsed()), (1, 5 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_run_stops_at_its_deadline_however_long_an_attempt_may_take() {
    let dropped = Count::default();
    let on = silent(&dropped, RetryPolicy::default().attempt_timeout(DAY));
    let start = Instant::now();
    let agent = agent().timeout(3 * SECOND).build().expect("an agent");
    let error = agent.run("Go").on(&on).await.expect_err("too late");
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
    assert_eq!((dropped.get(), start.elapsed()), (1, 3 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_at_a_tool_stops_at_its_deadline_and_at_the_run_s_where_that_is_first() {
    for (own, of_run, stops) in [(2, 60, 2), (60, 3, 3)] {
        let dropped = Count::default();
        let counting = dropped.clone();
        let left = Count::default();
        let leaving = left.clone();
        let endless = tool("endless", move |_, run| {
            let dropped = Dropped(counting.clone());
            let time = run.time_left().expect("a deadline");
            assert!(time <= Duration::from_secs(stops), "no later than the run's");
            leaving.up();
            async move {
                let _dropped = dropped;
                std::future::pending().await
            }
        });
        let options = ToolOptions { timeout: Duration::from_secs(own), ..ToolOptions::DEFAULT };
        let model = script([call("a", "endless", r#"{"n":1}"#), text("Done")]);
        let agent = agent().tool(endless.options(options));
        let agent = agent.timeout(Duration::from_secs(of_run)).build().expect("an agent");
        let start = Instant::now();
        let ended = agent.run("Go").on(&runtime(&model).build()).await;
        assert_eq!(ended.is_ok(), own < of_run);
        assert_eq!((dropped.get(), left.get()), (1, 1));
        assert_eq!(start.elapsed(), Duration::from_secs(stops));
    }
}

/// Ten attempts of two seconds each, and what all of them may take together.
#[tokio::test(start_paused = true)]
async fn all_attempts_at_a_tool_together_stop_at_their_deadline() {
    let (dropped, begun) = (Count::default(), Count::default());
    let (counting, beginning) = (dropped.clone(), begun.clone());
    let endless = tool("endless", move |_, run| {
        beginning.up();
        let dropped = Dropped(counting.clone());
        assert!(run.time_left().expect("a deadline") <= 2 * SECOND);
        async move {
            let _dropped = dropped;
            std::future::pending().await
        }
    });
    let options = ToolOptions {
        timeout: 2 * SECOND,
        total_timeout: Some(5 * SECOND),
        attempts: 10,
        effect: Effect::ReadOnly,
        ..ToolOptions::DEFAULT
    };
    let model = script([call("a", "endless", r#"{"n":1}"#), text("Done")]);
    let agent = agent().tool(endless.options(options)).build().expect("an agent");
    let start = Instant::now();
    agent.run("Go").on(&runtime(&model).build()).await.expect("the model goes on");
    assert_eq!((begun.get(), dropped.get()), (3, 3));
    assert_eq!(start.elapsed(), 5 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_waits_for_a_hook_waits_no_longer_than_its_deadline() {
    let begun = Count::default();
    let beginning = begun.clone();
    let never = tool("never", move |_, _| {
        beginning.up();
        async { Ok("never".to_owned()) }
    });
    let options = ToolOptions { total_timeout: Some(5 * SECOND), ..ToolOptions::DEFAULT };
    let model = script([call("a", "never", r#"{"n":1}"#), text("Done")]);
    let waiting = BeforeTool(|_: &mut ToolUse<'_>| Ok(Gate::wait(DAY)));
    let on = runtime(&model).hook(waiting).build();
    let agent = agent().tool(never.options(options)).build().expect("an agent");
    let start = Instant::now();
    agent.run("Go").on(&on).await.expect("the model goes on");
    assert_eq!((begun.get(), start.elapsed()), (0, 5 * SECOND));
}

/// A run in a tool of a run: three deadlines, of which the first holds.
#[tokio::test(start_paused = true)]
async fn the_deadline_of_an_agent_inside_is_never_later_than_that_around_it() {
    for (of_outer, of_tool, of_inner, stops) in [(4, 60, 60, 4), (60, 4, 60, 4), (60, 60, 4, 4)] {
        let dropped = Count::default();
        let inner_model =
            Silent { id: "test:in".parse().expect("a name"), ..Silent::new(&dropped) };
        let asking = tool("ask", move |_, run| async move {
            assert!(run.time_left().expect("a deadline") <= Duration::from_secs(of_tool));
            let inner = Agent::builder().model("test:in").timeout(Duration::from_secs(of_inner));
            let inner = inner.build().expect("an agent");
            let error = inner.run("In").await.expect_err("silent");
            Err(ToolError::new(error.to_string()))
        });
        let options = ToolOptions { timeout: Duration::from_secs(of_tool), ..ToolOptions::DEFAULT };
        let outer_model = Scripted::new(MODEL, [call("a", "ask", r#"{"n":1}"#), text("Done")]);
        let on = Runtime::builder().model(outer_model).model(inner_model).prices(prices()).build();
        let outer = agent().tool(asking.options(options));
        let outer = outer.timeout(Duration::from_secs(of_outer)).build().expect("an agent");
        let start = Instant::now();
        let ended = outer.run("Go").on(&on).await;
        assert_eq!(ended.is_ok(), of_outer > 4);
        assert_eq!((dropped.get(), start.elapsed()), (1, Duration::from_secs(stops)));
    }
}
