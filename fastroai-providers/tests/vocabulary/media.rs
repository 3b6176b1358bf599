//! Media: what is taken, how it is stored, and what is shown of it.

use fastroai_providers::message::{
    ImageDetail, MediaError, MediaKind, MediaSource, UserMessage, UserPart,
};
use fastroai_providers::request::CacheTtl;
use fastroai_providers::{History, Media, Message};
use proptest::prelude::*;
use serde_json::json;

fn stored(media: serde_json::Value) -> Result<Media, serde_json::Error> {
    serde_json::from_value(media)
}

#[test]
fn each_kind_is_taken_by_bytes_and_by_url() {
    let png = Media::image_bytes("image/PNG", [1, 2, 3]).unwrap();
    assert_eq!((png.kind(), png.media_type()), (MediaKind::Image, Some("image/png")));
    let MediaSource::Bytes(bytes) = png.source() else { unreachable!("it was given by bytes") };
    assert_eq!((bytes.as_base64(), bytes.decode()), ("AQID", vec![1, 2, 3]));

    for (media, kind, media_type) in [
        (Media::document_url("https://a.test/x.PDF?sig=1"), MediaKind::Document, "application/pdf"),
        (Media::audio_bytes("audio/wav", "RIFF"), MediaKind::Audio, "audio/wav"),
        (Media::video_url("http://a.test/clip.mp4#t=3"), MediaKind::Video, "video/mp4"),
        (Media::file("notes.md", "# hi"), MediaKind::Document, "text/markdown"),
        (Media::file("photo.JPG", "x"), MediaKind::Image, "image/jpeg"),
    ] {
        let media = media.unwrap();
        assert_eq!((media.kind(), media.media_type()), (kind, Some(media_type)));
    }
    assert_eq!(Media::image_url("https://a.test/get?id=1").unwrap().media_type(), None);
    assert_eq!(Media::image_url("https://a.test/page.html").unwrap().media_type(), None);
    let named = Media::image_url("https://a.test/1").unwrap().with_media_type("image/webp");
    assert_eq!(named.unwrap().media_type(), Some("image/webp"));
}

#[test]
fn a_media_type_of_another_kind_or_of_none_is_refused() {
    let kind = MediaError::Kind(MediaKind::Image);
    assert_eq!(Media::image_bytes("application/pdf", []).unwrap_err(), kind);
    assert_eq!(
        Media::document_bytes("image/png", []).unwrap_err(),
        MediaError::Kind(MediaKind::Document)
    );
    for none in ["", "png", "image/", "/png", "image/png; charset=x", "image/p ng", "image/a/b"] {
        assert_eq!(Media::image_bytes(none, []).unwrap_err(), MediaError::MediaType, "{none}");
    }
    assert_eq!(Media::file("archive.zip", []).unwrap_err(), MediaError::Ending);
    assert_eq!(Media::file("png", []).unwrap_err(), MediaError::Ending);
}

#[test]
fn only_addresses_on_the_web_are_taken_by_constructors_and_from_storage() {
    for url in [
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "data:image/png;base64,AQID",
        "gs://bucket/x.png",
        "javascript:alert(1)",
        "/etc/passwd",
        "https:a.test",
        "https://",
        "https:///etc/passwd",
        "https://:80/x",
        "https://user:password@a.test/x",
        "https://a.test/a b",
        "https://a.test/a\r\nx: y",
        " https://a.test/",
        "",
    ] {
        assert!(matches!(Media::image_url(url), Err(MediaError::Url(_))), "{url:?}");
        let error = stored(json!({"kind": "image", "url": url})).unwrap_err();
        assert!(error.to_string().contains("the address"), "{error}");
        assert!(!error.to_string().contains("passwd"), "{error}");
    }
    for url in ["https://a.test", "http://a.test:8080/x?y=z@w", "HTTPS://a.test/ü.png"] {
        let media = stored(json!({"kind": "image", "url": url})).unwrap();
        let MediaSource::Url(kept) = media.source() else { unreachable!("it was given by URL") };
        assert_eq!(kept.as_str(), url);
    }
}

