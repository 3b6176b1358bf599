//! Token counts: the wire's numbers against the one meaning that they have here.
//!
//! Here, input holds all that was read and output all that was written. Wires that count some of it
//! beside the two are brought to that meaning:
//! - Messages and Converse: tokens read from and written to a cache lie beside the input.
//! - Gemini: what its tools read lies beside the prompt, and thinking beside the output.
//! - Gemini's copy of Chat Completions: thinking lies beside the completion, and shows in the total
//!   alone.
//! - Mistral: audio lies beside the prompt, and shows in the total.

use fastroai_providers::{Response, Usage};
use serde_json::Value;

use super::Complaints;
use crate::recording::{Exchange, Facts};

pub(super) fn compare(
    exchange: &Exchange,
    facts: &Facts,
    response: &Response,
    complaints: &mut Complaints,
) {
    let Some(facts) = facts.get("usage") else { return };
    let got = &response.usage;
    if facts.is_null() {
        complaints.same("usage is unknown", &true, &got.is_unknown());
        return;
    }
    let expected = expected(exchange, facts);
    for (field, expected, got) in [
        ("usage.input", expected.input_tokens, got.input_tokens),
        ("usage.output", expected.output_tokens, got.output_tokens),
        ("usage.cache_read", expected.cache_read_tokens, got.cache_read_tokens),
        ("usage.cache_write", expected.cache_write_tokens, got.cache_write_tokens),
        ("usage.reasoning", expected.reasoning_tokens, got.reasoning_tokens),
        ("usage.input_audio", expected.input_audio_tokens, got.input_audio_tokens),
    ] {
        complaints.stated(field, expected, got);
    }
    complaints.same("usage is inconsistent", &expected.inconsistent, &got.inconsistent);
}

/// The facts in the meaning that counts have here, parts clamped to their wholes.
fn expected(exchange: &Exchange, facts: &Value) -> Usage {
    let count = |field: &str| facts[field].as_u64();
    let mut usage = Usage::default();
    usage.input_tokens = count("input");
    usage.output_tokens = count("output");
    usage.cache_read_tokens = count("cache_read");
    usage.cache_write_tokens = count("cache_write");
    usage.reasoning_tokens = count("reasoning");
    let api = exchange.api.as_str();
    let beside = |usage: &Usage| count("total")?.checked_sub(usage.total_tokens()?);
    match (api, exchange.provider.as_str(), beside(&usage).filter(|beside| *beside > 0)) {
        ("chat_completions", "google", Some(beside)) => {
            usage.output_tokens = usage.output_tokens.map(|output| output + beside);
            usage.reasoning_tokens = Some(beside);
        }
        ("chat_completions", "mistral", Some(beside)) => {
            usage.input_tokens = usage.input_tokens.map(|input| input + beside);
            usage.input_audio_tokens = Some(beside);
        }
        _ => {}
    }
    if matches!(api, "messages" | "converse" | "converse_stream") {
        let beside = [usage.cache_read_tokens, usage.cache_write_tokens];
        let beside: u64 = beside.into_iter().flatten().sum();
        usage.input_tokens = usage.input_tokens.map(|input| input + beside);
    }
    if matches!(api, "generate_content" | "stream_generate_content") {
        // What Google's tools read lies beside its prompt, and thinking beside its output.
        for (whole, beside) in [
            (&mut usage.input_tokens, count("tool_input")),
            (&mut usage.output_tokens, usage.reasoning_tokens),
        ] {
            *whole = beside.map_or(*whole, |beside| Some(whole.unwrap_or(0) + beside));
        }
    }
    usage.clamp();
    usage
}
