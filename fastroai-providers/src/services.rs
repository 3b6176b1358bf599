//! The services that are known by name, and the wires over which each is spoken to: one table.
//!
//! A row is one face of one service: where it is, which variables its users know, which wire it
//! speaks, and in what it differs from the one who defined that wire. A new face is a new row. A
//! service that differs in nothing needs none: one with an address of its own is reached as
//! `openai-compatible`, or by a [`base_url`](crate::Connection::base_url).

mod spoken;
mod table;

use std::sync::Arc;

use crate::anthropic::Messages;
use crate::gemini::GenerateContent;
use crate::openai::chat::{ReasoningReplay, SeedName, TokenLimit};
use crate::openai::{ChatCompletions, Responses};
use crate::protocol::Protocol;

use spoken::Spoken;
pub use table::FACES;

/// A service over one wire, which is what stands before the colon of `provider:model`.
///
/// ```
/// use fastroai_providers::services::{Face, Wire};
/// let grok = Face::named("xai-responses").unwrap();
/// assert!(matches!(grok.wire, Wire::Responses(_)) && grok.service == "xai");
/// assert_eq!(grok.key_variables, Face::named("xai").unwrap().key_variables);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "a row of a table, and each a fact of its own")]
pub struct Face {
    /// The provider, as in `provider:model`.
    pub name: &'static str,
    /// The service, whose key and price list all its faces share.
    pub service: &'static str,
    /// Where the service says how it is reached.
    pub docs: &'static str,
    /// What is spoken, and in which dialect.
    pub wire: Wire,
    /// The variables that may hold the key. The first that is set counts.
    pub key_variables: &'static [&'static str],
    /// Who needs a key.
    pub key: KeyNeed,
    /// The variables that may hold the base URL. The first that is set counts.
    pub base_url_variables: &'static [&'static str],
    /// Where it is, unless said otherwise.
    pub address: Address,
    /// What follows the base URL. What both sides write, as in `…/v1` and `v1/…`, is written once.
    /// Empty where it depends on more than the service, as it does for Gemini.
    pub path: &'static str,
    /// What follows it for models whose names begin like the first of each.
    pub other_paths: &'static [(&'static str, &'static str)],
    /// The header that carries the key.
    pub key_header: KeyHeader,
    /// Settings that are refused.
    pub refused: &'static [Refused],
    /// Whether it answers in pieces only; whole replies are then put together from them.
    pub streams_only: bool,
    /// Whether it counts tokens before it is asked, where the wire can ask for that.
    pub counts_tokens: bool,
    /// Whether its models call tools, where their names do not say that they cannot.
    pub tools: bool,
    /// Which of its models can be made to call a tool. The others think, and refuse that unless
    /// `extra_body` says `"thinking": {"type": "disabled"}`: their choice stays free.
    pub forced_tools: Models,
    /// Which of its models can be held to a JSON schema, where their names do not say that they
    /// cannot.
    pub json_schema: Models,
    /// Whether they can be held to one while tools are on offer.
    pub json_schema_beside_tools: bool,
    /// Whether a server of it on this machine costs nothing.
    pub free_here: bool,
    /// Some of its models, to tell slips of letters.
    pub models: &'static [&'static str],
    /// Those of its models that cannot call tools.
    pub without_tools: &'static [&'static str],
    /// What its users should know, in a few words; what is not documented, say.
    pub note: &'static str,
}

/// What a service speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wire {
    /// OpenAI's Chat Completions, in a dialect.
    ChatCompletions(ChatDialect),
    /// OpenAI's Responses, in a dialect.
    Responses(ResponsesDialect),
    /// Anthropic's Messages.
    Messages,
    /// Gemini's own API.
    GenerateContent,
}

/// In what a service differs from OpenAI in requests for Chat Completions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChatDialect {
    /// The name under which the limit of output tokens is sent.
    pub token_limit: TokenLimit,
    /// How reasoning of earlier turns is sent back.
    pub reasoning_replay: ReasoningReplay,
    /// The name under which the seed is sent.
    pub seed: SeedName,
    /// Whether a streamed reply is asked to report its usage.
    pub stream_options: bool,
}

