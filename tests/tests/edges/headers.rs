//! Line ends in what is sent: refused where it is a header, and a text like any other where not.

use fastroai_providers::error::ModelErrorKind;
use fastroai_providers::http::ApiKey;
use fastroai_providers::request::{PreviousResponse, Schema};
use fastroai_providers::services::FACES;
use fastroai_providers::{Message, Request, Settings, ToolDefinition};
use serde_json::{Map, json};
use std::sync::Arc;

use crate::asking::{NAME, WIRES, connection, model, refusing};

const ENDS: [&str; 5] =
    ["\r\nx-evil: 1", "\nx-evil: 1", "\rx-evil: 1", "\0", "\r\n\r\nGET / HTTP/1.1"];

#[test]
fn s8_a_line_end_in_a_key_is_refused_wherever_the_key_comes_from() {
    for end in ENDS {
        let key = format!("sk-canary{end}");
        assert!(ApiKey::new(key.clone()).is_err(), "{end:?}");
        for name in WIRES {
            for connection in
                [connection(&refusing(), "k").key(name, key.clone()), connection(&refusing(), "k")]
            {
                let id = format!("{name}:{NAME}").parse().unwrap();
                let named = key.clone();
                let connection = connection.environment(move |_| Some(named.clone()));
                let told = match fastroai_providers::connect(&id, &connection) {
                    Ok(_) => continue,
                    Err(error) => format!("{error} {error:?}"),
                };
                assert!(!told.contains("canary"), "{told}");
            }
        }
    }
}

#[tokio::test]
async fn s8_a_line_end_in_a_key_sends_nothing() {
    for end in ENDS {
        for name in WIRES {
            let transport = refusing();
            let connection = connection(&transport, "k").key(name, format!("sk-canary{end}"));
            let id = format!("{name}:{NAME}").parse().unwrap();
            let error = match fastroai_providers::connect(&id, &connection) {
                Err(error) => error,
                Ok(model) => {
                    let (messages, settings) = ([Message::user("hello")], Settings::default());
                    model.request(&Request::new(&messages, &settings)).await.expect_err("no key")
                }
            };
            assert_eq!(*error.kind(), ModelErrorKind::Config, "{name}: {error}");
            assert!(!format!("{error} {error:?}").contains("canary"), "{name}: {error:?}");
            assert!(transport.seen().is_empty(), "{name}");
        }
    }
}

#[tokio::test]
async fn s8_a_line_end_in_an_extra_header_sends_nothing_on_any_service() {
    for face in FACES {
        let transport = refusing();
        let model = model(face, &transport, "k");
        for end in ENDS {
            for (name, value) in [
                ("x-trace".to_owned(), format!("1{end}")),
                (format!("x-trace{end}"), "1".to_owned()),
                ("anthropic-beta".to_owned(), format!("b{end}")),
            ] {
                let mut settings = Settings::default();
                settings.extra_headers.insert(name, value);
                let messages = [Message::user("hello")];
                let request = Request::new(&messages, &settings);
                let error = model.request(&request).await.expect_err("a refusal");
                assert_eq!(*error.kind(), ModelErrorKind::Config, "{}: {error}", face.name);
                assert!(!error.to_string().contains(['\r', '\n', '\0']), "{error}");
            }
        }
        assert!(transport.seen().is_empty(), "{}", face.name);
    }
}

#[tokio::test]
async fn s8_a_line_end_in_an_id_of_a_reply_that_is_kept_sends_nothing() {
    for end in ENDS {
        let transport = refusing();
        let face = FACES.iter().find(|face| face.name == "openai-responses").unwrap();
        let model = model(face, &transport, "k");
        let settings = Settings::default();
        let id = format!("resp_1{end}");
        for error in [
            model.poll(&settings, &id).await.expect_err("no id"),
            model.cancel(&settings, &id).await.expect_err("no id"),
        ] {
            assert_eq!(*error.kind(), ModelErrorKind::Config, "{error}");
        }
        let previous = Some(PreviousResponse::Id(id.clone()));
        let settings = Settings { previous_response: previous, ..Settings::default() };
        let messages = [Message::user("hello")];
        let request = Request::new(&messages, &settings);
        model.request(&request).await.expect_err("no such reply");
        assert!(transport.seen().is_empty(), "it is in no history");
    }
}

#[tokio::test]
async fn s8_what_goes_into_the_body_stays_there_whatever_is_in_it() {
    for name in WIRES {
        for end in ENDS {
            let transport = refusing();
            let face = FACES.iter().find(|face| face.name == name).unwrap();
            let model = model(face, &transport, "k");
            let text = format!("hello{end}");
            let mut settings =
                Settings { service_tier: Some(format!("auto{end}")), ..Settings::default() };
            settings.extra_body =
                Map::from_iter([("metadata".to_owned(), json!({"user_id": text}))]);
            let schema = Schema::new(json!({"type": "object", "properties": {}}));
            let tool = ToolDefinition::new("weather", text.clone(), schema);
            let (tools, messages) = ([Arc::new(tool)], [Message::user(text.clone())]);
            let mut request = Request::new(&messages, &settings);
            request.instructions = Some(&text);
            request.tools = &tools;
            let error = model.request(&request).await.expect_err("a refusal");
            let seen = transport.seen();
            if *error.kind() == ModelErrorKind::Config {
                assert!(seen.is_empty(), "{name}");
                continue;
            }
            assert!(seen.iter().all(|seen| seen.header("x-evil").is_none()), "{name}");
            let body = seen[0].json();
            let raw = String::from_utf8_lossy(seen[0].bytes());
            assert!(!raw.contains(['\r', '\n', '\0']), "{name}: {raw}");
            assert_eq!(body["metadata"]["user_id"], text.as_str(), "{name}");
        }
    }
}
