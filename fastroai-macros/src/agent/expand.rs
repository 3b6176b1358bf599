//! Writes a checked agent.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Type, WhereClause};

use super::fields::Provided;
use super::settings::Settings;
use super::{Agent, tools};
use crate::root::generated;

pub(super) fn expand(agent: &Agent) -> TokenStream {
    let as_tool = tools::as_tool(agent, &shared_fields(agent));
    let items = items(agent, &as_tool);
    let fieldless = fieldless(agent);
    quote!(#items #fieldless)
}

/// The struct, and what makes it an agent, and a tool of others in its way.
pub(super) fn items(agent: &Agent, as_tool: &TokenStream) -> TokenStream {
    let structure = &agent.structure;
    let conditions: Vec<&Attribute> =
        structure.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).collect();
    let import = agent.root.import();
    let provides = agent.provided.iter().map(|provided| provide(agent, provided));
    let shared = shared_fields(agent);
    let spec = spec(agent, &shared);
    let model = model(agent);
    let checks = tools::checks(agent);
    let unfound = (!agent.entries.is_empty()).then(|| {
        quote! {
            #[allow(unused_imports)]
            use __fastroai::NoFacts as _;
        }
    });
    quote! {
        #structure

        #(#conditions)*
        const _: () = {
            #import
            #unfound

            #spec
            #as_tool
            #(#provides)*
            #model
            #checks
        };
    }
}

/// What a model reads of an agent without fields needs no instance that the user makes.
fn fieldless(agent: &Agent) -> Option<TokenStream> {
    if !agent.structure.fields.is_empty() {
        return None;
    }
    let name = &agent.structure.ident;
    let conditions = agent.structure.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    let (parameters, arguments, clause) = agent.structure.generics.split_for_impl();
    let import = agent.root.import();
    Some(quote! {
        #(#conditions)*
        const _: () = {
            #import

            #[automatically_derived]
            impl #parameters __fastroai::Contracted for #name #arguments #clause {
                fn contract() -> __fastroai::Contract {
                    __fastroai::Contract::of(&Self {})
                }
            }
        };
    })
}

fn spec(agent: &Agent, bounds: &WhereClause) -> TokenStream {
    let name = &agent.structure.ident;
    let (parameters, arguments, _) = agent.structure.generics.split_for_impl();
    let output = agent.settings.output.as_ref();
    let output = output.map_or_else(|| quote!(__fastroai::String), |output| quote!(#output));
    let shown = match &agent.settings.name {
        Some(name) => name.value(),
        None => name.unraw().to_string(),
    };
    let model = agent.settings.model.as_ref().map_or_else(|| quote!(""), |model| quote!(#model));
    let calls = &agent.settings.calls;
    let instructions = &agent.instructions;
    let answer = answer(&agent.settings, &output);
    // What is wrong with the type of the answer is told at the type, once.
    let at = agent.settings.output.as_ref().map_or_else(Span::call_site, Spanned::span);
    let asked_for = quote_spanned! {at=>
        type Output = #output;

        fn output(&self) -> __fastroai::OutputSpec<'_, Self::Output> {
            #answer
        }
    };
    let tools = tools::tools(agent);
    let runtime = agent.runtime.as_ref().map(|access| {
        quote! {
            fn runtime(&self) -> __fastroai::Option<&__fastroai::Runtime> {
                __fastroai::as_runtime(#access)
            }
        }
    });
    let history = agent.settings.history.as_ref().map(|history| {
        quote! {
            fn history(&self) -> __fastroai::Option<&dyn __fastroai::HistoryProcessor> {
                __fastroai::Some(&#history)
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #parameters __fastroai::AgentSpec for #name #arguments #bounds {
            #asked_for

            fn config(&self) -> &__fastroai::AgentConfig {
                static CONFIG: __fastroai::LazyLock<__fastroai::AgentConfig> =
                    __fastroai::LazyLock::new(|| {
                        __fastroai::AgentConfig::new(#shown, #model) #calls
                    });
                &CONFIG
            }

            fn instructions(&self) -> __fastroai::Cow<'_, str> {
                #instructions
            }

            #tools
            #runtime
            #history
        }
    }
}

/// How the answer is asked for, and what is made of it.
fn answer(settings: &Settings, output: &TokenStream) -> TokenStream {
    if settings.is_made && settings.output_fn.is_none() {
        return quote!(loop {});
    }
    let this = Ident::new("self", Span::call_site());
    // Where a function makes the output, what the model fills in is known from the function.
    let place = match &settings.output {
        Some(output) if settings.output_fn.is_none() => generated(output.span()),
        _ => Span::call_site(),
    };
    let mut answer = if settings.output_fn.is_some() {
        quote!(__fastroai::typed())
    } else {
        quote_spanned!(place=> __fastroai::typed::<#output>())
    };
    if let Some(path) = &settings.validate {
        let place = generated(path.span());
        answer = quote_spanned!(place=> __fastroai::validated(#this, #answer, #path));
    }
    if let Some(path) = &settings.output_fn {
        let place = generated(path.span());
        answer = quote_spanned! {place=>
            __fastroai::made::<_, _, #output, _, _>(#this, #answer, #path)
        };
    }
    answer
}

/// Runs of an agent share it between threads: asked of each field, at the field.
fn shared_fields(agent: &Agent) -> WhereClause {
    let generics = &agent.structure.generics;
    let mut clause = generics.where_clause.clone().unwrap_or_else(|| WhereClause {
        where_token: syn::token::Where::default(),
        predicates: syn::punctuated::Punctuated::new(),
    });
    for field in agent.fields.iter().filter(|field| field.conditions.is_empty()) {
        let ty = &field.ty;
        let predicate = quote_spanned!(ty.span()=> #ty: __fastroai::Shared);
        if let Ok(predicate) = syn::parse2(predicate) {
            clause.predicates.push(predicate);
        }
    }
    clause
}

fn provide(agent: &Agent, provided: &Provided) -> TokenStream {
    let Provided { ty, access, conditions, place } = provided;
    let mut name = agent.structure.ident.clone();
    name.set_span(*place);
    let (parameters, arguments, clause) = agent.structure.generics.split_for_impl();
    // An alias of a type that another field has is an error here, on this field.
    let is_object = matches!(ty, Type::TraitObject(_));
    let lent = if is_object { quote_spanned!(*place=> (#ty)) } else { quote!(#ty) };
    quote_spanned! {*place=>
        #(#conditions)*
        #[automatically_derived]
        impl #parameters __fastroai::Provide<#ty> for #name #arguments #clause {
            fn provide(&self) -> &#lent {
                #access
            }
        }
    }
}

/// Whether the models are known, and can do what the agent asks of them.
fn model(agent: &Agent) -> TokenStream {
    let has_tools = !agent.entries.is_empty();
    let models = agent.settings.model.iter().chain(&agent.settings.fallback);
    models
        .map(|model| {
            quote_spanned! {model.span()=>
                const _: () = __fastroai::check_model(#model, #has_tools);
            }
        })
        .collect()
}
