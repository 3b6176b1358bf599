//! What the attributes refuse, in which words and where. What they let through is in `accepted`.
//!
//! Part of the messages are the compiler's, so that the expected texts hold for one toolchain: they
//! are those of Rust 1.95. `TRYBUILD=overwrite cargo test -p tests --test ui` writes them anew.

use std::fs;
use std::path::Path;

use trybuild::TestCases;

#[test]
fn every_sound_program_is_built_and_run() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(here.join("accepted/Cargo.toml")).expect("a manifest");
    for folder in ["tool", "toolset", "agent", "agent_fn"] {
        let programs = here.join("ui").join(folder).join("accept");
        for program in fs::read_dir(programs).expect("a folder of programs") {
            let name = program.expect("a program").file_name();
            let path = format!("../ui/{folder}/accept/{}", name.to_string_lossy());
            assert!(manifest.contains(&path), "accepted/Cargo.toml has no test of {path}");
        }
    }
}

#[test]
fn mistakes_in_a_tool_are_told_where_they_are_made() {
    TestCases::new().compile_fail("ui/tool/reject/*.rs");
}

#[test]
fn mistakes_in_an_agent_are_told_where_they_are_made() {
    TestCases::new().compile_fail("ui/agent/reject/*.rs");
}

#[test]
fn t16_two_tools_of_one_name_do_not_compile() {
    TestCases::new().compile_fail("ui/agent/reject/same_names.rs");
}

#[test]
fn mistakes_in_an_agent_function_are_told_where_they_are_made() {
    TestCases::new().compile_fail("ui/agent_fn/reject/*.rs");
}

#[test]
fn mistakes_in_a_toolset_are_told_where_they_are_made() {
    TestCases::new().compile_fail("ui/toolset/reject/*.rs");
}

#[test]
fn mistakes_in_a_test_are_told_where_they_are_made() {
    TestCases::new().compile_fail("ui/test/reject/*.rs");
}

#[test]
fn b6_what_is_no_amount_of_money_does_not_compile() {
    TestCases::new().compile_fail("ui/money/reject/*.rs");
}
