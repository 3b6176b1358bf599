//! A whole reply as the pieces of a stream.

use fastroai_providers::{Delta, Part, Response};

/// The pieces that a whole reply could have come in: one for each part, two for a call.
///
/// Texts and arguments are the only things that may be cut further, and a stream's reader puts
/// them together again.
#[must_use]
pub fn pieces(reply: &Response) -> Vec<Delta> {
    let mut pieces = Vec::new();
    let mut index = 0;
    for part in &reply.parts {
        match part {
            Part::Text { text, .. } => pieces.push(Delta::Text(text.clone())),
            Part::Reasoning(reasoning) => pieces.push(Delta::Reasoning(reasoning.text.clone())),
            Part::Refusal { text } => pieces.push(Delta::Refusal(text.clone())),
            Part::ToolCall(call) => {
                pieces.push(Delta::ToolCall { index, name: call.name.clone() });
                pieces.push(Delta::Arguments { index, fragment: call.arguments.clone() });
                index += 1;
            }
            _ => {}
        }
    }
    pieces
}

/// The same pieces, none of which is longer than `most` characters.
pub(super) fn cut(pieces: Vec<Delta>, most: usize) -> Vec<Delta> {
    let chunks = |text: &str| -> Vec<String> {
        let letters: Vec<char> = text.chars().collect();
        letters.chunks(most.max(1)).map(|chunk| chunk.iter().collect()).collect()
    };
    let cut = pieces.into_iter().flat_map(|piece| match &piece {
        Delta::Text(text) => chunks(text).into_iter().map(Delta::Text).collect(),
        Delta::Reasoning(text) => chunks(text).into_iter().map(Delta::Reasoning).collect(),
        Delta::Refusal(text) => chunks(text).into_iter().map(Delta::Refusal).collect(),
        Delta::Arguments { index, fragment } => chunks(fragment)
            .into_iter()
            .map(|fragment| Delta::Arguments { index: *index, fragment })
            .collect(),
        _ => vec![piece],
    });
    cut.collect()
}
