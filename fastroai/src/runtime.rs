//! What runs share: models, keys, prices, retries, and what may be written down.

mod retry;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

#[cfg(feature = "http")]
use fastroai_providers::Connection;
use fastroai_providers::{Model, ModelError, ModelId, offline::OfflineModel};
use tokio::sync::Semaphore;

pub use retry::RetryPolicy;
pub(crate) use retry::{LONGEST_RETRY_AFTER, RetryBudget};

use crate::history::HistoryProcessor;
use crate::money::{OverrideError, Prices, Rates};

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
    models: Mutex<HashMap<String, Arc<dyn Model>>>,
    prices: Prices,
    retry: RetryPolicy,
    retry_budgets: Mutex<HashMap<String, Arc<RetryBudget>>>,
    blocking: Arc<Semaphore>,
    capture_content: bool,
    history: Vec<Arc<dyn HistoryProcessor>>,
}

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
        static SHARED: LazyLock<Runtime> = LazyLock::new(Runtime::new);
        SHARED.clone()
    }

    /// The model of this name, connected once and kept.
    ///
    /// # Errors
    /// Of kind `Config`, where the name, the provider or the key is missing or wrong.
    pub fn model(&self, name: &str) -> Result<Arc<dyn Model>, ModelError> {
        let mut models = self.0.models.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = models.get(name) {
            return Ok(Arc::clone(model));
        }
        let id: ModelId =
            name.parse().map_err(|error: fastroai_providers::model::ModelIdError| {
                ModelError::config(error.to_string())
            })?;
        let model = connect(id, self)?;
        models.insert(name.to_owned(), Arc::clone(&model));
        Ok(model)
    }

    /// The prices that bills are made with.
    #[must_use]
    pub fn prices(&self) -> &Prices {
        &self.0.prices
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

    pub(crate) fn history(&self) -> &[Arc<dyn HistoryProcessor>] {
        &self.0.history
    }

    pub(crate) fn captures_content(&self) -> bool {
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
    retry: RetryPolicy,
    capture_content: bool,
    history: Vec<Arc<dyn HistoryProcessor>>,
}

impl RuntimeBuilder {
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

    /// How failed attempts at a model are repeated.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Whether the texts of tool errors go to the trace. Off unless said so: they may hold secrets.
    pub fn capture_content(mut self, capture: bool) -> Self {
        self.capture_content = capture;
        self
    }

    /// Adds what decides, before each request of every run, what the model sees of the conversation:
    /// before what agents and calls add, and after what was added here before. See
    /// [`history`](crate::history).
    pub fn history(mut self, processor: impl HistoryProcessor) -> Self {
        self.history.push(Arc::new(processor));
        self
    }

    /// The runtime.
    pub fn build(self) -> Runtime {
        Runtime(Arc::new(Shared {
            #[cfg(feature = "http")]
            connection: self.connection,
            models: Mutex::new(self.models),
            prices: self.prices.unwrap_or_else(Prices::standard),
            retry: self.retry,
            retry_budgets: Mutex::default(),
            blocking: Arc::new(Semaphore::new(BLOCKING_TOOLS)),
            capture_content: self.capture_content,
            history: self.history,
        }))
    }
}

/// The runtime in an agent's field, if the field holds one.
///
/// The macro judges a field by the name of its type, which other crates use as well.
pub fn as_runtime<T: std::any::Any>(field: &T) -> Option<&Runtime> {
    (field as &dyn std::any::Any).downcast_ref()
}
