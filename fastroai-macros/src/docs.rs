//! Doc comments: what a model reads of a function, a parameter or a struct.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The lines of an item's doc comment.
pub(crate) struct Docs {
    lines: Vec<Line>,
}

struct Line {
    text: Text,
    /// What to underline.
    place: TokenStream,
}

enum Text {
    Plain(String),
    /// A macro, as in `#[doc = include_str!("…")]`.
    Made(TokenStream),
}

/// `* name - what it is` in a doc comment.
pub(crate) struct Bullet {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) place: TokenStream,
    /// It stands under a heading that announces arguments.
    pub(crate) announced: bool,
}

impl Docs {
    pub(crate) fn read(attributes: &[Attribute]) -> Self {
        let mut lines = Vec::new();
        for attribute in attributes {
            let Meta::NameValue(meta) = &attribute.meta else { continue };
            if !meta.path.is_ident("doc") {
                continue;
            }
            match &meta.value {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
                    let place = text.to_token_stream();
                    let text = text.value();
                    lines.extend(text.split('\n').map(|line| Line {
                        text: Text::Plain(line.trim_end().to_owned()),
                        place: place.clone(),
                    }));
                }
                made => {
                    let made = made.to_token_stream();
                    lines.push(Line { text: Text::Made(made.clone()), place: made });
                }
            }
        }
        unindent(&mut lines);
        Self { lines }
    }

    /// All of it, as an expression; `None` if it says nothing.
    pub(crate) fn whole(&self) -> Option<TokenStream> {
        expression(&self.lines)
    }

    /// What stands before the first heading, as an expression; `None` if that says nothing.
    pub(crate) fn summary(&self) -> Option<TokenStream> {
        let end = Headings::new(&self.lines).position(|(_, heading)| heading.is_some());
        expression(self.lines.get(..end.unwrap_or(self.lines.len())).unwrap_or_default())
    }

    /// The bullets that describe something in backticks.
    pub(crate) fn bullets(&self) -> Vec<Bullet> {
        let mut announced = false;
        let mut bullets: Vec<Bullet> = Vec::new();
        let mut open = false;
        for (line, heading) in Headings::new(&self.lines) {
            if let Some(heading) = heading {
                let heading = heading.to_lowercase();
                announced = ["argument", "parameter"].iter().any(|word| heading.starts_with(word));
                open = false;
                continue;
            }
            let Text::Plain(text) = &line.text else { continue };
            if let Some((name, description)) = bullet(text) {
                let place = line.place.clone();
                bullets.push(Bullet { name, description, place, announced });
                open = true;
            } else if open && text.starts_with(' ') && !text.trim().is_empty() {
                // A bullet goes on where its text is indented.
                if let Some(last) = bullets.last_mut() {
                    last.description = format!("{} {}", last.description, text.trim());
                }
            } else {
                open = false;
            }
        }
        bullets
    }
}

/// Walks over lines and tells which are headings; `#` in a code block is none.
struct Headings<'a> {
    lines: std::slice::Iter<'a, Line>,
    in_code: bool,
}

impl<'a> Headings<'a> {
    fn new(lines: &'a [Line]) -> Self {
        Self { lines: lines.iter(), in_code: false }
    }
}

impl<'a> Iterator for Headings<'a> {
    type Item = (&'a Line, Option<&'a str>);

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.lines.next()?;
        let Text::Plain(text) = &line.text else { return Some((line, None)) };
        if text.starts_with("```") || text.starts_with("~~~") {
            self.in_code = !self.in_code;
        }
        let heading = text.trim_start_matches('#');
        let is_heading = !self.in_code && text.starts_with('#') && heading.starts_with(' ');
        Some((line, is_heading.then_some(heading.trim())))
    }
}

/// The name and the text of ``* `name` - text``, with a `-` or `:` between them.
fn bullet(line: &str) -> Option<(String, String)> {
    let rest = line.strip_prefix("* ").or_else(|| line.strip_prefix("- "))?;
    let (name, text) = rest.trim_start().strip_prefix('`')?.split_once('`')?;
    let text = text.trim_start();
    let text = ["-", ":", "–", "—"].iter().find_map(|sign| text.strip_prefix(sign))?;
    syn::parse_str::<syn::Ident>(name).ok()?;
    Some((name.to_owned(), text.trim().to_owned()))
}

