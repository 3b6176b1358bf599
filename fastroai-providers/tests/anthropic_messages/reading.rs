//! Replies.

use super::*;

#[test]
fn a_whole_reply_is_read_without_loss() {
    let response = Messages::new().decode(WHOLE.as_bytes()).unwrap();
    assert_eq!(response.text(), "It rains ☂, let me look.");
    assert_eq!(response.reasoning_text(), "Two cities, so two calls.");
    assert_eq!(response.finish_reason, FinishReason::ToolCalls);
    assert_eq!(response.finish_reason_raw.as_deref(), Some("tool_use"));
    assert_eq!(response.id.as_deref(), Some("msg_01Lisbon"));
    assert_eq!(response.model.as_deref(), Some("claude-sonnet-4-5-20250929"));
    let calls: Vec<&ToolCall> = response.tool_calls().collect();
    assert_eq!(calls[0].arguments, r#"{"city": "Lisbon", "digits": 1.50}"#);
    assert_eq!(calls[0].details, Some(json!({"caller": {"type": "direct"}})));
    assert_eq!((calls[1].id.as_str(), calls[1].arguments.as_str()), ("toolu_2", "{}"));
    let raw: Vec<&Value> = response
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::Provider { provider, raw } if provider == "anthropic" => Some(raw),
            _ => None,
        })
        .collect();
    let sent: Value = serde_json::from_str(WHOLE).unwrap();
    assert_eq!(raw, [&sent["content"][2], &sent["content"][3], &sent["content"][8]]);
    let Part::Text { details: Some(details), .. } = &response.parts[4] else {
        panic!("the citations are gone")
    };
    assert_eq!(details["citations"], sent["content"][4]["citations"]);
    let usage = &response.usage;
    assert_eq!((usage.input_tokens, usage.output_tokens), (Some(116), Some(42)));
    assert_eq!((usage.cache_read_tokens, usage.cache_write_tokens), (Some(100), Some(5)));
    assert_eq!((usage.cache_write_1h_tokens, usage.reasoning_tokens), (Some(3), Some(12)));
    assert_eq!(usage.details["web_search_requests"], 1);
}

