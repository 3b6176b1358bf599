//! What a test cannot be.

use syn::Safety;

use crate::report::Report;
use crate::tool::function::Function;

pub(super) fn check(function: &Function, report: &mut Report) {
    let signature = &function.signature;
    if signature.asyncness.is_none() {
        report.at(
            signature.fn_token,
            "a test of an agent awaits it: write `async fn`, or `#[test]` where nothing is awaited",
        );
    }
    if let Some(constness) = &signature.constness {
        report.at(constness, "a test runs while the program does: remove `const`");
    }
    if let Safety::Unsafe(unsafety) = &signature.safety {
        report.at(unsafety, "nobody can vouch for a test: remove `unsafe`");
    }
    if let Some(abi) = &signature.abi {
        report.at(abi, "a test is called from Rust only: remove `extern`");
    }
    for parameter in &signature.generics.params {
        report.at(parameter, "a test is called without saying with what types: remove it");
    }
    for input in &signature.inputs {
        report.at(input, "a test is called without arguments: make it in the body");
    }
    if let Some(variadic) = &signature.variadic {
        report.at(variadic, "a test is called without arguments: remove it");
    }
    for attribute in &function.attributes {
        if attribute.path().is_ident("test") {
            report.at(attribute, "`#[fastroai::test]` makes it a test already: remove `#[test]`");
        }
    }
}
