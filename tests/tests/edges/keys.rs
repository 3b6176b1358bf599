//! A key is in a header, for every service and every way of asking, and in no address.

use std::error::Error;
use std::net::TcpListener;

use fastroai_providers::services::FACES;
use fastroai_providers::{Connection, Message, ModelError, Request, Settings, connect};
use tests::transport::Seen;

use crate::asking::{NAME, WIRES, ask_in_all_ways, model, refusing};

const KEY: &str = "canary-8f2e7d1c";

fn assert_in_a_header_alone(face: &str, seen: &Seen) {
    assert!(!seen.url().contains("canary"), "{face}: {}", seen.url());
    let query = seen.url().split_once('?').map(|(_, query)| query);
    assert!(matches!(query, None | Some("alt=sse")), "{face}: {}", seen.url());
    let body = String::from_utf8_lossy(seen.bytes());
    assert!(!body.contains("canary"), "{face}: the body");
    let carried = ["authorization", "x-api-key", "x-goog-api-key", "api-key"]
        .iter()
        .filter(|name| seen.header(name).is_some_and(|value| value.contains(KEY)));
    assert_eq!(carried.count(), 1, "{face}");
}

#[tokio::test(start_paused = true)]
async fn s2_the_key_of_every_service_is_in_one_header_and_in_no_address_or_body() {
    for face in FACES {
        let transport = refusing();
        ask_in_all_ways(&*model(face, &transport, KEY), &Settings::default()).await;
        let seen = transport.seen();
        assert!(seen.len() >= 2, "{}: {}", face.name, seen.len());
        for seen in &seen {
            assert_in_a_header_alone(face.name, seen);
        }
    }
}

/// Everything that an error says of itself and of its causes.
fn all_of(error: &ModelError) -> String {
    let own = format!("{error} {error:?} {error:#?} {:?}", error.detail());
    let causes = std::iter::successors(error.source(), |&error| error.source());
    causes.fold(own, |text, cause| format!("{text} {cause} {cause:?}"))
}

#[tokio::test]
async fn s2_no_failure_of_the_network_shows_an_address_or_a_key() {
    // Nobody listens, hangs up at once, speaks no HTTP, points elsewhere, or sends no JSON.
    let answers: [Option<&str>; 5] = [
        None,
        Some(""),
        Some("no HTTP\r\n\r\n"),
        Some(concat!(
            "HTTP/1.1 302 X\r\nlocation: https://canary:",
            "canary@other.test/canary?canary\r\ncontent-length: 0\r\n\r\n",
        )),
        Some(
            "HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{\"canary\"",
        ),
    ];
    for name in WIRES {
        for answer in answers {
            for streamed in [false, true] {
                let url = served(answer);
                let connection = Connection::new()
                    .environment(|_| None)
                    .key(name, KEY)
                    .base_url(name, format!("{url}/canary-path"));
                let id = format!("{name}:{NAME}").parse().unwrap();
                let model = connect(&id, &connection).unwrap();
                let (messages, settings) = ([Message::user("canary")], Settings::default());
                let request = Request::new(&messages, &settings);
                let error = if streamed {
                    match model.stream(&request).await {
                        Err(error) => error,
                        Ok(mut events) => loop {
                            match futures_util::StreamExt::next(&mut events).await {
                                Some(Ok(_)) => {}
                                Some(Err(error)) => break error,
                                None => panic!("{id}: an end"),
                            }
                        },
                    }
                } else {
                    model.request(&request).await.expect_err("a failure")
                };
                let told = all_of(&error);
                for word in ["canary", "alt=sse", "generateContent", "/v1"] {
                    assert!(!told.contains(word), "{id}, {answer:?}: `{word}` in {told}");
                }
            }
        }
    }
}

/// Where this answer is given to one request; `None` for where nobody listens.
fn served(answer: Option<&'static str>) -> String {
    use std::io::{Read, Write};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    if let Some(answer) = answer {
        std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
            while !head.ends_with(b"}") {
                match socket.read(&mut buffer) {
                    Ok(0) | Err(_) => return,
                    Ok(count) => head.extend_from_slice(&buffer[..count]),
                }
            }
            let _gone = socket.write_all(answer.as_bytes());
        });
    }
    url
}
