//! `key = value` lists, read so that one mistake does not hide the next.

mod list;
pub(crate) mod value;

use proc_macro2::{Ident, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;

use crate::report::Report;
use crate::similar;

/// The keys of an attribute.
pub(crate) struct Table {
    /// The keys, as users write them.
    pub(crate) keys: &'static [&'static str],
    /// Keys that people know from elsewhere, and what to write here.
    pub(crate) foreign: &'static [(&'static str, &'static str)],
    /// The keys that a text without a key is probably for.
    pub(crate) bare: &'static [&'static str],
}

/// The pairs of an attribute.
pub(crate) struct Pairs {
    sound: Vec<Pair>,
    /// The keys that were written or meant, whether or not that went well.
    meant: Vec<String>,
}

impl Pairs {
    /// Whether this key was written, or a slip of it: what is wrong is told there, so that it is
    /// not missing as well.
    pub(crate) fn mean(&self, key: &str) -> bool {
        self.meant.iter().any(|meant| meant == key)
    }
}

impl IntoIterator for Pairs {
    type Item = Pair;
    type IntoIter = std::vec::IntoIter<Pair>;

    fn into_iter(self) -> Self::IntoIter {
        self.sound.into_iter()
    }
}

/// One key, and what stands after it.
pub(crate) struct Pair {
    pub(crate) key: Ident,
    pub(crate) value: Value,
}

/// What stands after a key.
pub(crate) enum Value {
    /// Nothing: a flag.
    Absent,
    /// `= tokens`.
    Given(TokenStream),
    /// `(tokens)`.
    List(TokenStream),
}

impl Pair {
    /// The key, as it stands in the table.
    pub(crate) fn name(&self) -> String {
        self.key.unraw().to_string()
    }

    /// What stands after the key, in whatever form.
    pub(crate) fn tokens(&self) -> Option<TokenStream> {
        match &self.value {
            Value::Absent => None,
            Value::Given(tokens) | Value::List(tokens) => Some(tokens.clone()),
        }
    }

    /// What to underline when the value is wrong.
    pub(crate) fn place(&self) -> TokenStream {
        match &self.value {
            Value::Absent => self.key.to_token_stream(),
            Value::Given(tokens) | Value::List(tokens) if tokens.is_empty() => {
                self.key.to_token_stream()
            }
            Value::Given(tokens) | Value::List(tokens) => tokens.clone(),
        }
    }
}

/// The pairs of known keys, each key once; everything else is reported.
pub(crate) fn parse(tokens: TokenStream, table: &Table, report: &mut Report) -> Pairs {
    let (mut sound, mut meant): (Vec<Pair>, Vec<String>) = (Vec::new(), Vec::new());
    for chunk in split_at_commas(tokens) {
        for chunk in split_at_semicolons(chunk, report)
            .into_iter()
            .flat_map(|chunk| split_at_keys(chunk, table, report))
            .collect::<Vec<_>>()
        {
            let pair = match pair(chunk, table, report) {
                Ok(pair) => pair,
                Err(keys) => {
                    meant.extend(keys);
                    continue;
                }
            };
            let name = pair.name();
            meant.extend(table.meant(&name));
            if !table.keys.contains(&name.as_str()) {
                report.at(&pair.key, table.unknown(&name));
            } else if sound.iter().any(|earlier| earlier.key.unraw() == pair.key.unraw()) {
                report.at(&pair.key, format!("`{name}` is given twice: remove one of them"));
            } else {
                sound.push(pair);
            }
        }
    }
    Pairs { sound, meant }
}

impl Table {
    fn unknown(&self, name: &str) -> String {
        let keys = self.keys.iter().copied();
        let foreign = self.foreign.iter().find(|(foreign, _)| *foreign == name);
        if let Some((_, advice)) = foreign {
            format!("unknown key `{name}`: {advice}")
        } else if let Some(meant) = similar::nearest(name, keys.clone()) {
            format!("unknown key `{name}`: did you mean `{meant}`?")
        } else if let [only] = self.keys {
            format!("unknown key `{name}`: the only key is `{only}`")
        } else {
            format!("unknown key `{name}`: the keys are {}", similar::list(keys))
        }
    }

