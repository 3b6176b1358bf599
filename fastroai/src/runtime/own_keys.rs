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
    /// These over those of an agent, made once for each: what is connected with both is kept with both.
    #[cfg(feature = "config")]
    over: Mutex<Vec<(Weak<Own>, OwnKeys)>>,
}

/// A model, the name that it was asked for by, and the runtime whose connection it is over.
struct Connected {
    runtime: Weak<Shared>,
    name: String,
    model: Arc<dyn Model>,
}

impl OwnKeys {
    pub(crate) fn new(keys: impl KeyProvider) -> Self {
        Self(Arc::new(Own {
            keys: Arc::new(keys),
            connected: Mutex::default(),
            #[cfg(feature = "config")]
            over: Mutex::default(),
        }))
    }

    /// These, and those where these have none.
    #[cfg(feature = "config")]
    pub(crate) fn over(&self, those: Option<Self>) -> Self {
        let Some(those) = those else { return self.clone() };
        let mut over = self.0.over.lock().unwrap_or_else(PoisonError::into_inner);
        over.retain(|(of, _)| of.strong_count() > 0);
        if let Some((_, both)) = over.iter().find(|(of, _)| of.as_ptr() == Arc::as_ptr(&those.0)) {
            return both.clone();
        }
        let keys = (Arc::clone(&self.0.keys), Arc::clone(&those.0.keys));
        let both = Self::new(crate::config::Either(keys.0, keys.1));
        over.push((Arc::downgrade(&those.0), both.clone()));
        both
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

#[cfg(all(test, feature = "config"))]
mod tests {
    use fastroai_providers::connect::EnvironmentKeys;

    use super::*;

    #[test]
    fn what_is_connected_with_the_keys_of_both_is_kept_for_as_long_as_both_are_there() {
        let keys = || OwnKeys::new(EnvironmentKeys::new());
        let (file, program) = (keys(), keys());
        let both = file.over(Some(program.clone()));
        assert!(Arc::ptr_eq(&both.0, &file.over(Some(program.clone())).0));
        let other = keys();
        assert!(!Arc::ptr_eq(&both.0, &file.over(Some(other.clone())).0));
        assert!(Arc::ptr_eq(&file.over(None).0, &file.0));
        drop(program);
        file.over(Some(other));
        assert_eq!(file.0.over.lock().unwrap().len(), 1);
    }
}
