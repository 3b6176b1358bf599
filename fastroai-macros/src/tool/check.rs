//! Reports every mistake of a tool, and keeps what is sound.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{GenericParam, Safety};

use super::Tool;
use super::function::Function;
use super::options::Options;
use super::parameter::{self, Parameter, arguments};
use super::returned::{self, Returned};
use crate::docs::{Bullet, Docs};
use crate::report::Report;
use crate::root::Root;
use crate::{literal, similar, types};

/// The attribute and the signature are checked whatever is wrong with the other.
pub(super) fn check(function: Function, attribute: TokenStream, report: &mut Report) -> Tool {
    let mut options = Options::read(attribute, report);
    let root = Root::new(options.root.take(), "safe_tool", report);
    signature(function, options, root, report)
}

/// All but the attribute itself.
pub(super) fn signature(
    function: Function,
    mut options: Options,
    root: Root,
    report: &mut Report,
) -> Tool {
    let docs = Docs::read(&function.attributes);
    let description = description(&function, &mut options, &docs, report);
    let name = name(&function, &mut options, report);

    let before = report.len();
    modifiers(&function, report);
    generics(&function, report);
    let inputs = &function.signature.inputs;
    let mut parameters: Vec<Parameter> = inputs
        .iter()
        .filter_map(|input| parameter::check(input, report))
        .filter(|parameter| !is_generic(parameter, &function))
        .collect();
    one_run(&parameters, report);
    distinct_names(&parameters, report);
    let returned = returned::check(&function, report);
    let is_sound = report.len() == before;

    describe(&mut parameters, &docs.bullets(), parameters_are_whole(&function, is_sound), report);
    Tool {
        root,
        type_name: options.type_name.take().unwrap_or_else(|| function.name().clone()),
        name,
        description,
        options,
        parameters,
        returned: returned
            .unwrap_or(Returned { value: Span::call_site(), error: Span::call_site() }),
        depth: None,
        is_agent: false,
        is_sound,
        function,
        instance: None,
    }
}

fn description(
    function: &Function,
    options: &mut Options,
    docs: &Docs,
    report: &mut Report,
) -> TokenStream {
    if let Some(description) = options.description.take().or_else(|| docs.summary()) {
        return description;
    }
    if !options.is_described {
        let name = function.name();
        report.at(
            name,
            format!(
                "the model chooses a tool by its description: add a doc comment above `{name}`, or \
                 write `description = \"…\"`"
            ),
        );
    }
    quote!("")
}

fn name(function: &Function, options: &mut Options, report: &mut Report) -> String {
    if let Some(name) = options.name.take() {
        return name;
    }
    let name = function.name().unraw().to_string();
    if let Err(message) = literal::tool_name(&name) {
        report.at(
            function.name(),
            format!("{message}, with `#[safe_tool(name = \"…\")]` or as the function's name"),
        );
    }
    name
}

fn modifiers(function: &Function, report: &mut Report) {
    let signature = &function.signature;
    if let Some(constness) = &signature.constness {
        report.at(constness, "a tool runs when a model asks for it: remove `const`");
    }
    if let Safety::Unsafe(unsafety) = &signature.safety {
        report.at(
            unsafety,
            "the model decides when a tool runs, so it cannot be `unsafe`: wrap the unsafe part in \
             the body",
        );
    }
    if let Some(abi) = &signature.abi {
        report.at(abi, "a tool is called from Rust only: remove `extern`");
    }
    if let Some(variadic) = &signature.variadic {
        report.at(variadic, "the model fills parameters in by name: take a `Vec` instead");
    }
}

fn generics(function: &Function, report: &mut Report) {
    for parameter in &function.signature.generics.params {
        match parameter {
            GenericParam::Type(_) => report.at(
                parameter,
                "the model cannot choose a type: replace the type parameter by a concrete type",
            ),
            GenericParam::Const(_) => report.at(
                parameter,
                "the model cannot choose a constant: replace the parameter by a value",
            ),
            GenericParam::Lifetime(_) => {}
        }
    }
}

/// Whether its type is not there outside of the function, which is reported as a generic.
fn is_generic(parameter: &Parameter, function: &Function) -> bool {
    let ty = match parameter {
        Parameter::Argument(argument) => &argument.ty,
        Parameter::Lent { ty, .. } => &**ty,
        Parameter::Run { .. } => return false,
    };
    types::mentions_parameter(ty, &function.signature.generics)
}

fn one_run(parameters: &[Parameter], report: &mut Report) {
    let runs = parameters.iter().filter_map(|parameter| match parameter {
        Parameter::Run { place, .. } => Some(place),
        Parameter::Argument(_) | Parameter::Lent { .. } => None,
    });
    for second in runs.skip(1) {
        report
            .at(second, "this tool takes its run twice: remove one of the `RunContext` parameters");
    }
}

pub(super) fn distinct_names(parameters: &[Parameter], report: &mut Report) {
    let mut seen: Vec<&str> = Vec::new();
    for argument in arguments(parameters) {
        if seen.contains(&argument.name.as_str()) {
            let name = &argument.name;
            report.at(
                &argument.ident,
                format!(
                    "two parameters are called `{name}`: rename one with `#[tool(rename = \"…\")]`"
                ),
            );
        }
        seen.push(&argument.name);
    }
}

/// Whether the parameters that are left are all that the function has.
fn parameters_are_whole(function: &Function, is_sound: bool) -> bool {
    is_sound || function.signature.inputs.is_empty()
}

/// Takes descriptions from the bullets of the function's own docs, where a parameter has none.
///
/// A bullet that describes nothing is a mistake where arguments are announced, or where it is a
/// slip of a parameter's name; other lists are the author's business.
pub(super) fn describe(
    parameters: &mut [Parameter],
    bullets: &[Bullet],
    are_whole: bool,
    report: &mut Report,
) {
    let names: Vec<String> = parameters
        .iter()
        .filter_map(|parameter| match parameter {
            Parameter::Argument(argument) => Some(argument.name.clone()),
            Parameter::Lent { ident, .. } => Some(ident.unraw().to_string()),
            Parameter::Run { .. } => None,
        })
        .collect();
    for bullet in bullets {
        let described = parameters.iter_mut().find_map(|parameter| match parameter {
            Parameter::Argument(argument) if argument.name == bullet.name => Some(argument),
            _ => None,
        });
        if let Some(argument) = described {
            if argument.description.is_none() && !bullet.description.is_empty() {
                let description = &bullet.description;
                argument.description = Some(quote!(#description));
            }
            continue;
        }
        if names.contains(&bullet.name) || !are_whole {
            continue;
        }
        let undescribed = names.iter().filter(|name| !bullets.iter().any(|b| b.name == **name));
        let meant = similar::nearest(&bullet.name, undescribed.map(String::as_str));
        let message = match meant {
            Some(meant) => {
                format!("no parameter is called `{}`: did you mean `{meant}`?", bullet.name)
            }
            None if bullet.announced && names.is_empty() => {
                format!("no parameter is called `{}`: remove this line", bullet.name)
            }
            None if bullet.announced => format!(
                "no parameter is called `{}`: the parameters are {}",
                bullet.name,
                similar::list(names.iter().map(String::as_str))
            ),
            None => continue,
        };
        report.at(&bullet.place, message);
    }
}
