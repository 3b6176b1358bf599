use fastroai::guard::{Guard, HoldBack, SizeLimit, Stage, Verdict};

use crate::ask;

#[test]
fn a_text_of_the_limit_passes_and_one_byte_more_does_not() {
    let limit = SizeLimit::bytes(4);
    assert_eq!(ask(&limit, Stage::Prompt, "abcd"), Verdict::Allow);
    assert_eq!(ask(&limit, Stage::Prompt, "abcde"), Verdict::block("it is longer than 4 bytes"));
    assert_eq!(ask(&limit, Stage::ToolResult, "éé"), Verdict::Allow);
    assert!(matches!(ask(&limit, Stage::ToolResult, "ééa"), Verdict::Block(_)));
}

#[test]
fn characters_are_no_bytes() {
    let limit = SizeLimit::chars(3);
    assert_eq!(ask(&limit, Stage::Output, "日本語"), Verdict::Allow);
    assert_eq!(
        ask(&limit, Stage::Output, "日本語で"),
        Verdict::block("it is longer than 3 characters")
    );
}

#[test]
fn a_stage_has_a_limit_of_its_own() {
    let limit = SizeLimit::bytes(2).bytes_at(Stage::ToolResult, 8).chars_at(Stage::ToolResult, 4);
    assert!(matches!(ask(&limit, Stage::Prompt, "abc"), Verdict::Block(_)));
    assert_eq!(ask(&limit, Stage::ToolResult, "abcd"), Verdict::Allow);
    assert!(matches!(ask(&limit, Stage::ToolResult, "abcde"), Verdict::Block(_)));
    assert!(matches!(ask(&limit, Stage::ToolResult, "ééééé"), Verdict::Block(_)));
}

#[test]
fn a_streamed_answer_is_not_held_back_for_its_length() {
    assert_eq!(SizeLimit::bytes(2).hold_back(), HoldBack::Bytes(0));
}

#[test]
fn no_limit_is_no_limit() {
    assert_eq!(ask(&SizeLimit::default(), Stage::Prompt, &"a".repeat(1 << 22)), Verdict::Allow);
}
