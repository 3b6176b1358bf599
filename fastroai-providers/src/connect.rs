//! From a model's name to the model.

mod connection;
mod keys;
mod provider;
mod variables;

use std::sync::Arc;

pub use connection::Connection;
pub use keys::EnvironmentKeys;

use crate::error::ModelError;
use crate::http::{BaseUrl, HttpModel};
use crate::model::{Model, ModelId};
use crate::offline::OfflineModel;
use crate::services::{Address, Face, KeyNeed};

/// The model of this name. Nothing is sent.
///
/// What the code sets goes before the environment, and the environment before what is usual. Each
/// provider has its own variables, named as its own libraries name them, and is one face of one
/// service: what it does over another wire is another provider, with the same key. The page of
/// providers in the repository's `docs` says what each can do.
///
#[doc = include_str!("connect/providers.md")]
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
    let face = provider::of(id)?;
    let base_url = base_url(id, face, connection)?;
    let without_key = if base_url.is_loopback() || face.key == KeyNeed::Perhaps {
        None
    } else {
        Some(no_key(id, face))
    };
    let keys = connection.keys();
    // What is known now is told now, and not with the first request.
    let known = match (keys.now(face.name), &without_key) {
        (Some(Err(error)), _) => return Err(ModelError::config(format!("for `{id}`, {error}"))),
        (Some(Ok(None)), Some(message)) => return Err(ModelError::config(message)),
        (Some(Ok(key)), _) => key,
        (None, _) => None,
    };
    let free = costs_nothing(id, face, base_url.is_loopback());
    let model = HttpModel::over(id.clone(), face.protocol(), connection.way(), base_url)
        .with_timeouts(connection.limits())
        .with_keys_of(Arc::new(keys.clone()), without_key)
        .with_known_key(known.as_ref(), connection.owner())
        .with_profile(|profile| {
            profile.free |= free;
            connection.adjust(id, profile);
        });
    Ok(Arc::new(model))
}

/// Whether it runs on this machine. What Ollama calls a cloud model only seems to.
fn costs_nothing(id: &ModelId, face: &Face, here: bool) -> bool {
    here && face.free_here && !id.name().ends_with("cloud")
}

fn base_url(
    id: &ModelId,
    face: &'static Face,
    connection: &Connection,
) -> Result<BaseUrl, ModelError> {
    let shared = face.is_where_its_service_is().then_some(face.service);
    for name in [face.name].into_iter().chain(shared) {
        if let Some(set) = connection.base_url_of(name) {
            return set.parse().map_err(|error| within(&format!("for `{name}`"), &error));
        }
    }
    let variables = connection.variables();
    if let Some((variable, set)) = variables.first(face.base_url_variables) {
        return set.parse().map_err(|error| within(&format!("in `{variable}`"), &error));
    }
    match face.address {
        Address::At(url) => url.parse(),
        Address::Asked { example } => Err(no_base_url(id, face, &[], example)),
        Address::Within { template, variables: parts } => match variables.first(parts) {
            None => Err(no_base_url(id, face, parts, &template.replace("{}", "…"))),
            Some((_, part)) if is_part_of_host(&part) => template.replace("{}", &part).parse(),
            Some((variable, _)) => Err(ModelError::config(format!(
                "in `{variable}`: it does not fit into an address: write letters, digits, `-`, \
                 `_` and `.` only"
            ))),
        },
    }
}

/// Nothing that could end the host, and so send the key elsewhere.
fn is_part_of_host(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn within(place: &str, error: &ModelError) -> ModelError {
    ModelError::config(format!("{place}: {error}"))
}

fn no_key(id: &ModelId, face: &Face) -> String {
    let (name, variables) = (face.service, either(face.key_variables));
    format!(
        "`{id}` needs a key: set the {variables} environment variable, pass the key with \
         `.key(\"{name}\", …)` on the runtime, or run offline with `offline:demo`"
    )
}

fn no_base_url(id: &ModelId, face: &Face, parts: &[&str], like: &str) -> ModelError {
    let name = face.name;
    let variables = [parts, face.base_url_variables].concat();
    let variables = either(&variables);
    ModelError::config(format!(
        "`{id}` needs a base URL, as in `{like}`: set the {variables} environment variable, or \
         pass the URL with `.base_url(\"{name}\", …)` on the runtime"
    ))
}

fn either(variables: &[&str]) -> String {
    let quoted: Vec<String> = variables.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(" or ")
}
