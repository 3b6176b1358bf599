//! The texts in JSON as it was written: a model may write any character as an escape.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::Stage;

/// Changes each text of a tool's arguments, field names included, and leaves all else as it was
/// written: numbers keep their digits. What is no JSON, and a text at another stage, is changed as
/// a whole.
pub(super) fn change(
    text: &str,
    stage: Stage,
    change: impl Fn(&str) -> Cow<'_, str>,
) -> Cow<'_, str> {
    if is_json(text, stage) {
        return in_literals(text, change);
    }
    match change(text) {
        // What was taken out may have been all that kept it from being JSON.
        Cow::Owned(changed) if is_json(&changed, stage) => {
            Cow::Owned(in_literals(&changed, change).into_owned())
        }
        changed => changed,
    }
}

fn in_literals(text: &str, change: impl Fn(&str) -> Cow<'_, str>) -> Cow<'_, str> {
    let mut changed = String::new();
    let mut kept = 0;
    for (start, end) in literals(text) {
        let literal = &text[start..end];
        let Ok(read) = serde_json::from_str::<Cow<'_, str>>(literal) else { continue };
        let Cow::Owned(new) = change(&read) else { continue };
        let Ok(written) = serde_json::to_string(&new) else { continue };
        changed.push_str(&text[kept..start]);
        changed.push_str(&written);
        kept = end;
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    changed.push_str(&text[kept..]);
    Cow::Owned(changed)
}

/// The text as it is meant: of a tool's arguments with escapes what they say, one text a line.
pub(super) fn read(text: &str, stage: Stage) -> Cow<'_, str> {
    if !text.contains('\\') || !is_json(text, stage) {
        return Cow::Borrowed(text);
    }
    let mut read = String::with_capacity(text.len());
    for (start, end) in literals(text) {
        match serde_json::from_str::<Cow<'_, str>>(&text[start..end]) {
            Ok(literal) => read.push_str(&literal),
            // Half of a pair of surrogates: no text, and still something to look at.
            Err(_) => read.push_str(&text[start..end]),
        }
        read.push('\n');
    }
    Cow::Owned(read)
}

pub(super) fn is_json(text: &str, stage: Stage) -> bool {
    stage == Stage::ToolArguments && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Where the literals of texts are in valid JSON, quotes included.
fn literals(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut bytes = text.bytes().enumerate();
    std::iter::from_fn(move || {
        let (start, _) = bytes.find(|(_, byte)| *byte == b'"')?;
        loop {
            match bytes.next()? {
                (_, b'\\') => {
                    bytes.next();
                }
                (end, b'"') => return Some((start, end + 1)),
                _ => {}
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without_dots(text: &str) -> Cow<'_, str> {
        if text.contains('.') { text.replace('.', "").into() } else { text.into() }
    }

    #[test]
    fn only_texts_are_changed_and_numbers_keep_their_digits() {
        let json = r#"{"a.b": 1.50, "c": ["x\u002e\"y", 1e400, "z"]}"#;
        let changed = change(json, Stage::ToolArguments, without_dots);
        assert_eq!(changed, r#"{"ab": 1.50, "c": ["x\"y", 1e400, "z"]}"#);
        assert_eq!(change(json, Stage::Output, without_dots), json.replace('.', ""));
    }

    #[test]
    fn what_is_no_json_is_changed_as_a_whole() {
        assert_eq!(change("{\"a. ", Stage::ToolArguments, without_dots), "{\"a ");
        let now_json = "{\"a\": .\"\\u002eb\"}";
        assert_eq!(change(now_json, Stage::ToolArguments, without_dots), r#"{"a": "b"}"#);
        let same = r#"{"a": 1.0}"#;
        assert!(matches!(change(same, Stage::ToolArguments, without_dots), Cow::Borrowed(_)));
    }

    #[test]
    fn escapes_are_read() {
        let json = r#"{"to": "\u0061da\nb", "half": "\ud800"}"#;
        assert_eq!(read(json, Stage::ToolArguments), "to\nada\nb\nhalf\n\"\\ud800\"\n");
        assert_eq!(read(json, Stage::Output), json);
    }
}
