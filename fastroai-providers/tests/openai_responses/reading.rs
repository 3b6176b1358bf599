//! Whole replies.

use fastroai_providers::{FinishReason, Part};

use super::*;

#[test]
fn every_item_of_a_reply_becomes_a_part_of_it() {
    let response = Responses::new().decode(WHOLE.as_bytes()).unwrap();
    assert_eq!(response.id.as_deref(), Some("resp_1"));
    assert_eq!(response.model.as_deref(), Some("gpt-5-2025-08-07"));
    assert_eq!(response.provider, None);
    assert_eq!(response.finish_reason, FinishReason::ToolCalls);
    assert_eq!(response.finish_reason_raw.as_deref(), Some("completed"));
    assert!(!response.interrupted);
    let usage = &response.usage;
    assert_eq!((usage.input_tokens, usage.output_tokens), (Some(120), Some(50)));
    assert_eq!((usage.cache_read_tokens, usage.reasoning_tokens), (Some(100), Some(30)));

    let whole: Value = serde_json::from_str(WHOLE).unwrap();
    let [
        Part::Reasoning(shown),
        Part::Provider { provider, raw: thought },
        Part::Provider { raw: search, .. },
        Part::Text { text, details },
        Part::Refusal { text: refusal },
        Part::ToolCall(call),
        Part::ToolCall(custom),
        Part::Provider { raw: code, .. },
    ] = &*response.parts
    else {
        panic!("other parts: {:?}", response.parts)
    };
    assert_eq!(shown.text, "Look it up. Then call.");
    assert_eq!(provider, "openai-responses");
    assert_eq!(*thought, whole["output"][0]);
    assert_eq!(*search, whole["output"][1]);
    assert_eq!(text, "Sunny ☀ says the web.");
    let details = details.as_ref().unwrap();
    assert_eq!((&details["id"], &details["phase"]), (&json!("msg_1"), &json!("commentary")));
    assert_eq!(details["annotations"][0]["url"], "https://weather.test/");
    assert_eq!(refusal, "No more.");
    assert_eq!((&*call.id, &*call.name), ("call_1", "weather"));
    assert_eq!(call.arguments, "{\"city\": \"São Paulo\"}");
    assert_eq!(call.details, Some(json!({"id": "fc_1"})));
    assert_eq!((&*custom.id, &*custom.arguments), ("call_2", "ls -l"));
    assert_eq!(custom.details, Some(json!({"id": "ct_1", "type": "custom"})));
    assert_eq!(*code, whole["output"][5]);
}

#[test]
fn the_status_says_why_a_reply_ended() {
    let text = json!({"type": "message", "content": [{"type": "output_text", "text": "Hi"}]});
    let refusal = json!({"type": "message", "content": [{"type": "refusal", "refusal": "No."}]});
    let call = json!({"type": "function_call", "call_id": "a", "name": "f", "arguments": "{"});
    for (status, reason, item, expected) in [
        ("completed", None, &text, FinishReason::Stop),
        ("completed", None, &refusal, FinishReason::Refusal),
        ("completed", None, &call, FinishReason::ToolCalls),
        ("incomplete", Some("max_output_tokens"), &text, FinishReason::Length),
        ("incomplete", Some("max_output_tokens"), &call, FinishReason::Length),
        ("incomplete", Some("content_filter"), &text, FinishReason::ContentFilter),
        ("incomplete", Some("moon"), &text, FinishReason::Other("moon".to_owned())),
        ("incomplete", None, &text, FinishReason::Other("incomplete".to_owned())),
        ("cancelled", None, &text, FinishReason::Other("cancelled".to_owned())),
        ("queued", None, &text, FinishReason::Other("queued".to_owned())),
        ("in_progress", None, &text, FinishReason::Other("in_progress".to_owned())),
    ] {
        let mut body = reply(&json!([item]));
        body["status"] = status.into();
        body["incomplete_details"] = json!(reason.map(|reason| json!({"reason": reason})));
        let response = Responses::new().decode(body.to_string().as_bytes()).unwrap();
        assert_eq!(response.finish_reason, expected, "{status} {reason:?}");
        assert_eq!(response.finish_reason_raw.as_deref(), Some(status));
        assert_eq!(response.interrupted, status == "cancelled");
    }
    let mut silent = reply(&json!([text]));
    silent["status"] = Value::Null;
    let response = Responses::new().decode(silent.to_string().as_bytes()).unwrap();
    assert_eq!((response.finish_reason, response.finish_reason_raw), (FinishReason::Unknown, None));
}

#[test]
fn reasoning_shows_its_summary_before_its_content() {
    let response = decoded(&json!([{"type": "reasoning", "id": "r",
        "content": [{"type": "reasoning_text", "text": "c1"}, {"type": "reasoning_text", "text": "c2"}],
        "summary": [{"type": "summary_text", "text": "s1"}, {"type": "summary_text", "text": "s2"}]}]));
    assert_eq!(response.reasoning_text(), "s1s2c1c2");
}

#[test]
fn arguments_that_are_no_text_are_taken_as_they_stand() {
    let call = json!({"type": "function_call", "call_id": "a", "name": "f",
        "arguments": {"b": 1.50, "a": 2}, "namespace": "tools"});
    let body = reply(&json!([call])).to_string().replace("1.5", "1.50");
    let response = Responses::new().decode(body.as_bytes()).unwrap();
    let call = response.tool_calls().next().unwrap();
    assert_eq!(call.arguments, r#"{"b":1.50,"a":2}"#);
    assert_eq!(call.details, Some(json!({"namespace": "tools"})));
}

#[test]
fn odd_fields_lose_nothing_but_themselves() {
    let response = decoded(&json!([
        {"type": "message", "id": 7, "content": [{"type": "output_text", "text": "Hi", "annotations": null},
            {"type": "output_text", "text": 4}, "loose"]},
        {"type": "function_call", "id": null, "call_id": null, "name": "f"},
        {"no": "type"},
        "no object",
        {"type": "message", "content": null},
        {"type": "reasoning", "summary": null, "content": [null]},
    ]));
    assert_eq!(response.text(), "Hi");
    let call = response.tool_calls().next().unwrap();
    assert_eq!((&*call.id, &*call.arguments), ("", ""));
    let raw: Vec<&Value> = response
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::Provider { raw, .. } => Some(raw),
            _ => None,
        })
        .collect();
    assert!(raw.contains(&&json!({"no": "type"})) && raw.contains(&&json!("no object")));
}

#[test]
fn absurd_counts_never_lose_the_answer() {
    for usage in [
        r#"{"input_tokens":-1,"output_tokens":2}"#,
        r#"{"input_tokens":1e999}"#,
        r#"{"input_tokens":3,"input_tokens_details":{"cached_tokens":9}}"#,
        r#""none""#,
    ] {
        let body = format!(
            r#"{{"status":"completed","usage":{usage},"output":[{{"type":"message","content":[{{"type":"output_text","text":"hi"}}]}}]}}"#
        );
        let response = Responses::new().decode(body.as_bytes()).unwrap();
        assert_eq!(response.text(), "hi");
        assert!(response.usage.inconsistent, "{usage}");
    }
    for usage in ["null", "{}"] {
        let body = format!(r#"{{"output":[],"usage":{usage}}}"#);
        let response = Responses::new().decode(body.as_bytes()).unwrap();
        assert!(response.usage.is_unknown() && !response.usage.inconsistent);
    }
}
