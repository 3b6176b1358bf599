//! Agent functions that no agent may list, since nothing describes them to a model.

use std::sync::{Arc, LazyLock};

use fastroai_providers::ToolDefinition;
use serde_json::json;

/// Agents that may list an agent function without a description: none.
#[diagnostic::on_unimplemented(
    message = "the agent function `{F}` has no description, by which a model would choose it",
    label = "an agent function without a `description`",
    note = "write `description = \"…\"` in the `#[agent(…)]` of `{F}`"
)]
pub trait ListsUndescribed<F: ?Sized> {}

/// What a model would see of such a function.
#[must_use]
pub fn undescribed() -> &'static Arc<ToolDefinition> {
    static DEFINITION: LazyLock<Arc<ToolDefinition>> =
        LazyLock::new(|| Arc::new(ToolDefinition::new("", "", json!({ "type": "object" }).into())));
    &DEFINITION
}
