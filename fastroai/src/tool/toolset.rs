//! Tools that share an instance: what an agent lists by the field that holds it.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use fastroai_providers::ToolDefinition;

use super::{
    Arguments, BoundTool, DynTool, RunContext, ToolFit, ToolFuture, ToolInfo, ToolOptions,
};

/// What is known of a field's tools before any agent lists it. `#[toolset]` and `#[agent]`
/// implement it.
pub trait ToolsetInfo {
    /// The names of its tools, as far as they are known while compiling.
    const NAMES: &'static [&'static str];

    /// Their limits, in the same order.
    const OPTIONS: &'static [ToolOptions];

    /// How many agents lie inside each other here: 0 for tools that are no agents.
    ///
    /// An agent adds one to the most of what it lists. Where agents list each other in a ring this
    /// cannot be computed, and the compiler says so by this name.
    const AGENTS_CALL_EACH_OTHER_IN_A_RING: u32 = 0;
}

/// What an agent of type `A` can list by the field that holds it, as in `tools = [self.calendar]`.
///
/// `#[toolset]` implements it for every `A` that [provides](crate::Provide) what the methods'
/// `#[context]` parameters need, and `#[agent]` for an agent with a `description`. By hand it looks
/// so:
///
/// ```
/// use std::convert::Infallible;
/// use fastroai::prelude::*;
/// use fastroai::tool::{BoundTool, FunctionTool, Toolset, ToolsetInfo, ToolOptions};
///
/// #[derive(serde::Deserialize, JsonSchema)]
/// struct Title { title: String }
///
/// struct Catalogue { find: FunctionTool }
///
/// impl ToolsetInfo for Catalogue {
///     const NAMES: &'static [&'static str] = &["find"];
///     const OPTIONS: &'static [ToolOptions] = &[ToolOptions::DEFAULT];
/// }
///
/// impl<A: ?Sized> Toolset<A> for Catalogue {
///     fn bind<'a>(&'a self, _agent: &'a A) -> Vec<BoundTool<'a>> {
///         vec![BoundTool::from_dyn(std::sync::Arc::new(self.find.clone()))]
///     }
/// }
///
/// /// You keep a library.
/// #[agent(model = "offline:demo", tools = [self.catalogue])]
/// struct Librarian { catalogue: Catalogue }
/// # let find = FunctionTool::new("find", "Find a book.", |it: Title, _| async { Ok::<_, Infallible>(it.title) });
/// # assert_eq!(Librarian { catalogue: Catalogue { find } }.tools().len(), 1);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no tools for `{A}`",
    label = "neither a toolset nor an agent",
    note = "a field that is listed is of a type with a `#[toolset]` block, of an agent with a `description`, or a `fastroai::tool::DynToolset`"
)]
pub trait Toolset<A: ?Sized>: ToolsetInfo {
    /// Its tools, together with the agent that lends them what they need.
    fn bind<'a>(&'a self, agent: &'a A) -> Vec<BoundTool<'a>>;
}

/// One method of a toolset `S`, for agents of type `A`.
#[diagnostic::on_unimplemented(message = "`{Self}` is no tool of the toolset `{S}`")]
pub trait ToolMethod<S: ?Sized, A: ?Sized>: ToolInfo {
    /// Decodes the arguments and runs the method once.
    fn call<'a>(
        set: &'a S,
        agent: &'a A,
        arguments: Arguments<'a>,
        run: RunContext<'a>,
    ) -> ToolFuture<'a>;

    /// Whether these arguments fit, without running it; see [`Tool::check_arguments`].
    ///
    /// # Errors
    /// What the model is to correct, as a [`ToolError::retry`](super::ToolError::retry).
    ///
    /// [`Tool::check_arguments`]: super::Tool::check_arguments
    fn check_arguments(arguments: Arguments<'_>) -> ToolFit {
        arguments.check()
    }

    /// The tool, together with its instance and the agent.
    fn bind<'a>(set: &'a S, agent: &'a A) -> BoundTool<'a>
    where
        Self: Sized + 'static,
        S: Sync,
        A: Sync,
    {
        BoundTool::from_dyn(Arc::new(Bound::<Self, S, A> { set, agent, method: PhantomData }))
    }
}

struct Bound<'a, M, S: ?Sized, A: ?Sized> {
    set: &'a S,
    agent: &'a A,
    method: PhantomData<fn() -> M>,
}

