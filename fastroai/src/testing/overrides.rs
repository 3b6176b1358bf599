//! Other models, tools and settings than the code says, for as long as a future runs.

use std::fmt;
use std::sync::Arc;

use fastroai_providers::{Model, Settings};

use crate::ambient::{Ambient, Layer, Stub};
use crate::tool::{ToolFailure, ToolOutput, reply};

/// Runs a future in which every agent asks this model, whatever it says of models itself.
///
/// It holds for agents inside tools too, and for [`Runtime::request`](crate::Runtime::request);
/// fallbacks are not asked. [`Overrides`] can do more, and says how scopes go together.
///
/// ```
/// use fastroai::prelude::*;
/// use fastroai::testing::{ScriptedModel, with_model};
///
/// /// You are a travel assistant.
/// #[agent(model = "openai:gpt-4o-mini")]
/// struct Travel;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// let answer = with_model(ScriptedModel::new(["Hello."]), Travel.run("Hi")).await?;
/// assert_eq!(answer.output, "Hello.");
/// # Ok(()) }
/// ```
#[doc(alias = "override")]
pub fn with_model<F: IntoFuture>(model: impl Model, future: F) -> impl Future<Output = F::Output> {
    Overrides::new().model(model).scope(future)
}

/// What is put in the place of what agents say, for as long as a future runs.
///
/// It holds for the task that runs the future, and for what it starts with
/// [`fastroai::spawn`](crate::spawn); tasks beside it see nothing of it. Scopes go into one another:
/// the inner one wins, key by key, and what held before holds again when it ends, however it ends.
///
/// ```
/// # use fastroai::prelude::*;
/// use fastroai::testing::{Overrides, ScriptedModel};
///
/// /// Current weather for a city.
/// #[safe_tool]
/// async fn weather(city: String) -> String {
///     unreachable!("would go to a service for {city}")
/// }
///
/// /// You are a travel assistant.
/// #[agent(model = "openai:gpt-4o-mini", tools = [weather])]
/// struct Travel;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// use fastroai::testing::Reply;
/// let model = ScriptedModel::new([
///     Reply::call("weather", serde_json::json!({"city": "Lisbon"})),
///     Reply::text("It rains."),
/// ]);
/// let answer = Overrides::new()
///     .model(model)
///     .tool("weather", |arguments| Ok::<_, ToolError>(format!("rain in {}", arguments["city"])))
///     .scope(Travel.run("Do I need an umbrella?"))
///     .await?;
/// assert_eq!(answer.output, "It rains.");
/// # Ok(()) }
/// ```
#[derive(Default)]
#[must_use = "overrides hold for the future that is given to `scope`"]
pub struct Overrides(Layer);

impl Overrides {
    /// Nothing is replaced yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks this model instead of every agent's own, and no fallbacks.
    pub fn model(mut self, model: impl Model) -> Self {
        self.0.model = Some(Arc::new(model));
        self
    }

    /// Asks this model instead of the own one of the agent of this name, and no fallbacks. It goes
    /// before [`model`](Self::model).
    pub fn model_of(mut self, agent: impl Into<String>, model: impl Model) -> Self {
        self.0.of_agents.insert(agent.into(), Arc::new(model));
        self
    }

    /// Asks this model wherever the one of this name, as `provider:model`, is to be asked, be it a
    /// fallback. It goes before the other two.
    pub fn model_named(mut self, name: impl Into<String>, model: impl Model) -> Self {
        self.0.of_names.insert(name.into(), Arc::new(model));
        self
    }

    /// Generates so, over what agents and calls say.
    pub fn settings(mut self, settings: &Settings) -> Self {
        self.0.settings = self.0.settings.merge(settings);
        self
    }

    /// Tells every agent this instead of its instructions.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.0.instructions = Some(instructions.into());
        self
    }

    /// Runs this instead of every tool of this name. What the model reads of the tool stays, and so
    /// do its limits.
    pub fn tool<R, E>(
        mut self,
        name: impl Into<String>,
        function: impl Fn(serde_json::Value) -> Result<R, E> + Send + Sync + 'static,
    ) -> Self
    where
        R: ToolOutput,
        E: ToolFailure,
    {
        let stub = Stub::new(move |arguments| reply(function(arguments)));
        self.0.tools.insert(name.into(), stub);
        self
    }

    /// Runs a future, or a [`Call`](crate::Call), in which all this holds.
    pub fn scope<F: IntoFuture>(self, future: F) -> impl Future<Output = F::Output> {
        let lay = |ambient: &mut Ambient| {
            let layer = Layer { around: ambient.layer.take(), ..self.0 };
            ambient.layer = Some(Arc::new(layer));
        };
        Ambient::with(lay, future)
    }
}

impl fmt::Debug for Overrides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Overrides")
            .field("model", &self.0.model.as_ref().map(|model| model.id().as_str().to_owned()))
            .field("of_agents", &self.0.of_agents.keys())
            .field("of_names", &self.0.of_names.keys())
            .field("settings", &self.0.settings)
            .field("tools", &self.0.tools.keys())
            .finish_non_exhaustive()
    }
}
