impl<'a, T: Store> Catalogue<'a, T> {
    #[allow(
        clippy::implicit_hasher,
        clippy::needless_pass_by_value,
        clippy::unused_async,
        clippy::unused_self
    )]
    /// Find a book.
    pub async fn find(&self, title: String, readers: &Readers) -> Option<Book> {
        self.store.find(title, readers).await
    }
    #[allow(
        clippy::implicit_hasher,
        clippy::needless_pass_by_value,
        clippy::unused_async,
        clippy::unused_self
    )]
    /// Count the books.
    #[cfg(feature = "count")]
    fn count(&self) -> usize {
        self.len()
    }
    fn len(&self) -> usize {
        self.store.len()
    }
}
const _: () = {
    use ::fastroai::__private as __fastroai;
    #[allow(unused_imports)]
    use __fastroai::WithoutError as _;
    struct __Tool0 {}
    fn __default_of___Tool0_title() -> String {
        __fastroai::FromText::from("any")
    }
    #[automatically_derived]
    impl __fastroai::ToolInfo for __Tool0 {
        const NAMES: &'static [&'static str] = &["find"];
        const OPTIONS: __fastroai::ToolOptions = __fastroai::ToolOptions {
            effect: __fastroai::Effect::ReadOnly,
            ..__fastroai::ToolOptions::DEFAULT
        };
        fn definition() -> &'static __fastroai::Arc<__fastroai::ToolDefinition> {
            static DEFINITION: __fastroai::LazyLock<
                __fastroai::Arc<__fastroai::ToolDefinition>,
            > = __fastroai::LazyLock::new(|| {
                let mut schema = __fastroai::ArgumentsSchema::new();
                <String as __fastroai::ToolArg>::describe_or(
                    &mut schema,
                    "title",
                    "",
                    <String as __fastroai::ToolDefault>::to_json(
                        &__default_of___Tool0_title(),
                    ),
                );
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
    impl<'a, T: Store, __Agent> __fastroai::ToolMethod<Catalogue<'a, T>, __Agent>
    for __Tool0
    where
        __Agent: __fastroai::Provide<Readers> + __fastroai::Sync + ?__fastroai::Sized,
    {
        fn call<'__call>(
            set: &'__call Catalogue<'a, T>,
            agent: &'__call __Agent,
            arguments: __fastroai::Arguments<'__call>,
            run: __fastroai::RunContext<'__call>,
        ) -> __fastroai::ToolFuture<'__call> {
            __fastroai::Box::pin(async move {
                let mut fields = arguments.read(&["title"])?;
                let (__fastroai::Some(title), __fastroai::Ok(())) = (
                    <String as __fastroai::ToolArg>::read_or(
                        &mut fields,
                        "title",
                        __default_of___Tool0_title,
                    ),
                    fields.check(),
                ) else {
                    return __fastroai::Err(fields.misfit());
                };
                let returned = __fastroai::send(
                        <Catalogue<
                            'a,
                            T,
                        >>::find(
                            set,
                            title,
                            <__Agent as __fastroai::Provide<Readers>>::provide(agent),
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
    #[cfg(feature = "count")]
    struct __Tool1 {}
    #[cfg(feature = "count")]
    #[automatically_derived]
    impl __fastroai::ToolInfo for __Tool1 {
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
    #[cfg(feature = "count")]
    #[automatically_derived]
    #[allow(deprecated, unused_variables, unreachable_code, unreachable_patterns)]
    impl<'a, T: Store, __Agent> __fastroai::ToolMethod<Catalogue<'a, T>, __Agent>
    for __Tool1
    where
        __Agent: __fastroai::Sync + ?__fastroai::Sized,
    {
        fn call<'__call>(
            set: &'__call Catalogue<'a, T>,
            agent: &'__call __Agent,
            arguments: __fastroai::Arguments<'__call>,
            run: __fastroai::RunContext<'__call>,
        ) -> __fastroai::ToolFuture<'__call> {
            __fastroai::Box::pin(async move {
                arguments.read(&[])?.check()?;
                let set = <__fastroai::Blocking as __fastroai::DetachSelf<
                    Catalogue<'a, T>,
                >>::detach_self(set);
                __fastroai::blocking(move || {
                        let returned = <Catalogue<'a, T>>::count(&set);
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
    #[automatically_derived]
    impl<'a, T: Store> __fastroai::ToolsetInfo for Catalogue<'a, T> {
        const NAMES: &'static [&'static str] = &[
            "find",
            #[cfg(feature = "count")]
            "count",
        ];
        const OPTIONS: &'static [__fastroai::ToolOptions] = &[
            <__Tool0 as __fastroai::ToolInfo>::OPTIONS,
            #[cfg(feature = "count")]
            <__Tool1 as __fastroai::ToolInfo>::OPTIONS,
        ];
    }
    #[automatically_derived]
    impl<'a, T: Store, __Agent> __fastroai::Toolset<__Agent> for Catalogue<'a, T>
    where
        __Agent: __fastroai::Provide<Readers> + __fastroai::Sync + ?__fastroai::Sized,
    {
        fn bind<'__call>(
            &'__call self,
            agent: &'__call __Agent,
        ) -> __fastroai::Vec<__fastroai::BoundTool<'__call>> {
            __fastroai::Vec::from([
                <__Tool0 as __fastroai::ToolMethod<Self, __Agent>>::bind(self, agent),
                #[cfg(feature = "count")]
                <__Tool1 as __fastroai::ToolMethod<Self, __Agent>>::bind(self, agent),
            ])
        }
    }
};
