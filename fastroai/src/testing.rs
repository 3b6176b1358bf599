//! Tests of what a model reads: each agent's contract is committed, and held to on every run.
//!
//! A model sees an agent's instructions, the names, descriptions and schemas of its tools, and the
//! schema of its answer. A slip in a doc comment or a renamed field changes all that without an
//! error, so that it is worth a look in review.
//!
//! ```no_run
//! use fastroai::prelude::*;
//! use fastroai::testing::{assert_contract, assert_contract_of};
//!
//! /// You are a travel assistant.
//! #[agent(model = "offline:demo")]
//! struct Travel;
//!
//! /// You keep a library.
//! #[agent(model = "offline:demo")]
//! struct Librarian {
//!     town: String,
//! }
//!
//! // In a test: compares with `contracts/travel.json` and `contracts/librarian.json`.
//! assert_contract::<Travel>();
//! assert_contract_of(&Librarian { town: "Kew".to_owned() });
//! ```

mod contract;
mod diff;
mod file;

use std::path::PathBuf;

use crate::agent::AgentSpec;

pub use contract::{Contract, Contracted};
pub use file::ContractError;

/// Holds an agent to `contracts/<name>.json` beside the `Cargo.toml` of the crate under test.
///
/// For agents without fields, and for agent functions (`assert_contract::<classify>()`) whose tools
/// are all functions; other agents are given to [`assert_contract_of`]. The file is written with `FASTROAI_UPDATE=1` in the
/// environment, and never otherwise.
///
/// # Panics
/// Where there is no contract, or another one: with the difference, and the command that writes it.
#[track_caller]
pub fn assert_contract<A: Contracted + ?Sized>() {
    hold(&A::contract());
}

/// Holds this agent to its contract, as [`assert_contract`] does.
///
/// Instructions that are made of the agent's fields are those of this very agent.
///
/// # Panics
/// Where there is no contract, or another one.
#[track_caller]
pub fn assert_contract_of<A: AgentSpec + ?Sized>(agent: &A) {
    hold(&Contract::of(agent));
}

#[track_caller]
#[expect(clippy::panic, reason = "this is how a test fails")]
fn hold(contract: &Contract) {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let is_update = std::env::var_os("FASTROAI_UPDATE").is_some_and(|value| value == "1");
    let folder = root.join("contracts");
    let held = if is_update { contract.write(&folder) } else { contract.check(&folder) };
    if let Err(error) = held {
        panic!("{error}");
    }
}
