//! Runs through the adapters, down to the bytes of each provider.

use std::time::Duration;

use fastroai::money::{Prices, Rates};
use fastroai::prelude::*;
use fastroai::providers::error::ProviderFault;
use fastroai::providers::{Connection, FinishReason, Message, ModelErrorKind};
use fastroai::{ErrorKind, RetryPolicy};
use serde_json::{Value, json};
use tests::transport::{Exchange, ScriptedTransport, bytes};
use tokio::time::Instant;

use super::stage::{contents, echo};
use super::transcript::assert_closed;

const CHAT: &str = "openai:gpt-4o-mini";
const RESPONSES: &str = "openai-responses:gpt-4o-mini";
const ANTHROPIC: &str = "anthropic:claude-sonnet-4-5";

/// Arguments that are no JSON.
const BROKEN: &str = r#"{"n": one"#;

fn runtime(transport: &ScriptedTransport) -> Runtime {
    let dollar = Rates::per_million("1", "1").expect("two prices");
    let mut prices = Prices::unlisted();
    for pattern in ["openai:*", "openai-responses:*", "anthropic:*"] {
        prices = prices.with_override(pattern, dollar).expect("a pattern");
    }
    let connection = Connection::new().environment(|_| None).transport(transport.clone());
    let connection = ["openai", "openai-responses", "anthropic"]
        .into_iter()
        .fold(connection, |connection, provider| connection.key(provider, "sk-test"));
    Runtime::builder().connection(connection).prices(prices).build()
}

fn agent(model: &str) -> Agent {
    Agent::builder().model(model).tool(echo("echo")).build().expect("an agent")
}

/// A reply of Chat Completions.
fn chat(message: &Value, finish: &str) -> Exchange {
    let body = json!({"id": "c1", "object": "chat.completion", "created": 1, "model": "gpt-4o-mini",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}});
    Exchange::answer(200, body.to_string())
}

fn chat_text(text: &str) -> Exchange {
    chat(&json!({"role": "assistant", "content": text}), "stop")
}

fn chat_call(arguments: &str) -> Exchange {
    let function = json!({"name": "echo", "arguments": arguments});
    let call = json!({"id": "call_1", "type": "function", "function": function});
    chat(&json!({"role": "assistant", "content": null, "tool_calls": [call]}), "tool_calls")
}

/// A reply of the Responses API.
fn response(output: &Value) -> Exchange {
    let body = json!({"id": "resp_1", "object": "response", "status": "completed",
        "model": "gpt-4o-mini", "output": output,
        "usage": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}});
    Exchange::answer(200, body.to_string())
}

