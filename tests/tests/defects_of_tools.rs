//! Defects of the Python library of this name that tools and traces must not have. Each test would
//! fail if they had it. (That attempts are at least one, and that only marked functions are tools of a
//! set, is told when compiling: `tests/ui`.)
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastroai::hook::{Denied, Ended, Gate, Hook, Permit, ToolUse};
use fastroai::prelude::*;
use fastroai::providers::ToolOutcome;
use fastroai::tool::{Effect, FunctionTool, ToolOptions};
use tests::scripted::{Scripted, call, text};
use tests::spans::Spans;
use tokio::time::Instant;
use tracing::instrument::WithSubscriber;
use tracing_subscriber::layer::SubscriberExt;

const MODEL: &str = "test:one";
const SECRET: &str = "postgres://admin:hunter2@db.internal";

/// A tool without arguments, and how often it was tried.
fn tool<F>(name: &str, options: ToolOptions, function: F) -> (FunctionTool, Tries)
where
    F: Fn() -> Result<String, ToolError> + Send + Sync + 'static,
{
    let tries = Tries::default();
    let (noted, function) = (tries.clone(), Arc::new(function));
    let tool = FunctionTool::new(name, "Does it.", move |_: serde_json::Value, _| {
        noted.0.lock().unwrap().push(Instant::now());
        let function = Arc::clone(&function);
        async move { function() }
    });
    (tool.options(options), tries)
}

#[derive(Clone, Default)]
struct Tries(Arc<Mutex<Vec<Instant>>>);

impl Tries {
    fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// The time between one and the next.
    fn gaps(&self) -> Vec<Duration> {
        self.0.lock().unwrap().windows(2).map(|pair| pair[1] - pair[0]).collect()
    }
}

/// What came of one call of a tool.
struct Called {
    /// What the model read.
    read: String,
    outcome: ToolOutcome,
    spans: Spans,
}

/// Has a model call a tool once, and then answer.
async fn calls(name: &str, tool: FunctionTool) -> Called {
    on(Runtime::builder(), name, tool).await
}

async fn on(builder: fastroai::RuntimeBuilder, name: &str, tool: FunctionTool) -> Called {
    let model = Scripted::new(MODEL, [call("a", name, "{}"), text("Done")]);
    let (runtime, spans) = (builder.model(model.clone()).build(), Spans::default());
    let agent = Agent::builder().name("Clerk").model(MODEL).tool(tool).build().unwrap();
    let subscriber = tracing_subscriber::registry().with(spans.layer());
    let answer = async { agent.run("Go").on(&runtime).await }.with_subscriber(subscriber).await;
    let outcome = answer.unwrap().tool_calls[0].outcome;
    let read = model.asked()[1].tool_results()[0].to_owned();
    Called { read, outcome, spans }
}

const THRICE: ToolOptions =
    ToolOptions { effect: Effect::ReadOnly, attempts: 3, ..ToolOptions::DEFAULT };

#[tokio::test(start_paused = true)]
async fn defect_39_what_a_tool_s_error_says_reaches_neither_the_model_nor_the_log() {
    for on_error in [None, Some(""), Some("Ask later.")] {
        let options = ToolOptions { on_error, ..THRICE };
        let (tool, tries) = tool("lookup", options, || Err(ToolError::new(SECRET)));
        let Called { read, outcome, spans } = calls("lookup", tool).await;
        assert_eq!((tries.count(), outcome), (3, ToolOutcome::Failed));
        match on_error {
            // An empty text of one's own is one's own, and no way back to the error's.
            Some(text) => assert_eq!(read, text),
            None => assert!(read.starts_with("The tool failed"), "{read}"),
        }
        let logged = format!("{:?} {:?}", spans.all(), spans.events());
        assert!(spans.events().len() >= 3, "each failed attempt is logged");
        assert!(!logged.contains("hunter2") && !read.contains("hunter2"), "{logged}");
    }
}

static BEGUN: AtomicUsize = AtomicUsize::new(0);
static RELEASED: AtomicBool = AtomicBool::new(false);

/// Blocks a thread until it is released.
#[safe_tool(timeout = "100ms")]
fn blocks() -> String {
    BEGUN.fetch_add(1, Ordering::SeqCst);
    let start = std::time::Instant::now();
    while !RELEASED.load(Ordering::SeqCst) && start.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(5));
    }
    "released".to_owned()
}

/// Calls it.
#[agent(model = "offline:demo", tools = [blocks])]
struct Blocking {}

