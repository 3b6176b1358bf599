//! The return type: what a call answers.

use proc_macro2::Span;
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{ReturnType, Type, parse_quote};

use crate::report::Report;
use crate::root::Root;
use crate::tool::function::Function;
use crate::types;

/// What a function says that it answers.
pub(super) struct Answer {
    /// The whole return type, to be asked of the compiler.
    pub(super) returned: Option<Type>,
    /// The type of the answer.
    pub(super) output: Output,
    /// Where it stands, and where the error does.
    pub(super) value: Span,
    pub(super) error: Span,
}

/// The type of the answer.
pub(super) enum Output {
    /// As it stands between the angle brackets.
    Written(Type),
    /// Behind an alias.
    Aliased(Type),
}

impl Output {
    pub(super) fn to_type(&self, root: &Root) -> Type {
        match self {
            Self::Written(ty) => ty.clone(),
            Self::Aliased(ty) => {
                let private = types::respanned(root.private(), ty.span());
                let tokens = quote_spanned!(ty.span()=> <#ty as #private::Answers>::Output);
                syn::parse2(tokens).unwrap_or_else(|_| ty.clone())
            }
        }
    }
}

/// Reads the return type; what is certainly wrong is reported, the rest the compiler is asked.
pub(super) fn check(function: &Function, report: &mut Report) -> Answer {
    let ReturnType::Type(_, ty) = &function.signature.output else {
        report.at(
            function.name(),
            "an agent function says what it answers: give it a return type, as in \
             `-> Result<AgentResponse<String>>`",
        );
        return Answer::unsound(parse_quote!(()), function.name().span());
    };
    let whole = ty.span();
    let arguments = types::arguments(ty);
    if types::is_named(ty, "Result")
        && let [first, rest @ ..] = arguments.as_slice()
    {
        let error = rest.first().map_or(whole, Spanned::span);
        if types::is_named(first, "AgentResponse")
            && let [output] = types::arguments(first).as_slice()
        {
            return Answer {
                returned: Some((**ty).clone()),
                output: Output::Written((*output).clone()),
                value: output.span(),
                error,
            };
        }
        let shown = types::shown(first);
        report.at(
            first,
            format!(
                "an agent function answers with an `AgentResponse`: write \
                 `Result<AgentResponse<{shown}>>`"
            ),
        );
        return Answer::unsound((*first).clone(), whole);
    }
    let answer =
        if types::is_named(ty, "AgentResponse") { arguments.first().copied() } else { None };
    let is_alias = matches!(types::plain(ty), Type::Path(path)
        if path.qself.is_none() && !is_value(&path.path));
    if answer.is_none() && is_alias {
        return Answer {
            // The type of the answer asks it already.
            returned: None,
            output: Output::Aliased((**ty).clone()),
            value: whole,
            error: whole,
        };
    }
    let answer = answer.unwrap_or(ty);
    let shown = types::shown(answer);
    report.at(
        ty,
        format!(
            "an agent may fail, and answers with more than its output: write \
                 `Result<AgentResponse<{shown}>>`"
        ),
    );
    Answer::unsound(answer.clone(), whole)
}

impl Answer {
    fn unsound(output: Type, place: Span) -> Self {
        Self { returned: None, output: Output::Written(output), value: place, error: place }
    }
}

/// Whether it is a type of the language or its library, under its own name.
fn is_value(path: &syn::Path) -> bool {
    const VALUES: [&str; 22] = [
        "String", "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8",
        "u16", "u32", "u64", "u128", "usize", "Vec", "Option", "Box", "HashMap", "BTreeMap",
    ];
    path.segments.last().is_some_and(|last| VALUES.iter().any(|value| last.ident == value))
}
