//! Media, hosted tools, versions, other providers, counts and paused turns.

use super::*;
use fastroai_providers::anthropic::Version;
use fastroai_providers::message::{MediaError, UserMessage};
use fastroai_providers::{HostedTool, Media};

fn attached(media: Result<Media, MediaError>) -> Result<Value, ModelError> {
    let messages = [Message::from(UserMessage::from("Look").attach(media.unwrap()))];
    let settings = Settings::default();
    let body = body_of("claude-sonnet-4-5", &Request::new(&messages, &settings), false)?;
    Ok(body["messages"][0]["content"][1].clone())
}

#[test]
fn media_become_images_and_documents() {
    let url = "https://example.com/it?sig=1";
    for (media, sent) in [
        (
            Media::image_bytes("image/png", [1, 2, 3]),
            json!({"type": "image",
                "source": {"type": "base64", "media_type": "image/png", "data": "AQID"}}),
        ),
        (Media::image_url(url), json!({"type": "image", "source": {"type": "url", "url": url}})),
        (
            Media::file("paper.pdf", [1, 2, 3]),
            json!({"type": "document",
                "source": {"type": "base64", "media_type": "application/pdf", "data": "AQID"},
                "title": "paper.pdf"}),
        ),
        (
            Media::document_url(url),
            json!({"type": "document", "source": {"type": "url", "url": url}}),
        ),
        (
            Media::document_bytes("text/plain", "Grüße"),
            json!({"type": "document",
                "source": {"type": "text", "media_type": "text/plain", "data": "Grüße"}}),
        ),
    ] {
        assert_eq!(attached(media).unwrap(), sent);
    }
}

#[test]
fn media_that_the_wire_cannot_carry_are_named_with_what_it_takes() {
    for (media, named) in [
        (Media::image_bytes("image/tiff", []), "an image (`image/tiff`) given by bytes"),
        (
            Media::image_url("https://a.test/a").unwrap().with_media_type("image/avif"),
            "an image (`image/avif`) given by a URL",
        ),
        (Media::audio_bytes("audio/wav", []), "audio (`audio/wav`) given by bytes"),
        (Media::video_url("https://a.test/a"), "video given by a URL"),
        (Media::document_bytes("text/csv", []), "a document (`text/csv`) given by bytes"),
        (Media::document_url("https://a.test/a.txt"), "a document (`text/plain`) given by a URL"),
    ] {
        let error = attached(media).unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Config);
        let message = error.to_string();
        assert!(message.contains(named) && message.contains("it takes JPEG"), "{message}");
        assert!(message.contains("Messages API"), "{message}");
    }
    let broken = attached(Media::document_bytes("text/plain", [0xff])).unwrap_err();
    assert!(broken.to_string().contains("UTF-8"), "{broken}");
}

#[test]
fn version_2026_10_21_is_named_and_takes_no_sampling() {
    let wire = Messages::new().with_version(Version::V2026_10_21);
    let messages = [Message::user("Hi")];
    let encoded = |settings: &Settings| {
        wire.encode("claude-sonnet-4-5", &Request::new(&messages, settings), false)
    };
    let plain = encoded(&Settings::default()).unwrap();
    assert_eq!(plain.headers, [("anthropic-version", "2026-10-21".to_owned())]);
    let unset = Settings::default;
    for (name, settings) in [
        ("temperature", Settings { temperature: Some(0.2), ..unset() }),
        ("top_p", Settings { top_p: Some(0.5), ..unset() }),
        ("top_k", Settings { top_k: Some(5), ..unset() }),
    ] {
        let error = encoded(&settings).unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Config);
        let message = error.to_string();
        assert!(message.contains(name) && message.contains("2026-10-21"), "{message}");
    }
    // The default is what holds anyway.
    let usual = encoded(&Settings { temperature: Some(1.0), ..unset() }).unwrap();
    assert_eq!(usual.body, plain.body);
}

