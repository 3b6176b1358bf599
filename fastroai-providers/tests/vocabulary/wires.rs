//! Media, hosted tools and counts over Responses and Gemini.

use fastroai_providers::error::{ModelErrorKind, ProtocolFault};
use fastroai_providers::gemini::GenerateContent;
use fastroai_providers::message::{ImageDetail, MediaError, UserMessage};
use fastroai_providers::openai::Responses;
use fastroai_providers::protocol::Protocol;
use fastroai_providers::request::{CachePolicy, CacheTtl};
use fastroai_providers::{HostedTool, Media, Message, ModelError, Request, Settings};
use serde_json::{Value, json};

fn body(wire: &dyn Protocol, request: &Request<'_>) -> Result<Value, ModelError> {
    let encoded = wire.encode("gemini-2.5-flash", request, false)?;
    Ok(serde_json::from_slice(&encoded.body).unwrap())
}

/// The second piece of a question: what became of the media.
fn attached(
    wire: &dyn Protocol,
    at: &str,
    media: Result<Media, MediaError>,
) -> Result<Value, ModelError> {
    let question = UserMessage::from("Look").attach(media.unwrap());
    let messages = [Message::from(question.cache_point(CacheTtl::OneHour))];
    let settings = Settings::default();
    let body = body(wire, &Request::new(&messages, &settings))?;
    assert_eq!(body.pointer(&format!("{at}/2")), None, "a cache point is no piece");
    Ok(body.pointer(&format!("{at}/1")).unwrap().clone())
}

const URL: &str = "https://example.com/it?sig=1";

#[test]
fn responses_take_images_and_documents() {
    let sent = |media| attached(&Responses::new(), "/input/0/content", media);
    for (media, expected) in [
        (
            Media::image_bytes("image/png", [1, 2, 3]),
            json!({"type": "input_image", "image_url": "data:image/png;base64,AQID",
                "detail": "auto"}),
        ),
        (
            Media::image_url(URL).map(|image| image.with_detail(ImageDetail::Low)),
            json!({"type": "input_image", "image_url": URL, "detail": "low"}),
        ),
        (
            Media::document_bytes("text/plain", [1, 2, 3]),
            json!({"type": "input_file", "filename": "document.txt",
                "file_data": "data:text/plain;base64,AQID"}),
        ),
        (Media::document_url(URL), json!({"type": "input_file", "file_url": URL})),
    ] {
        assert_eq!(sent(media).unwrap(), expected);
    }
    for media in [Media::audio_bytes("audio/wav", []), Media::video_url(URL)] {
        let error = sent(media).unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Config);
        assert!(error.to_string().contains("the Responses API cannot carry"), "{error}");
    }
}

#[test]
fn gemini_takes_media_of_every_kind() {
    let sent = |media| attached(&GenerateContent::new(), "/contents/0/parts", media).unwrap();
    for kind in ["image/png", "audio/wav", "video/mp4", "application/pdf"] {
        let media = match kind.split('/').next() {
            Some("image") => Media::image_bytes(kind, [1, 2, 3]),
            Some("audio") => Media::audio_bytes(kind, [1, 2, 3]),
            Some("video") => Media::video_bytes(kind, [1, 2, 3]),
            _ => Media::document_bytes(kind, [1, 2, 3]),
        };
        assert_eq!(sent(media), json!({"inlineData": {"mimeType": kind, "data": "AQID"}}));
    }
    assert_eq!(sent(Media::video_url(URL)), json!({"fileData": {"fileUri": URL}}));
    let named = Media::video_url(URL).unwrap().with_media_type("video/mp4");
    assert_eq!(sent(named), json!({"fileData": {"mimeType": "video/mp4", "fileUri": URL}}));
}

#[test]
fn behaviour_58_a_cache_point_with_nothing_before_it_is_an_error_there_too() {
    let message = UserMessage::default().cache_point(CacheTtl::OneHour).text("Hi");
    let (messages, settings) = ([Message::from(message)], Settings::default());
    let request = Request::new(&messages, &settings);
    for wire in [&Responses::new() as &dyn Protocol, &GenerateContent::new()] {
        let error = body(wire, &request).unwrap_err();
        assert!(error.to_string().contains("nothing before it"), "{error}");
    }
}

#[test]
fn hosted_tools_go_among_the_tools_and_only_to_their_provider() {
    let (messages, settings) = ([Message::user("Hi")], Settings::default());
    let [responses, gemini]: [&dyn Protocol; 2] = [&Responses::new(), &GenerateContent::new()];
    for (wire, other, provider, tool) in [
        (responses, gemini, "openai-responses", json!({"type": "web_search"})),
        (gemini, responses, "google", json!({"googleSearch": {}})),
    ] {
        let hosted = [HostedTool::new(provider, tool.clone())];
        let mut request = Request::new(&messages, &settings);
        request.hosted_tools = &hosted;
        assert_eq!(body(wire, &request).unwrap()["tools"], json!([tool]));
        let error = body(other, &request).unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Config);
        assert!(error.to_string().contains(provider), "{error}");
    }
}

#[test]
fn top_k_and_the_cache_are_sent_where_the_wire_has_them() {
    let policy = CachePolicy { key: Some("k".to_owned()), ..CachePolicy::all(CacheTtl::OneHour) };
    let messages = [Message::user("Hi")];
    let cached = Settings { cache: Some(policy), ..Settings::default() };
    let request = Request::new(&messages, &cached);
    assert_eq!(body(&Responses::new(), &request).unwrap()["prompt_cache_key"], "k");
    let unset = Settings::default();
    let plain = body(&GenerateContent::new(), &Request::new(&messages, &unset)).unwrap();
    assert_eq!(body(&GenerateContent::new(), &request).unwrap(), plain);

    let narrow = Settings { top_k: Some(4), ..Settings::default() };
    let request = Request::new(&messages, &narrow);
    let sent = body(&GenerateContent::new(), &request).unwrap();
    assert_eq!(sent["generationConfig"], json!({"topK": 4}));
    assert!(body(&Responses::new(), &request).unwrap_err().to_string().contains("`top_k`"));
}

#[test]
fn gemini_counts_the_tokens_of_the_whole_request() {
    let wire = GenerateContent::new();
    let (messages, settings) = ([Message::user("Hi")], Settings::default());
    let mut request = Request::new(&messages, &settings);
    request.instructions = Some("Be brief.");
    let count = wire.encode_count("gemini-2.5-flash", &request).unwrap().unwrap();
    assert_eq!(count.path, "v1beta/models/gemini-2.5-flash:countTokens");
    let mut whole = body(&wire, &request).unwrap();
    whole["model"] = json!("models/gemini-2.5-flash");
    let sent: Value = serde_json::from_slice(&count.body).unwrap();
    assert_eq!(sent, json!({ "generateContentRequest": whole }));
    assert_eq!(
        wire.decode_count(br#"{"totalTokens": 36, "promptTokensDetails": []}"#).unwrap(),
        36
    );
    let error = wire.decode_count(b"{}").unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Protocol(ProtocolFault::BadShape));
}
