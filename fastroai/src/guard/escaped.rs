//! What a text says where it is JSON, or a line of a log: a key behind `\n` is at the beginning of a line,
//! and `\u0040` is a sign like any other.

use std::borrow::Cow;
use std::ops::Range;

/// A text with its escapes read, however often it was escaped.
pub(super) struct Unescaped {
    pub(super) text: String,
    /// Where each escape ends that was read: in the text that was made, and in the other one.
    ends: Vec<(usize, usize)>,
}

impl Unescaped {
    /// `None` where there is no escape.
    pub(super) fn of(text: &str) -> Option<Self> {
        let mut made = Self { text: String::new(), ends: Vec::new() };
        let mut from = 0;
        while let Some(at) = text.get(from..)?.find('\\').map(|at| from + at) {
            made.text.push_str(text.get(from..at)?);
            let escape = text.get(at..)?;
            let slashes = escape.bytes().take_while(|byte| *byte == b'\\').count();
            let (letter, length) = letter(escape.get(slashes..)?);
            from = at + slashes + length;
            match letter {
                Some(letter) => {
                    made.text.push(letter);
                    made.ends.push((made.text.len(), from));
                }
                None => made.text.push_str(text.get(at..from)?),
            }
        }
        if made.ends.is_empty() {
            return None;
        }
        made.text.push_str(text.get(from..)?);
        Some(made)
    }

    /// Where a piece of it is in the text that it was made of.
    pub(super) fn origin(&self, range: &Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let behind = self.ends.partition_point(|(made, _)| *made <= at);
            let last = behind.checked_sub(1).and_then(|last| self.ends.get(last));
            last.map_or(at, |(made, theirs)| theirs + (at - made))
        };
        place(range.start)..place(range.end)
    }
}

/// The sign that an escape stands for, by what is behind its backslashes, and how long that is.
fn letter(behind: &str) -> (Option<char>, usize) {
    match behind.as_bytes().first() {
        Some(b'n' | b'r') => (Some('\n'), 1),
        Some(b't' | b'b' | b'f') => (Some(' '), 1),
        Some(sign @ (b'"' | b'\'' | b'/')) => (Some(char::from(*sign)), 1),
        Some(b'u') => match unit(behind) {
            Some(letter) => (Some(letter), 5),
            None => (None, 1),
        },
        _ => (None, 0),
    }
}

fn unit(behind: &str) -> Option<char> {
    let digits = behind.get(1..5)?;
    let is_number = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = u32::from_str_radix(digits, 16).ok().filter(|_| is_number)?;
    char::from_u32(number)
}

/// A piece of a text as it is meant, where letters or signs in it are spelled in escapes.
pub(super) fn meant(piece: &str) -> Cow<'_, str> {
    if !piece.contains("\\u") && !piece.contains("\\/") {
        return Cow::Borrowed(piece);
    }
    Unescaped::of(piece).map_or(Cow::Borrowed(piece), |read| Cow::Owned(read.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_and_their_places_known() {
        let text = r#"a\n\u0040b\\nc \"d\" \x \u12 \"#;
        let read = Unescaped::of(text).unwrap();
        assert_eq!(read.text, "a\n@b\nc \"d\" \\x \\u12 \\");
        for piece in ["a", "@b", "c", "d", "\\x", "\\u12 \\"] {
            let at = read.text.find(piece).unwrap();
            let origin = read.origin(&(at..at + piece.len()));
            let wanted = if piece == "@b" { r"\u0040b" } else { piece };
            assert_eq!(&text[origin], wanted);
        }
        assert!(Unescaped::of(r"C:\Users \x é\é").is_none());
        assert_eq!(read.origin(&(0..read.text.len())), 0..text.len());
    }

    proptest::proptest! {
        #[test]
        fn each_sign_of_it_comes_from_a_place_of_its_own(text in r#"([\\/"nrtbfu04é😀a]|\\u00e9|\\n){0,40}"#) {
            if let Some(read) = Unescaped::of(&text) {
                let mut end = 0;
                for (at, sign) in read.text.char_indices() {
                    let origin = read.origin(&(at..at + sign.len_utf8()));
                    proptest::prop_assert_eq!(origin.start, end, "{} {}", text, read.text);
                    proptest::prop_assert!(text.get(origin.clone()).is_some_and(|it| !it.is_empty()));
                    end = origin.end;
                }
                proptest::prop_assert_eq!(end, text.len());
            }
        }
    }

    #[test]
    fn a_piece_is_read_as_it_is_meant() {
        assert_eq!(meant(r"ada\u0040example.org"), "ada@example.org");
        assert_eq!(meant(r"a\nb"), r"a\nb");
    }
}
