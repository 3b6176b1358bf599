//! Messages put together while code is compiled.

/// A message of at most 1,024 bytes; what is longer is cut.
pub(crate) struct Sentence {
    bytes: [u8; LIMIT],
    length: usize,
}

const LIMIT: usize = 1024;

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
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
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
    fn texts_are_compared_whole() {
        assert!(same("", "") && same("lookup", "lookup"));
        assert!(!same("lookup", "lookups") && !same("lookup", "lookuq"));
    }
}
