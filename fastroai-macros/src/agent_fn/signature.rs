//! What an agent function cannot be.

use syn::{FnArg, GenericParam, Safety};

use crate::report::Report;
use crate::tool::function::Function;

pub(super) fn check(function: &Function, report: &mut Report) {
    let signature = &function.signature;
    if signature.asyncness.is_none() {
        report.at(signature.fn_token, "a call of an agent function is awaited: write `async fn`");
    }
    if let Some(constness) = &signature.constness {
        report.at(constness, "an agent is asked while the program runs: remove `const`");
    }
    if let Safety::Unsafe(unsafety) = &signature.safety {
        report.at(
            unsafety,
            "an agent function only makes a prompt: remove `unsafe`, and wrap the unsafe part in \
             the block",
        );
    }
    if let Some(abi) = &signature.abi {
        report.at(abi, "an agent function is called from Rust only: remove `extern`");
    }
    if let Some(variadic) = &signature.variadic {
        report.at(variadic, "an agent function takes a fixed number of parameters: take a slice");
    }
    for parameter in &signature.generics.params {
        match parameter {
            GenericParam::Type(_) => report.at(
                parameter,
                "an agent function is one agent with one schema: replace the type parameter by a \
                 concrete type",
            ),
            GenericParam::Const(_) => report.at(
                parameter,
                "an agent function is one agent: replace the constant by a parameter",
            ),
            GenericParam::Lifetime(_) => {}
        }
    }
    if let Some(FnArg::Receiver(receiver)) = signature.inputs.first() {
        report.at(
            receiver,
            "an agent function has no `self`: move it out of the `impl` and take what it needs as \
             parameters, or put `#[agent]` on a struct and call its `run`",
        );
    }
}
