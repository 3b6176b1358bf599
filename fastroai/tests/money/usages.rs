//! Usages to price.

use fastroai::money::Cost;
use fastroai_providers::Usage;

pub(crate) fn tokens(input: u64, output: u64) -> Usage {
    let mut usage = Usage::default();
    (usage.input_tokens, usage.output_tokens) = (Some(input), Some(output));
    usage
}

pub(crate) fn reading(mut usage: Usage, cached: u64) -> Usage {
    usage.cache_read_tokens = Some(cached);
    usage
}

pub(crate) fn writing(mut usage: Usage, cached: u64) -> Usage {
    usage.cache_write_tokens = Some(cached);
    usage
}

pub(crate) fn usd(text: &str) -> Cost {
    text.parse().expect("the test writes an amount")
}
