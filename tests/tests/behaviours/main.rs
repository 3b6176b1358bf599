//! What a run does, through the public API: agents on a scripted model, under a paused clock.
//!
//! A test called `behaviour_…` holds the behaviour of that number.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::similar_names, reason = "a tool and what it is told are close by nature")]

mod answers;
mod background;
mod calls;
mod checks;
mod compaction;
mod concurrency;
mod endings;
mod fallback;
mod growing;
mod history;
mod interrupted;
mod limits;
mod machine;
mod media;
mod nesting;
mod outputs;
mod processors;
mod run_options;
mod sanitising;
mod settings;
mod stage;
mod strategies;
mod streaming;
mod tools;
mod traces;
mod transcript;
mod wires;
