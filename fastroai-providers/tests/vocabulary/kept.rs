//! Replies that a provider keeps, and those that it makes in the background.

use fastroai_providers::anthropic::Messages;
use fastroai_providers::error::{ModelErrorKind, ProviderFault};
use fastroai_providers::gemini::GenerateContent;
use fastroai_providers::openai::{ChatCompletions, Responses};
use fastroai_providers::protocol::{EventDecoder, Protocol};
use fastroai_providers::request::PreviousResponse;
use fastroai_providers::{
    Delta, FinishReason, Message, ModelError, Request, Response, Settings, ToolCall, ToolOutcome,
    ToolResult,
};
use serde_json::{Value, json};

const OWN: &str = "openai-responses";

fn body(
    wire: &dyn Protocol,
    messages: &[Message],
    settings: &Settings,
) -> Result<Value, ModelError> {
    let encoded = wire.encode("gpt-5-mini", &Request::new(messages, settings), false)?;
    Ok(serde_json::from_slice(&encoded.body).unwrap())
}

fn responses(messages: &[Message], settings: &Settings) -> Result<Value, ModelError> {
    body(&Responses::new(), messages, settings)
}

/// A reply that a provider keeps under this id.
fn kept(provider: &str, id: &str, text: &str) -> Message {
    let body = json!({"id": id, "model": "m", "status": "completed", "store": true, "output": [
        {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": []}]}]});
    let mut reply = Responses::new().decode(body.to_string().as_bytes()).unwrap();
    assert!(reply.stored);
    reply.provider = Some(provider.to_owned());
    Message::Assistant(reply)
}

fn changed(message: Message, change: impl FnOnce(&mut Response)) -> Message {
    let Message::Assistant(mut reply) = message else { unreachable!("a reply") };
    change(&mut reply);
    Message::Assistant(reply)
}

fn from(previous: PreviousResponse) -> Settings {
    Settings { previous_response: Some(previous), ..Settings::default() }
}

fn named(id: &str) -> Settings {
    from(PreviousResponse::Id(id.to_owned()))
}

#[test]
fn only_what_was_said_after_the_reply_is_sent() {
    let messages = [
        Message::user("One"),
        kept(OWN, "resp_1", "First."),
        Message::user("Two"),
        kept(OWN, "resp_2", "Second."),
        Message::user("Three"),
    ];
    let latest = responses(&messages, &from(PreviousResponse::Latest)).unwrap();
    assert_eq!(latest["previous_response_id"], "resp_2");
    assert_eq!(latest["input"].as_array().unwrap().len(), 1);
    assert_eq!(latest["input"][0]["content"][0]["text"], "Three");
    let first = responses(&messages, &named("resp_1")).unwrap();
    assert_eq!(first["previous_response_id"], "resp_1");
    assert_eq!(first["input"].as_array().unwrap().len(), 3);
    // Without the setting all of it goes, and no id.
    let plain = responses(&messages, &Settings::default()).unwrap();
    assert_eq!(plain.get("previous_response_id"), None);
    assert_eq!(plain["input"].as_array().unwrap().len(), 5);
}

#[test]
fn results_alone_may_follow_the_reply_that_asked_for_them() {
    let mut call = ToolCall::new("call_1", "shell", "ls");
    call.details = Some(json!({"type": "custom", "id": "ctc_1"}));
    let asked = changed(kept(OWN, "resp_1", "Wait."), |reply| {
        reply.parts.push(fastroai_providers::Part::ToolCall(call.clone()));
    });
    let result = ToolResult::new(&call, "a.txt", ToolOutcome::Success);
    let messages = [Message::user("Go"), asked, Message::tool(vec![result])];
    let sent = responses(&messages, &from(PreviousResponse::Latest)).unwrap();
    // The kind of the call is known from the part that is not sent.
    let expected = json!([{"type": "custom_tool_call_output", "call_id": "call_1",
        "output": "a.txt"}]);
    assert_eq!(sent["input"], expected);
}

#[test]
fn behaviour_57_the_id_of_another_provider_or_of_no_whole_kept_reply_is_never_sent() {
    let own = || kept(OWN, "resp_1", "First.");
    for (what, reply) in [
        ("foreign", kept("azure", "resp_1", "First.")),
        ("unsigned", changed(own(), |reply| reply.provider = None)),
        ("interrupted", changed(own(), |reply| reply.interrupted = true)),
        ("without an id", changed(own(), |reply| reply.id = None)),
        ("not kept", changed(own(), |reply| reply.stored = false)),
    ] {
        let messages = [Message::user("One"), reply, Message::user("Two")];
        let sent = responses(&messages, &from(PreviousResponse::Latest)).unwrap();
        assert_eq!(sent.get("previous_response_id"), None, "{what}");
        assert_eq!(sent["input"].as_array().unwrap().len(), 3, "{what}");
        // Whoever names a reply knows that it is kept.
        let by_name = responses(&messages, &named("resp_1"));
        assert_eq!(by_name.is_ok(), what == "not kept", "{what}");
    }
    let messages = [Message::user("One"), own(), Message::user("Two")];
    let error = responses(&messages, &named("resp_of_someone")).unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Config);
    assert!(!error.to_string().contains("resp_of_someone"), "{error}");
}

#[test]
fn wires_that_keep_nothing_send_all_of_it_and_refuse_an_id() {
    let messages = [Message::user("One"), kept(OWN, "resp_1", "First."), Message::user("Two")];
    let wires: [&dyn Protocol; 3] =
        [&ChatCompletions::new(), &Messages::new(), &GenerateContent::new()];
    for wire in wires {
        let plain = body(wire, &messages, &Settings::default()).unwrap();
        let latest = body(wire, &messages, &from(PreviousResponse::Latest)).unwrap();
        assert_eq!(latest, plain);
        let error = body(wire, &messages, &named("resp_1")).unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Config);
        assert!(error.to_string().contains("`previous_response`"), "{error}");
    }
}

#[test]
fn the_count_goes_on_from_the_same_reply() {
    let messages = [Message::user("One"), kept(OWN, "resp_1", "First."), Message::user("Two")];
    let settings = from(PreviousResponse::Latest);
    let request = Request::new(&messages, &settings);
    let count = Responses::new().encode_count("gpt-5-mini", &request).unwrap().unwrap();
    let sent: Value = serde_json::from_slice(&count.body).unwrap();
    assert_eq!(sent["previous_response_id"], "resp_1");
    assert_eq!(sent["input"].as_array().unwrap().len(), 1);
}

#[test]
fn a_reply_that_the_provider_has_forgotten_is_an_error_of_its_own() {
    let said = r#"{"error": {"message": "Previous response with id 'resp_1' not found.",
        "type": "invalid_request_error", "param": "previous_response_id",
        "code": "previous_response_not_found"}}"#;
    let error = Responses::new().decode_error(400, said.as_bytes());
    let kind = ModelErrorKind::Provider(ProviderFault::PreviousResponseNotFound);
    assert_eq!((error.kind(), error.is_retryable()), (&kind, false));
    assert!(error.to_string().contains("leave out `previous_response`"), "{error}");
}

