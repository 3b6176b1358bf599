//! `#[toolset]`: methods that share their `&self` become tools, and stay methods.

mod block;
mod check;
mod expand;

use proc_macro2::TokenStream;
use quote::quote;

use crate::report::Report;
use crate::root::Root;
use crate::tool::{Instance, Method};
use crate::twice;
use block::Block;

/// A checked toolset.
struct Toolset {
    root: Root,
    /// The `impl`, without our marks.
    block: Block,
    instance: Instance,
    methods: Vec<Method>,
}

/// The `impl` as it is, and the tools of its methods.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut report = Report::new();
    let code = match block::parse(item.clone()) {
        Ok(mut block) => {
            twice::remove(&mut block.item.attrs, "toolset", &mut report);
            let code = expand::expand(&check::check(block, attribute, &mut report));
            let mistakes = report.into_items();
            return quote!(#code #mistakes);
        }
        Err(error) => {
            report.syntax(error);
            item
        }
    };
    let mistakes = report.into_tokens();
    quote!(#code #mistakes)
}
