//! Media, hosted tools, cache points, and what becomes of another provider's turns.

use fastroai_providers::error::ModelErrorKind;
use fastroai_providers::message::{ImageDetail, MediaError, UserMessage};
use fastroai_providers::openai::ChatCompletions;
use fastroai_providers::openai::chat::ReasoningReplay;
use fastroai_providers::protocol::Protocol;
use fastroai_providers::request::{CachePolicy, CacheTtl};
use fastroai_providers::{
    HostedTool, Media, Message, ModelError, Part, Reasoning, Request, Response, Settings, ToolCall,
    ToolChoice, ToolOutcome, ToolResult,
};
use serde_json::{Value, json};

use crate::encode::body;

fn content(message: UserMessage) -> Result<Value, ModelError> {
    let (messages, settings) = ([Message::from(message)], Settings::default());
    let request = Request::new(&messages, &settings);
    let encoded = ChatCompletions::new().encode("gpt-4o-mini", &request, false)?;
    let mut body: Value = serde_json::from_slice(&encoded.body).unwrap();
    Ok(body["messages"][0]["content"].take())
}

fn attached(media: Result<Media, MediaError>) -> Result<Value, ModelError> {
    content(UserMessage::from("Look").attach(media.unwrap())).map(|mut parts| parts[1].take())
}

#[test]
fn media_become_parts_of_the_message() {
    let url = "https://example.com/it?sig=1";
    for (media, sent) in [
        (
            Media::image_bytes("image/png", [1, 2, 3]),
            json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AQID"}}),
        ),
        (
            Media::image_url(url).map(|image| image.with_detail(ImageDetail::High)),
            json!({"type": "image_url", "image_url": {"url": url, "detail": "high"}}),
        ),
        (
            Media::audio_bytes("audio/x-wav", [1, 2, 3]),
            json!({"type": "input_audio", "input_audio": {"data": "AQID", "format": "wav"}}),
        ),
        (
            Media::file("a.mp3", [1, 2, 3]),
            json!({"type": "input_audio", "input_audio": {"data": "AQID", "format": "mp3"}}),
        ),
        (
            Media::file("paper.pdf", [1, 2, 3]),
            json!({"type": "file", "file": {"filename": "paper.pdf",
                "file_data": "data:application/pdf;base64,AQID"}}),
        ),
        (
            Media::document_bytes("application/pdf", [1, 2, 3]),
            json!({"type": "file", "file": {"filename": "document.pdf",
                "file_data": "data:application/pdf;base64,AQID"}}),
        ),
    ] {
        assert_eq!(attached(media).unwrap(), sent);
    }
}

#[test]
fn media_that_the_wire_cannot_carry_are_named_with_what_it_takes() {
    for (media, named) in [
        (Media::audio_url("https://a.test/a.wav"), "audio (`audio/wav`) given by a URL"),
        (Media::audio_bytes("audio/flac", []), "audio (`audio/flac`) given by bytes"),
        (
            Media::document_url("https://a.test/a.pdf"),
            "a document (`application/pdf`) given by a URL",
        ),
        (Media::document_bytes("text/plain", []), "a document (`text/plain`) given by bytes"),
        (Media::video_bytes("video/mp4", []), "video (`video/mp4`) given by bytes"),
    ] {
        let error = attached(media).unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Config);
        let message = error.to_string();
        assert!(message.contains(named) && message.contains("it takes images"), "{message}");
        assert!(message.contains("Chat Completions"), "{message}");
    }
}

#[test]
fn a_question_of_media_alone_and_empty_pieces_are_sent_as_what_they_hold() {
    let image = || Media::image_url("https://a.test/a.png").unwrap();
    let part = json!({"type": "image_url", "image_url": {"url": "https://a.test/a.png"}});
    assert_eq!(content(UserMessage::from("").attach(image())).unwrap(), json!([part]));
    assert_eq!(content(UserMessage::from("Hi").text("")).unwrap(), json!("Hi"));
    let kept = UserMessage::from("Hi").cache_point(CacheTtl::OneHour);
    assert_eq!(content(kept).unwrap(), json!("Hi"), "the provider keeps what it likes");
}