#[test]
fn a_reply_is_kept_where_the_settings_or_the_wire_say_so() {
    let ask = [Message::user("Hi")];
    let sent = |wire: &Responses, store, background| {
        body(wire, &ask, &Settings { store, background, ..Settings::default() })
    };
    let (mut keeping, plain) = (Responses::new(), Responses::new());
    keeping.store = true;
    for (wire, store, background, expected) in [
        (&plain, None, None, false),
        (&plain, Some(true), None, true),
        (&plain, None, Some(true), true),
        (&plain, None, Some(false), false),
        (&keeping, None, None, true),
        (&keeping, Some(false), None, false),
    ] {
        let sent = sent(wire, store, background).unwrap();
        assert_eq!(sent["store"], expected, "{store:?} {background:?}");
        assert_eq!(sent.get("background").is_some(), background == Some(true));
        // What the provider does not keep must be sent back to it one day.
        assert_eq!(sent.get("include").is_some(), !expected);
    }
    let error = sent(&plain, Some(false), Some(true)).unwrap_err();
    assert!(error.to_string().contains("`store`"), "{error}");
}

#[test]
fn a_reply_in_the_making_is_pending_and_its_addresses_are_made_of_its_id() {
    let wire = Responses::new();
    let body = |status: &str, background: Value, output: Value| {
        let body = json!({"id": "resp_1", "model": "m", "status": status, "store": true,
            "background": background, "output": output, "usage": null});
        wire.decode(body.to_string().as_bytes()).unwrap()
    };
    let text = json!([{"type": "message", "id": "msg_1", "role": "assistant",
        "content": [{"type": "output_text", "text": "Half", "annotations": []}]}]);
    for (status, background, output) in [
        ("queued", json!(true), json!([])),
        ("in_progress", json!(true), text.clone()),
        ("queued", Value::Null, json!([])),
    ] {
        let reply = body(status, background, output);
        assert_eq!(reply.finish_reason, FinishReason::Pending, "{status}");
        assert!(reply.usage.is_unknown());
    }
    // A service that says so beside an answer has one.
    let odd = body("in_progress", Value::Null, text);
    assert_eq!(odd.finish_reason, FinishReason::Other("in_progress".to_owned()));
    assert_eq!(body("cancelled", json!(true), json!([])).finish_reason_raw.unwrap(), "cancelled");

    let poll = wire.encode_poll("resp_1").unwrap().unwrap();
    assert_eq!((poll.path.as_str(), poll.body.len()), ("responses/resp_1", 0));
    let cancel = wire.encode_cancel("resp_1").unwrap().unwrap();
    assert_eq!(cancel.path, "responses/resp_1/cancel");
    for id in ["", "../models", "a/b", "a?b", "a b", "é"] {
        assert!(wire.encode_poll(id).is_err() && wire.encode_cancel(id).is_err(), "{id}");
    }
    let others: [&dyn Protocol; 3] =
        [&ChatCompletions::new(), &Messages::new(), &GenerateContent::new()];
    for wire in others {
        assert_eq!(
            (wire.encode_poll("a").unwrap(), wire.encode_cancel("a").unwrap()),
            (None, None)
        );
    }
}

