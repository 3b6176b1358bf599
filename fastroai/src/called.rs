//! What hooks and guards are called.

use std::any::type_name;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// As their type is, without its path and parameters.
pub(crate) fn by_type<T: ?Sized>() -> &'static str {
    let name = type_name::<T>();
    let name = name.split('<').next().unwrap_or(name);
    name.rsplit("::").next().unwrap_or(name)
}

/// As they say; what panics when it is asked has no name, and is called `otherwise`.
pub(crate) fn by_itself<'n>(name: impl FnOnce() -> &'n str, otherwise: &str) -> String {
    let name = catch_unwind(AssertUnwindSafe(|| name().to_owned()));
    name.unwrap_or_else(|_| otherwise.to_owned())
}
