//! Whether a name is another one with a slip of letters in it.

/// Names that are longer are not compared.
const LONGEST: usize = 64;

/// The cost of what is no slip, as another digit: that is another model.
const NEVER: usize = 100;

/// Whether `written` is probably meant to be `known`.
///
/// Letters may be added, dropped or swapped, once in a short name and twice in a long one. They
/// may be replaced in longer words only, since `gpt-4a` is no `gpt-4o`. Digits may not change.
pub(super) const fn is_slip(written: &str, known: &str) -> bool {
    is_within(written, known, if known.len() < 10 { 1 } else { 2 })
}

/// As [`is_slip`], for the names of providers: so many slips, but fewer than half of the letters.
pub(super) const fn is_slip_of_provider(written: &str, known: &str, slips: usize) -> bool {
    slips * 2 < known.len() && is_within(written, known, slips)
}

const fn is_within(written: &str, known: &str, limit: usize) -> bool {
    let (written, known) = (written.as_bytes(), known.as_bytes());
    if written.len() > LONGEST || known.len() > LONGEST {
        return false;
    }
    distance(written, known, limit) <= limit
}

const fn distance(written: &[u8], known: &[u8], limit: usize) -> usize {
    let mut before_last = [NEVER; LONGEST + 1];
    let mut last = [0; LONGEST + 1];
    let mut column = 0;
    while column < known.len() {
        last[column + 1] = last[column] + extra(known[column], limit);
        column += 1;
    }
    let mut row = 0;
    while row < written.len() {
        let mut current = [NEVER; LONGEST + 1];
        current[0] = last[0] + extra(written[row], limit);
        let mut column = 0;
        while column < known.len() {
            let mut least = last[column] + replaced(written[row], known, column);
            least = min(least, last[column + 1] + extra(written[row], limit));
            least = min(least, current[column] + extra(known[column], limit));
            if row > 0
                && column > 0
                && alike(written[row], known[column - 1])
                && alike(written[row - 1], known[column])
                && !written[row].is_ascii_digit()
                && !written[row - 1].is_ascii_digit()
            {
                least = min(least, before_last[column - 1] + 1);
            }
            current[column + 1] = least;
            column += 1;
        }
        before_last = last;
        last = current;
        row += 1;
    }
    last[known.len()]
}

/// What one byte too much or too little costs; a `-` opens a word, which is seldom a slip.
const fn extra(byte: u8, limit: usize) -> usize {
    if byte.is_ascii_digit() {
        NEVER
    } else if byte.is_ascii_alphabetic() {
        1
    } else {
        limit
    }
}

const fn replaced(written: u8, known: &[u8], at: usize) -> usize {
    let wanted = known[at];
    if alike(written, wanted) {
        0
    } else if written.is_ascii_alphabetic() && wanted.is_ascii_alphabetic() {
        if word_length(known, at) < 4 { NEVER } else { 1 }
    } else if written.is_ascii_punctuation() && wanted.is_ascii_punctuation() {
        1
    } else {
        NEVER
    }
}

/// How many letters the word around this place has.
const fn word_length(text: &[u8], at: usize) -> usize {
    let mut start = at;
    while start > 0 && text[start - 1].is_ascii_alphabetic() {
        start -= 1;
    }
    let mut end = at;
    while end < text.len() && text[end].is_ascii_alphabetic() {
        end += 1;
    }
    end - start
}

const fn alike(one: u8, other: u8) -> bool {
    one.eq_ignore_ascii_case(&other)
}

const fn min(one: usize, other: usize) -> usize {
    if one < other { one } else { other }
}