#[tokio::test(flavor = "current_thread")]
async fn defect_41_a_blocking_tool_leaves_the_loop_free_keeps_its_time_and_runs_once() {
    let model = Scripted::new(MODEL, [call("a", "blocks", "{}"), text("Done")]);
    let runtime = Runtime::builder().model(model.clone()).build();
    let agent = Blocking {};
    let start = std::time::Instant::now();
    // Who blocked the loop would be released by nobody.
    agent.run("Go").model(MODEL).on(&runtime).await.unwrap();
    RELEASED.store(true, Ordering::SeqCst);
    assert!(start.elapsed() < Duration::from_secs(15));
    assert_eq!(model.asked()[1].tool_results(), ["Timed out after 0.1 seconds."]);
    assert_eq!(BEGUN.load(Ordering::SeqCst), 1);
}

/// Says how often it was called.
#[safe_tool]
async fn bare() -> String {
    "called".to_owned()
}

/// Calls it.
#[agent(model = "offline:demo", tools = [bare])]
struct Plain {}

#[tokio::test(start_paused = true)]
async fn defect_42_attempts_are_counted_in_all_and_each_tool_is_called_once_at_least() {
    for (attempts, expected) in [(0, 1), (1, 1), (3, 3)] {
        let options = ToolOptions { attempts, ..THRICE };
        let (tool, tries) = tool("fails", options, || Err(ToolError::new("no")));
        calls("fails", tool).await;
        assert_eq!(tries.count(), expected, "{attempts}");
    }
    assert_eq!(bare().await, "called", "it is a function as before");
    let model = Scripted::new(MODEL, [call("a", "bare", "{}"), text("Done")]);
    let runtime = Runtime::builder().model(model.clone()).build();
    Plain {}.run("Go").model(MODEL).on(&runtime).await.unwrap();
    assert_eq!(model.asked()[1].tool_results(), ["called"]);
}

#[tokio::test(start_paused = true)]
async fn defect_42_braces_in_one_s_own_words_are_braces() {
    for (words, read) in [
        ("{}", "{}"),
        ("{0} {name} {error:?} {", "{0} {name} {error:?} {"),
        ("Full: {error}.", "Full: {disk} 3."),
    ] {
        let options = ToolOptions { on_error: Some(words), ..THRICE };
        let (tool, _) = tool("fails", options, || Err(ToolError::new("{disk} 3")));
        assert_eq!(calls("fails", tool).await.read, read);
    }
}

#[tokio::test(start_paused = true)]
async fn defect_43_only_what_may_be_repeated_is_and_after_waits_that_differ() {
    for (effect, expected) in [(Effect::ReadOnly, 3), (Effect::Idempotent, 3), (Effect::Once, 1)] {
        let options = ToolOptions { effect, ..THRICE };
        let (tool, tries) = tool("fails", options, || Err(ToolError::new("no")));
        calls("fails", tool).await;
        assert_eq!(tries.count(), expected, "{effect:?}");
    }
    // The tool says itself that trying again is of no use.
    let (unknown, tries) = tool("fails", THRICE, || Err(ToolError::tell_model("Nobody's.")));
    calls("fails", unknown).await;
    assert_eq!(tries.count(), 1);
    let mut first_waits = Vec::new();
    for _ in 0..20 {
        let (tool, tries) = tool("fails", THRICE, || Err(ToolError::new("no")));
        calls("fails", tool).await;
        first_waits.push(tries.gaps()[0]);
    }
    first_waits.sort();
    first_waits.dedup();
    assert!(first_waits.len() > 3, "{first_waits:?}");
}

