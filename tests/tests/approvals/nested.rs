//! Agents that are called inside of others.

use std::time::Duration;

use fastroai::approval::{ApprovalRequest, Approver, Deciding, Decision};
use fastroai::hook::RunInfo;
use fastroai::prelude::*;
use fastroai::providers::ToolOutcome;
use fastroai::tool::{BoundTool, Effect, FunctionTool, ToolOptions, Toolset};
use tests::scripted::{Scripted, call, text};

use super::rig::{Log, Number, agent, contents, on, read, script};

const TOLD: &str =
    "The tool needs an approval that cannot be given here; what needed it did not run.";

struct Yes;

impl Approver for Yes {
    fn decide<'a>(&'a self, _: &'a ApprovalRequest, _: &'a RunInfo<'a>) -> Deciding<'a> {
        Box::pin(async { Ok(Decision::approve()) })
    }
}

/// An agent that lists another one.
struct Caller {
    config: fastroai::agent::AgentConfig,
    inner: Agent<String>,
}

impl AgentSpec for Caller {
    type Output = String;
    fn output(&self) -> fastroai::agent::OutputSpec<'_, String> {
        fastroai::agent::OutputSpec::typed()
    }
    fn config(&self) -> &fastroai::agent::AgentConfig {
        &self.config
    }
    fn instructions(&self) -> std::borrow::Cow<'_, str> {
        "".into()
    }
    fn tools(&self) -> Vec<BoundTool<'_>> {
        self.inner.bind(self)
    }
}

fn caller(log: &Log) -> Caller {
    let inner = Agent::builder()
        .name("clerk")
        .description("Pays back.")
        .model("test:inner")
        .tool(log.asked("refund"))
        .build()
        .unwrap();
    Caller { config: fastroai::agent::AgentConfig::new("Caller", super::rig::MODEL), inner }
}

fn inner() -> Scripted {
    Scripted::new("test:inner", [call("x", "refund", r#"{"n": 7}"#), text("Paid")])
}

fn outer() -> Scripted {
    script([call("a", "clerk", r#"{"prompt": "Pay back"}"#), text("Sorry")])
}

#[tokio::test]
async fn an_agent_that_needs_an_approval_as_a_tool_says_so_to_its_callers_model_and_runs_nothing() {
    let (model, log) = (outer(), Log::default());
    let runtime = on(&model).model(inner()).build();
    let answer = caller(&log).run("Go").on(&runtime).await.unwrap();
    assert_eq!((answer.output.as_str(), log.all().len()), ("Sorry", 0));
    let told = read(&model);
    assert_eq!((contents(&told), told[0].outcome), (vec![TOLD], ToolOutcome::Failed));
}

#[tokio::test]
async fn an_approver_of_the_run_around_decides_for_the_agents_inside() {
    let (model, log) = (outer(), Log::default());
    let runtime = on(&model).model(inner()).approver(Yes).build();
    caller(&log).run("Go").on(&runtime).await.unwrap();
    assert_eq!(log.all(), ["refund 7"]);
    assert_eq!(contents(&read(&model)), ["Paid"]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_inside_a_tool_is_not_tried_again_however_the_tool_hands_it_on() {
    let (model, log) = (outer_of("ask"), Log::default());
    let runtime = on(&model).model(inner()).build();
    let inner = caller(&log).inner;
    let inner = std::sync::Arc::new(inner);
    let options = ToolOptions {
        effect: Effect::Idempotent,
        attempts: 3,
        timeout: Duration::from_secs(9),
        on_error: Some("It failed: {error}"),
        ..ToolOptions::DEFAULT
    };
    let asked = log.clone();
    let ask = FunctionTool::new("ask", "Ask.", move |_: Number, _| {
        let inner = std::sync::Arc::clone(&inner);
        asked.add("asked");
        // With the error as it is, as `?` in a function hands it on.
        async move { inner.run("Pay back").await.map(|answer| answer.output) }
    });
    let agent = agent().tool(ask.options(options)).build().unwrap();
    agent.run("Go").on(&runtime).await.unwrap();
    assert_eq!(log.all(), ["asked"]);
    assert_eq!(contents(&read(&model)), [TOLD]);
}

fn outer_of(tool: &str) -> Scripted {
    script([call("a", tool, r#"{"n": 1}"#), text("Sorry")])
}
