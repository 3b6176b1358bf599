//! Annotate ordinary functions as tools, declare agents, and run them against any model, with a
//! bill that is exact and mistakes that the compiler catches.
#![forbid(unsafe_code)]

// The macros name this crate `::fastroai`, also inside it.
#[allow(unused_extern_crates, reason = "unused where no macro is")]
extern crate self as fastroai;

pub mod agent;
#[cfg_attr(not(feature = "testing"), path = "no_ambient.rs")]
mod ambient;
pub mod approval;
#[cfg(feature = "audit")]
pub mod audit;
mod beginning;
mod called;
mod catalogue;
#[cfg(feature = "config")]
pub mod config;
mod driver;
mod emitted;
mod error;
mod grants;
pub mod guard;
pub mod history;
pub mod hook;
pub mod money;
mod principal;
pub mod process;
mod provide;
pub mod run;
#[cfg(feature = "jsonschema")]
mod run_time_schema;
mod runtime;
mod scope;
mod sentence;
mod telemetry;
pub mod testing;
pub mod tool;
mod usage_limits;

pub use agent::{
    Agent, AgentEvent, AgentOutput, AgentResponse, AgentSpec, Call, OutputContext, OutputError,
};
pub use approval::{Decisions, PausedRun};
pub use error::{Error, ErrorCategory, ErrorKind, InternalError, PublicError, Result, Withheld};
#[cfg(feature = "macros")]
#[doc = include_str!("docs/agent.md")]
pub use fastroai_macros::agent;
#[cfg(feature = "macros")]
#[doc = include_str!("docs/safe_tool.md")]
pub use fastroai_macros::safe_tool;
#[cfg(all(feature = "macros", feature = "testing"))]
#[doc = include_str!("docs/test.md")]
pub use fastroai_macros::test;
#[cfg(feature = "macros")]
#[doc = include_str!("docs/toolset.md")]
#[doc(alias = "SafeToolset")]
pub use fastroai_macros::toolset;
pub use fastroai_providers as providers;
#[cfg(feature = "http")]
pub use fastroai_providers::http::egress;
pub use fastroai_providers::{
    History, HostedTool, Media, Message, Model, ModelError, ModelId, Settings, ToolDefinition,
    Usage,
};
pub use money::Cost;
pub use principal::Principal;
pub use provide::Provide;
pub use runtime::{RetryPolicy, Runtime, RuntimeBuilder};
pub use scope::{spawn, spawn_blocking};
pub use tool::{RunContext, Tool, ToolError};
pub use usage_limits::{Exceeded, Limit, UsageLimits};
pub use {schemars, serde};

/// What most programs need: `use fastroai::prelude::*;`.
pub mod prelude {
    pub use crate::agent::{
        Agent, AgentEvent, AgentResponse, AgentSpec, OutputContext, OutputError,
    };
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
        AgentConfig, AgentSpec, Answers, Call, Described, NoOutputFacts, OutputFacts, OutputSpec,
        Prompt, Told, agent_definition, agent_options, answers, ask, asked_of, bind_agent, made,
        typed, validated,
    };
    pub use crate::catalogue::check_model;
    pub use crate::history::HistoryProcessor;
    pub use crate::money::{Cost, Rates};
    pub use crate::provide::Provide;
    pub use crate::run::{EndStrategy, OutputMode};
    pub use crate::runtime::{Runtime, as_runtime};
    pub use crate::testing::{Contract, Contracted};
    #[cfg(feature = "testing")]
    pub use crate::testing::{TestOutput, TestSetup, run_test};
    pub use crate::tool::{
        Arguments, ArgumentsSchema, Blocking, Bound, BoundTool, CostFunction, Detach, DetachSelf,
        Effect, Limits, Listed, ListsUndescribed, NoFacts, Returned, RunContext, Tool,
        ToolApproval, ToolArg, ToolCost, ToolDefault, ToolFacts, ToolFailure, ToolFit, ToolFuture,
        ToolInfo, ToolMethod, ToolOptions, ToolOutput, Toolset, ToolsetFacts, ToolsetInfo,
        WithoutError, blocking, check_entries, check_entry, depth, join, measured, numeric,
        prefixed, send, textual, undescribed,
    };
    pub use fastroai_providers::ToolDefinition;
    #[cfg(feature = "testing")]
    pub use serde_json::json;
    pub use std::borrow::Cow;
    pub use std::boxed::Box;
    pub use std::convert::Into;
    pub use std::default::Default as OfType;
    pub use std::marker::{Sized, Sync};
    // Under names that are not in scope by themselves: the macros write these at the user's tokens,
    // where a needless path would be linted as the user's.
    pub use std::convert::From as FromText;
    #[cfg(feature = "testing")]
    pub use std::env;
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

/// And so are those of the guide.
#[cfg(all(doctest, feature = "macros"))]
#[doc = include_str!("../../docs/guide/first-agent.md")]
struct GuideToAgents;

#[cfg(all(doctest, feature = "macros", feature = "http"))]
#[doc = include_str!("../../docs/guide/tools.md")]
struct GuideToTools;

#[cfg(all(doctest, feature = "macros", feature = "testing"))]
#[doc = include_str!("../../docs/guide/testing.md")]
struct GuideToTesting;

#[cfg(all(doctest, feature = "macros"))]
#[doc = include_str!("../../docs/guide/output.md")]
struct GuideToOutput;

#[cfg(all(doctest, feature = "macros"))]
#[doc = include_str!("../../docs/guide/streaming.md")]
struct GuideToStreaming;

#[cfg(all(doctest, feature = "macros", feature = "audit"))]
#[doc = include_str!("../../docs/guide/safety.md")]
struct GuideToSafety;

#[cfg(all(doctest, feature = "macros", feature = "config"))]
#[doc = include_str!("../../docs/guide/configuration.md")]
struct GuideToConfiguration;

/// And so are those of the pages.
#[cfg(all(doctest, feature = "macros"))]
#[doc = include_str!("../../docs/from-python.md")]
struct FromPython;
#[cfg(all(doctest, feature = "macros"))]
#[doc = include_str!("../../docs/guide/history.md")]
struct HistoryGuide;
