//! `#[agent]` on a function: a call of it asks an agent, and its signature says what comes back.
//!
//! The one place where an attribute gives code another meaning: the block makes the prompt.

mod answer;
mod block;
mod expand;
mod keys;
mod parameters;
mod signature;

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Visibility};

use crate::report::Report;
use crate::tool::function;
use crate::twice;

/// Whether this is a function, of whatever kind.
pub(crate) fn is_function(item: &TokenStream) -> bool {
    let parser = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let is_function = function::is_function(input);
        input.parse::<TokenStream>()?;
        Ok(is_function)
    };
    parser.parse2(item.clone()).unwrap_or(false)
}

/// The function, the agent inside it, and the type that other agents list; where there are
/// mistakes, a stand-in, so that nothing else of the program becomes an error.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut report = Report::new();
    let code = match function::parse(item.clone()) {
        Ok(mut function) => {
            twice::remove(&mut function.attributes, "agent", &mut report);
            twice::remove_tool(&mut function.attributes, &mut report);
            let is_method = function.signature.receiver().is_some();
            let code = expand::expand(function, attribute, &mut report);
            let mistakes = if is_method { report.into_tokens() } else { report.into_items() };
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
