//! `instructions = "You serve {city}."`: a text in which `{…}` stands for a field.
//!
//! Only the text of this key is read so. Braces in a doc comment, and in a file that is included,
//! are braces.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Ident, Index, LitStr, Member};

use crate::report::Report;
use crate::similar;

/// A text for the model.
pub(super) enum Template {
    /// An expression of a `&'static str`.
    Plain(TokenStream),
    /// A literal for `format!`, and what stands for each `{}` in it.
    Filled { format: LitStr, values: Vec<Value> },
}

/// `{city}`, `{self.city}` or `{city.name}`.
pub(super) struct Value(Vec<Member>);

impl Value {
    /// The field of `self`.
    pub(super) fn of_self(&self, at: Span) -> TokenStream {
        let this = Ident::new("self", at);
        let path = &self.0;
        quote!(#this #(.#path)*)
    }

    /// The local.
    pub(super) fn of_locals(&self) -> TokenStream {
        let path = &self.0;
        quote!(#(#path).*)
    }
}

/// Reads the text; `names` are those of the fields or parameters that it may name.
pub(super) fn read(text: &TokenStream, names: &[String], report: &mut Report) -> Template {
    let Ok(literal) = syn::parse2::<LitStr>(text.clone()) else {
        return Template::Plain(text.clone());
    };
    match split(&literal.value(), names, literal.span()) {
        Ok((plain, _, values)) if values.is_empty() => {
            Template::Plain(LitStr::new(&plain, literal.span()).into_token_stream())
        }
        Ok((_, format, values)) => {
            Template::Filled { format: LitStr::new(&format, literal.span()), values }
        }
        Err(message) => {
            report.at(&literal, message);
            Template::Plain(text.clone())
        }
    }
}

/// The text without placeholders, the text for `format!`, and the values.
fn split(text: &str, names: &[String], at: Span) -> Result<(String, String, Vec<Value>), String> {
    const DOUBLE: &str = "write `{{` and `}}` for braces that are meant as such";
    let (mut plain, mut format, mut values) = (String::new(), String::new(), Vec::new());
    let mut rest = text;
    while let Some(brace) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(brace);
        plain.push_str(before);
        format.push_str(before);
        if let Some(after) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
            let doubled = &from[..2];
            plain.push_str(&doubled[..1]);
            format.push_str(doubled);
            rest = after;
            continue;
        }
        let Some(inside) = from.strip_prefix('{') else {
            return Err(format!("a `}}` without its `{{`: {DOUBLE}"));
        };
        let Some((placeholder, after)) = inside.split_once('}') else {
            return Err(format!("a `{{` without its `}}`: {DOUBLE}"));
        };
        let (name, how) = match placeholder.split_once(':') {
            Some((name, how)) => (name, format!(":{how}")),
            None => (placeholder, String::new()),
        };
        if how.contains(['$', '*', '{']) {
            return Err(format!(
                "`{{{placeholder}}}` takes its width from elsewhere: write it as a number"
            ));
        }
        values.push(value(name.trim(), placeholder, names, at)?);
        format.push('{');
        format.push_str(how.trim_end());
        format.push('}');
        rest = after;
    }
    plain.push_str(rest);
    format.push_str(rest);
    Ok((plain, format, values))
}

fn value(name: &str, placeholder: &str, names: &[String], at: Span) -> Result<Value, String> {
    let path = name.strip_prefix("self.").unwrap_or(name);
    let members: Option<Vec<Member>> = path.split('.').map(|part| member(part, at)).collect();
    let first = path.split('.').next().unwrap_or_default();
    if let Some(members) = members
        && names.iter().any(|known| known == first)
    {
        return Ok(Value(members));
    }
    let known = || names.iter().map(String::as_str);
    Err(match similar::nearest(first, known()).filter(|_| !first.is_empty()) {
        Some(meant) => {
            format!("`{{{placeholder}}}` names no field: did you mean `{{{meant}}}`?")
        }
        None if names.is_empty() => format!(
            "`{{{placeholder}}}` names no field, and there are none: write `{{{{` and `}}}}` for \
             braces that are meant as such"
        ),
        None => format!(
            "`{{{placeholder}}}` names no field: write one of {}, or `{{{{` and `}}}}` for braces \
             that are meant as such",
            similar::list(known())
        ),
    })
}

fn member(text: &str, at: Span) -> Option<Member> {
    if let Ok(index) = text.parse::<u32>() {
        return Some(Member::Unnamed(Index { index, span: at }));
    }
    let mut name: Ident =
        syn::parse_str(text).or_else(|_| syn::parse_str(&format!("r#{text}"))).ok()?;
    name.set_span(at);
    Some(Member::Named(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        ["customer", "city", "0"].map(str::to_owned).to_vec()
    }

    fn filled(text: &str) -> Result<(String, Vec<String>), String> {
        let (_, format, values) = split(text, &names(), Span::call_site())?;
        let shown = |value: &Value| value.of_locals().to_string().replace(' ', "");
        Ok((format, values.iter().map(shown).collect()))
    }

    #[test]
    fn placeholders_stand_for_fields_with_or_without_self() {
        let read = |text| filled(text).expect("a sound text");
        assert_eq!(
            read("You serve {self.customer}, in {city:?} { city.name :>3}"),
            (
                "You serve {}, in {:?} {:>3}".to_owned(),
                ["customer", "city", "city.name"].map(str::to_owned).to_vec()
            )
        );
        assert_eq!(read("{0}").1, ["0"]);
        assert_eq!(read("no {{city}}"), ("no {{city}}".to_owned(), Vec::new()));
    }

    #[test]
    fn doubled_braces_are_braces_of_a_plain_text() {
        let (plain, _, _) = split("{{\"a\": 1}}", &[], Span::call_site()).expect("a sound text");
        assert_eq!(plain, "{\"a\": 1}");
    }

    #[test]
    fn what_names_no_field_is_refused_with_what_to_write() {
        for (text, reason) in [
            ("{custmer}", "`{custmer}` names no field: did you mean `{customer}`?"),
            ("{}", "`{}` names no field: write one of `customer`, `city`, `0`"),
            ("{\"a\": 1}", "names no field: write one of"),
            ("{country}", "write one of `customer`, `city`, `0`, or `{{` and `}}`"),
            ("{city", "a `{` without its `}`"),
            ("city}", "a `}` without its `{`"),
            ("{city:>width$}", "write it as a number"),
        ] {
            let error = filled(text).expect_err(text);
            assert!(error.contains(reason), "{text}: {error}");
        }
        let error = split("{city}", &[], Span::call_site()).err().expect("no fields");
        assert!(error.contains("there are none"), "{error}");
    }
}
