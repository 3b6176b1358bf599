//! Random traffic: however a reply is cut into deltas it reads the same, and nothing panics.

use fastroai_providers::openai::ChatCompletions;
use fastroai_providers::protocol::Protocol;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{chunk, chunks};

/// Cuts a text at these places, counted in characters.
fn cut(text: &str, places: &[usize]) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut places: Vec<usize> = places.iter().map(|place| place % (letters.len() + 1)).collect();
    places.extend([0, letters.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| letters[pair[0]..pair[1]].iter().collect()).collect()
}

/// JSON of any kind, under names that a reply has.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z{\"\\\\é]{0,6}".prop_map(Value::from),
        Just(json!("stop")),
    ];
    let name = prop::sample::select(vec![
        "choices",
        "index",
        "delta",
        "message",
        "content",
        "tool_calls",
        "function",
        "custom",
        "name",
        "arguments",
        "id",
        "usage",
        "error",
        "code",
        "prompt_tokens",
        "finish_reason",
        "reasoning_details",
        "text",
        "type",
        "logprobs",
        "completion_tokens_details",
        "detail",
    ]);
    leaf.prop_recursive(6, 48, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..5).prop_map(|fields| {
                fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn a_reply_reads_the_same_however_it_is_cut(
        reasoning in "[a-zé\n]{0,12}",
        text in "[a-zß☕\"\\\\ ]{0,20}",
        arguments in prop::collection::vec("\\PC{0,16}", 0..4),
        places in prop::collection::vec(any::<usize>(), 0..6),
        finish in prop::sample::select(vec!["stop", "length", "tool_calls"]),
        interleaved in any::<bool>(),
    ) {
        let calls: Vec<Value> = arguments.iter().enumerate().map(|(index, arguments)| json!({
            "id": format!("call_{index}"), "type": "function",
            "function": { "name": format!("tool_{index}"), "arguments": arguments },
        })).collect();
        let whole = json!({ "id": "c", "model": "m", "choices": [{
            "index": 0, "finish_reason": finish,
            "message": { "content": text, "reasoning_content": reasoning, "tool_calls": calls },
        }]});
        let whole = ChatCompletions::new().decode(whole.to_string().as_bytes()).unwrap();

        let mut events: Vec<String> = Vec::new();
        for piece in cut(&reasoning, &places) {
            events.push(chunk(&json!({ "reasoning_content": piece }).to_string(), None));
        }
        for piece in cut(&text, &places) {
            events.push(chunk(&json!({ "content": piece }).to_string(), None));
        }
        let mut starts = Vec::new();
        let mut fragments = Vec::new();
        for (index, arguments) in arguments.iter().enumerate() {
            let start = json!({ "tool_calls": [{
                "index": index, "id": format!("call_{index}"), "type": "function",
                "function": { "name": format!("tool_{index}"), "arguments": "" },
            }]});
            let pieces: Vec<String> = cut(arguments, &places).into_iter().map(|piece| {
                chunk(&json!({ "tool_calls": [{
                    "index": index, "function": { "arguments": piece },
                }]}).to_string(), None)
            }).collect();
            starts.push(chunk(&start.to_string(), None));
            fragments.push(pieces);
        }
        if interleaved {
            events.append(&mut starts);
            let longest = fragments.iter().map(Vec::len).max().unwrap_or(0);
            for turn in 0..longest {
                events.extend(fragments.iter().filter_map(|pieces| pieces.get(turn).cloned()));
            }
        } else {
            for (start, pieces) in starts.into_iter().zip(fragments) {
                events.push(start);
                events.extend(pieces);
            }
        }
        events.push(chunk("{}", Some(finish)));
        events.push("[DONE]".to_owned());
        prop_assert_eq!(chunks(&events).end.unwrap(), whole);
    }

    #[test]
    fn no_json_makes_it_panic(events in prop::collection::vec(any_json(), 0..6)) {
        let wrapped: Vec<String> = events
            .iter()
            .flat_map(|event| [
                json!({ "choices": [{ "delta": event }] }),
                json!({ "choices": [{ "delta": { "tool_calls": [event] } }] }),
                json!({ "usage": event, "x_groq": { "usage": event } }),
                event.clone(),
            ])
            .map(|event| event.to_string())
            .collect();
        let _ = chunks(&wrapped);
        for event in &wrapped {
            let _ = chunks(&[event]);
            let _ = ChatCompletions::new().decode(event.replace("delta", "message").as_bytes());
            let _ = ChatCompletions::new().decode_error(400, event.as_bytes());
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64), text in "\\PC{0,40}") {
        prop_assert!(ChatCompletions::new().decode(&bytes).is_err());
        let _ = ChatCompletions::new().decode_error(500, &bytes);
        let mut decoder = ChatCompletions::new().decoder();
        let _ = decoder.event("", &text, &mut Vec::new());
        let _ = decoder.partial();
        let _ = decoder.finish();
    }
}
