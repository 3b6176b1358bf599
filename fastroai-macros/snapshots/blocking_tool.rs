#[allow(clippy::implicit_hasher, clippy::needless_pass_by_value, clippy::unused_async)]
/// Count the books.
fn count(books: &Books, run: RunContext<'_>) -> usize {
    books.len() + run.turn()
}
///The tool of [`count()`](fn@count).
#[allow(
    dead_code,
    missing_copy_implementations,
    missing_debug_implementations,
    non_camel_case_types
)]
struct count {}
const _: () = {
    use ::fastroai::__private as __fastroai;
    #[allow(unused_imports)]
    use __fastroai::WithoutError as _;
    #[automatically_derived]
    impl __fastroai::ToolInfo for count {
        const NAMES: &'static [&'static str] = &["count"];
        const OPTIONS: __fastroai::ToolOptions = __fastroai::ToolOptions::DEFAULT;
        fn definition() -> &'static __fastroai::Arc<__fastroai::ToolDefinition> {
            static DEFINITION: __fastroai::LazyLock<
                __fastroai::Arc<__fastroai::ToolDefinition>,
            > = __fastroai::LazyLock::new(|| {
                let schema = __fastroai::ArgumentsSchema::new();
                __fastroai::Arc::new(
                    __fastroai::ToolDefinition::new(
                        "count",
                        "Count the books.",
                        schema.finish(),
                    ),
                )
            });
            &DEFINITION
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unused_variables, unreachable_code, unreachable_patterns)]
    impl<__Agent> __fastroai::Tool<__Agent> for count
    where
        __Agent: __fastroai::Provide<Books> + __fastroai::Sync + ?__fastroai::Sized,
    {
        fn call<'__call>(
            agent: &'__call __Agent,
            arguments: __fastroai::Arguments<'__call>,
            run: __fastroai::RunContext<'__call>,
        ) -> __fastroai::ToolFuture<'__call> {
            __fastroai::Box::pin(async move {
                arguments.read(&[])?.check()?;
                let books = <__fastroai::Blocking as __fastroai::Detach<
                    Books,
                >>::detach(<__Agent as __fastroai::Provide<Books>>::provide(agent));
                let run = run.detach();
                __fastroai::blocking(move || {
                        let returned = count(&books, run);
                        match __fastroai::Returned(returned).split() {
                            __fastroai::Ok(value) => {
                                __fastroai::ToolOutput::to_reply(&value)
                            }
                            __fastroai::Err(error) => {
                                __fastroai::Err(
                                    __fastroai::ToolFailure::into_tool_error(error),
                                )
                            }
                        }
                    })
                    .await
            })
        }
    }
};
