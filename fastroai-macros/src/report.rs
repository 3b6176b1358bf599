//! Collects the mistakes of one attribute, so that one compilation tells them all.

use std::fmt::Display;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};

/// The mistakes found so far.
///
/// A message is a sentence with what to write: what is wrong, colon, the fix. To drop a report
/// without reading it is a bug, since mistakes would pass in silence.
pub(crate) struct Report {
    mistakes: Vec<syn::Error>,
    /// Those that the compiler tells, in its own words.
    told_elsewhere: usize,
    read: bool,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self { mistakes: Vec::new(), told_elsewhere: 0, read: false }
    }

    /// Notes a mistake that the user made in these tokens.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        let tokens = written(tokens.to_token_stream());
        self.mistakes.push(syn::Error::new_spanned(tokens, message));
    }

    /// Notes a mistake that the parser found.
    pub(crate) fn syntax(&mut self, error: syn::Error) {
        self.mistakes.push(error);
    }

    /// Counts a mistake that the compiler tells by itself, so that it is told once.
    pub(crate) fn leave(&mut self) {
        self.told_elsewhere += 1;
    }

    /// How many mistakes there are; it only grows.
    pub(crate) fn len(&self) -> usize {
        self.mistakes.len() + self.told_elsewhere
    }

    /// The mistakes, as code that does not compile, wherever the attribute stands.
    pub(crate) fn into_tokens(mut self) -> TokenStream {
        self.read = true;
        self.mistakes.iter().map(syn::Error::to_compile_error).collect()
    }

    /// As [`Self::into_tokens`], beside items, in a block: where a module itself does not compile,
    /// rustc keeps to itself which names it lacks, and those are mistakes to be told as well.
    pub(crate) fn into_items(self) -> TokenStream {
        let mistakes = self.into_tokens();
        if mistakes.is_empty() {
            return mistakes;
        }
        quote! {
            const _: () = {
                #mistakes
            };
        }
    }

    /// The mistakes' messages.
    #[cfg(test)]
    pub(crate) fn into_messages(mut self) -> Vec<String> {
        self.read = true;
        self.mistakes.iter().map(ToString::to_string).collect()
    }
}

/// The tokens without invisible groups, which stand where a `macro_rules!` puts a fragment in and
/// not where the user wrote it.
fn written(tokens: TokenStream) -> TokenStream {
    let flat = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => written(group.stream()),
        other => other.into(),
    });
    flat.collect()
}

impl Drop for Report {
    fn drop(&mut self) {
        assert!(self.read || std::thread::panicking(), "the mistakes of an attribute are not told");
    }
}
