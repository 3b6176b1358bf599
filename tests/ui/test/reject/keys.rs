//! Mistakes in the keys of a test.

#[fastroai::test(casette = "trip")]
async fn misspelt() {}

#[fastroai::test(cassette = "cassettes/trip.json")]
async fn a_path() {}

#[fastroai::test(cassette = trip, max_cost = 0.02)]
async fn no_texts() {}

#[fastroai::test(cassette = "", max_cost = "0.02")]
async fn empty_and_without_a_sign() {}

#[fastroai::test(record, budget = "$1", start_paused = "yes")]
async fn other_words() {}

fn main() {}