/// In what a service differs from OpenAI in requests for Responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResponsesDialect {
    /// Whether it is asked for its reasoning in encrypted form. Otherwise what it tells of its
    /// reasoning goes back to it as it came.
    pub encrypted_reasoning: bool,
}

/// Where a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Address {
    /// At one base URL.
    At(&'static str),
    /// At a base URL with the value of a variable in the place of its `{}`.
    Within {
        /// The base URL.
        template: &'static str,
        /// The variables. The first that is set counts.
        variables: &'static [&'static str],
    },
    /// Wherever its user says.
    Asked {
        /// What such a base URL looks like.
        example: &'static str,
    },
}

/// The header that carries the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyHeader {
    /// `authorization: Bearer …`.
    Bearer,
    /// A header of this name, which holds the key alone.
    Named(&'static str),
}

/// Who needs a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyNeed {
    /// Everyone, but for a server on this machine.
    Always,
    /// Whom the server asks for one; it may be one of the user's own.
    Perhaps,
}

/// A setting that a service does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// [`max_tokens`](crate::Settings::max_tokens).
    MaxTokens,
    /// [`temperature`](crate::Settings::temperature).
    Temperature,
    /// [`top_p`](crate::Settings::top_p).
    TopP,
}

/// Some models of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Models {
    /// All of them.
    All,
    /// None of them.
    None,
    /// Those whose names begin like this.
    Beginning(&'static [&'static str]),
}

impl Models {
    fn contain(self, model: &str) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Beginning(names) => names.iter().any(|name| model.starts_with(name)),
        }
    }
}

impl Face {
    /// The face of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        FACES.iter().find(|face| face.name == name)
    }

    /// The service that a provider's name leads to; a name that no face has stands for itself.
    ///
    /// ```
    /// use fastroai_providers::services::Face;
    /// assert_eq!(Face::service_of("openai-responses"), "openai");
    /// assert_eq!(Face::service_of("acme"), "acme");
    /// ```
    #[must_use]
    pub fn service_of(name: &str) -> &str {
        Self::named(name).map_or(name, |face| face.service)
    }

    /// How it is spoken to.
    #[must_use]
    pub fn protocol(&'static self) -> Arc<dyn Protocol> {
        Arc::new(Spoken::new(self))
    }

    /// Whether a base URL for the service is one for this face, too: it is where the service's
    /// first face is, only the path differs.
    #[must_use]
    pub fn is_where_its_service_is(&self) -> bool {
        let first = FACES.iter().find(|face| face.service == self.service);
        first.is_some_and(|first| first.base_url_variables == self.base_url_variables)
    }

    /// What follows the base URL for a model.
    fn path_for(&self, model: &str) -> &'static str {
        let others = self.other_paths.iter();
        let other = others.copied().find(|(beginning, _)| model.starts_with(beginning));
        other.map_or(self.path, |(_, path)| path)
    }

    /// The wire as whoever defined it speaks it, in this face's dialect.
    fn wire(&self) -> Box<dyn Protocol> {
        match self.wire {
            Wire::ChatCompletions(dialect) => {
                let mut protocol = ChatCompletions::for_provider(self.name);
                protocol.token_limit = dialect.token_limit;
                protocol.reasoning_replay = dialect.reasoning_replay;
                protocol.seed = dialect.seed;
                protocol.stream_options = dialect.stream_options;
                Box::new(protocol)
            }
            Wire::Responses(dialect) => {
                let mut protocol = Responses::for_provider(self.name);
                protocol.encrypted_reasoning = dialect.encrypted_reasoning;
                Box::new(protocol)
            }
            Wire::Messages => Box::new(Messages::for_provider(self.name)),
            Wire::GenerateContent => Box::new(GenerateContent::new()),
        }
    }
}
