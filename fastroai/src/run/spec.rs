//! The rules of a run.

use serde::{Deserialize, Serialize};

/// The name of the tool by which a model without native schemas hands in a typed answer.
pub const OUTPUT_TOOL: &str = "final_answer";

/// The rules of a run: plain data, so that a run can be stored and taken up elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunSpec {
    /// The tools that exist.
    pub tools: Vec<ToolSpec>,
    /// How the answer comes.
    pub output: OutputMode,
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
            max_turns: 16,
            max_tool_calls: 256,
            output_attempts: 3,
        }
    }
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
}

impl ToolSpec {
    /// A tool of this name that runs beside others and allows two corrections.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), sequential: false, corrections: 2, polling: false }
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
    /// As the arguments of a tool of ours, [`OUTPUT_TOOL`].
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
