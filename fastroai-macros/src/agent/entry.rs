//! The entries of an agent's list, each with the field that it means.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Attribute, Generics, Member, Type};

use super::fields::Field;
use super::listed::{Listed, Source};
use crate::report::Report;
use crate::root::generated;
use crate::{similar, types};

/// An entry that can be written out.
pub(super) struct Entry {
    source: Bound,
    /// What stands before its names, that of the agent included.
    pub(super) prefix: String,
    /// As messages call it.
    pub(super) shown: String,
    /// What to underline.
    pub(super) place: Span,
}

enum Bound {
    Function(Box<Type>),
    Field { ty: Box<Type>, member: Member, conditions: Vec<Attribute> },
}

/// Finds the fields that the entries name; what has none is reported.
pub(super) fn resolve(
    listed: &[Listed],
    prefix: &str,
    fields: &[Field],
    structure: &Ident,
    report: &mut Report,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    for listed in listed {
        let source = match &listed.source {
            Source::Function(ty) => Bound::Function(ty.clone()),
            Source::Field(member) => {
                let Some(field) = fields.iter().find(|field| field.member == *member) else {
                    report.at(member, unknown_field(member, structure, fields));
                    continue;
                };
                Bound::Field {
                    ty: Box::new(types::plain(&field.ty).clone()),
                    member: member.clone(),
                    conditions: field.conditions.clone(),
                }
            }
        };
        entries.push(Entry {
            source,
            prefix: format!("{prefix}{}", listed.prefix),
            shown: listed.shown.clone(),
            place: listed.place,
        });
    }
    entries
}

fn unknown_field(member: &Member, structure: &Ident, fields: &[Field]) -> String {
    let written = types::shown(member);
    let names: Vec<String> = fields.iter().map(|field| types::shown(&field.member)).collect();
    match similar::nearest(&written, names.iter().map(String::as_str)) {
        Some(meant) => {
            format!("`{structure}` has no field `{written}`: did you mean `self.{meant}`?")
        }
        None => format!("`{structure}` has no field `{written}`: give it one that holds the tools"),
    }
}

impl Entry {
    pub(super) fn is_function(&self) -> bool {
        matches!(self.source, Bound::Function(_))
    }

    /// Whether its type is only known with those of the agent's parameters.
    pub(super) fn is_generic(&self, generics: &Generics) -> bool {
        match &self.source {
            Bound::Function(_) => false,
            Bound::Field { ty, .. } => types::mentions_parameter(ty, generics),
        }
    }

    fn conditions(&self) -> &[Attribute] {
        match &self.source {
            Bound::Function(_) => &[],
            Bound::Field { conditions, .. } => conditions,
        }
    }

    /// Its tools, bound to the agent: one where it is a function, else a list.
    ///
    /// What is no tool is an error here, at the entry.
    pub(super) fn bind(&self) -> TokenStream {
        let Self { prefix, .. } = self;
        // `self` is that of the generated method, whoever wrote the entry.
        let place = generated(self.place);
        match &self.source {
            Bound::Function(tool) => {
                let bound = quote_spanned!(place=> <#tool as __fastroai::Tool<Self>>::bind(self));
                if prefix.is_empty() {
                    return bound;
                }
                quote_spanned!(place=> __fastroai::BoundTool::prefixed(#bound, #prefix))
            }
            Bound::Field { ty, member, .. } => {
                let ty = types::placed(quote!(#ty), place);
                let bound = quote_spanned! {place=>
                    <#ty as __fastroai::Toolset<Self>>::bind(&self.#member, self)
                };
                if prefix.is_empty() {
                    return bound;
                }
                quote_spanned!(place=> __fastroai::prefixed(#prefix, #bound))
            }
        }
    }

    /// As [`Self::bind`], always a list, as an element of one.
    pub(super) fn bind_all(&self) -> TokenStream {
        let bound = self.bind();
        let conditions = self.conditions();
        if self.is_function() {
            quote!(__fastroai::Vec::from([#bound]))
        } else {
            quote!(#(#conditions)* #bound)
        }
    }

    /// The type that holds what the compiler knows of it.
    fn facts(&self) -> TokenStream {
        match &self.source {
            Bound::Function(tool) => {
                quote_spanned!(self.place=> <__fastroai::ToolFacts<fn() -> #tool>>)
            }
            Bound::Field { ty, .. } => {
                let ty = types::without_lifetimes(ty);
                let ty = types::placed(quote!(#ty), self.place);
                quote_spanned!(self.place=> <__fastroai::ToolsetFacts<#ty>>)
            }
        }
    }

    /// A `Listed`, as an element of a list; one without facts where its field is not there.
    pub(super) fn listed(&self) -> TokenStream {
        let Self { prefix, shown, .. } = self;
        let facts = self.facts();
        let element = |facts: TokenStream| {
            quote! {
                __fastroai::Listed {
                    shown: #shown,
                    prefix: #prefix,
                    names: #facts::NAMES,
                    options: #facts::OPTIONS,
                    depth: #facts::DEPTH,
                }
            }
        };
        let there = element(facts);
        let conditions = self.conditions();
        if conditions.is_empty() {
            return there;
        }
        let absent = element(quote!(<__fastroai::ToolsetFacts<()>>));
        let tests = conditions.iter().filter_map(|condition| match &condition.meta {
            syn::Meta::List(list) => Some(&list.tokens),
            _ => None,
        });
        quote! {
            #(#conditions)* #there,
            #[cfg(not(all(#(#tests),*)))] #absent
        }
    }

    /// What a model sees of it, as far as that is known without the agent: its prefix, and a
    /// definition.
    pub(super) fn definition(&self) -> Option<TokenStream> {
        let Self { prefix, place, .. } = self;
        match &self.source {
            Bound::Function(tool) => Some(quote_spanned! {*place=>
                (#prefix, <#tool as __fastroai::ToolInfo>::definition())
            }),
            Bound::Field { .. } => None,
        }
    }

    /// How deep agents lie in it, as an element of a list.
    pub(super) fn depth(&self) -> TokenStream {
        let facts = self.facts();
        let conditions = self.conditions();
        quote!(#(#conditions)* #facts::DEPTH)
    }
}
