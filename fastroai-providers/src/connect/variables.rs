//! Variables of the environment, or of what stands in for it.

use std::fmt;
use std::sync::Arc;

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Where variables are looked up.
#[derive(Clone)]
pub(super) struct Variables(Arc<Lookup>);

impl Variables {
    pub(super) fn new(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(lookup))
    }

    /// The first of these that is set, and its value; one that is empty is one that is not set.
    pub(super) fn first(&self, names: &[&'static str]) -> Option<(&'static str, String)> {
        names.iter().find_map(|&name| {
            let value = (self.0)(name).filter(|value| !value.is_empty())?;
            Some((name, value))
        })
    }
}

impl Default for Variables {
    fn default() -> Self {
        Self::new(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variables").finish_non_exhaustive()
    }
}
