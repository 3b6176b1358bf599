//! The agent of an agent function: a struct that lives for one call.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Ident, LitStr, Token, Type, TypeParamBound, parse_quote};

use super::settings::{Instructions, Settings};
use super::template::{self, Template};
use super::{Agent, check, entry, expand, fields};
use crate::report::Report;
use crate::root::{Root, generated};
use crate::types;

/// A function, as far as the agent of it goes.
pub(crate) struct Function<'a> {
    pub(crate) name: &'a Ident,
    pub(crate) attributes: &'a [Attribute],
    /// What it answers.
    pub(crate) output: Type,
    /// The parameters that it lends to its tools, with the types behind the references.
    pub(crate) lent: Vec<(Ident, Type)>,
    /// The names that its instructions may mention.
    pub(crate) names: Vec<String>,
    /// The type that other agents list it by.
    pub(crate) listed_as: &'a Ident,
    /// A name for the struct that nothing else in the program has.
    pub(crate) type_name: Ident,
}

/// Its agent.
pub(crate) struct FunctionAgent {
    pub(crate) root: Root,
    /// The struct, and what makes it an agent.
    pub(crate) items: TokenStream,
    /// The instructions, where they depend on the call: to be kept under this name.
    pub(crate) instructions: Option<(Ident, TokenStream)>,
    /// The value of the struct.
    pub(crate) value: TokenStream,
    /// Milliseconds.
    pub(crate) timeout: Option<u64>,
    /// What other agents' models call it.
    pub(crate) tool_name: Option<LitStr>,
    /// How deep agents lie in it, counted from itself: an expression.
    pub(crate) depth: TokenStream,
}

/// The lifetime of what a call borrows.
pub(crate) const LIFETIME: &str = "'__call";