impl<M: ToolMethod<S, A>, S: Sync + ?Sized, A: Sync + ?Sized> DynTool for Bound<'_, M, S, A> {
    fn definition(&self) -> &Arc<ToolDefinition> {
        M::definition()
    }

    fn options(&self) -> ToolOptions {
        M::OPTIONS
    }

    fn call<'a>(&'a self, arguments: Arguments<'a>, run: RunContext<'a>) -> ToolFuture<'a> {
        M::call(self.set, self.agent, arguments, run)
    }

    fn check_arguments(&self, arguments: Arguments<'_>) -> ToolFit {
        M::check_arguments(arguments)
    }
}

/// A field may hold its toolset behind a pointer.
macro_rules! behind_a_pointer {
    ($($pointer:ty),*) => {$(
        impl<T: ToolsetInfo + ?Sized> ToolsetInfo for $pointer {
            const NAMES: &'static [&'static str] = T::NAMES;
            const OPTIONS: &'static [ToolOptions] = T::OPTIONS;
            const AGENTS_CALL_EACH_OTHER_IN_A_RING: u32 = T::AGENTS_CALL_EACH_OTHER_IN_A_RING;
        }

        impl<T: Toolset<A> + ?Sized, A: ?Sized> Toolset<A> for $pointer {
            fn bind<'a>(&'a self, agent: &'a A) -> Vec<BoundTool<'a>> {
                T::bind(&**self, agent)
            }
        }
    )*};
}
behind_a_pointer!(Arc<T>, Box<T>, &T);

/// Tools that are only known at run time, as a field of an agent.
///
/// Their names are checked when a run starts.
///
/// ```
/// use std::convert::Infallible;
/// use fastroai::prelude::*;
/// use fastroai::tool::{DynToolset, FunctionTool};
///
/// #[derive(serde::Deserialize, JsonSchema)]
/// struct City { city: String }
///
/// /// You are a travel assistant.
/// #[agent(model = "offline:demo", tools = [prefix("ext_", self.extra)])]
/// struct Travel { extra: DynToolset }
///
/// let weather = FunctionTool::new("weather", "Current weather.", |city: City, _run| async move {
///     Ok::<_, Infallible>(format!("Sunny in {}", city.city))
/// });
/// let travel = Travel { extra: DynToolset::new().with(weather) };
/// assert_eq!(travel.tools()[0].definition().name, "ext_weather");
/// ```
#[derive(Clone, Default)]
#[doc(alias = "FunctionToolsetBase")]
pub struct DynToolset(Vec<Arc<dyn DynTool>>);

impl DynToolset {
    /// A set without tools.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The set and this tool.
    #[must_use]
    pub fn with(mut self, tool: impl DynTool + 'static) -> Self {
        self.push(tool);
        self
    }

    /// Adds a tool.
    pub fn push(&mut self, tool: impl DynTool + 'static) {
        self.0.push(Arc::new(tool));
    }

    /// The set without the tools for which this is false.
    ///
    /// ```
    /// use fastroai::tool::DynToolset;
    /// let all = DynToolset::new();
    /// let reading = all.filtered(|tool| tool.name.starts_with("read_")).prefixed("files_");
    /// # assert!(reading.tools().is_empty());
    /// ```
    #[must_use]
    pub fn filtered(&self, mut keep: impl FnMut(&ToolDefinition) -> bool) -> Self {
        self.0.iter().filter(|tool| keep(tool.definition())).cloned().collect()
    }

    /// The set with this before all names.
    #[must_use]
    pub fn prefixed(&self, prefix: &str) -> Self {
        let tools = self.0.iter().map(|tool| BoundTool::from_dyn(Arc::clone(tool)));
        tools.map(|tool| tool.prefixed(prefix).into_dyn()).collect()
    }

    /// The tools.
    #[must_use]
    pub fn tools(&self) -> &[Arc<dyn DynTool>] {
        &self.0
    }
}

impl FromIterator<Arc<dyn DynTool>> for DynToolset {
    fn from_iter<I: IntoIterator<Item = Arc<dyn DynTool>>>(tools: I) -> Self {
        Self(tools.into_iter().collect())
    }
}

impl Extend<Arc<dyn DynTool>> for DynToolset {
    fn extend<I: IntoIterator<Item = Arc<dyn DynTool>>>(&mut self, tools: I) {
        self.0.extend(tools);
    }
}

impl ToolsetInfo for DynToolset {
    const NAMES: &'static [&'static str] = &[];
    const OPTIONS: &'static [ToolOptions] = &[];
}

impl<A: ?Sized> Toolset<A> for DynToolset {
    fn bind<'a>(&'a self, _agent: &'a A) -> Vec<BoundTool<'a>> {
        self.0.iter().map(|tool| BoundTool::from_dyn(Arc::clone(tool) as Arc<_>)).collect()
    }
}

impl fmt::Debug for DynToolset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|tool| tool.definition().name.as_str());
        f.debug_list().entries(names).finish()
    }
}
