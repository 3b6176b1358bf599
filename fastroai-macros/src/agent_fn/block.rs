//! The block: what makes the prompt, before anything is asked.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, Item, Stmt};

use crate::report::Report;

/// Reports what a block that makes a prompt cannot do, and tells where the prompt stands.
///
/// A block that does not parse is left to the compiler.
pub(super) fn check(body: &TokenStream, report: &mut Report) -> Span {
    let Ok(block) = syn::parse2::<Block>(body.clone()) else { return body.span() };
    Waiting(report).visit_block(&block);
    match block.stmts.last() {
        Some(Stmt::Expr(prompt, None)) => prompt.span(),
        _ => block.span(),
    }
}

const NO_WAITING: &str = "the block makes the prompt before anything is awaited: await this where \
                          the function is called, and pass what it gives as a parameter";
const NO_FAILING: &str = "the block makes the prompt, which cannot fail: do this where the function \
                          is called, and pass what it gives as a parameter";

struct Waiting<'a>(&'a mut Report);

impl Waiting<'_> {
    /// Looks into the arguments of a macro, which are no expressions yet.
    fn look_into(&mut self, tokens: TokenStream) {
        for token in tokens {
            match &token {
                TokenTree::Group(group) => self.look_into(group.stream()),
                TokenTree::Ident(word) if word == "await" => self.0.at(word, NO_WAITING),
                TokenTree::Punct(sign) if sign.as_char() == '?' => self.0.at(sign, NO_FAILING),
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Waiting<'_> {
    fn visit_expr_await(&mut self, wait: &'ast syn::ExprAwait) {
        self.0.at(wait.await_token, NO_WAITING);
        visit::visit_expr_await(self, wait);
    }

    fn visit_expr_try(&mut self, attempt: &'ast syn::ExprTry) {
        self.0.at(attempt.question_token, NO_FAILING);
        visit::visit_expr_try(self, attempt);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.look_into(call.tokens.clone());
    }

    // What stands in these is not the block's own.
    fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
    fn visit_expr_async(&mut self, _: &'ast syn::ExprAsync) {}
    fn visit_item(&mut self, _: &'ast Item) {}
}