#[test]
fn a_stream_of_interleaved_blocks_comes_to_the_same_as_the_whole_reply() {
    let (deltas, streamed) = follow(&events(STREAM));
    assert_eq!(streamed.unwrap(), Messages::new().decode(WHOLE.as_bytes()).unwrap());
    let pieces: String = deltas
        .iter()
        .filter_map(|delta| match delta {
            Delta::Arguments { index: 0, fragment } => Some(fragment.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(pieces, r#"{"city": "Lisbon", "digits": 1.50}"#);
    assert!(deltas.contains(&Delta::ToolCall { index: 1, name: "now".to_owned() }));
    assert!(deltas.contains(&Delta::Arguments { index: 1, fragment: "{}".to_owned() }));
}

#[test]
fn arguments_that_came_at_once_are_told_as_they_are_kept_however_the_stream_ends() {
    let begin = |input: &str| {
        format!(
            r#"{{"type":"content_block_start","index":0,"content_block":
                {{"type":"tool_use","id":"t","name":"f","input":{input}}}}}"#
        )
    };
    let reason = r#"{"type":"message_delta","delta":{"stop_reason":"tool_use"}}"#;
    let stop = r#"{"type":"message_stop"}"#;
    for input in ["{}", r#"{"n":1}"#] {
        for end in [&[reason][..], &[stop], &[reason, stop], &[reason, "[DONE]"]] {
            let begin = begin(input);
            let data = [r#"{"type":"message_start","message":{}}"#, &begin];
            let events: Vec<_> = data.iter().chain(end).map(|data| ("", *data)).collect();
            let (deltas, response) = follow(&events);
            let response = response.unwrap();
            let call = response.tool_calls().next().unwrap();
            assert_eq!(call.arguments, input, "{end:?}");
            let fragment = input.to_owned();
            assert_eq!(deltas[1..], [Delta::Arguments { index: 0, fragment }], "{end:?}");
        }
    }
}

#[test]
fn event_names_may_be_missing_and_blocks_may_begin_without_input_or_signature() {
    let (_, response) = follow(&events(LOCAL));
    let response = response.unwrap();
    let call = response.tool_calls().next().unwrap();
    assert_eq!((call.name.as_str(), call.arguments.as_str()), ("weather", r#"{"city":"Paris"}"#));
    let Part::Reasoning(reasoning) = &response.parts[0] else { panic!("no reasoning") };
    assert_eq!((reasoning.text.as_str(), &reasoning.signature), ("Hm.", &None));
    assert_eq!(response.usage.cache_write_tokens, None);
}

#[test]
fn thinking_goes_back_as_it_came() {
    for response in
        [Messages::new().decode(WHOLE.as_bytes()).unwrap(), follow(&events(STREAM)).1.unwrap()]
    {
        let calls: Vec<ToolCall> = response.tool_calls().cloned().collect();
        let results =
            calls.iter().map(|call| ToolResult::new(call, "ok", ToolOutcome::Success)).collect();
        let messages = [Message::user("?"), from_anthropic(response), Message::tool(results)];
        let settings = Settings::default();
        let body =
            body_of("claude-sonnet-4-5", &Request::new(&messages, &settings), false).unwrap();
        let sent: Value = serde_json::from_str(WHOLE).unwrap();
        let again = &body["messages"][1]["content"];
        for place in [0, 1, 2, 3, 4, 6, 7] {
            assert_eq!(again[place], sent["content"][place], "block {place}");
        }
        assert_eq!(again[5], json!({"type": "text", "text": ", let me look."}));
    }
}

#[test]
fn reasons_to_stop_are_told_apart() {
    for (raw, reason) in [
        ("end_turn", FinishReason::Stop),
        ("stop_sequence", FinishReason::Stop),
        ("max_tokens", FinishReason::Length),
        ("model_context_window_exceeded", FinishReason::Length),
        ("tool_use", FinishReason::ToolCalls),
        ("pause_turn", FinishReason::Paused),
        ("refusal", FinishReason::Refusal),
        ("compaction", FinishReason::Other("compaction".to_owned())),
    ] {
        let body = json!({"type": "message", "content": [], "stop_reason": raw});
        let response = Messages::new().decode(body.to_string().as_bytes()).unwrap();
        assert_eq!(response.finish_reason, reason);
        assert_eq!(response.finish_reason_raw.as_deref(), Some(raw));
    }
    let body = json!({"content": null, "stop_reason": "stop_sequence", "stop_sequence": "END"});
    let response = Messages::new().decode(body.to_string().as_bytes()).unwrap();
    assert_eq!(response.stop_sequence.as_deref(), Some("END"));
}

#[test]
fn a_refusal_keeps_its_explanation_and_is_not_sent_back() {
    let body = json!({"content": [{"type": "text", "text": "I"}], "stop_reason": "refusal",
        "stop_details": {"type": "refusal", "category": "bio", "explanation": "Not this."}});
    let response = Messages::new().decode(body.to_string().as_bytes()).unwrap();
    assert_eq!(response.refusal().as_deref(), Some("Not this."));
    let end = json!({"type": "message_delta",
        "delta": {"stop_reason": "refusal", "stop_details": body["stop_details"]}});
    let (deltas, streamed) = follow(&[("", &end.to_string()), ("", r#"{"type":"message_stop"}"#)]);
    assert_eq!(deltas, [Delta::Refusal("Not this.".to_owned())]);
    assert_eq!(streamed.unwrap().refusal().as_deref(), Some("Not this."));
    let messages = [Message::user("?"), from_anthropic(response), Message::user("Then that.")];
    let settings = Settings::default();
    let body = body_of("claude-sonnet-4-5", &Request::new(&messages, &settings), false).unwrap();
    assert_eq!(body["messages"][1]["content"], json!([{"type": "text", "text": "I"}]));
}

#[test]
fn arguments_cut_by_the_limit_stay_cut() {
    let start = |index: u64, id: &str| {
        json!({"type": "content_block_start", "index": index, "content_block":
            {"type": "tool_use", "id": id, "name": "now", "input": {}}})
        .to_string()
    };
    let (first, second) = (start(0, "a"), start(1, "b"));
    let end = r#"{"type":"message_delta","delta":{"stop_reason":"max_tokens"}}"#;
    let stop = r#"{"type":"message_stop"}"#;
    let (deltas, response) = follow(&[("", &first), ("", &second), ("", end), ("", stop)]);
    let response = response.unwrap();
    assert_eq!(response.finish_reason, FinishReason::Length);
    let arguments: Vec<&str> = response.tool_calls().map(|call| &*call.arguments).collect();
    assert_eq!(arguments, ["{}", ""]);
    let fragments = deltas.iter().filter(|delta| matches!(delta, Delta::Arguments { .. }));
    assert_eq!(fragments.count(), 1);
}

#[test]
fn input_given_at_the_start_of_a_block_is_the_input() {
    let start = r#"{"type":"content_block_start","index":0,"content_block":
        {"type":"tool_use","id":"a","name":"add","input":{"b": 2}}}"#;
    let stop = r#"{"type":"message_stop"}"#;
    let (deltas, response) = follow(&[("", start), ("", stop)]);
    assert_eq!(response.unwrap().tool_calls().next().unwrap().arguments, r#"{"b": 2}"#);
    let fragment = r#"{"b": 2}"#.to_owned();
    assert!(deltas.contains(&Delta::Arguments { index: 0, fragment }));
}

#[test]
fn repeated_events_change_nothing_and_a_reused_index_is_a_new_block() {
    let mut twice = Vec::new();
    for event in events(STREAM) {
        twice.push(event);
        if !event.0.ends_with("_delta") && event.0 != "message_stop" {
            twice.push(event);
        }
        if event.0 == "message_delta" {
            twice.push(event);
        }
    }
    assert_eq!(follow(&twice).1.unwrap(), follow(&events(STREAM)).1.unwrap());

    let call = |id: &str| {
        json!({"type": "content_block_start", "index": 0, "content_block":
            {"type": "tool_use", "id": id, "name": "now", "input": {}}})
        .to_string()
    };
    let (first, second) = (call("a"), call("b"));
    let piece = r#"{"type":"content_block_delta","index":0,"delta":
        {"type":"input_json_delta","partial_json":"{\"x\":1}"}}"#;
    let stop = r#"{"type":"message_stop"}"#;
    let (_, response) = follow(&[("", &first), ("", &second), ("", piece), ("", stop)]);
    let response = response.unwrap();
    let calls: Vec<_> = response.tool_calls().map(|it| (&*it.id, &*it.arguments)).collect();
    assert_eq!(calls, [("a", "{}"), ("b", r#"{"x":1}"#)]);
}

#[test]
fn pieces_of_kinds_unknown_to_us_are_kept_in_blocks_unknown_to_us() {
    let events = [
        (
            "",
            r#"{"type":"content_block_start","index":0,"content_block":{"type":"compaction","content":null}}"#,
        ),
        (
            "",
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"compaction_delta","content":"Short"}}"#,
        ),
        (
            "",
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"compaction_delta","content":"er"}}"#,
        ),
        (
            "",
            r#"{"type":"content_block_delta","index":7,"delta":{"type":"aroma_delta","text":["?"]}}"#,
        ),
        ("", r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#),
    ];
    let response = follow(&events).1.unwrap();
    let [Part::Provider { raw, .. }] = &*response.parts else { panic!("not one part") };
    assert_eq!(*raw, json!({"type": "compaction", "content": "Shorter"}));
}

#[test]
fn absurd_counts_never_lose_the_answer() {
    for usage in [
        r#"{"input_tokens":-1,"output_tokens":2}"#,
        r#"{"input_tokens":1e999}"#,
        r#"{"input_tokens":18446744073709551615,"cache_read_input_tokens":18446744073709551615}"#,
        r#"{"output_tokens":1,"output_tokens_details":{"thinking_tokens":5}}"#,
        r#""none""#,
    ] {
        let body = format!(
            r#"{{"content":[{{"type":"text","text":"hi"}}],"stop_reason":"end_turn","usage":{usage}}}"#
        );
        let response = Messages::new().decode(body.as_bytes()).unwrap();
        assert_eq!(response.text(), "hi");
        assert!(response.usage.inconsistent, "{usage}");
    }
    for usage in ["null", "{}"] {
        let body = format!(r#"{{"content":[],"usage":{usage}}}"#);
        let response = Messages::new().decode(body.as_bytes()).unwrap();
        assert!(response.usage.is_unknown() && !response.usage.inconsistent);
    }
}

/// A text cut into pieces at random places.
fn pieces(text: String) -> impl Strategy<Value = (String, Vec<String>)> {
    let chars: Vec<char> = text.chars().collect();
    prop::collection::vec(1_usize..5, 0..=chars.len()).prop_map(move |lengths| {
        let mut rest = chars.as_slice();
        let mut pieces = Vec::new();
        for length in lengths {
            let (piece, after) = rest.split_at(length.min(rest.len()));
            pieces.push(piece.iter().collect());
            rest = after;
        }
        pieces.push(rest.iter().collect());
        (text.clone(), pieces)
    })
}

proptest! {
    #[test]
    fn however_a_reply_is_cut_into_deltas_it_is_the_whole_reply(
        (thinking, thoughts) in ".{0,20}".prop_flat_map(pieces),
        (text, words) in ".{0,20}".prop_flat_map(pieces),
        (arguments, fragments) in
            prop::collection::btree_map("[a-zé]{1,3}", ".{0,6}", 0..3)
                .prop_map(|map| json!(map).to_string()).prop_flat_map(pieces),
    ) {
        let whole = json!({"id": "m", "content": [
            {"type": "thinking", "thinking": thinking, "signature": "s"},
            {"type": "text", "text": text},
            {"type": "tool_use", "id": "t", "name": "f",
                "input": serde_json::from_str::<Value>(&arguments).unwrap()},
        ], "stop_reason": "tool_use", "usage": {"input_tokens": 3, "output_tokens": 4}});
        let mut events = vec![json!({"type": "message_start", "message":
            {"id": "m", "content": [], "usage": {"input_tokens": 3, "output_tokens": 1}}})];
        let start = |index: usize, block: Value| json!(
            {"type": "content_block_start", "index": index, "content_block": block});
        let delta = |index: usize, delta: Value| json!(
            {"type": "content_block_delta", "index": index, "delta": delta});
        events.push(start(0, json!({"type": "thinking", "thinking": "", "signature": ""})));
        events.push(start(1, json!({"type": "text", "text": ""})));
        events.push(start(2, json!({"type": "tool_use", "id": "t", "name": "f", "input": {}})));
        let longest = thoughts.len().max(words.len()).max(fragments.len());
        for turn in 0..longest {
            events.extend(fragments.get(turn).map(|it| delta(2, json!(
                {"type": "input_json_delta", "partial_json": it}))));
            events.extend(thoughts.get(turn).map(|it| delta(0, json!(
                {"type": "thinking_delta", "thinking": it}))));
            events.extend(words.get(turn).map(|it| delta(1, json!(
                {"type": "text_delta", "text": it}))));
        }
        events.push(delta(0, json!({"type": "signature_delta", "signature": "s"})));
        events.push(json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"},
            "usage": {"output_tokens": 4}}));
        events.push(json!({"type": "message_stop"}));
        let events: Vec<String> = events.iter().map(Value::to_string).collect();
        let events: Vec<(&str, &str)> = events.iter().map(|it| ("", it.as_str())).collect();
        let (deltas, streamed) = follow(&events);
        let streamed = streamed.unwrap();
        prop_assert_eq!(&streamed, &Messages::new().decode(whole.to_string().as_bytes()).unwrap());
        let (mut said, mut called) = (String::new(), String::new());
        for delta in deltas {
            match delta {
                Delta::Text(text) => said.push_str(&text),
                Delta::Arguments { fragment, .. } => called.push_str(&fragment),
                _ => {}
            }
        }
        prop_assert_eq!(said, text);
        prop_assert_eq!(called, arguments);
    }

    #[test]
    fn no_bytes_and_no_json_make_it_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..60),
        words in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ":", ",", "\"content\"", "\"type\"", "\"text\"", "\"tool_use\"",
            "\"input\"", "\"usage\"", "\"error\"", "\"index\"", "\"delta\"", "\"content_block\"",
            "\"content_block_delta\"", "\"content_block_start\"", "\"message_start\"",
            "\"message\"", "null", "-1", "1e999", "18446744073709551616", "\"\\ud800\"",
        ]), 0..40),
        status in 0_u16..1000,
        name in "[a-z_]{0,8}",
    ) {
        let json = words.concat();
        for body in [bytes.as_slice(), json.as_bytes()] {
            let _ = Messages::new().decode(body);
            let _ = Messages::new().decode_error(status, body);
        }
        let text = String::from_utf8_lossy(&bytes);
        let _ = follow(&[(&name, &json), ("error", &json), (&name, &text)]);
        for kind in ["content_block_start", "content_block_delta", "message_delta", "error"] {
            let event = format!(r#"{{"type":"{kind}","index":0,{}}}"#, words.join(""));
            let _ = follow(&[("", &event), ("", &event)]);
        }
    }
}
