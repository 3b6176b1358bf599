//! Guards that do as they are told, and what they run on.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastroai::agent::AgentBuilder;
use fastroai::guard::{Checking, Guard, GuardError, HoldBack, Looked, Stage, Verdict};
use fastroai::money::{Cost, Prices, Rates};
use fastroai::prelude::*;
use fastroai::providers::{Message, ToolResult};
use fastroai::tool::FunctionTool;
use fastroai::{Agent, Runtime};
use tests::scripted::{Scripted, Step};

pub(crate) const MODEL: &str = "test:one";

/// What one scripted reply costs.
pub(crate) const REPLY: Cost = Cost::from_microdollars(15);

pub(crate) fn script(steps: impl IntoIterator<Item = Step>) -> Scripted {
    Scripted::new(MODEL, steps)
}

pub(crate) fn prices() -> Prices {
    let rates = Rates::per_million("1", "1").unwrap();
    Prices::unlisted().with_override("test:*", rates).unwrap()
}

pub(crate) fn builder(model: &Scripted) -> fastroai::RuntimeBuilder {
    Runtime::builder().model(model.clone()).prices(prices())
}

pub(crate) fn runtime(model: &Scripted) -> Runtime {
    builder(model).build()
}

/// An agent that gives up after a day, so that a script that is too short ends a test.
pub(crate) fn agent() -> AgentBuilder {
    Agent::builder().name("tester").model(MODEL).timeout(Duration::from_secs(86_400))
}

/// What a guard was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) stage: Stage,
    pub(crate) text: String,
    pub(crate) tool: Option<String>,
    pub(crate) partial: bool,
}

type Says = dyn Fn(&str, &Looked<'_>) -> Result<Verdict, GuardError> + Send + Sync;

/// A guard that says what a function says, and remembers what it was asked. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Told {
    name: &'static str,
    stages: Vec<Stage>,
    hold_back: HoldBack,
    says: Arc<Says>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Told {
    pub(crate) fn new(
        name: &'static str,
        stages: &[Stage],
        says: impl Fn(&str) -> Verdict + Send + Sync + 'static,
    ) -> Self {
        Self::trying(name, stages, move |text, _| Ok(says(text)))
    }

    pub(crate) fn trying(
        name: &'static str,
        stages: &[Stage],
        says: impl Fn(&str, &Looked<'_>) -> Result<Verdict, GuardError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            stages: stages.to_vec(),
            hold_back: HoldBack::All,
            says: Arc::new(says),
            seen: Arc::default(),
        }
    }

    pub(crate) fn holding_back(mut self, hold_back: HoldBack) -> Self {
        self.hold_back = hold_back;
        self
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The texts that it was asked about.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.text).collect()
    }
}

impl Guard for Told {
    fn name(&self) -> &str {
        self.name
    }

    fn looks_at(&self, stage: Stage) -> bool {
        self.stages.contains(&stage)
    }

    fn hold_back(&self) -> HoldBack {
        self.hold_back
    }

    fn check<'a>(&'a self, text: &'a str, looked: &'a Looked<'a>) -> Checking<'a> {
        Box::pin(async move {
            self.seen.lock().unwrap().push(Seen {
                stage: looked.stage,
                text: text.to_owned(),
                tool: looked.tool.map(str::to_owned),
                partial: looked.partial,
            });
            // A guard may have to wait.
            tokio::task::yield_now().await;
            (self.says)(text, looked)
        })
    }
}

/// Lets everything pass.
pub(crate) fn allow(stages: &[Stage]) -> Told {
    Told::new("allow", stages, |_| Verdict::Allow)
}

/// Blocks what has this word in it.
pub(crate) fn block(stages: &[Stage], word: &'static str) -> Told {
    Told::new("block", stages, move |text| {
        if text.contains(word) { Verdict::block("it has the word") } else { Verdict::Allow }
    })
}

/// Puts another word in place of this one.
pub(crate) fn replace(stages: &[Stage], word: &'static str, with: &'static str) -> Told {
    Told::new("replace", stages, move |text| {
        if text.contains(word) {
            Verdict::replace(text.replace(word, with), "it has the word")
        } else {
            Verdict::Allow
        }
    })
}

/// Flags what has this word in it.
pub(crate) fn flag(stages: &[Stage], word: &'static str) -> Told {
    Told::new("flag", stages, move |text| {
        if text.contains(word) { Verdict::flag("it has the word") } else { Verdict::Allow }
    })
}

pub(crate) const ALL: [Stage; 5] =
    [Stage::Prompt, Stage::History, Stage::ToolArguments, Stage::ToolResult, Stage::Output];

#[derive(serde::Deserialize, JsonSchema)]
pub(crate) struct Note {
    pub(crate) text: String,
}

/// A tool that gives its text back, and remembers what it was given.
pub(crate) fn echo() -> (FunctionTool, Arc<Mutex<Vec<String>>>) {
    let given = Arc::<Mutex<Vec<String>>>::default();
    let kept = Arc::clone(&given);
    let tool = FunctionTool::new("echo", "Gives a text back.", move |note: Note, _run| {
        kept.lock().unwrap().push(note.text.clone());
        async move { Ok::<_, ToolError>(note.text) }
    });
    (tool, given)
}

/// The results that the model was given in its request of this number, from 0.
pub(crate) fn results(model: &Scripted, request: usize) -> Vec<ToolResult> {
    let asked = model.asked();
    let messages = &asked[request].messages;
    let results = messages.iter().filter_map(|message| match message {
        Message::Tool(tool) => Some(tool.results.clone()),
        _ => None,
    });
    results.flatten().collect()
}

/// All that a conversation holds, as it is stored.
pub(crate) fn stored(messages: &[Message]) -> String {
    serde_json::to_string(messages).unwrap()
}
