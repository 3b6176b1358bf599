//! What one run may use: requests, tool calls, tokens.

use fastroai::money::LineState;
use fastroai::prelude::*;
use fastroai::providers::{Delta, Message, ModelError, Part, StreamEvent, Usage};
use fastroai::{ErrorCategory, ErrorKind, Exceeded, Limit, UsageLimits, usd};
use futures_util::future::join_all;
use proptest::prelude::*;
use tests::scripted::{Scripted, Step, call, calls, dear, reply, text, usage};

use super::rig::{
    BeforeModel, Count, Recorder, agent, broken, echo, prices, runtime, script, tool,
};
use super::tokens::{Counting, on_counting};

pub(crate) fn limits() -> UsageLimits {
    UsageLimits::default()
}

/// The limit that was passed, what is allowed of it, and what was used.
pub(crate) fn passed(error: &fastroai::Error) -> (Limit, u64, u64) {
    let ErrorKind::UsageLimit(Exceeded { limit, allowed, used, .. }) = error.kind() else {
        panic!("another error: {error:?}")
    };
    assert_eq!(error.category(), ErrorCategory::ResourceExhaustion);
    assert!(error.to_string().contains(limit.name()), "{error}");
    (*limit, *allowed, *used)
}

#[tokio::test(start_paused = true)]
async fn requests_are_counted_with_those_that_failed_and_the_next_is_not_sent() {
    let model = script([call("a", "echo", r#"{"n":1}"#), Step::Fail(broken()), text("never")]);
    let recorder = Recorder::default();
    let on = runtime(&model).hook(recorder.clone()).build();
    let agent = agent().tool(echo()).usage_limits(limits().requests(2)).build().expect("an agent");
    let error = agent.run("Go").on(&on).await.expect_err("a third is too many");
    assert_eq!(model.asked().len(), 2);
    assert_eq!(recorder.log.count("before test"), 2, "hooks are not asked about what is refused");
    // What went wrong is why it ends; that it cannot be tried again is the lesser news.
    assert!(error.model_error().is_some(), "{error:?}");

    let model = script([call("a", "echo", r#"{"n":1}"#), text("never")]);
    let on = runtime(&model).build();
    let error = agent.run("Go").usage_limits(limits().requests(1)).on(&on).await;
    let error = error.expect_err("a second is too many");
    assert_eq!(passed(&error), (Limit::Requests, 1, 2));
    assert_eq!((model.asked().len(), error.bill().requests()), (1, 1));
    assert_eq!(error.history().len(), 3, "what was said is kept");
}

#[tokio::test(start_paused = true)]
async fn none_at_all_is_a_limit_too() {
    let model = script([text("never")]);
    let on = runtime(&model).build();
    let agent = agent().build().expect("an agent");
    let error = agent.run("Go").usage_limits(limits().requests(0)).on(&on).await;
    assert_eq!(passed(&error.expect_err("none")), (Limit::Requests, 0, 1));
    assert!(model.asked().is_empty());
}

#[tokio::test(start_paused = true)]
async fn where_one_tool_call_of_a_reply_is_too_many_none_of_it_runs() {
    let echoes = calls(&[("", "echo", r#"{"n":1}"#), ("", "echo", r#"{"n":2}"#)]);
    let model = script([call("a", "echo", r#"{"n":0}"#), echoes]);
    let recorder = Recorder::default();
    let on = runtime(&model).hook(recorder.clone()).build();
    let agent = agent().tool(echo()).usage_limits(limits().tool_calls(2)).build();
    let error = agent.expect("an agent").run("Go").on(&on).await.expect_err("three are too many");
    assert_eq!(passed(&error), (Limit::ToolCalls, 2, 3));
    assert_eq!(recorder.log.count("before echo"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_passes_a_limit_of_tokens_ends_the_run_and_is_kept_and_paid() {
    for (limits, expected) in [
        (limits().output_tokens(4), (Limit::OutputTokens, 4, 5)),
        (limits().total_tokens(14), (Limit::TotalTokens, 14, 15)),
        (limits().input_tokens(9), (Limit::InputTokens, 9, 10)),
        (limits().request_input_tokens(9), (Limit::RequestInputTokens, 9, 10)),
    ] {
        let model = script([text("Long")]);
        let on = runtime(&model).build();
        let agent = agent().build().expect("an agent");
        let error = agent.run("Go").usage_limits(limits).on(&on).await.expect_err("too much");
        assert_eq!(passed(&error), expected);
        assert_eq!(error.bill().total().exact(), Some(usd!("0.000015")));
        let Some(Message::Assistant(reply)) = error.history().last() else { panic!("{error:?}") };
        assert_eq!(reply.text(), "Long");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_just_allowed_is_allowed() {
    let model = script([text("Done")]);
    let on = runtime(&model).build();
    let exact = limits().requests(1).output_tokens(5).total_tokens(15).input_tokens(10);
    let agent = agent().usage_limits(exact.request_input_tokens(10)).build().expect("an agent");
    assert_eq!(agent.run("Go").on(&on).await.expect("all fit").output, "Done");
}

#[tokio::test(start_paused = true)]
async fn behaviour_34_the_input_of_each_request_is_looked_at_by_itself() {
    let steps = || [call("a", "echo", r#"{"n":1}"#), call("b", "echo", r#"{"n":2}"#), text("Done")];
    let agent = agent().tool(echo()).build().expect("an agent");

    let model = script(steps());
    let on = runtime(&model).build();
    let each = agent.run("Go").usage_limits(limits().request_input_tokens(10)).on(&on).await;
    each.expect("ten tokens each, thirty together");

    let model = script(steps());
    let on = runtime(&model).build();
    let all = agent.run("Go").usage_limits(limits().input_tokens(20)).on(&on).await;
    assert_eq!(passed(&all.expect_err("thirty together")), (Limit::InputTokens, 20, 21));
    assert_eq!(model.asked().len(), 2, "twenty are used, and every request reads something");
}

#[tokio::test(start_paused = true)]
async fn behaviour_32_34_a_counted_request_that_is_too_large_is_not_sent() {
    for limit in [limits().request_input_tokens(999), limits().input_tokens(999)] {
        let model = Counting::new([text("never")], 1_000);
        let on = on_counting(&model);
        let prompt = "a".repeat(5_000);
        let agent = agent().usage_limits(limit).build().expect("an agent");
        let error = agent.run(prompt).on(&on).await.expect_err("too large");
        assert_eq!((passed(&error).1, passed(&error).2), (999, 1_000));
        assert!(model.asked().is_empty() && error.bill().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn what_its_bytes_show_to_fit_is_not_counted() {
    let model = Counting::new([text("Done")], 1_000);
    let on = on_counting(&model);
    let agent = agent().usage_limits(limits().request_input_tokens(5_000)).build();
    agent.expect("an agent").run("Go").on(&on).await.expect("it fits");
    assert_eq!(model.counted(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_request_is_not_even_counted_that_a_hook_denies_or_has_wait() {
    let (asked, counts) = (Count::default(), Count::default());
    let (asking, counting) = (asked.clone(), counts.clone());
    let hook = BeforeModel(move |call: &mut fastroai::hook::ModelCall<'_>| {
        asking.up();
        if call.is_count() {
            counting.up();
        }
        Err(fastroai::hook::Denied::new("a guard keeps it"))
    });
    let model = Counting::new([text("never")], 1_000);
    let on = Runtime::builder().model(model.clone()).prices(prices()).hook(hook).build();
    let prompt = "a".repeat(100_000);
    let agent = agent().build().expect("an agent");
    for budget in [usd!("0.02"), usd!("1.00")] {
        let limits = limits().request_input_tokens(50_000);
        let call = agent.run(prompt.clone()).usage_limits(limits).budget(budget).on(&on);
        call.await.expect_err("by the budget or by the hook");
    }
    assert_eq!((model.counted(), model.asked().len()), (0, 0), "nothing is sent, in no form");
    assert_eq!((asked.get(), counts.get()), (4, 3), "two limits and a budget would have counted");
}

#[tokio::test(start_paused = true)]
async fn agents_inside_a_run_use_of_the_same() {
    let inside = |_: u32, _: RunContext<'static>| async {
        let answer = agent().build().expect("an agent").run("In").await;
        answer.map(|answer| answer.output).map_err(|error| ToolError::new(error.to_string()))
    };
    let model = script([call("a", "ask", r#"{"n":1}"#), text("In"), text("never")]);
    let on = runtime(&model).build();
    let outer = agent().tool(tool("ask", inside)).usage_limits(limits().requests(2)).build();
    let error = outer.expect("an agent").run("Go").on(&on).await.expect_err("three requests");
    assert_eq!(passed(&error), (Limit::Requests, 2, 3));
    assert_eq!(model.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn of_the_agent_s_limits_and_the_call_s_the_tighter_holds() {
    let both = limits().requests(5).output_tokens(7).and(limits().requests(9).input_tokens(3));
    assert_eq!(both, limits().requests(5).output_tokens(7).input_tokens(3));
    let model = script([call("a", "echo", r#"{"n":1}"#), text("never")]);
    let on = runtime(&model).build();
    let agent = agent().tool(echo()).usage_limits(limits().requests(1)).build().expect("an agent");
    let error = agent.run("Go").usage_limits(limits().requests(9)).on(&on).await;
    assert_eq!(passed(&error.expect_err("one request")), (Limit::Requests, 1, 2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Agents side by side inside one run, whatever their replies take.
    #[test]
    fn no_more_requests_are_sent_than_are_allowed(allowed in 0u64..8, inside in 1usize..8) {
        let mut clock = tokio::runtime::Builder::new_current_thread();
        let sent = clock.enable_time().start_paused(true).build().expect("a runtime").block_on(async {
            let asking = tool("ask", move |_, _| async move {
                let agent = agent().build().expect("an agent");
                join_all((0..inside).map(|_| agent.run("In"))).await;
                Ok("done".to_owned())
            });
            let steps = [call("a", "ask", r#"{"n":1}"#)].into_iter();
            let model = script(steps.chain((0..20).map(|_| dear(text("Done")))));
            let on = runtime(&model).build();
            let agent = agent().tool(asking).usage_limits(limits().requests(allowed)).build();
            let ended = agent.expect("an agent").run("Go").on(&on).await;
            let needed = inside as u64 + 2;
            assert_eq!(ended.is_ok(), allowed >= needed);
            model.asked().len() as u64
        });
        prop_assert!(sent <= allowed);
    }
}

/// A piece of text, and what was counted up to there.
fn counted(word: &str, input: u64, output: u64) -> [Result<StreamEvent, ModelError>; 2] {
    let delta = Ok(StreamEvent::Delta(Delta::Text(word.to_owned())));
    [delta, Ok(StreamEvent::Usage(Box::new(usage(input, output))))]
}

#[expect(clippy::unnecessary_wraps, reason = "as it comes down a stream")]
fn done(words: &str, usage: Usage) -> Result<StreamEvent, ModelError> {
    let mut reply = reply(vec![Part::text(words)]);
    reply.usage = usage;
    Ok(StreamEvent::Done(Box::new(reply)))
}

async fn streamed(
    model: &Scripted,
    limits: UsageLimits,
    recorder: &Recorder,
) -> (String, Result<AgentResponse<String>, fastroai::Error>) {
    let on = runtime(model).hook(recorder.clone()).build();
    let agent = agent().usage_limits(limits).build().expect("an agent");
    let mut stream = agent.run("Go").on(&on).stream();
    let mut text = String::new();
    while let Some(event) = stream.next().await {
        match event {
            Ok(AgentEvent::Text(delta)) => text.push_str(&delta),
            Ok(AgentEvent::Done(answer)) => return (text, Ok(*answer)),
            Ok(_) => {}
            Err(error) => return (text, Err(error)),
        }
    }
    panic!("a stream ends with an answer or an error")
}

#[tokio::test(start_paused = true)]
async fn behaviour_31_a_stream_stops_at_the_first_crossing_and_counts_are_not_summed() {
    let events = || {
        let pieces = [
            counted("Once ", 10, 1),
            counted("upon ", 10, 4),
            counted("a ", 10, 6),
            counted("time", 10, 9),
        ];
        pieces.into_iter().flatten().chain([done("Once upon a time", usage(10, 9))]).collect()
    };
    let (model, recorder) = (script([Step::Events(events())]), Recorder::default());
    let (shown, ended) = streamed(&model, limits().output_tokens(5), &recorder).await;
    let error = ended.expect_err("it is stopped");
    assert_eq!(passed(&error), (Limit::OutputTokens, 5, 6));
    assert_eq!(shown, "Once upon a ", "nothing is shown beyond the crossing");
    assert_eq!(recorder.log.all(), ["before test:one", "after test:one: CutOff"]);

    let Some(Message::Assistant(partial)) = error.history().last() else { panic!("{error:?}") };
    assert_eq!((partial.text().as_str(), partial.interrupted), ("Once upon a ", true));
    assert_eq!(partial.usage, usage(10, 6));
    let [line] = error.bill().lines() else { panic!("one line: {:?}", error.bill()) };
    assert_eq!((&line.usage, line.cost), (&usage(10, 6), Some(usd!("0.000016"))));
    assert_eq!(line.state(), LineState::PossiblyPaid, "what else was written, nobody heard of");
    assert_eq!(error.bill().total().known(), usd!("0.000016"));

    // The counts of the four pieces sum to 20, and are 9.
    let model = script([Step::Events(events())]);
    let (shown, ended) = streamed(&model, limits().output_tokens(9), &recorder).await;
    assert_eq!(
        (shown.as_str(), ended.expect("all of it").output.as_str()),
        ("Once upon a time", "Once upon a time")
    );
}

#[tokio::test(start_paused = true)]
async fn behaviour_31_what_earlier_replies_wrote_counts_too() {
    let tools = [
        Ok(StreamEvent::Delta(Delta::ToolCall { index: 0, name: "unknown".to_owned() })),
        Ok(StreamEvent::Usage(Box::new(usage(10, 3)))),
    ];
    let first = call("a", "unknown", "{}");
    let Step::Reply(mut first) = first else { panic!("a reply") };
    first.usage = usage(10, 4);
    let first = tools.into_iter().chain([Ok(StreamEvent::Done(Box::new(first)))]).collect();
    let second = [counted("It ", 10, 1), counted("is", 10, 3)].into_iter().flatten().collect();
    let model = script([Step::Events(first), Step::Events(second)]);
    let (shown, ended) = streamed(&model, limits().output_tokens(6), &Recorder::default()).await;
    assert_eq!(passed(&ended.expect_err("seven")), (Limit::OutputTokens, 6, 7));
    assert_eq!(shown, "It is");
}
