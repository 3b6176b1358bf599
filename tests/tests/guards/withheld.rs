//! One outcome for what was withheld, by whichever provider and in whichever form.

use std::time::Duration;

use fastroai::guard::Stage;
use fastroai::money::Prices;
use fastroai::prelude::*;
use fastroai::providers::{Connection, FinishReason, Message};
use fastroai::{ErrorCategory, RetryPolicy, Withheld};
use serde_json::{Value, json};
use tests::scripted::text;
use tests::transport::{Exchange, ScriptedTransport, bytes};

use super::rig::{block, builder, script};

const CHAT: &str = "openai:gpt-4o-mini";
const AZURE: &str = "azure:gpt-4o-mini";
const RESPONSES: &str = "openai-responses:gpt-4o-mini";
const ANTHROPIC: &str = "anthropic:claude-sonnet-4-5";
const GEMINI: &str = "google:gemini-2.5-flash";

fn runtime(transport: &ScriptedTransport) -> Runtime {
    let connection = Connection::new()
        .environment(|_| None)
        .base_url("azure", "https://example.openai.azure.com/openai/v1")
        .transport(transport.clone());
    let connection = ["openai", "azure", "openai-responses", "anthropic", "google"]
        .into_iter()
        .fold(connection, |connection, provider| connection.key(provider, "sk-test"));
    let mut retry = RetryPolicy::default();
    retry.attempts = 5;
    Runtime::builder().connection(connection).prices(Prices::unlisted()).retry(retry).build()
}

fn agent(model: &str) -> Agent {
    let other = if model == CHAT { ANTHROPIC } else { CHAT };
    let agent = Agent::builder().model(model).fallback([other]);
    agent.timeout(Duration::from_secs(3_600)).build().unwrap()
}

/// A reply of Chat Completions.
fn chat(message: &Value, finish: &str) -> Exchange {
    let body = json!({"id": "c1", "object": "chat.completion", "created": 1, "model": "gpt-4o-mini",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 0, "total_tokens": 10}});
    Exchange::answer(200, body.to_string())
}

/// A reply of the Responses API.
fn response(status: &str, output: &Value) -> Exchange {
    let details = match status {
        "incomplete" => json!({"reason": "content_filter"}),
        _ => Value::Null,
    };
    let body = json!({"id": "resp_1", "object": "response", "status": status,
        "incomplete_details": details, "model": "gpt-4o-mini", "output": output,
        "usage": {"input_tokens": 10, "output_tokens": 0, "total_tokens": 10}});
    Exchange::answer(200, body.to_string())
}

/// A reply of the Messages API.
fn claude(content: &Value, stop: &str) -> Exchange {
    let body = json!({"id": "msg_1", "type": "message", "role": "assistant",
        "model": "claude-sonnet-4-5", "content": content, "stop_reason": stop,
        "usage": {"input_tokens": 10, "output_tokens": 1}});
    Exchange::answer(200, body.to_string())
}

/// A reply of Gemini.
fn gemini(body: &Value) -> Exchange {
    let mut body = body.clone();
    body["usageMetadata"] = json!({"promptTokenCount": 10, "totalTokenCount": 10});
    body["modelVersion"] = json!("gemini-2.5-flash");
    Exchange::answer(200, body.to_string())
}

fn ended(reason: &str, parts: &Value) -> Value {
    json!({"candidates": [{"index": 0, "finishReason": reason,
        "content": {"role": "model", "parts": parts}}]})
}

/// What Azure says where its filter does not like a prompt.
fn azure_filter() -> Value {
    json!({"error": {"code": "content_filter", "status": 400, "param": "prompt",
        "message": "The response was filtered due to the prompt triggering the policy.",
        "innererror": {"code": "ResponsibleAIPolicyViolation",
            "content_filter_result": {"violence": {"filtered": true, "severity": "high"}}}}})
}

