//! The word that was probably meant.

/// The candidate that is only a few slips of the keyboard away from `word`, or begins with it.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let length = word.chars().count();
    let limit = (length / 3).clamp(1, 3);
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let begun = candidates.iter().copied().find(|it| length > 2 && it.starts_with(word));
    candidates
        .into_iter()
        .map(|candidate| (slips(word, candidate), candidate))
        .filter(|(slips, _)| *slips <= limit)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
        .or(begun)
}

/// `a`, `b` and `c`, each in backticks.
pub(crate) fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// How many letters have to be added, dropped, changed or swapped to get from one to the other.
fn slips(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.to_lowercase().chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut previous = None;
    for (row, letter) in from.to_lowercase().chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, wanted) in to.iter().enumerate() {
            let changed = last[column] + usize::from(letter != *wanted);
            let mut fewest = changed.min(last[column + 1] + 1).min(current[column] + 1);
            let swapped = column > 0 && previous == Some(*wanted) && to[column - 1] == letter;
            if swapped && let Some(before) = before_last.get(column - 1) {
                fewest = fewest.min(before + 1);
            }
            current.push(fewest);
        }
        before_last = std::mem::replace(&mut last, current);
        previous = Some(letter);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        for (from, to, count) in [
            ("timeout", "timeout", 0),
            ("timeot", "timeout", 1),
            ("tiemout", "timeout", 1),
            ("Timeout", "timeout", 0),
            ("attempst", "attempts", 1),
            ("colour", "timeout", 5),
            ("", "name", 4),
            ("name", "", 4),
        ] {
            assert_eq!(slips(from, to), count, "{from} -> {to}");
        }
    }

    #[test]
    fn only_a_word_that_is_near_is_offered() {
        let keys = ["name", "timeout", "attempts"];
        assert_eq!(nearest("timeot", keys), Some("timeout"));
        assert_eq!(nearest("nmae", keys), Some("name"));
        assert_eq!(nearest("colour", keys), None);
        assert_eq!(nearest("time", keys), Some("timeout"));
        assert_eq!(nearest("at", keys), None);
    }
}
