//! Writes a checked tool.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{Expr, ExprLit, Ident, Lifetime, Lit, Type};

use super::Tool;
use super::parameter::{Argument, Default, Parameter};
use crate::root::hidden;

pub(super) fn expand(tool: &Tool) -> TokenStream {
    let function = tool.function.without_marks();
    let conditions: Vec<_> = tool.function.conditions().collect();
    let visibility = &tool.function.visibility;
    let type_name = &tool.type_name;
    let docs = format!("The tool of [`{0}()`](fn@{0}).", tool.function.name().unraw());
    let import = tool.root.import();
    let info = info(tool);
    let call = call(tool);
    quote! {
        #function

        #(#conditions)*
        #[doc = #docs]
        #[allow(dead_code, non_camel_case_types)]
        #visibility struct #type_name {}

        #(#conditions)*
        const _: () = {
            #import
            #[allow(unused_imports)]
            use __fastroai::WithoutError as _;

            #info
            #call
        };
    }
}

/// What is known before any agent lists the tool.
fn info(tool: &Tool) -> TokenStream {
    let Tool { type_name, name, description, .. } = tool;
    let options = tool.options.to_expression();
    let schema = Ident::new("schema", hidden(proc_macro2::Span::call_site()));
    let arguments: Vec<_> = arguments(tool).collect();
    let fields = arguments.iter().map(|argument| describe(argument, &schema));
    let mutable = (!arguments.is_empty()).then(|| quote!(mut));
    quote! {
        #[automatically_derived]
        impl __fastroai::ToolInfo for #type_name {
            const NAMES: &'static [&'static str] = &[#name];
            const OPTIONS: __fastroai::ToolOptions = #options;

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

fn describe(argument: &Argument, schema: &Ident) -> TokenStream {
    let Argument { name, ty, .. } = argument;
    let description = argument.description.clone().unwrap_or_else(|| quote!(""));
    let schema = Ident::new(&schema.to_string(), schema.span().located_at(ty.span()));
    match argument.default_value() {
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
    }
}

/// One call: read the arguments, borrow the context, run the function, write the reply.
fn call(tool: &Tool) -> TokenStream {
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
    let body = if tool.is_sound {
        body(tool, &provides, &[&agent, &arguments, &run])
    } else {
        quote!(loop {})
    };
    quote! {
        #[automatically_derived]
        #[allow(deprecated, unused_variables, unreachable_code, unreachable_patterns)]
        impl<__Agent> __fastroai::Tool<__Agent> for #type_name
        where
            __Agent: #(__fastroai::Provide<#provides> +)* __fastroai::Sync + ?__fastroai::Sized,
        {
            fn call<'__call>(
                #agent: &'__call __Agent,
                #arguments: __fastroai::Arguments<'__call>,
                #run: __fastroai::RunContext<'__call>,
            ) -> __fastroai::ToolFuture<'__call> {
                #body
            }
        }
    }
}

