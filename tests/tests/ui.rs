//! What the attributes refuse, in which words and where; and what they must let through.
//!
//! Part of the messages are the compiler's, so that the expected texts hold for one toolchain: they
//! are those of Rust 1.95. `TRYBUILD=overwrite cargo test -p tests --test ui` writes them anew.

use trybuild::TestCases;

#[test]
fn mistakes_in_a_tool_are_told_where_they_are_made() {
    TestCases::new().compile_fail("ui/tool/reject/*.rs");
}

#[test]
fn sound_tools_compile_without_a_warning() {
    TestCases::new().pass("ui/tool/accept/*.rs");
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
fn sound_agents_compile_without_a_warning() {
    TestCases::new().pass("ui/agent/accept/*.rs");
}

#[test]
fn mistakes_in_an_agent_function_are_told_where_they_are_made() {
    TestCases::new().compile_fail("ui/agent_fn/reject/*.rs");
}

#[test]
fn sound_agent_functions_compile_without_a_warning() {
    TestCases::new().pass("ui/agent_fn/accept/*.rs");
}

#[test]
fn mistakes_in_a_toolset_are_told_where_they_are_made() {
    TestCases::new().compile_fail("ui/toolset/reject/*.rs");
}

#[test]
fn sound_toolsets_compile_without_a_warning() {
    TestCases::new().pass("ui/toolset/accept/*.rs");
}

#[test]
fn mistakes_in_a_test_are_told_where_they_are_made() {
    TestCases::new().compile_fail("ui/test/reject/*.rs");
}

#[test]
fn b6_what_is_no_amount_of_money_does_not_compile() {
    TestCases::new().compile_fail("ui/money/reject/*.rs");
}