#[test]
fn a_stream_tells_once_that_it_is_made_in_the_background() {
    let told = |background: bool| {
        let mut decoder: Box<dyn EventDecoder> = Responses::new().decoder();
        let mut out = Vec::new();
        for kind in ["response.created", "response.queued", "response.in_progress"] {
            let event = json!({"type": kind, "response": {"id": "resp_1", "status": "queued",
                "background": background, "output": []}});
            decoder.event(kind, &event.to_string(), &mut out).unwrap();
        }
        out
    };
    assert_eq!(told(true), [Delta::Background { id: "resp_1".to_owned() }]);
    assert_eq!(told(false), []);
}

#[test]
fn that_a_reply_is_kept_is_stored_with_it() {
    let message = kept(OWN, "resp_1", "First.");
    let stored = serde_json::to_value(&message).unwrap();
    assert_eq!(stored["stored"], true);
    assert_eq!(serde_json::from_value::<Message>(stored.clone()).unwrap(), message);
    let plain = changed(message, |reply| reply.stored = false);
    assert_eq!(serde_json::to_value(&plain).unwrap().get("stored"), None);
    let settings = Settings { background: Some(true), ..named("resp_1") };
    let written = serde_json::to_value(&settings).unwrap();
    assert_eq!(written, json!({"previous_response": {"id": "resp_1"}, "background": true}));
    assert_eq!(serde_json::from_value::<Settings>(written).unwrap(), settings);
    let latest: Settings = serde_json::from_value(json!({"previous_response": "latest"})).unwrap();
    assert_eq!(latest, from(PreviousResponse::Latest));
}
