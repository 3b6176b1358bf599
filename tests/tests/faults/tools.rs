//! What tools do wrongly.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::{Arc, LazyLock, mpsc};
use std::time::Duration;

use fastroai::agent::{AgentConfig, AgentSpec};
use fastroai::providers::{Schema, ToolDefinition, ToolOutcome};
use fastroai::tool::{
    Arguments, BoundTool, DynTool, Effect, FunctionTool, ToolFuture, ToolOptions, blocking,
};
use fastroai::{ErrorKind, RunContext, ToolError};
use proptest::prelude::*;
use tests::scripted::{call, calls, text};
use tokio::time::Instant;

use crate::rig::{
    Count, MODEL, Nothing, Number, agent, block_on, double, results, runtime, script,
};

const FIXED: &str = "The tool failed; the reason was recorded and is not shown here.";

/// A tool `fail` that does as it is told.
fn tool<F, Fut>(options: ToolOptions, act: F) -> FunctionTool
where
    F: Fn(RunContext<'static>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<String, ToolError>> + Send + 'static,
{
    FunctionTool::new("fail", "Fails.", move |_: Nothing, run| act(run)).options(options)
}

/// A tool `fail` of a plain function that holds up its thread.
struct Blocking<F>(Arc<ToolDefinition>, ToolOptions, F);

fn plain<F: Fn() -> String + Clone + Send + Sync + 'static>(
    options: ToolOptions,
    function: F,
) -> Blocking<F> {
    let schema = Schema::from(serde_json::json!({"type": "object", "properties": {}}));
    Blocking(Arc::new(ToolDefinition::new("fail", "Blocks.", schema)), options, function)
}

impl<F: Fn() -> String + Clone + Send + Sync + 'static> DynTool for Blocking<F> {
    fn definition(&self) -> &Arc<ToolDefinition> {
        &self.0
    }

    fn options(&self) -> ToolOptions {
        self.1
    }

    fn call<'a>(&'a self, _: Arguments<'a>, _: RunContext<'a>) -> ToolFuture<'a> {
        let function = self.2.clone();
        Box::pin(blocking(move || Ok(function())))
    }
}

fn seconds(seconds: u64) -> ToolOptions {
    ToolOptions { timeout: Duration::from_secs(seconds), ..ToolOptions::DEFAULT }
}

#[tokio::test(start_paused = true)]
async fn t1_a_panic_is_a_failed_call_and_the_others_go_on() {
    use ToolOutcome::{Failed, Success};
    let broken = tool(ToolOptions::DEFAULT, |_| async { panic!("canary in a panic") });
    let model = script([
        calls(&[
            ("a", "double", r#"{"n": 1}"#),
            ("b", "fail", "{}"),
            ("c", "double", r#"{"n": 3}"#),
        ]),
        text("Two of three."),
    ]);
    let agent = agent().tool(broken).tool(double().0).build().unwrap();
    let answer = agent.run("hello").on(&runtime(&model)).await.unwrap();
    assert_eq!(answer.output, "Two of three.");
    let told = results(&model, 1);
    let told: Vec<_> = told.iter().map(|it| (it.content.as_str(), it.outcome)).collect();
    assert_eq!(told, [("2", Success), (FIXED, Failed), ("6", Success)]);
}

#[tokio::test(start_paused = true)]
async fn t2_a_panic_without_a_text_and_one_before_the_first_await_are_failed_calls() {
    let odd = tool(ToolOptions::DEFAULT, |_| async { std::panic::panic_any(42_u8) });
    let early = FunctionTool::new("early", "Fails.", |_: Nothing, run| {
        assert_eq!(run.tool(), "late", "before the future is made");
        async { Ok::<_, Infallible>(0) }
    });
    let model = script([calls(&[("a", "fail", "{}"), ("b", "early", "{}")]), text("Neither.")]);
    let agent = agent().tool(odd).tool(early).build().unwrap();
    agent.run("hello").on(&runtime(&model)).await.unwrap();
    assert!(results(&model, 1).iter().all(|it| it.content == FIXED));
}

#[tokio::test(start_paused = true)]
async fn t3_a_tool_that_never_returns_is_dropped_at_its_deadline() {
    struct Dropped(Count);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.up();
        }
    }
    let dropped = Count::default();
    let count = dropped.clone();
    let endless = tool(seconds(7), move |_| {
        let guard = Dropped(count.clone());
        async move {
            let _guard = guard;
            std::future::pending().await
        }
    });
    let model = script([call("a", "fail", "{}"), text("No.")]);
    let agent = agent().tool(endless).build().unwrap();
    let start = Instant::now();
    agent.run("hello").on(&runtime(&model)).await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(7));
    assert_eq!(dropped.get(), 1);
    let told = results(&model, 1).remove(0);
    assert_eq!(told.content, "Timed out after 7 seconds.");
}

