//! Types, judged by their tokens.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, GenericArgument, Generics, Ident, Lifetime, PathArguments, PathSegment, Type};

/// The type without parentheses and invisible groups.
pub(crate) fn plain(ty: &Type) -> &Type {
    match ty {
        Type::Paren(inner) => plain(&inner.elem),
        Type::Group(inner) => plain(&inner.elem),
        other => other,
    }
}

/// The last segment of a path.
pub(crate) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match plain(ty) {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// Whether it is a path that ends in this name.
pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == name)
}

/// The name at the end of a path, or nothing.
pub(crate) fn name(ty: &Type) -> String {
    last_segment(ty).map(|segment| segment.ident.to_string()).unwrap_or_default()
}

/// The types between the angle brackets of its last segment.
pub(crate) fn arguments(ty: &Type) -> Vec<&Type> {
    let Some(PathArguments::AngleBracketed(list)) =
        last_segment(ty).map(|segment| &segment.arguments)
    else {
        return Vec::new();
    };
    list.args
        .iter()
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
        .collect()
}

/// What it points to, where it is an `Arc<T>`, a `Box<T>` or a `&T`.
pub(crate) fn pointee(ty: &Type) -> Option<&Type> {
    match plain(ty) {
        Type::Reference(reference) if reference.mutability.is_none() => {
            Some(plain(&reference.elem))
        }
        ty if is_named(ty, "Arc") || is_named(ty, "Box") => match arguments(ty).as_slice() {
            [inner] => Some(plain(inner)),
            _ => None,
        },
        _ => None,
    }
}

/// Its tokens without lifetimes: what two types of one impl must not share.
pub(crate) fn fingerprint(ty: &Type) -> String {
    struct Erase;
    impl VisitMut for Erase {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            lifetime.ident = Ident::new("_", lifetime.ident.span());
        }
        fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
            reference.lifetime = None;
            visit_mut::visit_type_reference_mut(self, reference);
        }
    }
    let mut ty = plain(ty).clone();
    Erase.visit_type_mut(&mut ty);
    ty.to_token_stream().to_string()
}

/// Its lifetimes replaced by this one, where they are left out or named by a function.
pub(crate) fn outliving(ty: &Type, name: &str) -> Type {
    struct Outlive<'a>(&'a str);
    impl VisitMut for Outlive<'_> {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            if lifetime.ident != "static" {
                *lifetime = Lifetime::new(self.0, lifetime.span());
            }
        }
        fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
            if reference.lifetime.is_none() {
                reference.lifetime = Some(Lifetime::new(self.0, reference.and_token.span));
            }
            visit_mut::visit_type_reference_mut(self, reference);
        }
    }
    let mut ty = ty.clone();
    Outlive(name).visit_type_mut(&mut ty);
    ty
}

/// The type with its lifetimes left to the compiler, as an expression may have it.
pub(crate) fn without_lifetimes(ty: &Type) -> Type {
    struct Elide;
    impl VisitMut for Elide {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            lifetime.ident = Ident::new("_", lifetime.ident.span());
        }
    }
    let mut ty = ty.clone();
    Elide.visit_type_mut(&mut ty);
    ty
}

/// The same tokens, underlined at another place.
pub(crate) fn placed(tokens: TokenStream, place: Span) -> TokenStream {
    let moved = tokens.into_iter().map(|token| match token {
        TokenTree::Group(group) => {
            let mut moved = Group::new(group.delimiter(), placed(group.stream(), place));
            moved.set_span(group.span().located_at(place));
            TokenTree::Group(moved)
        }
        mut token => {
            token.set_span(token.span().located_at(place));
            token
        }
    });
    moved.collect()
}

/// The same tokens, as if they had been written at this place.
pub(crate) fn respanned(tokens: TokenStream, place: Span) -> TokenStream {
    let moved = tokens.into_iter().map(|mut token| {
        token.set_span(place);
        token
    });
    moved.collect()
}

/// Whether it mentions one of these type parameters.
pub(crate) fn mentions_parameter(ty: &Type, generics: &Generics) -> bool {
    let mut find = Find(generics, false);
    find.visit_type(ty);
    find.1
}

/// As [`mentions_parameter`], of an expression.
pub(crate) fn is_open(value: &Expr, generics: &Generics) -> bool {
    let mut find = Find(generics, false);
    find.visit_expr(value);
    find.1
}

/// Looks for parameters of types and constants.
struct Find<'a>(&'a Generics, bool);

impl<'ast> Visit<'ast> for Find<'_> {
    fn visit_ident(&mut self, ident: &'ast Ident) {
        self.1 |= self.0.type_params().any(|parameter| parameter.ident == *ident)
            || self.0.const_params().any(|parameter| parameter.ident == *ident);
    }
}

