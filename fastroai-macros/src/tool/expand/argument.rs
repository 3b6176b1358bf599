//! One argument: its part of the schema, and how it is read.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Ident, Lit};

use super::super::parameter::{Argument, Default, within};
use super::hide;
use crate::root::hidden;

/// All that asks something of the argument's type is written at the type, so that a type which
/// cannot be an argument is one mistake in one place.
impl Argument {
    /// Adds it to the schema in this local.
    pub(super) fn describe(&self, schema: &Ident, tool: &Ident) -> TokenStream {
        let Self { name, ty, .. } = self;
        let description = self.description.clone().unwrap_or_else(|| quote!(""));
        let schema = Ident::new(&schema.to_string(), hidden(ty.span()));
        let told = match self.default_value(tool) {
            None => quote_spanned! {ty.span()=>
                <#ty as __fastroai::ToolArg>::describe(&mut #schema, #name, #description);
            },
            Some(default) => quote_spanned! {ty.span()=>
                <#ty as __fastroai::ToolArg>::describe_or(
                    &mut #schema,
                    #name,
                    #description,
                    <#ty as __fastroai::ToolDefault>::to_json(&#default),
                );
            },
        };
        let limited = self.limits_name(tool).map(|limits| quote!(#schema.limit(#name, &#limits);));
        let example = self.example.as_ref().map(|value| {
            // A text is shown as it is, whatever the type makes of it.
            if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = value {
                return quote!(#schema.example(#name, __fastroai::ToolDefault::to_json(&#text)););
            }
            let ty = within(ty);
            quote_spanned! {ty.span()=>
                #schema.example(#name, <#ty as __fastroai::ToolDefault>::to_json(&#value));
            }
        });
        quote!(#told #limited #example)
    }

    /// The limits, which the schema and every call look at.
    pub(super) fn limits(&self, tool: &Ident, conditions: &[&Attribute]) -> Option<TokenStream> {
        let (name, limits) = (self.limits_name(tool)?, self.limits.to_expression());
        let questions: TokenStream = self
            .limits
            .questions(&self.ty)
            .iter()
            .map(|question| quote!(#(#conditions)* #question))
            .collect();
        Some(quote! {
            #questions
            #(#conditions)*
            static #name: __fastroai::Limits = #limits;
        })
    }

    /// The methods of a block stand beside each other, so that the tool is in the name.
    fn limits_name(&self, tool: &Ident) -> Option<Ident> {
        let name = format!("__LIMITS_OF_{}_{}", tool.unraw(), self.ident.unraw()).to_uppercase();
        (!self.limits.is_empty()).then(|| Ident::new(&name, Span::call_site()))
    }

    /// Holds the field to its limits, before it is read.
    pub(super) fn hold(&self, fields: &Ident, tool: &Ident) -> Option<TokenStream> {
        let (name, limits) = (&self.name, self.limits_name(tool)?);
        Some(quote!(#fields.hold(#name, &#limits);))
    }

    /// Reads it from the fields in this local.
    pub(super) fn read(&self, fields: &Ident, tool: &Ident) -> TokenStream {
        let Self { name, ty, .. } = self;
        let fields = Ident::new(&fields.to_string(), hidden(ty.span()));
        match self.default_maker(tool) {
            None => quote_spanned! {ty.span()=>
                <#ty as __fastroai::ToolArg>::read(&mut #fields, #name)
            },
            Some(default) => {
                quote_spanned! {ty.span()=>
                    <#ty as __fastroai::ToolArg>::read_or(&mut #fields, #name, #default)
                }
            }
        }
    }

    /// A local of the parameter's name that cannot meet the user's functions and constants.
    pub(super) fn local(&self) -> Ident {
        hide(&self.ident)
    }

    /// The default, as a value of the parameter's type.
    fn default_value(&self, tool: &Ident) -> Option<TokenStream> {
        let at = self.ty.span();
        self.default_maker(tool).map(|maker| quote_spanned!(at=> #maker()))
    }

    /// A function that makes the default.
    fn default_maker(&self, tool: &Ident) -> Option<TokenStream> {
        let ty = &self.ty;
        Some(match self.default.as_ref()? {
            Default::OfType => quote_spanned!(ty.span()=> <#ty as __fastroai::OfType>::default),
            Default::Expression(_) => {
                let name = self.default_name(tool);
                quote!(#name)
            }
        })
    }

    /// The default that is written out, once for the schema and for every call.
    pub(super) fn default_item(
        &self,
        tool: &Ident,
        conditions: &[&Attribute],
    ) -> Option<TokenStream> {
        let Some(Default::Expression(value)) = &self.default else { return None };
        let (name, ty, value) = (self.default_name(tool), &self.ty, as_value(value));
        Some(quote! {
            #(#conditions)*
            fn #name() -> #ty {
                #value
            }
        })
    }

    fn default_name(&self, tool: &Ident) -> Ident {
        let name = format!("__default_of_{}_{}", tool.unraw(), self.ident.unraw());
        Ident::new(&name, Span::call_site())
    }
}

/// A text becomes whatever the parameter's type makes of it.
fn as_value(value: &Expr) -> TokenStream {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            quote_spanned!(text.span()=> __fastroai::FromText::from(#text))
        }
        value => quote!(#value),
    }
}
