//! The face that a model's name begins with.

use crate::catalogue::{self, PROVIDERS};
use crate::error::ModelError;
use crate::model::ModelId;
use crate::services::Face;

pub(super) fn of(id: &ModelId) -> Result<&'static Face, ModelError> {
    Face::named(id.provider()).ok_or_else(|| unknown(id.provider()))
}

fn unknown(asked: &str) -> ModelError {
    let names = || PROVIDERS.iter().map(|provider| provider.name);
    let hint = catalogue::nearest(asked, names())
        .map(|name| format!("did you mean `{name}`? "))
        .unwrap_or_default();
    let names: Vec<String> = names().map(|name| format!("`{name}`")).collect();
    let names = names.join(", ");
    ModelError::config(format!("unknown provider `{asked}`: {hint}the providers are {names}"))
}
