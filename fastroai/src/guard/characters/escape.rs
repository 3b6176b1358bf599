//! Sequences that tell a terminal what to do.

/// The longest sequence that is taken as one, in bytes; of a longer one its beginning is.
pub(super) const LONGEST: usize = 256;

/// How many bytes belong to the sequence that this text begins with, which is an escape or its
/// short form; 1 character at least.
///
/// <https://ecma-international.org/publications-and-standards/standards/ecma-48/>
pub(super) fn length(text: &str) -> usize {
    let mut chars = text.char_indices();
    let Some((_, first)) = chars.next() else { return 0 };
    let start = first.len_utf8();
    let (kind, body) = match (first, chars.next()) {
        ('\u{1b}', Some((at, next @ ('[' | ']' | 'P' | 'X' | '^' | '_')))) => {
            (next, at + next.len_utf8())
        }
        // Of two or three characters, such as the choice of a character set.
        ('\u{1b}', Some((at, ' '..='/'))) => {
            let last = text[at + 1..].chars().next();
            return at + 1 + usize::from(last.is_some_and(|c| matches!(c, '0'..='~')));
        }
        ('\u{1b}', Some((at, '0'..='~'))) => return at + 1,
        ('\u{9b}', _) => ('[', start),
        ('\u{9d}' | '\u{90}' | '\u{98}' | '\u{9e}' | '\u{9f}', _) => (']', start),
        _ => return start,
    };
    let sequence = &text[body..];
    let length = if kind == '[' { control(sequence) } else { string(sequence) };
    length.map_or(body, |length| body + length)
}

/// Parameters, and the letter that says what to do.
fn control(text: &str) -> Option<usize> {
    for (at, byte) in text.bytes().enumerate().take(64) {
        match byte {
            b' '..=b'?' => {}
            b'@'..=b'~' => return Some(at + 1),
            _ => break,
        }
    }
    None
}

/// A text for the terminal, such as a title or a link, with what ends it.
fn string(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().take_while(|(at, _)| *at < LONGEST - 8).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\u{7}' => return Some(at + 1),
            '\u{9c}' => return Some(at + 2),
            '\u{1b}' => return chars.peek().filter(|(_, next)| *next == '\\').map(|_| at + 2),
            '\n' | '\r' => break,
            _ => {}
        }
    }
    None
}
