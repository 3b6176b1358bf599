//! The values of keys. Each reader reports what is wrong and then gives nothing.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, Parser};
use syn::{Ident, Lit, LitStr};

use super::{Pair, Value};
use crate::report::Report;
use crate::{literal, similar};

impl Pair {
    /// A value that the parser of `T` reads; `example` is what to write instead.
    pub(crate) fn parse<T: Parse>(&self, example: &str, report: &mut Report) -> Option<T> {
        self.parse_with(T::parse, example, report)
    }

    /// As [`Self::parse`], by this parser.
    pub(crate) fn parse_with<P: Parser>(
        &self,
        parser: P,
        example: &str,
        report: &mut Report,
    ) -> Option<P::Output> {
        let parsed = match &self.value {
            Value::Given(tokens) => parser.parse2(tokens.clone()).ok(),
            Value::Absent | Value::List(_) => None,
        };
        if parsed.is_none() {
            report.at(self.place(), format!("`{0}` takes {example}", self.key));
        }
        parsed
    }

    /// Whether the value is a string literal.
    pub(crate) fn is_text(&self) -> bool {
        matches!(&self.value, Value::Given(tokens) if syn::parse2::<LitStr>(tokens.clone()).is_ok())
    }

    /// A string literal that is not empty.
    pub(crate) fn text(&self, report: &mut Report) -> Option<LitStr> {
        let example = format!("a string literal: write `{} = \"…\"`", self.key);
        let text: LitStr = self.parse(&example, report)?;
        self.filled(text, report)
    }

    /// A string literal, or a macro that makes one, as `include_str!` does.
    pub(crate) fn text_or_macro(&self, report: &mut Report) -> Option<TokenStream> {
        if let Value::Given(tokens) = &self.value
            && let Ok(call) = syn::parse2::<syn::Macro>(tokens.clone())
        {
            return Some(call.into_token_stream());
        }
        self.text(report).map(ToTokens::into_token_stream)
    }

    fn filled(&self, text: LitStr, report: &mut Report) -> Option<LitStr> {
        if text.value().trim().is_empty() {
            report.at(&text, format!("`{}` says nothing: write a text, or remove it", self.key));
            return None;
        }
        Some(text)
    }

    /// Milliseconds.
    pub(crate) fn duration(&self, report: &mut Report) -> Option<u64> {
        let key = &self.key;
        if let Some(Lit::Int(number)) = self.literal() {
            let fix = if number.suffix().is_empty() { number.to_string() } else { "10".to_owned() };
            let message =
                format!("`{key}` needs a unit: write `{key} = \"{fix}s\"` or `\"{fix}ms\"`");
            report.at(self.place(), message);
            return None;
        }
        let text: LitStr =
            self.parse(&format!("a duration in a string: write `{key} = \"10s\"`"), report)?;
        literal::duration(&text.value()).map_err(|message| report.at(&text, message)).ok()
    }

    /// Picodollars.
    pub(crate) fn dollars(&self, report: &mut Report) -> Option<u64> {
        let example = format!("dollars in a string: write `{} = \"$0.05\"`", self.key);
        let text: LitStr = self.parse(&example, report)?;
        literal::dollars(&text.value()).map_err(|message| report.at(&text, message)).ok()
    }

    /// A whole number from `least` on; `meaning` says what the least one means.
    pub(crate) fn count(&self, least: u32, meaning: &str, report: &mut Report) -> Option<u32> {
        let key = &self.key;
        let number = match self.literal() {
            Some(Lit::Int(number)) => number.base10_parse::<u32>().ok(),
            _ => None,
        };
        if let Some(number) = number
            && number >= least
        {
            return Some(number);
        }
        let message = match (self.literal(), self.is_negative()) {
            (Some(Lit::Int(number)), _) if number.base10_parse::<u64>().is_ok_and(|n| n > 9) => {
                format!("`{key}` is too large: write at most {}", u32::MAX)
            }
            (Some(Lit::Int(_)), _) | (_, true) => {
                format!("`{key}` counts from {least}: {least} means {meaning}")
            }
            _ => format!("`{key}` takes a whole number: write `{key} = {}`", least.max(3)),
        };
        report.at(self.place(), message);
        None
    }

