//! What a deployment sets without a new build: a file, `fastroai.toml`, and the environment.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use fastroai::config::Config;
//! use fastroai::prelude::*;
//!
//! /// You are a travel assistant.
//! #[agent(model = "openai:gpt-4o-mini")]
//! struct Travel;
//!
//! // `Config::load("fastroai.toml")?` reads a file.
//! let config = Config::parse(r#"
//!     [providers.openai]
//!     key = { env = "OPENAI_API_KEY" }
//!
//!     [runtime]
//!     budget = "$25.00"
//!
//!     [agents.Travel]
//!     model = "offline:demo"
//!     timeout = "30s"
//! "#)?;
//! config.check_agents(["Travel"])?;
//! let runtime = config.runtime()?.build();
//! Travel.run("Do I need an umbrella?").on(&runtime).await?;
//! # Ok(()) }
//! ```
//!
//! # Layers
//! Later ones win, value by value: what holds by default, the file, the environment, what the program
//! says by [`Loader::set`], and what it says on the [builder](crate::RuntimeBuilder) that
//! [`Config::runtime`] gives. Of an agent, the program's `#[agent(…)]` comes first, `[agents.NAME]` goes
//! over it, and what a single call says goes over both; a function that is asked before each request
//! ([`settings_with`](crate::agent::AgentConfig::settings_with)) is asked all the same.
//!
//! A variable sets one value: its name is `FASTROAI`, and the path of the value, in capitals, each part
//! after two underscores: `FASTROAI__RUNTIME__RETRY__ATTEMPTS=5`. A variable of that prefix that no value
//! has is refused like an unknown key. A list has commas in between. The names of agents are written as in the file, or as
//! the agent is called, in small letters or capitals. A `.env` file is not read.
//!
//! # Keys
//! A key is referred to: `key = { env = "OPENAI_API_KEY" }`, `key = { file = "/run/secrets/openai" }`,
//! `key = "${OPENAI_API_KEY}"`, or the variable `FASTROAI__PROVIDERS__OPENAI__KEY`. It is read anew for
//! each request, and once more where the provider refuses it, so that it is rotated without a restart.
//! One that stands in the file itself is refused, unless `allow_literal_keys = true` stands at the top.
//! `[agents.NAME.keys]` has keys for the requests of one agent alone.
//!
//! # Variables in texts
//! `${NAME}` in a text is the value of a variable, and it is a fault where that is not set or empty;
//! `${NAME:-otherwise}` is the other text then; `$$` is a `$`, as is one before anything else. The value of
//! a variable is not looked through again, and what comes from `FASTROAI__…` not at all.
//!
//! # What there is
//! | section | keys |
//! | --- | --- |
//! | the top | `allow_literal_keys` |
//! | `[providers.NAME]` | `base_url`, `key` |
//! | `[runtime]` | `budget`, `strict`, `capture_content`, `environment_proxy`, `grants` |
//! | `[runtime.retry]` | `attempts`, `first_wait`, `longest_wait`, `attempt_timeout`, `repeat_ambiguous` |
//! | `[runtime.timeouts]` | `connect`, `first_byte`, `idle`, `total` |
//! | `[agents.NAME]` | `model`, `fallback`, `temperature`, `top_p`, `max_tokens`, `budget`, `timeout`, `max_turns`, `max_tool_calls`, `max_concurrency`, `output_attempts`, `grants`, `capture_content` |
//! | `[agents.NAME.keys]` | a key for each provider |
//! | `[prices]` | as a file of [`Overrides`] |
//! | `[limits]`, with the feature `limits` | `requests_per_minute`, `burst`, `tokens_per_minute`, `concurrency`, `max_queued`, `per` |
//! | `[audit]`, with the feature `audit` | `path`, `sync`, `key` |
//!
//! Durations have units, as in the attributes: `"30s"`, `"1m30s"`. Amounts are dollars in quotes: `"$5.00"`.
//! Certificates are always checked: no key switches that off, and an address is `https`, or `http` on this
//! machine.

mod agents;
mod fault;
mod foreign;
mod keys;
mod loader;
mod place;
mod policies;
mod prices;
mod providers;
mod running;
mod section;
mod shown;
mod tree;
mod values;
mod variables;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use fastroai_providers::Connection;
use fastroai_providers::connect::EnvironmentKeys;
#[cfg(feature = "audit")]
use secrecy::ExposeSecret;

pub(crate) use agents::Agents;
pub use fault::{ConfigError, Fault, FaultKind};
pub(crate) use keys::Either;
pub use loader::Loader;

use self::keys::{Named, Reference, Referenced};
use self::place::Place;
use self::providers::Providers;
use self::running::Running;
use self::shown::{Shown, shown_name};
use self::variables::Environment;
use crate::catalogue;
#[cfg(feature = "limits")]
use crate::hook::RateLimits;
use crate::money::{Overrides, Prices};
use crate::runtime::{Runtime, RuntimeBuilder};
use crate::telemetry::events;

