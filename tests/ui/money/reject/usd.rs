use fastroai::{Cost, usd};

const NEGATIVE: Cost = usd!("-0.05");

fn main() {
    let _ = NEGATIVE;
}
