//! What a deployment sets by a file and the environment: what is taken, what is refused and how that
//! is told, and that no secret is seen on the way.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod agents;
mod effective;
mod keys;
mod layers;
mod ranges;
mod unknown;
mod variables;

use std::fmt::Debug;

use fastroai::config::{Config, ConfigError, Fault, FaultKind, Loader};

/// A text, in an environment of these variables alone.
fn loader(text: &str, variables: &[(&str, &str)]) -> Loader {
    let variables: Vec<(String, String)> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Config::loader().text(text).environment(move || variables.clone())
}

fn read(text: &str) -> Config {
    loader(text, &[]).load().unwrap_or_else(|error| panic!("{error}"))
}

fn refused(text: &str) -> ConfigError {
    loader(text, &[]).load().expect_err("a fault")
}

/// The one fault of a text.
fn fault(text: &str) -> Fault {
    only(&refused(text))
}

fn only(error: &ConfigError) -> Fault {
    let [fault] = error.faults() else { panic!("not one fault: {error}") };
    fault.clone()
}

fn at(fault: &Fault) -> (&str, u32, u32) {
    (fault.path(), fault.line().unwrap_or(0), fault.column().unwrap_or(0))
}

/// Where a secret would be seen.
fn seen(shown: &(impl Debug + ToString)) -> String {
    format!("{} {shown:?} {shown:#?}", shown.to_string())
}

fn is(fault: &Fault, kind: &FaultKind) -> bool {
    fault.kind() == kind
}
