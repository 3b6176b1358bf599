//! The parameters: what the model fills in, and what the agent lends.

mod figure;
mod limits;
mod mark;
mod pattern;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, Expr, FnArg, Ident, Meta, Pat, PatType, Type};

use crate::docs::Docs;
use crate::keys::{self, Table, Value};
use crate::report::Report;
use crate::types::{self, Unfillable};
pub(crate) use limits::{Limits, within};
pub(crate) use mark::{is_lent, is_mark, report_slips};

/// A sound parameter.
pub(crate) enum Parameter {
    /// Filled in by the model.
    Argument(Box<Argument>),
    /// Lent by the agent: `#[context] db: &Db`.
    Lent { ident: Ident, ty: Box<Type> },
    /// The run: `#[context] run: RunContext<'_>`, or a reference to it.
    Run { is_reference: bool, place: Box<Type> },
}

/// A parameter that the model fills in.
pub(crate) struct Argument {
    pub(crate) ident: Ident,
    /// What the model calls it.
    pub(crate) name: String,
    pub(crate) ty: Type,
    /// An expression; `None` if nothing is said.
    pub(crate) description: Option<TokenStream>,
    pub(crate) default: Option<Default>,
    pub(crate) example: Option<Expr>,
    /// What it must keep to beyond its type.
    pub(crate) limits: Limits,
    /// The function takes a reference to it, as an agent function may.
    pub(crate) is_borrowed: bool,
}

/// What stands for an absent argument.
pub(crate) enum Default {
    /// `#[tool(default)]`.
    OfType,
    /// `#[tool(default = …)]`.
    Expression(Expr),
}

const TABLE: Table = Table {
    keys: &["default", "rename", "example", "range", "min", "max", "length", "pattern"],
    foreign: &[
        ("name", "write `rename`"),
        ("description", "write a doc comment above the parameter"),
        ("context", "write `#[context]`"),
        ("optional", "give the parameter the type `Option<…>`"),
        ("skip", "write `#[context]` for what the agent lends"),
        ("examples", "write one `example = …`, or more in the doc comment"),
        ("regex", "write `pattern`"),
        ("minimum", "write `min`, or `range(1..=10)`"),
        ("maximum", "write `max`, or `range(1..=10)`"),
        ("min_length", "write `length(1..)`"),
        ("max_length", "write `length(..=80)`"),
    ],
    bare: &[],
};

/// The parameters that the model fills in.
pub(crate) fn arguments(parameters: &[Parameter]) -> impl Iterator<Item = &Argument> {
    parameters.iter().filter_map(|parameter| match parameter {
        Parameter::Argument(argument) => Some(&**argument),
        Parameter::Lent { .. } | Parameter::Run { .. } => None,
    })
}

/// The parameter, or `None` and what is wrong with it.
pub(crate) fn check(input: &FnArg, report: &mut Report) -> Option<Parameter> {
    let FnArg::Typed(parameter) = input else { return None };
    let mistakes = report.len();
    for attribute in &parameter.attrs {
        if attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr") {
            report.at(
                attribute,
                "a parameter of a tool is always there: put the `#[cfg(…)]` on the whole function",
            );
        }
    }
    report_slips(parameter, report);
    let marked = |mark: &str| parameter.attrs.iter().find(|attr| attr.path().is_ident(mark));
    let sound = if is_lent(parameter) {
        let context = marked("context");
        if let Some(context @ Attribute { meta: Meta::List(_) | Meta::NameValue(_), .. }) = context
        {
            report.at(context, "`#[context]` takes nothing: the agent is asked by type");
        }
        if let (Some(_), Some(tool)) = (context, marked("tool")) {
            report.at(tool, "the agent lends this parameter, not the model: remove `#[tool(…)]`");
        }
        context_parameter(parameter, report)
    } else {
        argument(parameter, report).map(Box::new).map(Parameter::Argument)
    };
    sound.filter(|_| report.len() == mistakes)
}

