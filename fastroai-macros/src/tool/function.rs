//! The function under the attribute. Its body is not looked at.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, FnArg, Ident, Signature, Token, Visibility};

use super::parameter::is_mark;

/// A function, as the user wrote it.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(super) body: TokenStream,
}

/// What a tool has to do, and clippy would not: own its arguments, be `async` where it is not to run
/// on a thread of its own, and have no type parameters.
pub(super) fn lenient() -> TokenStream {
    quote!(#[allow(clippy::implicit_hasher, clippy::needless_pass_by_value, clippy::unused_async)])
}

/// Reads a function; anything else is a mistake on the word that says what it is.
pub(crate) fn parse(item: TokenStream) -> syn::Result<Function> {
    let parser = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if !is_function(input) {
            return Err(input.error(
                "`#[safe_tool]` goes on a function: write `async fn name(…) -> Result<…>` below it",
            ));
        }
        let signature = Signature::parse(input)?;
        Ok(Function { attributes, visibility, signature, body: input.parse()? })
    };
    parser.parse2(item)
}

pub(crate) fn is_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    while !ahead.is_empty() && !ahead.peek(Token![fn]) {
        let modifier = ahead.peek(Token![const])
            || ahead.peek(Token![async])
            || ahead.peek(Token![unsafe])
            || ahead.peek(Token![extern])
            || ahead.peek(syn::LitStr);
        if !modifier || ahead.parse::<TokenTree>().is_err() {
            return false;
        }
    }
    ahead.peek(Token![fn])
}

impl Function {
    pub(crate) fn name(&self) -> &Ident {
        &self.signature.ident
    }

    pub(crate) fn is_async(&self) -> bool {
        self.signature.asyncness.is_some()
    }

    /// Whether it is more than a declaration.
    pub(crate) fn has_body(&self) -> bool {
        !matches!(self.body.clone().into_iter().next(), Some(TokenTree::Punct(_)) | None)
    }

    /// Whether its parameters or what it returns are written with `Self`.
    pub(crate) fn mentions_self(&self) -> bool {
        mentions_self(self.signature.to_token_stream())
    }

    pub(crate) fn body(&self) -> &TokenStream {
        &self.body
    }

    /// The conditions under which it exists.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"))
    }

    /// The function without our marks on its parameters.
    pub(crate) fn without_marks(&self) -> TokenStream {
        let mut signature = self.signature.clone();
        for input in &mut signature.inputs {
            if let FnArg::Typed(parameter) = input {
                parameter.attrs.retain(|attribute| !is_mark(attribute));
            }
        }
        let mut tokens = lenient();
        tokens.append_all(&self.attributes);
        self.visibility.to_tokens(&mut tokens);
        signature.to_tokens(&mut tokens);
        self.body.to_tokens(&mut tokens);
        tokens
    }
}

fn mentions_self(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "Self",
        TokenTree::Group(group) => mentions_self(group.stream()),
        _ => false,
    })
}
