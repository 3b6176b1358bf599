//! Media that tools give, and files that lie at a provider already.

use fastroai_providers::anthropic::Messages;
use fastroai_providers::gemini::GenerateContent;
use fastroai_providers::message::{MediaError, MediaSource, UserMessage};
use fastroai_providers::openai::{ChatCompletions, Responses};
use fastroai_providers::protocol::{Encoded, Protocol};
use fastroai_providers::{
    Media, Message, ModelError, ModelErrorKind, Part, Request, Response, Settings, ToolCall,
    ToolOutcome, ToolResult,
};
use serde_json::{Value, json};

fn encoded(wire: &dyn Protocol, model: &str, messages: &[Message]) -> Result<Encoded, ModelError> {
    wire.encode(model, &Request::new(messages, &Settings::default()), false)
}

fn body(wire: &dyn Protocol, model: &str, messages: &[Message]) -> Result<Value, ModelError> {
    Ok(serde_json::from_slice(&encoded(wire, model, messages)?.body).unwrap())
}

fn shot() -> Media {
    Media::image_bytes("image/png", [1, 2, 3]).unwrap()
}

/// A call of `look`, and what it gave.
fn looked(text: &str, media: impl IntoIterator<Item = Media>) -> Vec<Message> {
    let call = ToolCall::new("call_1", "look", "{}");
    let mut reply = Response::default();
    reply.parts.push(Part::ToolCall(call.clone()));
    let result = ToolResult::new(&call, text, ToolOutcome::Success).with_media(media);
    let other = ToolCall::new("call_2", "time", "{}");
    reply.parts.push(Part::ToolCall(other.clone()));
    let other = ToolResult::new(&other, "noon", ToolOutcome::Success);
    let results = Message::tool(vec![result, other]);
    vec![Message::user("Look."), Message::Assistant(reply), results, Message::user("And?")]
}

#[test]
fn claude_reads_them_within_the_result() {
    let paper = Media::document_url("https://example.com/it.pdf").unwrap();
    let sent = body(&Messages::new(), "claude-sonnet-4-5", &looked("Here.", [shot(), paper]));
    let content = &sent.unwrap()["messages"][2]["content"];
    assert_eq!(
        content[0]["content"],
        json!([
            {"type": "text", "text": "Here."},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AQID"}},
            {"type": "document", "source": {"type": "url", "url": "https://example.com/it.pdf"}}
        ])
    );
    assert_eq!(content[1]["content"], "noon");
    let sent = body(&Messages::new(), "claude-sonnet-4-5", &looked("", [shot()])).unwrap();
    assert_eq!(sent["messages"][2]["content"][0]["content"].as_array().unwrap().len(), 1);
}

#[test]
fn the_responses_api_reads_them_within_the_result() {
    let sent = body(&Responses::new(), "gpt-5-mini", &looked("Here.", [shot()])).unwrap();
    assert_eq!(
        sent["input"][3],
        json!({"type": "function_call_output", "call_id": "call_1", "output": [
            {"type": "input_text", "text": "Here."},
            {"type": "input_image", "image_url": "data:image/png;base64,AQID", "detail": "auto"}
        ]})
    );
    assert_eq!(sent["input"][4]["output"], "noon");
}

#[test]
fn chat_completions_read_them_behind_all_results() {
    let sent = body(&ChatCompletions::new(), "gpt-5-mini", &looked("", [shot()])).unwrap();
    let messages = sent["messages"].as_array().unwrap();
    let roles: Vec<_> = messages.iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "assistant", "tool", "tool", "user", "user"]);
    assert_eq!(messages[2]["content"], "The result comes with the next message.");
    assert_eq!(
        messages[4]["content"],
        json!([
            {"type": "text", "text": "This came with the result of the tool `look`:"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AQID"}}
        ])
    );
}

#[test]
fn gemini_reads_within_the_result_what_may_be_there_and_the_rest_behind() {
    let film = Media::video_url("https://example.com/it.mp4").unwrap();
    let given = looked("Here.", [shot(), film]);
    let sent = body(&GenerateContent::new(), "gemini-3-flash-preview", &given).unwrap();
    let parts = sent["contents"][2]["parts"].as_array().unwrap().clone();
    let blob = json!({"inlineData": {"mimeType": "image/png", "data": "AQID"}});
    assert_eq!(parts[0]["functionResponse"]["parts"], json!([blob.clone()]));
    assert_eq!(parts[1]["functionResponse"]["name"], "time");
    assert_eq!(parts[2]["text"], "This came with the result of the function `look`:");
    assert!(parts[3]["fileData"].is_object() && parts[4]["text"] == "And?");
    // Earlier models have no parts in results.
    let sent = body(&GenerateContent::new(), "gemini-2.5-flash", &looked("Here.", [shot()]));
    let parts = sent.unwrap()["contents"][2]["parts"].clone();
    assert_eq!(parts[0]["functionResponse"].get("parts"), None);
    assert_eq!(parts[3], blob);
}

#[test]
fn what_a_wire_cannot_carry_is_refused_from_a_tool_as_well() {
    let film = || Media::video_bytes("video/mp4", [1]).unwrap();
    let wires: [(&dyn Protocol, &str); 3] = [
        (&ChatCompletions::new(), "gpt-5"),
        (&Responses::new(), "gpt-5"),
        (&Messages::new(), "claude-sonnet-4-5"),
    ];
    for (wire, model) in wires {
        let error = body(wire, model, &looked("Here.", [film()])).unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Config);
        assert!(error.to_string().contains("cannot carry video"), "{error}");
    }
}

