//! Writes the tools of an agent, and the agent as a tool.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::WhereClause;

use super::Agent;
use super::entry::Entry;
use crate::keys::value::duration_tokens;

/// The method that gives the tools.
pub(super) fn tools(agent: &Agent) -> Option<TokenStream> {
    let entries = &agent.entries;
    if entries.is_empty() {
        return None;
    }
    let body = if entries.iter().all(Entry::is_function) {
        let bound = entries.iter().map(Entry::bind);
        quote!(__fastroai::vec![#(#bound),*])
    } else {
        let bound = entries.iter().map(Entry::bind_all);
        quote!(__fastroai::join([#(#bound),*]))
    };
    let checks = is_generic(agent).then(|| {
        let listed = entries.iter().map(Entry::listed);
        let (timeout, grants) = (timeout(agent), grants(agent));
        quote!(const { __fastroai::check_entries(&[#(#listed),*], #timeout, #grants) };)
    });
    Some(quote! {
        fn tools(&self) -> __fastroai::Vec<__fastroai::BoundTool<'_>> {
            #checks
            #body
        }
    })
}

/// Whether an entry is only known with the agent's parameters: it is then checked where these are.
fn is_generic(agent: &Agent) -> bool {
    agent.entries.iter().any(|entry| entry.is_generic(&agent.structure.generics))
}

fn timeout(agent: &Agent) -> TokenStream {
    let timeout = agent.settings.timeout.map(duration_tokens);
    timeout.map_or_else(
        || quote!(__fastroai::Option::None),
        |timeout| quote!(__fastroai::Some(#timeout)),
    )
}

/// What the tools may need, as far as that is known.
fn grants(agent: &Agent) -> TokenStream {
    let grants = &agent.settings.grants;
    if agent.settings.grants_more {
        return quote!(__fastroai::Option::None);
    }
    quote!(__fastroai::Some(&[#(#grants),*]))
}

/// What can only be known across items: asked in const, at the entry that it is about.
pub(super) fn checks(agent: &Agent) -> Option<TokenStream> {
    let entries = &agent.entries;
    if entries.is_empty() || is_generic(agent) {
        return None;
    }
    let listed = entries.iter().map(Entry::listed);
    let count = Literal::usize_unsuffixed(entries.len());
    let (timeout, grants) = (timeout(agent), grants(agent));
    let mut checks = quote! {
        const __TOOLS: [__fastroai::Listed; #count] = [#(#listed),*];
        const __TIMEOUT: __fastroai::Option<__fastroai::Duration> = #timeout;
        const __GRANTS: __fastroai::Option<&[&str]> = #grants;
    };
    for (index, entry) in entries.iter().enumerate() {
        let index = Literal::usize_unsuffixed(index);
        checks.extend(quote_spanned! {entry.place=>
            const _: () = __fastroai::check_entry(&__TOOLS, #index, __TIMEOUT, __GRANTS);
        });
    }
    Some(checks)
}

/// The agent as a tool of another one, which asks it for a `description`.
pub(super) fn as_tool(agent: &Agent, shared: &WhereClause) -> TokenStream {
    let name = &agent.structure.ident;
    let (parameters, arguments, _) = agent.structure.generics.split_for_impl();
    let mut asking = agent.structure.generics.clone();
    asking.params.push(syn::parse_quote!(__Agent: ?__fastroai::Sized));
    let (all, ..) = asking.split_for_impl();
    let timeout = timeout(agent);
    let tool_name = &agent.tool_name;
    let depths = agent.entries.iter().map(Entry::depth);
    let listed = agent.entries.iter().find(|entry| !entry.is_function());
    // Where agents call each other in a ring, the compiler underlines this.
    let depth = quote_spanned! {listed.map_or_else(Span::call_site, |entry| entry.place)=>
        const AGENTS_CALL_EACH_OTHER_IN_A_RING: u32 = __fastroai::depth([#(#depths),*]);
    };
    let (names, options, described, bound) = match &agent.settings.description {
        Some(description) => (
            quote!(#tool_name),
            quote!(__fastroai::agent_options(#timeout)),
            None,
            quote! {
                static DEFINITION: __fastroai::LazyLock<__fastroai::Arc<__fastroai::ToolDefinition>> =
                    __fastroai::LazyLock::new(|| {
                        __fastroai::agent_definition(#tool_name, #description)
                    });
                __fastroai::bind_agent(self, &DEFINITION, __fastroai::agent_options(#timeout))
            },
        ),
        None => (
            quote!(),
            quote!(),
            Some(quote!(#name #arguments: __fastroai::Described<__Agent>,)),
            quote!(__fastroai::Vec::new()),
        ),
    };
    let mut clause = shared.clone();
    if !clause.predicates.empty_or_trailing() {
        clause.predicates.push_punct(<syn::Token![,]>::default());
    }
    let predicates = &clause.predicates;
    quote! {
        #[automatically_derived]
        impl #parameters __fastroai::ToolsetInfo for #name #arguments #shared {
            const NAMES: &'static [&'static str] = &[#names];
            const OPTIONS: &'static [__fastroai::ToolOptions] = &[#options];
            #depth
        }

        #[automatically_derived]
        impl #all __fastroai::Toolset<__Agent> for #name #arguments where #predicates #described {
            fn bind<'__call>(
                &'__call self,
                _: &'__call __Agent,
            ) -> __fastroai::Vec<__fastroai::BoundTool<'__call>> {
                #bound
            }
        }
    }
}