fn stream(events: &[Value]) -> Exchange {
    Exchange::stream(events.iter().map(|event| {
        let name = event["type"].as_str().map_or(String::new(), |it| format!("event: {it}\n"));
        bytes(format!("{name}data: {event}\n\n"))
    }))
}

/// Each way in which a provider says that there is no answer, and what it comes to.
fn shapes() -> Vec<(&'static str, &'static str, Exchange, Withheld<'static>)> {
    use Withheld::{InputFiltered, OutputFiltered, Refused};
    let empty = json!({"role": "assistant", "content": ""});
    let refusal = json!({"role": "assistant", "content": null, "refusal": "I will not."});
    let refusing = json!([{"type": "message", "id": "msg_1", "role": "assistant",
        "status": "completed", "content": [{"type": "refusal", "refusal": "I will not."}]}]);
    vec![
        ("a filter's finish", CHAT, chat(&empty, "content_filter"), OutputFiltered),
        ("the same of Azure", AZURE, chat(&empty, "content_filter"), OutputFiltered),
        ("a refusal's field", CHAT, chat(&refusal, "stop"), Refused),
        (
            "an error of the filter",
            AZURE,
            Exchange::answer(400, azure_filter().to_string()),
            InputFiltered,
        ),
        ("an incomplete response", RESPONSES, response("incomplete", &json!([])), OutputFiltered),
        ("a refusal's part", RESPONSES, response("completed", &refusing), Refused),
        ("a stop by refusal", ANTHROPIC, claude(&json!([]), "refusal"), Refused),
        (
            "an error of the policy",
            ANTHROPIC,
            Exchange::answer(
                400,
                json!({"type": "error", "error": {"type": "invalid_request_error",
                    "message": "Output blocked by content filtering policy"}})
                .to_string(),
            ),
            InputFiltered,
        ),
        (
            "a blocked prompt",
            GEMINI,
            gemini(&json!({"promptFeedback": {"blockReason": "SAFETY"}})),
            OutputFiltered,
        ),
        (
            "a blocked prompt with words",
            GEMINI,
            gemini(&json!({"promptFeedback": {"blockReason": "OTHER",
                "blockReasonMessage": "It is about weapons."}})),
            OutputFiltered,
        ),
        ("safety", GEMINI, gemini(&ended("SAFETY", &json!([]))), OutputFiltered),
        ("recitation", GEMINI, gemini(&ended("RECITATION", &json!([]))), OutputFiltered),
        (
            "what is prohibited",
            GEMINI,
            gemini(&ended("PROHIBITED_CONTENT", &json!([]))),
            OutputFiltered,
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn promise_11_each_providers_shape_ends_in_one_outcome_after_one_request() {
    for (name, model, exchange, outcome) in shapes() {
        let transport = ScriptedTransport::new([exchange]);
        let error = agent(model).run("Go").on(&runtime(&transport)).await.unwrap_err();
        assert_eq!(error.withheld(), Some(outcome), "{name}: {error:?}");
        assert_eq!(error.category(), ErrorCategory::Permanent, "{name}");
        assert_eq!(transport.seen().len(), 1, "{name}: neither again nor another model");
        assert!(!error.to_string().contains("weapon"), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn promise_11_a_typed_answer_ends_so_too() {
    for (name, model, exchange, outcome) in shapes() {
        let transport = ScriptedTransport::new([exchange]);
        let agent = Agent::builder().model(model).output::<Vec<u32>>();
        let agent = agent.timeout(Duration::from_secs(3_600)).build().unwrap();
        let error = agent.run("Go").on(&runtime(&transport)).await.unwrap_err();
        assert_eq!(error.withheld(), Some(outcome), "{name}: {error:?}");
        assert_eq!(transport.seen().len(), 1, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn promise_11_a_stream_ends_so_too() {
    let chunk = |delta: &Value, finish: &Value| {
        json!({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o-mini",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
    };
    let claude = [
        json!({"type": "message_start", "message": {"id": "msg_1", "type": "message",
            "role": "assistant", "model": "claude-sonnet-4-5", "content": [], "stop_reason": null,
            "usage": {"input_tokens": 10, "output_tokens": 1}}}),
        json!({"type": "message_delta", "delta": {"stop_reason": "refusal"},
            "usage": {"output_tokens": 1}}),
        json!({"type": "message_stop"}),
    ];
    let filtered = json!({"type": "response.incomplete", "response": {"id": "resp_1",
        "object": "response", "status": "incomplete", "model": "gpt-4o-mini", "output": [],
        "incomplete_details": {"reason": "content_filter"},
        "usage": {"input_tokens": 10, "output_tokens": 0, "total_tokens": 10}}});
    let role = json!({"role": "assistant", "content": ""});
    let shapes = [
        (
            CHAT,
            stream(&[chunk(&role, &Value::Null), chunk(&json!({}), &json!("content_filter"))]),
            Withheld::OutputFiltered,
        ),
        (RESPONSES, stream(&[filtered]), Withheld::OutputFiltered),
        (ANTHROPIC, stream(&claude), Withheld::Refused),
        (GEMINI, stream(&[ended("SAFETY", &json!([]))]), Withheld::OutputFiltered),
    ];
    for (model, exchange, outcome) in shapes {
        let transport = ScriptedTransport::new([exchange]);
        let agent = agent(model);
        let mut stream = agent.run("Go").on(&runtime(&transport)).stream();
        let mut end = None;
        while let Some(event) = stream.next().await {
            end = event.err().or(end);
        }
        let error = end.unwrap();
        assert_eq!(error.withheld(), Some(outcome), "{model}: {error:?}");
        assert_eq!(transport.seen().len(), 1, "{model}");
    }
}

#[tokio::test(start_paused = true)]
async fn promise_11_an_answer_that_a_filter_has_cut_says_so() {
    let cut = json!({"role": "assistant", "content": "First, take"});
    let parts = json!([{"type": "message", "id": "msg_1", "role": "assistant",
        "status": "incomplete", "content": [{"type": "output_text", "text": "First, take",
        "annotations": []}]}]);
    let shapes = [
        (CHAT, chat(&cut, "content_filter")),
        (AZURE, chat(&cut, "content_filter")),
        (RESPONSES, response("incomplete", &parts)),
        (GEMINI, gemini(&ended("SAFETY", &json!([{"text": "First, take"}])))),
    ];
    for (model, exchange) in shapes {
        let transport = ScriptedTransport::new([exchange]);
        let answer = agent(model).run("Go").on(&runtime(&transport)).await.unwrap();
        assert_eq!(answer.output, "First, take", "{model}");
        assert!(answer.was_filtered(), "{model}");
        assert_eq!(transport.seen().len(), 1, "{model}");
        let Some(Message::Assistant(last)) = answer.messages.last() else { panic!("{model}") };
        assert_eq!(last.finish_reason, FinishReason::ContentFilter);
    }
    let whole = chat(&json!({"role": "assistant", "content": "Hello."}), "stop");
    let transport = ScriptedTransport::new([whole]);
    assert!(!agent(CHAT).run("Go").on(&runtime(&transport)).await.unwrap().was_filtered());
}

#[tokio::test]
async fn promise_11_what_a_guard_withheld_is_told_in_the_same_way() {
    for (stage, word) in [(Stage::Prompt, "Hello"), (Stage::Output, "Goodbye")] {
        let model = script([text("Goodbye.")]);
        let rt = builder(&model).guard(block(&[stage], word)).build();
        let error = super::rig::agent().build().unwrap().run("Hello").on(&rt).await.unwrap_err();
        let by_guard = Withheld::ByGuard { guard: "block", stage, reason: "it has the word" };
        assert_eq!(error.withheld(), Some(by_guard));
    }
    let transport =
        ScriptedTransport::new([Exchange::answer(401, "{}"), Exchange::answer(401, "{}")]);
    let error = agent(CHAT).run("Go").on(&runtime(&transport)).await.unwrap_err();
    assert_eq!(error.withheld(), None, "{error:?}");
}
