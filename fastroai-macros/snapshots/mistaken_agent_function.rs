#[allow(unused_variables, clippy::empty_loop)]
/// You sort messages.
fn classify(subject: &str) -> ::fastroai::__private::Call<'static, Category> {
    loop {}
}
impl ::fastroai::__private::Contracted for classify {
    fn contract() -> ::fastroai::__private::Contract {
        loop {}
    }
}
///The agent of [`classify()`](fn@classify).
#[allow(
    dead_code,
    missing_copy_implementations,
    missing_debug_implementations,
    non_camel_case_types
)]
struct classify {}
const _: () = {
    use ::fastroai::__private as __fastroai;
    #[automatically_derived]
    impl __fastroai::ToolInfo for classify {
        const NAMES: &'static [&'static str] = &["classify"];
        const OPTIONS: __fastroai::ToolOptions = __fastroai::ToolOptions::DEFAULT;
        fn definition() -> &'static __fastroai::Arc<__fastroai::ToolDefinition> {
            __fastroai::undescribed()
        }
    }
    #[automatically_derived]
    impl<__Agent> __fastroai::Tool<__Agent> for classify
    where
        __Agent: __fastroai::ListsUndescribed<classify> + ?__fastroai::Sized,
    {
        fn call<'__call>(
            _: &'__call __Agent,
            _: __fastroai::Arguments<'__call>,
            _: __fastroai::RunContext<'__call>,
        ) -> __fastroai::ToolFuture<'__call> {
            loop {}
        }
    }
};
const _: () = {
    ::core::compile_error! {
        "an agent function answers with an `AgentResponse`: write `Result<AgentResponse<Category>>`"
    }
};
