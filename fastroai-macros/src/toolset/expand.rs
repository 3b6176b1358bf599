//! Writes a checked toolset.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::Toolset;
use crate::root::generated;
use crate::types;

pub(super) fn expand(toolset: &Toolset) -> TokenStream {
    let block = &toolset.block.item;
    if toolset.methods.is_empty() {
        return block.to_token_stream();
    }
    let conditions: Vec<_> = toolset.block.conditions().collect();
    let import = toolset.root.import();
    let methods = toolset.methods.iter().map(crate::tool::Method::to_items);
    let info = info(toolset);
    let bind = bind(toolset);
    quote! {
        #block

        #(#conditions)*
        const _: () = {
            #import
            #[allow(unused_imports)]
            use __fastroai::WithoutError as _;

            #(#methods)*
            #info
            #bind
        };
    }
}

fn info(toolset: &Toolset) -> TokenStream {
    let instance = &toolset.instance;
    let (parameters, _, clause) = instance.generics.split_for_impl();
    let ty = &instance.ty;
    let (mut names, mut options) = (TokenStream::new(), TokenStream::new());
    for method in &toolset.methods {
        let (name, marker) = (method.name(), method.marker());
        let conditions: Vec<_> = method.conditions().collect();
        names.extend(quote!(#(#conditions)* #name,));
        options.extend(quote!(#(#conditions)* <#marker as __fastroai::ToolInfo>::OPTIONS,));
    }
    // Another block of the same type is an error here, on the type.
    quote_spanned! {generated(ty.span())=>
        #[automatically_derived]
        impl #parameters __fastroai::ToolsetInfo for #ty #clause {
            const NAMES: &'static [&'static str] = &[#names];
            const OPTIONS: &'static [__fastroai::ToolOptions] = &[#options];
        }
    }
}

fn bind(toolset: &Toolset) -> TokenStream {
    let lent = lent(toolset);
    let asked = quote! {
        __Agent: #(__fastroai::Provide<#lent> +)* __fastroai::Sync + ?__fastroai::Sized,
    };
    let (parameters, clause) = toolset.instance.implementation(&asked);
    let ty = &toolset.instance.ty;
    let mut bound = TokenStream::new();
    for method in &toolset.methods {
        let marker = method.marker();
        let conditions: Vec<_> = method.conditions().collect();
        bound.extend(quote! {
            #(#conditions)*
            <#marker as __fastroai::ToolMethod<Self, __Agent>>::bind(self, agent),
        });
    }
    quote_spanned! {generated(ty.span())=>
        #[automatically_derived]
        impl #parameters __fastroai::Toolset<__Agent> for #ty #clause {
            fn bind<'__call>(
                &'__call self,
                agent: &'__call __Agent,
            ) -> __fastroai::Vec<__fastroai::BoundTool<'__call>> {
                __fastroai::Vec::from([#bound])
            }
        }
    }
}

/// The types that the agent lends to any of the methods, each once.
fn lent(toolset: &Toolset) -> Vec<Type> {
    let mut lent: Vec<Type> = Vec::new();
    for ty in toolset.methods.iter().flat_map(crate::tool::Method::lent) {
        if !lent.iter().any(|one| types::fingerprint(one) == types::fingerprint(&ty)) {
            lent.push(ty);
        }
    }
    lent
}
