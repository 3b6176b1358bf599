//! Writes a test.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ReturnType;
use syn::spanned::Spanned;

use super::keys::Keys;
use super::signature;
use crate::keys::value::dollars_tokens;
use crate::report::Report;
use crate::tool::function::Function;

pub(super) fn expand(
    function: &Function,
    attribute: TokenStream,
    report: &mut Report,
) -> TokenStream {
    let before = report.len();
    let keys = Keys::read(attribute, report);
    signature::check(function, report);
    if report.len() > before {
        // What it does is no second mistake, and it is no test either.
        return quote!();
    }
    let import = keys.root.import();
    let cassette = keys.cassette.map(|name| quote!(.cassette(#name)));
    let max_cost = keys.max_cost.map(|limit| {
        let limit = dollars_tokens(limit);
        quote!(.max_cost(#limit))
    });
    let start_paused = keys.start_paused.then(|| quote!(.start_paused()));
    let (attributes, visibility) = (&function.attributes, &function.visibility);
    let (signature, body) = (&function.signature, function.body());
    let (name, output) = (&signature.ident, &signature.output);
    let returned = match output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => quote!(#ty),
    };
    let run = quote_spanned!(returned.span()=> __fastroai::run_test::<_, _, #returned>);
    quote! {
        #(#attributes)*
        #[::core::prelude::v1::test]
        #visibility fn #name() #output {
            #[allow(clippy::unused_async)]
            #signature #body
            #import
            let __setup = __fastroai::TestSetup::new(__fastroai::env!("CARGO_MANIFEST_DIR"))
                #cassette #max_cost #start_paused;
            #run(&__setup, #name)
        }
    }
}
