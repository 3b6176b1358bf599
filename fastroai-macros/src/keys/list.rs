//! Lists of texts: `key = "one"`, or `key = ["one", "two"]`.

use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{LitStr, Token, bracketed};

use super::Pair;
use crate::report::Report;

impl Pair {
    /// The texts that `fine` lets through, each once; what is wrong with one it says. `example` is one.
    pub(crate) fn texts(
        &self,
        example: &str,
        fine: fn(&str) -> Result<(), String>,
        report: &mut Report,
    ) -> Vec<LitStr> {
        let list = |input: ParseStream<'_>| {
            if input.peek(LitStr) {
                return input.parse::<LitStr>().map(|text| vec![text]);
            }
            let content;
            bracketed!(content in input);
            let texts = Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?;
            Ok(texts.into_iter().collect())
        };
        let key = &self.key;
        let takes = format!("a text or a list of texts: write `{key} = [\"{example}\"]`");
        let Some(written) = self.parse_with(list, &takes, report) else { return Vec::new() };
        if written.is_empty() {
            let message =
                format!("`{key}` says nothing: write `{key} = [\"{example}\"]`, or remove it");
            report.at(self.place(), message);
        }
        let mut texts: Vec<LitStr> = Vec::new();
        for text in written {
            let value = text.value();
            if let Err(message) = fine(&value) {
                report.at(&text, message);
            } else if texts.iter().any(|earlier| earlier.value() == value) {
                report.at(&text, format!("`{value}` stands here twice: remove one of them"));
            } else {
                texts.push(text);
            }
        }
        texts
    }
}
