//! Agents: what they are told, what they may do, and what they answer.

mod call;
mod config;
mod dynamic;
mod each_request;
mod event;
mod fallback;
mod function;
mod output;
mod response;
mod spec;
mod told;
mod tool;
mod turn;

pub use call::Call;
pub use config::AgentConfig;
pub use dynamic::{Agent, AgentBuilder, BuildError};
pub(crate) use each_request::EachRequest;
pub use event::{AgentEvent, RunStream};
pub use fallback::Fallback;
#[doc(hidden)]
pub use function::{Answers, Prompt, answers, ask};
#[cfg(feature = "jsonschema")]
pub use output::OutputSchemaError;
pub use output::{AgentOutput, Made, OutputContext, OutputError, OutputSpec};
#[doc(hidden)]
pub use output::{
    NoOutputFacts, OutputCheck, OutputFacts, OutputFunction, Shape, asked_of, made, typed,
    validated,
};
pub use response::{AgentResponse, ToolCallRecord};
pub use spec::AgentSpec;
#[doc(hidden)]
pub use told::Told;
#[doc(hidden)]
pub use tool::{Described, agent_definition, agent_options, bind_agent};
pub(crate) use turn::Labels;
pub use turn::Turn;
