//! Tools that are methods: the same checks as for a function, and what only a method has.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, Generics, Ident, ImplItemFn, Path, Receiver, ReceiverKind, Type, WhereClause,
};

use super::expand::{self, call};
use super::function::Function;
use super::options::Options;
use super::parameter::{Default, Parameter, arguments, is_mark};
use super::{Tool, check};
use crate::report::Report;
use crate::root::Root;
use crate::types;

/// What a method is called on.
#[derive(Clone)]
pub(crate) struct Instance {
    /// The parameters of the `impl`, each lifetime named.
    pub(crate) generics: Generics,
    /// The type of the `impl`.
    pub(crate) ty: Type,
    /// The trait of the `impl`.
    pub(crate) of: Option<Path>,
    /// Where the method writes its `self`.
    pub(crate) receiver: Span,
}

impl Instance {
    /// The parameters and the bounds of an impl for all agents that give what is `asked` of them.
    ///
    /// Runs share the instance, so that it is asked to be `Sync`.
    pub(crate) fn implementation(&self, asked: &TokenStream) -> (Generics, WhereClause) {
        let mut generics = self.generics.clone();
        let ty = &self.ty;
        // A bound that names lifetimes would hold for no other ones inside.
        let is_open = generics.lifetimes().next().is_none();
        let shared = is_open.then(|| quote_spanned!(ty.span()=> #ty: __fastroai::Shared,));
        let given = self.generics.where_clause.as_ref().map(|clause| &clause.predicates);
        let comma = given.filter(|given| !given.empty_or_trailing()).map(|_| quote!(,));
        let clause = syn::parse_quote!(where #given #comma #shared #asked);
        generics.where_clause = None;
        generics.params.push(syn::parse_quote!(__Agent));
        (generics, clause)
    }

    /// `<Type>`, or `<Type as Trait>`.
    pub(super) fn qualified(&self) -> TokenStream {
        let Self { ty, of, .. } = self;
        let of = of.as_ref().map(|of| quote!(as #of));
        quote!(<#ty #of>)
    }
}

/// A checked method.
pub(crate) struct Method {
    tool: Tool,
}

/// Reads a method that the model may call, from its `#[safe_tool(…)]`.
///
/// `marker` names the type that stands for it.
pub(crate) fn method(
    item: &ImplItemFn,
    attribute: TokenStream,
    (instance, root): (&Instance, &Root),
    marker: Ident,
    report: &mut Report,
) -> Method {
    let mut options = Options::read(attribute, report);
    options.root = None;
    if let Some(name) = options.type_name.replace(marker) {
        report.at(name, "a method needs no type of its own: remove `type`");
    }
    let function = Function {
        attributes: item.attrs.clone(),
        visibility: item.vis.clone(),
        signature: item.sig.clone(),
        body: TokenStream::new(),
    };
    let before = report.len();
    let receiver = receiver(&function, report);
    let mut tool = check::signature(function, options, root.clone(), report);
    concrete(&mut tool, &instance.generics, report);
    unconditional(&tool, report);
    tool.is_sound &= report.len() == before;
    tool.instance = Some(Instance { receiver, ..instance.clone() });
    Method { tool }
}

/// Where it writes its `&self`; any other is reported.
fn receiver(function: &Function, report: &mut Report) -> Span {
    match function.signature.receiver() {
        None => report.at(
            function.name(),
            "a tool of a toolset has its instance: take `&self` first, or move the function out of \
             the `impl`",
        ),
        Some(Receiver { kind: ReceiverKind::Reference(_, _, None), self_token, .. }) => {
            return self_token.span();
        }
        Some(receiver @ Receiver { kind: ReceiverKind::Reference(..), .. }) => report.at(
            receiver,
            "the runs of an agent share its fields: write `&self`, with a lock inside where it \
             changes, as in a `std::sync::Mutex`",
        ),
        Some(receiver) => report.at(receiver, "the agent keeps its field: write `&self`"),
    }
    Span::call_site()
}

/// The schema is made once for all types that the `impl` is for.
fn concrete(tool: &mut Tool, generics: &Generics, report: &mut Report) {
    for argument in arguments(&tool.parameters) {
        if types::mentions_parameter(&argument.ty, generics) {
            report.at(&argument.ty, "the model cannot choose a type: write a concrete type");
        }
        if let Some(Default::Expression(value)) = &argument.default
            && types::is_open(value, generics)
        {
            report.at(
                value,
                "the schema tells the default, and is the same whatever the type parameters are: \
                 write a value that does not depend on them",
            );
        }
    }
    tool.parameters.retain(|parameter| match parameter {
        Parameter::Argument(argument) => {
            let is_open = match &argument.default {
                Some(Default::Expression(value)) => types::is_open(value, generics),
                Some(Default::OfType) | None => false,
            };
            !is_open && !types::mentions_parameter(&argument.ty, generics)
        }
        Parameter::Lent { .. } | Parameter::Run { .. } => true,
    });
}

/// What an agent must lend is asked of the whole toolset, and bounds have no conditions.
fn unconditional(tool: &Tool, report: &mut Report) {
    let lent = |parameter: &Parameter| matches!(parameter, Parameter::Lent { .. });
    if let Some(condition) = tool.function.conditions().next()
        && tool.parameters.iter().any(lent)
    {
        report.at(
            condition,
            "what a toolset needs of its agent does not change: put the `#[cfg(…)]` on the whole \
             `impl`, or take nothing with `#[context]` here",
        );
    }
}

impl Method {
    /// What the model calls it.
    pub(crate) fn name(&self) -> &str {
        &self.tool.name
    }

    /// What Rust calls it.
    pub(crate) fn function_name(&self) -> &Ident {
        self.tool.function.name()
    }

    /// The type that stands for it.
    pub(crate) fn marker(&self) -> &Ident {
        &self.tool.type_name
    }

    /// The conditions under which it exists.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &Attribute> {
        self.tool.function.conditions()
    }

    /// The types that it is lent.
    pub(crate) fn lent(&self) -> impl Iterator<Item = Type> {
        self.tool.parameters.iter().filter_map(|parameter| match parameter {
            Parameter::Lent { ty, .. } => Some(call::for_impl(ty, &self.tool)),
            Parameter::Argument(_) | Parameter::Run { .. } => None,
        })
    }

    /// The type that stands for it, and all that it can do.
    pub(crate) fn to_items(&self) -> TokenStream {
        let conditions: Vec<_> = self.conditions().collect();
        let marker = self.marker();
        let limits = expand::limits(&self.tool);
        let info = expand::info(&self.tool);
        let call = call::call(&self.tool);
        quote! {
            #(#conditions)*
            struct #marker {}
            #limits
            #(#conditions)*
            #info
            #(#conditions)*
            #call
        }
    }
}

/// Takes our marks off the parameters of a method, which has its `self` whether it needs it or not.
pub(crate) fn without_marks(item: &mut ImplItemFn) {
    item.attrs.insert(
        0,
        syn::parse_quote!(
            #[allow(
                clippy::implicit_hasher,
                clippy::needless_pass_by_value,
                clippy::unused_async,
                clippy::unused_self
            )]
        ),
    );
    for input in &mut item.sig.inputs {
        if let FnArg::Typed(parameter) = input {
            parameter.attrs.retain(|attribute| !is_mark(attribute));
        }
    }
}
