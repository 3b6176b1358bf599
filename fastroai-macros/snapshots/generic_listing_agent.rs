/// You keep a library.
struct Librarian<T: Store> {
    catalogue: Catalogue<T>,
}
const _: () = {
    use ::fastroai::__private as __fastroai;
    #[allow(unused_imports)]
    use __fastroai::NoFacts as _;
    #[automatically_derived]
    impl<T: Store> __fastroai::AgentSpec for Librarian<T>
    where
        Catalogue<T>: __fastroai::Shared,
    {
        type Output = __fastroai::String;
        fn output(&self) -> __fastroai::OutputSpec<'_, Self::Output> {
            __fastroai::typed::<__fastroai::String>()
        }
        fn config(&self) -> &__fastroai::AgentConfig {
            static CONFIG: __fastroai::LazyLock<__fastroai::AgentConfig> = __fastroai::LazyLock::new(||
            { __fastroai::AgentConfig::new("Librarian", "offline:demo") });
            &CONFIG
        }
        fn instructions(&self) -> __fastroai::Cow<'_, str> {
            __fastroai::Cow::Borrowed("You keep a library.")
        }
        fn tools(&self) -> __fastroai::Vec<__fastroai::BoundTool<'_>> {
            const {
                __fastroai::check_entries(
                    &[
                        __fastroai::Listed {
                            shown: "self.catalogue",
                            prefix: "",
                            names: <__fastroai::ToolsetFacts<Catalogue<T>>>::NAMES,
                            options: <__fastroai::ToolsetFacts<Catalogue<T>>>::OPTIONS,
                            depth: <__fastroai::ToolsetFacts<Catalogue<T>>>::DEPTH,
                        },
                    ],
                    __fastroai::Option::None,
                    __fastroai::Some(&[]),
                )
            };
            __fastroai::join([
                <Catalogue<T> as __fastroai::Toolset<Self>>::bind(&self.catalogue, self),
            ])
        }
    }
    #[automatically_derived]
    impl<T: Store> __fastroai::ToolsetInfo for Librarian<T>
    where
        Catalogue<T>: __fastroai::Shared,
    {
        const NAMES: &'static [&'static str] = &[];
        const OPTIONS: &'static [__fastroai::ToolOptions] = &[];
        const AGENTS_CALL_EACH_OTHER_IN_A_RING: u32 = __fastroai::depth([
            <__fastroai::ToolsetFacts<Catalogue<T>>>::DEPTH,
        ]);
    }
    #[automatically_derived]
    impl<T: Store, __Agent: ?__fastroai::Sized> __fastroai::Toolset<__Agent>
    for Librarian<T>
    where
        Catalogue<T>: __fastroai::Shared,
        Librarian<T>: __fastroai::Described<__Agent>,
    {
        fn bind<'__call>(
            &'__call self,
            _: &'__call __Agent,
        ) -> __fastroai::Vec<__fastroai::BoundTool<'__call>> {
            __fastroai::Vec::new()
        }
    }
    #[automatically_derived]
    impl<T: Store> __fastroai::Provide<Catalogue<T>> for Librarian<T> {
        fn provide(&self) -> &Catalogue<T> {
            &self.catalogue
        }
    }
    const _: () = __fastroai::check_model("offline:demo", true);
};
