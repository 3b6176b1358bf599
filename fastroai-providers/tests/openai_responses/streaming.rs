//! Streamed replies.

use fastroai_providers::{FinishReason, Part};

use super::*;

fn added(index: u64, item: &Value) -> Value {
    json!({"type": "response.output_item.added", "output_index": index, "item": item})
}

fn done(index: u64, item: &Value) -> Value {
    json!({"type": "response.output_item.done", "output_index": index, "item": item})
}

fn call(id: &str, arguments: &str) -> Value {
    json!({"type": "function_call", "id": format!("fc_{id}"), "call_id": id, "name": "f",
        "arguments": arguments})
}

fn arguments(index: u64, delta: &str) -> Value {
    json!({"type": "response.function_call_arguments.delta", "output_index": index,
        "delta": delta})
}

fn text(index: u64, delta: &str) -> Value {
    json!({"type": "response.output_text.delta", "output_index": index, "content_index": 0,
        "delta": delta})
}

fn completed(output: &Value) -> Value {
    json!({"type": "response.completed", "response": reply(output)})
}

fn calls(response: &Response) -> Vec<(&str, &str)> {
    response.tool_calls().map(|call| (&*call.id, &*call.arguments)).collect()
}

#[test]
fn a_stream_comes_to_the_same_as_the_whole_reply_and_tells_all_of_it() {
    let (deltas, response) = follow(&events(STREAM));
    let response = response.unwrap();
    assert_eq!(response, Responses::new().decode(WHOLE.as_bytes()).unwrap());
    assert_told(&deltas, &response);
    assert!(deltas.len() > 20);
}

#[test]
fn names_of_events_may_be_missing() {
    let nameless: Vec<_> = events(STREAM).iter().map(|(_, data)| ("", *data)).collect();
    assert_eq!(follow(&nameless).1.unwrap(), follow(&events(STREAM)).1.unwrap());
}

#[test]
fn a_bare_end_leaves_the_finished_items_in_place() {
    let (deltas, response) = follow(&events(BARE_END));
    let response = response.unwrap();
    assert_told(&deltas, &response);
    assert_eq!(response.finish_reason, FinishReason::ToolCalls);
    assert_eq!(response.usage.output_tokens, Some(50));
    let [Part::Provider { raw, .. }, Part::ToolCall(call)] = &*response.parts else {
        panic!("other parts: {:?}", response.parts)
    };
    assert_eq!(raw["encrypted_content"], "c2VhbGVk");
    assert_eq!(call.arguments, "{\"city\": \"São Paulo\"}");
}

#[test]
fn items_that_change_their_ids_stay_the_same_items_and_end_with_the_last() {
    let (deltas, response) = follow(&events(ROUTER));
    let response = response.unwrap();
    assert_told(&deltas, &response);
    assert_eq!((&*response.text(), &*response.reasoning_text()), ("Four", "Two plus two."));
    assert_eq!(response.model.as_deref(), Some("maker/model"));
    let [Part::Reasoning(_), Part::Provider { raw, .. }, Part::Text { details, .. }] =
        &*response.parts
    else {
        panic!("other parts: {:?}", response.parts)
    };
    assert_eq!(raw["id"], "rs_tmp_9");
    assert_eq!(details.as_ref().unwrap()["id"], "msg_tmp_9");
}

#[test]
fn the_last_version_of_what_is_encrypted_holds_and_none_does_not_replace_one() {
    let thought = |sealed: Option<&str>| {
        json!({"type": "reasoning", "id": "rs", "summary": [],
        "encrypted_content": sealed})
    };
    for (versions, expected) in [
        (vec![done(0, &thought(Some("b"))), completed(&json!([thought(Some("c"))]))], "c"),
        (vec![done(0, &thought(Some("b"))), completed(&json!([thought(None)]))], "b"),
        (vec![done(0, &thought(Some("b"))), completed(&json!([thought(Some(""))]))], "b"),
        (vec![completed(&json!([thought(Some("c"))]))], "c"),
    ] {
        let mut events = vec![added(0, &thought(Some("a")))];
        events.extend(versions);
        let response = follow_data(&events).1.unwrap();
        let [Part::Provider { raw, .. }] = &*response.parts else { panic!("not one part") };
        assert_eq!(raw["encrypted_content"], expected);
    }
}

