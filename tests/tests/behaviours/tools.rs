//! Tools that fail, are slow, are called wrongly, or must not run beside others.

use std::time::Duration;

use fastroai::providers::{Part, Response, ToolCall, ToolOutcome};
use fastroai::tool::{Effect, ToolOptions};
use fastroai::{ErrorKind, ToolError};
use tests::scripted::{Scripted, Step, call, calls, reply, text};
use tokio::time::Instant;

use super::stage::{Counter, agent, contents, echo, results, runtime, tool};
use super::transcript::assert_closed;

const READ_ONLY: ToolOptions = ToolOptions {
    effect: Effect::ReadOnly,
    attempts: 3,
    timeout: Duration::from_secs(1),
    ..ToolOptions::DEFAULT
};

#[tokio::test(start_paused = true)]
async fn behaviour_20_a_tool_that_fails_once_is_tried_again_and_its_second_result_is_taken() {
    let model = Scripted::new("test:model", [call("a", "flaky", r#"{"n":1}"#), text("Done")]);
    let tries = Counter::default();
    let counted = tries.clone();
    let flaky = tool("flaky", move |_, run| {
        assert_eq!(run.attempt() as usize, counted.raise() + 1);
        let first = run.attempt() == 1;
        async move { if first { Err(ToolError::new("broken pipe")) } else { Ok("fine".to_owned()) } }
    });
    let agent = agent().tool(flaky.options(READ_ONLY)).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(contents(&answer.messages), ["fine"]);
    assert_eq!((tries.get(), answer.tool_calls[0].attempts), (2, 2));
    assert_eq!(answer.tool_calls[0].outcome, ToolOutcome::Success);
}

#[tokio::test(start_paused = true)]
async fn behaviour_20_a_tool_that_never_ends_is_tried_three_times_with_growing_gaps() {
    let model = Scripted::new("test:model", [call("a", "slow", r#"{"n":1}"#), text("Done")]);
    let starts = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let noted = starts.clone();
    let slow = tool("slow", move |_, _| {
        noted.lock().expect("no panic while locked").push(Instant::now());
        std::future::pending()
    });
    let agent = agent().tool(slow.options(READ_ONLY)).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("the run goes on");
    assert_eq!(contents(&answer.messages), ["Timed out after 1 seconds."]);
    let starts = starts.lock().expect("no panic while locked").clone();
    let gaps: Vec<_> =
        starts.windows(2).map(|pair| pair[1] - (pair[0] + READ_ONLY.timeout)).collect();
    let [first, second] = gaps[..] else { panic!("three attempts, not {}", starts.len()) };
    // Each wait is one to two times 0.1 and 0.2 seconds, to the timer's millisecond.
    assert!((100..=201).contains(&first.as_millis()), "{first:?}");
    assert!((200..=401).contains(&second.as_millis()), "{second:?}");
}

#[tokio::test(start_paused = true)]
async fn behaviour_20_own_words_replace_the_fixed_ones() {
    let script = [
        calls(&[
            ("a", "slow", r#"{"n":1}"#),
            ("b", "broken", r#"{"n":1}"#),
            ("c", "panics", r#"{"n":1}"#),
        ]),
        text("Done"),
    ];
    let model = Scripted::new("test:model", script);
    let slow = tool("slow", |_, _| std::future::pending())
        .options(ToolOptions { on_timeout: Some("Too slow, ask later."), ..READ_ONLY });
    let broken = tool("broken", |_, _| async { Err(ToolError::new("{disk} full")) })
        .options(ToolOptions { on_error: Some("It broke: {error}."), ..READ_ONLY });
    let panics = tool("panics", |_, _| async { panic!("index 7 of 3") })
        .options(ToolOptions { on_error: Some("It broke: {error}."), ..READ_ONLY });
    let agent = agent().tool(slow).tool(broken).tool(panics).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    let contents = contents(&answer.messages);
    assert_eq!(contents[..2], ["Too slow, ask later.", "It broke: {disk} full."]);
    assert!(contents[2].starts_with("The tool failed"), "a panic's text is not shown");
}

#[tokio::test]
async fn behaviour_20_without_own_words_the_model_reads_nothing_of_the_error() {
    let model = Scripted::new("test:model", [call("a", "broken", r#"{"n":1}"#), text("Done")]);
    let broken =
        tool("broken", |_, _| async { Err(ToolError::new("postgres://admin:hunter2@db")) });
    let agent = agent().tool(broken).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    let read = contents(&answer.messages)[0];
    assert!(read.starts_with("The tool failed") && !read.contains("hunter2"), "{read}");
    assert_eq!(answer.tool_calls[0].outcome, ToolOutcome::Failed);
}

#[tokio::test]
async fn behaviour_20_a_tool_that_must_not_be_repeated_is_tried_once() {
    let model = Scripted::new("test:model", [call("a", "pay", r#"{"n":1}"#), text("Done")]);
    let tries = Counter::default();
    let counted = tries.clone();
    let pay = tool("pay", move |_, _| {
        counted.raise();
        async { Err(ToolError::new("connection lost")) }
    });
    let once = ToolOptions { effect: Effect::Once, ..READ_ONLY };
    let agent = agent().tool(pay.options(once)).build().expect("an agent");
    agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(tries.get(), 1);
}

#[tokio::test]
async fn behaviour_20_name_and_description_reach_the_model_as_they_were_given() {
    use fastroai::tool::DynTool;
    let model = Scripted::new("test:model", [text("Hello")]);
    let tool = echo("weather_now").options(READ_ONLY);
    assert_eq!(tool.definition().description, "A tool of the tests.");
    let agent = agent().tool(tool).build().expect("an agent");
    agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(model.asked()[0].tools, ["weather_now"]);
}

#[tokio::test]
async fn behaviour_23_bad_arguments_go_back_to_the_model_bound_to_their_call() {
    let model = Scripted::new(
        "test:model",
        [call("a", "echo", r#"{"n":"one"}"#), call("b", "echo", r#"{"n":1}"#), text("Done")],
    );
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    let first = &results(&answer.messages)[0].results[0];
    assert_eq!((first.call_id.as_str(), first.outcome), ("a", ToolOutcome::Retry));
    assert!(first.content.contains("`/n`"), "the place is named: {}", first.content);
    assert_eq!(contents(&answer.messages)[1], "got 1");
    let sent = &model.asked()[1].messages;
    assert_eq!(results(sent)[0].results[0], *first, "the model reads it with its next request");
}

#[tokio::test]
async fn behaviour_23_success_resets_the_count_of_corrections() {
    let bad = |id: &str| call(id, "echo", r#"{"n":"x"}"#);
    let model = Scripted::new(
        "test:model",
        [
            bad("a"),
            call("b", "echo", r#"{"n":"y"}"#),
            call("c", "echo", r#"{"n":1}"#),
            call("d", "echo", r#"{"n":"z"}"#),
            call("e", "echo", r#"{"n":[]}"#),
            text("Done"),
        ],
    );
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("two in a row are allowed");
    assert_eq!(answer.tool_calls.len(), 5);
}

#[tokio::test]
async fn behaviour_23_corrections_add_up_across_calls_of_other_tools_until_the_limit() {
    let limit = ToolOptions { corrections: 1, ..ToolOptions::DEFAULT };
    let model = Scripted::new(
        "test:model",
        [
            call("a", "picky", r#"{"n":1}"#),
            call("b", "echo", r#"{"n":2}"#),
            call("c", "picky", r#"{"n":3}"#),
            text("never asked for"),
        ],
    );
    let picky = tool("picky", |_, _| async { Err(ToolError::retry("another number")) });
    let agent = agent().tool(picky.options(limit)).tool(echo("echo")).build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("1 correction, 2 attempts");
    assert!(
        matches!(error.kind(), ErrorKind::ToolCorrections { tool, limit: 1, timeouts: 0 } if tool == "picky"),
        "{error:?}"
    );
    assert!(error.to_string().contains("`picky`") && error.to_string().contains('1'), "{error}");
    assert_eq!(model.asked().len(), 3, "the error comes with the last attempt");
    assert_closed(error.history());
}

#[tokio::test]
async fn behaviour_23_several_bad_calls_in_one_reply_are_one_correction() {
    let bad = |n: usize| (["a", "b", "c", "d"][n], "echo", r#"{"n":"x"}"#);
    let model = Scripted::new(
        "test:model",
        [calls(&[bad(0), bad(1), bad(2), bad(3)]), call("e", "echo", r#"{"n":1}"#), text("Done")],
    );
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("it was never asked before");
    assert_eq!(contents(&answer.messages)[4], "got 1");
}

#[tokio::test]
async fn behaviour_24_a_definitive_failure_is_no_correction_and_the_run_goes_on() {
    let limit = ToolOptions { corrections: 1, ..ToolOptions::DEFAULT };
    let failing = (0..5).map(|n| call(&format!("c{n}"), "lookup", &format!(r#"{{"n":{n}}}"#)));
    let model = Scripted::new("test:model", failing.chain([text("Done")]));
    let lookup = tool("lookup", |_, _| async { Err(ToolError::tell_model("no such entry")) });
    let agent = agent().tool(lookup.options(limit)).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    let results: Vec<_> = results(&answer.messages).iter().map(|tool| &tool.results[0]).collect();
    assert_eq!(results.len(), 5);
    for result in results {
        assert_eq!(
            (result.content.as_str(), result.outcome),
            ("no such entry", ToolOutcome::Failed)
        );
        assert!(result.outcome.is_error(), "adapters raise the provider's error flag by this");
    }
}

/// There is no limit at the agent: each tool has its own, 30 seconds unless said otherwise.
#[tokio::test(start_paused = true)]
async fn behaviour_25_a_tool_that_takes_too_long_is_a_correction_with_its_own_limit() {
    let model = Scripted::new(
        "test:model",
        [calls(&[("a", "slow", r#"{"n":1}"#), ("b", "quick", r#"{"n":2}"#)]), text("Done")],
    );
    let slow = tool("slow", |_, _| std::future::pending());
    let quick = tool("quick", |_, _| std::future::pending())
        .options(ToolOptions { timeout: Duration::from_millis(500), ..ToolOptions::DEFAULT });
    let start = Instant::now();
    let agent = agent().tool(slow).tool(quick).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(
        contents(&answer.messages),
        ["Timed out after 30 seconds.", "Timed out after 0.5 seconds."]
    );
    assert_eq!(start.elapsed().as_secs(), 30);
    assert!(answer.tool_calls.iter().all(|call| call.outcome == ToolOutcome::Retry));
}

#[tokio::test(start_paused = true)]
async fn behaviour_25_timeouts_count_against_the_corrections() {
    let slow = |id: &str| call(id, "slow", r#"{"n":1}"#);
    let model = Scripted::new("test:model", [slow("a"), slow("b"), text("never asked for")]);
    let limit = ToolOptions { corrections: 1, ..ToolOptions::DEFAULT };
    let tool = tool("slow", |_, _| std::future::pending()).options(limit);
    let agent = agent().tool(tool).build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("the second is too much");
    assert!(
        matches!(error.kind(), ErrorKind::ToolCorrections { limit: 1, timeouts: 2, .. }),
        "{error:?}"
    );
    let said = error.to_string();
    assert!(said.contains("took too long 2 times in a row"), "{said}");
    assert!(said.contains("`timeout`") && !said.contains("correct"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn behaviour_25_timeouts_among_other_corrections_are_told_beside_them() {
    let steps = ["0", "\"x\"", "1", "2"].map(|n| call("", "slow", &format!(r#"{{"n":{n}}}"#)));
    let model = Scripted::new("test:model", steps);
    let tool = tool("slow", |n, _| async move {
        if n == 0 {
            return Ok("quick".to_owned());
        }
        std::future::pending().await
    });
    let agent = agent().tool(tool).build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("the third is too much");
    assert!(
        matches!(error.kind(), ErrorKind::ToolCorrections { limit: 2, timeouts: 2, .. }),
        "{error:?}"
    );
    let said = error.to_string();
    assert!(
        said.contains("correct its calls") && said.contains("2 of them took too long"),
        "{said}"
    );
}

#[derive(serde::Deserialize, fastroai::prelude::JsonSchema, Debug, PartialEq)]
struct Verdict {
    ok: bool,
}

use fastroai::prelude::schemars;

#[tokio::test]
async fn behaviour_26_an_unknown_tool_is_answered_with_the_names_and_its_siblings_run() {
    let model = Scripted::new(
        "test:model",
        [
            calls(&[("a", "wether", r#"{"n":1}"#), ("b", "weather", r#"{"n":2}"#)]),
            text(r#"{"ok":true}"#),
        ],
    );
    let agent = agent()
        .tool(echo("weather"))
        .tool(echo("time"))
        .output::<Verdict>()
        .configure(|config| config.output_attempts(1))
        .build()
        .expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("no answer was wasted on it");
    assert_eq!(answer.output, Verdict { ok: true });
    let results = &results(&answer.messages)[0].results;
    assert_eq!(results[0].outcome, ToolOutcome::Retry);
    assert!(results[0].content.contains("`weather`, `time`"), "{}", results[0].content);
    assert_eq!(results[1].content, "got 2");
}

#[tokio::test(start_paused = true)]
async fn behaviour_28_a_sequential_tool_waits_for_those_before_and_holds_up_those_after() {
    let names = ["a", "b", "alone", "c", "d"];
    let asked: Vec<_> = names.iter().map(|name| (*name, *name, r#"{"n":1}"#)).collect();
    let model = Scripted::new("test:model", [calls(&asked), text("Done")]);
    let times = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let start = Instant::now();
    let timed = |name: &'static str| {
        let times = times.clone();
        tool(name, move |_, _| {
            let times = times.clone();
            async move {
                let began = start.elapsed().as_secs();
                tokio::time::sleep(Duration::from_secs(1)).await;
                times.lock().expect("no panic").push((name, began, start.elapsed().as_secs()));
                Ok(name.to_owned())
            }
        })
    };
    let alone = ToolOptions { sequential: true, ..ToolOptions::DEFAULT };
    let agent = agent()
        .tool(timed("a"))
        .tool(timed("b"))
        .tool(timed("alone").options(alone))
        .tool(timed("c"))
        .tool(timed("d"))
        .build()
        .expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    let mut times = times.lock().expect("no panic").clone();
    times.sort_unstable();
    assert_eq!(times, [("a", 0, 1), ("alone", 1, 2), ("b", 0, 1), ("c", 2, 3), ("d", 2, 3)]);
    assert_eq!(contents(&answer.messages), names);
}

#[tokio::test]
async fn behaviour_61_two_tools_of_one_name_are_refused_before_anything_is_sent() {
    let built = agent().tool(echo("other")).tool(echo("same")).tool(echo("same")).build();
    let told = built.expect_err("no agent").to_string();
    for word in ["`same`", "number 2", "number 3", "rename"] {
        assert!(told.contains(word), "{told}");
    }
}

/// An agent written by hand, whose list of tools is only known when it runs.
struct ByHand;

impl fastroai::AgentSpec for ByHand {
    type Output = String;
    fn output(&self) -> fastroai::agent::OutputSpec<'_, String> {
        fastroai::agent::OutputSpec::typed()
    }
    fn config(&self) -> &fastroai::agent::AgentConfig {
        static CONFIG: std::sync::LazyLock<fastroai::agent::AgentConfig> =
            std::sync::LazyLock::new(|| fastroai::agent::AgentConfig::new("hand", "test:model"));
        &CONFIG
    }
    fn instructions(&self) -> std::borrow::Cow<'_, str> {
        "".into()
    }
    fn tools(&self) -> Vec<fastroai::tool::BoundTool<'_>> {
        let bound = || fastroai::tool::BoundTool::from_dyn(std::sync::Arc::new(echo("same")));
        vec![bound(), bound()]
    }
}

#[tokio::test]
async fn behaviour_61_two_tools_of_one_name_are_found_at_run_time_too() {
    use fastroai::AgentSpec;
    let model = Scripted::new("test:model", [text("never asked for")]);
    let error = ByHand.run("Go").on(&runtime(&model)).await.expect_err("two of one name");
    assert!(matches!(error.kind(), ErrorKind::Config(why) if why.contains("`same`")), "{error:?}");
    assert!(error.to_string().contains("rename"), "{error}");
    assert!(model.asked().is_empty());
    assert_closed(error.history());
}

#[tokio::test]
async fn a_panic_in_a_tool_is_a_failed_call_and_its_siblings_run_on() {
    let model = Scripted::new(
        "test:model",
        [calls(&[("a", "panics", r#"{"n":1}"#), ("b", "echo", r#"{"n":2}"#)]), text("Done")],
    );
    // The panic comes before the first await: while the future is made.
    let panics = tool("panics", |n, _| {
        assert_ne!(n, 1, "the tool's own bug");
        async { Ok(String::new()) }
    });
    let agent = agent().tool(panics).tool(echo("echo")).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    let results = &results(&answer.messages)[0].results;
    assert_eq!(results[0].outcome, ToolOutcome::Failed);
    assert!(!results[0].content.contains("bug"), "{}", results[0].content);
    assert_eq!(results[1].content, "got 2");
}

#[tokio::test]
async fn a_call_cut_at_the_token_limit_is_not_run_and_a_whole_one_is() {
    let mut cut: Response = reply(vec![
        Part::ToolCall(ToolCall::new("a", "echo", r#"{"n":1}"#)),
        Part::ToolCall(ToolCall::new("b", "echo", r#"{"n":"#)),
    ]);
    cut.finish_reason = fastroai::providers::FinishReason::Length;
    let model = Scripted::new("test:model", [Step::Reply(cut), text("Done")]);
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    let results = &results(&answer.messages)[0].results;
    assert_eq!((results[0].content.as_str(), results[1].outcome), ("got 1", ToolOutcome::Retry));
    assert!(results[1].content.contains("limit of output tokens"), "{}", results[1].content);
}

#[tokio::test]
async fn the_same_call_with_the_same_result_ends_the_run_only_after_a_warning() {
    let same = |turn: usize| call(&format!("c{turn}"), "echo", r#"{"n":1}"#);
    let model = Scripted::new("test:model", (0..5).map(same));
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("round and round");
    assert!(matches!(error.kind(), ErrorKind::Loop { tool } if tool == "echo"), "{error:?}");
    assert_eq!(model.asked().len(), 4);
    let warned = contents(error.history());
    assert_eq!(warned[1], "got 1");
    assert!(warned[2].contains("third time"), "{}", warned[2]);
}

#[tokio::test]
async fn a_tool_that_is_polled_may_say_the_same_as_often_as_it_takes() {
    let same = |turn: usize| call(&format!("c{turn}"), "ready", r#"{"n":1}"#);
    let model = Scripted::new("test:model", (0..6).map(same).chain([text("Done")]));
    let ready = tool("ready", |_, _| async { Ok("pending".to_owned()) })
        .options(ToolOptions { polling: true, ..ToolOptions::DEFAULT });
    let agent = agent().tool(ready).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(contents(&answer.messages), ["pending"; 6]);
}

#[tokio::test]
async fn equal_calls_of_the_third_reply_are_told_alike() {
    let same = || calls(&[("", "echo", r#"{"n":1}"#), ("", "echo", r#"{"n":1}"#)]);
    let model = Scripted::new("test:model", [same(), same(), same(), text("Done")]);
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    let told = contents(&answer.messages);
    assert_eq!(told[..4], ["got 1"; 4]);
    assert!(told[4..].iter().all(|it| it.contains("third time")), "{told:?}");
}

#[tokio::test]
async fn equal_calls_within_one_reply_are_no_loop() {
    let same: Vec<_> = ["a", "b", "c", "d", "e"].map(|id| (id, "echo", r#"{"n":1}"#)).into();
    let model = Scripted::new("test:model", [calls(&same), text("Done")]);
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("the model asked only once");
    assert_eq!(contents(&answer.messages), ["got 1"; 5]);
}
