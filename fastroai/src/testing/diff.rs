//! The difference of two texts, line by line.

use std::fmt::Write as _;

/// How many lines that are the same stand around those that are not.
const AROUND: usize = 3;
/// More lines than this are not aligned, but shown as removed and added.
const ALIGNED: usize = 3_000;

#[derive(Clone, Copy, PartialEq)]
enum Line<'a> {
    Same(&'a str),
    Gone(&'a str),
    New(&'a str),
}

/// Lines that went begin with `-`, those that came with `+`.
pub(super) fn lines(before: &str, after: &str) -> String {
    let (before, after): (Vec<&str>, Vec<&str>) =
        (before.lines().collect(), after.lines().collect());
    let all = aligned(&before, &after);
    let mut shown = vec![false; all.len()];
    for (index, line) in all.iter().enumerate() {
        if !matches!(line, Line::Same(_)) {
            let end = (index + AROUND + 1).min(shown.len());
            for near in shown.get_mut(index.saturating_sub(AROUND)..end).into_iter().flatten() {
                *near = true;
            }
        }
    }
    let mut text = String::new();
    let mut is_skipped = false;
    for (line, is_shown) in all.iter().zip(shown) {
        if !is_shown {
            is_skipped = true;
            continue;
        }
        if std::mem::take(&mut is_skipped) {
            text.push_str("  ⋮\n");
        }
        // Writing to a string cannot fail.
        let _ = match line {
            Line::Same(line) => writeln!(text, "  {line}"),
            Line::Gone(line) => writeln!(text, "- {line}"),
            Line::New(line) => writeln!(text, "+ {line}"),
        };
    }
    text
}

/// As many lines as possible stay the same.
fn aligned<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<Line<'a>> {
    let same = before.iter().zip(after).take_while(|(one, other)| one == other).count();
    let (start, before) = before.split_at(same);
    let (_, after) = after.split_at(same);
    let mut all: Vec<Line<'a>> = start.iter().map(|line| Line::Same(line)).collect();
    if before.len().max(after.len()) > ALIGNED {
        all.extend(before.iter().map(|line| Line::Gone(line)));
        all.extend(after.iter().map(|line| Line::New(line)));
        return all;
    }
    // How many lines are common from each pair of places on.
    let width = after.len() + 1;
    let mut common = vec![0_u32; (before.len() + 1) * width];
    let at = |common: &[u32], row: usize, column: usize| {
        common.get(row * width + column).copied().unwrap_or_default()
    };
    for (row, one) in before.iter().enumerate().rev() {
        for (column, other) in after.iter().enumerate().rev() {
            let count = if one == other {
                at(&common, row + 1, column + 1) + 1
            } else {
                at(&common, row + 1, column).max(at(&common, row, column + 1))
            };
            if let Some(place) = common.get_mut(row * width + column) {
                *place = count;
            }
        }
    }
    let (mut row, mut column) = (0, 0);
    loop {
        match (before.get(row), after.get(column)) {
            (Some(one), Some(other)) if one == other => {
                all.push(Line::Same(one));
                (row, column) = (row + 1, column + 1);
            }
            (Some(one), other)
                if other.is_none()
                    || at(&common, row + 1, column) >= at(&common, row, column + 1) =>
            {
                all.push(Line::Gone(one));
                row += 1;
            }
            (_, Some(other)) => {
                all.push(Line::New(other));
                column += 1;
            }
            _ => return all,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_stand_among_those_around_them() {
        let before = "1\n2\n3\n4\n5\n6\nold\n8\n9\n10\n11\n12";
        let after = "1\n2\n3\n4\n5\n6\nnew\nmore\n8\n9\n10\n11\n12";
        let expected = "  ⋮\n  4\n  5\n  6\n- old\n+ new\n+ more\n  8\n  9\n  10\n";
        assert_eq!(lines(before, after), expected);
    }

    #[test]
    fn what_is_the_same_says_nothing_and_what_is_all_new_says_all() {
        assert_eq!(lines("a\nb", "a\nb"), "");
        assert_eq!(lines("", "a\nb"), "+ a\n+ b\n");
        assert_eq!(lines("a", ""), "- a\n");
    }

    #[test]
    fn texts_of_many_lines_are_not_aligned() {
        let long = "x\n".repeat(ALIGNED + 1);
        let diff = lines(&long, "y");
        assert!(diff.starts_with("- x\n") && diff.ends_with("+ y\n"));
    }
}
