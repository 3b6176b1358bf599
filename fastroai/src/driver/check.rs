//! Whether an answer fits, asked without naming the type.

use std::sync::{Mutex, PoisonError};

use crate::agent::AgentOutput;

/// Takes an answer or says why not.
pub(crate) trait Check: Send + Sync {
    fn accepts(&self, text: &str) -> Result<(), String>;
}

/// Parses the answer into a type and keeps it.
pub(crate) struct Typed<T>(Mutex<Option<T>>);

impl<T> Typed<T> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(None))
    }

    pub(crate) fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<T: AgentOutput> Check for Typed<T> {
    fn accepts(&self, text: &str) -> Result<(), String> {
        let value = T::parse(text)?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
        Ok(())
    }
}
