//! How long a provider asks to wait.

use std::time::Duration;

use fastroai_providers::{Connection, Message, Request, Settings, connect};

use crate::transport::{Exchange, ScriptedTransport};

/// The value of `retry-after`, and behind a zero byte that of `date`; both may be anything that
/// fits into a header.
pub(super) fn read(bytes: &[u8]) {
    let Some((after, date)) = super::halves(bytes) else { return };
    let fits = |text: &str| text.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
    if !fits(after) || !fits(date) {
        return;
    }
    for name in ["retry-after", "retry-after-ms"] {
        let wait = wait(name, after, date);
        if let Some(digits) = plain(after) {
            let expected = if name == "retry-after" {
                Duration::from_secs(digits)
            } else {
                Duration::from_millis(digits)
            };
            assert_eq!(wait, Some(expected), "{name}: {after}");
        }
        assert!(wait.is_none() || after.contains(|c: char| c.is_ascii_digit()), "{after}");
    }
}

/// A number that every unit of time can hold.
fn plain(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.len() < 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

fn wait(name: &'static str, value: &str, date: &str) -> Option<Duration> {
    let answer = Exchange::answer(429, "{}").header(name, value).header("date", date);
    let connection = Connection::new()
        .environment(|_| None)
        .key("openai", "sk-test")
        .transport(ScriptedTransport::new([answer]));
    let id = "openai:gpt-4o-mini".parse().expect("a model's name");
    let model = connect(&id, &connection).expect("a model");
    let (messages, settings) = ([Message::user("Hello")], Settings::default());
    let request = Request::new(&messages, &settings);
    let error = super::runtime().block_on(model.request(&request)).expect_err("a 429");
    assert_eq!(error.status(), Some(429));
    error.retry_after()
}
