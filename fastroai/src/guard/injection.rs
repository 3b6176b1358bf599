//! Texts that read like instructions where data is expected.

mod decoded;
mod patterns;
mod plain;

use super::{Checking, Guard, Looked, Stage, Verdict};
use patterns::{Class, PATTERNS};

/// From which score on a text is taken for an injection, unless said otherwise.
const THRESHOLD: u32 = 10;

/// How much of a text is scored as one, in bytes: a long text would else gather its score from
/// pieces that have nothing to do with each other.
const WINDOW: usize = 4_096;

/// How much of a window is looked at again with the next one.
const OVERLAP: usize = 512;

/// Flags texts that read like injected instructions.
#[derive(Debug, Clone)]
pub struct Injection {
    threshold: u32,
    is_blocking: bool,
}

impl Injection {
    /// One that flags.
    #[must_use]
    pub const fn new() -> Self {
        Self { threshold: THRESHOLD, is_blocking: false }
    }

    /// One that blocks.
    #[must_use]
    pub const fn blocking(self) -> Self {
        Self { is_blocking: true, ..self }
    }

    /// Takes texts from this score on for injections; 10 unless said otherwise. A lower one finds
    /// more, wrongly too.
    #[must_use]
    pub const fn threshold(self, score: u32) -> Self {
        Self { threshold: score, ..self }
    }

    /// How much a text reads like an injection: one plain sign of it is 10, and there is no most.
    #[must_use]
    pub fn score(&self, text: &str) -> u32 {
        look(text).0
    }

    fn verdict(&self, text: &str) -> Verdict {
        let (score, classes) = look(text);
        if score < self.threshold.max(1) {
            return Verdict::Allow;
        }
        let classes: Vec<&str> = Class::ALL
            .into_iter()
            .filter(|class| classes[*class as usize] > 0)
            .map(Class::as_str)
            .collect();
        let reason = format!("it reads like an injection: {}", classes.join(", "));
        if self.is_blocking { Verdict::block(reason) } else { Verdict::flag(reason) }
    }
}

impl Default for Injection {
    fn default() -> Self {
        Self::new()
    }
}

impl Guard for Injection {
    /// What people and tools say; what the model says is no injection.
    fn looks_at(&self, stage: Stage) -> bool {
        matches!(stage, Stage::Prompt | Stage::History | Stage::ToolResult)
    }

    fn check<'a>(&'a self, text: &'a str, _: &'a Looked<'a>) -> Checking<'a> {
        Box::pin(async move { Ok(self.verdict(text)) })
    }
}

/// What each class adds to the score.
type Scores = [u32; Class::ALL.len()];

/// The highest score of a window, and what it is made of.
fn look(text: &str) -> (u32, Scores) {
    let mut best = (0, Scores::default());
    let mut take = |scores: Scores| {
        let score = scores.iter().sum();
        if score > best.0 {
            best = (score, scores);
        }
    };
    let smuggled = plain::is_smuggled(text);
    for plain in plain::readings(text) {
        windows(&plain).for_each(|window| take(score(window, smuggled)));
    }
    for hidden in decoded::payloads(text) {
        let plain = plain::read(&hidden);
        for window in windows(&plain) {
            let mut scores = score(window, smuggled);
            if scores.iter().any(|score| *score >= 5) {
                // Nobody encodes it by chance.
                scores[Class::Encoded as usize] += 10;
                take(scores);
            }
        }
    }
    best
}

fn score(window: &str, is_smuggled: bool) -> Scores {
    let mut scores = Scores::default();
    for pattern in PATTERNS.iter().filter(|pattern| pattern.regex.is_match(window)) {
        scores[pattern.class as usize] += pattern.weight;
    }
    if is_smuggled {
        scores[Class::Encoded as usize] += 10;
    }
    scores
}

/// The text in pieces that overlap.
fn windows(text: &str) -> impl Iterator<Item = &str> {
    let boundary = |at: usize| (at..text.len()).find(|at| text.is_char_boundary(*at));
    let mut start = Some(0);
    std::iter::from_fn(move || {
        let from = start?;
        let end = boundary(from + WINDOW);
        start = end.and_then(|end| boundary(end - OVERLAP));
        Some(&text[from..end.unwrap_or(text.len())])
    })
}