#[test]
fn t4_a_blocking_tool_holds_up_neither_its_deadline_nor_the_other_tools() {
    let (release, held) = mpsc::channel::<()>();
    let held = Arc::new(std::sync::Mutex::new(held));
    let options = ToolOptions { timeout: Duration::from_millis(50), ..ToolOptions::DEFAULT };
    let slow = plain(options, move || {
        let _ = held.lock().unwrap().recv_timeout(Duration::from_secs(30));
        "late".to_owned()
    });
    let model = script([
        calls(&[("a", "fail", "{}"), ("b", "double", r#"{"n": 1}"#)]),
        text("One of two."),
    ]);
    let agent = agent().tool(slow).tool(double().0).build().unwrap();
    let alone = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let start = std::time::Instant::now();
    let answer = alone.block_on(async { agent.run("hello").on(&runtime(&model)).await }).unwrap();
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!(answer.output, "One of two.");
    let told = results(&model, 1);
    assert_eq!(told[0].content, "Timed out after 0.05 seconds.");
    assert_eq!(told[1].content, "2");
    drop(release);
}

#[test]
fn t5_a_blocking_tool_past_its_deadline_keeps_its_place_until_it_ends_and_is_reported() {
    use tracing_subscriber::layer::SubscriberExt as _;
    let spans = tests::spans::Spans::default();
    let _guard =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(spans.layer()));
    let (release, held) = mpsc::channel::<()>();
    let held = Arc::new(std::sync::Mutex::new(held));
    let begun = Count::default();
    let count = begun.clone();
    // Long enough for a busy machine to begin 64 threads.
    let options = ToolOptions { timeout: Duration::from_secs(2), ..ToolOptions::DEFAULT };
    let slow = plain(options, move || {
        count.up();
        let _ = held.lock().unwrap().recv_timeout(Duration::from_secs(60));
        String::new()
    });
    // There are 64 places; the calls beyond them find none in time, and never begin.
    let some: Vec<_> = (0..70).map(|_| ("", "fail", "{}")).collect();
    let model = script([calls(&some), text("None.")]);
    let agent = agent().tool(slow).configure(|it| it.max_concurrency(70)).build().unwrap();
    let alone = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    alone.block_on(async { agent.run("hello").on(&runtime(&model)).await }).unwrap();
    assert!(results(&model, 1).iter().all(|it| it.content.starts_with("Timed out")));
    let abandoned = spans
        .events()
        .iter()
        .filter(|event| {
            let message = event.get("message");
            matches!(message, Some(tests::spans::Value::Text(text)) if text.contains("abandoned"))
        })
        .count();
    assert_eq!((begun.get(), abandoned), (64, 64));
    drop(release);
    alone.block_on(async { tokio::time::sleep(Duration::from_millis(100)).await });
    assert_eq!(begun.get(), 64, "a call whose time is up does not begin");
}

#[test]
fn t5_a_blocking_tool_that_waits_for_a_thread_past_its_deadline_never_begins() {
    let (release, held) = mpsc::channel::<()>();
    let begun = Count::default();
    let count = begun.clone();
    let options = ToolOptions { timeout: Duration::from_millis(50), ..ToolOptions::DEFAULT };
    let late = plain(options, move || {
        count.up();
        String::new()
    });
    let model = script([call("a", "fail", "{}"), text("No.")]);
    let agent = agent().tool(late).build().unwrap();
    let alone = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(1)
        .enable_all()
        .build()
        .unwrap();
    alone.block_on(async {
        let busy = tokio::task::spawn_blocking(move || {
            let _ = held.recv_timeout(Duration::from_secs(60));
        });
        agent.run("hello").on(&runtime(&model)).await.unwrap();
        drop(release);
        busy.await.unwrap();
        tokio::task::spawn_blocking(|| ()).await.unwrap();
    });
    assert_eq!(begun.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn t6_a_result_of_any_size_is_cut_for_the_model_and_its_true_size_told() {
    // Three bytes a letter: the cut must not fall inside one.
    let huge = tool(ToolOptions::DEFAULT, |_| async { Ok("€".repeat(3_000_000)) });
    let model = script([call("a", "fail", "{}"), text("Long.")]);
    let agent = agent().tool(huge).build().unwrap();
    let answer = agent.run("hello").on(&runtime(&model)).await.unwrap();
    let told = results(&model, 1).remove(0).content;
    assert!(told.len() < 66_000, "{}", told.len());
    assert!(told.starts_with("€€") && told.contains("9000000 bytes"));
    assert!(serde_json::to_string(&answer.messages).unwrap().len() < 70_000);
}

proptest! {
    #[test]
    fn t7_a_text_reaches_the_model_unchanged_whatever_is_in_it(
        said in prop_oneof![any::<String>(), "[\u{0}\u{1b}\u{7f}\r\n\"\\\\{}\\[]{0,9}"]
    ) {
        let given = said.clone();
        let odd = tool(ToolOptions::DEFAULT, move |_| std::future::ready(Ok(given.clone())));
        let model = script([call("a", "fail", "{}"), text("Odd.")]);
        let agent = agent().tool(odd).build().unwrap();
        let answer = block_on(async { agent.run("hello").on(&runtime(&model)).await }).unwrap();
        prop_assert_eq!(&results(&model, 1)[0].content, &said);
        let stored = serde_json::to_string(&answer.messages).unwrap();
        let back: fastroai::History = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(back, answer.messages);
    }

    #[test]
    fn t7_bytes_reach_the_model_as_numbers(bytes: Vec<u8>) {
        let given = bytes.clone();
        let odd = FunctionTool::new("fail", "Bytes.", move |_: Nothing, _run| {
            std::future::ready(Ok::<_, Infallible>(given.clone()))
        });
        let model = script([call("a", "fail", "{}"), text("Odd.")]);
        let agent = agent().tool(odd).build().unwrap();
        block_on(async { agent.run("hello").on(&runtime(&model)).await }).unwrap();
        let told = serde_json::from_str::<Vec<u8>>(&results(&model, 1)[0].content).unwrap();
        prop_assert_eq!(told, bytes);
    }
}

#[tokio::test(start_paused = true)]
async fn t8_the_text_of_an_error_stays_here_unless_the_tool_says_otherwise() {
    let cases = [
        (None, ToolError::new("password=canary"), FIXED),
        (Some("Try later."), ToolError::new("password=canary"), "Try later."),
        (Some("It said: {error}"), ToolError::new("too busy"), "It said: too busy"),
        (Some("Try later."), ToolError::tell_model("no such city"), "no such city"),
    ];
    for (on_error, error, told) in cases {
        let error = std::sync::Mutex::new(Some(error));
        let broken = tool(ToolOptions { on_error, ..ToolOptions::DEFAULT }, move |_| {
            std::future::ready(Err(error.lock().unwrap().take().unwrap()))
        });
        let model = script([call("a", "fail", "{}"), text("No.")]);
        let agent = agent().tool(broken).build().unwrap();
        let answer = agent.run("hello").on(&runtime(&model)).await.unwrap();
        let result = results(&model, 1).remove(0);
        assert_eq!((result.content.as_str(), result.outcome), (told, ToolOutcome::Failed));
        assert!(!serde_json::to_string(&answer.messages).unwrap().contains("canary"));
    }
}

#[tokio::test(start_paused = true)]
async fn t8_a_panic_is_no_text_for_the_model_even_where_errors_are() {
    let options = ToolOptions { on_error: Some("It said: {error}"), ..ToolOptions::DEFAULT };
    let broken = tool(options, |_| async { panic!("canary") });
    let model = script([call("a", "fail", "{}"), text("No.")]);
    let agent = agent().tool(broken).build().unwrap();
    agent.run("hello").on(&runtime(&model)).await.unwrap();
    assert_eq!(results(&model, 1)[0].content, FIXED);
}

#[tokio::test(start_paused = true)]
async fn t9_a_cancelled_run_tells_its_tools_and_keeps_a_history_that_says_what_is_unknown() {
    let fired = Count::default();
    let count = fired.clone();
    let waiting = tool(ToolOptions::DEFAULT, move |run| {
        let count = count.clone();
        async move {
            let token = run.cancellation();
            tokio::spawn(async move {
                token.cancelled().await;
                count.up();
            });
            std::future::pending().await
        }
    });
    let model = script([calls(&[("a", "fail", "{}"), ("b", "double", r#"{"n": 1}"#)])]);
    let agent = agent().tool(waiting).tool(double().0).build().unwrap();
    let token = tokio_util::sync::CancellationToken::new();
    let cancel = token.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(3)).await;
        cancel.cancel();
    });
    let start = Instant::now();
    let running = agent.run("hello").on(&runtime(&model)).cancellation(token);
    let error = running.await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Cancelled), "{error:?}");
    assert_eq!(start.elapsed(), Duration::from_secs(3));
    tokio::task::yield_now().await;
    assert_eq!(fired.get(), 1);
    let results = crate::rig::tool_results(error.history());
    assert_eq!(
        (results[0].outcome, results[1].outcome),
        (ToolOutcome::Interrupted, ToolOutcome::Success)
    );
    assert_eq!(error.bill().requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn t9_a_call_whose_own_time_is_up_is_told_while_its_run_goes_on() {
    let fired = Count::default();
    let count = fired.clone();
    let waiting = tool(seconds(2), move |run| {
        let (count, token) = (count.clone(), run.cancellation());
        tokio::spawn(async move {
            token.cancelled().await;
            count.up();
        });
        std::future::pending()
    });
    let model = script([call("a", "fail", "{}"), text("No.")]);
    let agent = agent().tool(waiting).build().unwrap();
    agent.run("hello").on(&runtime(&model)).await.unwrap();
    tokio::task::yield_now().await;
    assert_eq!(fired.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn t9_a_tool_can_cancel_the_whole_run() {
    let stop = tool(ToolOptions::DEFAULT, |run| async move {
        run.cancel();
        std::future::pending().await
    });
    let model = script([call("a", "fail", "{}"), text("Not asked for.")]);
    let agent = agent().tool(stop).build().unwrap();
    let error = agent.run("hello").on(&runtime(&model)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Cancelled), "{error:?}");
    assert_eq!(model.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn t10_only_a_tool_that_may_be_repeated_is_tried_again() {
    let cases = [(Effect::Once, 1), (Effect::Idempotent, 3), (Effect::ReadOnly, 3)];
    for (effect, expected) in cases {
        for hangs in [false, true] {
            let tried = Count::default();
            let count = tried.clone();
            let options = ToolOptions { effect, attempts: 3, ..seconds(1) };
            let broken = tool(options, move |run| {
                assert_eq!(count.up(), run.attempt());
                async move {
                    if hangs {
                        std::future::pending::<()>().await;
                    }
                    Err(ToolError::new("down"))
                }
            });
            let model = script([call("a", "fail", "{}"), text("No.")]);
            let agent = agent().tool(broken).build().unwrap();
            let answer = agent.run("hello").on(&runtime(&model)).await.unwrap();
            assert_eq!(tried.get(), expected, "{effect:?}, hangs: {hangs}");
            assert_eq!(answer.tool_calls[0].attempts, expected);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn t10_what_the_model_is_told_and_a_panic_are_not_tried_again() {
    let options = ToolOptions { effect: Effect::ReadOnly, attempts: 3, ..ToolOptions::DEFAULT };
    for how in 0..3 {
        let tried = Count::default();
        let count = tried.clone();
        let broken = tool(options, move |_| {
            count.up();
            async move {
                match how {
                    0 => Err(ToolError::retry("another city")),
                    1 => Err(ToolError::tell_model("no such city")),
                    _ => panic!("broken"),
                }
            }
        });
        let model = script([call("a", "fail", "{}"), text("No.")]);
        let agent = agent().tool(broken).build().unwrap();
        agent.run("hello").on(&runtime(&model)).await.unwrap();
        assert_eq!(tried.get(), 1, "{how}");
    }
}

proptest! {
    #[test]
    fn t11_results_are_handed_on_in_the_order_of_the_calls(
        waits in prop::collection::vec(0..50_u64, 1..20)
    ) {
        let slow = FunctionTool::new("wait", "Waits.", |number: Number, _run| async move {
            tokio::time::sleep(Duration::from_millis(number.n.unsigned_abs())).await;
            Ok::<_, Infallible>(number.n)
        });
        let arguments: Vec<_> = waits.iter().map(|wait| format!(r#"{{"n": {wait}}}"#)).collect();
        let some: Vec<_> = arguments.iter().map(|it| ("", "wait", it.as_str())).collect();
        let model = script([calls(&some), text("Done.")]);
        let agent = agent().tool(slow).build().unwrap();
        let answer = block_on(async { agent.run("hello").on(&runtime(&model)).await }).unwrap();
        let given: Vec<_> = results(&model, 1).into_iter().map(|it| it.content).collect();
        prop_assert_eq!(given, waits.iter().map(u64::to_string).collect::<Vec<_>>());
        let recorded: Vec<_> = answer.tool_calls.into_iter().map(|it| it.arguments).collect();
        prop_assert_eq!(recorded, arguments);
    }
}

#[tokio::test(start_paused = true)]
async fn t12_where_one_of_several_fails_for_good_the_results_and_bill_of_the_others_are_kept() {
    let broken = tool(ToolOptions { corrections: 0, ..ToolOptions::DEFAULT }, |_| async {
        Err(ToolError::retry("not so"))
    });
    let model = script([calls(&[
        ("a", "double", r#"{"n": 1}"#),
        ("b", "fail", "{}"),
        ("c", "double", r#"{"n": 3}"#),
    ])]);
    let agent = agent().tool(broken).tool(double().0).build().unwrap();
    let error = agent.run("hello").on(&runtime(&model)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ToolCorrections { limit: 0, .. }), "{error:?}");
    let told = crate::rig::tool_results(error.history());
    let told: Vec<_> = told.iter().map(|it| it.content.as_str()).collect();
    assert_eq!(told, ["2", "not so", "6"]);
    assert_eq!(error.bill().requests(), 1);
    assert!(error.bill().total().exact().is_some());
}

struct Twice;

impl AgentSpec for Twice {
    type Output = String;
    fn output(&self) -> fastroai::agent::OutputSpec<'_, String> {
        fastroai::agent::OutputSpec::typed()
    }

    fn config(&self) -> &AgentConfig {
        static CONFIG: LazyLock<AgentConfig> = LazyLock::new(|| AgentConfig::new("Twice", MODEL));
        &CONFIG
    }

    fn instructions(&self) -> Cow<'_, str> {
        "".into()
    }

    fn tools(&self) -> Vec<BoundTool<'_>> {
        let tool = || BoundTool::from_dyn(Arc::new(double().0));
        vec![tool(), tool()]
    }
}

#[tokio::test(start_paused = true)]
async fn t16_two_tools_of_one_name_are_refused_before_anything_is_sent() {
    let error = agent().tool(double().0).tool(double().0).build().unwrap_err();
    assert!(error.to_string().contains("two tools of this agent are called `double`"), "{error}");

    let model = script([text("Not asked for.")]);
    let error = Twice.run("hello").on(&runtime(&model)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error:?}");
    assert!(error.to_string().contains("`double`"), "{error}");
    assert_eq!(model.asked().len(), 0);
}
