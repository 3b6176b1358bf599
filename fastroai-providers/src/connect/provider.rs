//! The providers that are known by name.

use std::sync::Arc;

use crate::anthropic::Messages;
use crate::catalogue;
use crate::compatible::{Address, KeyNeed, SERVICES, Service};
use crate::error::ModelError;
use crate::gemini::GenerateContent;
use crate::model::ModelId;
use crate::openai::{ChatCompletions, Responses};
use crate::protocol::Protocol;

/// A provider with a wire format of its own.
pub(super) struct Native {
    name: &'static str,
    /// The first that is set counts.
    key_variables: &'static [&'static str],
    base_url_variables: &'static [&'static str],
    /// As the provider's own libraries understand it, so that one variable serves both.
    base_url: &'static str,
    protocol: fn() -> Arc<dyn Protocol>,
}

const NATIVE: &[Native] = &[
    Native {
        name: "openai",
        key_variables: &["OPENAI_API_KEY"],
        base_url_variables: &["OPENAI_BASE_URL"],
        base_url: "https://api.openai.com/v1",
        protocol: || Arc::new(ChatCompletions::new()),
    },
    Native {
        name: "openai-responses",
        key_variables: &["OPENAI_API_KEY"],
        base_url_variables: &["OPENAI_BASE_URL"],
        base_url: "https://api.openai.com/v1",
        protocol: || Arc::new(Responses::new()),
    },
    Native {
        name: "anthropic",
        key_variables: &["ANTHROPIC_API_KEY"],
        base_url_variables: &["ANTHROPIC_BASE_URL"],
        base_url: "https://api.anthropic.com",
        protocol: || Arc::new(Messages::new()),
    },
    Native {
        name: "google",
        key_variables: &["GOOGLE_API_KEY", "GEMINI_API_KEY"],
        base_url_variables: &["GOOGLE_GEMINI_BASE_URL"],
        base_url: "https://generativelanguage.googleapis.com",
        protocol: || Arc::new(GenerateContent::new()),
    },
];

/// How a provider is reached.
#[derive(Clone, Copy)]
pub(super) enum Provider {
    Native(&'static Native),
    Compatible(&'static Service),
}

impl Provider {
    fn all() -> impl Iterator<Item = Self> {
        let native = NATIVE.iter().map(Self::Native);
        native.chain(SERVICES.iter().map(Self::Compatible))
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::all().find(|provider| provider.name() == name)
    }

    /// The provider that a model's name begins with.
    pub(super) fn of(id: &ModelId) -> Result<Self, ModelError> {
        Self::named(id.provider()).ok_or_else(|| unknown(id.provider()))
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Native(native) => native.name,
            Self::Compatible(service) => service.name,
        }
    }

    pub(super) fn key_variables(self) -> &'static [&'static str] {
        match self {
            Self::Native(native) => native.key_variables,
            Self::Compatible(service) => service.key_variables,
        }
    }

    /// Whether no key is no mistake, wherever the provider is.
    pub(super) fn may_be_without_key(self) -> bool {
        matches!(self, Self::Compatible(service) if service.key == KeyNeed::Perhaps)
    }

    pub(super) fn base_url_variables(self) -> &'static [&'static str] {
        match self {
            Self::Native(native) => native.base_url_variables,
            Self::Compatible(service) => service.base_url_variables,
        }
    }

    pub(super) fn address(self) -> Address {
        match self {
            Self::Native(native) => Address::At(native.base_url),
            Self::Compatible(service) => service.address,
        }
    }

    pub(super) fn protocol(self) -> Arc<dyn Protocol> {
        match self {
            Self::Native(native) => (native.protocol)(),
            Self::Compatible(service) => Arc::new(service.protocol()),
        }
    }
}

fn unknown(asked: &str) -> ModelError {
    let names = || Provider::all().map(Provider::name).chain(["offline"]);
    let hint = catalogue::nearest(asked, names())
        .map(|name| format!("did you mean `{name}`? "))
        .unwrap_or_default();
    let names: Vec<String> = names().map(|name| format!("`{name}`")).collect();
    let names = names.join(", ");
    ModelError::config(format!("unknown provider `{asked}`: {hint}the providers are {names}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_names_just_the_providers_that_can_be_reached() {
        let known: Vec<_> = catalogue::PROVIDERS.iter().map(|provider| provider.name).collect();
        let reached: Vec<_> = Provider::all().map(Provider::name).chain(["offline"]).collect();
        assert_eq!(known, reached);
    }
}
