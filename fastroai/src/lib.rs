//! Annotate ordinary functions as tools, declare agents, and run them against any model, with a
//! bill that is exact and mistakes that the compiler catches.
#![forbid(unsafe_code)]

// The macros name this crate `::fastroai`, also inside it.
#[allow(unused_extern_crates, reason = "unused where no macro is")]
extern crate self as fastroai;

pub mod agent;
mod catalogue;
mod driver;
mod error;
pub mod history;
pub mod money;
mod provide;
pub mod run;
mod runtime;
mod scope;
mod sentence;
mod telemetry;
pub mod testing;
pub mod tool;

pub use agent::{Agent, AgentEvent, AgentOutput, AgentResponse, AgentSpec, Call};
pub use error::{Error, ErrorCategory, ErrorKind, Result};
#[cfg(feature = "macros")]
#[doc = include_str!("docs/agent.md")]
pub use fastroai_macros::agent;
#[cfg(feature = "macros")]
#[doc = include_str!("docs/safe_tool.md")]
pub use fastroai_macros::safe_tool;
#[cfg(feature = "macros")]
#[doc = include_str!("docs/toolset.md")]
#[doc(alias = "SafeToolset")]
pub use fastroai_macros::toolset;
pub use fastroai_providers as providers;
pub use fastroai_providers::{
    History, HostedTool, Media, Message, Model, ModelError, ModelId, Settings, ToolDefinition,
    Usage,
};
pub use money::Cost;
pub use provide::Provide;
pub use runtime::{RetryPolicy, Runtime, RuntimeBuilder};
pub use scope::{spawn, spawn_blocking};
pub use tool::{RunContext, Tool, ToolError};
pub use {schemars, serde};

/// What most programs need: `use fastroai::prelude::*;`.
pub mod prelude {
    pub use crate::agent::{Agent, AgentEvent, AgentResponse, AgentSpec};
    pub use crate::money::Cost;
    pub use crate::tool::{RunContext, ToolError};
    pub use crate::{Error, Result, Runtime};
    #[cfg(feature = "macros")]
    pub use fastroai_macros::{agent, safe_tool, toolset};
    pub use schemars::{self, JsonSchema};
}

/// What the macros write names nothing else. Not for use by hand: it may change in any release.
#[doc(hidden)]
pub mod __private {
    pub use crate::agent::{
        AgentConfig, AgentSpec, Answers, Call, Described, Prompt, agent_definition, agent_options,
        answers, ask, bind_agent,
    };
    pub use crate::catalogue::check_model;
    pub use crate::history::HistoryProcessor;
    pub use crate::money::{Cost, Rates};
    pub use crate::provide::Provide;
    pub use crate::run::OutputMode;
    pub use crate::runtime::{Runtime, as_runtime};
    pub use crate::testing::{Contract, Contracted};
    pub use crate::tool::{
        Arguments, ArgumentsSchema, Blocking, Bound, BoundTool, Detach, DetachSelf, Effect, Limits,
        Listed, ListsUndescribed, NoFacts, Returned, RunContext, Tool, ToolArg, ToolCost,
        ToolDefault, ToolFacts, ToolFailure, ToolFuture, ToolInfo, ToolMethod, ToolOptions,
        ToolOutput, Toolset, ToolsetFacts, ToolsetInfo, WithoutError, blocking, check_entries,
        check_entry, depth, join, measured, numeric, prefixed, send, textual, undescribed,
    };
    pub use fastroai_providers::ToolDefinition;
    pub use std::borrow::Cow;
    pub use std::boxed::Box;
    pub use std::convert::Into;
    pub use std::default::Default as OfType;
    pub use std::marker::{Sized, Sync};
    // Under names that are not in scope by themselves: the macros write these at the user's tokens,
    // where a needless path would be linted as the user's.
    pub use std::convert::From as FromText;
    pub use std::marker::Sync as Shared;
    pub use std::option::Option::{self, Some};
    pub use std::result::Result::{Err, Ok};
    pub use std::string::String;
    pub use std::sync::{Arc, LazyLock};
    pub use std::time::Duration;
    pub use std::vec::Vec;
    pub use std::{concat, format, vec};
}

/// The program of the README is one of the tests.
#[cfg(all(doctest, feature = "macros"))]
#[doc = include_str!("../../README.md")]
struct Readme;

/// And so are those of the pages.
#[cfg(all(doctest, feature = "macros"))]
#[doc = include_str!("../../docs/from-python.md")]
struct FromPython;
#[cfg(all(doctest, feature = "macros"))]
#[doc = include_str!("../../docs/guide/history.md")]
struct HistoryGuide;
