//! Where the generated code finds the crate that the user depends on.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Ident, Path};

use crate::manifest;
use crate::report::Report;

/// The path of `fastroai` in the user's crate.
#[derive(Clone)]
pub(crate) struct Root(TokenStream);

impl Root {
    /// The path that the user gave with `crate = …`, or else `::fastroai`.
    ///
    /// Where the manifest knows the crate by another name, the mistake is told here, once, and
    /// that name is used: otherwise every generated line would be an error of its own.
    pub(crate) fn new(given: Option<Path>, attribute: &str, report: &mut Report) -> Self {
        if let Some(path) = given {
            return Self(quote!(#path));
        }
        let Some(name) = manifest::renamed() else { return Self(quote!(::fastroai)) };
        report.syntax(syn::Error::new(
            Span::call_site(),
            format!(
                "`fastroai` is called `{name}` in this crate's `Cargo.toml`: write \
                 `#[{attribute}(crate = {name}, …)]`"
            ),
        ));
        let name = Ident::new(&name, Span::call_site());
        Self(quote!(::#name))
    }

    /// The private module, for what stands outside of such a block.
    pub(crate) fn private(&self) -> TokenStream {
        let root = &self.0;
        quote!(#root::__private)
    }

    /// Names the private module, for the items of one block.
    ///
    /// Type parameters and items have no hygiene, hence the underscores.
    pub(crate) fn import(&self) -> TokenStream {
        let root = &self.0;
        quote!(use #root::__private as __fastroai;)
    }
}

/// Generated code that is underlined here; names in it mean what they mean in other generated code.
pub(crate) fn generated(at: Span) -> Span {
    Span::call_site().located_at(at)
}

/// The place of these tokens, for generated locals that must not meet the user's names.
pub(crate) fn hidden(at: Span) -> Span {
    Span::mixed_site().located_at(at)
}
