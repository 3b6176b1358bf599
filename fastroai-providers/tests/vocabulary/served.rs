//! What replies say of how they were served: the tier, and the searches that were made.

use fastroai_providers::Response;
use fastroai_providers::anthropic::Messages;
use fastroai_providers::gemini::GenerateContent;
use fastroai_providers::openai::{ChatCompletions, Responses};
use fastroai_providers::protocol::Protocol;
use serde_json::{Value, json};

fn read(wire: &dyn Protocol, body: &Value) -> Response {
    wire.decode(body.to_string().as_bytes()).unwrap()
}

fn chat(tier: &Value) -> Response {
    read(
        &ChatCompletions::new(),
        &json!({"id": "a", "model": "gpt-5", "service_tier": tier,
            "choices": [{"index": 0, "finish_reason": "stop",
                "message": {"role": "assistant", "content": "Hi"}}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1}}),
    )
}

fn searched(items: &[Value]) -> Response {
    let text = json!({"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": "Hi", "annotations": []}]});
    let output: Vec<_> = items.iter().chain([&text]).collect();
    read(
        &Responses::new(),
        &json!({"id": "a", "model": "gpt-5", "service_tier": "flex", "status": "completed",
            "output": output, "usage": {"input_tokens": 1, "output_tokens": 1}}),
    )
}

#[test]
fn a_reply_says_in_which_tier_it_was_served() {
    assert_eq!(chat(&json!("priority")).service_tier.as_deref(), Some("priority"));
    assert_eq!(searched(&[]).service_tier.as_deref(), Some("flex"));
    let anthropic = read(
        &Messages::new(),
        &json!({"id": "a", "type": "message", "role": "assistant", "model": "claude",
            "content": [{"type": "text", "text": "Hi"}], "stop_reason": "end_turn",
            "usage": {"input_tokens": 1, "output_tokens": 1, "service_tier": "batch",
                "server_tool_use": {"web_search_requests": 2}}}),
    );
    assert_eq!(anthropic.service_tier.as_deref(), Some("batch"));
    assert_eq!(anthropic.usage.web_searches, Some(2));
    let gemini = read(
        &GenerateContent::new(),
        &json!({"candidates": [{"content": {"role": "model", "parts": [{"text": "Hi"}]},
                "finishReason": "STOP"}],
            "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1,
                "serviceTier": "priority"}}),
    );
    assert_eq!(gemini.service_tier.as_deref(), Some("priority"));
}

#[test]
fn a_tier_that_is_missing_or_no_word_loses_nothing() {
    for odd in [json!(null), json!(""), json!({"a": 1}), json!([1])] {
        let reply = chat(&odd);
        assert_eq!((reply.service_tier.as_deref(), reply.text().as_str()), (None, "Hi"), "{odd}");
    }
}

#[test]
fn searches_are_counted_where_the_usage_does_not() {
    let search = |kind: &str, action: Value| json!({"type": kind, "id": "s", "status": "completed", "action": action});
    let reply = searched(&[
        search("web_search_call", json!({"type": "search", "query": "a"})),
        search("web_search_call", json!({"type": "open_page", "url": "https://example.com"})),
        search("web_search_call", json!(null)),
        json!({"type": "file_search_call", "id": "f", "status": "completed", "queries": ["a", "b"]}),
    ]);
    assert_eq!((reply.usage.web_searches, reply.usage.file_searches), (Some(2), Some(1)));
    let reply = searched(&[]);
    assert_eq!((reply.usage.web_searches, reply.usage.file_searches), (None, None));
}