fn body(tool: &Tool, provides: &[Type], locals: &[&Ident; 3]) -> TokenStream {
    let [agent, arguments, run] = locals;
    let read = read(tool, arguments);
    let is_async = tool.function.is_async();
    let mut provides = provides.iter();
    let mut lent = TokenStream::new();
    let passed: Vec<_> = tool
        .parameters
        .iter()
        .map(|parameter| match parameter {
            Parameter::Argument(argument) => {
                let value = argument.local();
                quote!(#value)
            }
            Parameter::Run { is_reference: true } => quote!(&#run),
            Parameter::Run { is_reference: false } => quote!(#run),
            Parameter::Lent { ident, .. } => {
                let ty = provides.next();
                let provided = quote!(<__Agent as __fastroai::Provide<#ty>>::provide(#agent));
                if is_async {
                    return provided;
                }
                let at = ty.map_or_else(proc_macro2::Span::call_site, Spanned::span);
                let owned = hide(ident);
                lent.extend(quote_spanned! {at=>
                    let #owned = <__fastroai::Blocking as __fastroai::Detach<#ty>>::detach(#provided);
                });
                quote!(&#owned)
            }
        })
        .collect();
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
    let called = quote_spanned!(at=> #function(#(#passed),*));
    let returned = if tool.function.is_async() {
        // Where the future is not `Send`, the function's name is underlined, once.
        reply(tool, &quote_spanned!(at=> __fastroai::send(#called).await))
    } else {
        let reply = reply(tool, &called);
        quote!(__fastroai::blocking(move || #reply).await)
    };
    let takes_run =
        tool.parameters.iter().any(|parameter| matches!(parameter, Parameter::Run { .. }));
    let detach =
        (takes_run && !tool.function.is_async()).then(|| quote!(let #run = #run.detach();));
    quote! {
        __fastroai::Box::pin(async move {
            #read
            #lent
            #detach
            #returned
        })
    }
}

/// What the function returned, for the model; complaints about a type land where it is written.
fn reply(tool: &Tool, called: &TokenStream) -> TokenStream {
    let at = tool.function.name().span();
    let (at_value, at_error) = (tool.returned.value, tool.returned.error);
    let shown = quote_spanned!(at_value=> __fastroai::ToolOutput::to_reply(&value));
    let failed = quote_spanned!(at_error=> __fastroai::ToolFailure::into_tool_error(error));
    let (value, error) = (Ident::new("value", at_value), Ident::new("error", at_error));
    let returned = quote_spanned!(at=> __fastroai::Returned(#called).split());
    quote! {
        match #returned {
            __fastroai::Ok(#value) => #shown,
            __fastroai::Err(#error) => __fastroai::Err(#failed),
        }
    }
}

/// Decodes all arguments before it complains about any.
fn read(tool: &Tool, arguments: &Ident) -> TokenStream {
    let fields = tool.local("fields");
    let all: Vec<_> = self::arguments(tool).collect();
    let names = all.iter().map(|argument| &argument.name);
    if all.is_empty() {
        return quote! {
            #arguments.read(&[])?.check()?;
        };
    }
    let values = all.iter().map(|argument| argument.local());
    let gets = all.iter().map(|argument| {
        let Argument { ty, name, .. } = argument;
        let fields = Ident::new(&fields.to_string(), hidden(ty.span()));
        match argument.default_value() {
            None => quote_spanned! {ty.span()=>
                <#ty as __fastroai::ToolArg>::read(&mut #fields, #name)
            },
            Some(default) => quote_spanned! {ty.span()=>
                <#ty as __fastroai::ToolArg>::read_or(&mut #fields, #name, || #default)
            },
        }
    });
    quote! {
        let mut #fields = #arguments.read(&[#(#names),*])?;
        let (#(__fastroai::Some(#values),)* __fastroai::Ok(())) = (#(#gets,)* #fields.check()) else {
            return __fastroai::Err(#fields.misfit());
        };
    }
}

fn arguments(tool: &Tool) -> impl Iterator<Item = &Argument> {
    tool.parameters.iter().filter_map(|parameter| match parameter {
        Parameter::Argument(argument) => Some(argument),
        Parameter::Lent { .. } | Parameter::Run { .. } => None,
    })
}

impl Tool {
    /// A local of our own, of a name that no parameter has.
    fn local(&self, name: &str) -> Ident {
        let mut name = name.to_owned();
        while self.parameters.iter().any(|parameter| match parameter {
            Parameter::Argument(Argument { ident, .. }) | Parameter::Lent { ident, .. } => {
                *ident == name
            }
            Parameter::Run { .. } => false,
        }) {
            name.push('_');
        }
        Ident::new(&name, hidden(proc_macro2::Span::call_site()))
    }
}

/// The same name, for a local that the user's code does not see.
fn hide(ident: &Ident) -> Ident {
    let mut ident = ident.clone();
    ident.set_span(hidden(ident.span()));
    ident
}

impl Argument {
    /// A local of the parameter's name that cannot meet the user's functions and constants.
    fn local(&self) -> Ident {
        hide(&self.ident)
    }

    /// The default, as a value of the parameter's type.
    fn default_value(&self) -> Option<TokenStream> {
        let ty = &self.ty;
        Some(match self.default.as_ref()? {
            Default::OfType => quote_spanned!(ty.span()=> <#ty as __fastroai::OfType>::default()),
            Default::Expression(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => {
                quote_spanned!(text.span()=> __fastroai::FromText::from(#text))
            }
            Default::Expression(value) => quote!(#value),
        })
    }
}

/// A lent type outlives every call of the tool, so that its elided lifetimes can only be `'static`.
fn for_impl(ty: &Type, tool: &Tool) -> Type {
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