/// What a deployment sets: the values of a file and of the environment, checked. See the
/// [module](self). Cheap to clone.
///
/// `Display` is the [effective](Self::effective) configuration; `Debug` shows no value.
#[derive(Clone)]
pub struct Config(Arc<Settled>);

/// What it says.
struct Settled {
    variables: Environment,
    providers: Providers,
    running: Running,
    agents: Arc<Agents>,
    prices: Option<Overrides>,
    #[cfg(feature = "limits")]
    limits: Option<RateLimits>,
    #[cfg(feature = "audit")]
    audit: Option<policies::Audit>,
    /// Opened with the first runtime: the file is open once in a process.
    #[cfg(feature = "audit")]
    trail: Mutex<Option<crate::audit::AuditTrail>>,
    /// Whether it was told which files of keys others may read.
    told: Mutex<bool>,
    shown: Vec<Shown>,
}

impl Config {
    /// Reads a file, and the environment over it.
    ///
    /// # Errors
    /// All that is wrong with them, at once; where there is no such file; where it is larger than
    /// 256 KiB.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Self::loader().file(path).load()
    }

    /// As [`load`](Self::load), but without the file where there is none.
    ///
    /// # Errors
    /// As of [`load`](Self::load).
    pub fn load_or_default(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Self::loader().file_if_there(path).load()
    }

    /// Reads a text as if it were the file, and the environment over it.
    ///
    /// # Errors
    /// As of [`load`](Self::load).
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        Self::loader().text(text).load()
    }

    /// Reads the environment alone.
    ///
    /// # Errors
    /// As of [`load`](Self::load).
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::loader().load()
    }

    /// A configuration to be put together.
    pub fn loader() -> Loader {
        Loader::default()
    }

    /// A runtime as the configuration says, to add to. What is said on the builder wins.
    ///
    /// All runtimes of one configuration share its account, its limits and its audit trail.
    ///
    /// # Errors
    /// Where the audit trail cannot be opened.
    pub fn runtime(&self) -> Result<RuntimeBuilder, ConfigError> {
        self.tell_of_open_files();
        let running = &self.0.running;
        let mut builder =
            Runtime::builder().connection(self.connection()).retry(running.retry.clone());
        if let Some(capture) = running.capture_content {
            builder = builder.capture_content(capture);
        }
        if let Some(grants) = &running.grants {
            builder = builder.grants(grants);
        }
        if running.strict {
            builder = builder.strict();
        }
        if let Some(account) = &running.account {
            builder = builder.account(account);
        }
        if let Some(overrides) = &self.0.prices {
            builder = builder.prices(Prices::standard().with_overrides(overrides.clone()));
        }
        if !self.0.agents.is_empty() {
            builder = builder.agents(Arc::clone(&self.0.agents));
        }
        #[cfg(feature = "audit")]
        if let Some(trail) = self.trail()? {
            builder = builder.hook(trail);
        }
        #[cfg(feature = "limits")]
        if let Some(limits) = &self.0.limits {
            builder = builder.hook(limits.clone());
        }
        Ok(builder)
    }

    /// What the configuration says of keys, addresses and timeouts, to add to: for
    /// [`RuntimeBuilder::connection`], which drops what was set before.
    ///
    /// ```
    /// use fastroai::config::Config;
    /// let config = Config::parse("[runtime.timeouts]\nconnect = \"3s\"")?;
    /// let connection = config.connection().environment_proxy();
    /// let runtime = config.runtime()?.connection(connection).build();
    /// # Ok::<(), fastroai::config::ConfigError>(())
    /// ```
    #[must_use]
    pub fn connection(&self) -> Connection {
        let Settled { variables, providers, running, .. } = &*self.0;
        let look = |variables: Environment| move |name: &str| variables.get(name);
        let mut connection =
            Connection::new().environment(look(variables.clone())).timeouts(running.timeouts);
        if running.environment_proxy {
            connection = connection.environment_proxy();
        }
        for (provider, url) in &providers.base_urls {
            connection = connection.base_url(provider, url);
        }
        if providers.keys.is_empty() {
            return connection;
        }
        let keys = Arc::new(providers.keys.clone());
        let referenced = Referenced { keys, variables: variables.clone() };
        let others = EnvironmentKeys::looked_up_by(look(variables.clone()));
        connection.key_provider(Either(Arc::new(referenced), Arc::new(others)))
    }

    /// Refuses an `[agents.NAME]` that is for none of these: a slip in a name that only the program
    /// knows. Without this it would be a section that says nothing.
    ///
    /// ```
    /// use fastroai::config::Config;
    /// let config = Config::parse("[agents.Travle]\nmodel = \"offline:demo\"")?;
    /// let error = config.check_agents(["Travel", "Billing"]).unwrap_err();
    /// assert!(error.to_string().contains("did you mean `Travel`?"));
    /// # Ok::<(), fastroai::config::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// A fault for each such section.
    pub fn check_agents<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<(), ConfigError> {
        let names: Vec<&str> = names.into_iter().collect();
        let agents = &self.0.agents;
        let unknown = agents
            .places
            .iter()
            .filter(|(said, _)| !names.iter().any(|name| agents.is_meant(said, name)));
        let faults = unknown.map(|(said, place)| {
            let nearest = catalogue::nearest_key(said, names.iter().copied()).map(str::to_owned);
            let what = match &nearest {
                Some(nearest) => format!("no agent has this name: did you mean `{nearest}`?"),
                None => "no agent has this name: name one of the program's".to_owned(),
            };
            let path = format!("agents.{}", shown_name(said));
            Fault::new(path, place, FaultKind::UnknownAgent { nearest }, what)
        });
        all_or(faults.collect())
    }

    /// Looks whether every key that is referred to can be had at this time: for the start of a
    /// program, which would else learn it with the first request. Files are read.
    ///
    /// # Errors
    /// A fault for each key that is not there.
    pub fn check_keys(&self) -> Result<(), ConfigError> {
        let faults = self.references().filter_map(|named| {
            let error = named.read(&self.0.variables).err()?;
            let mut shown = self.0.shown.iter();
            let shown = shown.find(|it| shown::shown_path(&it.path) == named.path);
            let place = shown.map_or(&Place::Program, |shown| &shown.place);
            Some(Fault::new(named.path.as_str(), place, FaultKind::NoKey, error.to_string()))
        });
        all_or(faults.collect())
    }

    /// What holds after all layers, as a file would say it, each value with its source. Keys are
    /// shown as references, or as `"***"`.
    ///
    /// ```
    /// use fastroai::config::Config;
    /// let config = Config::loader()
    ///     .text("[runtime.retry]\nattempts = 5")
    ///     .set("runtime.budget", "$25")
    ///     .load()?;
    /// let shown = config.effective();
    /// assert!(shown.contains("budget = \"$25.00\" # from the program"));
    /// assert!(shown.contains("attempts = 5 # from fastroai.toml:2"));
    /// assert!(shown.contains("connect = \"10s\" # default"));
    /// # Ok::<(), fastroai::config::ConfigError>(())
    /// ```
    #[must_use]
    pub fn effective(&self) -> String {
        shown::document(&self.0.shown)
    }

    fn references(&self) -> impl Iterator<Item = &Named> {
        let Settled { providers, agents, .. } = &*self.0;
        let keys = providers.keys.values().chain(&agents.keys);
        #[cfg(feature = "audit")]
        let keys = keys.chain(self.0.audit.iter().filter_map(|audit| audit.key.as_ref()));
        keys
    }

    /// Tells once of files of keys that everyone on the machine may read.
    fn tell_of_open_files(&self) {
        let mut told = self.0.told.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *told, true) {
            return;
        }
        for named in self.references() {
            if let Reference::File(path) = &named.reference
                && is_open_to_all(path)
            {
                events::key_file_is_open(&named.path, &path.display().to_string());
            }
        }
    }

    #[cfg(feature = "audit")]
    fn trail(&self) -> Result<Option<crate::audit::AuditTrail>, ConfigError> {
        let Some(audit) = &self.0.audit else { return Ok(None) };
        let mut trail = self.0.trail.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(trail) = &*trail {
            return Ok(Some(trail.clone()));
        }
        let fault = |path: &str, kind, what: String| {
            let at = self.0.shown.iter().find(|shown| shown.path == ["audit", "path"]);
            let place = at.map_or(&Place::Program, |shown| &shown.place);
            ConfigError::one(Fault::new(path, place, kind, what))
        };
        let mut options = crate::audit::AuditOptions::default().sync(audit.sync);
        if let Some(named) = &audit.key {
            let key = named.text(&self.0.variables);
            let (key, _) =
                key.map_err(|error| fault("audit.key", FaultKind::NoKey, error.to_string()))?;
            options = options.key(key.expose_secret().trim().as_bytes());
        }
        let opened = options
            .open(&audit.path)
            .map_err(|error| fault("audit.path", FaultKind::Audit, error.to_string()))?;
        Ok(Some(trail.insert(opened).clone()))
    }
}

impl Runtime {
    /// A runtime as a file and the environment say: [`Config::load`], [`Config::runtime`] and `build`.
    ///
    /// # Errors
    /// As of these.
    pub fn from_config(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Ok(Config::load(path)?.runtime()?.build())
    }
}

fn all_or(faults: Vec<Fault>) -> Result<(), ConfigError> {
    if faults.is_empty() { Ok(()) } else { Err(ConfigError::new(faults)) }
}

#[cfg(unix)]
fn is_open_to_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn is_open_to_all(_path: &Path) -> bool {
    false
}

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.effective())
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("values", &self.0.shown.len()).finish_non_exhaustive()
    }
}
