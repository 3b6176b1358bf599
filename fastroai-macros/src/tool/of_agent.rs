//! The tool of an agent function: called with its parameters, answered with its output.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;
use syn::ext::IdentExt;

use super::function::Function;
use super::options::Options;
use super::parameter::Parameter;
use super::returned::Returned;
use super::{Tool, check, expand};
use crate::docs::Docs;
use crate::literal;
use crate::report::Report;
use crate::root::Root;

/// What an agent function says of itself as a tool.
pub(crate) struct Served {
    pub(crate) root: Root,
    pub(crate) function: Function,
    pub(crate) type_name: Ident,
    /// What other agents' models call it, where that is not the function's name.
    pub(crate) name: Option<String>,
    pub(crate) description: TokenStream,
    /// How deep agents lie in it: an expression.
    pub(crate) depth: TokenStream,
    /// Milliseconds.
    pub(crate) timeout: Option<u64>,
    pub(crate) parameters: Vec<Parameter>,
    /// Where the types of the answer and of the error stand.
    pub(crate) value: Span,
    pub(crate) error: Span,
    pub(crate) is_sound: bool,
}

/// The type that other agents list.
pub(crate) fn beside(served: Served, report: &mut Report) -> TokenStream {
    let Served { root, function, type_name, description, mut parameters, is_sound, .. } = served;
    let name = served.name.unwrap_or_else(|| function.name().unraw().to_string());
    if let Err(message) = literal::tool_name(&name) {
        report.at(function.name(), format!("{message}, with `tool_name = \"…\"`"));
    }
    let before = report.len();
    check::distinct_names(&parameters, report);
    let bullets = Docs::read(&function.attributes).bullets();
    check::describe(&mut parameters, &bullets, is_sound, report);
    expand::beside(&Tool {
        root,
        type_name,
        name,
        description,
        options: Options::of_agent(served.timeout),
        parameters,
        returned: Returned { value: served.value, error: served.error },
        instance: None,
        depth: Some(served.depth),
        is_agent: true,
        is_sound: is_sound && report.len() == before,
        function,
    })
}

/// The type of an agent function that no agent may list, since it says nothing of itself.
///
/// A list with it in is told so; that it is no type at all would be the wrong story.
pub(crate) fn refuse(root: &Root, function: &Function, type_name: &Ident) -> TokenStream {
    let import = root.import();
    let conditions: Vec<_> = function.conditions().collect();
    let visibility = &function.visibility;
    let name = function.name().unraw().to_string();
    let docs = format!("The agent of [`{name}()`](fn@{name}).");
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

            #[automatically_derived]
            impl __fastroai::ToolInfo for #type_name {
                const NAMES: &'static [&'static str] = &[#name];
                const OPTIONS: __fastroai::ToolOptions = __fastroai::ToolOptions::DEFAULT;

                fn definition() -> &'static __fastroai::Arc<__fastroai::ToolDefinition> {
                    __fastroai::undescribed()
                }
            }

            #[automatically_derived]
            impl<__Agent> __fastroai::Tool<__Agent> for #type_name
            where
                __Agent: __fastroai::ListsUndescribed<#type_name> + ?__fastroai::Sized,
            {
                fn call<'__call>(
                    _: &'__call __Agent,
                    _: __fastroai::Arguments<'__call>,
                    _: __fastroai::RunContext<'__call>,
                ) -> __fastroai::ToolFuture<'__call> {
                    loop {}
                }
            }
        };
    }
}
