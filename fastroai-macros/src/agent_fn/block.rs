//! The block: what makes the prompt, before anything is asked.

use proc_macro2::{Span, TokenStream};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, Expr, Item, Stmt};

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

struct Waiting<'a>(&'a mut Report);

impl<'ast> Visit<'ast> for Waiting<'_> {
    fn visit_expr_await(&mut self, wait: &'ast syn::ExprAwait) {
        self.0.at(
            wait.await_token,
            "the block makes the prompt before anything is awaited: await this where the function \
             is called, and pass what it gives as a parameter",
        );
        visit::visit_expr_await(self, wait);
    }

    fn visit_expr_try(&mut self, attempt: &'ast syn::ExprTry) {
        self.0.at(
            attempt.question_token,
            "the block makes the prompt, which cannot fail: do this where the function is called, \
             and pass what it gives as a parameter",
        );
        visit::visit_expr_try(self, attempt);
    }

    // What stands in these is not the block's own.
    fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
    fn visit_expr_async(&mut self, _: &'ast syn::ExprAsync) {}
    fn visit_item(&mut self, _: &'ast Item) {}
    fn visit_expr(&mut self, expression: &'ast Expr) {
        visit::visit_expr(self, expression);
    }
}
