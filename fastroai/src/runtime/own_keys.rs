//! Keys for the requests of one agent alone.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use fastroai_providers::http::KeyProvider;
use fastroai_providers::{Connection, Model, ModelError};

use super::{Runtime, Shared};

/// Where an agent's own keys come from, and the models that were connected with them: they are kept
/// here and not with the runtime, so that no other agent is given one of them. Clones share them.
#[derive(Clone)]
pub(crate) struct OwnKeys(Arc<Own>);

struct Own {
    keys: Arc<dyn KeyProvider>,
    connected: Mutex<Vec<Connected>>,
}

/// A model, the name that it was asked for by, and the runtime whose connection it is over.
struct Connected {
    runtime: Weak<Shared>,
    name: String,
    model: Arc<dyn Model>,
}

impl OwnKeys {
    pub(crate) fn new(keys: impl KeyProvider) -> Self {
        Self(Arc::new(Own { keys: Arc::new(keys), connected: Mutex::default() }))
    }

    /// These, and those where these have none.
    #[cfg(feature = "config")]
    pub(crate) fn over(&self, those: Option<Self>) -> Self {
        match those {
            Some(those) => Self::new(crate::config::Either(
                Arc::clone(&self.0.keys),
                Arc::clone(&those.0.keys),
            )),
            None => self.clone(),
        }
    }

    /// A connection that asks here first.
    pub(super) fn on(&self, connection: &Connection, agent: &str) -> Connection {
        connection.clone().own_keys(agent, Arc::clone(&self.0.keys))
    }

    /// The model of this name, connected once for each runtime, and kept.
    pub(super) fn model(
        &self,
        runtime: &Runtime,
        name: &str,
        connect: impl FnOnce() -> Result<Arc<dyn Model>, ModelError>,
    ) -> Result<Arc<dyn Model>, ModelError> {
        let mut connected = self.0.connected.lock().unwrap_or_else(PoisonError::into_inner);
        let of = Arc::as_ptr(&runtime.0);
        let mine = |kept: &&Connected| kept.runtime.as_ptr() == of && kept.name == name;
        if let Some(kept) = connected.iter().find(mine) {
            return Ok(Arc::clone(&kept.model));
        }
        let model = connect()?;
        connected.retain(|kept| kept.runtime.strong_count() > 0);
        connected.push(Connected {
            runtime: Arc::downgrade(&runtime.0),
            name: name.to_owned(),
            model: Arc::clone(&model),
        });
        Ok(model)
    }
}

impl fmt::Debug for OwnKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnKeys(redacted)")
    }
}
