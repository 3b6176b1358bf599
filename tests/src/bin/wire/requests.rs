//! What an adapter writes against what was recorded, and the differences that mean nothing.
//!
//! Both bodies are brought to one form first (see the wire's module for what that takes away);
//! then they must be the same JSON, but for the order of keys and the notation of numbers.

mod canonical;
mod chat;
mod difference;
mod gemini;
mod messages;
mod responses;

use serde_json::Value;

use crate::rebuild::Rebuilt;
use crate::recording::Exchange;

/// What came of one recorded request.
pub(crate) enum Outcome {
    /// Where it differs; nowhere, if all is well.
    Compared(Vec<String>),
    /// Why no neutral request says the same.
    NotExpressible(Vec<String>),
}

/// Compares the body that an adapter wrote; `None` where it refused to write one.
///
/// What the provider gave out and wants back may be any of what was `heard` earlier.
pub(crate) fn compare(
    exchange: &Exchange,
    rebuilt: &Rebuilt,
    sent: Option<&[u8]>,
    heard: &str,
) -> Outcome {
    if !rebuilt.obstacles.is_empty() {
        return Outcome::NotExpressible(rebuilt.obstacles.iter().cloned().collect());
    }
    let Some(sent) = sent else {
        return Outcome::NotExpressible(vec!["refused by the adapter".to_owned()]);
    };
    let Ok(mut got) = serde_json::from_slice::<Value>(sent) else {
        return Outcome::Compared(vec!["request: expected JSON, got something else".to_owned()]);
    };
    let mut expected = rebuilt.recorded.clone();
    match exchange.api.as_str() {
        "chat_completions" => chat::canonical(&mut expected, &mut got),
        "messages" => messages::canonical(&mut expected, &mut got),
        "responses" => responses::canonical(&mut expected, &mut got, heard),
        "generate_content" | "stream_generate_content" => {
            gemini::canonical(&mut expected, &mut got);
        }
        _ => {}
    }
    let mut differences = Vec::new();
    difference::note("", &expected, &got, &mut differences);
    Outcome::Compared(differences)
}
