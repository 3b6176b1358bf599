//! Messages put together while code is compiled.

/// A message of at most 2,048 bytes; what is longer is cut.
pub(crate) struct Sentence {
    bytes: [u8; LIMIT],
    length: usize,
}

const LIMIT: usize = 2048;

impl Sentence {
    pub(crate) const fn new(start: &str) -> Self {
        Self { bytes: [0; LIMIT], length: 0 }.and(start)
    }

    /// Adds a text, or as many of its whole characters as fit.
    pub(crate) const fn and(mut self, text: &str) -> Self {
        let mut room = LIMIT - self.length;
        if room > text.len() {
            room = text.len();
        }
        while !text.is_char_boundary(room) {
            room -= 1;
        }
        let (fitting, _) = text.as_bytes().split_at(room);
        let mut index = 0;
        while index < fitting.len() {
            self.bytes[self.length] = fitting[index];
            self.length += 1;
            index += 1;
        }
        self
    }

    /// The whole message.
    pub(crate) const fn as_str(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.length);
        match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => "",
        }
    }

    /// Ends the compilation with this message.
    #[track_caller]
    #[allow(clippy::panic, reason = "in const, a panic is how an error is told")]
    pub(crate) const fn panic(self) -> ! {
        panic!("{}", self.as_str())
    }
}

/// Whether two texts are the same.
pub(crate) const fn same(one: &str, other: &str) -> bool {
    same_joined(one, "", other, "")
}

/// Whether two texts are the same, where each is given in two halves.
pub(crate) const fn same_joined(start: &str, end: &str, other: &str, rest: &str) -> bool {
    let length = start.len() + end.len();
    if length != other.len() + rest.len() {
        return false;
    }
    // From the end, where the names of a list mostly differ: every pair of them is compared while
    // compiling.
    let mut index = length;
    while index > 0 {
        index -= 1;
        if byte(start, end, index) != byte(other, rest, index) {
            return false;
        }
    }
    true
}

const fn byte(start: &str, end: &str, index: usize) -> u8 {
    if index < start.len() { start.as_bytes()[index] } else { end.as_bytes()[index - start.len()] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_cut_between_characters() {
        let long = "é".repeat(LIMIT);
        let sentence = Sentence::new("x").and(&long).and("end");
        assert_eq!(sentence.as_str().len(), LIMIT);
        assert!(sentence.as_str().ends_with("ée"));
        assert_eq!(Sentence::new("a").and("").and("b").as_str(), "ab");
    }

    #[test]
    fn texts_are_compared_whole_wherever_they_are_cut() {
        assert!(same_joined("", "", "", "") && same_joined("", "lookup", "look", "up"));
        assert!(same_joined("a", "bc", "ab", "c"));
        assert!(!same_joined("", "lookup", "", "lookups"));
        assert!(!same_joined("", "lookup", "look", "uq"));
    }
}
