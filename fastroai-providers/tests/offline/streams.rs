//! Its stream says the same as its reply, in pieces.

use fastroai_providers::{Delta, Response, StreamEvent};
use futures_util::{FutureExt, StreamExt};
use serde_json::json;

use super::chat::{Chat, tool};

fn collect(chat: &Chat) -> (Vec<Delta>, Response) {
    let events: Vec<_> = chat.stream().collect().now_or_never().expect("it never waits");
    let mut events: Vec<_> = events.into_iter().map(|event| event.expect("no error")).collect();
    let Some(StreamEvent::Done(response)) = events.pop() else { panic!("it ends with the reply") };
    let delta = |event| match event {
        StreamEvent::Delta(delta) => delta,
        other => panic!("{other:?} before the end"),
    };
    (events.into_iter().map(delta).collect(), *response)
}

#[test]
fn text_comes_word_by_word_and_then_whole() {
    let chat = Chat::new("Hello there");
    let (deltas, response) = collect(&chat);
    let words: Vec<_> = deltas
        .iter()
        .map(|delta| match delta {
            Delta::Text(word) => word.as_str(),
            other => panic!("{other:?} is no text"),
        })
        .collect();
    assert_eq!(words, ["[offline ", "demo ", "model] ", "You ", "said: ", "Hello ", "there"]);
    assert_eq!(response, chat.ask());
}

#[test]
fn calls_come_in_order_with_all_of_their_arguments() {
    let pair = json!({"type": "object", "properties": {"a": {"const": 1}, "b": {"const": 2}},
        "required": ["a", "b"]});
    let chat = Chat::new("Go").tool(tool("first", &pair)).tool(tool(
        "second",
        &json!({"type":
        "object"}),
    ));
    let (deltas, response) = collect(&chat);
    let mut calls: Vec<(String, String)> = vec![];
    for delta in deltas {
        match delta {
            Delta::ToolCall { index, name } => {
                assert_eq!(index, calls.len());
                calls.push((name, String::new()));
            }
            Delta::Arguments { index, fragment } => calls[index].1.push_str(&fragment),
            other => panic!("{other:?} is no call"),
        }
    }
    let whole: Vec<_> =
        response.tool_calls().map(|call| (call.name.clone(), call.arguments.clone())).collect();
    assert_eq!(calls, whole);
    assert_eq!(whole[0].1, r#"{"a":1,"b":2}"#);
}
