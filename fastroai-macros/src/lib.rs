//! The attributes of FastroAI. Their documentation lives in `fastroai`, where its examples run.
//!
//! Each attribute has a folder with three steps: parsing keeps what the user wrote, checking
//! reports every mistake and leaves what is sound, expanding writes code and cannot fail.
#![forbid(unsafe_code)]

mod agent;
mod agent_fn;
mod docs;
#[cfg(test)]
mod expansion;
#[cfg(test)]
mod half_typed;
mod keys;
mod literal;
mod manifest;
mod report;
mod root;
mod similar;
mod test_fn;
mod tool;
mod toolset;
mod twice;
mod types;

use proc_macro::TokenStream;

/// Turns a function into a tool; see `fastroai::safe_tool`.
#[proc_macro_attribute]
pub fn safe_tool(attribute: TokenStream, item: TokenStream) -> TokenStream {
    tool::expand(attribute.into(), item.into()).into()
}

/// Turns the methods of an `impl` block into tools; see `fastroai::toolset`.
#[proc_macro_attribute]
pub fn toolset(attribute: TokenStream, item: TokenStream) -> TokenStream {
    toolset::expand(attribute.into(), item.into()).into()
}

/// Turns an async function into a test; see `fastroai::test`.
#[proc_macro_attribute]
pub fn test(attribute: TokenStream, item: TokenStream) -> TokenStream {
    test_fn::expand(attribute.into(), item.into()).into()
}

/// Turns a struct or a function into an agent; see `fastroai::agent`.
#[proc_macro_attribute]
pub fn agent(attribute: TokenStream, item: TokenStream) -> TokenStream {
    agent::expand(attribute.into(), item.into()).into()
}
