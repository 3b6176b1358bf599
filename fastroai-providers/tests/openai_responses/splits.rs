//! However a reply is cut up, and whatever comes in its place.

use proptest::prelude::*;

use super::*;

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
        // Whether items are announced, finished, and repeated at the end.
        begins in any::<bool>(), finishes in any::<bool>(), repeats in any::<bool>(),
        indexed in any::<bool>(),
    ) {
        let finishes = finishes || !repeats;
        let output = json!([
            {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": thinking}],
                "encrypted_content": "x"},
            {"type": "message", "id": "m", "content": [{"type": "output_text", "text": text}]},
            {"type": "function_call", "id": "f", "call_id": "c", "name": "f",
                "arguments": arguments},
        ]);
        let mut empty = output.clone();
        empty[0]["summary"] = json!([]);
        empty[0]["encrypted_content"] = "w".into();
        empty[1]["content"] = json!([]);
        empty[2]["arguments"] = "".into();
        let item = |kind: &str, at: usize, items: &Value| json!({"output_index": at,
            "type": format!("response.output_item.{kind}"), "item": items[at]});
        let delta = |kind: &str, at: usize, id: &str, delta: &String| json!({"output_index": at,
            "type": format!("response.{kind}.delta"), "item_id": id, "delta": delta});
        let mut events = Vec::new();
        if begins {
            events.extend((0..3).map(|at| item("added", at, &empty)));
        }
        // What was never announced has at least its pieces in its order.
        let longest = thoughts.len().max(words.len()).max(fragments.len());
        let none = String::new();
        for turn in 0..longest {
            let piece = |list: &Vec<String>| list.get(turn).unwrap_or(&none).clone();
            events.push(delta("reasoning_summary_text", 0, "r", &piece(&thoughts)));
            events.push(delta("output_text", 1, "m", &piece(&words)));
            events.push(delta("function_call_arguments", 2, "f", &piece(&fragments)));
        }
        if finishes {
            events.extend((0..3).rev().map(|at| item("done", at, &output)));
        }
        if !indexed {
            for event in &mut events {
                event.as_object_mut().unwrap().remove("output_index");
            }
        }
        for (number, event) in events.iter_mut().enumerate() {
            event["sequence_number"] = number.into();
        }
        let end = if repeats { output.clone() } else { json!([]) };
        events.push(json!({"type": "response.completed", "response": reply(&end)}));
        let (deltas, streamed) = follow_data(&events);
        let streamed = streamed.unwrap();
        prop_assert_eq!(&streamed, &decoded(&output));
        assert_told(&deltas, &streamed);
    }

    #[test]
    fn no_bytes_and_no_json_make_it_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..60),
        words in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ":", ",", "\"output\"", "\"type\"", "\"text\"", "\"item\"",
            "\"function_call\"", "\"message\"", "\"reasoning\"", "\"arguments\"", "\"usage\"",
            "\"error\"", "\"output_index\"", "\"delta\"", "\"content\"", "\"summary\"",
            "\"response\"", "\"part\"", "null", "-1", "1e999", "18446744073709551615", "\"\\ud800\"",
        ]), 0..40),
        status in 0_u16..1000,
        name in "[a-z_.]{0,8}",
    ) {
        let json = words.concat();
        for body in [bytes.as_slice(), json.as_bytes()] {
            let _ = Responses::new().decode(body);
            let _ = Responses::new().decode_error(status, body);
        }
        let text = String::from_utf8_lossy(&bytes);
        let _ = follow(&[(&name, &json), ("error", &json), (&name, &text)]);
    }

    #[test]
    fn no_order_of_events_makes_it_panic_or_tell_what_it_does_not_keep(
        events in prop::collection::vec((0_usize..9, 0_u64..4, 0_usize..5, "[ab{}]{0,2}"), 0..20),
        repeats in any::<bool>(),
    ) {
        let item = |kind: usize, at: u64, text: &str| match kind {
            0 => json!({"type": "message", "id": format!("m{at}"),
                "content": [{"type": "output_text", "text": text}]}),
            1 => json!({"type": "reasoning", "id": format!("r{at}"), "summary": [{"text": text}]}),
            2 => json!({"type": "function_call", "call_id": text, "name": text}),
            3 => json!({"type": "custom_tool_call", "call_id": format!("c{at}"), "name": "f"}),
            _ => json!({"type": "odd_call"}),
        };
        let mut output = Vec::new();
        let data: Vec<Value> = events.iter().map(|(event, at, kind, text)| match event {
            0 => json!({"type": "response.output_item.added", "output_index": at,
                "item": item(*kind, *at, "")}),
            1 => json!({"type": "response.output_item.added", "item": item(*kind, *at, "")}),
            2 => {
                output.push(item(*kind, *at, ""));
                json!({"type": "response.output_item.done", "output_index": at,
                    "item": item(*kind, *at, "")})
            }
            3 => json!({"type": "response.output_text.delta", "output_index": at, "delta": text}),
            4 => json!({"type": "response.refusal.delta", "content_index": at, "delta": text}),
            5 => json!({"type": "response.reasoning_text.delta", "item_id": format!("r{at}"),
                "delta": text}),
            6 => json!({"type": "response.function_call_arguments.delta", "output_index": at,
                "delta": text}),
            7 => json!({"type": "response.custom_tool_call_input.delta", "delta": text}),
            _ => json!({"type": "response.reasoning_summary_text.delta", "output_index": at,
                "summary_index": u64::MAX - at, "delta": text}),
        }).collect();
        let end = if repeats { json!(output) } else { json!([]) };
        let mut data = data;
        data.push(json!({"type": "response.completed", "response": reply(&end)}));
        let (deltas, response) = follow_data(&data);
        let response = response.unwrap();
        let calls: Vec<(String, String)> = response
            .tool_calls()
            .map(|call| (call.name.clone(), call.arguments.clone()))
            .collect();
        prop_assert_eq!(joined(&deltas).3.len(), calls.len());
        prop_assert_eq!(joined(&deltas).0.len(), response.text().len());
    }
}