fn context_parameter(parameter: &PatType, report: &mut Report) -> Option<Parameter> {
    let ident = match &*parameter.pat {
        Pat::Ident(pattern) if pattern.subpat.is_none() => pattern.ident.clone(),
        // Nothing is filled in by name here, so that any pattern does.
        _ => Ident::new("lent", proc_macro2::Span::call_site()),
    };
    match types::plain(&parameter.ty) {
        Type::Reference(reference) if reference.mutability.is_some() => {
            let inner = types::shown(&reference.elem);
            report.at(
                &parameter.ty,
                format!(
                    "the runs of an agent share its fields: write `&{inner}`, with a lock inside \
                     where it changes, as in `&std::sync::Mutex<{inner}>`"
                ),
            );
            None
        }
        Type::Reference(reference) if types::is_named(&reference.elem, "RunContext") => {
            Some(Parameter::Run { is_reference: true, place: parameter.ty.clone() })
        }
        Type::Reference(reference) => {
            Some(Parameter::Lent { ident, ty: Box::new(types::plain(&reference.elem).clone()) })
        }
        ty if types::is_named(ty, "RunContext") => {
            Some(Parameter::Run { is_reference: false, place: parameter.ty.clone() })
        }
        ty => {
            let inner = types::arguments(ty);
            if let ("Option", [inner @ Type::Reference(_)]) = (&*types::name(ty), &*inner) {
                let shown = types::shown(inner);
                report.at(ty, format!("the agent lends it to every call: write `{shown}`"));
                return None;
            }
            let shown = types::shown(ty);
            report.at(ty, format!("the agent lends its fields: write `&{shown}`"));
            None
        }
    }
}

fn argument(parameter: &PatType, report: &mut Report) -> Option<Argument> {
    let ident = plain_name(parameter, report);
    fillable(parameter, report);
    let Marks { default, rename, example, limits } = marks(parameter, report);
    let said = match &default {
        Some(Default::Expression(value)) => Some(("default", value)),
        _ => None,
    };
    for (what, value) in said.into_iter().chain(example.as_ref().map(|value| ("example", value))) {
        figure::fit(what, value, within(&parameter.ty), report);
        limits.hold(what, value, report);
    }
    limits.fit(&parameter.ty, report);
    let ident = ident?;
    Some(Argument {
        name: rename.unwrap_or_else(|| ident.unraw().to_string()),
        ident,
        ty: (*parameter.ty).clone(),
        description: Docs::read(&parameter.attrs).whole(),
        default,
        example,
        limits,
        is_borrowed: false,
    })
}

fn plain_name(parameter: &PatType, report: &mut Report) -> Option<Ident> {
    match &*parameter.pat {
        Pat::Ident(pattern) if pattern.subpat.is_none() && pattern.by_ref.is_none() => {
            Some(pattern.ident.clone())
        }
        pattern => {
            report.at(pattern, named(pattern, &parameter.ty));
            None
        }
    }
}

/// What to write in place of a pattern.
fn named(pattern: &Pat, ty: &Type) -> String {
    const BY_NAME: &str = "the model fills parameters in by name:";
    match pattern {
        Pat::Wild(_) => format!("{BY_NAME} give this one a name, or remove it"),
        Pat::Ident(name) if name.subpat.is_none() => {
            format!("{BY_NAME} write `{}`, and borrow it in the body", name.ident)
        }
        Pat::Tuple(names) => {
            let parts = match types::plain(ty) {
                Type::Tuple(types) if types.elems.len() == names.elems.len() => types,
                _ => {
                    return format!(
                        "{BY_NAME} give this one a plain name, and take it apart in the body"
                    );
                }
            };
            let parts: Vec<String> = names
                .elems
                .iter()
                .zip(&parts.elems)
                .map(|(name, ty)| format!("{}: {}", types::shown(name), types::shown(ty)))
                .collect();
            format!("{BY_NAME} make each part a parameter, as in `{}`", parts.join(", "))
        }
        _ => format!("{BY_NAME} give this one a plain name, and take it apart in the body"),
    }
}

