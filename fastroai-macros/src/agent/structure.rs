//! The struct under the attribute.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, ItemStruct, Token, Visibility};

/// Reads a struct; anything else is a mistake on the word that says what it is.
pub(super) fn parse(item: TokenStream) -> syn::Result<ItemStruct> {
    let parser = |input: ParseStream<'_>| {
        let ahead = input.fork();
        ahead.call(Attribute::parse_outer)?;
        ahead.parse::<Visibility>()?;
        if ahead.peek(Token![struct]) {
            return ItemStruct::parse(input);
        }
        Err(ahead.error(
            "`#[agent]` goes on a struct or an `async fn`: write `struct Name { … }` below it",
        ))
    };
    parser.parse2(item)
}
