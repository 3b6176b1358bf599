//! A typed answer while it is on its way: which pieces of a reply are of it, and what it is so far.

use fastroai_providers::Delta;

use super::Run;
use crate::run::OutputTool;

/// A typed answer as far as it has come.
#[derive(Default)]
pub(super) struct Growing {
    text: String,
    source: Source,
    #[cfg(feature = "partial")]
    snapshot: super::snapshot::Snapshot,
}

/// Where it comes from.
#[derive(Default)]
enum Source {
    /// Nothing was said yet but spaces, or nothing at all.
    #[default]
    Unknown,
    /// The text of the reply is JSON.
    Text,
    /// The text of the reply is none, but words beside the answer.
    Words,
    /// The call at this place carries it.
    #[cfg_attr(not(feature = "partial"), expect(dead_code, reason = "it is not looked at"))]
    Call(usize, OutputTool),
}

/// What a piece of a reply is to a watcher.
pub(super) enum Piece {
    Nothing,
    Text(String),
    Reasoning(String),
    /// The answer is more than it was.
    #[cfg(feature = "partial")]
    Grown(serde_json::Value),
    /// Another answer begins.
    Restarted,
}

impl Growing {
    /// A new reply begins; says whether an answer had begun.
    pub(super) fn restart(&mut self) -> bool {
        let had_begun = !self.text.is_empty();
        *self = Self::default();
        had_begun
    }

    /// Takes the next piece of the reply.
    pub(super) fn take(&mut self, delta: Delta, run: &Run<'_, '_>) -> Piece {
        let is_typed = run.check.shape().is_some();
        match delta {
            Delta::Text(text) if is_typed => self.text(text, run),
            Delta::Text(text) => Piece::Text(text),
            Delta::Reasoning(text) => Piece::Reasoning(text),
            Delta::ToolCall { index, name } => match run.spec.output_tool(&name) {
                Some(tool) if is_typed => {
                    let had_begun = self.restart();
                    self.source = Source::Call(index, tool.clone());
                    if had_begun { Piece::Restarted } else { Piece::Nothing }
                }
                _ => Piece::Nothing,
            },
            Delta::Arguments { index, fragment } => match &self.source {
                Source::Call(call, _) if *call == index => {
                    self.text.push_str(&fragment);
                    self.grown(run)
                }
                _ => Piece::Nothing,
            },
            _ => Piece::Nothing,
        }
    }

    fn text(&mut self, text: String, run: &Run<'_, '_>) -> Piece {
        match self.source {
            Source::Words | Source::Call(..) => return Piece::Text(text),
            Source::Text => self.text.push_str(&text),
            Source::Unknown => {
                self.text.push_str(&text);
                match self.text.trim_start().chars().next() {
                    None => return Piece::Nothing,
                    Some('{' | '[' | '"' | '`') => self.source = Source::Text,
                    Some(_) => {
                        self.source = Source::Words;
                        return Piece::Text(std::mem::take(&mut self.text));
                    }
                }
            }
        }
        self.grown(run)
    }

    #[cfg(feature = "partial")]
    fn grown(&mut self, run: &Run<'_, '_>) -> Piece {
        let shape = run.check.shape();
        let answer = |value| {
            let value = match &self.source {
                Source::Call(_, tool) => tool.value(value),
                _ => value,
            };
            shape.map_or(Some(value.clone()), |shape| shape.part(value))
        };
        let grown = self.snapshot.grow(&self.text, answer, |part| run.check.shows(part));
        grown.map_or(Piece::Nothing, Piece::Grown)
    }

    #[cfg(not(feature = "partial"))]
    #[expect(clippy::unused_self, reason = "it is not looked at")]
    fn grown(&mut self, _: &Run<'_, '_>) -> Piece {
        Piece::Nothing
    }
}
