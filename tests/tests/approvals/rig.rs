//! What the tests of this suite run on.

use std::sync::{Arc, Mutex};

use fastroai::RuntimeBuilder;
use fastroai::agent::AgentBuilder;
use fastroai::approval::PausedRun;
use fastroai::money::{Prices, Rates};
use fastroai::prelude::*;
use fastroai::providers::message::ToolMessage;
use fastroai::providers::{Message, ToolResult};
use fastroai::tool::{FunctionTool, ToolApproval};
use tests::scripted::{Scripted, Step};

pub(crate) const MODEL: &str = "test:one";

/// The arguments of every tool here: `{"n": 1}`.
#[derive(serde::Deserialize, JsonSchema)]
pub(crate) struct Number {
    pub(crate) n: u32,
}

/// What ran, in order.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn add(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// A tool that writes down what it was called with.
    pub(crate) fn tool(&self, name: &'static str) -> FunctionTool {
        let log = self.clone();
        FunctionTool::new(name, "A tool of the tests.", move |number: Number, _| {
            let log = log.clone();
            async move {
                log.add(format!("{name} {}", number.n));
                Ok::<_, ToolError>(format!("{name} gave {}", number.n))
            }
        })
    }

    /// One that needs an approval.
    pub(crate) fn asked(&self, name: &'static str) -> FunctionTool {
        self.tool(name).approval(ToolApproval::Asked)
    }
}

/// One that runs elsewhere.
pub(crate) fn external(name: &str) -> FunctionTool {
    FunctionTool::external::<Number>(name, "A tool that runs elsewhere.")
}

pub(crate) fn script(steps: impl IntoIterator<Item = Step>) -> Scripted {
    Scripted::new(MODEL, steps)
}

/// A dollar for a million tokens in and for a million out: a scripted reply costs 15 microdollars.
pub(crate) fn on(model: &Scripted) -> RuntimeBuilder {
    let rates = Rates::per_million("1", "1").unwrap();
    let prices = Prices::unlisted().with_override("test:*", rates).unwrap();
    Runtime::builder().model(model.clone()).prices(prices)
}

pub(crate) fn agent() -> AgentBuilder {
    Agent::builder().name("Desk").model(MODEL)
}

/// The run as it waits, by way of a database.
pub(crate) fn stored(ended: Result<AgentResponse<String>, Error>) -> PausedRun {
    let paused = ended.expect_err("it pauses").into_paused().expect("a pause");
    let json = serde_json::to_string(&paused).expect("it can be stored");
    PausedRun::from_json(&json).expect("and read")
}

pub(crate) fn results(messages: &[Message]) -> Vec<&ToolMessage> {
    let tools = messages.iter().filter_map(|message| match message {
        Message::Tool(tool) => Some(tool),
        _ => None,
    });
    tools.collect()
}

/// What the model read of the calls of the reply before the last one.
pub(crate) fn read(model: &Scripted) -> Vec<ToolResult> {
    let asked = model.asked();
    let last = asked.last().expect("it was asked");
    results(&last.messages).last().expect("results").results.clone()
}

pub(crate) fn contents(results: &[ToolResult]) -> Vec<&str> {
    results.iter().map(|result| result.content.as_str()).collect()
}
