//! What a model can do, read off its name.
//!
//! Sources: <https://platform.claude.com/docs/en/about-claude/models/overview> (limits),
//! <https://platform.claude.com/docs/en/build-with-claude/structured-outputs> (schemas),
//! <https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking> (thinking).

/// What a model takes.
#[expect(clippy::struct_excessive_bools, reason = "each is an ability of its own")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Abilities {
    /// The limit of output tokens to send where none was set.
    pub(super) max_tokens: u32,
    /// It can be held to a JSON schema.
    pub(super) json_schema: bool,
    /// How its thinking is asked for.
    pub(super) thinking: Style,
    /// It takes a budget of tokens to think with.
    pub(super) budget: bool,
    /// It has the effort `xhigh`: <https://platform.claude.com/docs/en/build-with-claude/effort>.
    pub(super) xhigh: bool,
    /// It takes a temperature and a top-p.
    pub(super) sampling: bool,
}

/// How thinking is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// It cannot think.
    Unable,
    /// By a budget of tokens.
    Budget,
    /// By an effort; silent unless asked.
    Effort,
    /// By an effort; it thinks unless told not to.
    EffortByDefault,
    /// By an effort; it always thinks.
    EffortAlways,
}

impl Abilities {
    /// The abilities of the model of this name, which may be a gateway's or a cloud's.
    ///
    /// A name that is not Claude's is served by something that copies this wire: it gets the oldest
    /// form of everything.
    pub(super) fn of(model: &str) -> Self {
        let Some(claude) = Claude::parse(model) else {
            return Self {
                max_tokens: 4096,
                json_schema: false,
                thinking: Style::Budget,
                budget: true,
                xhigh: false,
                sampling: true,
            };
        };
        let Claude { family, version } = claude;
        let opus = family == "opus";
        let unbound = matches!(family, "fable" | "mythos");
        let thinking = match version {
            _ if unbound => Style::EffortAlways,
            (5.., _) => Style::EffortByDefault,
            (4, 6..) => Style::Effort,
            (3, 7..) | (4, _) => Style::Budget,
            _ => Style::Unable,
        };
        let max_tokens = match version {
            _ if unbound => 64_000,
            (4, 0..5) if opus => 32_000,
            (3, 7..) | (4.., _) => 64_000,
            (3, 5..) => 8192,
            _ => 4096,
        };
        Self {
            max_tokens,
            json_schema: unbound || version >= (4, 5) || (opus && version == (4, 1)),
            thinking,
            budget: thinking == Style::Budget || version == (4, 6),
            xhigh: version >= (4, 7),
            sampling: !unbound && version < (4, 7),
        }
    }
}

/// A name of Claude's, taken apart.
#[derive(Debug, PartialEq, Eq)]
struct Claude<'a> {
    family: &'a str,
    version: (u32, u32),
}

impl<'a> Claude<'a> {
    /// Reads `claude-sonnet-4-5-20250929`, `claude-3-5-haiku-latest`, `anthropic/claude-haiku-4.5`.
    fn parse(name: &'a str) -> Option<Self> {
        let (_, rest) = name.split_once("claude-")?;
        let words = || rest.split(['-', '.', '@', ':', '/', '_']);
        let family = words().find(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()))?;
        // Dates have eight digits, versions one or two.
        let mut numbers = words()
            .map(|word| (word.len() <= 2).then(|| word.parse::<u32>().ok()).flatten())
            .skip_while(Option::is_none);
        let major = numbers.next().flatten();
        let minor = numbers.next().flatten();
        Some(Self { family, version: (major.unwrap_or(0), minor.unwrap_or(0)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_generations_and_clouds_are_read() {
        for (name, family, version) in [
            ("claude-3-haiku-20240307", "haiku", (3, 0)),
            ("claude-3-5-sonnet-latest", "sonnet", (3, 5)),
            ("claude-3-7-sonnet-20250219", "sonnet", (3, 7)),
            ("claude-opus-4-20250514", "opus", (4, 0)),
            ("claude-opus-4-1", "opus", (4, 1)),
            ("claude-opus-4@20250514", "opus", (4, 0)),
            ("claude-sonnet-4-5-20250929", "sonnet", (4, 5)),
            ("anthropic/claude-haiku-4.5", "haiku", (4, 5)),
            ("anthropic.claude-opus-4-20250514-v1:0", "opus", (4, 0)),
            ("claude-sonnet-5", "sonnet", (5, 0)),
            ("claude-mythos-preview", "mythos", (0, 0)),
        ] {
            assert_eq!(Claude::parse(name), Some(Claude { family, version }), "{name}");
        }
        assert_eq!(Claude::parse("llama3:8b"), None);
    }

    #[test]
    fn abilities_follow_the_generation() {
        for (name, max_tokens, json_schema, thinking, sampling) in [
            ("claude-3-haiku-20240307", 4096, false, Style::Unable, true),
            ("claude-3-5-haiku-latest", 8192, false, Style::Unable, true),
            ("claude-3-7-sonnet-latest", 64_000, false, Style::Budget, true),
            ("claude-sonnet-4-0", 64_000, false, Style::Budget, true),
            ("claude-opus-4-20250514", 32_000, false, Style::Budget, true),
            ("claude-opus-4-1", 32_000, true, Style::Budget, true),
            ("claude-haiku-4-5", 64_000, true, Style::Budget, true),
            ("claude-sonnet-4-6", 64_000, true, Style::Effort, true),
            ("claude-opus-4-7", 64_000, true, Style::Effort, false),
            ("claude-sonnet-5", 64_000, true, Style::EffortByDefault, false),
            ("claude-mythos-preview", 64_000, true, Style::EffortAlways, false),
            ("tiny", 4096, false, Style::Budget, true),
        ] {
            let Abilities { max_tokens: limit, json_schema: schema, .. } = Abilities::of(name);
            assert_eq!((limit, schema), (max_tokens, json_schema), "{name}");
            let abilities = Abilities::of(name);
            assert_eq!((abilities.thinking, abilities.sampling), (thinking, sampling), "{name}");
        }
    }

    #[test]
    fn budgets_end_where_the_finest_efforts_begin() {
        for (name, budget, xhigh) in [
            ("claude-3-7-sonnet-latest", true, false),
            ("claude-3-5-haiku-latest", false, false),
            ("claude-opus-4-6", true, false),
            ("claude-opus-4-7", false, true),
            ("claude-sonnet-5", false, true),
            ("claude-mythos-preview", false, false),
            ("claude-fable-5", false, true),
            ("tiny", true, false),
        ] {
            let abilities = Abilities::of(name);
            assert_eq!((abilities.budget, abilities.xhigh), (budget, xhigh), "{name}");
        }
    }
}
