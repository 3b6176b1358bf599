//! Answers as they come.

use fastroai::ErrorKind;
use fastroai::agent::{AgentEvent, RunStream, ToolCallRecord};
use fastroai::prelude::*;
use fastroai::providers::{Delta, FinishReason, ModelError, Part, StreamEvent, ToolCall};
use fastroai_providers::error::ProviderFault;
use futures_util::StreamExt;
use tests::scripted::{Scripted, Step, call, calls, events, reply, text};

use super::stage::{REPLY, agent, contents, echo, results, runtime, tool};
use super::transcript::assert_closed;

#[expect(clippy::unnecessary_wraps, reason = "as it comes down a stream")]
fn delta(text: &str) -> Result<StreamEvent, ModelError> {
    Ok(StreamEvent::Delta(Delta::Text(text.to_owned())))
}

#[expect(clippy::unnecessary_wraps, reason = "as it comes down a stream")]
fn done(text: &str) -> Result<StreamEvent, ModelError> {
    Ok(StreamEvent::Done(Box::new(reply(vec![Part::text(text)]))))
}

/// One word for each event, with what it carries.
fn word<T>(event: &AgentEvent<T>) -> String {
    match event {
        AgentEvent::Text(text) => format!("text {text}"),
        AgentEvent::Reasoning(text) => format!("reasoning {text}"),
        AgentEvent::ToolCall(call) => format!("call {}", call.id),
        AgentEvent::ToolResult(result) => format!("result {}", result.call_id),
        AgentEvent::Partial(value) => format!("partial {value}"),
        AgentEvent::Restarted => "restarted".to_owned(),
        AgentEvent::Cost(total) => format!("cost {total}"),
        AgentEvent::Done(_) => "done".to_owned(),
        _ => "other".to_owned(),
    }
}

/// As [`word`]; none for what the run has cost, of which other tests tell.
fn said<T>(event: &AgentEvent<T>) -> Option<String> {
    (!matches!(event, AgentEvent::Cost(_))).then(|| word(event))
}

/// One word for each event of a run that ends well.
async fn words<T>(stream: RunStream<'_, T>) -> Vec<String> {
    let words = stream.map(|event| said(&event.expect("no error")));
    words.filter_map(std::future::ready).collect().await
}

#[tokio::test]
async fn behaviour_21_deltas_come_first_and_the_whole_response_once_and_last() {
    let script = [Step::Events(vec![
        delta("Hello "),
        delta("big "),
        delta("world"),
        done("Hello big world"),
    ])];
    let model = Scripted::new("test:model", script);
    let rt = runtime(&model);
    let agent = agent().build().expect("an agent");
    let mut stream = agent.run("Go").on(&rt).stream();
    let mut words = Vec::new();
    let mut last = None;
    while let Some(event) = stream.next().await {
        let event = event.expect("no error");
        words.extend(said(&event));
        if let AgentEvent::Done(response) = event {
            last = Some(response);
        }
    }
    assert_eq!(words, ["text Hello ", "text big ", "text world", "done"], "only what is new");
    assert!(stream.next().await.is_none(), "nothing comes after the end");
    let response = last.expect("the whole response");
    assert_eq!(
        (response.output.as_str(), response.usage.total_tokens()),
        ("Hello big world", Some(15))
    );
    assert_eq!(response.cost, REPLY);
    assert_closed(&response.messages);
    assert!(model.asked()[0].streamed);
}

