//! The rules of a run.

use serde::{Deserialize, Serialize};

use super::output::{OUTPUT_TOOL, OutputTool};
use crate::tool::ToolApproval;

/// The rules of a run: plain data, so that a run can be stored and taken up elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunSpec {
    /// The tools that exist.
    pub tools: Vec<ToolSpec>,
    /// How the answer comes.
    pub output: OutputMode,
    /// The tools by which it is handed in, where it [comes so](OutputMode::Tool).
    #[serde(default = "output_tools")]
    pub output_tools: Vec<OutputTool>,
    /// Whether to say nothing is an answer.
    #[serde(default)]
    pub optional: bool,
    /// What becomes of tools that are called beside the answer.
    #[serde(default)]
    pub end_strategy: EndStrategy,
    /// How often the model may be asked.
    pub max_turns: u32,
    /// How many tool calls may be made; those that failed or were refused are not counted.
    pub max_tool_calls: u32,
    /// How many answers may be tried until one fits.
    pub output_attempts: u32,
}

impl Default for RunSpec {
    fn default() -> Self {
        Self {
            tools: Vec::new(),
            output: OutputMode::Text,
            output_tools: output_tools(),
            optional: false,
            end_strategy: EndStrategy::default(),
            max_turns: 16,
            max_tool_calls: 256,
            output_attempts: 3,
        }
    }
}

fn output_tools() -> Vec<OutputTool> {
    vec![OutputTool::new(OUTPUT_TOOL)]
}

impl RunSpec {
    /// The tool of this name, where it is one by which an answer is handed in.
    pub(crate) fn output_tool(&self, name: &str) -> Option<&OutputTool> {
        if self.output != OutputMode::Tool {
            return None;
        }
        self.output_tools.iter().find(|tool| tool.name == name)
    }
}

/// What becomes of tools that are called in the same reply as an answer is handed in.
///
/// Whichever it is: where no answer of the reply fits, its tools run and the model is asked again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum EndStrategy {
    /// They run first, and then the first answer that fits is taken. Where one of them asks the
    /// model to correct its call, no answer of the reply is looked at, and the model is asked again.
    #[default]
    Graceful,
    /// The answer comes first: where one fits, they do not run.
    Early,
    /// As `Graceful`, and all answers are looked at, so that an output function runs for each. The
    /// first that fits is taken.
    Exhaustive,
}

/// A tool, as far as a run's order of things depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolSpec {
    /// Its name.
    pub name: String,
    /// It runs alone.
    pub sequential: bool,
    /// How often in a row the model may be asked to correct its calls.
    pub corrections: u32,
    /// The same call may give the same result again and again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub polling: bool,
    /// Whether its calls wait for a decision.
    #[serde(default, skip_serializing_if = "ToolApproval::is_never")]
    pub approval: ToolApproval,
}

impl ToolSpec {
    /// A tool of this name that runs beside others and allows two corrections.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            sequential: false,
            corrections: 2,
            polling: false,
            approval: ToolApproval::Never,
        }
    }
}

/// How a typed answer is asked for, and so how it comes.
///
/// Unless an agent [says otherwise](crate::agent::AgentConfig::output_mode), the model that is asked
/// decides: `Native` where its provider holds it to a schema (beside tools, if there are some),
/// else `Tool` where it calls tools, else `Prompted`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum OutputMode {
    /// As text. A typed answer is read from it, and what it must look like is left to the
    /// instructions.
    #[default]
    Text,
    /// As JSON that the provider holds to a schema.
    Native,
    /// As the arguments of a tool of ours, [`OUTPUT_TOOL`]; one for each kind of answer, where there
    /// are several.
    Tool,
    /// As text that is JSON, which the model is only asked for in words: these go below the
    /// instructions, with the schema in place of the dots.
    ///
    /// ```text
    /// Answer with one JSON object that fits this JSON schema, and with nothing else:
    ///
    /// …
    /// ```
    Prompted,
}
