//! Services that speak OpenAI's Chat Completions, one row each.
//!
//! A row says where a service is, which variables its users know, and in what it differs from
//! OpenAI. A service that differs in nothing else needs no code: one with an address of its own
//! is reached as `openai-compatible`, or by a [`base_url`](crate::Connection::base_url).

mod table;

use crate::model::Profile;
use crate::openai::ChatCompletions;
use crate::openai::chat::{KeyHeader, ReasoningReplay, TokenLimit};

pub use table::SERVICES;

/// A service that speaks OpenAI's Chat Completions.
///
/// ```
/// use fastroai_providers::compatible::Service;
/// let groq = Service::named("groq").unwrap();
/// assert_eq!(groq.key_variables, ["GROQ_API_KEY"]);
/// assert!(Service::named("openai").is_none(), "it is no service like OpenAI, but OpenAI");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "a row of a table, and each a fact of its own")]
pub struct Service {
    /// The provider, as in `provider:model`.
    pub name: &'static str,
    /// Where the service says how it is reached.
    pub docs: &'static str,
    /// The variables that may hold the key. The first that is set counts.
    pub key_variables: &'static [&'static str],
    /// Who needs a key.
    pub key: KeyNeed,
    /// The variables that may hold the base URL. The first that is set counts.
    pub base_url_variables: &'static [&'static str],
    /// Where it is, unless said otherwise.
    pub address: Address,
    /// What follows the base URL. What both sides write, as in `…/v1` and `v1/…`, is written once.
    pub path: &'static str,
    /// The header that carries the key.
    pub key_header: KeyHeader,
    /// The name under which the limit of output tokens is sent.
    pub token_limit: TokenLimit,
    /// How reasoning of earlier turns is sent back.
    pub reasoning_replay: ReasoningReplay,
    /// Whether a streamed reply is asked to report its usage.
    pub stream_options: bool,
    /// Whether its models call tools.
    pub tools: bool,
    /// Which of its models can be held to a JSON schema.
    pub json_schema: Models,
    /// Whether a server of it on this machine costs nothing.
    pub free_here: bool,
    /// Whether they can be held to one while tools are on offer.
    pub json_schema_beside_tools: bool,
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

/// Who needs a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyNeed {
    /// Everyone, but for a server on this machine.
    Always,
    /// Whom the server asks for one; it may be one of the user's own.
    Perhaps,
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

impl Service {
    /// The service of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        SERVICES.iter().find(|service| service.name == name)
    }

    /// How it is spoken to.
    #[must_use]
    pub fn protocol(&'static self) -> ChatCompletions {
        let mut protocol = ChatCompletions::for_provider(self.name);
        protocol.path = self.path.into();
        protocol.key_header = self.key_header;
        protocol.token_limit = self.token_limit;
        protocol.reasoning_replay = self.reasoning_replay;
        protocol.stream_options = self.stream_options;
        protocol
    }

    /// What a model of this name can do there.
    #[must_use]
    pub fn profile(&self, model: &str) -> Profile {
        Profile {
            tools: self.tools,
            json_schema: self.json_schema.contain(model),
            json_schema_beside_tools: self.json_schema_beside_tools,
            ..Profile::default()
        }
    }
}
