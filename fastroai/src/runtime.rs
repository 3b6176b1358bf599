//! What runs share: models, keys, prices, retries, and what may be written down.

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
use crate::guard::{Guard, Guards, Redactor};
use crate::history::HistoryProcessor;
use crate::hook::{Hook, Hooks};
use crate::money::{Budget, OverrideError, Prices, Rates};
use crate::scope::{Entering, Scope};

/// How many blocking tools run at one time, those included that outlived their deadline.
const BLOCKING_TOOLS: usize = 64;

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

/// Sets up a [`Runtime`].
#[derive(Default)]
#[must_use]
pub struct RuntimeBuilder {
    #[cfg(feature = "http")]
    connection: Connection,
    models: HashMap<String, Arc<dyn Model>>,
    prices: Option<Prices>,
    account: Option<Budget>,
    retry: RetryPolicy,
    capture_content: Option<bool>,
    redactor: Option<Redactor>,
    unredacted: bool,
    hooks: Vec<Arc<dyn Hook>>,
    guards: Guards,
    strict: bool,
    history: Vec<Arc<dyn HistoryProcessor>>,
    #[cfg(feature = "config")]
    agents: Option<Arc<Agents>>,
    bound: Bound,
    approver: Option<Arc<dyn Approver>>,
    claims: Option<Arc<dyn Claims>>,
}

impl RuntimeBuilder {
    /// What a configuration says of agents, over what the program says.
    #[cfg(feature = "config")]
    pub(crate) fn agents(mut self, agents: Arc<Agents>) -> Self {
        self.agents = Some(agents);
        self
    }

    /// The key for a provider; without it the provider's environment variable is read.
    #[cfg(feature = "http")]
    pub fn key(mut self, provider: &str, key: impl Into<String>) -> Self {
        self.connection = self.connection.key(provider, key);
        self
    }

    /// Where keys come from, asked before each request, instead of the environment.
    #[cfg(feature = "http")]
    pub fn key_provider(mut self, keys: impl fastroai_providers::http::KeyProvider) -> Self {
        self.connection = self.connection.key_provider(keys);
        self
    }

    /// Where a provider is reached; without it the provider's environment variable is read.
    ///
    /// `https` only, but for a loopback address, which needs no key either.
    #[cfg(feature = "http")]
    pub fn base_url(mut self, provider: &str, url: impl Into<String>) -> Self {
        self.connection = self.connection.base_url(provider, url);
        self
    }

    /// All that can be set about connections; what was set before is dropped.
    #[cfg(feature = "http")]
    pub fn connection(mut self, connection: Connection) -> Self {
        self.connection = connection;
        self
    }

    /// A model of one's own under the name that it gives itself.
    pub fn model(mut self, model: impl Model) -> Self {
        self.models.insert(model.id().as_str().to_owned(), Arc::new(model));
        self
    }

    /// Prices for models, beside or over the catalogue's; see [`Prices::with_override`].
    #[doc(alias = "cost_calculator")]
    pub fn prices(mut self, prices: Prices) -> Self {
        self.prices = Some(prices);
        self
    }

    /// A price for the models of this pattern; see [`Prices::with_override`].
    ///
    /// # Errors
    /// Where the pattern could never match.
    pub fn price(mut self, pattern: &str, rates: Rates) -> Result<Self, OverrideError> {
        let prices = self.prices.take().unwrap_or_else(Prices::standard);
        self.prices = Some(prices.with_override(pattern, rates)?);
        Ok(self)
    }

    /// The account that all runs and requests on this runtime are paid from: the process's, say. What a
    /// call is given as its account is under it, or pays as well.
    ///
    /// ```
    /// use fastroai::money::Budget;
    /// use fastroai::{Runtime, usd};
    /// let process = Budget::new("process", usd!("100"));
    /// let runtime = Runtime::builder().account(&process).build();
    /// let tenant = process.child("tenant", usd!("5"));
    /// // agent.run("…").on(&runtime).account(&tenant) is paid from both.
    /// # let _ = (runtime, tenant);
    /// ```
    pub fn account(mut self, account: &Budget) -> Self {
        self.account = Some(account.clone());
        self
    }

    /// How failed attempts at a model are repeated.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Adds a policy that each attempt at a model or a tool passes, after those added before.
    ///
    /// See [`hook`](crate::hook) for their order.
    pub fn hook(self, hook: impl Hook) -> Self {
        self.shared_hook(Arc::new(hook))
    }

    /// Adds a policy that is kept elsewhere as well, to be looked at or changed, or to be shared with
    /// another runtime. An attempt that passes both runtimes passes it once.
    pub fn shared_hook(mut self, hook: Arc<dyn Hook>) -> Self {
        self.hooks.push(hook);
        self
    }

    /// Adds a guard that the texts of all its runs pass, and of those that these call, whichever
    /// runtime they bring along: after those added before, and before those of agents and calls. See
    /// [`guard`](crate::guard).
    pub fn guard(self, guard: impl Guard) -> Self {
        self.shared_guard(Arc::new(guard))
    }

