//! The vocabulary: what can be said, how it is stored, and what is refused before any wire.
#![allow(clippy::unwrap_used)] // what tests share is tests too

mod given;
mod kept;
mod media;
mod served;
mod settings;
mod thinking;
mod wires;
