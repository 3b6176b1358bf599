//! The entries of `tools = […]`.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, ExprField, Lit, LitStr, Member, Path, Token, Type};

use crate::keys::{self, Pair, Value};
use crate::literal::NAME_LIMIT;
use crate::report::Report;
use crate::types;

/// An entry, as it is written.
#[derive(Clone)]
pub(super) struct Listed {
    pub(super) source: Source,
    /// What stands before its names; nothing where none is given.
    pub(super) prefix: String,
    /// The entry without its prefix, for messages.
    pub(super) shown: String,
    /// What to underline.
    pub(super) place: Span,
}

/// Where the tools of an entry come from.
#[derive(Clone)]
pub(super) enum Source {
    /// A function, by its path.
    Function(Box<Type>),
    /// A field of the agent.
    Field(Member),
}

const EXAMPLE: &str = "a tool is named by its function, or by the field that holds it: write \
                       `tools = [function, self.field]`";

/// The entries that are sound. Each is read by itself, so that one that is half-typed hides no other.
pub(super) fn read(pair: &Pair, report: &mut Report) -> Vec<Listed> {
    let mut tokens = pair.tokens().unwrap_or_default().into_iter();
    let (Value::Given(_), Some(TokenTree::Group(list)), None) =
        (&pair.value, tokens.next(), tokens.next())
    else {
        report.at(pair.place(), no_list(pair));
        return Vec::new();
    };
    if list.delimiter() != Delimiter::Bracket {
        report.at(pair.place(), no_list(pair));
        return Vec::new();
    }
    let mut entries: Vec<Listed> = Vec::new();
    for chunk in keys::split_at_commas(list.stream()) {
        if chunk.is_empty() {
            continue;
        }
        let Some(entry) = expression(&chunk, report) else { continue };
        let Some(listed) = prefixed(&entry, report) else { continue };
        if entries.iter().any(|earlier| earlier.is_same(&listed)) {
            report.at(&entry, format!("`{}` is listed twice: remove one", types::shown(&entry)));
            continue;
        }
        entries.push(listed);
    }
    entries
}

/// The list with what was written in place of one.
fn no_list(pair: &Pair) -> String {
    let written = pair.tokens().unwrap_or_default();
    let inner = match written.clone().into_iter().collect::<Vec<_>>().as_slice() {
        [TokenTree::Group(group)]
        | [TokenTree::Ident(_), TokenTree::Punct(_), TokenTree::Group(group)] => group.stream(),
        [TokenTree::Literal(text)] => {
            text.to_string().trim_matches('"').parse().unwrap_or_default()
        }
        _ => written,
    };
    let names = Punctuated::<Path, Token![,]>::parse_terminated
        .parse2(inner)
        .ok()
        .filter(|names| !names.is_empty())
        .map_or_else(|| "first, second".to_owned(), |names| types::shown(&names));
    format!("`tools` takes a list of tools: write `tools = [{names}]`")
}

/// What stands between two commas.
fn expression(chunk: &[TokenTree], report: &mut Report) -> Option<Expr> {
    let tokens: TokenStream = chunk.iter().cloned().collect();
    if let Ok(entry) = syn::parse2(tokens.clone()) {
        return Some(entry);
    }
    let shown = types::shown(&tokens);
    let message = match chunk {
        [TokenTree::Ident(this), TokenTree::Punct(dot)]
            if this == "self" && dot.as_char() == '.' =>
        {
            "a field's name stands after `self.`: write `self.field`".to_owned()
        }
        [.., TokenTree::Punct(sign)] if sign.as_char() == ':' => {
            let path = shown.trim_end_matches([':', ' ']);
            format!("a function's name stands after `{path}::`: write `{path}::function`")
        }
        [TokenTree::Ident(first), TokenTree::Ident(second), ..] => {
            format!("entries are separated by commas: write `{first}, {second}`")
        }
        _ => EXAMPLE.to_owned(),
    };
    report.at(tokens, message);
    None
}

impl Listed {
    fn is_same(&self, other: &Self) -> bool {
        let print = |listed: &Self| match &listed.source {
            Source::Function(ty) => types::fingerprint(ty),
            Source::Field(member) => format!("self.{}", member.to_token_stream()),
        };
        self.prefix == other.prefix && print(self) == print(other)
    }
}

/// `prefix("…", entry)`, or an entry.
fn prefixed(entry: &Expr, report: &mut Report) -> Option<Listed> {
    let Expr::Call(call) = entry else { return plain(entry, report) };
    if !matches!(&*call.func, Expr::Path(path) if path.path.is_ident("prefix")) {
        report.at(entry, mistaken(entry));
        return None;
    }
    let arguments: Vec<&Expr> = call.args.iter().collect();
    let [Expr::Lit(text), inner] = arguments.as_slice() else {
        report.at(call, misused(call));
        return None;
    };
    let Lit::Str(text) = &text.lit else {
        report.at(text, "a prefix is a string literal: write `prefix(\"…\", self.field)`");
        return None;
    };
    let before = prefix(text, report);
    let listed = plain(inner, report)?;
    Some(Listed { prefix: before?, ..listed })
}

