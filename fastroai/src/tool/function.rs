//! Tools made at run time, from a closure.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use fastroai_providers::ToolDefinition;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::returned::{ToolOutput, reply};
use super::schema::schema_of;
use super::{
    Arguments, BoundTool, DynTool, RunContext, ToolApproval, ToolError, ToolFailure, ToolFit,
    ToolFuture, ToolOptions, Toolset, ToolsetInfo,
};
#[cfg(feature = "jsonschema")]
use crate::run_time_schema::RunTimeSchema;

type Handler = dyn Fn(&str, RunContext<'_>) -> ToolFuture<'static> + Send + Sync;
type Fits = dyn Fn(&str) -> ToolFit + Send + Sync;

/// A tool made at run time from a closure.
///
/// ```
/// use fastroai::tool::FunctionTool;
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Sum { a: i64, b: i64 }
/// let add = FunctionTool::new("add", "Adds two numbers.", |sum: Sum, _run| async move {
///     Ok::<_, std::convert::Infallible>(sum.a + sum.b)
/// });
/// ```
#[derive(Clone)]
pub struct FunctionTool {
    definition: Arc<ToolDefinition>,
    options: ToolOptions,
    handler: Arc<Handler>,
    fits: Arc<Fits>,
}

impl FunctionTool {
    /// A tool of this name and purpose whose arguments are the fields of `T`.
    pub fn new<T, F, Fut, R, E>(
        name: impl Into<String>,
        description: impl Into<String>,
        function: F,
    ) -> Self
    where
        T: DeserializeOwned + JsonSchema,
        F: Fn(T, RunContext<'static>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, E>> + Send + 'static,
        R: ToolOutput + Send,
        E: ToolFailure + Send,
    {
        let definition = ToolDefinition::new(name, description, schema_of::<T>());
        let handler = move |json: &str, run: RunContext<'_>| -> ToolFuture<'static> {
            match Arguments::new(json).parse::<T>() {
                Ok(arguments) => {
                    let running = function(arguments, run.detach());
                    Box::pin(async move { reply(running.await) })
                }
                Err(misfit) => Box::pin(std::future::ready(Err(misfit))),
            }
        };
        Self {
            definition: Arc::new(definition),
            options: ToolOptions::DEFAULT,
            handler: Arc::new(handler),
            fits: Arc::new(|json: &str| Arguments::new(json).parse::<T>().map(drop)),
        }
    }

    /// A tool that [never runs here](ToolApproval::External): the run pauses, and the application
    /// hands the result in.
    ///
    /// ```
    /// use fastroai::tool::FunctionTool;
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct Document { id: String }
    /// let sign = FunctionTool::external::<Document>("sign", "Has a person sign a document.");
    /// ```
    pub fn external<T: DeserializeOwned + JsonSchema>(
        name: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        let tool = Self::new(name, description, |_: T, _| async {
            Err::<String, _>(ToolError::new("a tool that runs elsewhere was run"))
        });
        tool.approval(ToolApproval::External)
    }

    /// A tool whose arguments are described by a schema that is only known at run time.
    ///
    /// Arguments are checked against the schema before the closure sees them. The schema may come
    /// from anywhere: nothing that it refers to outside of itself is read, and one that is too large,
    /// nested too deeply or unfolds to too much is refused.
    ///
    /// # Errors
    /// Where the schema is not one, or is beyond these limits.
    #[cfg(feature = "jsonschema")]
    pub fn from_schema<F, Fut, R, E>(
        name: impl Into<String>,
        description: impl Into<String>,
        schema: serde_json::Value,
        function: F,
    ) -> Result<Self, SchemaError>
    where
        F: Fn(serde_json::Value, RunContext<'static>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, E>> + Send + 'static,
        R: ToolOutput + Send,
        E: ToolFailure + Send,
    {
        let schema = Arc::new(RunTimeSchema::new(schema).map_err(SchemaError)?);
        let definition = ToolDefinition::new(name, description, schema.schema().clone());
        let fits = {
            let schema = Arc::clone(&schema);
            move |json: &str| read(&schema, json).map(drop)
        };
        let handler = move |json: &str, run: RunContext<'_>| -> ToolFuture<'static> {
            match read(&schema, json) {
                Ok(arguments) => {
                    let running = function(arguments, run.detach());
                    Box::pin(async move { reply(running.await) })
                }
                Err(misfit) => Box::pin(std::future::ready(Err(misfit))),
            }
        };
        Ok(Self {
            definition: Arc::new(definition),
            options: ToolOptions::DEFAULT,
            handler: Arc::new(handler),
            fits: Arc::new(fits),
        })
    }

    /// The same tool with these limits.
    #[must_use]
    pub fn options(mut self, options: ToolOptions) -> Self {
        self.options = options;
        self
    }

    /// The same tool, whose calls need this decision.
    #[must_use]
    pub fn approval(mut self, approval: ToolApproval) -> Self {
        self.options.approval = approval;
        self
    }
}

impl FunctionTool {
    /// What it needs, over its other limits: see [`ToolOptions::needs`].
    ///
    /// ```
    /// # use fastroai::tool::FunctionTool;
    /// # #[derive(serde::Deserialize, schemars::JsonSchema)] struct Page { url: String }
    /// let fetch = FunctionTool::new("fetch", "Fetches a page.", |page: Page, _run| async move {
    ///     Ok::<_, std::convert::Infallible>(page.url)
    /// });
    /// let fetch = fetch.needs(&["net"]);
    /// # let _ = fetch;
    /// ```
    #[must_use]
    pub fn needs(mut self, needs: &'static [&'static str]) -> Self {
        self.options.needs = needs;
        self
    }

    /// The roles that it is for, over its other limits: see [`ToolOptions::roles`].
    #[must_use]
    pub fn roles(mut self, roles: &'static [&'static str]) -> Self {
        self.options.roles = roles;
        self
    }
}

impl DynTool for FunctionTool {
    fn definition(&self) -> &Arc<ToolDefinition> {
        &self.definition
    }

    fn options(&self) -> ToolOptions {
        self.options
    }

    fn call<'a>(&'a self, arguments: Arguments<'a>, run: RunContext<'a>) -> ToolFuture<'a> {
        (self.handler)(arguments.as_json(), run)
    }

    fn check_arguments(&self, arguments: Arguments<'_>) -> ToolFit {
        (self.fits)(arguments.as_json())
    }
}

impl ToolsetInfo for FunctionTool {
    const NAMES: &'static [&'static str] = &[];
    const OPTIONS: &'static [ToolOptions] = &[];
}

impl<A: ?Sized> Toolset<A> for FunctionTool {
    fn bind<'a>(&'a self, _agent: &'a A) -> Vec<BoundTool<'a>> {
        vec![BoundTool::from_dyn(Arc::new(self.clone()))]
    }
}

impl fmt::Debug for FunctionTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FunctionTool").field(&self.definition.name).finish()
    }
}

/// A JSON schema that is not one, or a larger one than is taken.
#[cfg(feature = "jsonschema")]
#[derive(Debug, Clone, thiserror::Error)]
#[error("the arguments' schema cannot be used: {0}")]
pub struct SchemaError(String);

/// The arguments, where they fit a schema that is only known at run time.
#[cfg(feature = "jsonschema")]
fn read(schema: &RunTimeSchema, json: &str) -> Result<serde_json::Value, ToolError> {
    let value = Arguments::new(json).parse()?;
    match schema.misfits(&value) {
        None => Ok(value),
        Some(misfits) => Err(ToolError::retry(format!("the arguments do not fit: {misfits}"))),
    }
}
