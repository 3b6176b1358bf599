//! Conversations on their way back.

use super::*;

const UNSIGNED: &str = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=";

fn contents(model: &str, messages: &[Message]) -> Value {
    let settings = Settings::default();
    body_of(model, &Request::new(messages, &settings)).unwrap()["contents"].take()
}

fn results(response: &Response) -> Message {
    let result = |call: &ToolCall| ToolResult::new(call, "fine", ToolOutcome::Success);
    Message::tool(response.tool_calls().map(result).collect())
}

fn reasoning(text: &str, signature: Option<&str>) -> Part {
    let mut reasoning = Reasoning::default();
    text.clone_into(&mut reasoning.text);
    reasoning.signature = signature.map(str::to_owned);
    Part::Reasoning(reasoning)
}

#[test]
fn a_reply_of_google_goes_back_as_it_came() {
    let streamed = follow(&events(STREAM)).1.unwrap();
    let whole = GenerateContent::new().decode(WHOLE.as_bytes()).unwrap();
    for (model, mut response) in [("gemini-2.5-flash", whole), ("gemini-3-flash-preview", streamed)]
    {
        // A run gives every call an id of its own, which is no concern of the provider's.
        for (index, part) in response.parts.iter_mut().enumerate() {
            if let Part::ToolCall(call) = part {
                call.id = format!("call_{index}");
            }
        }
        let answers = results(&response);
        let messages = [Message::user("?"), from("google", response), answers];
        let contents = contents(model, &messages);
        let sent: Value = serde_json::from_str(WHOLE).unwrap();
        let sent = sent["candidates"][0]["content"]["parts"].as_array().unwrap();
        let parts = contents[1]["parts"].as_array().unwrap();
        let thought = json!({"text": "I should look, then count.", "thought": true});
        assert_eq!(parts[0], thought);
        assert_eq!(parts[1], sent[2]);
        assert_eq!(parts[2], json!({"text": " up both cities."}));
        assert_eq!(parts[3..7], sent[5..9]);
        assert_eq!(parts[7], json!({"functionCall": {"name": "now", "args": {}}}));
        assert_eq!(parts[8], sent[10]);
        let answer = |id: Option<&str>, name: &str| {
            let mut answer = json!({"name": name, "response": {"result": "fine"}});
            if let Some(id) = id {
                answer["id"] = id.into();
            }
            json!({ "functionResponse": answer })
        };
        assert_eq!(
            contents[2],
            json!({"role": "user", "parts":
                [answer(None, "weather"), answer(Some("fc-2"), "weather"), answer(None, "now")]})
        );
    }
}

