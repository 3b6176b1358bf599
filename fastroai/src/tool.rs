//! Functions that a model may call.

mod argument;
mod arguments;
mod bound;
mod context;
mod error;
mod function;
mod lent;
mod limits;
mod names;
mod needs;
mod offer;
mod options;
mod prefixed;
mod reply;
mod returned;
mod schema;
mod toolset;
mod undescribed;

use std::sync::Arc;

use fastroai_providers::ToolDefinition;
use futures_util::future::BoxFuture;

pub use argument::{ToolArg, ToolDefault};
pub(crate) use arguments::absent;
pub use arguments::{Arguments, Reader};
pub use bound::{BoundTool, DynTool};
pub(crate) use context::CallContext;
pub use context::RunContext;
pub use error::{ToolError, ToolFailure};
pub use function::FunctionTool;
#[cfg(feature = "jsonschema")]
pub use function::SchemaError;
#[doc(hidden)]
pub use lent::send;
pub use lent::{Blocking, Detach, DetachSelf};
pub use limits::{Bound, Limits, Measured, Numeric, Textual};
#[doc(hidden)]
pub use limits::{measured, numeric, textual};
pub(crate) use names::check_name;
#[doc(hidden)]
pub use names::{Listed, NoFacts, ToolFacts, ToolsetFacts, check_entries, check_entry, depth};
pub(crate) use needs::check_capability;
pub use offer::ToolOffer;
pub use options::{CostFunction, Effect, ToolApproval, ToolCost, ToolOptions};
#[doc(hidden)]
pub use prefixed::{join, prefixed};
pub use reply::ToolReply;
pub use returned::{Returned, ToolOutput, ToolReturn, WithoutError, blocking, reply};
pub use schema::ArgumentsSchema;
pub(crate) use schema::schema_of;
pub use toolset::{DynToolset, ToolMethod, Toolset, ToolsetInfo};
#[doc(hidden)]
pub use undescribed::{ListsUndescribed, undescribed};

/// What is known of a tool before any agent lists it. `#[safe_tool]` implements it.
pub trait ToolInfo {
    /// The names that it takes in an agent: a function has one.
    ///
    /// Free of type parameters, so that an agent's names can be compared at compile time.
    const NAMES: &'static [&'static str];

    /// Its limits.
    const OPTIONS: ToolOptions;

    /// How many agents lie inside each other here, as in a [`ToolsetInfo`]: 0 for a tool that is no
    /// agent.
    const AGENTS_CALL_EACH_OTHER_IN_A_RING: u32 = 0;

    /// What a model sees of it, made once.
    fn definition() -> &'static Arc<ToolDefinition>;
}

/// A tool that an agent of type `A` can run. `#[safe_tool]` implements it for every `A` that
/// [provides](crate::Provide) what the function's `#[context]` parameters need.
///
/// Written by hand:
///
/// ```
/// use std::sync::{Arc, LazyLock};
/// use fastroai::tool::{self, Arguments, ArgumentsSchema, RunContext, Tool, ToolFuture, ToolInfo, ToolOptions};
/// use fastroai::{Provide, ToolDefinition};
///
/// async fn lookup(key: String, table: &Vec<String>) -> Option<usize> {
///     table.iter().position(|entry| *entry == key)
/// }
///
/// #[allow(non_camel_case_types)]
/// struct lookup {}
///
/// impl ToolInfo for lookup {
///     const NAMES: &'static [&'static str] = &["lookup"];
///     const OPTIONS: ToolOptions = ToolOptions::DEFAULT;
///     fn definition() -> &'static Arc<ToolDefinition> {
///         static DEFINITION: LazyLock<Arc<ToolDefinition>> = LazyLock::new(|| {
///             let mut schema = ArgumentsSchema::new();
///             schema.field::<String>("key", "What to look for.");
///             Arc::new(ToolDefinition::new("lookup", "Find an entry.", schema.finish()))
///         });
///         &DEFINITION
///     }
/// }
///
/// impl<A: Provide<Vec<String>> + Sync + ?Sized> Tool<A> for lookup {
///     fn call<'a>(agent: &'a A, arguments: Arguments<'a>, _run: RunContext<'a>) -> ToolFuture<'a> {
///         Box::pin(async move {
///             let mut fields = arguments.read(&["key"])?;
///             let Some(key) = fields.get::<String>("key") else { return Err(fields.misfit()) };
///             tool::reply(Ok::<_, std::convert::Infallible>(lookup(key, agent.provide()).await))
///         })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tool of `{A}`",
    label = "not a tool that `{A}` can run",
    note = "put `#[safe_tool]` on the function"
)]
pub trait Tool<A: ?Sized>: ToolInfo {
    /// Decodes the arguments and runs the tool once.
    fn call<'a>(agent: &'a A, arguments: Arguments<'a>, run: RunContext<'a>) -> ToolFuture<'a>;

    /// Whether these arguments fit, without running it: of a tool whose calls
    /// [need a decision](ToolOptions::approval), before anyone is asked. One JSON object fits, unless
    /// said otherwise; what does not fit is then found when the tool runs.
    ///
    /// # Errors
    /// What the model is to correct, as a [`ToolError::retry`].
    fn check_arguments(arguments: Arguments<'_>) -> ToolFit {
        arguments.check()
    }

    /// The tool, together with the agent that lends it what it needs.
    fn bind(agent: &A) -> BoundTool<'_>
    where
        Self: Sized + 'static,
        A: Sync,
    {
        BoundTool::new::<Self, A>(agent)
    }
}

/// Whether the arguments of a call fit its tool.
pub type ToolFit = Result<(), ToolError>;

/// One run of a tool, on its way.
pub type ToolFuture<'a> = BoxFuture<'a, ToolReturn>;
