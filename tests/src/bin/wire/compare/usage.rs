//! Token counts: the wire's numbers against the one meaning that they have here.

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
    let expected = expected(&exchange.api, facts);
    // Counts that the wire puts beside input and output show in its total alone.
    let total = facts["total"].as_u64();
    if total.is_none() || total == expected.total_tokens() || total != got.total_tokens() {
        complaints.stated("usage.input", expected.input_tokens, got.input_tokens);
        complaints.stated("usage.output", expected.output_tokens, got.output_tokens);
    }
    for (field, expected, got) in [
        ("usage.cache_read", expected.cache_read_tokens, got.cache_read_tokens),
        ("usage.cache_write", expected.cache_write_tokens, got.cache_write_tokens),
        ("usage.reasoning", expected.reasoning_tokens, got.reasoning_tokens),
    ] {
        complaints.stated(field, expected, got);
    }
    complaints.same("usage is inconsistent", &expected.inconsistent, &got.inconsistent);
}

/// The facts, cached tokens counted within the input and parts clamped to their wholes.
fn expected(api: &str, facts: &Value) -> Usage {
    let count = |field: &str| facts[field].as_u64();
    let mut usage = Usage::default();
    usage.input_tokens = count("input");
    usage.output_tokens = count("output");
    usage.cache_read_tokens = count("cache_read");
    usage.cache_write_tokens = count("cache_write");
    usage.reasoning_tokens = count("reasoning");
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