#[test]
fn storage_takes_nothing_that_no_constructor_makes() {
    for broken in [
        json!({"kind": "image", "bytes": "AQID"}),
        json!({"kind": "image", "media_type": "application/pdf", "bytes": "AQID"}),
        json!({"kind": "image", "media_type": "image/png", "bytes": "AQI"}),
        json!({"kind": "image", "media_type": "image/png", "bytes": "A Q I D"}),
        json!({"kind": "image", "media_type": "image/png", "bytes": "AQIDBB=="}),
        json!({"kind": "image", "media_type": "image/png"}),
        json!({"kind": "hologram", "media_type": "image/png", "bytes": "AQID"}),
    ] {
        assert!(stored(broken.clone()).is_err(), "{broken}");
    }
}

#[test]
fn a_conversation_with_media_is_stored_in_plain_words() {
    let photo = Media::image_bytes("image/png", [1, 2, 3]).unwrap();
    let question = UserMessage::from("Look")
        .attach(photo.with_name("a.png").with_detail(ImageDetail::Low))
        .cache_point(CacheTtl::OneHour);
    let history: History = vec![Message::from(question)].into();
    let text = serde_json::to_string(&history).unwrap();
    assert_eq!(
        text,
        r#"{"version":1,"messages":[{"role":"user","parts":[{"type":"text","text":"Look"},{"type":"media","kind":"image","media_type":"image/png","bytes":"AQID","name":"a.png","detail":"low"},{"type":"cache_point","ttl":"1h"}]}]}"#
    );
    assert_eq!(serde_json::from_str::<History>(&text).unwrap(), history);
    let short: UserPart = serde_json::from_str(r#"{"type":"cache_point"}"#).unwrap();
    assert_eq!(short, UserPart::CachePoint { ttl: CacheTtl::FiveMinutes });
}

#[test]
fn nothing_of_the_content_is_shown() {
    let media = [
        Media::image_bytes("image/png", "canary").unwrap().with_name("canary.png"),
        Media::image_url("https://a.test/x.png?token=canary#canary").unwrap(),
    ];
    for media in media {
        let message = Message::from(UserMessage::from("canary").attach(media));
        for shown in [format!("{message:?}"), format!("{message:#?}")] {
            let base64 = "Y2FuYXJ5";
            assert!(!shown.contains("canary") && !shown.contains(base64), "{shown}");
            assert!(shown.contains("Image"), "{shown}");
        }
    }
}

#[test]
fn clones_share_their_bytes() {
    let media = Media::file("a.wav", vec![0; 1000]).unwrap();
    let clone = media.clone();
    let [one, other] = [&media, &clone].map(|media| match media.source() {
        MediaSource::Bytes(bytes) => bytes.as_base64().as_ptr(),
        _ => unreachable!("it was given by bytes"),
    });
    assert_eq!(one, other);
}

proptest! {
    #[test]
    fn bytes_come_back_from_storage_as_they_went(bytes: Vec<u8>, name in proptest::option::of(".*")) {
        let mut media = Media::document_bytes("application/pdf", &bytes).unwrap();
        if let Some(name) = name {
            media = media.with_name(name);
        }
        let history: History = vec![Message::from(UserMessage::from("?").attach(media))].into();
        let text = serde_json::to_string(&history).unwrap();
        let back: History = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&back, &history);
        prop_assert_eq!(serde_json::to_string(&back).unwrap(), text);
        let Message::User(user) = &back[0] else { unreachable!("a user's message") };
        let UserPart::Media(media) = &user.parts[1] else { unreachable!("a media") };
        let MediaSource::Bytes(kept) = media.source() else { unreachable!("by bytes") };
        prop_assert_eq!(kept.decode(), bytes);
    }

    #[test]
    fn no_text_given_as_an_address_panics_or_leads_off_the_web(text in "\\PC*") {
        if let Ok(media) = Media::video_url(&text) {
            let MediaSource::Url(url) = media.source() else { unreachable!("by URL") };
            let scheme = url.as_str().split(':').next().unwrap().to_ascii_lowercase();
            prop_assert!(scheme == "http" || scheme == "https");
        }
    }
}
