#[allow(clippy::implicit_hasher, clippy::needless_pass_by_value, clippy::unused_async)]
/// Book seats.
async fn book(airport: String, seats: u8) -> String {
    airport
}
///The tool of [`book()`](fn@book).
#[allow(
    dead_code,
    missing_copy_implementations,
    missing_debug_implementations,
    non_camel_case_types
)]
struct book {}
const _: () = {
    use ::fastroai::__private as __fastroai;
    #[allow(unused_imports)]
    use __fastroai::WithoutError as _;
    const _: () = __fastroai::textual::<String>();
    static __LIMITS_OF_BOOK_AIRPORT: __fastroai::Limits = __fastroai::Limits::new()
        .pattern("^[A-Z]{3}$");
    const _: () = __fastroai::numeric::<u8>();
    static __LIMITS_OF_BOOK_SEATS: __fastroai::Limits = __fastroai::Limits::new()
        .least(__fastroai::Bound::Integer(1))
        .most(__fastroai::Bound::Integer(10));
    fn __default_of_book_seats() -> u8 {
        1
    }
    #[automatically_derived]
    impl __fastroai::ToolInfo for book {
        const NAMES: &'static [&'static str] = &["book"];
        const OPTIONS: __fastroai::ToolOptions = __fastroai::ToolOptions::DEFAULT;
        fn definition() -> &'static __fastroai::Arc<__fastroai::ToolDefinition> {
            static DEFINITION: __fastroai::LazyLock<
                __fastroai::Arc<__fastroai::ToolDefinition>,
            > = __fastroai::LazyLock::new(|| {
                let mut schema = __fastroai::ArgumentsSchema::new();
                <String as __fastroai::ToolArg>::describe(&mut schema, "airport", "");
                schema.limit("airport", &__LIMITS_OF_BOOK_AIRPORT);
                schema.example("airport", __fastroai::ToolDefault::to_json(&"LIS"));
                <u8 as __fastroai::ToolArg>::describe_or(
                    &mut schema,
                    "seats",
                    "",
                    <u8 as __fastroai::ToolDefault>::to_json(&__default_of_book_seats()),
                );
                schema.limit("seats", &__LIMITS_OF_BOOK_SEATS);
                __fastroai::Arc::new(
                    __fastroai::ToolDefinition::new(
                        "book",
                        "Book seats.",
                        schema.finish(),
                    ),
                )
            });
            &DEFINITION
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unused_variables, unreachable_code, unreachable_patterns)]
    impl<__Agent> __fastroai::Tool<__Agent> for book
    where
        __Agent: __fastroai::Sync + ?__fastroai::Sized,
    {
        fn call<'__call>(
            agent: &'__call __Agent,
            arguments: __fastroai::Arguments<'__call>,
            run: __fastroai::RunContext<'__call>,
        ) -> __fastroai::ToolFuture<'__call> {
            __fastroai::Box::pin(async move {
                let mut fields = arguments.read(&["airport", "seats"])?;
                fields.hold("airport", &__LIMITS_OF_BOOK_AIRPORT);
                fields.hold("seats", &__LIMITS_OF_BOOK_SEATS);
                let (
                    __fastroai::Some(airport),
                    __fastroai::Some(seats),
                    __fastroai::Ok(()),
                ) = (
                    <String as __fastroai::ToolArg>::read(&mut fields, "airport"),
                    <u8 as __fastroai::ToolArg>::read_or(
                        &mut fields,
                        "seats",
                        __default_of_book_seats,
                    ),
                    fields.check(),
                ) else {
                    return __fastroai::Err(fields.misfit());
                };
                let returned = __fastroai::send(book(airport, seats)).await;
                match __fastroai::Returned(returned).split() {
                    __fastroai::Ok(value) => __fastroai::ToolOutput::to_reply(&value),
                    __fastroai::Err(error) => {
                        __fastroai::Err(__fastroai::ToolFailure::into_tool_error(error))
                    }
                }
            })
        }
    }
};
