//! What the tests of this suite run on.

use std::path::Path;

use fastroai::audit::{self, AuditTrail, Record};
use fastroai::hook::{Denied, Gate, Hook, ModelCall, Permit, RunInfo, ToolUse};
use fastroai::money::{Prices, Rates};
use fastroai::prelude::*;
use fastroai::tool::FunctionTool;
use fastroai::{RetryPolicy, RuntimeBuilder};
use tests::folder::Folder;
use tests::scripted::{Scripted, Step};

pub(crate) const MODEL: &str = "test:one";

/// The arguments of every tool here, and a typed answer.
#[derive(Debug, serde::Deserialize, JsonSchema)]
pub(crate) struct Number {
    pub(crate) n: u32,
}

pub(crate) fn double() -> FunctionTool {
    FunctionTool::new("double", "Doubles.", |number: Number, _| async move {
        Ok::<_, ToolError>((number.n * 2).to_string())
    })
}

pub(crate) fn agent() -> fastroai::agent::AgentBuilder {
    Agent::builder().name("Counter").model(MODEL).tool(double())
}

/// A runtime with one attempt at each model, where a scripted reply costs 15 microdollars.
pub(crate) fn runtime(model: &Scripted, trail: &Path) -> RuntimeBuilder {
    let rates = Rates::per_million("1", "1").unwrap();
    let prices = Prices::unlisted().with_override("test:*", rates).unwrap();
    let mut retry = RetryPolicy::default();
    retry.attempts = 1;
    let trail = AuditTrail::open(trail).unwrap();
    Runtime::builder().model(model.clone()).prices(prices).retry(retry).hook(trail)
}

/// All records of a trail, which must hold.
pub(crate) fn records(trail: &Path) -> Vec<Record> {
    audit::verify(trail).unwrap();
    let text = std::fs::read_to_string(trail).unwrap();
    let record = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        serde_json::from_value(line["record"].clone()).unwrap()
    };
    text.lines().map(record).collect()
}

/// A record's kind, and how it ended.
pub(crate) fn word(record: &Record) -> String {
    match record.fields.get("how") {
        Some(how) => format!("{} {}", record.kind, how.as_str().unwrap()),
        None => record.kind.clone(),
    }
}

pub(crate) fn words(records: &[Record]) -> Vec<String> {
    records.iter().map(word).collect()
}

/// Looks at the records of one run: it is opened first and closed last, each once, and so is each of
/// its attempts.
pub(crate) fn assert_whole(records: &[Record], how: &str) {
    let words = words(records);
    assert_eq!(words.first().map(String::as_str), Some("run.started"), "{words:?}");
    assert_eq!(*words.last().unwrap(), format!("run.ended {how}"), "{words:?}");
    let count = |kind: &str| records.iter().filter(|record| record.kind == kind).count();
    for (opened, closed) in [
        ("run.started", "run.ended"),
        ("model.asked", "model.ended"),
        ("tool.called", "tool.ended"),
    ] {
        assert_eq!(count(opened), count(closed), "{words:?}");
    }
    assert_eq!(count("run.started"), 1, "{words:?}");
}

/// Runs something that follows a script, and looks at what it leaves: one run of its own, opened and
/// closed, that ended so, with the id that its error has. Gives the words of its records.
pub(crate) async fn leaves(
    how: &str,
    steps: impl IntoIterator<Item = Step>,
    set_up: impl FnOnce(RuntimeBuilder) -> RuntimeBuilder,
    run: impl AsyncFnOnce(Runtime) -> Option<Error>,
) -> Vec<String> {
    let (folder, model) = (Folder::new(), Scripted::new(MODEL, steps));
    let runtime = set_up(runtime(&model, &folder.trail())).build();
    let error = run(runtime.clone()).await;
    drop(runtime);
    let records = records(&folder.trail());
    assert_whole(&records, how);
    let id = records[0].run.clone().unwrap();
    assert!(!id.is_empty());
    assert!(records.iter().all(|record| record.run.as_ref() == Some(&id)), "{records:?}");
    if let Some(error) = error {
        let public = error.public();
        assert_eq!((public.code(), public.correlation_id()), (how, id.as_str()), "{error:?}");
        assert!(error.internal().to_string().contains(&id), "{:?}", error.internal());
    }
    words(&records)
}

/// Leaves a runtime as it is.
pub(crate) fn plain(builder: RuntimeBuilder) -> RuntimeBuilder {
    builder
}

/// Where a hook does something.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Run,
    Model,
    Tool,
    Permit,
}

/// Denies at one place, and lets all else through.
pub(crate) struct No(pub(crate) Place);

impl No {
    fn at(&self, place: Place) -> Result<(), Denied> {
        if self.0 == place { Err(Denied::new("not today")) } else { Ok(()) }
    }
}

impl Hook for No {
    fn before_run(&self, _: &RunInfo<'_>) -> Result<(), Denied> {
        self.at(Place::Run)
    }

    fn before_model(&self, _: &mut ModelCall<'_>) -> Result<Gate, Denied> {
        self.at(Place::Model).map(|()| Gate::go())
    }

    fn before_tool(&self, _: &mut ToolUse<'_>) -> Result<Gate, Denied> {
        self.at(Place::Tool).map(|()| Gate::go())
    }
}

/// Panics at one place.
pub(crate) struct Faulty(pub(crate) Place);

impl Faulty {
    fn at(&self, place: Place) -> Gate {
        assert!(self.0 != place, "a mistake of the hook");
        if self.0 == Place::Permit {
            return Gate::Go(Permit::new(|_| panic!("a mistake of the hook")));
        }
        Gate::go()
    }
}

impl Hook for Faulty {
    fn before_run(&self, _: &RunInfo<'_>) -> Result<(), Denied> {
        assert!(self.0 != Place::Run, "a mistake of the hook");
        Ok(())
    }

    fn before_model(&self, _: &mut ModelCall<'_>) -> Result<Gate, Denied> {
        Ok(self.at(Place::Model))
    }

    fn before_tool(&self, _: &mut ToolUse<'_>) -> Result<Gate, Denied> {
        Ok(self.at(Place::Tool))
    }
}
