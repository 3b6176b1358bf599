//! What the tests play on: an agent, a runtime with known prices, and tools in one line.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fastroai::agent::AgentBuilder;
use fastroai::money::{Cost, Prices, Rates};
use fastroai::prelude::*;
use fastroai::providers::Message;
use fastroai::providers::message::ToolMessage;
use fastroai::tool::FunctionTool;
use tests::scripted::Scripted;

/// The name of the model in every test.
pub(crate) const MODEL: &str = "test:model";

/// What one scripted reply costs: 10 tokens in and 5 out, at a dollar per million each.
pub(crate) const REPLY: Cost = Cost::from_microdollars(15);

/// What one reply costs that took [many tokens](tests::scripted::dear).
pub(crate) const DEAR: Cost = Cost::from_microdollars(8_005);

/// A budget that covers any one request of the tests, and no second one after a dear reply.
pub(crate) const FOR_ONE: Cost = Cost::from_microdollars(9_000);

/// The price of the model of the tests, and no other.
pub(crate) fn prices() -> Prices {
    Prices::unlisted()
        .with_override("test:*", Rates::per_million("1", "1").expect("two prices"))
        .expect("a pattern")
}

/// A runtime with this model, which knows its price and no other.
pub(crate) fn runtime(model: &Scripted) -> Runtime {
    Runtime::builder().model(model.clone()).prices(prices()).build()
}

/// An agent on the model of the tests.
pub(crate) fn agent() -> AgentBuilder {
    Agent::builder().model(MODEL)
}

/// The arguments of every tool here: `{"n": 1}`.
#[derive(serde::Deserialize, JsonSchema)]
pub(crate) struct Number {
    pub(crate) n: u32,
}

/// A tool that takes a number and gives a text.
pub(crate) fn tool<F, Fut>(name: &str, function: F) -> FunctionTool
where
    F: Fn(u32, RunContext<'static>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<String, ToolError>> + Send + 'static,
{
    FunctionTool::new(name, "A tool of the tests.", move |number: Number, run| {
        function(number.n, run)
    })
}

/// A tool that says at once which number it was given.
pub(crate) fn echo(name: &str) -> FunctionTool {
    tool(name, |n, _| async move { Ok(format!("got {n}")) })
}

/// A tool that never ends, and counts in `dropped` how often it was given up.
pub(crate) fn endless(name: &str, dropped: &Counter) -> FunctionTool {
    let dropped = dropped.clone();
    tool(name, move |_, _| {
        let guard = dropped.guard();
        async move {
            let _guard = guard;
            std::future::pending().await
        }
    })
}

/// A number that many can raise.
#[derive(Clone, Default)]
pub(crate) struct Counter(Arc<AtomicUsize>);

impl Counter {
    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// Raises it and gives what it was before.
    pub(crate) fn raise(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst)
    }

    pub(crate) fn lower(&self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }

    pub(crate) fn raise_to(&self, value: usize) {
        self.0.fetch_max(value, Ordering::SeqCst);
    }

    /// Raises it when dropped.
    pub(crate) fn guard(&self) -> Guard {
        Guard(self.clone())
    }
}

/// Raises a counter when dropped.
pub(crate) struct Guard(Counter);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.raise();
    }
}

/// The messages with results of tools, in order.
pub(crate) fn results(messages: &[Message]) -> Vec<&ToolMessage> {
    let results = messages.iter().filter_map(|message| match message {
        Message::Tool(tool) => Some(tool),
        _ => None,
    });
    results.collect()
}

/// What the model reads of all tools, in order.
pub(crate) fn contents(messages: &[Message]) -> Vec<&str> {
    let results = results(messages).into_iter().flat_map(|tool| &tool.results);
    results.map(|result| result.content.as_str()).collect()
}
