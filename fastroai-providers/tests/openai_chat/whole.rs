//! Whole replies.

use fastroai_providers::error::{ModelErrorKind, ProtocolFault, ProviderFault};
use fastroai_providers::openai::ChatCompletions;
use fastroai_providers::protocol::Protocol;
use fastroai_providers::{FinishReason, ModelError, Part, Usage};
use serde_json::json;

use crate::{decoded, reply};

const TEXT: &str = include_str!("../fixtures/openai/text.json");
const TOOLS: &str = include_str!("../fixtures/openai/tools.json");

fn refused(body: &[u8]) -> ModelError {
    ChatCompletions::new().decode(body).unwrap_err()
}

fn usage(json: &str) -> Usage {
    let mut body = reply(r#"{"content":"ok"}"#, "stop");
    body.pop();
    body.extend_from_slice(format!(r#","usage":{json}}}"#).as_bytes());
    let response = ChatCompletions::new().decode(&body).unwrap();
    assert_eq!(response.text(), "ok");
    response.usage
}

#[test]
fn a_text_is_read_with_its_names_and_all_its_counts() {
    let response = ChatCompletions::new().decode(TEXT.as_bytes()).unwrap();
    assert_eq!(response.parts, [Part::text("Grüße aus Köln ☕")]);
    assert_eq!(response.finish_reason, FinishReason::Stop);
    assert_eq!(response.finish_reason_raw.as_deref(), Some("stop"));
    assert_eq!(response.id.as_deref(), Some("chatcmpl-text-1"));
    assert_eq!(response.model.as_deref(), Some("gpt-4o-mini-2024-07-18"));
    let usage = &response.usage;
    assert_eq!((usage.input_tokens, usage.output_tokens), (Some(120), Some(40)));
    assert_eq!((usage.cache_read_tokens, usage.reasoning_tokens), (Some(64), Some(12)));
    assert_eq!((usage.input_audio_tokens, usage.output_audio_tokens), (Some(0), Some(0)));
    assert_eq!(usage.cache_write_tokens, None);
    assert_eq!(usage.details["accepted_prediction_tokens"], 3);
    assert_eq!(usage.details["rejected_prediction_tokens"], 1);
    assert!(!usage.inconsistent);
}

#[test]
fn calls_keep_their_order_ids_and_exact_arguments() {
    let response = ChatCompletions::new().decode(TOOLS.as_bytes()).unwrap();
    let calls: Vec<_> = response.tool_calls().map(|c| (&*c.id, &*c.name, &*c.arguments)).collect();
    assert_eq!(
        calls,
        [
            ("call_a", "weather", r#"{"city": "Köln"}"#),
            ("call_b", "clock", ""),
            ("call_c", "shell", "ls -l"),
        ]
    );
    assert_eq!(response.parts.len(), 3, "a content of null is no part");
    assert_eq!(response.finish_reason, FinishReason::ToolCalls);
}

#[test]
fn arguments_may_be_missing_null_or_an_object() {
    for (arguments, read) in [
        (r#","arguments":{"a": [1,  2]}"#, r#"{"a": [1,  2]}"#),
        (r#","arguments":null"#, ""),
        (r#","arguments":"""#, ""),
        (r#","arguments":"{\"a\":""#, r#"{"a":"#),
        ("", ""),
    ] {
        let call = format!(r#"{{"id":"1","function":{{"name":"f"{arguments}}}}}"#);
        let response = decoded(&format!(r#"{{"tool_calls":[{call}]}}"#), "tool_calls");
        assert_eq!(response.tool_calls().next().unwrap().arguments, read);
    }
}

#[test]
fn stubs_beside_a_message_are_no_calls() {
    let message = r#"{"content":"hi","function_call":{"name":"","arguments":""},"tool_calls":null,
        "audio":{"id":"","data":"","expires_at":0,"transcript":""},"annotations":null}"#;
    assert_eq!(decoded(message, "stop").parts, [Part::text("hi")]);
    let call = r#"{"tool_calls":[{"id":"1","type":"function","custom":{"name":"","input":""},
        "function":{"name":"f","arguments":"{}"}}]}"#;
    let response = decoded(call, "tool_calls");
    assert_eq!(response.tool_calls().next().unwrap().name, "f");
    assert_eq!(response.tool_calls().next().unwrap().details, None);
}

#[test]
fn the_older_function_call_is_a_call() {
    let message = r#"{"content":null,"function_call":{"name":"f","arguments":"{}"}}"#;
    let response = decoded(message, "function_call");
    assert_eq!(response.tool_calls().next().unwrap().name, "f");
    assert_eq!(response.finish_reason, FinishReason::ToolCalls);
}

#[test]
fn a_content_of_parts_keeps_thinking_text_and_what_is_unknown_in_order() {
    let message = r#"{"content":[
        {"type":"thinking","thinking":[{"type":"text","text":"hm "},{"type":"text","text":"ok"}]},
        {"type":"text","text":"Answer"},
        {"type":"reference","reference_ids":[1,2]},
        {"type":"refusal","refusal":"but no"}]}"#;
    let response = decoded(message, "stop");
    assert_eq!(response.reasoning_text(), "hm ok");
    assert_eq!(response.text(), "Answer");
    assert_eq!(response.refusal().as_deref(), Some("but no"));
    let Part::Provider { provider, raw } = &response.parts[2] else { panic!("kept as it came") };
    assert_eq!(provider, "openai");
    assert_eq!(raw["reference_ids"], json!([1, 2]));
}

#[test]
fn reasoning_is_read_once_under_each_of_its_names() {
    for message in [
        r#"{"content":"a","reasoning_content":"because"}"#,
        r#"{"content":"a","reasoning":"because","reasoning_content":null}"#,
        r#"{"content":"a","reasoning":"because","reasoning_content":"because"}"#,
        r#"{"content":"a","reasoning":"because",
            "reasoning_details":[{"type":"reasoning.text","text":"because","index":0}]}"#,
        r#"{"content":"a","reasoning_details":[{"type":"reasoning.summary","summary":"because"}]}"#,
    ] {
        assert_eq!(decoded(message, "stop").reasoning_text(), "because", "{message}");
    }
}

#[test]
fn what_a_provider_signed_or_encrypted_is_kept_in_its_own_form_too() {
    let message = r#"{"content":"a","reasoning":"because","reasoning_details":[
        {"type":"reasoning.text","text":"because","signature":"sig==","format":"f1","index":0},
        {"type":"reasoning.encrypted","data":"xyz==","id":"r1","format":"f1","index":1}]}"#;
    let response = decoded(message, "stop");
    let reasoning = response.parts[0].as_reasoning().unwrap();
    assert_eq!(reasoning.signature.as_deref(), Some("sig=="));
    assert_eq!(reasoning.redacted.as_deref(), Some("xyz=="));
    let raw = response.parts.iter().find_map(|part| match part {
        Part::Provider { raw, .. } => Some(raw),
        _ => None,
    });
    assert_eq!(raw.unwrap()["reasoning_details"][1]["id"], "r1");
}

#[test]
fn a_refusal_is_a_refusal_whatever_the_finish_reason_says() {
    let response = decoded(r#"{"content":null,"refusal":"I cannot."}"#, "stop");
    assert_eq!(response.refusal().as_deref(), Some("I cannot."));
    assert_eq!(response.finish_reason, FinishReason::Refusal);
    assert_eq!(response.finish_reason_raw.as_deref(), Some("stop"));
    assert_eq!(response.text(), "");
}

#[test]
fn every_finish_reason_keeps_its_word() {
    for (word, reason) in [
        ("stop", FinishReason::Stop),
        ("STOP", FinishReason::Stop),
        ("length", FinishReason::Length),
        ("model_length", FinishReason::Length),
        ("content_filter", FinishReason::ContentFilter),
        ("tool_calls", FinishReason::ToolCalls),
        ("eject", FinishReason::Other("eject".to_owned())),
        ("", FinishReason::Unknown),
    ] {
        let response = decoded(r#"{"content":"a"}"#, word);
        assert_eq!(response.finish_reason, reason);
        assert_eq!(response.finish_reason_raw.as_deref(), Some(word));
    }
    let body = br#"{"choices":[{"message":{"content":"a"}}]}"#;
    let response = ChatCompletions::new().decode(body).unwrap();
    assert_eq!((response.finish_reason, response.finish_reason_raw), (FinishReason::Unknown, None));
}

#[test]
fn stop_beside_calls_waits_for_tools_but_length_stays_length() {
    let cut = r#"{"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{\"a\": \"b"}}]}"#;
    assert_eq!(decoded(cut, "stop").finish_reason, FinishReason::ToolCalls);
    let response = decoded(cut, "length");
    assert_eq!(response.finish_reason, FinishReason::Length);
    assert_eq!(response.tool_calls().next().unwrap().arguments, r#"{"a": "b"#);
}

#[test]
fn annotations_logprobs_and_sources_are_kept_as_they_came() {
    let body = br#"{"citations":["https://example.com"],"choices":[{"message":{"content":"a",
        "annotations":[{"type":"url_citation","url_citation":{"url":"u","start_index":0}}]},
        "logprobs":{"content":[{"token":"a","logprob":-0.5}],"refusal":null},
        "finish_reason":"stop"}]}"#;
    let response = ChatCompletions::new().decode(body).unwrap();
    let Part::Text { details: Some(details), .. } = &response.parts[0] else { panic!("details") };
    assert_eq!(details["annotations"][0]["url_citation"]["url"], "u");
    assert_eq!(details["logprobs"]["content"][0]["logprob"], -0.5);
    assert_eq!(details["citations"][0], "https://example.com");
}

#[test]
fn counts_that_were_not_sent_are_unknown() {
    assert!(usage("null").is_unknown());
    assert!(usage("{}").is_unknown());
    let partly = usage(r#"{"prompt_tokens":5,"completion_tokens":null,"total_tokens":9}"#);
    assert_eq!((partly.input_tokens, partly.output_tokens), (Some(5), None));
    assert!(!partly.inconsistent);
}

#[test]
fn absurd_counts_are_clamped_and_marked_and_cost_no_answer() {
    for counts in [
        r#"{"prompt_tokens":-5,"completion_tokens":1}"#,
        r#"{"prompt_tokens":1.5,"completion_tokens":1}"#,
        r#"{"prompt_tokens":1e300,"completion_tokens":1}"#,
        r#"{"prompt_tokens":99999999999999999999999,"completion_tokens":1}"#,
        r#"{"prompt_tokens":{"no":"number"},"completion_tokens":1}"#,
        r#"{"prompt_tokens":10,"prompt_tokens_details":{"cached_tokens":50},"completion_tokens":1}"#,
        r#"{"prompt_tokens":1,"completion_tokens":1,"completion_tokens_details":{"reasoning_tokens":9}}"#,
        r#""many""#,
    ] {
        assert!(usage(counts).inconsistent, "{counts}");
    }
    assert_eq!(usage(r#"{"prompt_tokens":12.0}"#).input_tokens, Some(12));
    assert_eq!(usage(r#"{"prompt_tokens":1e300}"#).input_tokens, Some(u64::MAX));
}

#[test]
fn counts_under_other_names_are_found() {
    let deepseek =
        usage(r#"{"prompt_tokens":20,"completion_tokens":5,"prompt_cache_hit_tokens":16}"#);
    assert_eq!(deepseek.cache_read_tokens, Some(16));
    let copilot = usage(r#"{"prompt_tokens":20,"completion_tokens":5,"reasoning_tokens":4}"#);
    assert_eq!(copilot.reasoning_tokens, Some(4));
    let written = usage(
        r#"{"prompt_tokens":20,"completion_tokens":5,
        "prompt_tokens_details":{"cache_write_tokens":7,"image_tokens":3}}"#,
    );
    assert_eq!(written.cache_write_tokens, Some(7));
    assert_eq!(written.details["prompt_image_tokens"], 3);
}

#[test]
fn tokens_counted_beside_their_whole_are_brought_into_it() {
    let audio = usage(
        r#"{"prompt_tokens":11,"completion_tokens":15,"total_tokens":401,
            "prompt_tokens_details":{"audio_tokens":375}}"#,
    );
    assert_eq!((audio.input_tokens, audio.input_audio_tokens), (Some(386), Some(375)));
    assert!(!audio.inconsistent);
    let body = br#"{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],
        "usage":{"prompt_tokens":35,"completion_tokens":12,"total_tokens":109}}"#;
    for name in ["google", "google-openai"] {
        let google = ChatCompletions::for_provider(name).decode(body).unwrap().usage;
        assert_eq!((google.output_tokens, google.reasoning_tokens), (Some(74), Some(62)));
    }
    let elsewhere = ChatCompletions::new().decode(body).unwrap().usage;
    assert_eq!((elsewhere.output_tokens, elsewhere.details["total_tokens"]), (Some(12), 109));
}

#[test]
fn odd_names_cost_no_answer() {
    let body = br#"{"id":17,"model":null,"system_fingerprint":[1],"created":"x","choices":[
        {"index":3,"message":{"content":"a","future":{"x":1}},"finish_reason":{"odd":true}}]}"#;
    let response = ChatCompletions::new().decode(body).unwrap();
    assert_eq!(response.text(), "a");
    assert_eq!((response.id.as_deref(), response.model), (Some("17"), None));
}

#[test]
fn only_the_choice_of_index_0_counts() {
    let body = br#"{"choices":[{"index":1,"message":{"content":"b"},"finish_reason":"length"},
        {"index":0,"message":{"content":"a"},"finish_reason":"stop"}]}"#;
    let response = ChatCompletions::new().decode(body).unwrap();
    assert_eq!((response.text(), response.finish_reason), ("a".to_owned(), FinishReason::Stop));
}

#[test]
fn another_shape_is_named_by_its_path_and_never_by_its_content() {
    for (body, path) in [
        (r#"{"choices":[{"message":{"content":{"secret":1}}}]}"#, "choices[0].message.content"),
        (r#"{"choices":[{"message":{"tool_calls":"secret"}}]}"#, "choices[0].message.tool_calls"),
        (r#"{"choices":{"secret":1}}"#, "choices"),
        (r#"{"choices":[]}"#, "choices"),
        (r#"{"object":"secret"}"#, "choices"),
        (r#"{"choices":[{"finish_reason":"stop"}]}"#, "choices[0].message"),
        (r"[]", "."),
        (r#""secret""#, "."),
    ] {
        let error = refused(body.as_bytes());
        assert_eq!(*error.kind(), ModelErrorKind::Protocol(ProtocolFault::BadShape), "{body}");
        let text = error.to_string();
        assert!(text.contains(&format!("`{path}`")) && !text.contains("secret"), "{text}");
    }
}

#[test]
fn what_is_no_json_and_what_is_cut_is_told_apart() {
    let fault = |body: &[u8]| match refused(body).kind() {
        ModelErrorKind::Protocol(fault) => *fault,
        kind => panic!("{kind:?}"),
    };
    assert_eq!(fault(b"<html>proxy</html>"), ProtocolFault::NotJson);
    assert_eq!(fault(b"upstream down"), ProtocolFault::NotJson);
    assert_eq!(
        fault(b"{\"choices\":[{\"message\":{\"content\":\"\xff\"}}]}"),
        ProtocolFault::BadUtf8
    );
    for end in 0..TEXT.trim_end().len() {
        assert_eq!(fault(&TEXT.as_bytes()[..end]), ProtocolFault::Truncated, "cut at {end}");
    }
}

#[test]
fn an_error_with_a_good_status_is_an_error() {
    let body = br#"{"error":{"message":"You ran out.","code":"insufficient_quota"}}"#;
    let error = refused(body);
    assert_eq!(*error.kind(), ModelErrorKind::Provider(ProviderFault::Quota));
    assert_eq!(error.code(), Some("insufficient_quota"));
    let listed =
        refused(br#"[{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}]"#);
    assert_eq!(*listed.kind(), ModelErrorKind::Provider(ProviderFault::RateLimit));
    let body = br#"{"choices":[{"message":{"content":"half"},"finish_reason":"error",
        "error":{"code":502,"message":"upstream"}}],"usage":{"prompt_tokens":3}}"#;
    let error = refused(body);
    assert_eq!(*error.kind(), ModelErrorKind::Provider(ProviderFault::Server));
    let partial = error.partial().unwrap();
    assert_eq!((partial.text(), partial.usage.input_tokens), ("half".to_owned(), Some(3)));
    assert!(partial.interrupted);
}