#[test]
fn top_k_is_sent_where_the_model_takes_it() {
    let settings = Settings { top_k: Some(5), ..Settings::default() };
    let messages = [Message::user("Hi")];
    let request = Request::new(&messages, &settings);
    assert_eq!(body_of("claude-sonnet-4-5", &request, false).unwrap()["top_k"], 5);
    let error = body_of("claude-opus-4-8", &request, false).unwrap_err();
    assert!(error.to_string().contains("takes no `top_k`"), "{error}");
}

#[test]
fn hosted_tools_go_among_the_tools_and_only_to_their_provider() {
    let search = json!({"type": "web_search_20250305", "name": "web_search", "max_uses": 2});
    let hosted = [HostedTool::new("anthropic", search.clone())];
    let (messages, settings) = ([Message::user("Hi")], Settings::default());
    let mut request = Request::new(&messages, &settings);
    request.hosted_tools = &hosted;
    let named = ToolChoice::Named("web_search".to_owned());
    for (choice, sent) in [
        (&ToolChoice::Auto, Value::Null),
        (&ToolChoice::None, json!({"type": "none"})),
        (&ToolChoice::Required, json!({"type": "any"})),
        (&named, json!({"type": "tool", "name": "web_search"})),
    ] {
        request.tool_choice = choice;
        let body = body_of("claude-sonnet-4-5", &request, false).unwrap();
        assert_eq!(body["tools"], json!([search]));
        assert_eq!(body["tool_choice"], sent);
    }
    request.tool_choice = &ToolChoice::Auto;
    let gateway = Messages::for_provider("gateway");
    let error = gateway.encode("claude-sonnet-4-5", &request, false).unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Config);
    assert!(error.to_string().contains("`anthropic`") && error.to_string().contains("`gateway`"));
    let broken = [HostedTool::new("anthropic", json!("web_search"))];
    request.hosted_tools = &broken;
    assert!(body_of("claude-sonnet-4-5", &request, false).is_err());
}

#[test]
fn a_count_asks_for_what_goes_in_and_nothing_about_what_comes_out() {
    let settings = Settings {
        temperature: Some(0.5),
        top_p: Some(0.9),
        top_k: Some(5),
        max_tokens: Some(100),
        stop_sequences: Some(vec!["END".to_owned()]),
        service_tier: Some("auto".to_owned()),
        ..Settings::default()
    };
    let messages = [Message::user("Hi")];
    let schema = Schema::new(json!({"type": "object"}));
    let tools = [Arc::new(ToolDefinition::new("weather", "", schema))];
    let mut request = Request::new(&messages, &settings);
    request.instructions = Some("Be brief.");
    request.tools = &tools;
    let count = Messages::new().encode_count("claude-sonnet-4-5", &request).unwrap().unwrap();
    assert_eq!(count.path, "v1/messages/count_tokens");
    assert_eq!(count.headers, [("anthropic-version", "2023-06-01".to_owned())]);
    let mut whole = body_of("claude-sonnet-4-5", &request, true).unwrap();
    let fields = whole.as_object_mut().unwrap();
    fields.retain(|name, _| ["model", "messages", "system", "tools"].contains(&name.as_str()));
    assert_eq!(serde_json::from_slice::<Value>(&count.body).unwrap(), whole);

    let wire = Messages::new();
    assert_eq!(wire.decode_count(br#"{"input_tokens": 641}"#).unwrap(), 641);
    let shape = ModelErrorKind::Protocol(ProtocolFault::BadShape);
    for body in [r"{}", r#"{"input_tokens": -1}"#, r#"{"input_tokens": "many"}"#, "[1]"] {
        assert_eq!(*wire.decode_count(body.as_bytes()).unwrap_err().kind(), shape, "{body}");
    }
    let error = br#"{"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}"#;
    let error = wire.decode_count(error).unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Provider(ProviderFault::Overloaded));
}

/// A turn that the provider paused, with all that its server tools wrote.
fn paused() -> Value {
    json!([
        {"type": "thinking", "thinking": "I search.", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "aGlkZGVu"},
        {"type": "text", "text": "Let me look."},
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search",
         "input": {"query": "weather"}, "caller": {"type": "direct"}},
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [
            {"type": "web_search_result", "url": "https://a.test", "title": "A",
             "encrypted_content": "ZW5j", "page_age": null}]},
        {"type": "text", "text": "It rains.", "citations": [
            {"type": "web_search_result_location", "url": "https://a.test", "title": "A",
             "cited_text": "rain", "encrypted_index": "aW5k"}]},
        {"type": "container_upload", "file_id": "file_1"}
    ])
}

