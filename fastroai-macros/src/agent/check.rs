//! Reports every mistake of an agent, and keeps what is sound.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ItemStruct;
use syn::spanned::Spanned;

use super::settings::{Instructions, Settings};
use super::{Agent, fields};
use crate::docs::Docs;
use crate::report::Report;
use crate::root::Root;

pub(super) fn check(
    mut structure: ItemStruct,
    attribute: TokenStream,
    report: &mut Report,
) -> Agent {
    let mut settings = Settings::read(attribute, report);
    let root = Root::new(settings.root.take(), "agent", report);
    let instructions = instructions(&structure, &mut settings, report);
    let fields = fields::read(&mut structure, report);
    let provided = fields::provided(&fields, &structure.generics);
    Agent {
        root,
        runtime: fields::runtime(&provided),
        structure,
        instructions,
        settings,
        fields,
        provided,
    }
}

/// The instructions, as a `Cow`.
fn instructions(
    structure: &ItemStruct,
    settings: &mut Settings,
    report: &mut Report,
) -> TokenStream {
    let text = match settings.instructions.take() {
        Some(Instructions::Function(path)) => {
            return quote_spanned!(path.span()=> __fastroai::Into::into(#path(self)));
        }
        Some(Instructions::Text(text)) => Some(text),
        None => Docs::read(&structure.attrs).whole(),
    };
    if text.is_none() && !settings.is_instructed {
        let name = &structure.ident;
        report.at(
            name,
            format!(
                "an agent needs instructions: add a doc comment above `{name}`, or write \
                 `instructions = \"…\"`"
            ),
        );
    }
    let text = text.unwrap_or_else(|| quote!(""));
    quote!(__fastroai::Cow::Borrowed(#text))
}
