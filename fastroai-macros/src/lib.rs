//! The attributes of FastroAI.
use proc_macro::TokenStream;

/// Placeholder.
#[proc_macro_attribute]
pub fn safe_tool(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// Placeholder.
#[proc_macro_attribute]
pub fn agent(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}