#[tokio::test(start_paused = true)]
async fn behaviour_64_every_call_comes_before_its_result() {
    let script = [
        calls(&[("a", "sleep", r#"{"n":2}"#), ("b", "sleep", r#"{"n":1}"#)]),
        call("c", "sleep", r#"{"n":0}"#),
        text("Done"),
    ];
    let model = Scripted::new("test:model", script);
    let sleep = tool("sleep", |n, _| async move {
        tokio::time::sleep(std::time::Duration::from_secs(n.into())).await;
        Ok(String::new())
    });
    let rt = runtime(&model);
    let agent = agent().tool(sleep).build().expect("an agent");
    assert_eq!(
        words(agent.run("Go").on(&rt).stream()).await,
        ["call a", "call b", "result b", "result a", "call c", "result c", "text Done", "done"]
    );
}

/// A stream runs only as far as it is polled: who ignores the events still polls to the last one.
#[tokio::test]
async fn behaviour_64_tools_run_though_nobody_looks_at_the_events() {
    let model = Scripted::new("test:model", [call("a", "echo", r#"{"n":1}"#), text("Done")]);
    let rt = runtime(&model);
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let last = agent.run("Go").on(&rt).stream().filter_map(|event| async {
        match event {
            Ok(AgentEvent::Done(response)) => Some(response),
            _ => None,
        }
    });
    let responses: Vec<_> = last.collect().await;
    assert_eq!(contents(&responses[0].messages), ["got 1"]);
}

/// Each call with its result in the order of the events, and both with what the transcript says.
async fn told(model: &Scripted) -> (Vec<String>, Vec<ToolCallRecord>) {
    let rt = runtime(model);
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let events: Vec<_> =
        agent.run("Go").on(&rt).stream().map(|event| event.expect("no error")).collect().await;
    let Some(AgentEvent::Done(response)) = events.last() else { panic!("the end is missing") };
    let mut shown: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            AgentEvent::ToolResult(result) => Some(result),
            _ => None,
        })
        .collect();
    let kept: Vec<_> = results(&response.messages).iter().flat_map(|tool| &tool.results).collect();
    let records: Vec<_> = response.tool_calls.iter().map(|it| (&it.id, it.outcome)).collect();
    let said: Vec<_> = kept.iter().map(|result| (&result.call_id, result.outcome)).collect();
    assert_eq!(records, said, "records agree with the transcript");
    shown.sort_by_key(|it| kept.iter().position(|kept| kept.call_id == it.call_id));
    assert_eq!(shown, kept, "events agree with the transcript");
    (events.iter().filter_map(self::said).collect(), response.tool_calls.clone())
}

#[tokio::test]
async fn behaviour_64_a_call_of_an_unknown_tool_is_told_with_its_result() {
    let first = calls(&[("a", "wether", "{}"), ("b", "echo", r#"{"n":2}"#)]);
    let model = Scripted::new("test:model", [first, call("c", "wether", "{}"), text("Done")]);
    let (events, records) = told(&model).await;
    assert_eq!(
        events,
        ["call a", "result a", "call b", "result b", "call c", "result c", "text Done", "done"]
    );
    let attempts: Vec<_> = records.iter().map(|record| record.attempts).collect();
    assert_eq!(attempts, [0, 1, 0], "what was refused was never tried");
}

#[tokio::test]
async fn behaviour_64_a_call_that_was_cut_is_told_with_its_result() {
    let mut cut = reply(vec![Part::ToolCall(ToolCall::new("a", "echo", r#"{"n":"#))]);
    cut.finish_reason = FinishReason::Length;
    let model = Scripted::new("test:model", [Step::Reply(cut), text("Done")]);
    assert_eq!(told(&model).await.0, ["call a", "result a", "text Done", "done"]);
}

#[tokio::test]
async fn a_result_is_shown_with_all_that_the_model_reads_of_it() {
    let same = |id: &str| call(id, "echo", r#"{"n":1}"#);
    let model = Scripted::new("test:model", [same("a"), same("b"), same("c"), text("Done")]);
    assert_eq!(told(&model).await.0.len(), 8);
}

#[tokio::test]
async fn behaviour_64_empty_deltas_are_tolerated() {
    let script = [Step::Events(vec![delta(""), delta("Hi"), delta(""), done("Hi")])];
    let model = Scripted::new("test:model", script);
    let rt = runtime(&model);
    let agent = agent().build().expect("an agent");
    let stream = agent.run("Go").on(&rt).stream();
    let text: String = stream
        .filter_map(|event| async {
            match event {
                Ok(AgentEvent::Text(text)) => Some(text),
                _ => None,
            }
        })
        .collect()
        .await;
    assert_eq!(text, "Hi");
}

#[tokio::test]
async fn behaviour_64_missing_and_repeated_ids_are_made_unique() {
    let model = Scripted::new(
        "test:model",
        [
            calls(&[
                ("", "echo", r#"{"n":1}"#),
                ("x", "echo", r#"{"n":2}"#),
                ("x", "echo", r#"{"n":3}"#),
            ]),
            calls(&[("", "echo", r#"{"n":4}"#), ("x", "echo", r#"{"n":5}"#)]),
            text("Done"),
        ],
    );
    let rt = runtime(&model);
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let events: Vec<_> =
        agent.run("Go").on(&rt).stream().map(|e| e.expect("no error")).collect().await;
    let ids: std::collections::BTreeSet<_> = events
        .iter()
        .filter_map(|event| match event {
            AgentEvent::ToolCall(call) => Some(call.id.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(ids.len(), 5);
    let Some(AgentEvent::Done(response)) = events.last() else { panic!("the end is missing") };
    assert_closed(&response.messages);
    assert_eq!(contents(&response.messages), ["got 1", "got 2", "got 3", "got 4", "got 5"]);
}

#[tokio::test]
async fn an_error_midway_comes_after_what_had_come_and_is_asked_for_only_once() {
    let mut broken = reply(vec![Part::text("Half an ans")]);
    broken.usage.output_tokens = Some(3);
    let error = ModelError::provider_fault(ProviderFault::Overloaded, "the provider is overloaded")
        .with_status(529)
        .with_partial(broken);
    let model = Scripted::new(
        "test:model",
        [Step::Events(vec![delta("Half an ans"), Err(error)]), text("again")],
    );
    let rt = runtime(&model);
    let agent = agent().build().expect("an agent");
    let mut stream = agent.run("Go").on(&rt).stream();
    let first = stream.next().await.expect("an event").expect("a delta");
    assert_eq!(word(&first), "text Half an ans");
    let error = stream.next().await.expect("an end").expect_err("an error");
    assert!(stream.next().await.is_none());
    assert_eq!(error.model_error().and_then(ModelError::status), Some(529));
    assert_eq!(model.asked().len(), 1, "what was shown is not said again in other words");
    let total = error.bill().total();
    assert_eq!(total.known(), fastroai::money::Cost::from_microdollars(13));
    assert!(total.exact().is_none(), "more may have been used than it told before it broke");
    let Some(fastroai::Message::Assistant(kept)) = error.history().last() else {
        panic!("no partial")
    };
    assert!(kept.interrupted && kept.text() == "Half an ans");
    assert_closed(error.history());
}

#[tokio::test]
async fn a_dropped_stream_tells_its_bill_first() {
    let model = Scripted::new("test:model", [call("a", "hang", r#"{"n":1}"#)]);
    let dropped = super::stage::Counter::default();
    let rt = runtime(&model);
    let agent = agent().tool(super::stage::endless("hang", &dropped)).build().expect("an agent");
    let mut stream = agent.run("Go").on(&rt).stream();
    let cost = stream.next().await.expect("an event").expect("a cost");
    assert_eq!(word(&cost), "cost $0.000015");
    let first = stream.next().await.expect("an event").expect("a call");
    assert_eq!(word(&first), "call a");
    assert_eq!(stream.bill().total(), REPLY);
    drop(stream);
    assert_eq!(dropped.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_request_on_its_way_is_on_the_bill_of_a_stream_as_it_is_when_that_is_dropped() {
    use fastroai::providers::Delta;
    let stalls = Step::Stalls(vec![Delta::Text("Hm".to_owned())]);
    let model = Scripted::new("test:model", [call("a", "echo", r#"{"n":1}"#), stalls]);
    let rt = runtime(&model);
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let mut stream = agent.run("Go").on(&rt).stream();
    assert!(stream.bill().is_empty(), "nothing was asked");
    while word(&stream.next().await.expect("an event").expect("no error")) != "text Hm" {}
    let bill = stream.bill();
    let lines: Vec<_> = bill.lines().iter().map(|line| (line.turn, line.failed)).collect();
    assert_eq!(lines, [(1, false), (2, true)]);
    assert_eq!((bill.total().known(), bill.total().exact()), (REPLY, None));
}

#[tokio::test]
async fn reasoning_comes_as_such_and_is_no_part_of_the_answer() {
    let mut thinking = fastroai::providers::Reasoning::default();
    thinking.text = "hm".to_owned();
    let said = reply(vec![Part::Reasoning(thinking), Part::text("Yes")]);
    let model =
        Scripted::new("test:model", [Step::Events(events(said).into_iter().map(Ok).collect())]);
    let rt = runtime(&model);
    let agent = agent().build().expect("an agent");
    let words = words(agent.run("Go").on(&rt).stream()).await;
    assert_eq!(words, ["reasoning hm", "text Yes", "done"]);
}

#[tokio::test]
async fn a_stream_that_ends_without_a_reply_is_an_error() {
    let script = || Step::Events(vec![]);
    let model = Scripted::new("test:model", [script(), script(), script()]);
    let rt = Runtime::builder().model(model.clone()).retry(fastroai::RetryPolicy::never()).build();
    let agent = agent().build().expect("an agent");
    let mut stream = agent.run("Go").on(&rt).stream();
    let error = stream.next().await.expect("an end").expect_err("an error");
    assert!(matches!(error.kind(), ErrorKind::Model(_)), "{error:?}");
    assert_closed(error.history());
}

/// The words of a run whose answer is a list of numbers.
async fn list(model: &Scripted) -> Vec<String> {
    let rt = runtime(model);
    let agent = agent().output::<Vec<u32>>().build().expect("an agent");
    words(agent.run("Go").on(&rt).stream()).await
}

#[tokio::test(start_paused = true)]
async fn a_typed_answer_that_is_rejected_is_void_before_the_next_one_is_shown() {
    let paced =
        |said: &str| Step::Paced(std::time::Duration::from_secs(1), reply(vec![Part::text(said)]));
    let steps = [paced(r#"{"value":[1,"x"]}"#), paced(r#"{"value":[1,2,3]}"#)];
    let words = list(&Scripted::new("test:model", steps)).await;
    let shown = [r#"partial [1,"x"]"#, "restarted", "partial [1,2,3]", "done"];
    assert_eq!(words, shown, "without the wrapper that providers want around a list");
}

#[tokio::test]
async fn what_nobody_has_seen_is_not_taken_back() {
    let steps = [text(r#"{"value":[1,"x"]}"#), text(r#"{"value":[1,2,3]}"#)];
    let words = list(&Scripted::new("test:model", steps)).await;
    assert_eq!(words, ["partial [1,2,3]", "done"]);
}
