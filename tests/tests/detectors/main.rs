//! The guards that come with the library, each asked by hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod canaries;
mod characters;
mod injections;
mod leaks;
mod redactors;
mod sizes;
mod standard;
mod untrusted;

use fastroai::guard::{Guard, HoldBack, Looked, Stage, Verdict};
use futures_util::FutureExt;

/// What a guard says of a text at a stage.
fn ask(guard: &dyn Guard, stage: Stage, text: &str) -> Verdict {
    asked(guard, &Looked::at(stage), text)
}

fn asked(guard: &dyn Guard, looked: &Looked<'_>, text: &str) -> Verdict {
    assert!(guard.looks_at(looked.stage), "it looks there");
    let verdict = guard.check(text, looked).now_or_never();
    verdict.expect("it waits for nothing").expect("it can tell")
}

/// What passes in a text's place, or the text itself.
fn passes(guard: &dyn Guard, stage: Stage, text: &str) -> String {
    match ask(guard, stage, text) {
        Verdict::Allow => text.to_owned(),
        Verdict::Replace { text, .. } => text,
        other => panic!("{other:?}"),
    }
}

fn is_blocked(guard: &dyn Guard, stage: Stage, text: &str) -> bool {
    matches!(ask(guard, stage, text), Verdict::Block(_))
}

/// Whether what may be shown once so much of an answer has come is what all of it begins with.
fn stays_shown(guard: &dyn Guard, text: &str, come: usize) -> bool {
    let HoldBack::Bytes(held) = guard.hold_back() else { return true };
    let boundary =
        |text: &str, at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let first = passes(guard, Stage::Output, &text[..boundary(text, come)]);
    let shown = &first[..boundary(&first, first.len().saturating_sub(held))];
    passes(guard, Stage::Output, text).starts_with(shown)
}
