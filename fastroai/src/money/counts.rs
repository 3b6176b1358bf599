//! Counts that make sense together, from whatever a provider reported.

use fastroai_providers::Usage;

/// The usage as it can have been: each part within its whole, and no part without one.
///
/// A reply that was paid for is priced as well as its counts allow, never lost because of them.
pub(super) fn possible(usage: &Usage) -> Usage {
    let mut usage = usage.clone();
    // A part that was counted shows the least that its uncounted whole was.
    usage.cache_write_tokens = usage.cache_write_tokens.or(usage.cache_write_1h_tokens);
    usage.cache_read_tokens = usage.cache_read_tokens.or(usage.cache_audio_read_tokens);
    usage.clamp();
    usage
}
