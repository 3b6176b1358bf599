//! Streamed replies, event by event.

use fastroai_providers::error::{ModelErrorKind, ProtocolFault, ProviderFault};
use fastroai_providers::openai::ChatCompletions;
use fastroai_providers::protocol::{Progress, Protocol};
use fastroai_providers::{Delta, FinishReason, Response};

use crate::{Streamed, chunk, chunks, events_of, stream};

const DONE: &str = "[DONE]";

fn calls(response: &Response) -> Vec<(&str, &str, &str)> {
    response.tool_calls().map(|c| (&*c.id, &*c.name, &*c.arguments)).collect()
}

fn fault(streamed: &Streamed) -> &ModelErrorKind {
    streamed.end.as_ref().unwrap_err().kind()
}

/// Asserts that the pieces of the calls are the calls, under their places.
fn assert_pieces(streamed: &Streamed) {
    let response = streamed.end.as_ref().unwrap();
    for (place, call) in response.tool_calls().enumerate() {
        let mut named = false;
        let mut arguments = String::new();
        for delta in &streamed.deltas {
            match delta {
                Delta::ToolCall { index, name } if *index == place => {
                    assert!(!named && *name == call.name);
                    named = true;
                }
                Delta::Arguments { index, fragment } if *index == place => {
                    assert!(named, "a call is announced before its arguments");
                    arguments.push_str(fragment);
                }
                _ => {}
            }
        }
        assert!(named);
        assert_eq!(arguments, call.arguments);
    }
}

#[test]
fn a_stream_says_what_the_whole_reply_says() {
    for (events, whole) in [
        (include_str!("../fixtures/openai/text.sse"), include_str!("../fixtures/openai/text.json")),
        (
            include_str!("../fixtures/openai/tools.sse"),
            include_str!("../fixtures/openai/tools.json"),
        ),
    ] {
        let streamed = chunks(&events_of(events));
        assert_pieces(&streamed);
        let whole = ChatCompletions::new().decode(whole.as_bytes()).unwrap();
        assert_eq!(streamed.end.unwrap(), whole);
    }
}

