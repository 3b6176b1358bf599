//! What runs share: models, keys, prices, retries, and what may be written down.

mod builder;
#[cfg(feature = "config")]
mod configured;
#[cfg(feature = "http")]
mod own_keys;
mod retry;

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

#[cfg(feature = "http")]
use fastroai_providers::Connection;
use fastroai_providers::{Model, ModelError, ModelId, offline::OfflineModel};
use tokio::sync::Semaphore;

pub use builder::RuntimeBuilder;
#[cfg(feature = "config")]
pub(crate) use configured::configured;
#[cfg(feature = "http")]
pub(crate) use own_keys::OwnKeys;
pub use retry::RetryPolicy;
pub(crate) use retry::{LONGEST_RETRY_AFTER, RetryBudget};

use crate::agent::AgentConfig;
use crate::approval::{Approver, Claims};
#[cfg(feature = "config")]
use crate::config::Agents;
use crate::emitted::Emitter;
use crate::error::Error;
use crate::grants::Bound;
use crate::guard::Guards;
use crate::history::HistoryProcessor;
use crate::hook::Hooks;
use crate::money::{Budget, Prices};
use crate::scope::{Entering, Scope};

/// What runs share. Cheap to clone; clones are the same runtime.
///
/// A run takes the one given by [`Call::on`](crate::Call::on), else a field of type `Runtime` of
/// its agent, else that of the run it is called in, else one for the whole process.
///
/// ```
/// use fastroai::Runtime;
/// let runtime = Runtime::builder()
///     .base_url("openai", "http://127.0.0.1:8080/v1")
///     .build();
/// ```
#[derive(Clone)]
pub struct Runtime(Arc<Shared>);

struct Shared {
    #[cfg(feature = "http")]
    connection: Connection,
    given: HashMap<String, Arc<dyn Model>>,
    connected: Mutex<HashMap<String, Arc<dyn Model>>>,
    prices: Prices,
    account: Option<Budget>,
    retry: RetryPolicy,
    retry_budgets: Mutex<HashMap<String, Arc<RetryBudget>>>,
    blocking: Arc<Semaphore>,
    emitter: Emitter,
    capture_content: Option<bool>,
    hooks: Hooks,
    guards: Guards,
    strict: bool,
    history: Vec<Arc<dyn HistoryProcessor>>,
    #[cfg(feature = "config")]
    agents: Option<Arc<Agents>>,
    bound: Bound,
    approver: Option<Arc<dyn Approver>>,
    claims: Option<Arc<dyn Claims>>,
}

/// The one for runs that are given none.
static DEFAULT: OnceLock<Runtime> = OnceLock::new();

impl Runtime {
    /// A runtime with everything as documented, and keys from the environment.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A runtime to be set up.
    pub fn builder() -> RuntimeBuilder {
        RuntimeBuilder::default()
    }

    /// The one for runs that are given none.
    pub(crate) fn shared() -> Self {
        DEFAULT.get_or_init(Self::new).clone()
    }

    /// Makes this the runtime of all runs in the process that are given none. Once only, and before
    /// the first such run: a policy that can be replaced later is none.
    ///
    /// ```standalone_crate
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use fastroai::prelude::*;
    /// Runtime::builder().strict().build().set_default().expect("the first");
    /// assert!(Runtime::new().set_default().is_err(), "it stays");
    /// let agent = Agent::builder().model("offline:demo").build()?;
    /// assert!(agent.run("Hello").await.is_err(), "nobody would pay for it");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The runtime, given back, where there is one already.
    pub fn set_default(self) -> Result<(), Self> {
        DEFAULT.set(self)
    }

    /// Runs a future in a scope that is paid from `account`: what runs in it draws on that account,
    /// on this runtime, as it would in a tool.
    ///
    /// On a [strict](RuntimeBuilder::strict) runtime, runs need one around them. Open one for each
    /// request or conversation, and not for the life of a process: it keeps a bill.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use fastroai::prelude::*;
    /// use fastroai::{money::Budget, usd};
    /// let runtime = Runtime::builder().strict().build();
    /// let tenant = Budget::new("tenant", usd!("5.00"));
    /// let agent = Agent::builder().model("offline:demo").build()?;
    /// assert!(agent.run("Hello").on(&runtime).await.is_err(), "nobody would pay for it");
    /// let answer = runtime.scope(&tenant, async { agent.run("Hello").await }).await??;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Of kind `Config`, where the account is beside one that the scope around it is paid from.
    pub async fn scope<F: Future>(&self, account: &Budget, future: F) -> Result<F::Output, Error> {
        let entering = Entering {
            runtime: Some(self.clone()),
            account: Some(account.clone()),
            opens: true,
            ..Entering::default()
        };
        match Scope::enter(entering) {
            Ok(scope) => Ok(scope.run(future).await),
            Err(unentered) => Err(Error::unstarted(unentered.kind)),
        }
    }

