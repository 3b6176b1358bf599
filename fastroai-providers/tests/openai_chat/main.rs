//! `openai::ChatCompletions`: what it sends, and what it makes of all that comes back.

// Clippy takes these for tests' own only inside `#[test]`, not in what tests share.
#![allow(clippy::unwrap_used, clippy::panic)]

mod encode;
mod errors;
mod extras;
mod splits;
mod stream;
mod strict;
mod whole;

use fastroai_providers::openai::ChatCompletions;
use fastroai_providers::protocol::{Progress, Protocol};
use fastroai_providers::{Delta, ModelError, Response};

/// What came of a stream: its pieces, and its end.
struct Streamed {
    deltas: Vec<Delta>,
    end: Result<Response, ModelError>,
}

/// Feeds events, as `(name, data)`, until the reply is complete or broken.
fn stream<'a>(events: impl IntoIterator<Item = (&'a str, &'a str)>) -> Streamed {
    let mut decoder = ChatCompletions::new().decoder();
    let mut deltas = Vec::new();
    for (name, data) in events {
        match decoder.event(name, data, &mut deltas) {
            Ok(Progress::More) => {}
            Ok(Progress::Complete) => break,
            Err(error) => return Streamed { deltas, end: Err(error) },
        }
    }
    Streamed { deltas, end: decoder.finish() }
}

/// Feeds the data of unnamed events.
fn chunks<T: AsRef<str>>(data: &[T]) -> Streamed {
    stream(data.iter().map(|data| ("", data.as_ref())))
}

/// The data of each event of a server-sent text.
fn events_of(text: &str) -> Vec<&str> {
    text.split("\n\n").filter_map(|event| event.strip_prefix("data: ")).collect()
}

/// A chunk of choice 0.
fn chunk(delta: &str, finish: Option<&str>) -> String {
    let finish = finish.map_or("null".to_owned(), |word| format!("\"{word}\""));
    format!(
        r#"{{"id":"c","model":"m","choices":[{{"index":0,"delta":{delta},"finish_reason":{finish}}}]}}"#
    )
}

/// A whole reply of this message.
fn reply(message: &str, finish: &str) -> Vec<u8> {
    let finish = format!(r#""finish_reason":"{finish}""#);
    format!(r#"{{"id":"c","model":"m","choices":[{{"index":0,"message":{message},{finish}}}]}}"#)
        .into_bytes()
}

fn decoded(message: &str, finish: &str) -> Response {
    ChatCompletions::new().decode(&reply(message, finish)).unwrap()
}
