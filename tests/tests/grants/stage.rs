//! What the tests of this suite run on.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use fastroai::RuntimeBuilder;
use fastroai::prelude::*;
use fastroai::tool::FunctionTool;
use tests::scripted::{Scripted, Step, call, calls, text};

pub(crate) const MODEL: &str = "offline:one";

/// What the model reads of a tool that does not exist.
pub(crate) const NONE: &str = "There is no such tool; there are no tools at all: answer in text.";

/// Which tools have run.
#[derive(Clone, Default)]
pub(crate) struct Ran(Arc<Mutex<Vec<String>>>);

impl Ran {
    pub(crate) fn add(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

#[derive(serde::Deserialize, JsonSchema)]
pub(crate) struct Nothing {}

/// A tool that says when it runs.
pub(crate) fn tool(name: &'static str, ran: &Ran) -> FunctionTool {
    let ran = ran.clone();
    FunctionTool::new(name, "A tool of the tests.", move |_: Nothing, _| {
        let ran = ran.clone();
        async move {
            ran.add(name);
            Ok::<_, Infallible>(format!("{name} ran"))
        }
    })
}

/// Look, for nothing; fetch, for `net`; save, for `net` and `write`.
pub(crate) fn three(ran: &Ran) -> [FunctionTool; 3] {
    [
        tool("look", ran),
        tool("fetch", ran).needs(&["net"]),
        tool("save", ran).needs(&["net", "write"]),
    ]
}

/// An agent with the three tools.
pub(crate) fn agent(ran: &Ran, grants: &[&str]) -> Agent {
    let builder = Agent::builder().name("Desk").model(MODEL).grants(grants.iter().copied());
    three(ran).into_iter().fold(builder, fastroai::agent::AgentBuilder::tool).build().unwrap()
}

/// A model that calls all three tools, whether it is offered them or not.
pub(crate) fn greedy() -> Scripted {
    script([calls(&[("a", "look", "{}"), ("b", "fetch", "{}"), ("c", "save", "{}")]), text("Done")])
}

/// A model that calls this one.
pub(crate) fn calling(name: &str) -> Scripted {
    script([call("a", name, "{}"), text("Done")])
}

pub(crate) fn script(steps: impl IntoIterator<Item = Step>) -> Scripted {
    Scripted::new(MODEL, steps)
}

pub(crate) fn on(model: &Scripted) -> RuntimeBuilder {
    Runtime::builder().model(model.clone())
}

/// The names of the tools that the first request offered.
pub(crate) fn offered(model: &Scripted) -> Vec<String> {
    model.asked()[0].tools.clone()
}