#[test]
fn of_a_cache_policy_only_the_key_is_sent() {
    let messages = [Message::user("Hi")];
    let mut policy = CachePolicy::all(CacheTtl::OneHour);
    let mut settings = Settings { cache: Some(policy.clone()), ..Settings::default() };
    let plain =
        body(&ChatCompletions::new(), &Request::new(&messages, &Settings::default()), false);
    assert_eq!(body(&ChatCompletions::new(), &Request::new(&messages, &settings), false), plain);
    policy.key = Some("travel".to_owned());
    settings.cache = Some(policy);
    let sent = body(&ChatCompletions::new(), &Request::new(&messages, &settings), false);
    assert_eq!(sent["prompt_cache_key"], "travel");
}

#[test]
fn top_k_is_refused_with_the_way_to_send_it() {
    let (messages, settings) =
        ([Message::user("Hi")], Settings { top_k: Some(4), ..Settings::default() });
    let request = Request::new(&messages, &settings);
    let error = ChatCompletions::new().encode("m", &request, false).unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Config);
    assert!(error.to_string().contains("`extra_body`"), "{error}");
}

#[test]
fn hosted_tools_go_among_the_tools_and_only_to_their_provider() {
    let hosted = [HostedTool::new("groq", json!({"type": "browser_search"}))];
    let (messages, settings) = ([Message::user("Hi")], Settings::default());
    let mut request = Request::new(&messages, &settings);
    request.hosted_tools = &hosted;
    request.tool_choice = &ToolChoice::Required;
    let sent = body(&ChatCompletions::for_provider("groq"), &request, false);
    assert_eq!(sent["tools"], json!([{"type": "browser_search"}]));
    assert_eq!(sent["tool_choice"], "required");
    let error = ChatCompletions::new().encode("gpt-4o-mini", &request, false).unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Config);
    assert!(error.to_string().contains("`groq`") && error.to_string().contains("`openai`"));
}

#[test]
fn no_tokens_are_counted_on_this_wire() {
    let (messages, settings) = ([Message::user("Hi")], Settings::default());
    let request = Request::new(&messages, &settings);
    assert_eq!(ChatCompletions::new().encode_count("gpt-4o-mini", &request).unwrap(), None);
}

#[test]
fn behaviour_57_after_a_fallback_nothing_foreign_is_sent_raw() {
    let mut thought = Reasoning::default();
    thought.text.push_str("secret thought");
    thought.signature = Some("c2ln".to_owned());
    thought.redacted = Some("aGlkZGVu".to_owned());
    let mut call = ToolCall::new("toolu_1", "look_up", r#"{"a":1}"#);
    call.details = Some(json!({"extra_content": {"google": {"thought_signature": "c2ln"}}}));
    let raw =
        json!({"type": "server_tool_use", "extra_content": "raw", "reasoning_details": "raw"});
    let mut reply = Response::default();
    reply.provider = Some("anthropic".to_owned());
    reply.parts = vec![
        Part::Reasoning(thought),
        Part::Text { text: "Hm.".to_owned(), details: Some(json!({"citations": [1]})) },
        Part::Provider { provider: "anthropic".to_owned(), raw },
        Part::ToolCall(call.clone()),
    ];
    let messages = [
        Message::user("?"),
        Message::Assistant(reply),
        Message::tool(vec![ToolResult::new(&call, "found", ToolOutcome::Success)]),
    ];
    let settings = Settings::default();
    let request = Request::new(&messages, &settings);
    for replay in [
        ReasoningReplay::Never,
        ReasoningReplay::ReasoningContent,
        ReasoningReplay::Reasoning,
        ReasoningReplay::ReasoningDetails,
    ] {
        let mut wire = ChatCompletions::new();
        wire.reasoning_replay = replay;
        let sent = body(&wire, &request, false);
        let call = json!({"id": "toolu_1", "type": "function",
            "function": {"name": "look_up", "arguments": r#"{"a":1}"#}});
        assert_eq!(
            sent["messages"][1],
            json!({"role": "assistant", "content": "Hm.", "tool_calls": [call]})
        );
    }
}