#[test]
fn events_that_come_twice_change_nothing() {
    let mut twice = Vec::new();
    for event in events(STREAM) {
        twice.extend([event, event]);
    }
    let (once, again) = (follow(&events(STREAM)), follow(&twice));
    assert_eq!(again.0, once.0);
    assert_eq!(again.1.unwrap(), once.1.unwrap());
}

#[test]
fn pieces_without_numbers_or_with_the_same_one_all_count() {
    for number in [Value::Null, json!(0), json!(-1), json!("x")] {
        let mut events = vec![text(0, "a"), text(0, "a"), text(0, "a")];
        for event in &mut events {
            event["sequence_number"] = number.clone();
        }
        events.push(completed(&json!([])));
        assert_eq!(follow_data(&events).1.unwrap().text(), "aaa", "{number}");
    }
}

#[test]
fn what_was_passed_over_because_a_server_counts_anew_comes_with_the_finished_item() {
    let mut events = vec![text(0, "One "), text(0, "two "), text(0, "three")];
    for (event, number) in events.iter_mut().zip([5, 1, 2]) {
        event["sequence_number"] = json!(number);
    }
    let item =
        json!({"type": "message", "content": [{"type": "output_text", "text": "One two three"}]});
    events.extend([done(0, &item), completed(&json!([]))]);
    let (deltas, response) = follow_data(&events);
    let response = response.unwrap();
    assert_eq!(response.text(), "One two three");
    assert_told(&deltas, &response);
}

#[test]
fn calls_are_told_apart_by_index_id_or_call_whatever_the_server_sends() {
    let nameless = |mut event: Value, id: &str| {
        let fields = event.as_object_mut().unwrap();
        fields.remove("output_index");
        if !id.is_empty() {
            fields.insert("item_id".to_owned(), id.into());
        }
        event
    };
    let indexed = vec![
        added(0, &call("a", "")),
        added(1, &call("b", "")),
        arguments(1, "{\"x\""),
        arguments(0, "{}"),
        arguments(1, ":1}"),
    ];
    let by_id = vec![
        nameless(added(0, &call("a", "")), ""),
        nameless(added(1, &call("b", "")), ""),
        nameless(arguments(1, "{\"x\""), "fc_b"),
        nameless(arguments(0, "{}"), "a"),
        nameless(arguments(1, ":1}"), "fc_b"),
    ];
    let all_alike = vec![
        added(0, &call("a", "")),
        arguments(0, "{}"),
        done(0, &call("a", "{}")),
        added(0, &call("b", "")),
        arguments(0, "{\"x\""),
        arguments(0, ":1}"),
    ];
    let at_once = vec![done(0, &call("a", "{}")), done(1, &call("b", "{\"x\":1}"))];
    let repeated = vec![
        added(0, &call("a", "{}")),
        arguments(0, "{}"),
        added(1, &call("b", "{\"x\":1}")),
        arguments(1, "{\"x\":1}"),
    ];
    let end = json!([call("a", "{}"), call("b", "{\"x\":1}")]);
    for mut events in [indexed, by_id, all_alike, at_once, repeated, vec![]] {
        for output in [json!([]), end.clone()] {
            if events.is_empty() && output == json!([]) {
                continue;
            }
            let mut whole = events.clone();
            whole.push(completed(&output));
            let (deltas, response) = follow_data(&whole);
            let response = response.unwrap();
            assert_eq!(calls(&response), [("a", "{}"), ("b", "{\"x\":1}")], "{whole:?}");
            assert_told(&deltas, &response);
        }
        // And where the reply breaks off, what was told is what is kept.
        events.push(text(9, "…"));
        let (deltas, error) = follow_data(&events);
        assert_told(&deltas, error.unwrap_err().partial().unwrap());
    }
}

