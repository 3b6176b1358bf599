//! Replies, whole and streamed.

use super::*;

#[test]
fn a_whole_reply_keeps_everything_in_its_order() {
    let response = GenerateContent::new().decode(WHOLE.as_bytes()).unwrap();
    assert_eq!(response.reasoning_text(), "I should look, then count.");
    assert_eq!(response.text(), "Let me look up both cities.");
    let calls: Vec<_> =
        response.tool_calls().map(|call| (&*call.id, &*call.name, &*call.arguments)).collect();
    assert_eq!(
        calls,
        [
            ("", "weather", r#"{"city": "Lisboa", "days": 2.50}"#),
            ("fc-2", "weather", r#"{"city": "Évora"}"#),
            ("", "now", "{}"),
        ]
    );
    let details: Vec<Value> =
        response.tool_calls().map(|call| call.details.clone().unwrap_or_default()).collect();
    assert_eq!(
        details,
        [json!({"thoughtSignature": "c2lnLWNhbGw="}), json!({"id": "fc-2"}), Value::Null]
    );
    let kinds: Vec<&str> = response
        .parts
        .iter()
        .map(|part| match part {
            Part::Text { .. } => "text",
            Part::Reasoning(_) => "reasoning",
            Part::ToolCall(_) => "call",
            Part::Provider { provider, .. } => provider,
            _ => "other",
        })
        .collect();
    assert_eq!(
        kinds,
        ["reasoning", "text", "text", "google", "google", "call", "call", "call", "google"]
    );
    let Part::Text { details: Some(signed), .. } = &response.parts[1] else { panic!("no details") };
    assert_eq!(*signed, json!({"thoughtSignature": "c2lnLXRleHQ="}));
    let Part::Text { details: Some(last), .. } = &response.parts[2] else { panic!("no details") };
    assert_eq!(
        *last,
        json!({"groundingMetadata": {"webSearchQueries": ["lisbon weather"], "groundingChunks": []},
            "avgLogprobs": -0.25})
    );
    assert_eq!(response.finish_reason, FinishReason::ToolCalls);
    assert_eq!(response.finish_reason_raw.as_deref(), Some("STOP"));
    assert_eq!(response.model.as_deref(), Some("gemini-2.5-flash"));
    assert_eq!(response.id.as_deref(), Some("r-1"));
    let usage = &response.usage;
    assert_eq!((usage.input_tokens, usage.output_tokens), (Some(108), Some(42)));
    assert_eq!((usage.cache_read_tokens, usage.reasoning_tokens), (Some(64), Some(12)));
    assert_eq!(usage.total_tokens(), Some(150));
}

#[test]
fn a_stream_comes_to_the_same_reply_and_its_pieces_are_it() {
    assert!(STREAM.contains("\r\n\r\n"));
    let (deltas, streamed) = follow(&events(STREAM));
    let whole = GenerateContent::new().decode(WHOLE.as_bytes()).unwrap();
    assert_eq!(streamed.unwrap(), whole);
    let (mut text, mut thoughts, mut calls) = (String::new(), String::new(), Vec::new());
    for delta in deltas {
        match delta {
            Delta::Text(more) => text.push_str(&more),
            Delta::Reasoning(more) => thoughts.push_str(&more),
            Delta::ToolCall { index, name } => {
                assert_eq!(index, calls.len());
                calls.push((name, String::new()));
            }
            Delta::Arguments { index, fragment } => calls[index].1.push_str(&fragment),
            other => panic!("an odd piece: {other:?}"),
        }
    }
    assert_eq!((text, thoughts), (whole.text(), whole.reasoning_text()));
    let expected: Vec<_> =
        whole.tool_calls().map(|call| (call.name.clone(), call.arguments.clone())).collect();
    assert_eq!(calls, expected);
}

#[test]
fn what_is_signed_is_not_joined_with_what_is_not() {
    let events = [
        json!({"candidates": [{"content": {"parts": [{"text": "a"}]}}]}).to_string(),
        json!({"candidates": [{"content": {"parts": [{"text": "b"}]}}]}).to_string(),
        candidate(&json!([{"text": "", "thoughtSignature": "s"}]), "STOP").to_string(),
        candidate(&json!([{"text": ""}, {}]), "STOP").to_string(),
        candidate(&json!([{"text": "c"}, {"thoughtSignature": "t"}]), "STOP").to_string(),
    ];
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    let (_, response) = follow(&events);
    let signed = |text: &str, signature: &str| Part::Text {
        text: text.to_owned(),
        details: Some(json!({ "thoughtSignature": signature })),
    };
    assert_eq!(
        response.unwrap().parts,
        [Part::text("ab"), signed("", "s"), Part::text("c"), signed("", "t")]
    );
}

#[test]
fn reasons_to_stop_are_told_apart() {
    let other = |word: &str| FinishReason::Other(word.to_owned());
    for (raw, reason) in [
        ("STOP", FinishReason::Stop),
        ("MAX_TOKENS", FinishReason::Length),
        ("FINISH_REASON_UNSPECIFIED", FinishReason::Unknown),
        ("SAFETY", FinishReason::ContentFilter),
        ("RECITATION", FinishReason::ContentFilter),
        ("BLOCKLIST", FinishReason::ContentFilter),
        ("PROHIBITED_CONTENT", FinishReason::ContentFilter),
        ("SPII", FinishReason::ContentFilter),
        ("MODEL_ARMOR", FinishReason::ContentFilter),
        ("IMAGE_SAFETY", FinishReason::ContentFilter),
        ("MALFORMED_FUNCTION_CALL", other("MALFORMED_FUNCTION_CALL")),
        ("UNEXPECTED_TOOL_CALL", other("UNEXPECTED_TOOL_CALL")),
        ("LANGUAGE", other("LANGUAGE")),
    ] {
        let response = read(&candidate(&json!([{"text": "hi"}]), raw));
        assert_eq!(response.finish_reason, reason);
        assert_eq!(response.finish_reason_raw.as_deref(), Some(raw));
    }
    let call = json!([{"functionCall": {"name": "now", "args": {}}}]);
    assert_eq!(read(&candidate(&call, "STOP")).finish_reason, FinishReason::ToolCalls);
    assert_eq!(read(&candidate(&call, "MAX_TOKENS")).finish_reason, FinishReason::Length);
}

#[test]
fn a_blocked_prompt_is_a_reply_that_says_why() {
    let body = json!({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT",
        "blockReasonMessage": "Not that."},
        "usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9}, "responseId": "r"});
    let (deltas, streamed) = follow(&[&body.to_string()]);
    assert_eq!(deltas, [Delta::Refusal("Not that.".to_owned())]);
    for response in [read(&body), streamed.unwrap()] {
        assert_eq!(response.finish_reason, FinishReason::ContentFilter);
        assert_eq!(response.finish_reason_raw.as_deref(), Some("PROHIBITED_CONTENT"));
        assert_eq!(response.refusal().as_deref(), Some("Not that."));
        assert_eq!(response.usage.total_tokens(), Some(9));
    }
    let bare = read(&json!({"candidates": [], "promptFeedback": {"blockReason": "SAFETY"}}));
    assert_eq!(bare.finish_reason, FinishReason::ContentFilter);
    assert!(bare.parts.is_empty());
}

#[test]
fn what_the_filter_or_the_parser_said_of_a_reply_is_kept() {
    let body = json!({"candidates": [{"finishReason": "SPII", "finishMessage": "Names."}]});
    assert_eq!(read(&body).refusal().as_deref(), Some("Names."));
    let said = "Malformed function call: now(";
    let body = json!({"candidates": [
        {"finishReason": "MALFORMED_FUNCTION_CALL", "finishMessage": said}]});
    let response = read(&body);
    let [Part::Text { text, details: Some(details) }] = &*response.parts else {
        panic!("not one text")
    };
    assert_eq!((text.as_str(), &details["finishMessage"]), ("", &json!(said)));
    assert_eq!(response.refusal(), None);
}

#[test]
fn replies_without_parts_content_or_candidates_are_empty_replies() {
    for body in [
        json!({"candidates": [{"content": {"role": "model"}, "finishReason": "MAX_TOKENS"}]}),
        json!({"candidates": [{"finishReason": "STOP"}]}),
        json!({"candidates": [{"content": {"parts": null}, "finishReason": null}]}),
        json!({"candidates": []}),
        json!({"usageMetadata": {}}),
    ] {
        let response = read(&body);
        assert!(response.parts.is_empty() && response.usage.is_unknown(), "{body}");
        assert!(!response.usage.inconsistent);
    }
}

#[test]
fn odd_fields_beside_the_answer_never_lose_it() {
    let body = json!({
        "candidates": [{"content": {"parts": [{"text": "hi"}]}, "finishReason": 7,
            "finishMessage": [], "safetyRatings": "none"}],
        "modelVersion": 2.5, "responseId": {}, "usageMetadata": "many",
        "promptFeedback": {"blockReason": null}, "createTime": 5
    });
    let response = read(&body);
    assert_eq!(response.text(), "hi");
    assert_eq!(response.finish_reason, FinishReason::Unknown);
    assert!(response.usage.inconsistent);
    assert_eq!((response.model, response.id), (None, None));
}

#[test]
fn citations_that_come_in_pieces_add_up_and_repeated_ones_do_not() {
    let event = |text: &str, sources: Value, chunks: Value| {
        json!({"candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": "STOP",
            "citationMetadata": {"citationSources": sources},
            "groundingMetadata": {"groundingChunks": chunks}}]})
        .to_string()
    };
    let (a, b) = (event("x", json!([1]), json!(["p"])), event("y", json!([2]), json!(["p", "q"])));
    let response = follow(&[&a, &b]).1.unwrap();
    let [Part::Text { text, details: Some(details) }] = &*response.parts else {
        panic!("not one text")
    };
    assert_eq!(text, "xy");
    assert_eq!(details["citationMetadata"]["citationSources"], json!([1, 2]));
    assert_eq!(details["groundingMetadata"]["groundingChunks"], json!(["p", "q"]));
}

/// The parts that a reply may hold.
fn parts() -> impl Strategy<Value = Vec<Value>> {
    let text = ".{0,12}";
    let signature = prop::option::weighted(0.3, "([A-Za-z0-9]{4}){1,2}");
    let part = prop_oneof![
        (text, signature.clone(), any::<bool>()).prop_map(|(text, signature, thought)| {
            let mut part = json!({ "text": text });
            if thought {
                part["thought"] = true.into();
            }
            (part, signature)
        }),
        ("[a-z]{1,6}", prop::collection::btree_map("[a-zé]{1,3}", any::<i32>(), 0..3), signature)
            .prop_map(|(name, args, signature)| {
                (json!({"functionCall": {"name": name, "args": args}}), signature)
            }),
        Just((json!({"codeExecutionResult": {"outcome": "OUTCOME_OK"}}), None)),
    ];
    let signed = part.prop_map(|(mut part, signature)| {
        if let Some(signature) = signature {
            part["thoughtSignature"] = signature.into();
        }
        part
    });
    prop::collection::vec(signed, 0..8)
}

proptest! {
    #[test]
    fn however_a_reply_is_cut_into_events_it_is_the_whole_reply(
        parts in parts(),
        cuts in prop::collection::vec(1_usize..4, 8),
    ) {
        let whole = read(&candidate(&json!(parts), "STOP"));
        let (mut rest, mut events) = (parts.as_slice(), Vec::new());
        for cut in cuts {
            let (now, later) = rest.split_at(cut.min(rest.len()));
            events.push(candidate(&json!(now), "STOP").to_string());
            rest = later;
        }
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        let (deltas, streamed) = follow(&events);
        prop_assert_eq!(&streamed.unwrap(), &whole);
        let text: String = deltas.iter().filter_map(|delta| match delta {
            Delta::Text(text) => Some(text.as_str()),
            _ => None,
        }).collect();
        prop_assert_eq!(text, whole.text());
    }

    #[test]
    fn a_text_cut_anywhere_is_the_text(text in ".{0,30}", lengths in prop::collection::vec(1_usize..5, 0..12)) {
        let chars: Vec<char> = text.chars().collect();
        let (mut rest, mut events) = (chars.as_slice(), Vec::new());
        for length in lengths.into_iter().chain([chars.len()]) {
            let (now, later) = rest.split_at(length.min(rest.len()));
            let piece: String = now.iter().collect();
            events.push(candidate(&json!([{"text": piece}]), "STOP").to_string());
            rest = later;
        }
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        let response = follow(&events).1.unwrap();
        prop_assert!(response.parts.len() <= 1);
        prop_assert_eq!(response.text(), text);
    }

    #[test]
    fn a_reply_of_google_goes_back_with_every_signature_and_call(parts in parts()) {
        let response = read(&candidate(&json!(parts), "STOP"));
        let messages = [Message::user("?"), from("google", response)];
        let settings = Settings::default();
        let body = body_of("gemini-2.5-flash", &Request::new(&messages, &settings)).unwrap();
        let back = body["contents"].get(1).map(|turn| turn["parts"].clone()).unwrap_or_default();
        let back = back.as_array().cloned().unwrap_or_default();
        let marked = |parts: &[Value]| -> Vec<Value> {
            let marked = |part: &&Value| part.get("text").is_none() || part.get("thoughtSignature").is_some();
            parts.iter().filter(marked).cloned().collect()
        };
        prop_assert_eq!(marked(&back), marked(&parts));
    }

    #[test]
    fn no_bytes_and_no_json_make_it_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..60),
        words in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ":", ",", "\"candidates\"", "\"content\"", "\"parts\"", "\"text\"",
            "\"functionCall\"", "\"args\"", "\"usageMetadata\"", "\"error\"", "\"details\"",
            "\"promptFeedback\"", "\"finishReason\"", "\"retryDelay\"", "\"promptTokenCount\"",
            "\"thoughtSignature\"", "null", "-1", "1e999", "18446744073709551616", "\"\\ud800\"",
        ]), 0..40),
        status in 0_u16..1000,
    ) {
        let json = words.concat();
        for body in [bytes.as_slice(), json.as_bytes()] {
            let _ = GenerateContent::new().decode(body);
            let _ = GenerateContent::new().decode_error(status, body);
        }
        let text = String::from_utf8_lossy(&bytes);
        let _ = follow(&[&json, &text]);
        for start in [r#"{"candidates":[{"content":{"parts":["#, r#"{"error":{"#, r#"{"usageMetadata":{"#] {
            let event = format!("{start}{json}");
            let _ = follow(&[&event]);
            let _ = GenerateContent::new().decode_error(status, event.as_bytes());
        }
    }
}