#[test]
fn the_stream_is_complete_on_done_and_takes_nothing_after_it() {
    let mut decoder = ChatCompletions::new().decoder();
    let mut out = Vec::new();
    let mut event = |data: &str| decoder.event("", data, &mut out).unwrap();
    assert_eq!(event(&chunk(r#"{"content":"a"}"#, Some("stop"))), Progress::More);
    assert_eq!(event(DONE), Progress::Complete);
    assert_eq!(event(&chunk(r#"{"content":"b"}"#, None)), Progress::Complete);
    assert_eq!(out, [Delta::Text("a".to_owned())]);
    assert_eq!(decoder.finish().unwrap().text(), "a");
}

#[test]
fn a_finish_without_done_and_done_without_a_finish_are_success() {
    let streamed = chunks(&[chunk(r#"{"content":"a"}"#, Some("stop"))]);
    assert_eq!(streamed.end.unwrap().finish_reason, FinishReason::Stop);
    let streamed = chunks(&[chunk(r#"{"content":"a"}"#, None), DONE.to_owned()]);
    assert_eq!(streamed.end.unwrap().finish_reason, FinishReason::Unknown);
    let streamed = chunks(&[chunk(r#"{"content":"a"}"#, Some("")), DONE.to_owned()]);
    assert_eq!(streamed.end.unwrap().finish_reason, FinishReason::Unknown);
}

#[test]
fn an_end_before_both_is_truncated_and_keeps_what_had_arrived() {
    let call =
        r#"{"tool_calls":[{"index":0,"id":"1","function":{"name":"f","arguments":"{\"a"}}]}"#;
    let streamed = chunks(&[chunk(r#"{"content":"half"}"#, None), chunk(call, None)]);
    assert_eq!(*fault(&streamed), ModelErrorKind::Protocol(ProtocolFault::Truncated));
    let error = streamed.end.unwrap_err();
    let partial = error.partial().unwrap();
    assert!(partial.interrupted);
    assert_eq!(partial.text(), "half");
    assert_eq!(calls(partial), [("1", "f", "{\"a")]);
    let nothing = chunks::<&str>(&[]);
    assert!(nothing.end.unwrap_err().partial().is_none());
}

#[test]
fn usage_is_found_wherever_a_service_puts_it() {
    let usage = r#"{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}"#;
    let text = chunk(r#"{"content":"a"}"#, None);
    let end = chunk("{}", Some("stop"));
    let with = |event: &str, field: &str| event.replacen('{', &format!("{{{field},"), 1);
    let here = format!(r#""usage":{usage}"#);
    let groq = format!(r#""x_groq":{{"id":"g","usage":{usage}}}"#);
    for events in [
        vec![text.clone(), end.clone(), format!(r#"{{"choices":[],{here}}}"#)],
        vec![text.clone(), end.clone(), format!("{{{here}}}")],
        vec![text.clone(), with(&end, &here)],
        vec![text.clone(), with(&end, &groq)],
        vec![text.clone(), with(&with(&end, &groq), &here)],
        vec![with(&text, &here), with(&end, &here)],
        vec![
            with(&text, r#""usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}"#),
            with(&end, &here),
            with(&end, r#""usage":null"#),
        ],
    ] {
        let response = chunks(&events).end.unwrap();
        assert_eq!(response.usage.input_tokens, Some(9), "{events:?}");
        assert_eq!(response.usage.output_tokens, Some(4), "{events:?}");
        assert_eq!(response.finish_reason, FinishReason::Stop);
    }
    assert!(chunks(&[text, end]).end.unwrap().usage.is_unknown());
}

#[test]
fn empty_choices_empty_deltas_and_other_choices_say_nothing() {
    let streamed = chunks(&[
        r#"{"choices":[],"id":"","model":"m","prompt_filter_results":[]}"#.to_owned(),
        r#"{"choices":null}"#.to_owned(),
        String::new(),
        chunk("{}", None),
        chunk(r#"{"role":"assistant","content":"","tool_calls":null,"refusal":""}"#, None),
        r#"{"id":"c","choices":[{"index":1,"delta":{"content":"x"},"finish_reason":"length"}]}"#
            .to_owned(),
        chunk(r#"{"content":"a"}"#, None),
        chunk("{}", Some("stop")),
        DONE.to_owned(),
    ]);
    assert_eq!(streamed.deltas, [Delta::Text("a".to_owned())]);
    let response = streamed.end.unwrap();
    assert_eq!((response.text(), response.id.as_deref()), ("a".to_owned(), Some("c")));
    assert_eq!(response.finish_reason, FinishReason::Stop);
}

#[test]
fn two_finish_chunks_end_the_reply_once() {
    let streamed = chunks(&[
        chunk(r#"{"content":"a"}"#, Some("length")),
        chunk(r#"{"content":""}"#, Some("stop")),
        DONE.to_owned(),
    ]);
    assert_eq!(streamed.end.unwrap().finish_reason, FinishReason::Length);
}

#[test]
fn a_message_repeated_beside_each_delta_is_not_taken_twice() {
    let event = |delta: &str, message: &str, finish: &str| {
        format!(
            r#"{{"choices":[{{"index":0,"delta":{{"content":"{delta}"}},"message":{{"content":"{message}"}},"finish_reason":{finish}}}]}}"#
        )
    };
    let streamed =
        chunks(&[event("a", "a", "null"), event("b", "ab", "null"), event("", "ab", "\"stop\"")]);
    assert_eq!(streamed.end.unwrap().text(), "ab");
}

#[test]
fn a_service_that_does_not_really_stream_is_read_too() {
    let whole = r#"{"choices":[{"index":0,"message":{"content":"all at once","tool_calls":[
        {"id":"1","type":"function","function":{"name":"f","arguments":"{}"}},
        {"id":"2","type":"function","function":{"name":"g","arguments":"{}"}}]},
        "finish_reason":"tool_calls"}]}"#;
    let streamed = chunks(&[whole, DONE]);
    assert_pieces(&streamed);
    let response = streamed.end.unwrap();
    assert_eq!(response.text(), "all at once");
    assert_eq!(calls(&response), [("1", "f", "{}"), ("2", "g", "{}")]);
}

#[test]
fn a_whole_call_in_the_finish_chunk_is_seen() {
    let call = r#"{"content":"","tool_calls":[{"index":0,"id":"1","function":{"name":"f","arguments":"{\"a\":1}"}}]}"#;
    let streamed = chunks(&[chunk(call, Some("tool_calls"))]);
    assert_pieces(&streamed);
    assert_eq!(calls(&streamed.end.unwrap()), [("1", "f", r#"{"a":1}"#)]);
}

#[test]
fn interleaved_calls_with_repeated_nulls_are_kept_apart() {
    let piece = |index: u32, id: &str, name: &str, arguments: &str| {
        format!(
            r#"{{"tool_calls":[{{"index":{index},"id":{id},"function":{{"name":{name},"arguments":"{arguments}"}}}}]}}"#
        )
    };
    let streamed = chunks(&[
        chunk(&piece(0, "\"1\"", "\"f\"", ""), None),
        chunk(&piece(1, "\"2\"", "\"g\"", "{"), None),
        chunk(&piece(0, "null", "null", "{\\\"a\\\":"), None),
        chunk(&piece(1, "null", "null", "}"), None),
        chunk(&piece(0, "\"1\"", "null", "1}"), None),
        chunk("{}", Some("tool_calls")),
    ]);
    assert_pieces(&streamed);
    assert_eq!(calls(&streamed.end.unwrap()), [("1", "f", r#"{"a":1}"#), ("2", "g", "{}")]);
}

#[test]
fn sparse_indices_out_of_order_give_calls_in_the_order_of_their_indices() {
    let call = |index: u32| {
        format!(
            r#"{{"tool_calls":[{{"index":{index},"id":"{index}","function":{{"name":"f{index}","arguments":"{{}}"}}}}]}}"#
        )
    };
    let events: Vec<String> = [7, 0, 3, 1].iter().map(|i| chunk(&call(*i), None)).collect();
    for end in [chunk("{}", Some("tool_calls")), DONE.to_owned()] {
        let mut events = events.clone();
        events.push(end);
        let streamed = chunks(&events);
        assert_pieces(&streamed);
        let response = streamed.end.unwrap();
        let names: Vec<_> = response.tool_calls().map(|call| &*call.name).collect();
        assert_eq!(names, ["f0", "f1", "f3", "f7"]);
    }
    let error = chunks(&events).end.unwrap_err();
    let names: Vec<_> = error.partial().unwrap().tool_calls().map(|call| &*call.name).collect();
    assert_eq!(names, ["f0", "f1", "f3", "f7"]);
}

#[test]
fn one_index_for_several_calls_gives_several_calls() {
    let call = |id: &str, name: &str, arguments: &str| {
        chunk(
            &format!(
                r#"{{"tool_calls":[{{"index":0,"id":"{id}","function":{{"name":"{name}","arguments":"{arguments}"}}}}]}}"#
            ),
            None,
        )
    };
    let streamed = chunks(&[call("1", "f", "{}"), call("2", "f", "{}"), DONE.to_owned()]);
    assert_pieces(&streamed);
    assert_eq!(calls(&streamed.end.unwrap()), [("1", "f", "{}"), ("2", "f", "{}")]);
    // Google's endpoint has no ids.
    let streamed = chunks(&[call("", "f", "{}"), call("", "g", "{}"), DONE.to_owned()]);
    assert_pieces(&streamed);
    assert_eq!(calls(&streamed.end.unwrap()), [("", "f", "{}"), ("", "g", "{}")]);
    // The same whole call, sent twice, is one.
    let streamed = chunks(&[call("1", "f", "{}"), call("1", "f", "{}"), DONE.to_owned()]);
    assert_eq!(calls(&streamed.end.unwrap()), [("1", "f", "{}")]);
}

#[test]
fn a_call_without_an_index_continues_the_last_one() {
    let streamed = chunks(&[
        chunk(r#"{"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{"}}]}"#, None),
        chunk(r#"{"tool_calls":[{"function":{"arguments":"}"}}]}"#, None),
        chunk(r#"{"tool_calls":[{"id":"2","function":{"name":"g","arguments":{}}}]}"#, None),
        DONE.to_owned(),
    ]);
    assert_pieces(&streamed);
    assert_eq!(calls(&streamed.end.unwrap()), [("1", "f", "{}"), ("2", "g", "{}")]);
}

#[test]
fn thinking_in_parts_and_refusals_stream_as_what_they_are() {
    let thinking = r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]}"#;
    let streamed = chunks(&[
        chunk(thinking, None),
        chunk(r#"{"reasoning":"m","reasoning_content":null}"#, None),
        chunk(r#"{"content":[{"type":"text","text":"a"}]}"#, None),
        chunk(r#"{"refusal":"no"}"#, Some("stop")),
    ]);
    assert_eq!(
        streamed.deltas,
        [
            Delta::Reasoning("hm".to_owned()),
            Delta::Reasoning("m".to_owned()),
            Delta::Text("a".to_owned()),
            Delta::Refusal("no".to_owned()),
        ]
    );
    let response = streamed.end.unwrap();
    assert_eq!(response.reasoning_text(), "hmm");
    assert_eq!(response.refusal().as_deref(), Some("no"));
    assert_eq!(response.finish_reason, FinishReason::Refusal);
}

#[test]
fn signed_reasoning_is_put_together_from_its_pieces() {
    let detail = |fields: &str| {
        chunk(
            &format!(r#"{{"reasoning_details":[{{"index":0,"type":"reasoning.text",{fields}}}]}}"#),
            None,
        )
    };
    let streamed = chunks(&[
        detail(r#""text":"be""#),
        detail(r#""text":"cause""#),
        detail(r#""signature":"sig==","format":"f""#),
        chunk(r#"{"content":"a"}"#, Some("stop")),
    ]);
    let response = streamed.end.unwrap();
    let reasoning = response.parts[0].as_reasoning().unwrap();
    assert_eq!((&*reasoning.text, reasoning.signature.as_deref()), ("because", Some("sig==")));
    let stored = serde_json::to_value(&response).unwrap();
    let details = &stored["parts"][2]["raw"]["reasoning_details"];
    assert_eq!(details[0]["text"], "because");
    assert_eq!(details[0]["signature"], "sig==");
}

#[test]
fn an_error_within_the_stream_is_classed_by_its_code_and_keeps_what_had_arrived() {
    let overloaded = r#"{"id":"c","choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}],"error":{"code":503,"message":"busy"}}"#;
    let limited = r#"{"error":{"type":"rate_limit_error","message":"slow down","code":"rate_limit_exceeded"}}"#;
    let bare = r#"{"object":"error","message":"broken","type":"server_error","code":null}"#;
    for (name, data, expected) in [
        ("", overloaded, ProviderFault::Overloaded),
        ("error", limited, ProviderFault::RateLimit),
        ("", limited, ProviderFault::RateLimit),
        ("", bare, ProviderFault::Server),
        ("error", "it just broke", ProviderFault::Other),
    ] {
        let start = chunk(r#"{"content":"half"}"#, None);
        let streamed = stream([("", &*start), (name, data)]);
        assert_eq!(*fault(&streamed), ModelErrorKind::Provider(expected), "{data}");
        assert_eq!(streamed.end.unwrap_err().partial().unwrap().text(), "half");
    }
}

#[test]
fn a_stream_that_begins_with_an_error_has_no_partial_reply() {
    let data = r#"{"error":{"message":"You ran out.","code":"insufficient_quota"}}"#;
    let streamed = chunks(&[data]);
    assert_eq!(*fault(&streamed), ModelErrorKind::Provider(ProviderFault::Quota));
    assert!(streamed.end.unwrap_err().partial().is_none());
}

#[test]
fn an_event_that_does_not_parse_is_never_dropped() {
    let start = chunk(r#"{"content":"half"}"#, None);
    for data in [
        "{\"choices\":[{",
        "secret",
        "17",
        "[]",
        r#"{"choices":"secret"}"#,
        r#"{"choices":[{"index":0,"delta":{"content":17}}]}"#,
    ] {
        let streamed = chunks(&[&*start, data, DONE]);
        assert_eq!(*fault(&streamed), ModelErrorKind::Protocol(ProtocolFault::BadEvent), "{data}");
        let error = streamed.end.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"));
        assert_eq!(error.partial().unwrap().text(), "half");
    }
}

#[test]
fn unknown_fields_and_values_are_let_through() {
    let streamed = chunks(&[
        r#"{"type":"ping","future":1}"#.to_owned(),
        chunk(r#"{"content":"a","channel":"final","future":[{}]}"#, None),
        chunk("{}", Some("eject")),
        DONE.to_owned(),
    ]);
    let response = streamed.end.unwrap();
    assert_eq!(response.finish_reason, FinishReason::Other("eject".to_owned()));
    assert_eq!(response.text(), "a");
}

#[test]
fn logprobs_of_all_chunks_are_kept_together() {
    let event = |token: &str| {
        format!(
            r#"{{"choices":[{{"index":0,"delta":{{"content":"{token}"}},"logprobs":{{"content":[{{"token":"{token}","logprob":-1.5}}],"refusal":null}}}}]}}"#
        )
    };
    let response = chunks(&[&event("a"), &event("b"), DONE]).end.unwrap();
    let stored = serde_json::to_value(&response).unwrap();
    let tokens = &stored["parts"][0]["details"]["logprobs"]["content"];
    assert_eq!((&tokens[0]["token"], &tokens[1]["token"]), (&"a".into(), &"b".into()));
}

#[test]
fn an_event_that_breaks_off_within_its_content_shows_none_of_it() {
    let streamed = stream([("", r#"{"choices":[],"secret \u007f thoughts":{"#)]);
    let error = streamed.end.unwrap_err();
    assert_eq!(error.to_string(), "an event of the stream does not parse");
    let streamed = stream([("", r#"{"choices":[{"delta":7}]}"#)]);
    let error = streamed.end.unwrap_err();
    assert_eq!(error.to_string(), "an event of the stream does not parse at `choices[0].delta`");
}