    /// The model of this name, connected once and kept.
    ///
    /// # Errors
    /// Of kind `Config`, where the name, the provider or the key is missing or wrong.
    pub fn model(&self, name: &str) -> Result<Arc<dyn Model>, ModelError> {
        self.model_for(None, name)
    }

    /// The same for an agent, which may have keys of its own.
    pub(crate) fn model_for(
        &self,
        agent: Option<&AgentConfig>,
        name: &str,
    ) -> Result<Arc<dyn Model>, ModelError> {
        if let Some(model) = self.0.given.get(name) {
            return Ok(Arc::clone(model));
        }
        let parsed = || {
            name.parse().map_err(|error: fastroai_providers::model::ModelIdError| {
                ModelError::config(error.to_string())
            })
        };
        #[cfg(feature = "http")]
        let own = agent.and_then(|agent| Some((&agent.name, agent.keys.as_ref()?)));
        #[cfg(not(feature = "http"))]
        let _ = agent;
        // What a test's cassette connects is not for others.
        #[cfg(feature = "testing")]
        if let Some(model) = crate::ambient::played(parsed, |records| match own {
            Some((agent, keys)) if records => keys.on(&self.0.connection, agent),
            _ => self.0.connection.clone(),
        }) {
            return model;
        }
        #[cfg(feature = "http")]
        if let Some((agent, keys)) = own {
            let connection = || keys.on(&self.0.connection, agent);
            let connect = || fastroai_providers::connect(&parsed()?, &connection());
            return keys.model(self, name, connect);
        }
        let mut models = self.0.connected.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = models.get(name) {
            return Ok(Arc::clone(model));
        }
        let model = connect(parsed()?, self)?;
        models.insert(name.to_owned(), Arc::clone(&model));
        Ok(model)
    }

    /// The prices that bills are made with.
    #[must_use]
    pub fn prices(&self) -> &Prices {
        &self.0.prices
    }

    /// The account that all its runs are paid from, if one was given.
    #[must_use]
    pub fn account(&self) -> Option<&Budget> {
        self.0.account.as_ref()
    }

    pub(crate) fn retry(&self) -> &RetryPolicy {
        &self.0.retry
    }

    /// What the retries of models with this [key](Model::throttle_key) may draw on.
    pub(crate) fn retry_budget(&self, throttle_key: &str) -> Arc<RetryBudget> {
        let mut budgets = self.0.retry_budgets.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(budgets.entry(throttle_key.to_owned()).or_default())
    }

    pub(crate) fn blocking_permits(&self) -> &Arc<Semaphore> {
        &self.0.blocking
    }

    pub(crate) fn hooks(&self) -> &Hooks {
        &self.0.hooks
    }

    /// The most that runs on it may be granted.
    pub(crate) fn bound(&self) -> &Bound {
        &self.0.bound
    }

    pub(crate) fn guards(&self) -> &Guards {
        &self.0.guards
    }

    pub(crate) fn is_strict(&self) -> bool {
        self.0.strict
    }

    pub(crate) fn history(&self) -> &[Arc<dyn HistoryProcessor>] {
        &self.0.history
    }

    pub(crate) fn approver(&self) -> Option<&Arc<dyn Approver>> {
        self.0.approver.as_ref()
    }

    pub(crate) fn claims(&self) -> Option<&dyn Claims> {
        self.0.claims.as_deref()
    }

    /// What all texts pass that are written down.
    pub(crate) fn emitter(&self) -> &Emitter {
        &self.0.emitter
    }

    /// Whether content is written down of agents that do not say; `Some(false)` is for all.
    pub(crate) fn captures_content(&self) -> Option<bool> {
        self.0.capture_content
    }
}

#[cfg_attr(not(feature = "http"), expect(unused_variables, reason = "nothing to connect with"))]
fn connect(id: ModelId, runtime: &Runtime) -> Result<Arc<dyn Model>, ModelError> {
    if id.provider() == "offline" {
        return Ok(Arc::new(OfflineModel::new(id)));
    }
    #[cfg(feature = "http")]
    return fastroai_providers::connect(&id, &runtime.0.connection);
    #[cfg(not(feature = "http"))]
    Err(ModelError::config(format!(
        "`{id}` is reached over HTTP: turn on the feature `http` of `fastroai`, or run offline with `offline:demo`"
    )))
}

impl Default for Runtime {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("retry", &self.0.retry).finish_non_exhaustive()
    }
}

/// The runtime in an agent's field, if the field holds one.
///
/// The macro judges a field by the name of its type, which other crates use as well.
pub fn as_runtime<T: std::any::Any>(field: &T) -> Option<&Runtime> {
    (field as &dyn std::any::Any).downcast_ref()
}
