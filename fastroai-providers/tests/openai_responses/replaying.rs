//! The conversation on its way back.

use fastroai_providers::{Part, Settings, ToolCall, ToolOutcome, ToolResult};

use super::*;

const OWN: &str = "openai-responses";

fn input(messages: &[Message]) -> Vec<Value> {
    let settings = Settings::default();
    let body = body_of("gpt-5", &Request::new(messages, &settings)).unwrap();
    body["input"].as_array().unwrap().clone()
}

/// What a turn becomes, between two messages of the user.
fn turn(provider: &str, response: Response) -> Vec<Value> {
    let messages = [Message::user("?"), from(provider, response), Message::user("!")];
    let items = input(&messages);
    items[1..items.len() - 1].to_vec()
}

fn everything() -> Response {
    Responses::new().decode(WHOLE.as_bytes()).unwrap()
}

#[test]
fn a_reply_goes_back_to_its_provider_item_by_item() {
    let sent = turn(OWN, everything());
    let mut whole: Value = serde_json::from_str(WHOLE).unwrap();
    let expected = whole["output"].as_array_mut().unwrap();
    // Nothing is lost but what only tells of the past.
    for at in [3, 4] {
        expected[at].as_object_mut().unwrap().remove("status");
    }
    expected[2]["content"][0].as_object_mut().unwrap().remove("logprobs");
    assert_eq!(&sent, expected);
}

#[test]
fn another_provider_gets_the_words_and_the_calls_alone() {
    let response = Responses::for_provider("xai").decode(WHOLE.as_bytes()).unwrap();
    assert_eq!(
        turn("xai", response),
        [
            json!({"type": "message", "role": "assistant",
                "content": "Sunny ☀ says the web.No more."}),
            json!({"type": "function_call", "call_id": "call_1", "name": "weather",
                "arguments": "{\"city\": \"São Paulo\"}"}),
            json!({"type": "custom_tool_call", "call_id": "call_2", "name": "shell",
                "input": "ls -l"}),
        ]
    );
}

#[test]
fn users_and_results_become_items_and_results_of_custom_tools_others() {
    let response = everything();
    let calls: Vec<ToolCall> = response.tool_calls().cloned().collect();
    let messages = [
        Message::user("One"),
        Message::user(""),
        from(OWN, response),
        Message::tool(vec![
            ToolResult::new(&calls[0], "rain", ToolOutcome::Success),
            ToolResult::new(&calls[1], "no such file", ToolOutcome::Failed),
        ]),
        Message::correction("Shorter."),
    ];
    let items = input(&messages);
    let said = |text: &str| {
        json!({"type": "message", "role": "user",
            "content": [{"type": "input_text", "text": text}]})
    };
    assert_eq!(items[0], said("One"));
    assert_eq!(
        items[7..],
        [
            json!({"type": "function_call_output", "call_id": "call_1", "output": "rain"}),
            json!({"type": "custom_tool_call_output", "call_id": "call_2",
                "output": "no such file"}),
            said("Shorter."),
        ]
    );
}

#[test]
fn broken_arguments_go_back_as_an_object() {
    for (arguments, sent) in [
        (r#"{"n": 1.50}"#, json!(r#"{"n": 1.50}"#)),
        ("", json!("{}")),
        (r#"{"city": "Lis"#, json!(r#"{"INVALID_JSON":"{\"city\": \"Lis"}"#)),
        ("[1]", json!(r#"{"INVALID_JSON":"[1]"}"#)),
    ] {
        let mut response = Response::default();
        response.parts = vec![Part::ToolCall(ToolCall::new("a", "f", arguments))];
        assert_eq!(turn("any", response)[0]["arguments"], sent, "{arguments}");
    }
}

#[test]
fn reasoning_that_the_provider_could_not_read_is_left_out_and_with_it_the_ids() {
    let said = json!({"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": "Hi", "annotations": []}]});
    let plain = json!({"type": "message", "role": "assistant", "content": "Hi"});
    let open = json!({"type": "reasoning", "id": "rs_1", "summary": [],
        "content": [{"type": "reasoning_text", "text": "Hm"}]});
    let bare = json!({"type": "reasoning", "id": "rs_1", "encrypted_content": "",
        "summary": [{"type": "summary_text", "text": "Hm"}]});
    let replied = |thought: &Value| decoded(&json!([thought, said]));
    assert_eq!(turn(OWN, replied(&open)), [open.clone(), said.clone()]);
    assert_eq!(turn(OWN, replied(&bare)), [plain]);

    let mut stored = Responses::new();
    stored.store = true;
    let (messages, settings) = ([from(OWN, replied(&bare))], Settings::default());
    let body = body_by(&stored, "gpt-5", &Request::new(&messages, &settings), false).unwrap();
    assert_eq!(body["input"], json!([bare, said]));
}

#[test]
fn reasoning_that_led_to_nothing_is_not_sent() {
    let thought = json!({"type": "reasoning", "id": "rs_1", "summary": [],
        "encrypted_content": "c2VhbGVk"});
    assert_eq!(turn(OWN, decoded(&json!([thought]))), [] as [Value; 0]);
    let thought_twice = json!([thought, {"type": "function_call", "id": "fc_1", "call_id": "a",
        "name": "f", "arguments": "{}"}, thought]);
    let sent = turn(OWN, decoded(&thought_twice));
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[1]["id"], "fc_1");
}

#[test]
fn what_a_broken_reply_left_unfinished_is_not_sent() {
    let events = events(STREAM);
    let until = |what: &str| events.iter().position(|(_, data)| data.contains(what)).unwrap();
    let partial = |end: usize| {
        let mut error = follow(&events[..end]).1.unwrap_err();
        error.take_partial().unwrap()
    };
    // Within the reasoning: its encrypted form is not whole yet.
    assert_eq!(turn(OWN, partial(until("Then"))), [] as [Value; 0]);
    // Within the search: there is no result.
    let searching = partial(until("response.web_search_call.completed"));
    assert!(searching.parts.iter().any(|part| matches!(part, Part::Provider { raw, .. }
        if raw["type"] == "web_search_call")));
    assert_eq!(turn(OWN, searching), [] as [Value; 0]);
    // Within the text: what came of it is kept.
    let talking = turn(OWN, partial(until("annotation.added")));
    assert_eq!(talking.len(), 3);
    assert_eq!(talking[2]["content"][0]["text"], "Sunny ☀ says the web.");
}

#[test]
fn content_of_an_unknown_kind_goes_back_into_its_message() {
    let text = json!({"type": "output_text", "text": "Hi", "annotations": []});
    let smell = json!({"type": "output_smell", "notes": ["musk"]});
    for content in [json!([text, smell]), json!([smell]), json!([text, smell, text])] {
        let item = json!({"type": "message", "id": "msg_1", "role": "assistant",
            "status": "completed", "content": content});
        let messages = [from(OWN, decoded(&json!([item])))];
        let settings = Settings::default();
        let request = Request::new(&messages, &settings);
        // Not by the helper: a validator knows no such content.
        let encoded = Responses::new().encode("gpt-5", &request, false).unwrap();
        let body: Value = serde_json::from_slice(&encoded.body).unwrap();
        assert_eq!(body["input"], json!([item]));
    }
}
