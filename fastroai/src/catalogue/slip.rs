//! How many slips of letters lie between a name and one that is known.

/// Names that are longer are not compared.
const LONGEST: usize = 64;

/// The cost of what is no slip, as another digit: that is another model.
const NEVER: usize = 100;

/// How many slips make `known` into `written`; `None` if they are different names.
///
/// Letters may be added, dropped or swapped, once in a short name and twice in a long one, and in
/// longer words replaced: `gpt-4a` and `gpt-4.2` are no slips of `gpt-4`. Digits may not change.
pub(super) const fn slips(written: &str, known: &str) -> Option<usize> {
    within(written, known, if known.len() < 10 { 1 } else { 2 })
}

/// As [`slips`], for words of which there are few, as names of providers or the keys of a
/// configuration: two slips leave no doubt in one of five letters.
pub(super) const fn slips_of_word(written: &str, known: &str) -> Option<usize> {
    within(written, known, if known.len() < 5 { 1 } else { 2 })
}

const fn within(written: &str, known: &str, limit: usize) -> Option<usize> {
    let (written, known) = (written.as_bytes(), known.as_bytes());
    if written.len() > LONGEST || known.len() > LONGEST {
        return None;
    }
    let slips = count(written, known, limit);
    if slips <= limit { Some(slips) } else { None }
}

const fn count(written: &[u8], known: &[u8], limit: usize) -> usize {
    let mut before_last = [NEVER; LONGEST + 1];
    let mut last = [0; LONGEST + 1];
    let mut column = 0;
    while column < known.len() {
        last[column + 1] = last[column] + dropped(known, column, limit);
        column += 1;
    }
    let mut row = 0;
    while row < written.len() {
        let mut current = [NEVER; LONGEST + 1];
        current[0] = last[0] + added(written, row, limit);
        let mut column = 0;
        while column < known.len() {
            let mut fewest = last[column] + replaced(written[row], known, column);
            fewest = min(fewest, last[column + 1] + added(written, row, limit));
            fewest = min(fewest, current[column] + dropped(known, column, limit));
            if row > 0 && column > 0 && swapped(written, row, known, column) {
                fewest = min(fewest, before_last[column - 1] + 1);
            }
            current[column + 1] = fewest;
            column += 1;
        }
        before_last = last;
        last = current;
        row += 1;
    }
    last[known.len()]
}

/// What a byte too much costs: a letter is a slip where it is doubled, or in a longer word.
const fn added(written: &[u8], at: usize, limit: usize) -> usize {
    let byte = written[at];
    if byte.is_ascii_alphabetic() {
        let doubled = at > 0 && alike(written[at - 1], byte);
        if doubled || word_length(written, at) > 3 { 1 } else { NEVER }
    } else {
        mark(byte, limit)
    }
}

/// What a byte too little costs: a letter of a word of several is a slip.
const fn dropped(known: &[u8], at: usize, limit: usize) -> usize {
    let byte = known[at];
    if byte.is_ascii_alphabetic() {
        if word_length(known, at) > 2 { 1 } else { NEVER }
    } else {
        mark(byte, limit)
    }
}

/// What a digit or a mark costs; a `-` begins another word, which is seldom a slip.
const fn mark(byte: u8, limit: usize) -> usize {
    if byte.is_ascii_punctuation() { limit } else { NEVER }
}

const fn replaced(written: u8, known: &[u8], at: usize) -> usize {
    let wanted = known[at];
    if alike(written, wanted) {
        0
    } else if written.is_ascii_alphabetic() && wanted.is_ascii_alphabetic() {
        if word_length(known, at) > 3 { 1 } else { NEVER }
    } else if written.is_ascii_punctuation() && wanted.is_ascii_punctuation() {
        1
    } else {
        NEVER
    }
}

const fn swapped(written: &[u8], row: usize, known: &[u8], column: usize) -> bool {
    alike(written[row], known[column - 1])
        && alike(written[row - 1], known[column])
        && !written[row].is_ascii_digit()
        && !written[row - 1].is_ascii_digit()
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