#[test]
fn media_of_a_result_are_stored_with_it_and_a_result_without_any_is_stored_as_ever() {
    let messages = looked("Here.", [shot()]);
    let stored = serde_json::to_value(&messages).unwrap();
    assert_eq!(stored[2]["results"][0]["media"][0]["kind"], "image");
    assert_eq!(stored[2]["results"][1].get("media"), None);
    assert_eq!(serde_json::from_value::<Vec<Message>>(stored).unwrap(), messages);
    assert_eq!(messages[2].media().count(), 1);
    assert!(!format!("{messages:?}").contains("AQID"));
}

fn asked(media: Result<Media, MediaError>) -> [Message; 1] {
    [UserMessage::from("Look").attach(media.unwrap()).into()]
}

#[test]
fn an_uploaded_file_goes_to_its_provider_by_its_id() {
    let last = |sent: &Value, at: &str| sent.pointer(at).unwrap().clone();
    let image = || asked(Media::image_uploaded("openai-responses", "file-1"));
    let sent = body(&Responses::new(), "gpt-5", &image()).unwrap();
    assert_eq!(
        last(&sent, "/input/0/content/1"),
        json!({"type": "input_image", "file_id": "file-1", "detail": "auto"})
    );
    // Both wires of OpenAI reach the same files.
    let paper = || asked(Media::document_uploaded("openai", "file-2"));
    let sent = body(&Responses::new(), "gpt-5", &paper()).unwrap();
    assert_eq!(
        last(&sent, "/input/0/content/1"),
        json!({"type": "input_file", "file_id": "file-2"})
    );
    let sent = body(&ChatCompletions::new(), "gpt-5", &paper()).unwrap();
    assert_eq!(
        last(&sent, "/messages/0/content/1"),
        json!({"type": "file", "file": {"file_id": "file-2"}})
    );
    let error = body(&ChatCompletions::new(), "gpt-5", &image()).unwrap_err();
    assert!(error.to_string().contains("the id of an uploaded file"), "{error}");

    let paper = asked(Media::document_uploaded("anthropic", "file_3"));
    let claude = encoded(&Messages::new(), "claude-sonnet-4-5", &paper).unwrap();
    assert!(claude.headers.contains(&("anthropic-beta", "files-api-2025-04-14".to_owned())));
    let sent: Value = serde_json::from_slice(&claude.body).unwrap();
    assert_eq!(
        last(&sent, "/messages/0/content/1"),
        json!({"type": "document", "source": {"type": "file", "file_id": "file_3"}})
    );
    let plain = encoded(&Messages::new(), "claude-sonnet-4-5", &[Message::user("Hi")]).unwrap();
    assert_eq!(plain.headers.len(), 1);

    let uri = "https://generativelanguage.googleapis.com/v1beta/files/abc";
    let film = Media::video_uploaded("google", uri).unwrap().with_media_type("video/mp4");
    let sent = body(&GenerateContent::new(), "gemini-2.5-flash", &asked(film)).unwrap();
    assert_eq!(
        last(&sent, "/contents/0/parts/1"),
        json!({"fileData": {"mimeType": "video/mp4", "fileUri": uri}})
    );
}

#[test]
fn behaviour_57_an_uploaded_file_of_another_provider_is_refused_and_its_id_not_shown() {
    let wires: [(&dyn Protocol, &str); 4] = [
        (&ChatCompletions::new(), "openai"),
        (&Responses::new(), "openai"),
        (&Messages::new(), "anthropic"),
        (&GenerateContent::new(), "google"),
    ];
    for (wire, own) in wires {
        for provider in ["openai", "anthropic", "google", "groq"] {
            if provider == own {
                continue;
            }
            let file = || Media::document_uploaded(provider, "file-secret").unwrap();
            for messages in [asked(Ok(file())).to_vec(), looked("Here.", [file()])] {
                let error = body(wire, "m", &messages).unwrap_err();
                assert_eq!(*error.kind(), ModelErrorKind::Config);
                let said = error.to_string();
                assert!(said.contains(provider) && !said.contains("file-secret"), "{said}");
            }
        }
    }
}

#[test]
fn the_id_of_an_uploaded_file_is_plain_and_stays_so_in_storage() {
    for id in ["", "a b", "a\n", "é", &"x".repeat(3_000)] {
        assert_eq!(Media::image_uploaded("openai", id).unwrap_err(), MediaError::FileId);
    }
    assert_eq!(Media::image_uploaded("", "file-1").unwrap_err(), MediaError::FileId);
    let media = Media::image_uploaded("openai", "file-1").unwrap();
    let stored = serde_json::to_value(&media).unwrap();
    let expected = json!({"kind": "image", "uploaded": {"provider": "openai", "id": "file-1"}});
    assert_eq!(stored, expected);
    assert_eq!(serde_json::from_value::<Media>(stored).unwrap(), media);
    let MediaSource::Uploaded(file) = media.source() else { panic!("an uploaded file") };
    assert_eq!((file.provider(), file.id()), ("openai", "file-1"));
    assert!(!format!("{media:?}").contains("file-1"));
    let bent = json!({"kind": "image", "uploaded": {"provider": "openai", "id": "a b"}});
    assert!(serde_json::from_value::<Media>(bent).is_err());
}
