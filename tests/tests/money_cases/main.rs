//! What holds of money in every one of a great many random cases.
//!
//! A few thousand of them run each time; `FASTROAI_CASES=1000000 cargo test --release -p tests --test
//! money_cases` runs a million. A case that fails names its number, and `FASTROAI_CASE=<number>` runs
//! that one alone.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod chance;
mod model;
mod runs;
mod sums;

use std::env;
use std::thread;

/// How many cases run where nobody says.
const CASES: u64 = 3_000;

fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is no whole number: {text}")))
}

/// How many cases to run.
fn cases() -> u64 {
    number("FASTROAI_CASES").unwrap_or(CASES)
}

/// Runs all cases on as many threads as there are, each thread with its own `state`.
fn each<S>(state: impl Fn() -> S + Sync, case: impl Fn(&mut S, u64) + Sync) {
    if let Some(one) = number("FASTROAI_CASE") {
        return case(&mut state(), one);
    }
    let threads = thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    let all = cases();
    let (state, case) = (&state, &case);
    thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                let mut state = state();
                let mut at = thread;
                while at < all {
                    case(&mut state, at);
                    at += threads;
                }
            });
        }
    });
}
