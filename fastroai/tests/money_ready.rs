//! The catalogue is read once, on a thread of its own. Alone in its process, as it is read once.

use std::pin::pin;
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use fastroai::money::Prices;
use fastroai_providers::Usage;

#[test]
fn prices_become_ready_without_a_runtime_and_stay_so() {
    let prices = Prices::standard();
    assert_eq!(prices.is_ready(), !cfg!(feature = "prices"));
    prices.warm();
    prices.warm();
    let mut ready = pin!(prices.ready());
    let mut context = Context::from_waker(Waker::noop());
    while ready.as_mut().poll(&mut context).is_pending() {
        thread::sleep(Duration::from_millis(1));
    }
    assert!(prices.is_ready());
    assert!(pin!(prices.ready()).as_mut().poll(&mut context).is_ready());

    let mut usage = Usage::default();
    (usage.input_tokens, usage.output_tokens) = (Some(1), Some(1));
    let price = prices.price("openai", "gpt-4o", &usage);
    assert_eq!(price.is_some(), cfg!(feature = "prices"));
    assert!(Prices::unlisted().is_ready());
}