#[test]
fn a_paused_turn_goes_back_unchanged_to_who_paused_it_and_to_no_one_else() {
    let body = json!({"id": "msg_1", "type": "message", "role": "assistant",
        "model": "claude-sonnet-4-5", "content": paused(), "stop_reason": "pause_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1}});
    for provider in ["anthropic", "gateway"] {
        let wire = Messages::for_provider(provider);
        let mut reply = wire.decode(body.to_string().as_bytes()).unwrap();
        assert_eq!(reply.finish_reason, FinishReason::Paused);
        reply.provider = Some(provider.to_owned());
        let messages = [Message::user("?"), Message::Assistant(reply)];
        let settings = Settings::default();
        let request = Request::new(&messages, &settings);
        let content_at = |wire: &Messages| {
            let body = wire.encode("claude-sonnet-4-5", &request, false).unwrap().body;
            serde_json::from_slice::<Value>(&body).unwrap()["messages"][1]["content"].clone()
        };
        assert_eq!(content_at(&wire), paused());
        let texts = json!([{"type": "text", "text": "Let me look."},
            {"type": "text", "text": "It rains."}]);
        assert_eq!(content_at(&Messages::for_provider("another")), texts);
    }
}

#[test]
fn what_a_stream_of_another_provider_paused_is_its_own_too() {
    let search = json!({"type": "content_block_start", "index": 0, "content_block":
        {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}})
    .to_string();
    let mut decoder = Messages::for_provider("gateway").decoder();
    decoder.event("content_block_start", &search, &mut Vec::new()).unwrap();
    let partial = decoder.partial().unwrap();
    let [Part::Provider { provider, .. }] = &*partial.parts else {
        unreachable!("one block of the provider")
    };
    assert_eq!(provider, "gateway");
}

#[test]
fn behaviour_57_after_a_fallback_nothing_foreign_is_sent_raw() {
    let mut thought = Reasoning::default();
    thought.text.push_str("secret thought");
    thought.signature = Some("c2ln".to_owned());
    let mut call = ToolCall::new("call|1", "look.up", "{}");
    call.details = Some(json!({"thought_signature": "c2ln"}));
    let mut reply = Response::default();
    reply.provider = Some("google".to_owned());
    reply.parts = vec![
        Part::Reasoning(thought),
        Part::Text { text: "Hm.".to_owned(), details: Some(json!({"citations": [{"a": 1}]})) },
        Part::Provider { provider: "google".to_owned(), raw: json!({"executableCode": {}}) },
        Part::ToolCall(call.clone()),
    ];
    let messages = [
        Message::user("?"),
        Message::Assistant(reply),
        Message::tool(vec![ToolResult::new(&call, "found", ToolOutcome::Success)]),
    ];
    let settings = Settings::default();
    let body = body_of("claude-sonnet-4-5", &Request::new(&messages, &settings), false).unwrap();
    let content = &body["messages"][1]["content"];
    assert_eq!(content[0], json!({"type": "text", "text": "Hm."}), "text goes on as text");
    assert_eq!(content[1]["type"], "tool_use");
    assert_eq!(content[1]["name"], "look_up");
    assert_eq!(content[1]["id"], body["messages"][2]["content"][0]["tool_use_id"]);
    assert_eq!(content.as_array().unwrap().len(), 2);
    for foreign in ["c2ln", "secret", "executableCode", "citations"] {
        assert!(!body.to_string().contains(foreign), "{foreign} in {body}");
    }
}
