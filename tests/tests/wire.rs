//! The recorded traffic of real providers, read by the adapters.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::Path;
use std::process::Command;

use tests::shared_or_skip;

/// Replays the recordings of one wire, whole and cut at any place, and counts the exchanges.
fn replay(shared: &Path, wire: &str) -> u32 {
    let output = Command::new(env!("CARGO_BIN_EXE_wire"))
        .arg(shared.join("wire").join(wire))
        .args(["--cuts", "--seed", "1"])
        .output()
        .expect("the wire binary starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    let closing = printed.lines().last().unwrap_or_default();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    let passed = closing.strip_suffix(" passed, 0 failed").expect("a closing line");
    passed.parse().expect("a count of exchanges")
}

#[test]
fn every_recorded_chat_completion_is_read_right() {
    let Some(shared) = shared_or_skip("every_recorded_chat_completion_is_read_right") else {
        return;
    };
    let passed = replay(&shared, "openai/chat_completions");
    assert!(passed >= 100, "only {passed} exchanges were found");
}

#[test]
fn every_recorded_anthropic_message_is_read_right() {
    let Some(shared) = shared_or_skip("every_recorded_anthropic_message_is_read_right") else {
        return;
    };
    let passed = replay(&shared, "anthropic/messages");
    assert!(passed >= 200, "only {passed} exchanges were found");
}

#[test]
fn every_recorded_gemini_reply_is_read_right() {
    let Some(shared) = shared_or_skip("every_recorded_gemini_reply_is_read_right") else {
        return;
    };
    for (wire, least) in [("google/generate_content", 260), ("google/stream_generate_content", 59)]
    {
        let passed = replay(&shared, wire);
        assert!(passed >= least, "only {passed} exchanges were found");
    }
}

#[test]
fn every_recorded_reply_of_the_responses_api_is_read_right() {
    let Some(shared) = shared_or_skip("every_recorded_reply_of_the_responses_api_is_read_right")
    else {
        return;
    };
    for (wire, least) in
        [("openai/responses", 170), ("chatgpt/responses", 10), ("xai/responses", 20)]
    {
        let passed = replay(&shared, wire);
        assert!(passed >= least, "only {passed} exchanges were found in {wire}");
    }
    for provider in
        ["azure", "bedrock", "copilot", "deepseek", "llamacpp", "mistralrs", "openrouter"]
    {
        replay(&shared, &format!("{provider}/responses"));
    }
}
