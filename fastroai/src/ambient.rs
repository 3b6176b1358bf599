//! What a test has put around the code that runs, beside the [`Scope`](crate::scope::Scope) of a
//! run: other models, tools and settings, a listener, a cassette.
//!
//! It is a task-local of its own, since a test stands around runs and not inside one. Without the
//! feature `testing` all of this is `no_ambient.rs`, which does nothing.

mod layer;
mod listening;
mod stub;

use std::future::Future;
use std::sync::Arc;

use fastroai_providers::http::deny;
use fastroai_providers::{Connection, ModelId};
use fastroai_providers::{Model, ModelError};

use crate::agent::AgentConfig;
use crate::driver::Order;
use crate::money::Meter;
use crate::runtime::Runtime;
use crate::testing::Cassette;

pub(crate) use layer::Layer;
pub(crate) use listening::{Listener, Watch};
pub(crate) use stub::Stub;

tokio::task_local! {
    static CURRENT: Ambient;
}

/// What stands around the code that runs.
#[derive(Clone, Default)]
pub(crate) struct Ambient {
    /// What is put in the place of what the code says, the innermost first.
    pub(crate) layer: Option<Arc<Layer>>,
    /// Who hears of runs that begin here.
    pub(crate) listeners: Vec<Listener>,
    /// What is spent on all that runs here.
    pub(crate) meter: Option<Meter>,
    pub(crate) cassette: Option<Cassette>,
    /// The run that this code is in, as each listener knows it.
    watch: Watch,
}

impl Ambient {
    /// What stands around this code.
    pub(crate) fn current() -> Self {
        CURRENT.try_with(Clone::clone).unwrap_or_default()
    }

    /// Runs a future inside of what `change` makes of what stands around it.
    ///
    /// The future is put on the heap, since scopes go into one another and each would be as large as
    /// it, several times over.
    pub(crate) fn with<F: IntoFuture>(
        change: impl FnOnce(&mut Self),
        future: F,
    ) -> impl Future<Output = F::Output> {
        let future = Box::pin(future.into_future());
        async move {
            let mut ambient = Self::current();
            change(&mut ambient);
            CURRENT.scope(ambient, future).await
        }
    }
}

/// A future that keeps what is around it here, wherever it is polled.
pub(crate) fn kept<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let ambient = CURRENT.try_with(Clone::clone).ok();
    let policy = deny::around();
    // On the heap, since each of the ways that it may take would keep a place for it.
    let future = Box::pin(future);
    async move {
        match policy {
            Some(policy) => deny::scoped(policy, within(ambient, future)).await,
            None => within(ambient, future).await,
        }
    }
}

async fn within<F: Future>(ambient: Option<Ambient>, future: F) -> F::Output {
    match ambient {
        Some(ambient) => CURRENT.scope(ambient, future).await,
        None => future.await,
    }
}

/// The same for a function.
pub(crate) fn kept_by<R>(function: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let ambient = CURRENT.try_with(Clone::clone).ok();
    let policy = deny::around();
    let within = move || match ambient {
        Some(ambient) => CURRENT.sync_scope(ambient, function),
        None => function(),
    };
    move || match policy {
        Some(policy) => deny::scoped_sync(policy, within),
        None => within(),
    }
}

/// A meter for a run that is in no other one.
pub(crate) fn meter() -> Meter {
    let around = CURRENT.try_with(|ambient| ambient.meter.as_ref().map(Meter::child));
    around.ok().flatten().unwrap_or_default()
}

/// The model of this name, or the one that a test has put in its place.
pub(crate) fn model(
    runtime: &Runtime,
    agent: Option<&AgentConfig>,
    name: &str,
) -> Result<Arc<dyn Model>, ModelError> {
    let ambient = Ambient::current();
    let of = agent.map(|agent| agent.name.as_str());
    let replaced = Layer::all(ambient.layer.as_deref()).find_map(|layer| layer.model(of, name));
    let model = match replaced {
        Some(model) => model,
        None => runtime.model_for(agent, name)?,
    };
    Ok(ambient.watch.listens_to(model))
}

/// The model of this name as a cassette plays it, where there is one; `None` elsewhere. The connection
/// is made for one that records, or for one that plays.
pub(crate) fn played(
    id: impl FnOnce() -> Result<ModelId, ModelError>,
    connection: impl FnOnce(bool) -> Connection,
) -> Option<Result<Arc<dyn Model>, ModelError>> {
    let cassette = CURRENT.try_with(|ambient| ambient.cassette.clone()).ok().flatten()?;
    let connected = id().and_then(|id| {
        let connection = connection(cassette.is_recording());
        let way = connection.way();
        let mut connection = connection.transport(cassette.over(way));
        if !cassette.is_recording() {
            // No key is needed to play, nor asked for.
            connection = connection.key(id.provider(), "played-from-a-cassette");
        }
        fastroai_providers::connect(&id, &connection)
    });
    Some(connected)
}

/// Changes what is asked as the test says, and tells its listeners that a run begins.
pub(crate) fn begin(order: &mut Order<'_>) -> Watch {
    let ambient = Ambient::current();
    let layers: Vec<&Layer> = Layer::all(ambient.layer.as_deref()).collect();
    for layer in layers.iter().rev() {
        order.settings = order.settings.merge(&layer.settings);
        if let Some(told) = &layer.instructions {
            let told = told.clone();
            order.instructions = Box::new(move || told.clone().into());
        }
        for tool in &mut order.tools {
            if let Some(stub) = layer.tools.get(tool.definition().name.as_str()) {
                *tool = stub.over(tool.clone());
            }
        }
    }
    let agent = order.config.name.as_str();
    if layers.iter().any(|layer| layer.replaces_all(agent)) {
        let fallback = order.fallback.as_ref().unwrap_or(&order.config.fallback);
        let named = |model: &str| layers.iter().any(|layer| layer.names(model));
        let kept = fallback.iter().filter(|fallback| named(&fallback.model)).cloned().collect();
        order.fallback = Some(kept);
    }
    ambient.watch.begin(&ambient.listeners, agent, &order.run_id)
}
