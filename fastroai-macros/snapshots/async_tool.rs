#[allow(clippy::implicit_hasher, clippy::needless_pass_by_value, clippy::unused_async)]
/// Current weather for a city.
pub async fn weather(city: String, days: u8, http: &Client) -> Result<Weather, Error> {
    http.get(city, days).await
}
///The tool of [`weather()`](fn@weather).
#[allow(
    dead_code,
    missing_copy_implementations,
    missing_debug_implementations,
    non_camel_case_types
)]
pub struct weather {}
const _: () = {
    use ::fastroai::__private as __fastroai;
    #[allow(unused_imports)]
    use __fastroai::WithoutError as _;
    fn __default_of_weather_days() -> u8 {
        3
    }
    #[automatically_derived]
    impl __fastroai::ToolInfo for weather {
        const NAMES: &'static [&'static str] = &["weather"];
        const OPTIONS: __fastroai::ToolOptions = __fastroai::ToolOptions {
            timeout: __fastroai::Duration::from_secs(10),
            attempts: 3,
            effect: __fastroai::Effect::ReadOnly,
            ..__fastroai::ToolOptions::DEFAULT
        };
        fn definition() -> &'static __fastroai::Arc<__fastroai::ToolDefinition> {
            static DEFINITION: __fastroai::LazyLock<
                __fastroai::Arc<__fastroai::ToolDefinition>,
            > = __fastroai::LazyLock::new(|| {
                let mut schema = __fastroai::ArgumentsSchema::new();
                <String as __fastroai::ToolArg>::describe(
                    &mut schema,
                    "city",
                    "City name.",
                );
                <u8 as __fastroai::ToolArg>::describe_or(
                    &mut schema,
                    "days",
                    "",
                    <u8 as __fastroai::ToolDefault>::to_json(
                        &__default_of_weather_days(),
                    ),
                );
                __fastroai::Arc::new(
                    __fastroai::ToolDefinition::new(
                        "weather",
                        "Current weather for a city.",
                        schema.finish(),
                    ),
                )
            });
            &DEFINITION
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unused_variables, unreachable_code, unreachable_patterns)]
    impl<__Agent> __fastroai::Tool<__Agent> for weather
    where
        __Agent: __fastroai::Provide<Client> + __fastroai::Sync + ?__fastroai::Sized,
    {
        fn call<'__call>(
            agent: &'__call __Agent,
            arguments: __fastroai::Arguments<'__call>,
            run: __fastroai::RunContext<'__call>,
        ) -> __fastroai::ToolFuture<'__call> {
            __fastroai::Box::pin(async move {
                let mut fields = arguments.read(&["city", "days"])?;
                let (
                    __fastroai::Some(city),
                    __fastroai::Some(days),
                    __fastroai::Ok(()),
                ) = (
                    <String as __fastroai::ToolArg>::read(&mut fields, "city"),
                    <u8 as __fastroai::ToolArg>::read_or(
                        &mut fields,
                        "days",
                        __default_of_weather_days,
                    ),
                    fields.check(),
                ) else {
                    return __fastroai::Err(fields.misfit());
                };
                let returned = __fastroai::send(
                        weather(
                            city,
                            days,
                            <__Agent as __fastroai::Provide<Client>>::provide(agent),
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
    }
};
