//! Tests of what a model reads: a committed contract for each agent, held to on every run.

mod contract;

pub use contract::{Contract, Contracted};
