//! The beginning of a text.

/// As much of a text as is no longer than this, in bytes, to the end of a letter.
pub(crate) fn beginning(text: &str, limit: usize) -> &str {
    if limit >= text.len() {
        return text;
    }
    let end = (0..=limit).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::beginning;

    #[test]
    fn no_letter_is_cut_in_two() {
        for (limit, kept) in
            [(0, ""), (1, "a"), (2, "a"), (3, "a\u{fc}"), (4, "a\u{fc}b"), (9, "a\u{fc}b")]
        {
            assert_eq!(beginning("a\u{fc}b", limit), kept, "{limit}");
        }
    }
}
