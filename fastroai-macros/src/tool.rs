//! `#[safe_tool]`: a function becomes a tool, and stays a function.

mod check;
mod expand;
pub(crate) mod function;
mod instance;
pub(crate) mod of_agent;
mod options;
pub(crate) mod parameter;
mod returned;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use crate::report::Report;
use crate::root::Root;
use crate::twice;
use function::Function;
use options::Options;
use parameter::Parameter;
use returned::Returned;

pub(crate) use instance::{Instance, Method, method, without_marks};

/// A checked tool.
struct Tool {
    root: Root,
    function: Function,
    /// What it is a method of.
    instance: Option<Instance>,
    /// The type that stands for it in `tools = […]`.
    type_name: Ident,
    /// What the model calls it.
    name: String,
    /// An expression.
    description: TokenStream,
    options: Options,
    /// The parameters that are sound, in order.
    parameters: Vec<Parameter>,
    returned: Returned,
    /// How deep agents lie in it, where it is one: an expression.
    depth: Option<TokenStream>,
    /// Whether it is an agent function, of whose response the model reads the answer.
    is_agent: bool,
    /// Whether the function can be called with these parameters.
    is_sound: bool,
}

/// The function, and the tool of it; where there are mistakes, a stand-in, so that nothing else
/// of the program becomes an error.
pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut report = Report::new();
    let code = match function::parse(item.clone()) {
        Ok(function) if twice::is_agent(&function.attributes, &mut report) => item,
        Ok(mut function) => {
            twice::remove(&mut function.attributes, "safe_tool", &mut report);
            if !is_outside(&function, &mut report) {
                let code = expand::expand(&check::check(function, attribute, &mut report));
                let mistakes = report.into_items();
                return quote!(#code #mistakes);
            }
            function.without_marks()
        }
        Err(error) => {
            report.syntax(error);
            item
        }
    };
    let mistakes = report.into_tokens();
    quote!(#code #mistakes)
}

/// Whether it stands where no type can stand beside it, as far as its tokens tell; reported.
fn is_outside(function: &Function, report: &mut Report) -> bool {
    if !function.has_body() {
        report.at(
            function.name(),
            "a tool has a body: write it, or put `#[toolset]` above the `impl` that has one",
        );
    } else if let Some(receiver) = function.signature.receiver() {
        report.at(
            receiver,
            "a method is a tool of its type: write `#[toolset]` above the `impl`, or move the \
             function out of it and take what it needs from the agent with `#[context]`",
        );
    } else if function.mentions_self() {
        report.at(
            function.name(),
            "a function of an `impl` is a tool of its type: write `#[toolset]` above the `impl` \
             and take `&self` first, or move the function out of it",
        );
    } else {
        return false;
    }
    true
}
