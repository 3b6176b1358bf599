//! What a model can do, read off its name.
//!
//! Sources: <https://ai.google.dev/gemini-api/docs/thinking> (budgets and levels),
//! <https://ai.google.dev/gemini-api/docs/structured-output> (schemas, and schemas beside tools).

/// What a model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Abilities {
    /// It calls tools, and can be held to a schema.
    pub(super) structured: bool,
    /// Gemini 3 or later: it takes a schema and tools in one request, and refuses calls in the
    /// history that bear no signature.
    pub(super) current: bool,
    /// How its thinking is asked for.
    pub(super) thinking: Style,
}

/// How thinking is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Not at all: the model cannot think, or decides by itself.
    Unable,
    /// By a budget of tokens: the least one, and whether there may be none.
    Budget { least: u32, optional: bool },
    /// By a level: whether it has the two finer ones.
    Level { minimal: bool, medium: bool },
}

impl Abilities {
    /// The abilities of the model of this name. A Gemini of no known version counts as a current
    /// one, as in `gemini-flash-latest`.
    pub(super) fn of(model: &str) -> Self {
        let name = model.rsplit('/').next().unwrap_or(model);
        let Some(rest) = name.strip_prefix("gemini-") else {
            let structured = !name.starts_with("gemma-3");
            return Self { structured, current: false, thinking: Style::Unable };
        };
        let version = version(rest);
        Self { structured: true, current: version >= (3, 0), thinking: style(rest, version) }
    }
}

fn style(rest: &str, version: (u32, u32)) -> Style {
    let has = |word: &str| rest.split('-').any(|part| part == word);
    let pro = has("pro");
    match version {
        _ if ["image", "tts", "audio", "live"].into_iter().any(has) => Style::Unable,
        (3.., _) => Style::Level { minimal: !pro, medium: !pro || version > (3, 0) },
        (2, 5..) if pro => Style::Budget { least: 128, optional: false },
        (2, 5..) if has("lite") => Style::Budget { least: 512, optional: true },
        (2, 5..) => Style::Budget { least: 1, optional: true },
        _ => Style::Unable,
    }
}

/// The version at the beginning of `2.5-flash` or `3-pro-preview`.
fn version(rest: &str) -> (u32, u32) {
    let word = rest.split('-').next().unwrap_or_default();
    let (major, minor) = word.split_once('.').unwrap_or((word, "0"));
    major.parse().ok().zip(minor.parse().ok()).unwrap_or((u32::MAX, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abilities_follow_the_generation() {
        let all = Style::Level { minimal: true, medium: true };
        for (name, current, thinking) in [
            ("gemini-1.5-pro", false, Style::Unable),
            ("gemini-2.0-flash-001", false, Style::Unable),
            ("gemini-2.5-flash", false, Style::Budget { least: 1, optional: true }),
            ("gemini-2.5-flash-lite", false, Style::Budget { least: 512, optional: true }),
            ("models/gemini-2.5-pro", false, Style::Budget { least: 128, optional: false }),
            ("gemini-2.5-flash-image", false, Style::Unable),
            ("gemini-3-pro-preview", true, Style::Level { minimal: false, medium: false }),
            ("gemini-3.1-pro-preview", true, Style::Level { minimal: false, medium: true }),
            ("gemini-3-flash-preview", true, all),
            ("gemini-3.8-flash", true, all),
            ("gemini-flash-latest", true, all),
            ("gemma-3-27b-it", false, Style::Unable),
        ] {
            let abilities = Abilities::of(name);
            assert_eq!((abilities.current, abilities.thinking), (current, thinking), "{name}");
        }
        assert!(!Abilities::of("gemma-3-27b-it").structured);
        assert!(Abilities::of("gemma-4-31b-it").structured);
    }
}
