//! Texts in which nothing is to be found.

use fastroai::guard::{Redactor, Sensitive};
use tests::benign::lines;

const LINES: usize = 10_000;

#[test]
fn of_ten_thousand_benign_lines_hardly_one_is_taken_for_a_key_a_card_or_an_account() {
    let all = lines();
    assert!(all.len() >= LINES, "only {} lines", all.len());
    let step = all.len() / LINES;
    let redactor = Redactor::of([Sensitive::Secret, Sensitive::Card, Sensitive::Iban]);
    let taken: Vec<(&str, String)> = all
        .iter()
        .step_by(step)
        .take(LINES)
        .filter(|line| !redactor.find(line).is_empty())
        .map(|line| (line.as_str(), redactor.redact(line).into_owned()))
        .collect();
    println!("{} of {LINES} lines", taken.len());
    assert!(taken.len() <= LINES / 200, "{}: {taken:#?}", taken.len());
}
