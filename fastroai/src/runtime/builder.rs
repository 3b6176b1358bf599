//! Setting a runtime up.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

#[cfg(feature = "http")]
use fastroai_providers::Connection;
use fastroai_providers::Model;
use tokio::sync::Semaphore;

use super::{RetryPolicy, Runtime, Shared};
use crate::approval::{Approver, Claims};
#[cfg(feature = "config")]
use crate::config::Agents;
use crate::emitted::Emitter;
use crate::grants::Bound;
use crate::guard::{Guard, Guards, Redactor};
use crate::history::HistoryProcessor;
use crate::hook::{Hook, Hooks};
use crate::money::{Budget, OverrideError, Prices, Rates};

/// How many blocking tools run at one time, those included that outlived their deadline.
const BLOCKING_TOOLS: usize = 64;

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
