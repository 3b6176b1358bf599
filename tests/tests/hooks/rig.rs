//! What the tests of this suite run on.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastroai::RuntimeBuilder;
use fastroai::agent::AgentBuilder;
use fastroai::hook::{Denied, Ended, Gate, Hook, ModelCall, Outcome, Permit, ToolUse};
use fastroai::money::{Prices, Rates};
use fastroai::prelude::*;
use fastroai::providers::{ModelError, ModelErrorKind};
use fastroai::tool::FunctionTool;
use fastroai_providers::error::ProviderFault;
use tests::scripted::Scripted;

pub(crate) const MODEL: &str = "test:one";

/// A day: a script that is too short ends a test.
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

pub(crate) fn script(steps: impl IntoIterator<Item = tests::scripted::Step>) -> Scripted {
    Scripted::new(MODEL, steps)
}

/// A dollar for a million tokens in and for a million out: a scripted reply costs 15 microdollars.
pub(crate) fn prices() -> Prices {
    let rates = Rates::per_million("1", "1").expect("rates");
    Prices::unlisted().with_override("test:*", rates).expect("a pattern")
}

pub(crate) fn runtime(model: &Scripted) -> RuntimeBuilder {
    Runtime::builder().model(model.clone()).prices(prices())
}

pub(crate) fn agent() -> AgentBuilder {
    Agent::builder().name("tester").model(MODEL).timeout(DAY)
}

/// An error of a provider that repeating may help against.
pub(crate) fn broken() -> ModelError {
    ModelError::provider_fault(ProviderFault::Server, "it broke").with_status(500)
}

/// One that repeating cannot help against.
pub(crate) fn unauthorised() -> ModelError {
    ModelError::provider_fault(ProviderFault::Authentication, "no key").with_status(401)
}

/// The arguments of every tool here: `{"n": 1}`.
#[derive(serde::Deserialize, JsonSchema)]
pub(crate) struct Number {
    pub(crate) n: u32,
}

pub(crate) fn tool<F, Fut>(name: &str, function: F) -> FunctionTool
where
    F: Fn(u32, RunContext<'static>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<String, ToolError>> + Send + 'static,
{
    FunctionTool::new(name, "A tool of the tests.", move |number: Number, run| {
        function(number.n, run)
    })
}

pub(crate) fn echo() -> FunctionTool {
    tool("echo", |n, _| async move { Ok(format!("got {n}")) })
}

/// What happened, in order.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn add(&self, what: impl Into<String>) {
        self.0.lock().expect("no panic while locked").push(what.into());
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().expect("no panic while locked").clone()
    }

    pub(crate) fn count(&self, beginning: &str) -> usize {
        self.all().iter().filter(|what| what.starts_with(beginning)).count()
    }
}

/// One word for how an attempt ended.
pub(crate) fn word(outcome: Option<&Outcome<'_>>) -> String {
    let Some(outcome) = outcome else { return "given up".to_owned() };
    match outcome.ended {
        Ended::Succeeded => "succeeded".to_owned(),
        Ended::ModelFailed(error) => match error.kind() {
            ModelErrorKind::Provider(fault) => format!("{fault:?}"),
            kind => format!("{kind:?}"),
        },
        ended => format!("{ended:?}"),
    }
}

/// A hook that writes down every attempt, and how it ended.
#[derive(Clone, Default)]
pub(crate) struct Recorder {
    pub(crate) log: Log,
}

impl Hook for Recorder {
    fn before_model(&self, call: &mut ModelCall<'_>) -> Result<Gate, Denied> {
        let (log, name) = (self.log.clone(), call.id().as_str().to_owned());
        log.add(format!("before {name}"));
        Ok(Gate::Go(Permit::new(move |outcome| {
            log.add(format!("after {name}: {}", word(outcome)));
        })))
    }

    fn before_tool(&self, used: &mut ToolUse<'_>) -> Result<Gate, Denied> {
        let (log, name) = (self.log.clone(), used.name().to_owned());
        log.add(format!("before {name}"));
        Ok(Gate::Go(Permit::new(move |outcome| {
            log.add(format!("after {name}: {}", word(outcome)));
        })))
    }
}

/// A hook made of a function that is asked before each attempt at a model.
pub(crate) struct BeforeModel<F>(pub(crate) F);

impl<F> Hook for BeforeModel<F>
where
    F: Fn(&mut ModelCall<'_>) -> Result<Gate, Denied> + Send + Sync + 'static,
{
    fn name(&self) -> &'static str {
        "before model"
    }

    fn before_model(&self, call: &mut ModelCall<'_>) -> Result<Gate, Denied> {
        (self.0)(call)
    }
}

/// A hook made of a function that is asked before each attempt at a tool.
pub(crate) struct BeforeTool<F>(pub(crate) F);

impl<F> Hook for BeforeTool<F>
where
    F: Fn(&mut ToolUse<'_>) -> Result<Gate, Denied> + Send + Sync + 'static,
{
    fn before_tool(&self, used: &mut ToolUse<'_>) -> Result<Gate, Denied> {
        (self.0)(used)
    }
}

/// Counts how often something happened.
#[derive(Clone, Default)]
pub(crate) struct Count(Arc<AtomicUsize>);

impl Count {
    pub(crate) fn up(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub(crate) fn down(&self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Counts when it is dropped.
pub(crate) struct Dropped(pub(crate) Count);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.up();
    }
}
