//! What the tests of a program with agents stand on, without a network.
//!
//! With the feature `testing`, which belongs among the dev-dependencies, there are
//!
//! - models that need no provider: [`ScriptedModel`], which replies and fails as it is told, and
//!   [`TestModel`], which calls every tool with data that fits its schema;
//! - what puts them in the place of the real ones: [`with_model`] and [`Overrides`];
//! - what was said: [`capture`];
//! - [`deny_requests`], which refuses requests to real models;
//! - [`Cassette`], which records real exchanges once and plays them, and the attribute
//!   [`#[fastroai::test]`](macro@crate::test) for such a test;
//! - [`assert_tool_calls!`](crate::assert_tool_calls) and [`assert_cost_at_most`].
//!
//! # Contracts
//!
//! They need no feature: each agent's contract is committed, and held to on every run.
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

#[cfg(feature = "testing")]
mod asked;
#[cfg(feature = "testing")]
mod assertions;
#[cfg(feature = "testing")]
mod capture;
#[cfg(feature = "testing")]
mod cassette;
mod contract;
mod diff;
mod file;
#[cfg(feature = "testing")]
mod harness;
#[cfg(feature = "testing")]
mod overrides;
#[cfg(feature = "testing")]
mod requests;
#[cfg(feature = "testing")]
mod scripted;
#[cfg(feature = "testing")]
mod test_model;

use std::path::PathBuf;

use crate::agent::AgentSpec;

#[cfg(feature = "testing")]
pub use crate::assert_tool_calls;
#[cfg(feature = "testing")]
pub use asked::Asked;
#[cfg(feature = "testing")]
pub use assertions::{Billed, ExpectedCall, ToolCalls, assert_cost_at_most, hold_tool_calls};
#[cfg(feature = "testing")]
pub use capture::{Transcript, capture};
#[cfg(feature = "testing")]
pub use cassette::{Cassette, CassetteError, CassetteTransport};
pub use contract::{Contract, Contracted};
pub use file::ContractError;
#[cfg(feature = "testing")]
#[doc(hidden)]
pub use harness::{TestOutput, TestSetup, run_test};
#[cfg(feature = "testing")]
pub use overrides::{Overrides, with_model};
#[cfg(feature = "testing")]
pub use requests::{
    DenyRequests, allow_requests, deny_remote_requests, deny_requests, without_requests,
};
#[cfg(feature = "testing")]
pub use scripted::{Reply, ScriptedModel, pieces};
#[cfg(feature = "testing")]
pub use test_model::TestModel;

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
