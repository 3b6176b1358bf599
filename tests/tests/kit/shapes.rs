//! Tests of every shape that the attribute takes, under strict lints. A test is not compiled outside
//! of tests, so that a user interface test would not see these.
#![deny(warnings, missing_docs, unreachable_pub, clippy::pedantic)]

use fastroai::prelude::*;

#[fastroai::test]
async fn nothing() {}

#[fastroai::test()]
async fn without_keys() -> Result<()> {
    Ok(())
}

#[fastroai::test]
async fn with_an_error_of_ones_own() -> std::result::Result<(), Box<dyn std::error::Error>> {
    Ok(())
}

#[fastroai::test(cassette = "a_trip-1", max_cost = "$0.02", start_paused)]
#[should_panic(expected = "there is no cassette")]
async fn all_keys() {
    std::future::ready(()).await;
}

#[should_panic(expected = "so")]
#[fastroai::test(start_paused = false)]
pub(crate) async fn with_attributes() {
    panic!("so")
}

mod renamed {
    use fastroai as ai;

    #[ai::test(crate = ai)]
    async fn by_another_path() {}
}

#[derive(Clone, Copy)]
struct TestSetup;

#[fastroai::test]
async fn with_names_of_ours_around() {
    let __setup = TestSetup;
    let TestSetup = __setup;
}
