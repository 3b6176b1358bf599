//! The keys that only an agent function has; the others are those of any agent.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::Ident;

use crate::keys::{self, Table};
use crate::report::Report;
use crate::similar;

const TABLE: Table = Table { keys: &["description", "type"], foreign: &[], bare: &[] };

/// What makes the function a tool of other agents.
#[derive(Default)]
pub(super) struct Keys {
    /// An expression.
    pub(super) description: Option<TokenStream>,
    /// Whether there is a description, sound or not.
    pub(super) is_described: bool,
    pub(super) type_name: Option<Ident>,
    /// The rest of the attribute.
    pub(super) rest: TokenStream,
}

impl Keys {
    pub(super) fn read(attribute: TokenStream, report: &mut Report) -> Self {
        let mut found = Self::default();
        let mut own = TokenStream::new();
        for chunk in keys::split_at_commas(attribute) {
            // A slip of one of them is told as such.
            let is_own = matches!(chunk.first(), Some(TokenTree::Ident(key))
                if similar::nearest(&key.to_string(), TABLE.keys.iter().copied()).is_some());
            let tokens = if is_own { &mut own } else { &mut found.rest };
            tokens.extend(chunk);
            syn::token::Comma::default().to_tokens(tokens);
        }
        let pairs = keys::parse(own, &TABLE, report);
        found.is_described = pairs.mean("description");
        for pair in pairs {
            if pair.name() == "description" {
                found.description = pair.text_or_macro(report);
            } else if pair.name() == "type" {
                found.type_name =
                    pair.parse("the name of a type: write `type = ClassifyTool`", report);
            }
        }
        found
    }
}
