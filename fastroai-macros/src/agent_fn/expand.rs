//! Writes an agent function.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{FnArg, GenericParam, Ident, Lifetime, LifetimeParam, LitStr, Pat, ReturnType, Type};

use super::answer::{self, Answer};
use super::keys::Keys;
use super::parameters::{self, Parameters};
use super::{block, signature};
use crate::agent::of_function::{self, FunctionAgent, LIFETIME};
use crate::report::Report;
use crate::root::{Root, hidden};
use crate::tool::function::Function;
use crate::tool::of_agent::{self, Served};
use crate::tool::parameter::is_mark;
use crate::types;

pub(super) fn expand(
    function: Function,
    attribute: TokenStream,
    report: &mut Report,
) -> TokenStream {
    let written = format!("{attribute} {}", function.without_marks());
    let keys = Keys::read(attribute, report);
    let before = report.len();
    signature::check(&function, report);
    let answer = answer::check(&function, report);
    let parameters = parameters::check(&function, keys.is_described, report);
    let at = block::check(function.body(), report);
    let is_sound = report.len() == before;
    let is_method = function.signature.receiver().is_some();
    let type_name = keys.type_name.unwrap_or_else(|| function.name().clone());

    let inside = of_function::Function {
        name: function.name(),
        attributes: &function.attributes,
        output: match &answer.output {
            answer::Output::Written(ty) => ty.clone(),
            answer::Output::Aliased(ty) => {
                let tokens = quote_spanned!(ty.span()=> <#ty as __fastroai::Answers>::Output);
                syn::parse2(tokens).unwrap_or_else(|_| ty.clone())
            }
        },
        lent: parameters.lent.clone(),
        names: parameters.names.clone(),
        listed_as: &type_name,
        type_name: free_name(function.name(), &written),
    };
    let agent = of_function::agent(inside, keys.rest, report);
    let called = if is_sound {
        let body = body(&function, &agent, &answer, at);
        outside(&function, &agent.root, &answer, &parameters, &body)
    } else {
        let body = quote!(loop {});
        let called = outside(&function, &agent.root, &answer, &parameters, &body);
        quote!(#[allow(unused_variables, clippy::empty_loop)] #called)
    };
    if is_method {
        return called;
    }
    if let Some(name) = agent.tool_name.as_ref().filter(|_| !keys.is_described) {
        report.at(
            name,
            "an agent that is a tool needs a description: write `description = \"…\"`, or remove \
             `tool_name`",
        );
    }
    let stand_in = (!is_sound).then(|| no_contract(&agent.root, &type_name));
    let tool = if keys.is_described {
        let served = Served {
            root: agent.root.clone(),
            type_name,
            name: agent.tool_name.as_ref().map(LitStr::value),
            depth: agent.depth,
            description: keys.description.unwrap_or_else(|| quote!("")),
            timeout: agent.timeout,
            parameters: parameters.of_tool,
            value: answer.value,
            error: answer.error,
            is_sound,
            function,
        };
        of_agent::beside(served, report)
    } else {
        of_agent::refuse(&agent.root, &function, &type_name)
    };
    quote!(#called #stand_in #tool)
}

/// The contract of a function that has none, so that its test is no second mistake.
fn no_contract(root: &Root, type_name: &Ident) -> TokenStream {
    let private = root.private();
    quote! {
        impl #private::Contracted for #type_name {
            fn contract() -> #private::Contract {
                loop {}
            }
        }
    }
}

/// The function as it is called: plain, since what it returns is the future.
fn outside(
    function: &Function,
    root: &Root,
    answer: &Answer,
    parameters: &Parameters,
    body: &TokenStream,
) -> TokenStream {
    let mut signature = function.signature.clone();
    signature.asyncness = None;
    signature.constness = None;
    let output = answer.output.to_type(root);
    let lifetime = if parameters.lent.is_empty() { "'static" } else { LIFETIME };
    let lifetime = Lifetime::new(lifetime, Span::call_site());
    for input in &mut signature.inputs {
        let FnArg::Typed(parameter) = input else { continue };
        parameter.attrs.retain(|attribute| !is_mark(attribute));
        let Pat::Ident(pattern) = &*parameter.pat else { continue };
        let lent = parameters.lent.iter().find(|(ident, _)| *ident == pattern.ident);
        if let Some((_, ty)) = lent
            && let Type::Reference(reference) = types::plain(&parameter.ty)
        {
            let mut reference = reference.clone();
            reference.lifetime = Some(lifetime.clone());
            *reference.elem = ty.clone();
            *parameter.ty = Type::Reference(reference);
        }
    }
    if !parameters.lent.is_empty() {
        signature
            .generics
            .params
            .insert(0, GenericParam::Lifetime(LifetimeParam::new(lifetime.clone())));
    }
    // Where the type is none, all of it is told at one place, once.
    let at = match &function.signature.output {
        ReturnType::Type(_, ty) => ty.span(),
        ReturnType::Default => Span::call_site(),
    };
    let private = types::respanned(root.private(), at);
    let returned = quote_spanned!(at=> -> #private::Call<#lifetime, #output>);
    signature.output = syn::parse2(returned).unwrap_or(ReturnType::Default);
    let attributes = &function.attributes;
    let visibility = &function.visibility;
    quote! {
        #(#attributes)*
        #visibility #signature {
            #body
        }
    }
}

/// Makes the prompt, then the agent, then the call.
///
/// The items of the agent stand in a block of their own, where the user's code does not see them.
fn body(function: &Function, agent: &FunctionAgent, answer: &Answer, at: Span) -> TokenStream {
    let private = agent.root.private();
    let prompt = Ident::new("prompt", hidden(at));
    let made = function.body();
    let asked =
        answer.returned.as_ref().map(|ty| quote_spanned!(ty.span()=> #private::answers::<#ty>();));
    let instructions = agent.instructions.as_ref().map(|(field, text)| quote!(let #field = #text;));
    let into_prompt = quote_spanned!(at=> #private::Prompt::into_prompt(#prompt()));
    let FunctionAgent { items, value, .. } = agent;
    // An alias that is none of ours is told at the alias, and not here as well.
    let place = match &answer.output {
        answer::Output::Aliased(ty) => ty.span(),
        answer::Output::Written(_) => Span::call_site(),
    };
    let ask = types::respanned(quote!(#private::ask), place);
    let call = quote_spanned!(place=> #ask(#value, #prompt));
    quote! {
        #asked
        #instructions
        let #prompt = || #made;
        let #prompt = #into_prompt;
        {
            #items
            #call
        }
    }
}

/// A name for the struct that a compiler's message may show, and that the function does not use.
fn free_name(function: &Ident, written: &str) -> Ident {
    let plain = function.unraw().to_string();
    let words = plain.split('_').map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
    });
    let mut name = format!("{}Agent", words.flatten().collect::<String>());
    while written.contains(&name) {
        name.push('_');
    }
    Ident::new(&name, function.span())
}