/// Reads the keys, and writes the agent.
pub(crate) fn agent(
    function: Function<'_>,
    attribute: TokenStream,
    report: &mut Report,
) -> FunctionAgent {
    let mut settings = Settings::read(attribute, function.name, report);
    let root = Root::new(settings.root.take(), "agent", report);
    if let Some(output) = settings.output.take() {
        report.at(
            output,
            "the return type says what an agent function answers: remove `output = …`, and write \
             `-> Result<AgentResponse<T>>` with this type",
        );
    }
    let name = function.name.unraw().to_string();
    let shown = settings.name.get_or_insert_with(|| LitStr::new(&name, function.name.span()));
    let shown = shown.value();
    let text = instructions(&function, &mut settings, &root, report);
    let output = function.output;
    let tool_name = settings.tool_name.take();
    let lent = function.lent.iter();
    let fields: Vec<_> =
        lent.clone().map(|(ident, ty)| fields::Field::behind(ty.clone(), ident)).collect();
    let listed = std::mem::take(&mut settings.tools);
    let entries = entry::resolve(&listed, &settings.prefix, &fields, function.name, report);
    let depths = entries.iter().map(entry::Entry::depth);
    let depth = quote!(__fastroai::depth([#(#depths),*]));
    // What a parameter holds is not known before a call.
    let definitions: Option<Vec<_>> = entries.iter().map(entry::Entry::definition).collect();
    let contract_text = &text.contract;
    let (type_name, listed_as) = (function.type_name, function.listed_as);
    let import = root.import();
    let elided = (!function.lent.is_empty()).then(|| quote!(<'_>));
    // Where the output cannot be one, the agent says so.
    let schema = match &settings.output_fn {
        None => quote_spanned!(output.span()=> <__fastroai::OutputFacts<#output>>::schema()),
        Some(path) => quote_spanned! {generated(path.span())=>
            __fastroai::asked_of::<#type_name #elided, _, _, _, _>(#path)
        },
    };
    let contract = definitions.map(|definitions| {
        quote! {
            #[allow(non_local_definitions)]
            const _: () = {
                #import
                #[allow(unused_imports)]
                use __fastroai::NoOutputFacts as _;

                #[automatically_derived]
                impl __fastroai::Contracted for #listed_as {
                    fn contract() -> __fastroai::Contract {
                        __fastroai::Contract::of_function(
                            #shown,
                            #contract_text,
                            &[#(#definitions),*],
                            #schema,
                        )
                    }
                }
            };
        }
    });
    settings.output = Some(output);

    let private = root.private();
    let lifetime = syn::Lifetime::new(LIFETIME, Span::call_site());
    let members =
        function.lent.iter().map(|(ident, ty)| quote_spanned!(ty.span()=> #ident: &#lifetime #ty));
    let held = text.held.as_ref().map(|(ident, _)| quote!(#ident: #private::String,));
    let generics = (!function.lent.is_empty()).then(|| quote!(<#lifetime>));
    let structure = parse_quote!(struct #type_name #generics { #held #(#members),* });
    let provided = fields::provided(&fields, &syn::Generics::default());
    let idents = lent.map(|(ident, _)| ident);
    let held = text.held.as_ref().map(|(ident, _)| quote!(#ident,));
    let value = quote!(#type_name { #held #(#idents),* });
    let timeout = settings.timeout;
    let agent = Agent {
        root: root.clone(),
        runtime: fields::runtime(&provided),
        structure,
        instructions: text.borrowed,
        settings,
        entries,
        tool_name: String::new(),
        fields,
        provided,
    };
    let items = expand::items(&agent, &TokenStream::new());
    let items = quote!(#items #contract);
    FunctionAgent { root, items, instructions: text.held, value, timeout, tool_name, depth }
}

/// The instructions of a function.
struct Text {
    /// An expression of a `Cow`, in a method of the struct.
    borrowed: TokenStream,
    /// Where they depend on the call: the field, and an expression of a `String`.
    held: Option<(Ident, TokenStream)>,
    /// An expression of what a contract tells of them.
    contract: TokenStream,
}

impl Text {
    fn plain(text: &TokenStream) -> Self {
        let borrowed = quote!(__fastroai::Cow::Borrowed(#text));
        Self { borrowed, held: None, contract: quote!(#text) }
    }
}

fn instructions(
    function: &Function<'_>,
    settings: &mut Settings,
    root: &Root,
    report: &mut Report,
) -> Text {
    match settings.instructions.take() {
        Some(Instructions::Function(path)) => {
            let told = quote_spanned!(path.span()=> __fastroai::Told::told(#path()));
            let contract = quote!(&__fastroai::Told::told(#path()));
            Text { borrowed: told, held: None, contract }
        }
        Some(Instructions::Text(text)) => match template::read(&text, &function.names, report) {
            Template::Plain(text) => Text::plain(&text),
            Template::Filled { format, values } => {
                let private = root.private();
                let values = values.iter().map(template::Value::of_locals);
                let made = quote_spanned! {text.span()=>
                    #private::format!(#format, #(#values),*)
                };
                let field = Ident::new("__instructions", Span::call_site());
                Text {
                    borrowed: quote!(__fastroai::Cow::Borrowed(&self.#field)),
                    held: Some((field, made)),
                    contract: text,
                }
            }
        },
        None => {
            Text::plain(&check::documented(function.attributes, function.name, settings, report))
        }
    }
}

/// The type behind a reference, as a struct may hold a reference to it: all that it borrows lives
/// as long as the call, and an object is as long-lived as one in a box.
pub(crate) fn behind(ty: &Type) -> Type {
    let mut ty = types::outliving(types::plain(ty), LIFETIME);
    let Type::TraitObject(object) = &mut ty else { return ty };
    if !object.bounds.iter().any(|bound| matches!(bound, TypeParamBound::Lifetime(_))) {
        object.bounds.push_punct(<Token![+]>::default());
        object
            .bounds
            .push_value(TypeParamBound::Lifetime(syn::Lifetime::new("'static", object.span())));
    }
    parse_quote!((#ty))
}
