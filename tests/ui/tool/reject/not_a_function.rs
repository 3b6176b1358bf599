use fastroai::prelude::*;

/// A book.
#[safe_tool]
struct Book;

/// A choice.
#[safe_tool]
pub enum Choice {
    /// The only one.
    One,
}

#[safe_tool]
impl Book {}

fn main() {}
