//! `#[test]`: an async function becomes a test, with or without a cassette.

mod expand;
mod keys;
mod signature;

use proc_macro2::TokenStream;
use quote::quote;

use crate::report::Report;
use crate::tool::function;

/// The test; where there are mistakes, a stand-in, so that nothing else of the program becomes an
/// error.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut report = Report::new();
    let code = match function::parse(item.clone()) {
        Ok(function) => expand::expand(&function, attribute, &mut report),
        Err(error) => {
            let message =
                "`#[fastroai::test]` goes on a function: write `async fn name()` below it";
            report.syntax(syn::Error::new(error.span(), message));
            item
        }
    };
    let mistakes = report.into_tokens();
    quote!(#code #mistakes)
}
