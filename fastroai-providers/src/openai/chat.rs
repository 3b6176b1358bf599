//! Chat Completions, as OpenAI defined them and as the services that follow it speak them.
//!
//! Facts of the wire: <https://platform.openai.com/docs/api-reference/chat>.

mod assembly;
mod calls;
mod decode;
mod details;
mod encode;
mod usage;
mod wire;

use std::borrow::Cow;

use super::{error, profile};
use crate::error::ModelError;
use crate::model::Profile;
use crate::protocol::{Encoded, EventDecoder, Protocol};
use crate::request::Request;
use crate::response::Response;

/// The Chat Completions format. [`new`](Self::new) speaks to OpenAI; the fields hold what differs
/// from service to service on the way out. What comes in is read in all their variants at once.
///
/// Of media it carries images by bytes or URL, WAV or MP3 audio by bytes, and PDFs by bytes; the
/// [`Settings`](crate::Settings) say what becomes of each of them here. Hosted tools go among the
/// tools, where a service of this wire has any (Groq's `browser_search`, say).
///
/// ```
/// use fastroai_providers::openai::ChatCompletions;
/// use fastroai_providers::protocol::Protocol;
/// use fastroai_providers::{Message, Request, Settings};
///
/// let messages = [Message::user("Hello")];
/// let settings = Settings::default();
/// let request = Request::new(&messages, &settings);
/// let encoded = ChatCompletions::new().encode("gpt-4o-mini", &request, false)?;
/// assert_eq!(
///     encoded.body,
///     br#"{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hello"}]}"#
/// );
/// # Ok::<(), fastroai_providers::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChatCompletions {
    /// The provider, as in `provider:model`. What only a provider understands (signed reasoning,
    /// say) is marked with it, and sent back to no other.
    pub provider: Cow<'static, str>,
    /// The name under which the limit of output tokens is sent.
    pub token_limit: TokenLimit,
    /// How reasoning of earlier turns is sent back.
    pub reasoning_replay: ReasoningReplay,
    /// Whether a streamed reply is asked to report its usage. A service that refuses
    /// `stream_options` reports it unasked.
    pub stream_options: bool,
    /// The name under which the seed is sent.
    pub seed: SeedName,
}

/// The name under which the seed is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SeedName {
    /// `seed`.
    #[default]
    Seed,
    /// `random_seed` (Mistral).
    RandomSeed,
}

/// The name under which the limit of output tokens is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenLimit {
    /// `max_completion_tokens`: OpenAI's reasoning models take no other; llama.cpp, Groq,
    /// OpenRouter and vLLM take it too.
    #[default]
    MaxCompletionTokens,
    /// `max_tokens`, for services that only know the older name (DeepSeek and Mistral, say).
    MaxTokens,
}

/// How reasoning of earlier turns is sent back. It goes only to the provider that it came from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasoningReplay {
    /// Not at all: OpenAI takes none.
    #[default]
    Never,
    /// As `reasoning_content`, beside the content (DeepSeek, z.ai, llama.cpp, Venice).
    ReasoningContent,
    /// As `reasoning`, beside the content (Groq, Cerebras).
    Reasoning,
    /// As the `reasoning_details` that came, signatures included (OpenRouter).
    ReasoningDetails,
}

impl ChatCompletions {
    /// The format as OpenAI speaks it.
    #[must_use]
    pub fn new() -> Self {
        Self::for_provider("openai")
    }

    /// The same format at another provider.
    #[must_use]
    pub fn for_provider(provider: impl Into<Cow<'static, str>>) -> Self {
        Self {
            provider: provider.into(),
            token_limit: TokenLimit::default(),
            reasoning_replay: ReasoningReplay::default(),
            stream_options: true,
            seed: SeedName::default(),
        }
    }
}

impl Default for ChatCompletions {
    fn default() -> Self {
        Self::new()
    }
}

impl Protocol for ChatCompletions {
    fn profile(&self, model: &str) -> Profile {
        if self.provider == "openai" { openai_profile(model) } else { Profile::default() }
    }

    fn authorization(&self, key: &str) -> (&'static str, String) {
        ("authorization", format!("Bearer {key}"))
    }

    fn encode(
        &self,
        model: &str,
        request: &Request<'_>,
        streamed: bool,
    ) -> Result<Encoded, ModelError> {
        let body = encode::body(self, model, request, streamed)?;
        Ok(Encoded { path: "chat/completions".to_owned(), headers: Vec::new(), body })
    }

    fn decode(&self, body: &[u8]) -> Result<Response, ModelError> {
        decode::whole(self.provider.clone(), body)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> ModelError {
        error::from_body(status, body)
    }

    fn decoder(&self) -> Box<dyn EventDecoder> {
        Box::new(decode::Decoder::new(self.provider.clone()))
    }
}

/// What OpenAI's own models can do, after <https://platform.openai.com/docs/models>. A model of an
/// unknown name counts as a current one.
fn openai_profile(model: &str) -> Profile {
    // The first models that reasoned do neither on this wire.
    let early = model.starts_with("o1-mini") || model.starts_with("o1-preview");
    if early {
        return Profile { tools: false, json_schema: false, ..profile::of(model) };
    }
    profile::of(model)
}
