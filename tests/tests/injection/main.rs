//! How many injections the guard finds, and how much else it takes for one.
//!
//! The figures are stated in the documentation of `Injection`. Half of the corpus was never looked
//! at while the patterns were made; `FASTROAI_MISSES=1` prints what is missed of the other half.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and these print what they counted"
)]

mod corpus;

use std::collections::BTreeMap;
use std::time::Instant;

use fastroai::guard::{Guard, Injection, Looked, Stage, Verdict};
use futures_util::FutureExt;
use tests::benign;

/// How many lines and paragraphs false positives are counted over.
const LINES: usize = 10_000;
const PARAGRAPHS: usize = 10_000;

fn is_flagged(guard: &Injection, text: &str) -> bool {
    let looked = Looked::at(Stage::Prompt);
    let verdict = guard.check(text, &looked).now_or_never().expect("it waits for nothing");
    matches!(verdict.expect("it can tell"), Verdict::Flag(_))
}

#[derive(Default)]
struct Tally {
    found: u32,
    all: u32,
}

impl Tally {
    fn add(&mut self, is_found: bool) {
        self.found += u32::from(is_found);
        self.all += 1;
    }

    fn shown(&self) -> String {
        let share = 100.0 * f64::from(self.found) / f64::from(self.all.max(1));
        format!("{:>4} of {:>4} ({share:5.1} %)", self.found, self.all)
    }
}

#[test]
fn recall_is_what_the_documentation_says() {
    let lines = match corpus::lines() {
        Ok(lines) => lines,
        Err(why) => return tests::skip("the recall of injections", &why),
    };
    let guard = Injection::new();
    let shows_misses = std::env::var_os("FASTROAI_MISSES").is_some();
    let mut tallies: BTreeMap<(bool, &str), [Tally; 2]> = BTreeMap::new();
    let mut totals: [Tally; 2] = Default::default();
    for line in &lines {
        let half = usize::from(!corpus::is_for_tuning(&line.text));
        let is_found = is_flagged(&guard, &line.text);
        tallies.entry((!line.is_attack, &line.source)).or_default()[half].add(is_found);
        if line.is_attack {
            totals[half].add(is_found);
        }
        if shows_misses && half == 0 && is_found != line.is_attack {
            println!("MISS {} {}\n", line.source, line.text);
        }
    }
    println!("{:40} {:24} held out", "", "tuning");
    for ((is_benign, source), [tuning, held_out]) in &tallies {
        let source = if *is_benign { format!("{source}, benign") } else { (*source).to_owned() };
        println!("{source:40} {:24} {}", tuning.shown(), held_out.shown());
    }
    println!("{:40} {:24} {}", "all attacks", totals[0].shown(), totals[1].shown());
    assert!(totals.iter().all(|half| half.all > 300), "the corpora are there");
}

#[test]
fn false_positives_are_what_the_documentation_says() {
    let guard = Injection::new();
    let shows = std::env::var_os("FASTROAI_MISSES").is_some();
    for (name, texts, count) in
        [("lines", benign::lines(), LINES), ("paragraphs", benign::paragraphs(), PARAGRAPHS)]
    {
        assert!(texts.len() >= count, "only {} {name}", texts.len());
        let begin = Instant::now();
        let sample = texts.iter().step_by(texts.len() / count).take(count);
        let mut tallies: [Tally; 2] = Default::default();
        let mut bytes = 0;
        for text in sample {
            bytes += text.len();
            let half = usize::from(!corpus::is_for_tuning(text));
            let is_found = is_flagged(&guard, text);
            tallies[half].add(is_found);
            if shows && is_found && half == 0 {
                println!("TAKEN {} {text}\n", guard.score(text));
            }
        }
        let [tuning, held_out] = tallies.map(|tally| tally.shown());
        println!("{:40} {tuning:24} {held_out}", format!("benign {name}"));
        println!("{bytes} bytes in {:?}", begin.elapsed());
    }
}
