//! `${…}` in texts.

use fastroai::config::FaultKind;
use proptest::prelude::*;

use crate::{at, loader, read};

const MODEL: &str =
    "[agents.A]\nmodel = \"${PROVIDER}:${MODEL:-demo}\"\nmax_turns = \"${TURNS}\"\n";

#[test]
fn variables_are_put_in_place_and_their_type_is_for_the_key_to_say() {
    let variables = [("PROVIDER", "offline"), ("TURNS", "3")];
    let shown = loader(MODEL, &variables).load().unwrap().effective();
    assert!(shown.contains("model = \"offline:demo\" # from fastroai.toml:2"), "{shown}");
    assert!(shown.contains("max_turns = 3 # from fastroai.toml:3"), "{shown}");
}

#[test]
fn all_variables_that_are_missing_are_named_at_once_each_with_its_place() {
    let error = loader(MODEL, &[("PROVIDER", "")]).load().unwrap_err();
    let told: Vec<_> = error
        .faults()
        .iter()
        .map(|fault| match fault.kind() {
            FaultKind::MissingVariable { name } => (name.as_str(), at(fault)),
            kind => panic!("{kind:?}"),
        })
        .collect();
    let places = [("PROVIDER", ("agents.A.model", 2, 9)), ("TURNS", ("agents.A.max_turns", 3, 13))];
    assert_eq!(told, places);
}

#[test]
fn variables_are_looked_for_in_sections_too_that_there_are_not() {
    let error = loader("[oops]\nx = [\"${A}\", { y = \"${B}\" }]", &[]).load().unwrap_err();
    let text = error.to_string();
    assert!(text.contains("`A`") && text.contains("`B`") && text.contains("`oops`"), "{text}");
}

#[test]
fn a_value_of_a_variable_is_not_shown_where_it_does_not_fit() {
    let variables = [("PROVIDER", "offline"), ("TURNS", "canary-value")];
    let error = loader(MODEL, &variables).load().unwrap_err();
    assert!(!crate::seen(&error).contains("canary"), "{error}");
}

#[test]
fn a_brace_without_end_and_one_without_a_name_are_told() {
    for text in ["${", "x${A", "${}", "${1}", "${A B}", "${A:-${B}}"] {
        let error = loader(&format!("[agents.A]\nmodel = '{text}'"), &[]).load().unwrap_err();
        assert_eq!(*crate::only(&error).kind(), FaultKind::Interpolation, "{text}: {error}");
    }
}

#[test]
fn dollars_are_dollars() {
    let shown = read("[runtime]\nbudget = \"$5.00\"\n[agents.A]\nbudget = \"$$7\"").effective();
    assert!(
        shown.contains("budget = \"$5.00\"") && shown.contains("budget = \"$7.00\""),
        "{shown}"
    );
}

#[test]
fn what_a_variable_holds_is_not_looked_through_again() {
    let config = loader("[prices]\nversion = \"${V}\"", &[("V", "a ${X}")]).load().unwrap();
    assert!(config.effective().contains("version = \"a $${X}\""), "{config}");
    let variables = [("FASTROAI__PRICES__VERSION", "a ${X}")];
    assert!(loader("", &variables).load().unwrap().effective().contains("a $${X}"));
}

proptest! {
    #[test]
    fn whatever_a_variable_holds_its_secrets_are_not_shown_in_a_fault(value in r"\PC{0,40}") {
        let canary = format!("canary{value}canary");
        let variables = [("PROVIDER", "offline"), ("TURNS", canary.as_str())];
        let error = loader(MODEL, &variables).load().unwrap_err();
        prop_assert!(!crate::seen(&error).contains("canary"));
    }
}
