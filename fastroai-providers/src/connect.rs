//! From a model's name to the model.

mod connection;
mod provider;

use std::sync::Arc;

pub use connection::Connection;

use crate::error::ModelError;
use crate::http::{ApiKey, BaseUrl, HttpModel};
use crate::model::{Model, ModelId};
use crate::offline::OfflineModel;

use provider::Provider;

/// The model of this name. Nothing is sent.
///
/// What the code sets goes before the environment, and the environment before what is usual. Each
/// provider has its own variables, named as its own libraries name them:
///
/// | provider | key | base URL |
/// | --- | --- | --- |
/// | `openai` | `OPENAI_API_KEY` | `OPENAI_BASE_URL`, usually `https://api.openai.com/v1` |
/// | `openai-responses` | the same | the same, over the Responses API |
/// | `anthropic` | `ANTHROPIC_API_KEY` | `ANTHROPIC_BASE_URL`, usually `https://api.anthropic.com` |
/// | `google` | `GOOGLE_API_KEY`, else `GEMINI_API_KEY` | `GOOGLE_GEMINI_BASE_URL`, usually `https://generativelanguage.googleapis.com` |
///
/// An address on this machine needs no key, and `offline` needs neither. All this is here with the
/// feature `http` only; without it there is [`OfflineModel`].
///
/// ```
/// use fastroai_providers::{Connection, connect};
/// let connection = Connection::new().key("openai", "sk-test-123");
/// let model = connect(&"openai:gpt-4o-mini".parse()?, &connection)?;
/// assert_eq!(model.id().name(), "gpt-4o-mini");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Of kind `Config`: an unknown provider, no key, or a key or base URL that cannot be used.
pub fn connect(id: &ModelId, connection: &Connection) -> Result<Arc<dyn Model>, ModelError> {
    if id.provider() == "offline" {
        return Ok(Arc::new(OfflineModel::new(id.clone())));
    }
    let provider = Provider::of(id)?;
    let base_url = base_url(provider, connection)?;
    let key = key(id, provider, connection)?;
    if key.is_none() && !base_url.is_loopback() {
        return Err(no_key(id, provider));
    }
    let protocol = (provider.protocol)();
    let model = HttpModel::new(id.clone(), protocol, connection.transport(), base_url)
        .with_profile(|profile| connection.adjust(id, profile));
    Ok(Arc::new(key.into_iter().fold(model, HttpModel::with_key)))
}

fn base_url(provider: &Provider, connection: &Connection) -> Result<BaseUrl, ModelError> {
    let name = provider.name;
    if let Some(set) = connection.base_url_of(name) {
        return set.parse().map_err(|error| within(&format!("for `{name}`"), &error));
    }
    let variable = provider.base_url_variable;
    match connection.variable(variable) {
        Some(set) => set.parse().map_err(|error| within(&format!("in `{variable}`"), &error)),
        None => provider.base_url.parse(),
    }
}

fn key(
    id: &ModelId,
    provider: &Provider,
    connection: &Connection,
) -> Result<Option<ApiKey>, ModelError> {
    let name = provider.name;
    if let Some(set) = connection.key_of(name) {
        return ApiKey::new(set)
            .map(Some)
            .map_err(|error| within(&format!("for `{id}`, in `.key(\"{name}\", …)`"), &error));
    }
    let set = |variable: &&'static str| Some((*variable, connection.variable(variable)?));
    let Some((variable, set)) = provider.key_variables.iter().find_map(set) else {
        return Ok(None);
    };
    ApiKey::new(set)
        .map(Some)
        .map_err(|error| within(&format!("for `{id}`, in `{variable}`"), &error))
}

fn within(place: &str, error: &ModelError) -> ModelError {
    ModelError::config(format!("{place}: {error}"))
}

fn no_key(id: &ModelId, provider: &Provider) -> ModelError {
    let Provider { name, key_variables, .. } = provider;
    let variables = key_variables.join("` or `");
    ModelError::config(format!(
        "`{id}` needs a key: set the `{variables}` environment variable, pass the key with \
         `.key(\"{name}\", …)` on the runtime, or run offline with `offline:demo`"
    ))
}
