//! The parameters: what the prompt is made of, and what the agent's tools are lent.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{FnArg, Ident, Pat, PatType, Type};

use crate::agent::of_function::behind;
use crate::report::Report;
use crate::tool::function::Function;
use crate::tool::parameter::{self, Parameter};
use crate::types;

/// The parameters of a function, as far as they are sound.
#[derive(Default)]
pub(super) struct Parameters {
    /// Those that are lent, with the types behind the references.
    pub(super) lent: Vec<(Ident, Type)>,
    /// The names of all.
    pub(super) names: Vec<String>,
    /// As a tool has them.
    pub(super) of_tool: Vec<Parameter>,
}

/// Reads the parameters; `is_tool` says whether a model fills them in as well.
pub(super) fn check(function: &Function, is_tool: bool, report: &mut Report) -> Parameters {
    let mut parameters = Parameters::default();
    for input in &function.signature.inputs {
        let FnArg::Typed(parameter) = input else { continue };
        if let Pat::Ident(pattern) = &*parameter.pat {
            parameters.names.push(pattern.ident.unraw().to_string());
        }
        let marked = |mark: &str| parameter.attrs.iter().find(|attr| attr.path().is_ident(mark));
        if parameter::is_lent(parameter) {
            lent(parameter, &mut parameters, report);
        } else if is_tool {
            let (owned, is_borrowed) = owned(parameter);
            let sound = parameter::check(&FnArg::Typed(owned), report);
            parameters.of_tool.extend(sound.map(|sound| match sound {
                Parameter::Argument(mut argument) => {
                    argument.is_borrowed = is_borrowed;
                    Parameter::Argument(argument)
                }
                other => other,
            }));
        } else if !parameter::report_slips(parameter, report)
            && let Some(mark) = marked("tool")
        {
            report.at(
                mark,
                "`#[tool]` is for what a model fills in, and this function is no tool yet: write \
                 `description = \"…\"` in `#[agent(…)]`, or remove this",
            );
        }
    }
    parameters
}

fn lent(parameter: &PatType, parameters: &mut Parameters, report: &mut Report) {
    let Pat::Ident(pattern) = &*parameter.pat else {
        report.at(
            &parameter.pat,
            "what an agent lends to its tools has a name: write `#[context] name: &Type`",
        );
        return;
    };
    match parameter::check(&FnArg::Typed(parameter.clone()), report) {
        Some(Parameter::Run { .. }) => report.at(
            &parameter.ty,
            "a call of an agent function is a run of its own, and is given none: remove this \
             parameter; budget, time and cancellation of a run around it hold by themselves",
        ),
        Some(Parameter::Lent { ident, ty }) => {
            parameters.lent.push((pattern.ident.clone(), behind(&ty)));
            parameters.of_tool.push(Parameter::Lent { ident, ty });
        }
        Some(Parameter::Argument(_)) | None => {}
    }
}

/// The parameter as the model fills it in: owned where the function borrows it.
fn owned(parameter: &PatType) -> (PatType, bool) {
    let mut owned = parameter.clone();
    let Type::Reference(reference) = types::plain(&parameter.ty) else { return (owned, false) };
    if reference.mutability.is_some() {
        return (owned, false);
    }
    let at = syn::spanned::Spanned::span(&parameter.ty);
    let tokens: TokenStream = match types::plain(&reference.elem) {
        Type::Path(path) if path.path.is_ident("str") => {
            quote::quote_spanned!(at=> ::std::string::String)
        }
        Type::Slice(slice) => {
            let item = &slice.elem;
            quote::quote_spanned!(at=> ::std::vec::Vec<#item>)
        }
        ty if types::is_named(ty, "Path") => quote::quote_spanned!(at=> ::std::path::PathBuf),
        ty => ty.to_token_stream(),
    };
    let Ok(ty) = syn::parse2(tokens) else { return (owned, false) };
    *owned.ty = ty;
    (owned, true)
}
