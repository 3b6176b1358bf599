//! What a model's name and a reply's id can do to an address: nothing.

use fastroai_providers::error::ModelErrorKind;
use fastroai_providers::gemini::GenerateContent;
use fastroai_providers::http::HttpModel;
use fastroai_providers::protocol::Protocol;
use fastroai_providers::services::FACES;
use fastroai_providers::{Message, Model, ModelId, Request, Settings};
use proptest::prelude::*;

use crate::asking::{connection, model, refusing};

const HOSTILE: [&str; 22] = [
    "..",
    ".",
    "../secrets",
    "a/../../b",
    "a/./b",
    "a//b",
    "/a",
    "a/",
    "a?key=1",
    "a#b",
    "a%2fb",
    "a%2e%2e%2fb",
    "..%2f",
    "a\\b",
    "a b",
    "a\tb",
    "a\r\nhost: evil.test",
    "a\0",
    "a;b",
    "a&b=c",
    "ä",
    "",
];

#[test]
fn s7_a_model_id_is_of_few_characters_and_has_no_dot_segments() {
    for face in FACES {
        for name in HOSTILE {
            let id = format!("{}:{name}", face.name);
            let error = id.parse::<ModelId>().expect_err(&id).to_string();
            assert!(!error.contains(['\r', '\n', '\t', '\0']), "{error:?}");
        }
    }
}

#[test]
fn s7_the_one_wire_that_has_the_name_in_its_address_looks_at_it_once_more() {
    let (messages, settings) = ([Message::user("hello")], Settings::default());
    let request = Request::new(&messages, &settings);
    for name in HOSTILE.into_iter().chain(["models/../x", "a:b", "a:generateContent?alt=x", "a+b"])
    {
        for streamed in [false, true] {
            let Err(error) = GenerateContent::new().encode(name, &request, streamed) else {
                panic!("{name:?} was taken")
            };
            assert_eq!(*error.kind(), ModelErrorKind::Config, "{name:?}");
        }
        assert!(GenerateContent::new().encode_count(name, &request).is_err(), "{name:?}");
    }
}

#[tokio::test]
async fn s7_a_reply_is_fetched_and_given_up_by_an_id_that_cannot_climb() {
    for face in FACES {
        let transport = refusing();
        let (model, settings) = (model(face, &transport, "k"), Settings::default());
        for id in HOSTILE.into_iter().chain(["resp_1/../../files", "resp_1/cancel", "resp.1"]) {
            let fetched = model.poll(&settings, id).await.expect_err(id);
            let given_up = model.cancel(&settings, id).await.expect_err(id);
            for error in [fetched, given_up] {
                assert_eq!(*error.kind(), ModelErrorKind::Config, "{}, {id:?}", face.name);
            }
        }
        assert!(transport.seen().is_empty(), "{}", face.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn s7_whatever_is_taken_for_a_model_stays_below_the_base_url(
        face in 0..FACES.len(),
        name in "[ -~]{0,24}|[a-z./%?#:@\\\\-]{0,16}|\\PC{0,8}",
    ) {
        let face = &FACES[face];
        let Ok(id) = format!("{}:{name}", face.name).parse::<ModelId>() else { return Ok(()) };
        let transport = refusing();
        let base = "https://api.test/base/v1";
        let connection = connection(&transport, "k").base_url(face.name, base);
        let Ok(model) = fastroai_providers::connect(&id, &connection) else { return Ok(()) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (messages, settings) = ([Message::user("hello")], Settings::default());
        let _ = runtime.block_on(model.request(&Request::new(&messages, &settings)));
        for seen in transport.seen() {
            let url = seen.url();
            prop_assert!(url.starts_with("https://api.test/base/"), "{}", url);
            let path = &url["https://api.test/".len()..];
            prop_assert!(path.split('/').all(|part| !matches!(part, "" | "." | "..")), "{}", url);
            prop_assert!(!path.contains(['%', '#', '\\']), "{}", url);
            let query = path.split_once('?').map(|(_, query)| query);
            prop_assert!(matches!(query, None | Some("alt=sse")), "{}", url);
        }
    }
}

#[test]
fn s7_a_model_made_by_hand_is_held_to_the_same() {
    // There is no way to a model but by its id, and no id but by its parser.
    let read: Result<ModelId, _> = serde_json::from_str(r#""google:../secrets""#);
    assert!(read.is_err());
    let id: ModelId = "google:gemini-2.5-flash".parse().unwrap();
    let model = HttpModel::new(
        id,
        std::sync::Arc::new(GenerateContent::new()),
        refusing(),
        "https://api.test".parse().unwrap(),
    );
    assert_eq!(model.id().name(), "gemini-2.5-flash");
}