#[test]
fn what_another_provider_signed_is_dropped_and_gemini_3_gets_the_word_for_none() {
    let mut signed = ToolCall::new("call_1", "functions.weather", r#"{"city":"Lisbon"}"#);
    signed.details = Some(json!({"thoughtSignature": "foreign", "id": "foreign"}));
    let second = ToolCall::new("call_2", "weather", "{}");
    let answers = Message::tool(vec![
        ToolResult::new(&signed, "rain", ToolOutcome::Success),
        ToolResult::new(&second, "", ToolOutcome::Interrupted),
    ]);
    let details = Some(json!({"thoughtSignature": "foreign"}));
    let parts = vec![
        reasoning("secret", Some("foreign")),
        Part::Text { text: "Looking.".to_owned(), details: details.clone() },
        Part::Text { text: String::new(), details },
        Part::Provider { provider: "google".to_owned(), raw: json!({"toolCall": {}}) },
        Part::Provider { provider: "openai".to_owned(), raw: json!({"type": "thing"}) },
        Part::Refusal { text: "No.".to_owned() },
        Part::ToolCall(signed),
        Part::ToolCall(second),
    ];
    let messages = [Message::user("?"), assistant("openai", parts), answers];
    let call = |name: &str, args: Value| json!({"functionCall": {"name": name, "args": args}});
    let mut first = call("functions_weather", json!({"city": "Lisbon"}));
    let second = call("weather", json!({}));
    let words = [json!({"text": "Looking."}), json!({"text": "No."})];
    let old = contents("gemini-2.5-flash", &messages);
    assert_eq!(old[1]["parts"], json!([words[0], words[1], first, second]));
    assert_eq!(
        old[2]["parts"],
        json!([
            {"functionResponse": {"name": "functions_weather", "response": {"result": "rain"}}},
            {"functionResponse": {"name": "weather", "response": {"error": ""}}}
        ])
    );
    first["thoughtSignature"] = UNSIGNED.into();
    let new = contents("gemini-3-flash-preview", &messages);
    assert_eq!(new[1]["parts"], json!([words[0], words[1], first, second]));
}

#[test]
fn a_call_of_google_that_bears_no_signature_gets_the_word_for_none_too() {
    let call = ToolCall::new("a", "now", "{}");
    let messages = [Message::user("?"), assistant("google", vec![Part::ToolCall(call)])];
    let part = |model| contents(model, &messages)[1]["parts"][0]["thoughtSignature"].take();
    assert_eq!(part("gemini-3.1-pro-preview"), UNSIGNED);
    assert_eq!(part("gemini-2.5-pro"), Value::Null);
}

#[test]
fn an_id_means_the_latest_call_that_bears_it() {
    let mut google = ToolCall::new("same", "now", "{}");
    google.details = Some(json!({"id": "fc-1"}));
    let foreign = ToolCall::new("same", "now", "{}");
    let answer =
        |call: &ToolCall| Message::tool(vec![ToolResult::new(call, "12:00", ToolOutcome::Success)]);
    let messages = [
        Message::user("?"),
        assistant("google", vec![Part::ToolCall(google.clone())]),
        answer(&google),
        assistant("openai", vec![Part::ToolCall(foreign.clone())]),
        answer(&foreign),
    ];
    let contents = contents("gemini-2.5-flash", &messages);
    assert_eq!(contents[2]["parts"][0]["functionResponse"]["id"], "fc-1");
    assert_eq!(contents[4]["parts"][0]["functionResponse"].get("id"), None);
}

#[test]
fn sides_alternate_results_come_first_and_nothing_is_empty() {
    let call = ToolCall::new("a", "now", "{}");
    let result = ToolResult::new(&call, r#"{"hour": 12}"#, ToolOutcome::Success);
    let messages = [
        Message::user("One"),
        Message::user(""),
        Message::user("Two"),
        assistant("google", vec![Part::text("Looking."), Part::ToolCall(call)]),
        Message::user("And?"),
        Message::tool(vec![result]),
        assistant("google", vec![Part::text(""), reasoning("", None)]),
        Message::correction("Shorter."),
        assistant("google", vec![Part::Refusal { text: "Blocked.".to_owned() }]),
        Message::user("Then that."),
    ];
    let text = |text: &str| json!({ "text": text });
    assert_eq!(
        contents("gemini-2.5-flash", &messages),
        json!([
            {"role": "user", "parts": [text("One"), text("Two")]},
            {"role": "model", "parts":
                [text("Looking."), {"functionCall": {"name": "now", "args": {}}}]},
            {"role": "user", "parts": [
                {"functionResponse": {"name": "now", "response": {"result": {"hour": 12}}}},
                text("And?"), text("Shorter."), text("Then that.")
            ]}
        ])
    );
    let settings = Settings::default();
    let nothing = [Message::user(""), assistant("google", vec![])];
    let error = body_of("gemini-2.5-flash", &Request::new(&nothing, &settings)).unwrap_err();
    assert!(error.to_string().contains("give it a prompt"), "{error}");
}

#[test]
fn instructions_go_beside_the_conversation() {
    let (messages, settings) = ([Message::user("Hi")], Settings::default());
    let mut request = Request::new(&messages, &settings);
    request.instructions = Some("Be brief.");
    let body = body_of("gemini-2.5-flash", &request).unwrap();
    assert_eq!(body["systemInstruction"], json!({"parts": [{"text": "Be brief."}]}));
    request.instructions = Some(" ");
    let body = body_of("gemini-2.5-flash", &request).unwrap();
    assert_eq!(body.get("systemInstruction"), None);
}

#[test]
fn arguments_that_are_no_object_go_inside_one() {
    for (arguments, sent) in [
        ("", json!({})),
        (r#"{"city": "Lis"#, json!({"INVALID_JSON": r#"{"city": "Lis"#})),
        ("[1]", json!({"INVALID_JSON": "[1]"})),
    ] {
        let call = ToolCall::new("a", "weather", arguments);
        let messages = [Message::user("?"), assistant("openai", vec![Part::ToolCall(call)])];
        let contents = contents("gemini-2.5-flash", &messages);
        assert_eq!(contents[1]["parts"][0]["functionCall"]["args"], sent);
    }
}
