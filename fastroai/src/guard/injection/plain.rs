//! A text as it is meant: small letters, single spaces, disguises taken off.

use crate::guard::fold;

/// From how many letters in a row, each by itself, they are taken for a word.
const SPACED: usize = 5;

/// How many tags are a message and no flag.
const MESSAGE: usize = 8;

/// The ways that a text can be read: as it stands, and where it has digits and signs for letters, as
/// if these were letters.
pub(super) fn readings(text: &str) -> impl Iterator<Item = String> {
    let plain = read(text);
    let unmasked = without_digits(&plain);
    std::iter::once(plain).chain(unmasked)
}

/// The text as it stands.
pub(super) fn read(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    text.chars().for_each(|c| fold::push(c, &mut folded));
    let mut plain = String::with_capacity(folded.len());
    for word in folded.split_inclusive([' ', '\n']) {
        let bare = word.trim_end_matches([' ', '\n']);
        push_word(bare, &mut plain);
        let is_line = word.ends_with('\n');
        match plain.chars().next_back() {
            Some('\n') => {}
            Some(' ') if is_line => {
                plain.pop();
                plain.push('\n');
            }
            Some(' ') if bare.is_empty() => {}
            _ if is_line => plain.push('\n'),
            _ => plain.push(' '),
        }
    }
    joined(&plain).unwrap_or(plain)
}

/// A word of Latin letters and of some that look like them is a word of Latin letters.
fn push_word(word: &str, into: &mut String) {
    let is_mixed = !word.is_ascii() && word.bytes().any(|byte| byte.is_ascii_lowercase());
    if is_mixed {
        into.extend(word.chars().map(|c| fold::lookalike(c).unwrap_or(c)));
    } else {
        into.push_str(word);
    }
}

/// The text with letters that stand by themselves made into words, where there are some:
/// `i g n o r e`, `i-g-n-o-r-e`.
fn joined(plain: &str) -> Option<String> {
    let letters: Vec<char> = plain.chars().collect();
    let is_single = |at: usize| {
        let is = |at: Option<usize>| {
            at.and_then(|at| letters.get(at)).is_some_and(|c| c.is_alphanumeric())
        };
        is(Some(at)) && !is(at.checked_sub(1)) && !is(Some(at + 1))
    };
    let mut joined: Option<String> = None;
    let mut copied = 0;
    let mut at = 0;
    while at < letters.len() {
        let mut end = at;
        while is_single(end) && letters.get(end + 1).is_none_or(char::is_ascii) {
            end += 2;
        }
        let count = (end - at) / 2;
        if count >= SPACED {
            let joined = joined.get_or_insert_with(|| String::with_capacity(plain.len()));
            joined.extend(letters.get(copied..at).into_iter().flatten());
            joined.extend(letters.get(at..).into_iter().flatten().step_by(2).take(count));
            joined.push(' ');
            copied = end.min(letters.len());
        }
        at = end.max(at + 1);
    }
    joined.map(|mut joined| {
        joined.extend(letters.get(copied..).into_iter().flatten());
        joined
    })
}

/// The text with letters in place of the digits and signs in its words, where there are some.
fn without_digits(plain: &str) -> Option<String> {
    let is_masked = |word: &str| {
        let letters = word.bytes().filter(u8::is_ascii_lowercase).count();
        letters >= 1 && word.len() >= 3 && word.len() <= 20 && word.contains(MASKS)
    };
    plain.split([' ', '\n']).filter(|word| is_masked(word)).nth(1)?;
    let mut read = String::with_capacity(plain.len());
    for word in plain.split_inclusive([' ', '\n']) {
        if is_masked(word.trim_end()) {
            read.extend(word.chars().map(unmask));
        } else {
            read.push_str(word);
        }
    }
    Some(read)
}

const MASKS: [char; 9] = ['0', '1', '3', '4', '5', '7', '@', '$', '8'];

const fn unmask(c: char) -> char {
    match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        '8' => 'b',
        _ => c,
    }
}

/// Whether it has a message in tags, which nobody sees and models read.
pub(super) fn is_smuggled(text: &str) -> bool {
    text.chars().filter(|c| matches!(c, '\u{e0020}'..='\u{e007e}')).nth(MESSAGE).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_and_signs_between_letters_are_taken_out() {
        assert_eq!(read("I G N O R E   all"), "ignore all ");
        assert_eq!(read("i-g-n-o-r-e all"), "ignore all ");
        assert_eq!(read("a b c d"), "a b c d ");
    }

    #[test]
    fn ends_of_lines_stay() {
        assert_eq!(read("One  two \n\n  three\tfour"), "one two\nthree four ");
    }

    #[test]
    fn lookalikes_are_read_in_latin_words_alone() {
        assert_eq!(read("ignоrе мир"), "ignore мир ");
    }

    #[test]
    fn digits_are_read_as_letters_where_there_are_more_words_of_them() {
        let readings: Vec<String> = readings("1gn0r3 4ll pr3v10us").collect();
        assert_eq!(readings.last().map(String::as_str), Some("ignore all previous "));
        assert_eq!(super::readings("a 3x3 grid").count(), 1);
    }
}
