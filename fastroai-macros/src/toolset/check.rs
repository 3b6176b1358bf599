//! Reports every mistake of a toolset, and keeps what is sound.

use proc_macro2::{Span, TokenStream};
use quote::format_ident;
use syn::{FnArg, Path};

use super::Toolset;
use super::block::{Block, name_self};
use crate::keys::{self, Table};
use crate::report::Report;
use crate::root::{Root, hidden};
use crate::tool::{self, Instance, Method};

const TABLE: Table = Table {
    keys: &["crate"],
    foreign: &[
        ("prefix", "write `prefix(\"…\", self.field)` where an agent lists it"),
        ("name", "write `name` on the methods, or `prefix(\"…\", self.field)` in an agent's list"),
        ("description", "each method has its own: write a doc comment above it"),
        ("timeout", "write it on the methods: `#[safe_tool(timeout = \"10s\")]`"),
        ("tools", "write `#[safe_tool]` above the methods"),
    ],
    bare: &[],
};

pub(super) fn check(block: Block, attribute: TokenStream, report: &mut Report) -> Toolset {
    let mut root = None;
    for pair in keys::parse(attribute, &TABLE, report) {
        let example = "the path of `fastroai`: write `crate = ai`";
        root = pair.parse_with(Path::parse_mod_style, example, report);
    }
    let root = Root::new(root, "toolset", report);
    let (generics, ty) = block.header();
    let of = block.of().cloned();
    let instance = Instance { generics, ty, of, receiver: Span::call_site() };
    if block.marked.is_empty() {
        report.at(
            &block.item.self_ty,
            "this `impl` has no tools: write `#[safe_tool]` above the methods that a model may call",
        );
    }
    let methods = methods(&block, &instance, &root, report);
    Toolset { root, block, instance, methods }
}

fn methods(block: &Block, instance: &Instance, root: &Root, report: &mut Report) -> Vec<Method> {
    let mut methods: Vec<Method> = Vec::new();
    for (index, (item, keys)) in block.marked.iter().enumerate() {
        let mut item = item.clone();
        for input in &mut item.sig.inputs {
            if let FnArg::Typed(parameter) = input {
                name_self(parameter, &instance.ty);
            }
        }
        let marker = format_ident!("__Tool{index}", span = hidden(item.sig.ident.span()));
        let method = tool::method(&item, keys.clone(), (instance, root), marker, report);
        // Two methods of one name are a mistake that the compiler tells.
        let ident = &item.sig.ident;
        let is_taken = |earlier: &Method| {
            earlier.name() == method.name()
                && earlier.conditions().next().is_none()
                && earlier.function_name() != ident
        };
        if method.conditions().next().is_none() && methods.iter().any(is_taken) {
            report.at(
                &item.sig.ident,
                format!(
                    "two tools of this toolset are called `{}`: rename one with \
                     `#[safe_tool(name = \"…\")]`",
                    method.name()
                ),
            );
        }
        methods.push(method);
    }
    methods
}
