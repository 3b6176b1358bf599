//! How to generate.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{CachePolicy, PreviousResponse};

/// How to generate. What is not set is not sent, and the provider's own default holds.
///
/// What becomes of each setting on each wire; an error is one before anything is sent:
///
/// | setting | Chat Completions | Responses | Messages | Gemini |
/// | --- | --- | --- | --- | --- |
/// | `max_tokens` | sent | sent | always sent | sent |
/// | `temperature` | sent | sent | 0 to 1 ¹ | 0 to 2 |
/// | `top_p` | sent | sent | sent ¹ | sent |
/// | `top_k` | error | error | sent ¹ | sent |
/// | `stop_sequences` | sent | error | sent | at most 5 |
/// | `seed` | sent | not sent | not sent | at most 2³¹ − 1 |
/// | `parallel_tool_calls` | beside tools | beside tools | beside tools | not sent |
/// | `reasoning_effort` | sent ² | sent | by the model ³ | by the model ³ |
/// | `reasoning_budget` | error | error | by the model ⁴ | by the model ⁴ |
/// | `service_tier` | sent | sent | sent | sent |
/// | `store` | not sent | sent, `false` unless set | not sent | not sent |
/// | `previous_response` | not sent ⁵ | its id | not sent ⁵ | not sent ⁵ |
/// | `background` | error | sent, with `store` | error | error |
/// | `cache` | its key | its key | at most 4 breakpoints | not sent |
/// | `extra_headers` | sent | sent | sent | sent |
/// | `extra_body` | sent | sent | sent | sent |
///
/// ¹ An error where the model, or the version of the wire, takes none.
/// ² Each effort under its own name; whether a service knows it is for the service to say.
/// ³ In the form that the model has: a level, the nearest one where it lacks that, or a budget of
/// tokens. `none` is an error where the model always thinks, and models that cannot
/// think are not asked to.
/// ⁴ An error where the model is asked by a level, cannot think, or takes no such budget.
/// ⁵ The whole conversation goes instead. One that is named by its id is an error.
///
/// A [`ToolChoice`](crate::ToolChoice) among some of the tools, `Allowed`, is sent as such to OpenAI
/// and to Gemini; on all other wires the other tools are not offered.
///
/// ```
/// use fastroai_providers::Settings;
/// let agent = Settings { temperature: Some(0.2), max_tokens: Some(500), ..Settings::default() };
/// let run = Settings { temperature: Some(0.0), ..Settings::default() };
/// let both = agent.merge(&run);
/// assert_eq!((both.temperature, both.max_tokens), (Some(0.0), Some(500)));
/// ```
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The most tokens to write, reasoning included where the provider counts it so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// 0.0 to 2.0 (at most 1.0 for Anthropic): how freely to choose among likely words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// 0.0 to 1.0: choose among the words that make up this much of the likelihood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Choose among this many of the likeliest words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u32>,
    /// Texts at which to stop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_sequences: Option<Vec<String>>,
    /// Ask for the same answer to the same request, where the provider has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Whether one reply may call several tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel_tool_calls: Option<bool>,
    /// How hard to think, where the model can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<Effort>,
    /// How many tokens to think with at most, where the model takes a figure (Claude up to 4.6,
    /// Gemini 2.5). Not beside `reasoning_effort`: one of the two says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_budget: Option<u32>,
    /// The provider's service tier, in its own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<String>,
    /// What the provider is asked to keep for the next request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<CachePolicy>,
    /// Whether the provider keeps the reply, so that the next request may refer to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<bool>,
    /// From which reply on the conversation is sent: what came before is the provider's to know.
    #[doc(alias = "previous_response_id")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_response: Option<PreviousResponse>,
    /// Whether the provider makes the reply in the background, for as long as it takes. A run asks
    /// for it until it is there, be it for hours where the run has no timeout, and has the provider
    /// give it up where the run ends before.
    ///
    /// ```
    /// use fastroai_providers::Settings;
    /// let settings = Settings { background: Some(true), ..Settings::default() };
    /// ```
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<bool>,
    /// Headers to send beside the wire's own, or in their place: a gateway's, say, or
    /// `anthropic-beta`. Those that carry keys or frame the request are refused, and so is what
    /// does not fit into a header, such as a line end.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub extra_headers: BTreeMap<String, String>,
    /// Fields to send in the body beside the wire's own. It has the last word: a field of the same
    /// name that the other settings or the conversation made is overwritten.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extra_body: Map<String, Value>,
}

/// How hard a model is to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// Not at all.
    None,
    /// As little as possible.
    Minimal,
    /// A little.
    Low,
    /// Moderately.
    Medium,
    /// Much.
    High,
    /// More than much.
    XHigh,
    /// As much as the model can.
    Max,
}

impl Settings {
    /// These settings with those of `over` in their place, key by key.
    #[must_use]
    pub fn merge(&self, over: &Self) -> Self {
        Self {
            max_tokens: over.max_tokens.or(self.max_tokens),
            temperature: over.temperature.or(self.temperature),
            top_p: over.top_p.or(self.top_p),
            top_k: over.top_k.or(self.top_k),
            stop_sequences: over.stop_sequences.clone().or_else(|| self.stop_sequences.clone()),
            seed: over.seed.or(self.seed),
            parallel_tool_calls: over.parallel_tool_calls.or(self.parallel_tool_calls),
            reasoning_effort: over.reasoning_effort.or(self.reasoning_effort),
            reasoning_budget: over.reasoning_budget.or(self.reasoning_budget),
            store: over.store.or(self.store),
            previous_response: (over.previous_response.clone())
                .or_else(|| self.previous_response.clone()),
            background: over.background.or(self.background),
            service_tier: over.service_tier.clone().or_else(|| self.service_tier.clone()),
            cache: match (&self.cache, &over.cache) {
                (Some(mine), Some(over)) => Some(mine.merge(over)),
                (mine, over) => over.as_ref().or(mine.as_ref()).cloned(),
            },
            extra_headers: headers(&self.extra_headers, &over.extra_headers),
            extra_body: fields(&self.extra_body, &over.extra_body),
        }
    }
}

/// All headers, those of `over` in the place of the same ones, in whatever case they are written.
fn headers(
    mine: &BTreeMap<String, String>,
    over: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let said = |name: &str| over.keys().any(|other| other.eq_ignore_ascii_case(name));
    let kept = mine.iter().filter(|(name, _)| !said(name));
    kept.chain(over).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn fields(mine: &Map<String, Value>, over: &Map<String, Value>) -> Map<String, Value> {
    mine.iter().chain(over).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Shows a list of names without what stands under them.
struct Names<I>(I);

impl<'a, I: Iterator<Item = &'a String> + Clone> fmt::Debug for Names<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.clone()).finish()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers may hold keys of gateways, and the body a prompt.
        f.debug_struct("Settings")
            .field("max_tokens", &self.max_tokens)
            .field("temperature", &self.temperature)
            .field("top_p", &self.top_p)
            .field("top_k", &self.top_k)
            .field("stop_sequences", &self.stop_sequences)
            .field("seed", &self.seed)
            .field("parallel_tool_calls", &self.parallel_tool_calls)
            .field("reasoning_effort", &self.reasoning_effort)
            .field("reasoning_budget", &self.reasoning_budget)
            .field("service_tier", &self.service_tier)
            .field("cache", &self.cache)
            .field("store", &self.store)
            .field("previous_response", &self.previous_response)
            .field("background", &self.background)
            .field("extra_headers", &Names(self.extra_headers.keys()))
            .field("extra_body", &Names(self.extra_body.keys()))
            .finish()
    }
}
