//! What prices and accounts take on the path of a request, in nanoseconds.

use std::hint::black_box;
use std::time::Instant;

use fastroai::Usage;
use fastroai::money::{Bill, Budget, Cost, Line, Prices, Rates};
use fastroai::usd;

fn main() {
    let start = Instant::now();
    let prices = Prices::standard();
    let usage = usage();
    black_box(prices.price("openai", "gpt-4o-mini", &usage));
    println!(
        "{:44} {:>10.1} ms",
        "the catalogue is read, once",
        start.elapsed().as_secs_f64() * 1e3
    );

    for (provider, model) in [
        ("openai", "gpt-4o-mini"),
        ("anthropic", "claude-sonnet-4-5"),
        ("google", "gemini-2.5-pro"),
        ("openrouter", "anthropic/claude-3.5-sonnet"),
    ] {
        measure(&format!("list price, {provider}:{model}"), || {
            prices.price(provider, model, &usage)
        });
    }
    measure("list price in a tier, openai:gpt-5", || {
        prices.price_in_tier("openai", "gpt-5", "priority", &usage)
    });
    let rates = Rates::per_million("1", "2").expect("rates");
    let ours = Prices::unlisted().with_override("acme:*", rates).expect("a pattern");
    measure("price by an override", || ours.price("acme", "large", &usage));
    let account = Budget::new("process", Cost::MAX).child("tenant", Cost::MAX);
    let amount = usd!("0.000001");
    measure("hold and settle, two accounts", || {
        account.try_reserve(amount).map(|hold| hold.settle(amount)).is_ok()
    });
    let line = Line::new(1, 1, "openai", "gpt-4o-mini").with(usage.clone(), Some(amount));
    measure("a line on a bill, and its total", || {
        let mut bill = Bill::default();
        bill.push(line.clone());
        bill.total()
    });
    let many: Vec<_> = (0..1_000).map(|at| account.child(at.to_string(), Cost::MAX)).collect();
    measure("the same beside a thousand accounts", || {
        many[500].try_reserve(amount).map(|hold| hold.settle(amount)).is_ok()
    });
}

fn usage() -> Usage {
    let mut usage = Usage::default();
    (usage.input_tokens, usage.output_tokens) = (Some(12_000), Some(800));
    usage.cache_read_tokens = Some(4_000);
    usage
}

/// The time of one call: the best of many short rounds, since other programs only ever add to it.
fn measure<T>(what: &str, mut call: impl FnMut() -> T) {
    const CALLS: u32 = 500;
    let best = (0..600)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..CALLS {
                black_box(call());
            }
            start.elapsed().as_secs_f64() / f64::from(CALLS)
        })
        .fold(f64::INFINITY, f64::min);
    println!("{what:44} {:>10.0} ns", best * 1e9);
}
