//! One call of a tool.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{Ident, Lifetime, Type};

use super::super::Tool;
use super::super::parameter::{Parameter, arguments};
use super::hide;
use crate::root::hidden;

/// One call: read the arguments, borrow the context, run the function, write the reply.
pub(in super::super) fn call(tool: &Tool) -> TokenStream {
    let type_name = &tool.type_name;
    let provides: Vec<_> = tool
        .parameters
        .iter()
        .filter_map(|parameter| match parameter {
            Parameter::Lent { ty, .. } => Some(for_impl(ty, tool)),
            Parameter::Argument(_) | Parameter::Run { .. } => None,
        })
        .collect();
    let (agent, arguments, run) = (tool.local("agent"), tool.local("arguments"), tool.local("run"));
    let set = tool.local("set");
    let body = if tool.is_sound {
        body(tool, &provides, &[&agent, &arguments, &run, &set])
    } else {
        quote!(loop {})
    };
    let fit = (tool.is_sound && tool.options.needs_approval()).then(|| fit(tool, &arguments));
    let asked = quote! {
        __Agent: #(__fastroai::Provide<#provides> +)* __fastroai::Sync + ?__fastroai::Sized,
    };
    let (header, clause, receiver) = match &tool.instance {
        None => (quote!(impl<__Agent> __fastroai::Tool<__Agent>), quote!(where #asked), None),
        Some(instance) => {
            let (parameters, clause) = instance.implementation(&asked);
            let ty = &instance.ty;
            (
                quote!(impl #parameters __fastroai::ToolMethod<#ty, __Agent>),
                quote!(#clause),
                Some(quote!(#set: &'__call #ty,)),
            )
        }
    };
    quote! {
        #[automatically_derived]
        #[allow(deprecated, unused_variables, unreachable_code, unreachable_patterns)]
        #header for #type_name
        #clause
        {
            fn call<'__call>(
                #receiver
                #agent: &'__call __Agent,
                #arguments: __fastroai::Arguments<'__call>,
                #run: __fastroai::RunContext<'__call>,
            ) -> __fastroai::ToolFuture<'__call> {
                #body
            }

            #fit
        }
    }
}

/// Whether the arguments fit, for a tool that does not run as soon as it is called.
fn fit(tool: &Tool, arguments: &Ident) -> TokenStream {
    let read = read(tool, arguments);
    quote! {
        fn check_arguments(#arguments: __fastroai::Arguments<'_>) -> __fastroai::ToolFit {
            #read
            __fastroai::Ok(())
        }
    }
}

fn body(tool: &Tool, provides: &[Type], locals: &[&Ident; 4]) -> TokenStream {
    let [agent, arguments, run, set] = locals;
    let read = read(tool, arguments);
    let is_async = tool.function.is_async() || tool.is_agent;
    let mut provides = provides.iter();
    let mut lent = TokenStream::new();
    let instance = tool.instance.as_ref().map(|instance| {
        if is_async {
            return quote!(#set);
        }
        let (ty, at) = (&instance.ty, instance.receiver);
        lent.extend(quote_spanned! {at=>
            let #set = <__fastroai::Blocking as __fastroai::DetachSelf<#ty>>::detach_self(#set);
        });
        quote!(&#set)
    });
    let parameters = tool.parameters.iter().map(|parameter| match parameter {
        Parameter::Argument(argument) => {
            let value = argument.local();
            if argument.is_borrowed { quote!(&#value) } else { quote!(#value) }
        }
        Parameter::Run { is_reference: true, .. } => quote!(&#run),
        Parameter::Run { is_reference: false, .. } => quote!(#run),
        Parameter::Lent { ident, .. } => {
            let ty = provides.next();
            let borrowed = quote!(<__Agent as __fastroai::Provide<#ty>>::provide(#agent));
            if is_async {
                return borrowed;
            }
            let at = ty.map_or_else(Span::call_site, Spanned::span);
            let owned = hide(ident);
            lent.extend(quote_spanned! {at=>
                let #owned = <__fastroai::Blocking as __fastroai::Detach<#ty>>::detach(#borrowed);
            });
            quote!(&#owned)
        }
    });
    let passed: Vec<_> = instance.into_iter().chain(parameters).collect();
    finish(tool, &read, &lent, &passed, run)
}

fn finish(
    tool: &Tool,
    read: &TokenStream,
    lent: &TokenStream,
    passed: &[TokenStream],
    run: &Ident,
) -> TokenStream {
    let function = tool.function.name();
    let at = function.span();
    let returned = Ident::new("returned", hidden(at));
    let reply = reply(tool, &returned);
    let called = match &tool.instance {
        None => quote_spanned!(at=> #function(#(#passed),*)),
        Some(instance) => {
            let ty = instance.qualified();
            quote_spanned!(at=> #ty::#function(#(#passed),*))
        }
    };
    let body = if tool.function.is_async() || tool.is_agent {
        // Where the future is not `Send`, the function's name is underlined, once.
        let awaited = quote_spanned!(at=> __fastroai::send(#called).await);
        quote! {
            let #returned = #awaited;
            #reply
        }
    } else {
        let takes_run =
            tool.parameters.iter().any(|parameter| matches!(parameter, Parameter::Run { .. }));
        let detach = takes_run.then(|| quote!(let #run = #run.detach();));
        quote! {
            #detach
            __fastroai::blocking(move || {
                let #returned = #called;
                #reply
            })
            .await
        }
    };
    quote! {
        __fastroai::Box::pin(async move {
            #read
            #lent
            #body
        })
    }
}

/// What the function returned, for the model; complaints about a type land where it is written.
fn reply(tool: &Tool, returned: &Ident) -> TokenStream {
    let (at_value, at_error) = (tool.returned.value, tool.returned.error);
    let shown = if tool.is_agent {
        quote_spanned!(at_value=> __fastroai::ToolOutput::to_reply(&value.output))
    } else {
        quote_spanned!(at_value=> __fastroai::ToolOutput::to_reply(&value))
    };
    let failed = quote_spanned!(at_error=> __fastroai::ToolFailure::into_tool_error(error));
    let (value, error) = (Ident::new("value", at_value), Ident::new("error", at_error));
    quote! {
        match __fastroai::Returned(#returned).split() {
            __fastroai::Ok(#value) => #shown,
            __fastroai::Err(#error) => __fastroai::Err(#failed),
        }
    }
}

/// Decodes all arguments before it complains about any.
fn read(tool: &Tool, arguments: &Ident) -> TokenStream {
    let all: Vec<_> = self::arguments(&tool.parameters).collect();
    if all.is_empty() {
        return quote!(#arguments.read(&[])?.check()?;);
    }
    let fields = tool.local("fields");
    let names = all.iter().map(|argument| &argument.name);
    let values = all.iter().map(|argument| argument.local());
    let reads = all.iter().map(|argument| argument.read(&fields, &tool.type_name));
    let holds = all.iter().filter_map(|argument| argument.hold(&fields, &tool.type_name));
    quote! {
        let mut #fields = #arguments.read(&[#(#names),*])?;
        #(#holds)*
        let (#(__fastroai::Some(#values),)* __fastroai::Ok(())) = (#(#reads,)* #fields.check()) else {
            return __fastroai::Err(#fields.misfit());
        };
    }
}

impl Tool {
    /// A local of our own, of a name that no parameter has.
    fn local(&self, name: &str) -> Ident {
        let mut name = name.to_owned();
        while self.parameters.iter().any(|parameter| match parameter {
            Parameter::Argument(argument) => argument.ident == name,
            Parameter::Lent { ident, .. } => *ident == name,
            Parameter::Run { .. } => false,
        }) {
            name.push('_');
        }
        Ident::new(&name, hidden(Span::call_site()))
    }
}

/// A lent type outlives every call of the tool, so that its elided lifetimes can only be `'static`.
pub(in super::super) fn for_impl(ty: &Type, tool: &Tool) -> Type {
    struct Outlive<'a>(&'a Tool);
    impl VisitMut for Outlive<'_> {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            let mut named = self.0.function.signature.generics.lifetimes();
            if lifetime.ident == "_" || named.any(|named| named.lifetime == *lifetime) {
                lifetime.ident = Ident::new("static", lifetime.ident.span());
            }
        }
    }
    let mut ty = ty.clone();
    Outlive(tool).visit_type_mut(&mut ty);
    ty
}
