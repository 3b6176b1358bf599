//! The providers that are known by name, and some of their models, to tell slips of letters.

use crate::services::{FACES, Face};

/// A provider, and the models of it that a slip of letters may have meant.
///
/// ```
/// use fastroai_providers::catalogue::Provider;
/// let openai = Provider::named("openai").unwrap();
/// assert_eq!(openai.nearest_model("gpt-4o-mni"), Some("gpt-4o-mini"));
/// assert_eq!(openai.nearest_model("something-else"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Provider {
    /// As in `provider:model`.
    pub name: &'static str,
    /// Some of its models; it may well have others.
    pub models: &'static [&'static str],
    /// Models that cannot call tools.
    pub without_tools: &'static [&'static str],
}

impl Provider {
    /// The provider of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        PROVIDERS.iter().find(|provider| provider.name == name)
    }

    /// The known model whose name is a few letters away from this one, if there is one.
    #[must_use]
    pub fn nearest_model(&self, name: &str) -> Option<&'static str> {
        nearest(name, self.models.iter().copied())
    }
}

/// Of these words the one that is nearest, and near enough to have been meant.
pub(crate) fn nearest(
    asked: &str,
    words: impl Iterator<Item = &'static str>,
) -> Option<&'static str> {
    let (steps, word) = words.map(|word| (distance(asked, word), word)).min()?;
    (1..=1 + word.len() / 4).contains(&steps).then_some(word)
}

/// How many letters must be put in, taken out or changed to come from one word to the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in other.bytes().enumerate() {
            let changed = row.get(j).copied().unwrap_or_default() + usize::from(a != b);
            let taken = row.get(j + 1).copied().unwrap_or_default() + 1;
            let put = next.last().copied().unwrap_or_default() + 1;
            next.push(changed.min(taken).min(put));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

// https://platform.openai.com/docs/models
pub(crate) const OPENAI: &[&str] = &[
    "gpt-3.5-turbo",
    "gpt-4",
    "gpt-4-turbo",
    "gpt-4.1",
    "gpt-4.1-mini",
    "gpt-4.1-nano",
    "gpt-4o",
    "gpt-4o-mini",
    "gpt-5",
    "gpt-5-chat-latest",
    "gpt-5-codex",
    "gpt-5-mini",
    "gpt-5-nano",
    "gpt-5-pro",
    "gpt-5.1",
    "gpt-5.1-chat-latest",
    "gpt-5.1-codex",
    "gpt-5.1-codex-mini",
    "o1",
    "o1-mini",
    "o1-preview",
    "o1-pro",
    "o3",
    "o3-mini",
    "o3-pro",
    "o4-mini",
];

pub(crate) const OPENAI_WITHOUT_TOOLS: &[&str] =
    &["o1-mini", "o1-mini-2024-09-12", "o1-preview", "o1-preview-2024-09-12"];

// https://ai.google.dev/gemini-api/docs/models
pub(crate) const GEMINI: &[&str] = &[
    "gemini-2.0-flash",
    "gemini-2.0-flash-lite",
    "gemini-2.5-flash",
    "gemini-2.5-flash-lite",
    "gemini-2.5-pro",
    "gemini-3-pro-preview",
];

// https://docs.claude.com/en/docs/about-claude/models/overview
pub(crate) const ANTHROPIC: &[&str] = &[
    "claude-3-haiku-20240307",
    "claude-3-opus-20240229",
    "claude-3-opus-latest",
    "claude-3-5-haiku-20241022",
    "claude-3-5-haiku-latest",
    "claude-3-5-sonnet-20241022",
    "claude-3-5-sonnet-latest",
    "claude-3-7-sonnet-20250219",
    "claude-3-7-sonnet-latest",
    "claude-haiku-4-5",
    "claude-haiku-4-5-20251001",
    "claude-opus-4-0",
    "claude-opus-4-1",
    "claude-opus-4-1-20250805",
    "claude-opus-4-20250514",
    "claude-opus-4-5",
    "claude-opus-4-5-20251101",
    "claude-sonnet-4-0",
    "claude-sonnet-4-20250514",
    "claude-sonnet-4-5",
    "claude-sonnet-4-5-20250929",
];

// https://api-docs.deepseek.com/quick_start/pricing
pub(crate) const DEEPSEEK: &[&str] = &[
    "deepseek-chat",
    "deepseek-flash",
    "deepseek-reasoner",
    "deepseek-v4-flash",
    "deepseek-v4-pro",
];

// https://docs.perplexity.ai/getting-started/models
pub(crate) const PERPLEXITY: &[&str] =
    &["sonar", "sonar-deep-research", "sonar-pro", "sonar-reasoning", "sonar-reasoning-pro"];

/// Every provider that is known by name: each face of each service, and `offline`.
pub const PROVIDERS: &[Provider] = &{
    let offline = Provider { name: "offline", models: &[], without_tools: &[] };
    let mut all = [offline; FACES.len() + 1];
    let mut row = 0;
    while row < FACES.len() {
        let Face { name, models, without_tools, .. } = FACES[row];
        all[row] = Provider { name, models, without_tools };
        row += 1;
    }
    all
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_the_letters_between_two_words() {
        for (one, other, steps) in
            [("", "abc", 3), ("openai", "openai", 0), ("opnai", "openai", 1), ("abc", "", 3)]
        {
            assert_eq!(distance(one, other), steps, "{one} {other}");
        }
    }
}
