/// Whether it rains.
#[ignore]
#[::core::prelude::v1::test]
fn umbrella() -> Result<()> {
    #[allow(clippy::unused_async)]
    async fn umbrella() -> Result<()> {
        ask().await
    }
    use ::fastroai::__private as __fastroai;
    let __setup = __fastroai::TestSetup::new(__fastroai::env!("CARGO_MANIFEST_DIR"))
        .cassette("trip")
        .max_cost(__fastroai::Cost::from_picodollars(20_000_000_000))
        .start_paused();
    __fastroai::run_test::<_, _, Result<()>>(&__setup, umbrella)
}
