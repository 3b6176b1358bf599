//! How hard to think, in the words of the wire.
//!
//! The figures are those that Google gives for an effort in
//! <https://ai.google.dev/gemini-api/docs/openai#thinking>.

use serde::Serialize;

use super::model::Style;
use crate::error::ModelError;
use crate::request::{Effort, Settings};

/// What is wrong with settings that say twice how much to think.
const TWICE: &str = "`reasoning_effort` and `reasoning_budget` both say how much to think: leave \
                     one of them unset";

/// The `thinkingConfig` of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Thinking {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    include_thoughts: bool,
    #[serde(rename = "thinkingBudget", skip_serializing_if = "Option::is_none")]
    budget: Option<u32>,
    #[serde(rename = "thinkingLevel", skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
}

impl Thinking {
    /// What the settings ask for, where the model can be asked.
    pub(super) fn new(style: Style, settings: &Settings) -> Result<Option<Self>, ModelError> {
        let effort = match (settings.reasoning_effort, settings.reasoning_budget) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => return Err(ModelError::config(TWICE)),
            (Some(effort), None) => effort,
            (None, Some(0)) => Effort::None,
            (None, Some(tokens)) => return Self::budgeted(style, tokens).map(Some),
        };
        let thinking = match (style, effort) {
            (Style::Unable, _) => return Ok(None),
            (Style::Budget { optional: true, .. }, Effort::None) => {
                Self { budget: Some(0), ..Self::default() }
            }
            (Style::Budget { .. }, Effort::None) => return Err(always_thinks("low")),
            (Style::Level { minimal, .. }, Effort::None) => {
                return Err(always_thinks(if minimal { "minimal" } else { "low" }));
            }
            (Style::Budget { least, .. }, effort) => Self {
                include_thoughts: true,
                budget: Some(budget(effort, least, settings.max_tokens)),
                level: None,
            },
            (Style::Level { minimal, medium }, effort) => Self {
                include_thoughts: true,
                budget: None,
                level: Some(match effort {
                    Effort::Minimal if minimal => "MINIMAL",
                    Effort::None | Effort::Minimal | Effort::Low => "LOW",
                    Effort::Medium if medium => "MEDIUM",
                    Effort::Medium | Effort::High | Effort::XHigh | Effort::Max => "HIGH",
                }),
            },
        };
        Ok(Some(thinking))
    }

    /// What a budget of tokens asks for.
    fn budgeted(style: Style, tokens: u32) -> Result<Self, ModelError> {
        match style {
            Style::Budget { least, .. } if tokens >= least => {
                Ok(Self { include_thoughts: true, budget: Some(tokens), level: None })
            }
            Style::Budget { least, .. } => Err(ModelError::config(format!(
                "`reasoning_budget` is {tokens}, and this model takes at least {least}"
            ))),
            Style::Level { .. } | Style::Unable => Err(ModelError::config(
                "this model takes no `reasoning_budget`: set `reasoning_effort`, or leave it unset",
            )),
        }
    }
}

fn always_thinks(least: &str) -> ModelError {
    ModelError::config(format!(
        "this model always thinks: set `reasoning_effort` to `{least}`, or leave it unset"
    ))
}

/// The tokens to think with: a figure for each effort, at most half of what may be written.
fn budget(effort: Effort, least: u32, max_tokens: Option<u32>) -> u32 {
    let figure = match effort {
        Effort::None | Effort::Minimal | Effort::Low => 1024,
        Effort::Medium => 8192,
        Effort::High | Effort::XHigh | Effort::Max => 24_576,
    };
    max_tokens.map_or(figure, |max_tokens| figure.min(max_tokens / 2)).max(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_its_figure_or_half_of_the_limit_and_never_below_the_least() {
        for (effort, least, max_tokens, expected) in [
            (Effort::Minimal, 128, None, 1024),
            (Effort::Low, 1, None, 1024),
            (Effort::Medium, 1, Some(64_000), 8192),
            (Effort::High, 1, None, 24_576),
            (Effort::High, 1, Some(4096), 2048),
            (Effort::High, 512, Some(600), 512),
        ] {
            assert_eq!(budget(effort, least, max_tokens), expected);
        }
    }
}
