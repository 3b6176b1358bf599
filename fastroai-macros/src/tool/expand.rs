//! Writes a checked tool.

mod argument;
pub(super) mod call;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;
use syn::ext::IdentExt;

use super::Tool;
use super::parameter::arguments;
use crate::root::hidden;

pub(super) fn expand(tool: &Tool) -> TokenStream {
    let function = tool.function.without_marks();
    let beside = beside(tool);
    quote!(#function #beside)
}

/// What stands beside the function.
pub(super) fn beside(tool: &Tool) -> TokenStream {
    let conditions: Vec<_> = tool.function.conditions().collect();
    let visibility = &tool.function.visibility;
    let type_name = &tool.type_name;
    let docs = format!("The tool of [`{0}()`](fn@{0}).", tool.function.name().unraw());
    let import = tool.root.import();
    let limits = limits(tool);
    let unfound = tool.is_agent.then(|| {
        quote! {
            #[allow(unused_imports)]
            use __fastroai::NoFacts as _;
        }
    });
    let info = info(tool);
    let call = call::call(tool);
    quote! {
        #(#conditions)*
        #[doc = #docs]
        #[allow(
            dead_code,
            missing_copy_implementations,
            missing_debug_implementations,
            non_camel_case_types
        )]
        #visibility struct #type_name {}

        #(#conditions)*
        const _: () = {
            #import
            #[allow(unused_imports)]
            use __fastroai::WithoutError as _;
            #unfound

            #limits
            #info
            #call
        };
    }
}

/// What the arguments must keep to and their defaults, for the schema and for every call.
pub(super) fn limits(tool: &Tool) -> TokenStream {
    let conditions: Vec<_> = tool.function.conditions().collect();
    arguments(&tool.parameters)
        .flat_map(|argument| {
            let limits = argument.limits(&tool.type_name, &conditions);
            [limits, argument.default_item(&tool.type_name, &conditions)]
        })
        .flatten()
        .collect()
}

/// What is known before any agent lists the tool.
pub(super) fn info(tool: &Tool) -> TokenStream {
    let Tool { type_name, name, description, .. } = tool;
    let options = tool.options.to_expression();
    let schema = Ident::new("schema", hidden(proc_macro2::Span::call_site()));
    let arguments: Vec<_> = arguments(&tool.parameters).collect();
    let fields = arguments.iter().map(|argument| argument.describe(&schema, type_name));
    let mutable = (!arguments.is_empty()).then(|| quote!(mut));
    let depth = tool
        .depth
        .as_ref()
        .map(|depth| quote!(const AGENTS_CALL_EACH_OTHER_IN_A_RING: u32 = #depth;));
    quote! {
        #[automatically_derived]
        impl __fastroai::ToolInfo for #type_name {
            const NAMES: &'static [&'static str] = &[#name];
            const OPTIONS: __fastroai::ToolOptions = #options;
            #depth

            fn definition() -> &'static __fastroai::Arc<__fastroai::ToolDefinition> {
                static DEFINITION: __fastroai::LazyLock<__fastroai::Arc<__fastroai::ToolDefinition>> =
                    __fastroai::LazyLock::new(|| {
                        let #mutable #schema = __fastroai::ArgumentsSchema::new();
                        #(#fields)*
                        __fastroai::Arc::new(__fastroai::ToolDefinition::new(
                            #name,
                            #description,
                            #schema.finish(),
                        ))
                    });
                &DEFINITION
            }
        }
    }
}

/// The same name, for a local that the user's code does not see.
fn hide(ident: &Ident) -> Ident {
    let mut ident = ident.clone();
    ident.set_span(hidden(ident.span()));
    ident
}
