//! The most that a request can cost, known before it is sent.

mod hosted;
mod media;
mod size;

use fastroai_providers::message::{MediaKind, UserPart};
use fastroai_providers::request::{CacheTtl, Effort, PreviousResponse};
use fastroai_providers::services::Face;
use fastroai_providers::{Message, ModelId, Request, UserMessage};

use super::Cost;
use super::prices::{Tariff, at_rate};
pub(crate) use hosted::{Boundless, has_unreported_fees};

/// What a field of the body may change that a limit on the request's own figures does not see: how
/// many answers there are, how long, by which model, at which price, and out of which context.
const UNBOUNDED_FIELDS: [&str; 25] = [
    "background",
    "best_of",
    "cachedContent",
    "cached_content",
    "candidateCount",
    "container",
    "conversation",
    "generationConfig",
    "generation_config",
    "max_completion_tokens",
    "max_output_tokens",
    "max_tokens",
    "messages",
    "model",
    "models",
    "n",
    "plugins",
    "prediction",
    "previous_response_id",
    "prompt",
    "search_parameters",
    "service_tier",
    "speed",
    "tools",
    "web_search_options",
];

/// Services that bill reasoning beside the output that `max_tokens` limits.
const REASONING_OUTSIDE: [&str; 4] = ["grok", "perplexity", "x-ai", "xai"];

/// The largest number of tokens that a model is known to take in or to think.
const LARGEST_WINDOW: u64 = 2_097_152;

/// The most that a request can cost, by how much it may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WorstCase {
    /// What does not depend on what is written.
    pub(crate) input: Cost,
    /// Picodollars for a million tokens that are written.
    rate: u64,
}

/// Why nobody can say what a request may cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unbounded {
    /// The provider runs a tool, of which the fee or the uses have no limit.
    HostedTool(Boundless),
    /// A field of the body that has the last word over what is limited.
    Field(String),
    /// The amount does not fit.
    TooLarge,
}

impl WorstCase {
    /// The most that this request can cost.
    ///
    /// Its input is bounded by its bytes, since a token stands for at least one; or by `counted`,
    /// what the provider has counted. Where it goes on from a reply that the provider keeps, the
    /// bound is the model's window: how much it keeps is not seen here.
    pub(crate) fn of(
        request: &Request<'_>,
        provider: &str,
        model: &str,
        tariff: &Tariff,
        counted: Option<u64>,
    ) -> Result<Self, Unbounded> {
        let hosted = hosted::bound(request, tariff).map_err(Unbounded::HostedTool)?;
        let (face, provider) = (provider, Face::service_of(provider));
        let fields = &request.settings.extra_body;
        if let Some(field) = UNBOUNDED_FIELDS.iter().find(|field| fields.contains_key(**field)) {
            return Err(Unbounded::Field((*field).to_owned()));
        }
        let window = tariff.window.unwrap_or(LARGEST_WINDOW);
        // Providers call their counts estimates.
        let margin = |counted: u64| counted.saturating_add(counted / 20).saturating_add(256);
        let tokens = counted.map_or_else(|| most_tokens(request, face, model, window), margin);
        // What a hosted tool finds is read with all that was there before, once more for each use.
        let tokens = tokens.saturating_add(window.saturating_mul(hosted.uses));
        let rates = tariff.dearest(tokens);
        let (writes, keeps) = caching(request);
        let mut rate = rates.input;
        // Others may write to a cache without being asked, and charge for it.
        if writes || provider != "anthropic" {
            rate = rate.max(rates.written);
        }
        if keeps {
            rate = rate.max(rates.kept);
        }
        if has_audio(request) {
            rate = rate.max(rates.audio);
        }
        let fees = tariff.fee.saturating_add(hosted.fees);
        let mut input = at_rate(tokens, rate).and_then(|cost| cost.checked_add(fees));
        let thinks = request.settings.reasoning_effort != Some(Effort::None);
        if thinks && REASONING_OUTSIDE.contains(&provider) {
            let reasoning = at_rate(window, rates.output);
            input = input.zip(reasoning).and_then(|(input, more)| input.checked_add(more));
        }
        Ok(Self { input: input.ok_or(Unbounded::TooLarge)?, rate: rates.output })
    }

    /// The most that it can cost where it may write this many tokens.
    pub(crate) fn writing(&self, tokens: u32) -> Cost {
        let output = at_rate(tokens.into(), self.rate).unwrap_or(Cost::MAX);
        self.input.saturating_add(output)
    }

    /// How many tokens it may write for this amount, up to `asked`.
    pub(crate) fn affords(&self, amount: Cost, asked: u32) -> u32 {
        if self.writing(asked) <= amount {
            return asked;
        }
        let rest = u128::from(amount.saturating_sub(self.input).picodollars()) * 1_000_000;
        let tokens = rest.checked_div(u128::from(self.rate)).unwrap_or(0);
        u32::try_from(tokens).unwrap_or(asked).min(asked)
    }
}

/// The most tokens that a request can take in, by its bytes and what is documented of its media.
pub(crate) fn most_input_tokens(request: &Request<'_>, model: &ModelId) -> u64 {
    most_tokens(request, model.provider(), model.name(), LARGEST_WINDOW)
}

fn most_tokens(request: &Request<'_>, face: &str, model: &str, window: u64) -> u64 {
    let provider = Face::service_of(face);
    let media = request.messages.iter().flat_map(Message::media);
    let media = media.map(|media| media::tokens(media, provider, model, window));
    let media = media.fold(0u64, u64::saturating_add).min(window);
    let sent = size::tokens(request).saturating_add(media);
    // What the provider keeps of the conversation may fill the window.
    if goes_on_from_kept(request, face) { sent.max(window) } else { sent }
}

/// Whether the provider adds to the request what it keeps of the conversation.
fn goes_on_from_kept(request: &Request<'_>, face: &str) -> bool {
    let kept = request.settings.previous_response.as_ref();
    !matches!(PreviousResponse::split(kept, request.messages, face), Ok((None, _)))
}

fn user_messages(messages: &[Message]) -> impl Iterator<Item = &UserMessage> {
    messages.iter().filter_map(|message| match message {
        Message::User(message) => Some(message),
        _ => None,
    })
}

/// Whether something is to be kept in the provider's cache, and whether for an hour.
fn caching(request: &Request<'_>) -> (bool, bool) {
    let policy = request.settings.cache.iter();
    let policy = policy.flat_map(|it| [it.tools, it.instructions, it.conversation]).flatten();
    let parts = user_messages(request.messages).flat_map(|message| &message.parts);
    let points = parts.filter_map(|part| match part {
        UserPart::CachePoint { ttl } => Some(*ttl),
        _ => None,
    });
    let longest = policy.chain(points).max();
    let by_hand = request.settings.extra_body.contains_key("cache_control");
    (longest.is_some() || by_hand, longest == Some(CacheTtl::OneHour) || by_hand)
}

fn has_audio(request: &Request<'_>) -> bool {
    let mut media = request.messages.iter().flat_map(Message::media);
    // A film has sound as well.
    media.any(|media| matches!(media.kind(), MediaKind::Audio | MediaKind::Video))
}

#[cfg(test)]
mod tests;
