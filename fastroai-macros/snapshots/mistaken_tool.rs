#[allow(clippy::implicit_hasher, clippy::needless_pass_by_value, clippy::unused_async)]
/// Find a book.
async fn find(title: &str, shelf: u32) -> String {
    lookup(title, shelf)
}
///The tool of [`find()`](fn@find).
#[allow(
    dead_code,
    missing_copy_implementations,
    missing_debug_implementations,
    non_camel_case_types
)]
struct find {}
const _: () = {
    use ::fastroai::__private as __fastroai;
    #[allow(unused_imports)]
    use __fastroai::WithoutError as _;
    #[automatically_derived]
    impl __fastroai::ToolInfo for find {
        const NAMES: &'static [&'static str] = &["find"];
        const OPTIONS: __fastroai::ToolOptions = __fastroai::ToolOptions::DEFAULT;
        fn definition() -> &'static __fastroai::Arc<__fastroai::ToolDefinition> {
            static DEFINITION: __fastroai::LazyLock<
                __fastroai::Arc<__fastroai::ToolDefinition>,
            > = __fastroai::LazyLock::new(|| {
                let mut schema = __fastroai::ArgumentsSchema::new();
                <u32 as __fastroai::ToolArg>::describe(&mut schema, "shelf", "");
                __fastroai::Arc::new(
                    __fastroai::ToolDefinition::new(
                        "find",
                        "Find a book.",
                        schema.finish(),
                    ),
                )
            });
            &DEFINITION
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unused_variables, unreachable_code, unreachable_patterns)]
    impl<__Agent> __fastroai::Tool<__Agent> for find
    where
        __Agent: __fastroai::Sync + ?__fastroai::Sized,
    {
        fn call<'__call>(
            agent: &'__call __Agent,
            arguments: __fastroai::Arguments<'__call>,
            run: __fastroai::RunContext<'__call>,
        ) -> __fastroai::ToolFuture<'__call> {
            loop {}
        }
    }
};
const _: () = {
    ::core::compile_error! {
        "unknown key `shade`: the keys are `name`, `description`, `timeout`, `attempts`, `effect`, `on_error`, `on_timeout`, `sequential`, `polling`, `corrections`, `cost`, `approve`, `needs`, `roles`, `type`, `crate`"
    }
    ::core::compile_error! {
        "a tool owns its arguments, because they outlive the request: write `String`, or `#[context] title: &str` for what the agent lends"
    }
};
