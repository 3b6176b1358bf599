//! What OpenAI's wires refuse, and what is refused here before it is sent.

use crate::error::ModelError;
use crate::request::{OutputFormat, Request, Settings, ToolChoice};

/// Refuses names that the wires do not take, and a demand for a tool that is not offered.
pub(super) fn names(request: &Request<'_>) -> Result<(), ModelError> {
    if let Some(tool) = request.tools.iter().find(|tool| !is_name(&tool.name)) {
        return Err(ModelError::config(format!(
            "the tool name `{}` is not 1 to 64 letters, digits, `_` and `-`: rename the tool",
            tool.name.escape_debug()
        )));
    }
    choice(request)?;
    request.check_allowed()?;
    match request.output {
        OutputFormat::JsonSchema { name, .. } if !is_name(name) => {
            Err(ModelError::config(format!(
                "the schema name `{}` is not 1 to 64 letters, digits, `_` and `-`: rename it",
                name.escape_debug()
            )))
        }
        OutputFormat::JsonSchema { schema, .. } if !schema.as_value().is_object() => {
            Err(ModelError::config("the schema of the answer is no JSON object"))
        }
        _ => Ok(()),
    }
}

/// A choice by name is one among functions on these wires.
fn choice(request: &Request<'_>) -> Result<(), ModelError> {
    match request.tool_choice {
        ToolChoice::Named(name) if !request.tools.iter().any(|tool| tool.name == *name) => {
            Err(ModelError::config(format!(
                "the tool `{}` is demanded, but not offered: add it to the tools",
                name.escape_debug()
            )))
        }
        ToolChoice::Required if request.tools.is_empty() && request.hosted_tools.is_empty() => {
            Err(ModelError::config("a tool call is demanded, but no tool is offered: add one"))
        }
        _ => Ok(()),
    }
}

/// Refuses numbers that JSON does not have, and one that the wires have no name for.
pub(super) fn sampling(settings: &Settings) -> Result<(), ModelError> {
    for (name, value) in [("temperature", settings.temperature), ("top_p", settings.top_p)] {
        if value.is_some_and(|value| !value.is_finite()) {
            return Err(ModelError::config(format!(
                "`{name}` is no finite number: give it one, or leave it out"
            )));
        }
    }
    if settings.top_k.is_some() {
        return Err(ModelError::config(
            "this wire knows no `top_k`: leave it unset, or put it in `extra_body` for a service \
             that takes it",
        ));
    }
    if settings.reasoning_budget.is_some() {
        return Err(ModelError::config(
            "this wire knows no `reasoning_budget`: set `reasoning_effort`, or put the field of a \
             service that takes a budget in `extra_body`",
        ));
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=64).contains(&name.len()) && name.bytes().all(plain)
}