    /// The key that was probably meant.
    fn meant(&self, name: &str) -> Option<String> {
        let foreign = self.foreign.iter().find(|(foreign, _)| *foreign == name);
        let advised = foreign.and_then(|(_, advice)| {
            let word = advice.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            word.into_iter().find(|word| self.keys.contains(word))
        });
        let meant = advised.or_else(|| similar::nearest(name, self.keys.iter().copied()));
        meant.map(str::to_owned)
    }

    /// What to write in place of a value that has no key.
    fn keyless(&self, value: &TokenTree) -> (String, Vec<String>) {
        let is_text =
            matches!(value, TokenTree::Literal(text) if text.to_string().starts_with('"'));
        if self.bare.is_empty() || !is_text {
            return ("a value stands after its key: write `key = value`".to_owned(), Vec::new());
        }
        let examples: Vec<String> =
            self.bare.iter().map(|key| format!("`{key} = {value}`")).collect();
        let message = format!("a value stands after its key: write {}", examples.join(" or "));
        (message, self.bare.iter().map(|key| (*key).to_owned()).collect())
    }
}

/// The pair, or the keys that were meant by what is none.
fn pair(tokens: Vec<TokenTree>, table: &Table, report: &mut Report) -> Result<Pair, Vec<String>> {
    let mut tokens = tokens.into_iter();
    let key = match tokens.next() {
        Some(TokenTree::Ident(key)) => key,
        Some(other) => {
            let (message, meant) = table.keyless(&other);
            report.at(other, message);
            return Err(meant);
        }
        None => return Err(Vec::new()),
    };
    let meant = || table.meant(&key.unraw().to_string()).into_iter().collect();
    let value = match tokens.next() {
        None => Value::Absent,
        Some(TokenTree::Punct(sign)) if sign.as_char() == '=' => {
            let value: Vec<TokenTree> = tokens.collect();
            if let [TokenTree::Punct(second), ..] = value.as_slice()
                && sign.spacing() == Spacing::Joint
                && matches!(second.as_char(), '=' | '>')
            {
                let message = format!("a value follows its key after one `=`: write `{key} = …`");
                report.at(second, message);
                return Err(meant());
            }
            if value.is_empty() {
                report.at(&key, format!("`{key}` has no value: write one after the `=`"));
                return Err(meant());
            }
            Value::Given(value.into_iter().collect())
        }
        Some(TokenTree::Group(group))
            if group.delimiter() == proc_macro2::Delimiter::Parenthesis =>
        {
            if let Some(extra) = tokens.next() {
                report.at(extra, format!("nothing stands after `{key}(…)`: write a `,` before it"));
            }
            Value::List(group.stream())
        }
        Some(other) => {
            report.at(other, format!("a value follows its key after a `=`: write `{key} = …`"));
            return Err(meant());
        }
    };
    Ok(Pair { key, value })
}

/// Splits at the commas outside of `<…>`, where these close.
pub(crate) fn split_at_commas(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let split = |angles: bool| {
        let (mut chunks, mut depth, mut arrow) = (vec![Vec::new()], 0_i32, false);
        for token in &tokens {
            let sign = match token {
                TokenTree::Punct(punct) => Some(punct.as_char()),
                _ => None,
            };
            match sign {
                Some('<') if angles => depth += 1,
                Some('>') if angles && !arrow => depth -= 1,
                Some(',') if depth == 0 => {
                    chunks.push(Vec::new());
                    continue;
                }
                _ => {}
            }
            arrow = matches!(token, TokenTree::Punct(punct)
                if matches!(punct.as_char(), '-' | '=') && punct.spacing() == Spacing::Joint);
            if let Some(chunk) = chunks.last_mut() {
                chunk.push(token.clone());
            }
        }
        (depth == 0).then_some(chunks)
    };
    split(true).or_else(|| split(false)).unwrap_or_default()
}

/// Splits at semicolons, and reports them.
fn split_at_semicolons(chunk: Vec<TokenTree>, report: &mut Report) -> Vec<Vec<TokenTree>> {
    let mut chunks = vec![Vec::new()];
    for token in chunk {
        match (&token, chunks.last_mut()) {
            (TokenTree::Punct(sign), _) if sign.as_char() == ';' => {
                report.at(sign, "keys are separated by commas: write a `,` in place of the `;`");
                chunks.push(Vec::new());
            }
            (_, Some(chunk)) => chunk.push(token),
            (_, None) => {}
        }
    }
    chunks
}