fn response_text(text: &str) -> Exchange {
    response(&json!([{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": []}]}]))
}

fn response_call(arguments: &str) -> Exchange {
    response(&json!([
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "c2VjcmV0"},
        {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "echo",
            "arguments": arguments, "status": "completed"}
    ]))
}

/// A reply of the Messages API.
fn claude(content: &Value, stop: &str) -> Exchange {
    let body = json!({"id": "msg_1", "type": "message", "role": "assistant",
        "model": "claude-sonnet-4-5", "content": content, "stop_reason": stop,
        "usage": {"input_tokens": 10, "output_tokens": 5}});
    Exchange::answer(200, body.to_string())
}

/// The same, in a stream: the only way in which it can bring arguments that are no JSON.
fn claude_stream(block: &Value, delta: &Value, stop: &str) -> Exchange {
    let events = [
        json!({"type": "message_start", "message": {"id": "msg_1", "type": "message",
            "role": "assistant", "model": "claude-sonnet-4-5", "content": [], "stop_reason": null,
            "usage": {"input_tokens": 10, "output_tokens": 1}}}),
        json!({"type": "content_block_start", "index": 0, "content_block": block}),
        json!({"type": "content_block_delta", "index": 0, "delta": delta}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta", "delta": {"stop_reason": stop},
            "usage": {"output_tokens": 5}}),
        json!({"type": "message_stop"}),
    ];
    Exchange::stream(events.iter().map(|event| {
        let name = event["type"].as_str().expect("a name");
        bytes(format!("event: {name}\ndata: {event}\n\n"))
    }))
}

fn claude_call(arguments: &str) -> Exchange {
    let block = json!({"type": "tool_use", "id": "toolu_1", "name": "echo", "input": {}});
    let delta = json!({"type": "input_json_delta", "partial_json": arguments});
    claude_stream(&block, &delta, "tool_use")
}

fn claude_text(text: &str) -> Exchange {
    let block = json!({"type": "text", "text": ""});
    claude_stream(&block, &json!({"type": "text_delta", "text": text}), "end_turn")
}

fn claude_is_overloaded() -> Exchange {
    let error = json!({"type": "overloaded_error", "message": "Overloaded"});
    Exchange::answer(529, json!({"type": "error", "error": error}).to_string())
}

/// Every object in a JSON value, itself included.
fn objects(value: &Value) -> Vec<&serde_json::Map<String, Value>> {
    match value {
        Value::Object(object) => {
            std::iter::once(object).chain(object.values().flat_map(objects)).collect()
        }
        Value::Array(items) => items.iter().flat_map(objects).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn behaviour_47_malformed_arguments_go_back_as_an_object_and_the_run_recovers() {
    let wrapped = json!({"INVALID_JSON": BROKEN});
    let good = r#"{"n":1}"#;
    let chats = [chat_call(BROKEN), chat_call(good), chat_text("It is 1")];
    let responses = [response_call(BROKEN), response_call(good), response_text("It is 1")];
    let claudes = [claude_call(BROKEN), claude_call(good), claude_text("It is 1")];
    for (model, exchanges) in [(CHAT, chats), (RESPONSES, responses), (ANTHROPIC, claudes)] {
        let transport = ScriptedTransport::new(exchanges);
        let on = runtime(&transport);
        let agent = agent(model);
        let call = agent.run("Go").on(&on);
        let answer = if model == ANTHROPIC {
            let mut stream = call.stream();
            loop {
                let event = stream.next().await.expect("an end").expect("no error");
                if let AgentEvent::Done(answer) = event {
                    break *answer;
                }
            }
        } else {
            call.await.expect("an answer")
        };
        assert_eq!(answer.output, "It is 1", "{model}");
        assert_eq!(contents(&answer.messages)[1], "got 1", "{model}");
        assert_closed(&answer.messages);
        for replay in &transport.seen()[1..] {
            let body = replay.json();
            let sent: Vec<Value> = objects(&body)
                .into_iter()
                .filter_map(|object| match (object.get("arguments"), object.get("input")) {
                    (Some(Value::String(text)), _) => {
                        Some(serde_json::from_str(text).expect("arguments are JSON"))
                    }
                    (_, Some(input)) if input.is_object() => Some(input.clone()),
                    _ => None,
                })
                .collect();
            assert_eq!(sent.first(), Some(&wrapped), "{model}: {body}");
            assert!(sent.iter().all(Value::is_object), "{model}: {body}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn behaviour_52_a_wait_that_the_provider_asks_for_is_waited_for() {
    let now = "Wed, 21 Oct 2026 07:28:00 GMT";
    let waited = [
        (vec![("retry-after", "7")], 7_000),
        (vec![("retry-after", "0.5")], 500),
        (vec![("retry-after-ms", "1500"), ("retry-after", "7")], 1_500),
        (vec![("date", now), ("retry-after", "Wed, 21 Oct 2026 07:28:40 GMT")], 40_000),
    ];
    for (headers, millis) in waited {
        let (elapsed, ended) = asked_again(&headers).await;
        assert_eq!(ended.expect("an answer"), "Here.", "{headers:?}");
        assert_eq!(elapsed, Duration::from_millis(millis), "{headers:?}");
    }
    let ignored = [
        vec![],
        vec![("retry-after", "soon")],
        vec![("retry-after", "-3")],
        vec![("retry-after", "0")],
        vec![("retry-after", "Wed, 99 Foo 2026 07:28:00 GMT")],
        vec![("date", now), ("retry-after", "Wed, 21 Oct 2026 07:27:00 GMT")],
    ];
    for headers in ignored {
        let (elapsed, ended) = asked_again(&headers).await;
        assert_eq!(ended.expect("an answer"), "Here.", "{headers:?}");
        let first = RetryPolicy::default().first_wait;
        assert!(elapsed >= first / 2 && elapsed <= first, "{headers:?}: {elapsed:?}");
    }
    let (elapsed, ended) = asked_again(&[("retry-after", "61")]).await;
    let error = ended.expect_err("more than a minute is not waited for");
    assert_eq!(elapsed, Duration::ZERO);
    let asked = error.model_error().and_then(fastroai::ModelError::retry_after);
    assert_eq!(asked, Some(Duration::from_secs(61)));
}

/// A request that is throttled with these headers and then answered: how long it took.
async fn asked_again(headers: &[(&'static str, &str)]) -> (Duration, Result<String, Error>) {
    let busy = json!({"error": {"type": "rate_limit_exceeded", "message": "slow"}}).to_string();
    let busy = headers
        .iter()
        .fold(Exchange::answer(429, busy), |answer, (name, value)| answer.header(name, *value));
    let transport = ScriptedTransport::new([busy, chat_text("Here.")]);
    let (on, start) = (runtime(&transport), Instant::now());
    let ended = agent(CHAT).run("Go").on(&on).await;
    (start.elapsed(), ended.map(|answer| answer.output))
}

#[tokio::test(start_paused = true)]
async fn behaviour_57_a_fallback_to_another_provider_sends_nothing_foreign() {
    let thought = json!([
        {"type": "thinking", "thinking": "secret thought", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "aGlkZGVu"},
        {"type": "text", "text": "Let me look."},
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "w"}},
        {"type": "tool_use", "id": "toolu_1", "name": "echo", "input": {"n": 1}}
    ]);
    let transport = ScriptedTransport::new([
        claude(&thought, "tool_use"),
        claude_is_overloaded(),
        claude_is_overloaded(),
        claude_is_overloaded(),
        response_call(r#"{"n":2}"#),
        Exchange::answer(503, "{}"),
        Exchange::answer(503, "{}"),
        Exchange::answer(503, "{}"),
        claude(&json!([{"type": "text", "text": "1 and 2"}]), "end_turn"),
    ]);
    let (on, agent) = (runtime(&transport), agent(ANTHROPIC));
    let answer = agent.run("Go").fallback([RESPONSES]).on(&on).await.expect("an answer");
    assert_eq!(answer.output, "1 and 2");
    assert_eq!(contents(&answer.messages), ["got 1", "got 2"]);

    let seen = transport.seen();
    assert_eq!(seen.len(), 9);
    let to_openai = String::from_utf8_lossy(seen[4].bytes()).into_owned();
    assert!(seen[4].url().contains("openai"), "{}", seen[4].url());
    for foreign in ["secret thought", "c2ln", "aGlkZGVu", "srvtoolu", "web_search"] {
        assert!(!to_openai.contains(foreign), "{foreign}: {to_openai}");
    }
    for kept in ["Let me look.", "toolu_1", "got 1"] {
        assert!(to_openai.contains(kept), "{kept}: {to_openai}");
    }
    let back = String::from_utf8_lossy(seen[8].bytes()).into_owned();
    for (own, foreign) in [("c2ln", "c2VjcmV0"), ("srvtoolu_1", "rs_1"), ("got 2", "fc_1")] {
        assert!(back.contains(own) && !back.contains(foreign), "{own} {foreign}: {back}");
    }
    let lines: Vec<_> =
        answer.bill.lines().iter().map(|line| (&*line.provider, line.failed)).collect();
    let (claude, openai) = ("anthropic", "openai-responses");
    assert_eq!(
        lines[..5],
        [(claude, false), (claude, true), (claude, true), (claude, true), (openai, false)]
    );
    assert_eq!(lines.last(), Some(&(claude, false)));
}

#[tokio::test]
async fn behaviour_37_a_filter_or_a_refusal_without_content_is_an_error_that_keeps_the_body() {
    let ends = [
        (CHAT, chat(&json!({"role": "assistant", "content": ""}), "content_filter"), false),
        (
            CHAT,
            chat(&json!({"role": "assistant", "content": null, "refusal": "I will not."}), "stop"),
            true,
        ),
        (
            RESPONSES,
            response(&json!([{"type": "message", "id": "msg_1", "role": "assistant",
                "status": "completed", "content": [{"type": "refusal", "refusal": "I will not."}]}])),
            true,
        ),
        (ANTHROPIC, claude(&json!([]), "refusal"), true),
    ];
    for (model, exchange, refused) in ends {
        let transport = ScriptedTransport::new([exchange, chat_text("no")]);
        let error = agent(model).run("Go").on(&runtime(&transport)).await.expect_err("no answer");
        let as_expected = match error.kind() {
            ErrorKind::Refused => refused,
            ErrorKind::Filtered => !refused,
            _ => false,
        };
        assert!(as_expected, "{model}: {error:?}");
        assert_eq!(transport.seen().len(), 1, "{model}: not asked again");
        let Some(Message::Assistant(last)) = error.history().last() else { panic!("{error:?}") };
        assert!(last.finish_reason_raw.is_some(), "{model}");
        if let Some(words) = last.refusal() {
            assert_eq!(words, "I will not.");
        }
        assert_eq!(error.bill().requests(), 1, "{model}: it is paid for");
        assert!(error.bill().total().exact().is_some(), "{model}");
    }
}

fn paused(part: usize) -> (Value, Exchange) {
    let content = json!([
        {"type": "text", "text": format!("Part {part}.")},
        {"type": "server_tool_use", "id": format!("srvtoolu_{part}"), "name": "web_search",
            "input": {"query": "weather"}}
    ]);
    let exchange = claude(&content, "pause_turn");
    (content, exchange)
}

#[tokio::test]
async fn p24_a_paused_turn_goes_on_as_it_stands_and_each_reply_is_billed_once() {
    let (content, exchange) = paused(1);
    let done = claude(&json!([{"type": "text", "text": "It rains."}]), "end_turn");
    let transport = ScriptedTransport::new([exchange, done]);
    let answer = agent(ANTHROPIC).run("Go").on(&runtime(&transport)).await.expect("an answer");
    assert_eq!((answer.output.as_str(), answer.requests), ("It rains.", 2));
    let body = transport.seen()[1].json();
    let messages = body["messages"].as_array().expect("messages");
    assert_eq!(messages.len(), 2, "the prompt and the paused reply, and no word of ours");
    assert_eq!((&messages[1]["role"], &messages[1]["content"]), (&json!("assistant"), &content));
    assert_eq!(answer.bill.lines().len(), 2);
    assert_eq!(answer.cost.exact(), Some(Cost::from_microdollars(2 * 15)));
    let reasons: Vec<_> = answer
        .messages
        .iter()
        .filter_map(|message| match message {
            Message::Assistant(reply) => Some(&reply.finish_reason),
            _ => None,
        })
        .collect();
    assert_eq!(reasons, [&FinishReason::Paused, &FinishReason::Stop]);
}

#[tokio::test]
async fn p24_a_turn_that_never_ends_its_pauses_reaches_the_limit_of_turns() {
    let transport = ScriptedTransport::new((0..9).map(|part| paused(part).1));
    let agent = Agent::builder().model(ANTHROPIC).max_turns(4).build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&transport)).await.expect_err("no end");
    assert!(matches!(error.kind(), ErrorKind::MaxTurns { limit: 4 }), "{error:?}");
    assert_eq!((transport.seen().len(), error.bill().lines().len()), (4, 4));
    assert_eq!(error.bill().total().exact(), Some(Cost::from_microdollars(4 * 15)));
}

#[tokio::test(start_paused = true)]
async fn p24_a_pause_that_cannot_go_on_keeps_what_had_come_and_its_bill() {
    let transport = ScriptedTransport::new([paused(1).1, Exchange::answer(400, "{}")]);
    let error = agent(ANTHROPIC).run("Go").on(&runtime(&transport)).await.expect_err("refused");
    let kind = error.model_error().expect("an error of the model").kind();
    assert_eq!(*kind, ModelErrorKind::Provider(ProviderFault::InvalidRequest));
    assert_eq!(error.history().len(), 2);
    assert_eq!(error.bill().total().exact(), Some(Cost::from_microdollars(15)));
}
