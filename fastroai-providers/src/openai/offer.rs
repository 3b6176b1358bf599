//! Which tools are offered, and what the model is told of the choice among them.

use crate::error::ModelError;
use crate::request::{Hosted, Request, ToolChoice, ToolDefinition};

/// The tools of a request, and the choice among them.
pub(super) struct Offer<'a> {
    pub(super) functions: Vec<&'a ToolDefinition>,
    pub(super) hosted: Vec<Hosted<'a>>,
    pub(super) choice: Chosen<'a>,
}

/// A choice in the words that both wires have.
#[derive(Clone, Copy)]
pub(super) enum Chosen<'a> {
    Auto,
    Word(&'static str),
    Named(&'a str),
    Among { names: &'a [String], mode: &'static str },
}

impl<'a> Offer<'a> {
    /// A choice among some of the tools is known to OpenAI (and to Azure, which runs the same):
    /// <https://platform.openai.com/docs/guides/function-calling#tool-choice>. Other services are
    /// offered those tools only.
    pub(super) fn of(request: &Request<'a>, provider: &str) -> Result<Self, ModelError> {
        let mut hosted = request.hosted_by(provider)?;
        let functions = request.tools.iter().map(|tool| &**tool);
        let choice = match request.tool_choice {
            ToolChoice::Auto => Chosen::Auto,
            ToolChoice::None => Chosen::Word("none"),
            ToolChoice::Required => Chosen::Word("required"),
            ToolChoice::Named(name) => Chosen::Named(name),
            ToolChoice::Allowed { names, required } => {
                let mode = if *required { "required" } else { "auto" };
                if provider.starts_with("openai") || provider.starts_with("azure") {
                    Chosen::Among { names, mode }
                } else {
                    hosted.clear();
                    let functions = request.allowed_tools().map(|tool| &**tool).collect();
                    let choice = if *required { Chosen::Word(mode) } else { Chosen::Auto };
                    return Ok(Self { functions, hosted, choice });
                }
            }
        };
        Ok(Self { functions: functions.collect(), hosted, choice })
    }
}
