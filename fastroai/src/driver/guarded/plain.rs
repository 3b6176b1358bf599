//! JSON with its letters in the clear: no guard should miss a word because it is spelled in escapes.

use std::borrow::Cow;

/// The same JSON with letters in place of `\uXXXX` and `\/`, but for those that have to be escaped.
/// An escape that the end cuts off is left out where more is to come.
pub(in super::super) fn plain(json: &str, partial: bool) -> Cow<'_, str> {
    if !json.contains('\\') {
        return Cow::Borrowed(json);
    }
    let mut made = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        made.push_str(before);
        let Some((text, taken)) = letter(escape, partial) else {
            return Cow::Owned(made);
        };
        match text {
            Some(letter) => made.push(letter),
            None => made.push_str(escape.get(..taken).unwrap_or(escape)),
        }
        rest = escape.get(taken..).unwrap_or_default();
    }
    made.push_str(rest);
    Cow::Owned(made)
}

/// The letter of the escape that a text begins with, where it may stand by itself, and how long the
/// escape is; `None` where more of it is to come.
fn letter(escape: &str, partial: bool) -> Option<(Option<char>, usize)> {
    let is_cut = |length: usize| partial && escape.len() < length;
    match escape.as_bytes().get(1) {
        None if partial => None,
        None => Some((None, escape.len())),
        Some(b'/') => Some((Some('/'), 2)),
        Some(b'u') => {
            if is_cut(6) {
                return None;
            }
            let Some(unit) = unit(escape) else { return Some((None, 2)) };
            if !(0xD800..0xDC00).contains(&unit) {
                return Some((char::from_u32(unit).filter(|it| stands_alone(*it)), 6));
            }
            let second = escape.get(6..).unwrap_or_default();
            // Only a second half makes a letter of a first one.
            if is_cut(12)
                && (second.is_empty() || "\\u".starts_with(second.get(..2).unwrap_or(second)))
            {
                return None;
            }
            match unit_of(second) {
                Some(low) if (0xDC00..0xE000).contains(&low) => {
                    let letter = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                    Some((char::from_u32(letter), 12))
                }
                _ => Some((None, 6)),
            }
        }
        // What is escaped may be longer than a byte, where it is no JSON.
        Some(_) => {
            let length = escape.chars().nth(1).map_or(1, char::len_utf8);
            Some((None, 1 + length))
        }
    }
}

/// Whether a letter may stand in a string of JSON by itself.
fn stands_alone(letter: char) -> bool {
    !letter.is_control() && letter != '"' && letter != '\\'
}

fn unit_of(escape: &str) -> Option<u32> {
    escape.starts_with("\\u").then(|| unit(escape)).flatten()
}

/// The number of an escape `\uXXXX`.
fn unit(escape: &str) -> Option<u32> {
    let digits = escape.get(2..6)?;
    let is_number = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_number.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::plain;
    use proptest::prelude::*;

    #[test]
    fn letters_that_are_escaped_are_read() {
        for (json, read) in [
            (r#"{"a":"se\u0063ret"}"#, r#"{"a":"secret"}"#),
            (r#""\uD83D\uDE00 \ud83d\ude00""#, r#""😀 😀""#),
            (r#""a\/b""#, r#""a/b""#),
            (r#""\\u0063 \" \n \u0022 \u005c \u000a""#, r#""\\u0063 \" \n \u0022 \u005c \u000a""#),
            (r#""\ud83d \ud83dx \udE00 \uZZZZ \u12""#, r#""\ud83d \ud83dx \udE00 \uZZZZ \u12""#),
            ("\\é \\", "\\é \\"),
        ] {
            assert_eq!(plain(json, false), read, "{json}");
        }
    }

    proptest! {
        #[test]
        fn what_has_come_of_a_text_is_read_as_the_beginning_of_all_of_it(
            parts in proptest::collection::vec(
                prop_oneof![
                    Just(r"\u0063".to_owned()), Just(r"\ud83d".to_owned()), Just(r"\ude00".to_owned()),
                    Just(r"\\".to_owned()), Just(r"\u".to_owned()), Just(r"\/".to_owned()),
                    Just("\\".to_owned()), "[a-u0-9é😀]{0,3}",
                ],
                0..12,
            ),
            cut in 0_usize..80,
        ) {
            let json = parts.concat();
            let cut = (0..=cut.min(json.len())).rev().find(|at| json.is_char_boundary(*at)).unwrap();
            let (whole, begun) = (plain(&json, false), plain(&json[..cut], true));
            prop_assert!(whole.starts_with(&*begun), "{json} {whole} {begun}");
        }

        #[test]
        fn the_json_says_the_same(text in ".{0,20}") {
            let escaped: Vec<_> =
                text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            let json = format!("\"{}\"", escaped.concat());
            let read: String = serde_json::from_str(&plain(&json, false)).unwrap();
            prop_assert_eq!(read, text);
        }
    }
}