/// Takes away the space that all lines share, as rustdoc does.
fn unindent(lines: &mut [Line]) {
    let texts = lines.iter_mut().filter_map(|line| match &mut line.text {
        Text::Plain(text) => Some(text),
        Text::Made(_) => None,
    });
    let mut texts: Vec<&mut String> = texts.collect();
    let indent = |text: &String| text.len() - text.trim_start_matches(' ').len();
    let filled = texts.iter().filter(|text| !text.is_empty());
    let shared = filled.map(|text| indent(text)).min().unwrap_or(0);
    for text in &mut texts {
        if let Some(rest) = text.get(shared..) {
            **text = rest.into();
        }
    }
}

fn expression(lines: &[Line]) -> Option<TokenStream> {
    let mut parts: Vec<TokenStream> = Vec::new();
    let mut plain = String::new();
    for line in lines {
        match &line.text {
            Text::Plain(text) => {
                plain.push_str(text);
                plain.push('\n');
            }
            Text::Made(made) => {
                if !plain.trim().is_empty() || !parts.is_empty() {
                    parts.push(std::mem::take(&mut plain).into_token_stream());
                }
                plain.clear();
                parts.push(made.clone());
                plain.push('\n');
            }
        }
    }
    let plain = if parts.is_empty() { plain.trim() } else { plain.trim_end() };
    match parts.as_slice() {
        [] if plain.is_empty() => None,
        [] => Some(plain.to_token_stream()),
        [made] if plain.is_empty() => Some(made.clone()),
        _ => Some(quote!(__fastroai::concat!(#(#parts,)* #plain))),
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn text(tokens: Option<TokenStream>) -> String {
        let tokens = tokens.expect("a text");
        syn::parse2::<syn::LitStr>(tokens).expect("one literal").value()
    }

    #[test]
    fn a_summary_ends_at_the_first_heading() {
        let item: syn::ItemFn = parse_quote! {
            /// Books a table.
            ///
            /// ```
            /// # hidden
            /// ```
            ///   Indented.
            ///
            /// # Errors
            /// Where it is full.
            fn book() {}
        };
        let docs = Docs::read(&item.attrs);
        assert_eq!(text(docs.summary()), "Books a table.\n\n```\n# hidden\n```\n  Indented.");
        assert!(text(docs.whole()).ends_with("# Errors\nWhere it is full."));
    }

    #[test]
    fn comments_that_say_nothing_are_none() {
        let item: syn::ItemFn = parse_quote! {
            ///
            /// # Errors
            #[doc(hidden)]
            fn book() {}
        };
        assert!(Docs::read(&item.attrs).summary().is_none());
        assert!(Docs::read(&[]).whole().is_none());
    }

    #[test]
    fn included_files_are_kept_as_macros() {
        let item: syn::ItemStruct = parse_quote! {
            #[doc = include_str!("a.md")]
            struct A;
        };
        let whole = Docs::read(&item.attrs).whole().expect("a text").to_string();
        assert_eq!(whole, "include_str ! (\"a.md\")");
        let item: syn::ItemStruct = parse_quote! {
            /// First.
            #[doc = include_str!("a.md")]
            struct A;
        };
        let whole = Docs::read(&item.attrs).whole().expect("a text").to_string();
        assert_eq!(
            whole,
            "__fastroai :: concat ! (\"First.\\n\" , include_str ! (\"a.md\") , \"\")"
        );
    }

    #[test]
    fn bullets_name_what_they_describe() {
        let item: syn::ItemFn = parse_quote! {
            /// Weather.
            /// * `city` - the city,
            ///   or a town
            /// - `day`: the day
            /// * plain
            ///
            /// # Arguments
            /// * `unit` — the unit
            fn weather() {}
        };
        let bullets = Docs::read(&item.attrs).bullets();
        let read: Vec<_> = bullets
            .iter()
            .map(|bullet| (bullet.name.as_str(), bullet.description.as_str(), bullet.announced))
            .collect();
        assert_eq!(
            read,
            [
                ("city", "the city, or a town", false),
                ("day", "the day", false),
                ("unit", "the unit", true)
            ]
        );
    }
}
