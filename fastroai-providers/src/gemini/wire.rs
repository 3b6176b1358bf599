//! The shapes in which replies come in. A whole reply and an event of a stream are the same.
//!
//! Fields: <https://ai.google.dev/api/generate-content#generatecontentresponse>.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A whole reply, or an event of a streamed one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reply<'a> {
    #[serde(borrow)]
    pub(super) candidates: Option<Vec<Candidate<'a>>>,
    pub(super) prompt_feedback: Option<PromptFeedback>,
    #[serde(borrow)]
    pub(super) usage_metadata: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "loose")]
    pub(super) model_version: Option<String>,
    #[serde(default, deserialize_with = "loose")]
    pub(super) response_id: Option<String>,
    #[serde(borrow)]
    pub(super) error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Candidate<'a> {
    pub(super) index: Option<u64>,
    #[serde(borrow)]
    pub(super) content: Option<Content<'a>>,
    #[serde(default, deserialize_with = "loose")]
    pub(super) finish_reason: Option<String>,
    #[serde(default, deserialize_with = "loose")]
    pub(super) finish_message: Option<String>,
    #[serde(borrow)]
    citation_metadata: Option<&'a RawValue>,
    #[serde(borrow)]
    grounding_metadata: Option<&'a RawValue>,
    #[serde(borrow)]
    grounding_attributions: Option<&'a RawValue>,
    #[serde(borrow)]
    url_context_metadata: Option<&'a RawValue>,
    #[serde(borrow)]
    logprobs_result: Option<&'a RawValue>,
    #[serde(borrow)]
    avg_logprobs: Option<&'a RawValue>,
    #[serde(borrow)]
    safety_ratings: Option<&'a RawValue>,
}

impl<'a> Candidate<'a> {
    /// What was said beside the parts, under the wire's names.
    pub(super) fn metadata(&self) -> impl Iterator<Item = (&'static str, &'a RawValue)> {
        let all = [
            ("citationMetadata", self.citation_metadata),
            ("groundingMetadata", self.grounding_metadata),
            ("groundingAttributions", self.grounding_attributions),
            ("urlContextMetadata", self.url_context_metadata),
            ("logprobsResult", self.logprobs_result),
            ("avgLogprobs", self.avg_logprobs),
            ("safetyRatings", self.safety_ratings),
        ];
        all.into_iter().filter_map(|(name, raw)| Some((name, raw?)))
    }
}

#[derive(Deserialize)]
pub(super) struct Content<'a> {
    #[serde(borrow)]
    pub(super) parts: Option<Vec<&'a RawValue>>,
}

/// One part, as far as it is understood.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Part<'a> {
    pub(super) text: Option<String>,
    pub(super) thought: Option<bool>,
    pub(super) thought_signature: Option<String>,
    #[serde(borrow)]
    pub(super) function_call: Option<FunctionCall<'a>>,
}

#[derive(Deserialize)]
pub(super) struct FunctionCall<'a> {
    #[serde(default, deserialize_with = "loose")]
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    #[serde(borrow)]
    pub(super) args: Option<&'a RawValue>,
}

/// What the filter found in the prompt.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PromptFeedback {
    #[serde(default, deserialize_with = "loose")]
    pub(super) block_reason: Option<String>,
    #[serde(default, deserialize_with = "loose")]
    pub(super) block_reason_message: Option<String>,
}

/// A name beside the answer: what is no text counts as not sent, so that no answer is lost to it.
fn loose<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    let text: Option<String> = serde_json::from_str(raw.get()).ok();
    Ok(text.filter(|text| !text.is_empty()))
}
