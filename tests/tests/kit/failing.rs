//! What a failing assertion says.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What this panics with.
pub(crate) fn panic_of<R>(assertion: impl FnOnce() -> R) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(assertion)) else {
        panic!("it passed");
    };
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).expect("a text")
}
