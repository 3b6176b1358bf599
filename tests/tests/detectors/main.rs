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

use fastroai::guard::{Guard, Looked, Stage, Verdict};
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