fn plain(entry: &Expr, report: &mut Report) -> Option<Listed> {
    let shown = types::shown(entry);
    match entry {
        Expr::Path(path) if !path.path.is_ident("self") => {
            // One place is one token here: that of the name says most.
            let last = path.path.segments.last();
            let place = last.map_or_else(|| path.span(), |last| last.ident.span());
            let source = Source::Function(Box::new(syn::parse2(entry.to_token_stream()).ok()?));
            Some(Listed { source, prefix: String::new(), shown, place })
        }
        Expr::Field(ExprField { base, member, .. }) if matches!(&**base, Expr::Path(path) if path.path.is_ident("self")) =>
        {
            let place = member.span();
            let source = Source::Field(member.clone());
            Some(Listed { source, prefix: String::new(), shown, place })
        }
        _ => {
            report.at(entry, mistaken(entry));
            None
        }
    }
}

/// The prefix, if names can start with it.
pub(super) fn prefix(text: &LitStr, report: &mut Report) -> Option<String> {
    const EXAMPLE: &str = "as in `prefix(\"work_\", self.work)`";
    let prefix = text.value();
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let message = if prefix.is_empty() {
        format!("a prefix says something: write one, {EXAMPLE}")
    } else if let Some(refused) = prefix.chars().find(|c| !fine(*c)) {
        let refused = refused.escape_debug();
        format!(
            "providers reject `{refused}` in a tool name (letters, digits, `_`, `-`): write \
             another prefix, {EXAMPLE}"
        )
    } else if prefix.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        format!("a tool's name starts with a letter or `_`: write another prefix, {EXAMPLE}")
    } else if prefix.len() >= NAME_LIMIT {
        format!(
            "a prefix of {} characters leaves no room for a name: providers accept {NAME_LIMIT} \
             in all",
            prefix.len()
        )
    } else {
        return Some(prefix);
    };
    report.at(text, message);
    None
}

fn misused(call: &ExprCall) -> String {
    let arguments: Vec<String> = call.args.iter().map(types::shown).collect();
    let entry = arguments.iter().find(|shown| !shown.starts_with('"'));
    let entry = entry.map_or("self.field", String::as_str);
    format!(
        "`prefix` takes a string literal and what it stands before: write `prefix(\"…\", {entry})`"
    )
}

fn mistaken(entry: &Expr) -> String {
    match entry {
        Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. })
            if syn::parse_str::<Path>(&text.value()).is_ok() =>
        {
            format!("a tool is named without quotes: write `{}`", text.value())
        }
        Expr::Reference(reference) if matches!(&*reference.expr, Expr::Path(_)) => {
            let function = types::shown(&reference.expr);
            format!("a tool is named, not borrowed: write `{function}`")
        }
        Expr::Call(call) if matches!(&*call.func, Expr::Path(_)) && call.args.is_empty() => {
            let function = types::shown(&call.func);
            format!("a tool is named, not called: write `{function}`")
        }
        Expr::MethodCall(call) if matches!(&*call.receiver, Expr::Path(path) if path.path.is_ident("self")) =>
        {
            let field = &call.method;
            format!("the tools of a field are named, not called: write `self.{field}`")
        }
        Expr::Field(field) => {
            let base = first_field(field);
            format!(
                "a tool is held by a field of the agent itself: write `self.{base}`, or give the \
                 agent a field for it"
            )
        }
        _ => EXAMPLE.to_owned(),
    }
}

/// `work` of `self.work.calendar`.
fn first_field(field: &ExprField) -> String {
    match &*field.base {
        Expr::Field(inner) => first_field(inner),
        _ => match &field.member {
            Member::Named(name) => name.to_string(),
            Member::Unnamed(index) => index.index.to_string(),
        },
    }
}

/// The name of an agent as a tool: `LibraryDesk` is `library_desk`.
pub(super) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut before = None;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let starts_word = letter.is_uppercase()
            && before.is_some_and(|before: char| {
                before.is_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_uppercase() && letters.peek().is_some_and(|c| c.is_lowercase()))
            });
        if starts_word && !snake.ends_with('_') {
            snake.push('_');
        }
        if letter.is_alphanumeric() || letter == '-' {
            snake.extend(letter.to_lowercase());
        } else if !snake.ends_with('_') || letter == '_' {
            snake.push('_');
        }
        before = Some(letter);
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn an_agent_is_called_as_a_function_would_be() {
        for (name, snake) in [
            ("Research", "research"),
            ("LibraryDesk", "library_desk"),
            ("Library Desk", "library_desk"),
            ("HTTPClient", "http_client"),
            ("GPT4Judge", "gpt4_judge"),
            ("My_Agent", "my_agent"),
            ("_Private", "_private"),
            ("x", "x"),
        ] {
            assert_eq!(snake_case(name), snake);
        }
    }
}
