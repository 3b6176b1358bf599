//! What the tests of this suite run on.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use fastroai::agent::AgentBuilder;
use fastroai::money::{Prices, Rates};
use fastroai::providers::{Message, Profile, ToolResult};
use fastroai::tool::FunctionTool;
use fastroai::{Agent, Runtime};
use tests::scripted::{Scripted, Step};

pub(crate) const MODEL: &str = "test:one";

pub(crate) fn script(steps: impl IntoIterator<Item = Step>) -> Scripted {
    Scripted::new(MODEL, steps)
}

/// A model that takes a typed answer as a tool call only.
pub(crate) fn without_schemas(steps: impl IntoIterator<Item = Step>) -> Scripted {
    let mut profile = Profile::default();
    profile.json_schema = false;
    Scripted::with_profile(MODEL, profile, steps)
}

/// A dollar for a million tokens in, two for a million out.
pub(crate) fn prices() -> Prices {
    let rates = Rates::per_million("1", "2").expect("rates");
    Prices::unlisted().with_override("test:*", rates).expect("a pattern")
}

pub(crate) fn runtime(model: &Scripted) -> Runtime {
    Runtime::builder().model(model.clone()).prices(prices()).build()
}

/// An agent that gives up after a day, so that a script that is too short ends a test.
pub(crate) fn agent() -> AgentBuilder {
    Agent::builder().name("tester").model(MODEL).timeout(Duration::from_secs(86_400))
}

/// Counts how often something happened.
#[derive(Clone, Default)]
pub(crate) struct Count(Arc<AtomicU32>);

impl Count {
    pub(crate) fn up(&self) -> u32 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub(crate) fn down(&self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }

    pub(crate) fn get(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }
}

#[derive(serde::Deserialize, fastroai::schemars::JsonSchema)]
#[schemars(crate = "fastroai::schemars")]
pub(crate) struct Number {
    pub(crate) n: i64,
}

/// No arguments.
#[derive(serde::Deserialize, fastroai::schemars::JsonSchema)]
#[schemars(crate = "fastroai::schemars")]
pub(crate) struct Nothing {}

/// A tool `double`, and how often it ran.
pub(crate) fn double() -> (FunctionTool, Count) {
    let ran = Count::default();
    let count = ran.clone();
    let tool = FunctionTool::new("double", "Doubles a number.", move |number: Number, _run| {
        count.up();
        async move { Ok::<_, Infallible>(number.n.saturating_mul(2)) }
    });
    (tool, ran)
}

/// The results that the model was given in its request of this number, from 0.
pub(crate) fn results(model: &Scripted, request: usize) -> Vec<ToolResult> {
    let asked = model.asked();
    let asked = asked.get(request).unwrap_or_else(|| panic!("only {} requests", asked.len()));
    tool_results(&asked.messages)
}

/// The last results of tools in a conversation.
pub(crate) fn tool_results(messages: &[Message]) -> Vec<ToolResult> {
    let results = messages.iter().rev().find_map(|message| match message {
        Message::Tool(tool) => Some(tool.results.clone()),
        _ => None,
    });
    results.unwrap_or_default()
}

/// Runs on a clock that stands still until everyone waits, for tests that are not async.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime")
        .block_on(future)
}