/// Reports the types that no model can fill in, as far as tokens tell.
fn fillable(parameter: &PatType, report: &mut Report) {
    let ty = &*parameter.ty;
    if types::is_named(types::pointee(ty).unwrap_or(ty), "RunContext") {
        report.at(ty, "the run is given by the runtime: write `#[context]` before this parameter");
        return;
    }
    match types::plain(ty) {
        Type::Tuple(_) if matches!(&*parameter.pat, Pat::Tuple(_)) => return,
        Type::Infer(_) => return report.leave(),
        Type::Slice(_) => {
            let owned = owned(ty);
            report.at(ty, format!("a parameter has a size: write `{owned}`"));
            return;
        }
        ty if types::is_named(ty, "str") => {
            report.at(ty, "a parameter has a size: write `String`");
            return;
        }
        _ => {}
    }
    let found = Unfillable::of(ty);
    let name = parameter.pat.to_token_stream();
    for reference in found.references {
        let owned = owned(&reference.elem);
        let inner = types::shown(&reference.elem);
        report.at(
            reference,
            format!(
                "a tool owns its arguments, because they outlive the request: write `{owned}`, or \
                 `#[context] {name}: &{inner}` for what the agent lends"
            ),
        );
    }
    for tuple in found.tuples {
        report.at(
            tuple,
            "providers cannot describe a tuple to the model: give each part a name, with a struct \
             or with one parameter each",
        );
    }
    for (other, what) in found.no_data {
        report.at(
            other,
            format!(
                "a model writes JSON, and {what} is none: take a type that is data, or \
                 `#[context] {name}: &…` for what the agent lends"
            ),
        );
    }
    for shared in found.single_threaded {
        let inner = types::arguments(shared).first().map_or_else(|| "T".to_owned(), |it| owned(it));
        report.at(shared, format!("a tool may run on any thread: write `{inner}`"));
    }
    for implementation in found.impls {
        report.at(implementation, "the model cannot choose a type: write a concrete type");
    }
}

/// The type that owns what a reference to this one borrows.
pub(crate) fn owned(borrowed: &Type) -> String {
    match types::plain(borrowed) {
        Type::Slice(slice) => format!("Vec<{}>", types::shown(&slice.elem)),
        ty if types::is_named(ty, "str") => "String".to_owned(),
        ty if types::is_named(ty, "Path") => "PathBuf".to_owned(),
        ty => types::shown(ty),
    }
}

/// What `#[tool(…)]` says of a parameter, as far as it is sound.
#[derive(std::default::Default)]
struct Marks {
    default: Option<Default>,
    rename: Option<String>,
    example: Option<Expr>,
    limits: Limits,
}

fn marks(parameter: &PatType, report: &mut Report) -> Marks {
    let mut marks = Marks::default();
    for attribute in parameter.attrs.iter().filter(|attr| attr.path().is_ident("tool")) {
        let Meta::List(list) = &attribute.meta else {
            report.at(attribute, "`#[tool]` needs a key: write `#[tool(default = …)]`");
            continue;
        };
        for pair in keys::parse(list.tokens.clone(), &TABLE, report) {
            match pair.name().as_str() {
                "default" => {
                    marks.default = match &pair.value {
                        Value::Absent => Some(Default::OfType),
                        Value::Given(_) | Value::List(_) => pair
                            .parse("an expression: write `default = …`", report)
                            .map(Default::Expression),
                    };
                }
                "rename" => marks.rename = pair.text(report).map(|text| text.value()),
                "example" => {
                    marks.example = pair.parse("an expression: write `example = …`", report);
                }
                _ => marks.limits.take(&pair, report),
            }
        }
    }
    marks
}
