//! `Debug` that tells how much was said, and never what.

use std::fmt;

/// Shows a text as its length, so that prompts and answers stay out of logs.
pub(crate) struct Hidden<'a>(pub(crate) &'a str);

impl fmt::Debug for Hidden<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", self.0.len())
    }
}