    /// A number from 0.0 to `most`.
    pub(crate) fn number(&self, most: f64, report: &mut Report) -> Option<f64> {
        let key = &self.key;
        let written = self.place().to_string().replace(' ', "");
        let number = match self.literal() {
            Some(Lit::Float(number)) => number.base10_parse::<f64>().ok(),
            Some(Lit::Int(number)) => number.base10_parse::<f64>().ok(),
            _ => None,
        };
        let message = match number {
            Some(number) if (0.0..=most).contains(&number) => return Some(number),
            None if !self.is_negative() => {
                format!("`{key}` takes a number: write `{key} = 0.2`")
            }
            _ => format!(
                "`{key} = {written}` is outside 0.0 ..= {most:?}: write a number in between, as in `{key} = 0.2`"
            ),
        };
        report.at(self.place(), message);
        None
    }

    /// `key`, `key = true` or `key = false`.
    pub(crate) fn flag(&self, report: &mut Report) -> Option<bool> {
        if let Value::Absent = self.value {
            return Some(true);
        }
        let example = format!("no value, `true` or `false`: write `{}`", self.key);
        self.parse::<syn::LitBool>(&example, report).map(|flag| flag.value)
    }

    /// One of these words, without quotes.
    pub(crate) fn word(&self, words: &[&'static str], report: &mut Report) -> Option<&'static str> {
        let key = &self.key;
        let written = match &self.value {
            Value::Given(tokens) => syn::Path::parse_mod_style
                .parse2(tokens.clone())
                .map(|path| {
                    path.segments
                        .last()
                        .map_or_else(String::new, |last| last.ident.unraw().to_string())
                })
                .or_else(|_| syn::parse2::<LitStr>(tokens.clone()).map(|text| text.value()))
                .unwrap_or_default(),
            Value::Absent | Value::List(_) => String::new(),
        };
        let known = words.iter().copied().find(|word| *word == written);
        let message = match known {
            Some(word) if self.is_word() => return Some(word),
            Some(word) if self.literal().is_none() => {
                format!("`{key}` takes a word without a path: write `{key} = {word}`")
            }
            Some(word) => format!("`{key}` takes a word without quotes: write `{key} = {word}`"),
            None => match similar::nearest(&written, words.iter().copied()) {
                Some(meant) => format!("unknown {key} `{written}`: did you mean `{meant}`?"),
                None => format!("`{key}` is one of {}", similar::list(words.iter().copied())),
            },
        };
        report.at(self.place(), message);
        None
    }

    fn is_word(&self) -> bool {
        matches!(&self.value, Value::Given(tokens) if syn::parse2::<Ident>(tokens.clone()).is_ok())
    }

    fn literal(&self) -> Option<Lit> {
        match &self.value {
            Value::Given(tokens) => syn::parse2(tokens.clone()).ok(),
            Value::Absent | Value::List(_) => None,
        }
    }

    fn is_negative(&self) -> bool {
        let Value::Given(tokens) = &self.value else { return false };
        let mut tokens = tokens.clone().into_iter();
        matches!(tokens.next(), Some(TokenTree::Punct(sign)) if sign.as_char() == '-')
            && matches!(tokens.next(), Some(TokenTree::Literal(_)))
    }
}

/// `Duration::from_secs(10)`, or milliseconds where these are no whole seconds.
pub(crate) fn duration_tokens(milliseconds: u64) -> TokenStream {
    if milliseconds.is_multiple_of(1_000) {
        let seconds = proc_macro2::Literal::u64_unsuffixed(milliseconds / 1_000);
        quote!(__fastroai::Duration::from_secs(#seconds))
    } else {
        let milliseconds = proc_macro2::Literal::u64_unsuffixed(milliseconds);
        quote!(__fastroai::Duration::from_millis(#milliseconds))
    }
}

/// The figure with `_` between groups of three digits.
fn grouped(figure: u64) -> syn::LitInt {
    let digits = figure.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    syn::LitInt::new(&grouped, proc_macro2::Span::call_site())
}

/// An exact amount; the figure is in picodollars.
pub(crate) fn dollars_tokens(picodollars: u64) -> TokenStream {
    let picodollars = grouped(picodollars);
    quote!(__fastroai::Cost::from_picodollars(#picodollars))
}
