//! The `impl` under the attribute.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream, Parser};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, GenericParam, Generics, ImplItem, ImplItemFn, ItemImpl, Lifetime, Meta, PatType,
    Path, Token, Type, TypeReference,
};

use crate::{tool, types};

/// An `impl` and the marks on its methods.
pub(super) struct Block {
    pub(super) item: ItemImpl,
    /// The methods with `#[safe_tool]`, as they were written, and what the mark says.
    pub(super) marked: Vec<(ImplItemFn, TokenStream)>,
}

/// Reads an `impl` and takes our marks off; anything else is a mistake on the word that says what
/// it is.
pub(super) fn parse(item: TokenStream) -> syn::Result<Block> {
    let parser = |input: ParseStream<'_>| {
        let ahead = input.fork();
        ahead.call(Attribute::parse_outer)?;
        if ahead.peek(Token![unsafe]) {
            ahead.parse::<Token![unsafe]>()?;
        }
        if ahead.peek(Token![impl]) {
            return ItemImpl::parse(input);
        }
        Err(ahead.error("`#[toolset]` goes on an `impl` block: write `impl Name { … }` below it"))
    };
    let mut item = parser.parse2(item)?;
    let mut marked = Vec::new();
    for method in &mut item.items {
        if let ImplItem::Fn(method) = method
            && let Some(keys) = take_mark(&mut method.attrs)
        {
            marked.push((method.clone(), keys));
            tool::without_marks(method);
        }
    }
    Ok(Block { item, marked })
}

/// Takes `#[safe_tool]` off, by whatever path, and gives what stands in it.
fn take_mark(attributes: &mut Vec<Attribute>) -> Option<TokenStream> {
    let is_mark = |attribute: &Attribute| {
        attribute.path().segments.last().is_some_and(|segment| segment.ident == "safe_tool")
    };
    let mark = attributes.iter().position(is_mark)?;
    let mark = attributes.remove(mark);
    Some(match mark.meta {
        Meta::List(list) => list.tokens,
        Meta::Path(_) => TokenStream::new(),
        Meta::NameValue(meta) => {
            let value = meta.value;
            quote!(#value)
        }
    })
}

impl Block {
    /// The parameters and the type of the `impl`, where each lifetime has a name.
    pub(super) fn header(&self) -> (Generics, Type) {
        let mut generics = self.item.generics.clone();
        let mut ty = (*self.item.self_ty).clone();
        let mut names = Names(Vec::new());
        names.visit_type_mut(&mut ty);
        for (index, name) in names.0.into_iter().enumerate() {
            generics.params.insert(index, GenericParam::Lifetime(syn::LifetimeParam::new(name)));
        }
        (generics, ty)
    }

    /// The trait, where it is an `impl` of one.
    pub(super) fn of(&self) -> Option<&Path> {
        self.item.trait_.as_ref().map(|(path, _)| path)
    }

    /// The conditions under which it exists.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &Attribute> {
        self.item.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"))
    }
}

/// Names the lifetimes that have no name.
struct Names(Vec<Lifetime>);

impl Names {
    fn next(&mut self, at: proc_macro2::Span) -> Lifetime {
        let name = Lifetime::new(&format!("'__set{}", self.0.len()), at);
        self.0.push(name.clone());
        name
    }
}

impl VisitMut for Names {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.next(lifetime.span());
        }
    }

    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime = Some(self.next(reference.and_token.span));
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }
}

/// Writes the type of the `impl` where a parameter says `Self`, which is another one elsewhere.
pub(super) fn name_self(parameter: &mut PatType, ty: &Type) {
    if let Ok(written) = syn::parse2(without_self(parameter.ty.to_token_stream(), ty)) {
        parameter.ty = written;
    }
    let ty = types::without_lifetimes(ty);
    for attribute in &mut parameter.attrs {
        if let Meta::List(list) = &mut attribute.meta {
            list.tokens = without_self(std::mem::take(&mut list.tokens), &ty);
        }
    }
}

fn without_self(tokens: TokenStream, ty: &Type) -> TokenStream {
    let mut written = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                let goes_on =
                    matches!(tokens.peek(), Some(TokenTree::Punct(sign)) if sign.as_char() == ':');
                let at = ident.span();
                let whole = if goes_on { quote_spanned!(at=> <#ty>) } else { quote!(#ty) };
                written.extend(types::placed(whole, at));
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_self(group.stream(), ty));
                inner.set_span(group.span());
                written.extend([TokenTree::Group(inner)]);
            }
            other => written.extend([other]),
        }
    }
    written
}
