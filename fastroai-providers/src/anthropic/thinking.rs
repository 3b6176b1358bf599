//! How hard to think, in the words of the wire.

use serde::Serialize;

use super::model::{Abilities, Style};
use crate::error::ModelError;
use crate::request::{Effort, Settings, ToolChoice};

/// What is wrong with settings that say twice how much to think.
const TWICE: &str = "`reasoning_effort` and `reasoning_budget` both say how much to think: leave \
                     one of them unset";

/// The least budget that the wire takes.
const LEAST: u32 = 1024;

/// The `thinking` of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Thinking {
    Enabled { budget_tokens: u32 },
    Adaptive,
    Disabled,
}

/// What a request says about thinking, in its two places.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) thinking: Option<Thinking>,
    pub(super) effort: Option<&'static str>,
}

impl Plan {
    /// The plan for the effort that the settings ask for.
    pub(super) fn new(
        model: Abilities,
        settings: &Settings,
        max_tokens: u32,
    ) -> Result<Self, ModelError> {
        let effort = match (settings.reasoning_effort, settings.reasoning_budget) {
            (None, None) => return Ok(Self::default()),
            (Some(_), Some(_)) => return Err(ModelError::config(TWICE)),
            (Some(effort), None) => effort,
            (None, Some(0)) => Effort::None,
            (None, Some(tokens)) => return Self::budgeted(model, tokens, max_tokens),
        };
        let thinking = match (model.thinking, effort) {
            (Style::Unable, _) | (Style::Budget | Style::Effort, Effort::None) => None,
            (Style::EffortByDefault, Effort::None) => Some(Thinking::Disabled),
            (Style::EffortAlways, Effort::None) => {
                return Err(ModelError::config(
                    "this model always thinks: set `reasoning_effort` to `low`, or leave it unset",
                ));
            }
            (Style::Budget, effort) => {
                Some(Thinking::Enabled { budget_tokens: budget(effort, max_tokens)? })
            }
            (Style::Effort | Style::EffortByDefault | Style::EffortAlways, _) => {
                Some(Thinking::Adaptive)
            }
        };
        let effort = (thinking == Some(Thinking::Adaptive)).then_some(match effort {
            Effort::None | Effort::Minimal | Effort::Low => "low",
            Effort::Medium => "medium",
            Effort::XHigh if model.xhigh => "xhigh",
            Effort::High | Effort::XHigh => "high",
            Effort::Max => "max",
        });
        Ok(Self { thinking, effort })
    }

    /// The plan for a budget of tokens.
    fn budgeted(model: Abilities, tokens: u32, max_tokens: u32) -> Result<Self, ModelError> {
        if !model.budget {
            return Err(ModelError::config(
                "this model takes no `reasoning_budget`: set `reasoning_effort`, or leave it unset",
            ));
        }
        if tokens < LEAST || tokens >= max_tokens {
            return Err(ModelError::config(format!(
                "`reasoning_budget` is {tokens}, and this wire takes {LEAST} to what `max_tokens` \
                 ({max_tokens}) leaves room for: change one of them"
            )));
        }
        let thinking = Some(Thinking::Enabled { budget_tokens: tokens });
        Ok(Self { thinking, effort: None })
    }

    /// Refuses what the wire does not take beside thinking.
    pub(super) fn check(&self, settings: &Settings, choice: &ToolChoice) -> Result<(), ModelError> {
        if !matches!(self.thinking, Some(Thinking::Enabled { .. } | Thinking::Adaptive)) {
            return Ok(());
        }
        let temperature_fits =
            settings.temperature.is_none_or(|value| (1.0..=1.0).contains(&value));
        let top_p_fits = settings.top_p.is_none_or(|value| (0.95..=1.0).contains(&value));
        let choice_fits = matches!(choice, ToolChoice::Auto | ToolChoice::None);
        if !temperature_fits {
            Err(ModelError::config(
                "with thinking this wire takes no temperature but 1: leave `temperature` or \
                 `reasoning_effort` unset",
            ))
        } else if !top_p_fits {
            Err(ModelError::config(
                "with thinking this wire takes a `top_p` of 0.95 to 1 only: leave it or \
                 `reasoning_effort` unset",
            ))
        } else if !choice_fits {
            Err(ModelError::config(
                "with thinking this wire cannot force a tool: let the model choose, or leave \
                 `reasoning_effort` unset",
            ))
        } else {
            Ok(())
        }
    }
}

/// The tokens to think with: a figure for each effort, at most half of what may be written.
fn budget(effort: Effort, max_tokens: u32) -> Result<u32, ModelError> {
    let figure = match effort {
        Effort::None | Effort::Minimal => LEAST,
        Effort::Low => 2048,
        Effort::Medium => 8192,
        Effort::High => 16_384,
        Effort::XHigh | Effort::Max => 32_768,
    };
    let budget = figure.min(max_tokens / 2).max(LEAST);
    if budget < max_tokens {
        return Ok(budget);
    }
    Err(ModelError::config(format!(
        "thinking takes at least {LEAST} tokens and leaves {max_tokens} no room: raise \
         `max_tokens`, or leave `reasoning_effort` unset"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_its_figure_or_half_of_the_limit_and_always_below_it() {
        for (effort, max_tokens, expected) in [
            (Effort::Minimal, 64_000, 1024),
            (Effort::Low, 64_000, 2048),
            (Effort::Medium, 64_000, 8192),
            (Effort::High, 64_000, 16_384),
            (Effort::XHigh, 64_000, 32_000),
            (Effort::Max, 128_000, 32_768),
            (Effort::High, 4096, 2048),
            (Effort::High, 1025, 1024),
        ] {
            assert_eq!(budget(effort, max_tokens).unwrap(), expected);
        }
        assert!(budget(Effort::Minimal, 1024).is_err());
    }
}
