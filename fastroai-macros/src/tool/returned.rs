//! The return type: where its two halves stand, for the messages about them.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, ReturnType, Type, TypeParamBound};

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
        ReturnType::Type(_, ty) if matches!(types::plain(ty), Type::Never(_)) => {
            report.at(ty, ADVICE);
            None
        }
        ReturnType::Type(_, ty) => {
            if let Some(output) = awaited(ty).filter(|_| !function.is_async()) {
                let (name, output) = (function.name(), types::shown(output));
                report.at(
                    ty,
                    format!("a tool that waits is `async`: write `async fn {name}(…) -> {output}`"),
                );
                return None;
            }
            let whole = ty.span();
            let halves =
                if types::is_named(ty, "Result") { types::arguments(ty) } else { Vec::new() };
            if let Some(error) = halves.get(1).copied().filter(|error| is_local_error(error)) {
                report.at(
                    error,
                    "a tool may run on any thread, and so does its error: write \
                     `Box<dyn std::error::Error + Send + Sync>`",
                );
                return None;
            }
            Some(Returned {
                value: halves.first().map_or(whole, Spanned::span),
                error: halves.get(1).map_or(whole, Spanned::span),
            })
        }
    }
}

/// What comes of an `impl Future<Output = T>`.
fn awaited(ty: &Type) -> Option<&Type> {
    let Type::ImplTrait(implementation) = types::plain(ty) else { return None };
    implementation.bounds.iter().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return None };
        let future = bound.path.segments.last().filter(|it| it.ident == "Future")?;
        let PathArguments::AngleBracketed(list) = &future.arguments else { return None };
        list.args.iter().find_map(|argument| match argument {
            GenericArgument::AssocType(output) if output.ident == "Output" => Some(&output.ty),
            _ => None,
        })
    })
}

/// Whether it is a `Box<dyn Error>` that cannot leave its thread.
fn is_local_error(ty: &Type) -> bool {
    let Some(Type::TraitObject(object)) = types::pointee(ty) else { return false };
    let names: Vec<String> = object
        .bounds
        .iter()
        .filter_map(|bound| match bound {
            TypeParamBound::Trait(bound) => bound.path.segments.last(),
            _ => None,
        })
        .map(|last| last.ident.to_string())
        .collect();
    names.iter().any(|name| name == "Error") && !names.iter().any(|name| name == "Send")
}