#[test]
fn a_call_is_told_of_once_its_name_is_known_and_in_its_place() {
    let begun = |index: u64| {
        json!({"type": "response.function_call_arguments.delta",
        "output_index": index, "item_id": format!("fc_{index}"), "delta": "{}"})
    };
    let (deltas, response) = follow_data(&[
        begun(0),
        added(1, &call("b", "")),
        begun(1),
        done(0, &call("a", "{}")),
        completed(&json!([])),
    ]);
    let response = response.unwrap();
    assert_eq!(calls(&response), [("a", "{}"), ("b", "{}")]);
    assert_told(&deltas, &response);
}

#[test]
fn items_that_only_the_end_knows_take_their_place_there() {
    let message = |text: &str| {
        json!({"type": "message", "id": text,
        "content": [{"type": "output_text", "text": text}]})
    };
    let (deltas, response) = follow_data(&[
        added(1, &message("")),
        text(1, "Hi"),
        completed(
            &json!([{"type": "reasoning", "id": "r", "summary": [], "encrypted_content": "x"},
            message("Hi"), call("a", "{}")]),
        ),
    ]);
    let response = response.unwrap();
    let kinds: Vec<&str> = response
        .parts
        .iter()
        .map(|part| match part {
            Part::Provider { .. } => "reasoning",
            Part::Text { .. } => "text",
            Part::ToolCall(_) => "call",
            _ => "other",
        })
        .collect();
    assert_eq!(kinds, ["reasoning", "text", "call"]);
    assert_told(&deltas, &response);
}

#[test]
fn a_text_that_ends_otherwise_than_it_was_told_ends_so() {
    let message = |text: &str| {
        json!({"type": "message", "id": "m",
        "content": [{"type": "output_text", "text": text}]})
    };
    let said = |end: &Value| follow_data(&[text(0, "Helo"), completed(end)]).1.unwrap().text();
    assert_eq!(said(&json!([message("Hello")])), "Hello");
    // Not repeated is not taken back.
    assert_eq!(said(&json!([message("")])), "Helo");
    assert_eq!(said(&json!([{"type": "message", "content": []}])), "Helo");
}

#[test]
fn the_terminal_event_ends_the_reply_and_what_follows_it_does_not_matter() {
    let mut decoder = Responses::new().decoder();
    let mut out = Vec::new();
    assert!(decoder.partial().is_none());
    let end = completed(&json!([])).to_string();
    assert_eq!(decoder.event("", &text(0, "Hi").to_string(), &mut out).unwrap(), Progress::More);
    assert_eq!(decoder.event("", &end, &mut out).unwrap(), Progress::Complete);
    for after in [&*end, "[DONE]", "{broken", &text(0, "!").to_string()] {
        assert_eq!(decoder.event("", after, &mut out).unwrap(), Progress::Complete);
    }
    assert_eq!(decoder.finish().unwrap().text(), "Hi");
    assert_eq!(out, [Delta::Text("Hi".to_owned())]);
}

#[test]
fn the_terminal_event_gives_the_status_where_the_reply_in_it_has_none() {
    for (kind, reply, expected) in [
        ("response.completed", json!({}), FinishReason::Stop),
        ("response.completed", json!({"status": "in_progress"}), FinishReason::Stop),
        (
            "response.incomplete",
            json!({"incomplete_details": {"reason": "max_output_tokens"}}),
            FinishReason::Length,
        ),
        ("response.cancelled", Value::Null, FinishReason::Other("cancelled".to_owned())),
    ] {
        let end = json!({"type": kind, "response": reply});
        let response = follow_data(&[text(0, "Hi"), end]).1.unwrap();
        assert_eq!(response.finish_reason, expected, "{kind}");
        assert_eq!(response.text(), "Hi");
    }
}
