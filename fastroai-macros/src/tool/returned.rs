//! The return type: where its two halves stand, for the messages about them.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{ReturnType, Type};

use super::function::Function;
use crate::report::Report;
use crate::types;

/// Where the user wrote the type of the value and that of the error.
///
/// Only places: whether it is a `Result` is for the compiler to say, since aliases have any name.
pub(super) struct Returned {
    pub(super) value: Span,
    pub(super) error: Span,
}

/// The places, or `None` for a function that returns nothing.
pub(super) fn check(function: &Function, report: &mut Report) -> Option<Returned> {
    const ADVICE: &str =
        "a tool answers the model: give it a return type, as in `-> Result<String, Error>`";
    match &function.signature.output {
        ReturnType::Default => {
            report.at(function.name(), ADVICE);
            None
        }
        ReturnType::Type(_, ty) if matches!(types::plain(ty), Type::Tuple(t) if t.elems.is_empty()) =>
        {
            report.at(ty, ADVICE);
            None
        }
        ReturnType::Type(_, ty) => {
            let whole = ty.span();
            let halves =
                if types::is_named(ty, "Result") { types::arguments(ty) } else { Vec::new() };
            Some(Returned {
                value: halves.first().map_or(whole, Spanned::span),
                error: halves.get(1).map_or(whole, Spanned::span),
            })
        }
    }
}