    /// Adds a guard that is kept elsewhere as well, or shared with another runtime. What passes both
    /// runtimes passes it once.
    pub fn shared_guard(mut self, guard: Arc<dyn Guard>) -> Self {
        self.guards.push(guard);
        self
    }

    /// Refuses runs that are in no scope: neither in another run, as its tools are, nor in
    /// [`Runtime::scope`]. So a bare `tokio::spawn` in a tool cannot spend outside the budget of its
    /// run; where agents bring no runtime, [`set_default`](Runtime::set_default) makes it hold for
    /// them as well.
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Grants no run on it more than this, whatever its agent is [granted](crate::agent::AgentConfig::grants), nor the
    /// runs inside. Said again, what both say holds; unsaid, there is no bound.
    ///
    /// ```
    /// use fastroai::Runtime;
    /// let reads_only = Runtime::builder().grants(["net", "read"]).build();
    /// # let _ = reads_only;
    /// ```
    pub fn grants<G: Into<String>>(mut self, grants: impl IntoIterator<Item = G>) -> Self {
        self.bound = self.bound.and(&Bound::of(grants));
        self
    }

    /// Whether what is said in a run goes to the trace: instructions, messages, arguments and results
    /// of tools, the texts of errors. Off unless said so, here or by
    /// [the agent](crate::agent::AgentConfig::capture_content).
    ///
    /// `true` is for the agents that say nothing themselves. `false` is for all, whatever they say,
    /// and for all that runs inside. What is captured passes the [redactor](Self::redactor) and is cut
    /// at 64 KiB for each field. Keys, headers and addresses are never captured.
    ///
    /// ```
    /// use fastroai::Runtime;
    /// let runtime = Runtime::builder().capture_content(true).build();
    /// ```
    pub fn capture_content(mut self, capture: bool) -> Self {
        self.capture_content = Some(capture);
        self
    }

    /// What finds personal data and secrets in all that is written down: in spans, in the log, and
    /// in names and ids there, whether content is captured or not. Without it
    /// [`Redactor::standard`] does.
    ///
    /// ```
    /// use fastroai::Runtime;
    /// use fastroai::guard::Redactor;
    /// let redactor = Redactor::standard().with_pattern("CASE", r"\bC-\d{6}\b")?;
    /// let runtime = Runtime::builder().redactor(redactor).capture_content(true).build();
    /// # Ok::<(), fastroai::guard::PatternError>(())
    /// ```
    pub fn redactor(mut self, redactor: Redactor) -> Self {
        self.redactor = Some(redactor);
        self
    }

    /// Writes down what is captured as it is, with all personal data and secrets in it: for tests
    /// and labs, and never for what users say. Line breaks and control characters are escaped all
    /// the same.
    pub fn dangerously_capture_unredacted(mut self) -> Self {
        self.unredacted = true;
        self
    }

    /// Adds what decides, before each request of every run, what the model sees of the conversation:
    /// before what agents and calls add, and after what was added here before. See
    /// [`history`](crate::history).
    pub fn history(mut self, processor: impl HistoryProcessor) -> Self {
        self.history.push(Arc::new(processor));
        self
    }

    /// Who decides about tool calls that need an approval while the run waits, so that it does not
    /// pause; see [`approval`](crate::approval). It decides for the agents that are called inside as
    /// well, unless these bring a runtime with another one.
    pub fn approver(mut self, approver: impl Approver) -> Self {
        self.approver = Some(Arc::new(approver));
        self
    }

    /// Where it is kept which paused runs were gone on from, beside the memory of this process; see
    /// [`approval`](crate::approval#once).
    pub fn claims(mut self, claims: impl Claims) -> Self {
        self.claims = Some(Arc::new(claims));
        self
    }

    /// The runtime.
    pub fn build(self) -> Runtime {
        Runtime(Arc::new(Shared {
            #[cfg(feature = "http")]
            connection: self.connection,
            given: self.models,
            connected: Mutex::default(),
            prices: self.prices.unwrap_or_else(Prices::standard),
            account: self.account,
            retry: self.retry,
            retry_budgets: Mutex::default(),
            blocking: Arc::new(Semaphore::new(BLOCKING_TOOLS)),
            emitter: Emitter::new((!self.unredacted).then(|| self.redactor.unwrap_or_default())),
            capture_content: self.capture_content,
            hooks: Hooks::new(self.hooks),
            guards: self.guards,
            strict: self.strict,
            history: self.history,
            #[cfg(feature = "config")]
            agents: self.agents,
            bound: self.bound,
            approver: self.approver,
            claims: self.claims,
        }))
    }
}

/// The runtime in an agent's field, if the field holds one.
///
/// The macro judges a field by the name of its type, which other crates use as well.
pub fn as_runtime<T: std::any::Any>(field: &T) -> Option<&Runtime> {
    (field as &dyn std::any::Any).downcast_ref()
}
