//! `#[agent]`: a struct becomes an agent, and its fields what the agent lends to tools.
//!
//! What is an agent function's alone is in `agent_fn`.

mod check;
mod entry;
mod expand;
mod fields;
mod listed;
pub(crate) mod of_function;
mod settings;
mod structure;
mod template;
mod tools;

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemStruct;

use crate::agent_fn;
use crate::report::Report;
use crate::root::Root;
use crate::twice;
use entry::Entry;
use fields::{Field, Provided};
use settings::Settings;

/// A checked agent.
struct Agent {
    root: Root,
    /// The struct, without our marks.
    structure: ItemStruct,
    /// An expression for the instructions.
    instructions: TokenStream,
    settings: Settings,
    entries: Vec<Entry>,
    /// What another agent's model calls it.
    tool_name: String,
    fields: Vec<Field>,
    provided: Vec<Provided>,
    /// The access to the field that brings a runtime.
    runtime: Option<TokenStream>,
}

/// The struct, and the agent of it. A key that is not sound counts as not given, so that the rest
/// of the program stands.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    if agent_fn::is_function(&item) {
        return agent_fn::expand(attribute, item);
    }
    let mut report = Report::new();
    let code = match structure::parse(item.clone()) {
        Ok(mut structure) => {
            twice::remove(&mut structure.attrs, "agent", &mut report);
            let code = expand::expand(&check::check(structure, attribute, &mut report));
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
