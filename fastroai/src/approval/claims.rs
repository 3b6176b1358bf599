//! Each pause is gone on from once.

use std::collections::HashSet;
use std::error::Error as StdError;
use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};

use futures_util::future::BoxFuture;

/// Where it is kept which pauses were gone on from, so that none is twice: a table with a unique column,
/// say, or a folder ([`FileClaims`](super::FileClaims)).
pub trait Claims: Send + Sync + 'static {
    /// Takes this id, and says whether nobody had before. Of several who take the same id at one time,
    /// one is told so, and what it was told is kept before it is told.
    ///
    /// # Errors
    /// Where nobody can say: nothing runs then, and it can be tried again.
    fn claim<'a>(&'a self, id: &'a str) -> Claiming<'a>;
}

/// A claim on its way.
pub type Claiming<'a> = BoxFuture<'a, Result<bool, ClaimError>>;

/// Why nobody can say whether a pause was gone on from. `Debug` does not show it.
pub struct ClaimError(Box<dyn StdError + Send + Sync>);

impl ClaimError {
    /// One with this cause.
    pub fn new(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(cause.into())
    }

    /// Why.
    #[must_use]
    pub fn cause(&self) -> &(dyn StdError + 'static) {
        &*self.0
    }
}

impl fmt::Debug for ClaimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClaimError(..)")
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for ClaimError {
    fn from(cause: E) -> Self {
        Self::new(cause)
    }
}

/// The ids that were taken in this process, on whichever runtime.
static TAKEN: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

fn taken<R>(act: impl FnOnce(&mut HashSet<String>) -> R) -> R {
    act(&mut TAKEN.lock().unwrap_or_else(PoisonError::into_inner))
}

/// An id that is taken here and not in the store yet: given back, unless that is done.
struct Taking<'a>(Option<&'a str>);

impl Drop for Taking<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.0 {
            taken(|ids| ids.remove(id));
        }
    }
}

/// Takes an id, in this process and in the store where there is one.
pub(crate) async fn claim(id: &str, store: Option<&dyn Claims>) -> Result<bool, ClaimError> {
    if !taken(|ids| ids.insert(id.to_owned())) {
        return Ok(false);
    }
    let mut taking = Taking(Some(id));
    let is_first = match store {
        Some(store) => store.claim(id).await?,
        None => true,
    };
    taking.0 = None;
    Ok(is_first)
}
