//! Tiers of service, in the words of their providers.

/// The batch interface of every provider that has one: no tier, but a price of its own as well.
pub(super) const BATCH: &str = "batch";

/// Whether a word stands for what everyone gets who asks for nothing in particular.
pub(crate) fn is_ordinary(tier: &str) -> bool {
    const WORDS: [&str; 5] = ["", "default", "standard", "standard_only", "on_demand"];
    is_left_open(tier) || WORDS.iter().any(|word| tier.eq_ignore_ascii_case(word))
}

/// Whether a word leaves the tier to the provider, and so does not say which it was.
fn is_left_open(tier: &str) -> bool {
    tier.eq_ignore_ascii_case("auto")
}

/// Whether a tier may cost more than the ordinary one.
pub(super) fn is_dearer(tier: &str) -> bool {
    const CHEAPER: [&str; 2] = ["flex", BATCH];
    !is_ordinary(tier) && !CHEAPER.iter().any(|word| tier.eq_ignore_ascii_case(word))
}

/// The tier that a reply was served in, by what its provider says of it, or else by what was asked
/// for; `None` is the ordinary one.
pub(super) fn served<'a>(asked: Option<&'a str>, said: Option<&'a str>) -> Option<&'a str> {
    said.filter(|said| !is_left_open(said)).or(asked).filter(|tier| !is_ordinary(tier))
}
