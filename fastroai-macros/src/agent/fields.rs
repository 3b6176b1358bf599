//! The fields: what they lend to tools, judged by the tokens of their types.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Attribute, Generics, Index, ItemStruct, Lifetime, Member, Meta, Type, TypeParamBound};

use crate::report::Report;
use crate::types;

/// A field of the struct.
pub(super) struct Field {
    pub(super) ty: Type,
    pub(super) conditions: Vec<Attribute>,
    pub(super) member: Member,
    /// `self.name`.
    access: TokenStream,
    is_skipped: bool,
}

impl Field {
    /// A reference that an agent function takes, as if it held what is behind it.
    pub(super) fn behind(ty: Type, name: &syn::Ident) -> Self {
        let access = quote_spanned!(ty.span()=> *self.#name);
        let member = Member::Named(name.clone());
        Self { ty, conditions: Vec::new(), member, access, is_skipped: false }
    }
}

/// One type that the agent lends.
pub(super) struct Provided {
    pub(super) ty: Type,
    /// A reference to it, made from `self`.
    pub(super) access: TokenStream,
    pub(super) conditions: Vec<Attribute>,
    /// Where the field's type stands.
    pub(super) place: Span,
}

/// Takes the marks off the fields, and reads them.
pub(super) fn read(structure: &mut ItemStruct, report: &mut Report) -> Vec<Field> {
    let mut fields = Vec::new();
    for (index, field) in structure.fields.iter_mut().enumerate() {
        let is_skipped = skipped(&field.attrs, report);
        field.attrs.retain(|attribute| !attribute.path().is_ident("context"));
        let member =
            field.ident.clone().map_or_else(|| Member::Unnamed(Index::from(index)), Member::Named);
        let conditions = field.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned();
        fields.push(Field {
            access: quote_spanned!(field.ty.span()=> self.#member),
            member,
            conditions: conditions.collect(),
            ty: field.ty.clone(),
            is_skipped,
        });
    }
    fields
}

fn skipped(attributes: &[Attribute], report: &mut Report) -> bool {
    let mut is_skipped = false;
    for attribute in attributes.iter().filter(|attr| attr.path().is_ident("context")) {
        match &attribute.meta {
            Meta::List(list) if list.tokens.to_string() == "skip" => is_skipped = true,
            _ => report.at(
                attribute,
                "every field is lent by its type: write `#[context(skip)]` on one that is not, or \
                 remove this",
            ),
        }
    }
    is_skipped
}

/// What the fields lend: their types and what these point to, each type from one field only.
pub(super) fn provided(fields: &[Field], generics: &Generics) -> Vec<Provided> {
    let lending = || fields.iter().filter(|field| !field.is_skipped);
    let whole: Vec<Provided> = lending()
        .filter(|field| !is_parameter(&field.ty, generics))
        .map(|field| {
            let access = &field.access;
            field.provide(
                types::plain(&field.ty).clone(),
                quote_spanned!(field.ty.span()=> &#access),
            )
        })
        .collect();
    let behind: Vec<Provided> = lending()
        .filter_map(|field| Some((field, pointee(&field.ty)?)))
        .filter(|(_, inner)| !is_parameter(inner, generics))
        .map(|(field, inner)| {
            let access = &field.access;
            field.provide(inner, quote_spanned!(field.ty.span()=> &*#access))
        })
        .collect();
    let print = |provided: &Provided| types::fingerprint(&provided.ty);
    let held: Vec<String> = whole.iter().map(print).collect();
    let pointed: Vec<String> = behind.iter().map(print).collect();
    let once =
        |list: &[String], one: &String| list.iter().filter(|other| *other == one).count() == 1;
    let whole = whole.into_iter().filter(|provided| once(&held, &print(provided)));
    let behind = behind.into_iter().filter(|provided| {
        let print = print(provided);
        once(&pointed, &print) && !held.contains(&print)
    });
    without_overlaps(whole.chain(behind).collect(), generics)
}

/// A type with a parameter in it might become any other of its kind, so that both could not be
/// lent: the plain one stays.
fn without_overlaps(provided: Vec<Provided>, generics: &Generics) -> Vec<Provided> {
    let kinds: Vec<String> = provided.iter().map(|provided| kind(&provided.ty)).collect();
    provided
        .into_iter()
        .filter(|provided| {
            let own = kind(&provided.ty);
            !types::mentions_parameter(&provided.ty, generics)
                || kinds.iter().filter(|kind| **kind == own).count() == 1
        })
        .collect()
}

fn kind(ty: &Type) -> String {
    match types::last_segment(ty) {
        Some(segment) => segment.ident.to_string(),
        None => match ty {
            Type::Reference(_) => "&".to_owned(),
            Type::Tuple(tuple) => format!("({})", tuple.elems.len()),
            Type::Slice(_) | Type::Array(_) => "[]".to_owned(),
            other => types::fingerprint(other),
        },
    }
}

/// The access to the field that brings a runtime, if there is one and not two.
pub(super) fn runtime(provided: &[Provided]) -> Option<TokenStream> {
    let mut runtimes = provided.iter().filter(|provided| types::is_named(&provided.ty, "Runtime"));
    let first = runtimes.next()?;
    runtimes.next().is_none().then(|| first.access.clone())
}

impl Field {
    fn provide(&self, ty: Type, access: TokenStream) -> Provided {
        Provided { ty, access, conditions: self.conditions.clone(), place: self.ty.span() }
    }
}

fn is_parameter(ty: &Type, generics: &Generics) -> bool {
    match types::plain(ty) {
        Type::Path(path) => generics.type_params().any(|param| path.path.is_ident(&param.ident)),
        _ => false,
    }
}

/// What the type points to. How long a trait object lives is said by what it stands in, and has to
/// be written out once it stands alone.
fn pointee(ty: &Type) -> Option<Type> {
    let mut inner = types::pointee(ty)?.clone();
    if let Type::TraitObject(object) = &mut inner
        && !object.bounds.iter().any(|bound| matches!(bound, TypeParamBound::Lifetime(_)))
    {
        let lifetime = match types::plain(ty) {
            Type::Reference(reference) => reference.lifetime.clone(),
            _ => None,
        };
        let lifetime = lifetime.unwrap_or_else(|| Lifetime::new("'static", ty.span()));
        object.bounds.push(TypeParamBound::Lifetime(lifetime));
    }
    Some(inner)
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn lent(mut structure: ItemStruct) -> Vec<String> {
        let mut report = Report::new();
        let fields = read(&mut structure, &mut report);
        assert!(report.into_messages().is_empty());
        let provided = provided(&fields, &structure.generics);
        provided.iter().map(|provided| types::shown(&provided.ty)).collect()
    }

    #[test]
    fn each_field_lends_its_type_and_what_it_points_to() {
        let structure = parse_quote!(
            struct A {
                db: Db,
                client: Arc<Client>,
                search: Box<dyn Search>,
            }
        );
        let types = ["Db", "Arc<Client>", "Box<dyn Search>", "Client", "dyn Search + 'static"];
        assert_eq!(lent(structure), types);
        assert_eq!(
            lent(parse_quote!(
                struct A(Db, u8);
            )),
            ["Db", "u8"]
        );
        assert_eq!(
            lent(parse_quote!(
                struct A<'a>(&'a dyn S);
            )),
            ["&'a dyn S", "dyn S + 'a"]
        );
    }

    #[test]
    fn two_fields_of_one_type_lend_neither() {
        assert_eq!(
            lent(parse_quote!(
                struct A {
                    a: Db,
                    b: Db,
                    c: u8,
                }
            )),
            ["u8"]
        );
        assert_eq!(
            lent(parse_quote!(
                struct A {
                    a: Arc<Db>,
                    b: Box<Db>,
                }
            )),
            ["Arc<Db>", "Box<Db>"]
        );
        assert_eq!(
            lent(parse_quote!(
                struct A {
                    a: Arc<Db>,
                    b: Db,
                }
            )),
            ["Arc<Db>", "Db"]
        );
        assert!(
            lent(parse_quote!(
                struct A<'a, 'b> {
                    a: &'a mut Db,
                    b: &'b mut Db,
                }
            ))
            .is_empty()
        );
    }

    #[test]
    fn skipped_fields_and_bare_parameters_lend_nothing() {
        assert_eq!(
            lent(parse_quote!(
                struct A {
                    #[context(skip)]
                    a: Db,
                    b: Db,
                }
            )),
            ["Db"]
        );
        assert_eq!(
            lent(parse_quote!(
                struct A<T> {
                    a: T,
                    b: Arc<T>,
                    c: u8,
                }
            )),
            ["Arc<T>", "u8"]
        );
        assert_eq!(
            lent(parse_quote!(
                struct A<T> {
                    a: Vec<T>,
                    b: Vec<u8>,
                }
            )),
            ["Vec<u8>"]
        );
    }

    #[test]
    fn other_marks_are_refused() {
        let mut structure: ItemStruct = parse_quote!(
            struct A {
                #[context]
                a: Db,
            }
        );
        let mut report = Report::new();
        read(&mut structure, &mut report);
        assert_eq!(report.into_messages().len(), 1);
        assert!(structure.fields.iter().all(|field| field.attrs.is_empty()));
    }
}
