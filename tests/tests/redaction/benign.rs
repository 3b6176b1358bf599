//! Texts in which nothing is to be found.

use std::collections::{BTreeMap, BTreeSet};

use fastroai::guard::{Redactor, Sensitive};
use tests::benign::lines;

const LINES: usize = 10_000;

#[test]
fn of_ten_thousand_benign_lines_hardly_one_is_taken_for_anything() {
    let all = lines();
    assert!(all.len() >= LINES, "only {} lines", all.len());
    let step = all.len() / LINES;
    let redactor = Redactor::standard();
    let mut taken: BTreeMap<&str, Vec<&str>> =
        Sensitive::ALL.into_iter().map(|kind| (kind.label(), Vec::new())).collect();
    for line in all.iter().step_by(step).take(LINES) {
        let labels: BTreeSet<_> =
            redactor.find(line).into_iter().map(|found| found.label).collect();
        for label in labels {
            taken.get_mut(&*label).expect("a kind").push(line);
        }
    }
    for (label, lines) in &taken {
        println!("{label}: {} of {LINES} lines", lines.len());
        // An address of someone in a file's head is one, and counts here all the same.
        assert!(lines.len() <= LINES / 200, "{label}: {}: {lines:#?}", lines.len());
    }
}
