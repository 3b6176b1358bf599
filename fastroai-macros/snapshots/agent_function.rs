/// You sort messages.
pub fn classify<'__call>(
    subject: &str,
    orders: &'__call Orders,
) -> ::fastroai::__private::Call<'__call, Category> {
    ::fastroai::__private::answers::<Result<AgentResponse<Category>>>();
    let __instructions = ::fastroai::__private::format!("Sort {}.", subject);
    let prompt = || { format!("Subject: {subject}") };
    let prompt = ::fastroai::__private::Prompt::into_prompt(prompt());
    {
        struct ClassifyAgent<'__call> {
            __instructions: ::fastroai::__private::String,
            orders: &'__call Orders,
        }
        const _: () = {
            use ::fastroai::__private as __fastroai;
            #[allow(unused_imports)]
            use __fastroai::NoFacts as _;
            #[automatically_derived]
            impl<'__call> __fastroai::AgentSpec for ClassifyAgent<'__call>
            where
                Orders: __fastroai::Shared,
            {
                type Output = Category;
                fn output(&self) -> __fastroai::OutputSpec<'_, Self::Output> {
                    __fastroai::typed::<Category>()
                }
                fn config(&self) -> &__fastroai::AgentConfig {
                    static CONFIG: __fastroai::LazyLock<__fastroai::AgentConfig> = __fastroai::LazyLock::new(||
                    { __fastroai::AgentConfig::new("classify", "openai:gpt-4o-mini") });
                    &CONFIG
                }
                fn instructions(&self) -> __fastroai::Cow<'_, str> {
                    __fastroai::Cow::Borrowed(&self.__instructions)
                }
                fn tools(&self) -> __fastroai::Vec<__fastroai::BoundTool<'_>> {
                    __fastroai::vec![< order as __fastroai::Tool < Self >> ::bind(self)]
                }
            }
            #[automatically_derived]
            impl<'__call> __fastroai::Provide<Orders> for ClassifyAgent<'__call> {
                fn provide(&self) -> &Orders {
                    &*self.orders
                }
            }
            const _: () = __fastroai::check_model("openai:gpt-4o-mini", true);
            const __TOOLS: [__fastroai::Listed; 1] = [
                __fastroai::Listed {
                    shown: "order",
                    prefix: "",
                    names: <__fastroai::ToolFacts<fn() -> order>>::NAMES,
                    options: <__fastroai::ToolFacts<fn() -> order>>::OPTIONS,
                    depth: <__fastroai::ToolFacts<fn() -> order>>::DEPTH,
                },
            ];
            const __TIMEOUT: __fastroai::Option<__fastroai::Duration> = __fastroai::Option::None;
            const __GRANTS: __fastroai::Option<&[&str]> = __fastroai::Some(&[]);
            const _: () = __fastroai::check_entry(&__TOOLS, 0, __TIMEOUT, __GRANTS);
        };
        #[allow(non_local_definitions)]
        const _: () = {
            use ::fastroai::__private as __fastroai;
            #[allow(unused_imports)]
            use __fastroai::NoOutputFacts as _;
            #[automatically_derived]
            impl __fastroai::Contracted for classify {
                fn contract() -> __fastroai::Contract {
                    __fastroai::Contract::of_function(
                        "classify",
                        "Sort {subject}.",
                        &[("", <order as __fastroai::ToolInfo>::definition())],
                        <__fastroai::OutputFacts<Category>>::schema(),
                    )
                }
            }
        };
        ::fastroai::__private::ask(
            ClassifyAgent {
                __instructions,
                orders,
            },
            prompt,
        )
    }
}
///The tool of [`classify()`](fn@classify).
#[allow(
    dead_code,
    missing_copy_implementations,
    missing_debug_implementations,
    non_camel_case_types
)]
pub struct classify {}
const _: () = {
    use ::fastroai::__private as __fastroai;
    #[allow(unused_imports)]
    use __fastroai::WithoutError as _;
    #[allow(unused_imports)]
    use __fastroai::NoFacts as _;
    #[automatically_derived]
    impl __fastroai::ToolInfo for classify {
        const NAMES: &'static [&'static str] = &["classify"];
        const OPTIONS: __fastroai::ToolOptions = __fastroai::agent_options(
            __fastroai::Option::None,
        );
        const AGENTS_CALL_EACH_OTHER_IN_A_RING: u32 = __fastroai::depth([
            <__fastroai::ToolFacts<fn() -> order>>::DEPTH,
        ]);
        fn definition() -> &'static __fastroai::Arc<__fastroai::ToolDefinition> {
            static DEFINITION: __fastroai::LazyLock<
                __fastroai::Arc<__fastroai::ToolDefinition>,
            > = __fastroai::LazyLock::new(|| {
                let mut schema = __fastroai::ArgumentsSchema::new();
                <::std::string::String as __fastroai::ToolArg>::describe(
                    &mut schema,
                    "subject",
                    "",
                );
                __fastroai::Arc::new(
                    __fastroai::ToolDefinition::new(
                        "classify",
                        "Sorts a message.",
                        schema.finish(),
                    ),
                )
            });
            &DEFINITION
        }
    }
    #[automatically_derived]
    #[allow(deprecated, unused_variables, unreachable_code, unreachable_patterns)]
    impl<__Agent> __fastroai::Tool<__Agent> for classify
    where
        __Agent: __fastroai::Provide<Orders> + __fastroai::Sync + ?__fastroai::Sized,
    {
        fn call<'__call>(
            agent: &'__call __Agent,
            arguments: __fastroai::Arguments<'__call>,
            run: __fastroai::RunContext<'__call>,
        ) -> __fastroai::ToolFuture<'__call> {
            __fastroai::Box::pin(async move {
                let mut fields = arguments.read(&["subject"])?;
                let (__fastroai::Some(subject), __fastroai::Ok(())) = (
                    <::std::string::String as __fastroai::ToolArg>::read(
                        &mut fields,
                        "subject",
                    ),
                    fields.check(),
                ) else {
                    return __fastroai::Err(fields.misfit());
                };
                let returned = __fastroai::send(
                        classify(
                            &subject,
                            <__Agent as __fastroai::Provide<Orders>>::provide(agent),
                        ),
                    )
                    .await;
                match __fastroai::Returned(returned).split() {
                    __fastroai::Ok(value) => {
                        __fastroai::ToolOutput::to_reply(&value.output)
                    }
                    __fastroai::Err(error) => {
                        __fastroai::Err(__fastroai::ToolFailure::into_tool_error(error))
                    }
                }
            })
        }
    }
};
