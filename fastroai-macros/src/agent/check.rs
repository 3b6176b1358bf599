//! Reports every mistake of an agent, and keeps what is sound.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Ident, ItemStruct};

use super::listed::snake_case;
use super::settings::{Instructions, Settings};
use super::template::{self, Template};
use super::{Agent, entry, fields};
use crate::docs::Docs;
use crate::literal;
use crate::report::Report;
use crate::root::Root;

pub(super) fn check(
    mut structure: ItemStruct,
    attribute: TokenStream,
    report: &mut Report,
) -> Agent {
    let mut settings = Settings::read(attribute, &structure.ident, report);
    let root = Root::new(settings.root.take(), "agent", report);
    let instructions = instructions(&structure, &mut settings, report);
    let fields = fields::read(&mut structure, report);
    let listed = std::mem::take(&mut settings.tools);
    let entries = entry::resolve(&listed, &settings.prefix, &fields, &structure.ident, report);
    let tool_name = tool_name(&structure, &settings, report);
    let provided = fields::provided(&fields, &structure.generics);
    Agent {
        root,
        runtime: fields::runtime(&provided),
        structure,
        instructions,
        settings,
        entries,
        tool_name,
        fields,
        provided,
    }
}

/// What the model of another agent calls this one; asked only of an agent that can be listed.
fn tool_name(structure: &ItemStruct, settings: &Settings, report: &mut Report) -> String {
    if let Some(name) = &settings.tool_name {
        if settings.description.is_none() {
            report.at(
                name,
                "an agent that is a tool needs a description: write `description = \"…\"`, or \
                 remove `tool_name`",
            );
        }
        return name.value();
    }
    let name = match &settings.name {
        Some(name) => snake_case(&name.value()),
        None => snake_case(&structure.ident.unraw().to_string()),
    };
    if settings.description.is_some()
        && let Err(message) = literal::tool_name(&name)
    {
        report.at(&structure.ident, format!("{message}, with `tool_name = \"…\"`"));
    }
    name
}

/// The instructions, as a `Cow`.
fn instructions(
    structure: &ItemStruct,
    settings: &mut Settings,
    report: &mut Report,
) -> TokenStream {
    match settings.instructions.take() {
        Some(Instructions::Function(path)) => {
            quote_spanned!(path.span()=> __fastroai::Told::told(#path(self)))
        }
        Some(Instructions::Text(text)) => match template::read(&text, &names(structure), report) {
            Template::Plain(text) => quote!(__fastroai::Cow::Borrowed(#text)),
            Template::Filled { format, values } => {
                let at = text.span();
                let values = values.iter().map(|value| value.of_self(at));
                quote_spanned! {at=>
                    __fastroai::Cow::Owned(__fastroai::format!(#format, #(#values),*))
                }
            }
        },
        None => {
            let text = documented(&structure.attrs, &structure.ident, settings, report);
            quote!(__fastroai::Cow::Borrowed(#text))
        }
    }
}

/// The doc comment, as an expression.
pub(super) fn documented(
    attributes: &[Attribute],
    name: &Ident,
    settings: &Settings,
    report: &mut Report,
) -> TokenStream {
    let text = Docs::read(attributes).whole();
    if text.is_none() && !settings.is_instructed {
        report.at(
            name,
            format!(
                "an agent needs instructions: add a doc comment above `{name}`, or write \
                 `instructions = \"…\"`"
            ),
        );
    }
    text.unwrap_or_else(|| quote!(""))
}

/// What a text may name: the fields.
fn names(structure: &ItemStruct) -> Vec<String> {
    let fields = structure.fields.iter().enumerate();
    fields
        .map(|(index, field)| {
            field.ident.as_ref().map_or_else(|| index.to_string(), |name| name.unraw().to_string())
        })
        .collect()
}