/// Splits before a `key =` that follows a whole value, and reports the missing comma.
fn split_at_keys(chunk: Vec<TokenTree>, table: &Table, report: &mut Report) -> Vec<Vec<TokenTree>> {
    let mut chunks = vec![Vec::new()];
    let mut tokens = chunk.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let current = chunks.last().map_or(0, Vec::len);
        let assigns = |next: &TokenTree| {
            matches!(next, TokenTree::Punct(punct)
                if punct.as_char() == '=' && punct.spacing() == Spacing::Alone)
        };
        if let TokenTree::Ident(key) = &token
            && current > 2
            && table.keys.contains(&key.unraw().to_string().as_str())
            && tokens.peek().is_some_and(assigns)
            && !matches!(chunks.last().and_then(|chunk| chunk.last()), Some(TokenTree::Punct(_)))
        {
            report.at(key, format!("keys are separated by commas: write a `,` before `{key}`"));
            chunks.push(Vec::new());
        }
        if let Some(chunk) = chunks.last_mut() {
            chunk.push(token);
        }
    }
    chunks
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    const TABLE: Table = Table {
        keys: &["name", "timeout", "output"],
        foreign: &[("retries", "write `attempts`"), ("model_name", "write `name`")],
        bare: &["name"],
    };

    fn read(tokens: TokenStream) -> (Vec<String>, Vec<String>) {
        let mut report = Report::new();
        let pairs = parse(tokens, &TABLE, &mut report);
        (pairs.into_iter().map(|pair| pair.name()).collect(), report.into_messages())
    }

    #[test]
    fn a_list_is_read_with_flags_generics_and_a_last_comma() {
        let (names, messages) = read(quote!(name, output = Map<String, fn(u8) -> u8>, timeout(x),));
        assert_eq!(names, ["name", "output", "timeout"]);
        assert!(messages.is_empty(), "{messages:?}");
        assert_eq!(read(quote!()).0.len(), 0);
    }

    #[test]
    fn every_mistake_of_a_list_is_told() {
        let (names, messages) = read(
            quote!(colour = 1, nmae = 2, retries = 3, "x", timeout = 4, timeout = 5, output =),
        );
        assert_eq!(names, ["timeout"]);
        assert_eq!(
            messages,
            [
                "unknown key `colour`: the keys are `name`, `timeout`, `output`",
                "unknown key `nmae`: did you mean `name`?",
                "unknown key `retries`: write `attempts`",
                "a value stands after its key: write `name = \"x\"`",
                "`timeout` is given twice: remove one of them",
                "`output` has no value: write one after the `=`",
            ]
        );
    }

    #[test]
    fn a_missing_comma_hides_no_key() {
        let (names, messages) = read(quote!(name = "x" timeout = "10s", output: u8));
        assert_eq!(names, ["name", "timeout"]);
        assert_eq!(
            messages,
            [
                "keys are separated by commas: write a `,` before `timeout`",
                "a value follows its key after a `=`: write `output = …`",
            ]
        );
    }

    #[test]
    fn signs_that_are_not_ours_hide_no_key() {
        let (names, messages) = read(quote!(name = "x"; timeout = "10s"; output => u8, 5));
        assert_eq!(names, ["name", "timeout"]);
        assert_eq!(
            messages,
            [
                "keys are separated by commas: write a `,` in place of the `;`",
                "keys are separated by commas: write a `,` in place of the `;`",
                "a value follows its key after one `=`: write `output = …`",
                "a value stands after its key: write `key = value`",
            ]
        );
    }

    #[test]
    fn a_key_that_was_meant_is_not_missing() {
        let mut report = Report::new();
        for tokens in [
            quote!(nmae = "x"),
            quote!(name =),
            quote!(name),
            quote!(name: "x"),
            quote!("x"),
            quote!(model_name = "x"),
        ] {
            assert!(parse(tokens, &TABLE, &mut report).mean("name"));
        }
        assert!(!parse(quote!(colour = "x", 5), &TABLE, &mut report).mean("name"));
        report.into_messages();
    }
}
