#[allow(clippy::implicit_hasher, clippy::needless_pass_by_value, clippy::unused_async)]
/// Pay an amount back.
async fn refund(cents: u32, till: &Till) -> String {
    till.refund(cents).await
}
///The tool of [`refund()`](fn@refund).
#[allow(
    dead_code,
    missing_copy_implementations,
    missing_debug_implementations,
    non_camel_case_types
)]
struct refund {}
const _: () = {
    use ::fastroai::__private as __fastroai;
    #[allow(unused_imports)]
    use __fastroai::WithoutError as _;
    const _: () = __fastroai::numeric::<u32>();
    static __LIMITS_OF_REFUND_CENTS: __fastroai::Limits = __fastroai::Limits::new()
        .least(__fastroai::Bound::Integer(1))
        .most(__fastroai::Bound::Integer(100));
    #[automatically_derived]
    impl __fastroai::ToolInfo for refund {
        const NAMES: &'static [&'static str] = &["refund"];
        const OPTIONS: __fastroai::ToolOptions = __fastroai::ToolOptions {
            approval: __fastroai::ToolApproval::Asked,
            ..__fastroai::ToolOptions::DEFAULT
        };
        fn definition() -> &'static __fastroai::Arc<__fastroai::ToolDefinition> {
            static DEFINITION: __fastroai::LazyLock<
                __fastroai::Arc<__fastroai::ToolDefinition>,
            > = __fastroai::LazyLock::new(|| {
                let mut schema = __fastroai::ArgumentsSchema::new();
                <u32 as __fastroai::ToolArg>::describe(&mut schema, "cents", "");
                schema.limit("cents", &__LIMITS_OF_REFUND_CENTS);
                __fastroai::Arc::new(
                    __fastroai::ToolDefinition::new(
                        "refund",
                        "Pay an amount back.",
                        schema.finish(),
                    ),
                )
            });
            &DEFINITION
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unused_variables, unreachable_code, unreachable_patterns)]
    impl<__Agent> __fastroai::Tool<__Agent> for refund
    where
        __Agent: __fastroai::Provide<Till> + __fastroai::Sync + ?__fastroai::Sized,
    {
        fn call<'__call>(
            agent: &'__call __Agent,
            arguments: __fastroai::Arguments<'__call>,
            run: __fastroai::RunContext<'__call>,
        ) -> __fastroai::ToolFuture<'__call> {
            __fastroai::Box::pin(async move {
                let mut fields = arguments.read(&["cents"])?;
                fields.hold("cents", &__LIMITS_OF_REFUND_CENTS);
                let (__fastroai::Some(cents), __fastroai::Ok(())) = (
                    <u32 as __fastroai::ToolArg>::read(&mut fields, "cents"),
                    fields.check(),
                ) else {
                    return __fastroai::Err(fields.misfit());
                };
                let returned = __fastroai::send(
                        refund(
                            cents,
                            <__Agent as __fastroai::Provide<Till>>::provide(agent),
                        ),
                    )
                    .await;
                match __fastroai::Returned(returned).split() {
                    __fastroai::Ok(value) => __fastroai::ToolOutput::to_reply(&value),
                    __fastroai::Err(error) => {
                        __fastroai::Err(__fastroai::ToolFailure::into_tool_error(error))
                    }
                }
            })
        }
        fn check_arguments(arguments: __fastroai::Arguments<'_>) -> __fastroai::ToolFit {
            let mut fields = arguments.read(&["cents"])?;
            fields.hold("cents", &__LIMITS_OF_REFUND_CENTS);
            let (__fastroai::Some(cents), __fastroai::Ok(())) = (
                <u32 as __fastroai::ToolArg>::read(&mut fields, "cents"),
                fields.check(),
            ) else {
                return __fastroai::Err(fields.misfit());
            };
            __fastroai::Ok(())
        }
    }
};