/// What a tool's attempts came to, as a hook sees it.
#[derive(Clone, Default)]
struct Endings(Arc<Mutex<Vec<&'static str>>>);

impl Hook for Endings {
    fn before_tool(&self, _: &mut ToolUse<'_>) -> Result<Gate, Denied> {
        let seen = self.clone();
        Ok(Gate::Go(Permit::new(move |outcome| {
            seen.0.lock().unwrap().push(match outcome.map(|outcome| outcome.ended) {
                Some(Ended::Succeeded) => "succeeded",
                Some(_) => "failed",
                None => "given up",
            });
        })))
    }
}

#[tokio::test(start_paused = true)]
async fn defect_43_a_failure_is_told_from_a_success_that_reads_alike() {
    const WORDS: &str = "The tool failed: no";
    let fails = || Err(ToolError::tell_model(WORDS));
    for (says, outcome, ended) in [
        (fails as fn() -> _, ToolOutcome::Failed, "failed"),
        (|| Ok(WORDS.to_owned()), ToolOutcome::Success, "succeeded"),
    ] {
        let (tool, _) = tool("does", ToolOptions::DEFAULT, says);
        let endings = Endings::default();
        let called = on(Runtime::builder().hook(endings.clone()), "does", tool).await;
        assert_eq!((called.read.as_str(), called.outcome), (WORDS, outcome));
        assert_eq!(*endings.0.lock().unwrap(), [ended]);
        let span = called.spans.one("execute_tool does");
        assert_eq!(span.text("error.type").is_some(), ended == "failed", "{span:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn defect_44_errors_are_on_their_spans_and_all_spans_of_a_run_are_one_tree() {
    let (lookup, _) = tool("lookup", ToolOptions::DEFAULT, || Err(ToolError::new(SECRET)));
    let ask = FunctionTool::new("ask", "Asks.", move |_: serde_json::Value, _| {
        let inner = Agent::builder().name("Inner").model(MODEL).tool(lookup.clone());
        async move { Ok::<_, ToolError>(inner.build()?.run("Go").await?.output) }
    });
    let script = [call("a", "ask", "{}"), call("b", "lookup", "{}"), text("In"), text("Out")];
    let model = Scripted::new(MODEL, script);
    let runtime = Runtime::builder().model(model).build();
    let (outer, spans) = (Agent::builder().name("Outer").model(MODEL).tool(ask), Spans::default());
    let subscriber = tracing_subscriber::registry().with(spans.layer());
    let outer = outer.build().unwrap();
    let answer =
        async { outer.run("Go").on(&runtime).await }.with_subscriber(subscriber).await.unwrap();
    assert_eq!(
        spans.paths(),
        [
            "invoke_agent Outer",
            "invoke_agent Outer > chat one",
            "invoke_agent Outer > chat one",
            "invoke_agent Outer > execute_tool ask",
            "invoke_agent Outer > execute_tool ask > invoke_agent Inner",
            "invoke_agent Outer > execute_tool ask > invoke_agent Inner > chat one",
            "invoke_agent Outer > execute_tool ask > invoke_agent Inner > chat one",
            "invoke_agent Outer > execute_tool ask > invoke_agent Inner > execute_tool lookup",
        ]
    );
    let failed = spans.one("execute_tool lookup");
    assert_eq!(
        (failed.text("error.type"), failed.text("otel.status_code")),
        (Some("failed"), Some("ERROR"))
    );
    let (outer, inner) = (spans.one("invoke_agent Outer"), spans.one("invoke_agent Inner"));
    assert_eq!(outer.text("fastroai.run.id"), Some(answer.run_id.as_str()));
    assert_ne!(outer.text("fastroai.run.id"), inner.text("fastroai.run.id"));
}

#[tokio::test(start_paused = true)]
async fn defect_44_a_run_that_fails_says_so_on_its_span() {
    let runtime = Runtime::builder().model(Scripted::new(MODEL, [text(""), text("")])).build();
    let agent = Agent::builder().name("Clerk").model(MODEL).build().unwrap();
    for (model, word) in [(MODEL, "empty"), ("nobody:knows", "config")] {
        let spans = Spans::default();
        let subscriber = tracing_subscriber::registry().with(spans.layer());
        let run = async { agent.run("Go").model(model).on(&runtime).await };
        let error = run.with_subscriber(subscriber).await.unwrap_err();
        let span = spans.one("invoke_agent Clerk");
        assert_eq!(span.text("error.type"), Some(word));
        assert_eq!(error.public().code(), word);
        assert_eq!(span.text("fastroai.run.id"), Some(error.correlation_id()));
    }
}

#[tokio::test(start_paused = true)]
async fn defect_45_no_name_that_a_logger_uses_itself_breaks_what_is_traced() {
    let names =
        ["module", "message", "name", "args", "level", "error", "exc_info", "target", "kind"];
    for name in names {
        let (tool, tries) = tool(name, ToolOptions::DEFAULT, || Err(ToolError::new(SECRET)));
        let model = Scripted::new(MODEL, [call("a", name, "{}"), text("Done")]);
        let (runtime, spans) = (Runtime::builder().model(model).build(), Spans::default());
        let agent = Agent::builder().name(name).model(MODEL).tool(tool).build().unwrap();
        let subscriber = tracing_subscriber::registry().with(spans.layer());
        let run = async { agent.run("Go").metadata(name, "it").on(&runtime).await };
        run.with_subscriber(subscriber).await.unwrap();
        assert_eq!(tries.count(), 1);
        let span = spans.one(&format!("invoke_agent {name}"));
        assert_eq!(span.text("fastroai.metadata"), Some(format!(r#"{{"{name}":"it"}}"#).as_str()));
        // Nor is what an error says logged beside it.
        assert!(!format!("{:?} {:?}", spans.all(), spans.events()).contains("hunter2"));
    }
}