/// The parts of a parameter's type that a model cannot fill in.
#[derive(Default)]
pub(crate) struct Unfillable<'ast> {
    pub(crate) references: Vec<&'ast syn::TypeReference>,
    pub(crate) tuples: Vec<&'ast syn::TypeTuple>,
    pub(crate) impls: Vec<&'ast syn::TypeImplTrait>,
    /// What is no data, with the words for it.
    pub(crate) no_data: Vec<(&'ast Type, &'static str)>,
    /// `Rc`, which stays on its thread.
    pub(crate) single_threaded: Vec<&'ast Type>,
}

impl<'ast> Unfillable<'ast> {
    pub(crate) fn of(ty: &'ast Type) -> Self {
        let mut found = Self::default();
        found.visit_type(ty);
        found
    }
}

impl<'ast> Visit<'ast> for Unfillable<'ast> {
    fn visit_type_reference(&mut self, reference: &'ast syn::TypeReference) {
        self.references.push(reference);
    }
    fn visit_type_tuple(&mut self, tuple: &'ast syn::TypeTuple) {
        if !tuple.elems.is_empty() {
            self.tuples.push(tuple);
        }
    }
    fn visit_type_impl_trait(&mut self, implementation: &'ast syn::TypeImplTrait) {
        self.impls.push(implementation);
    }
    fn visit_parenthesized_generic_arguments(
        &mut self,
        _: &'ast syn::ParenthesizedGenericArguments,
    ) {
    }
    fn visit_type(&mut self, ty: &'ast Type) {
        match ty {
            Type::FnPtr(_) => self.no_data.push((ty, "a function")),
            Type::Ptr(_) => self.no_data.push((ty, "a pointer")),
            // Other traits' objects may be read from JSON.
            Type::TraitObject(object) if is_code(object) => self.no_data.push((ty, "a function")),
            Type::Path(_) if is_named(ty, "Rc") && !arguments(ty).is_empty() => {
                self.single_threaded.push(ty);
            }
            _ => visit::visit_type(self, ty),
        }
    }
}

/// Whether it is an object of what is called or awaited.
fn is_code(object: &syn::TypeTraitObject) -> bool {
    const CODE: [&str; 4] = ["Fn", "FnMut", "FnOnce", "Future"];
    object.bounds.iter().any(|bound| match bound {
        syn::TypeParamBound::Trait(bound) => {
            bound.path.segments.last().is_some_and(|last| CODE.iter().any(|it| last.ident == it))
        }
        _ => false,
    })
}

/// The type as a user would write it, for a message.
pub(crate) fn shown(ty: &impl ToTokens) -> String {
    let tokens: TokenStream = ty.to_token_stream();
    let mut text = tokens.to_string();
    for (from, to) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        (" > ", ">"),
        (" >", ">"),
        (" ,", ","),
        (" . ", "."),
        ("& ", "&"),
    ] {
        text = text.replace(from, to);
    }
    text
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn pointers_are_seen_through() {
        for (ty, inner) in [
            (parse_quote!(Arc<Db>), Some("Db")),
            (parse_quote!(std::sync::Arc<dyn Search + Send>), Some("dyn Search + Send")),
            (parse_quote!(&'a Db), Some("Db")),
            (parse_quote!((Box<Db>)), Some("Db")),
            (parse_quote!(&mut Db), None),
            (parse_quote!(Rc<Db>), None),
            (parse_quote!(Vec<Db>), None),
        ] {
            let ty: Type = ty;
            assert_eq!(pointee(&ty).map(shown).as_deref(), inner);
        }
    }

    #[test]
    fn fingerprints_know_no_lifetimes() {
        let one: Type = parse_quote!(&'a Cursor<'a, Db>);
        let other: Type = parse_quote!((&Cursor<'b, Db>));
        assert_eq!(fingerprint(&one), fingerprint(&other));
        let third: Type = parse_quote!(&Cursor<'b, App>);
        assert_ne!(fingerprint(&one), fingerprint(&third));
    }

    #[test]
    fn what_a_model_cannot_fill_in_is_found_inside() {
        let ty: Type = parse_quote!(Vec<(u8, Option<&'static str>, impl Fn(&u8))>);
        let found = Unfillable::of(&ty);
        assert_eq!(found.tuples.len(), 1);
        let ty: Type = parse_quote!(Vec<Option<&'static str>>);
        assert_eq!(Unfillable::of(&ty).references.len(), 1);
        let ty: Type = parse_quote!(Vec<String>);
        let found = Unfillable::of(&ty);
        assert!(found.tuples.is_empty() && found.references.is_empty() && found.impls.is_empty());
    }
}
