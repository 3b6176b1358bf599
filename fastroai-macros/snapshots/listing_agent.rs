/// You keep a library.
struct Librarian {
    catalogue: Arc<Catalogue>,
    archive: Catalogue,
    #[cfg(feature = "web")]
    web: Web,
}
const _: () = {
    use ::fastroai::__private as __fastroai;
    #[allow(unused_imports)]
    use __fastroai::NoFacts as _;
    #[automatically_derived]
    impl __fastroai::AgentSpec for Librarian
    where
        Arc<Catalogue>: __fastroai::Shared,
        Catalogue: __fastroai::Shared,
    {
        type Output = __fastroai::String;
        fn output(&self) -> __fastroai::OutputSpec<'_, Self::Output> {
            __fastroai::typed::<__fastroai::String>()
        }
        fn config(&self) -> &__fastroai::AgentConfig {
            static CONFIG: __fastroai::LazyLock<__fastroai::AgentConfig> = __fastroai::LazyLock::new(||
            {
                __fastroai::AgentConfig::new("Librarian", "offline:demo")
                    .timeout(__fastroai::Duration::from_secs(60))
            });
            &CONFIG
        }
        fn instructions(&self) -> __fastroai::Cow<'_, str> {
            __fastroai::Cow::Borrowed("You keep a library.")
        }
        fn tools(&self) -> __fastroai::Vec<__fastroai::BoundTool<'_>> {
            __fastroai::join([
                __fastroai::Vec::from([
                    __fastroai::BoundTool::prefixed(
                        <weather as __fastroai::Tool<Self>>::bind(self),
                        "lib_",
                    ),
                ]),
                __fastroai::prefixed(
                    "lib_",
                    <Arc<
                        Catalogue,
                    > as __fastroai::Toolset<Self>>::bind(&self.catalogue, self),
                ),
                __fastroai::prefixed(
                    "lib_old_",
                    <Catalogue as __fastroai::Toolset<Self>>::bind(&self.archive, self),
                ),
                #[cfg(feature = "web")]
                __fastroai::prefixed(
                    "lib_",
                    <Web as __fastroai::Toolset<Self>>::bind(&self.web, self),
                ),
            ])
        }
    }
    #[automatically_derived]
    impl __fastroai::ToolsetInfo for Librarian
    where
        Arc<Catalogue>: __fastroai::Shared,
        Catalogue: __fastroai::Shared,
    {
        const NAMES: &'static [&'static str] = &["librarian"];
        const OPTIONS: &'static [__fastroai::ToolOptions] = &[
            __fastroai::agent_options(
                __fastroai::Some(__fastroai::Duration::from_secs(60)),
            ),
        ];
        const AGENTS_CALL_EACH_OTHER_IN_A_RING: u32 = __fastroai::depth([
            <__fastroai::ToolFacts<fn() -> weather>>::DEPTH,
            <__fastroai::ToolsetFacts<Arc<Catalogue>>>::DEPTH,
            <__fastroai::ToolsetFacts<Catalogue>>::DEPTH,
            #[cfg(feature = "web")]
            <__fastroai::ToolsetFacts<Web>>::DEPTH,
        ]);
    }
    #[automatically_derived]
    impl<__Agent: ?__fastroai::Sized> __fastroai::Toolset<__Agent> for Librarian
    where
        Arc<Catalogue>: __fastroai::Shared,
        Catalogue: __fastroai::Shared,
    {
        fn bind<'__call>(
            &'__call self,
            _: &'__call __Agent,
        ) -> __fastroai::Vec<__fastroai::BoundTool<'__call>> {
            static DEFINITION: __fastroai::LazyLock<
                __fastroai::Arc<__fastroai::ToolDefinition>,
            > = __fastroai::LazyLock::new(|| {
                __fastroai::agent_definition("librarian", "Finds books.")
            });
            __fastroai::bind_agent(
                self,
                &DEFINITION,
                __fastroai::agent_options(
                    __fastroai::Some(__fastroai::Duration::from_secs(60)),
                ),
            )
        }
    }
    #[automatically_derived]
    impl __fastroai::Provide<Arc<Catalogue>> for Librarian {
        fn provide(&self) -> &Arc<Catalogue> {
            &self.catalogue
        }
    }
    #[automatically_derived]
    impl __fastroai::Provide<Catalogue> for Librarian {
        fn provide(&self) -> &Catalogue {
            &self.archive
        }
    }
    #[cfg(feature = "web")]
    #[automatically_derived]
    impl __fastroai::Provide<Web> for Librarian {
        fn provide(&self) -> &Web {
            &self.web
        }
    }
    const _: () = __fastroai::check_model("offline:demo", true);
    const __TOOLS: [__fastroai::Listed; 4] = [
        __fastroai::Listed {
            shown: "weather",
            prefix: "lib_",
            names: <__fastroai::ToolFacts<fn() -> weather>>::NAMES,
            options: <__fastroai::ToolFacts<fn() -> weather>>::OPTIONS,
            depth: <__fastroai::ToolFacts<fn() -> weather>>::DEPTH,
        },
        __fastroai::Listed {
            shown: "self.catalogue",
            prefix: "lib_",
            names: <__fastroai::ToolsetFacts<Arc<Catalogue>>>::NAMES,
            options: <__fastroai::ToolsetFacts<Arc<Catalogue>>>::OPTIONS,
            depth: <__fastroai::ToolsetFacts<Arc<Catalogue>>>::DEPTH,
        },
        __fastroai::Listed {
            shown: "self.archive",
            prefix: "lib_old_",
            names: <__fastroai::ToolsetFacts<Catalogue>>::NAMES,
            options: <__fastroai::ToolsetFacts<Catalogue>>::OPTIONS,
            depth: <__fastroai::ToolsetFacts<Catalogue>>::DEPTH,
        },
        #[cfg(feature = "web")]
        __fastroai::Listed {
            shown: "self.web",
            prefix: "lib_",
            names: <__fastroai::ToolsetFacts<Web>>::NAMES,
            options: <__fastroai::ToolsetFacts<Web>>::OPTIONS,
            depth: <__fastroai::ToolsetFacts<Web>>::DEPTH,
        },
        #[cfg(not(all(feature = "web")))]
        __fastroai::Listed {
            shown: "self.web",
            prefix: "lib_",
            names: <__fastroai::ToolsetFacts<()>>::NAMES,
            options: <__fastroai::ToolsetFacts<()>>::OPTIONS,
            depth: <__fastroai::ToolsetFacts<()>>::DEPTH,
        },
    ];
    const __TIMEOUT: __fastroai::Option<__fastroai::Duration> = __fastroai::Some(
        __fastroai::Duration::from_secs(60),
    );
    const __GRANTS: __fastroai::Option<&[&str]> = __fastroai::Some(&[]);
    const _: () = __fastroai::check_entry(&__TOOLS, 0, __TIMEOUT, __GRANTS);
    const _: () = __fastroai::check_entry(&__TOOLS, 1, __TIMEOUT, __GRANTS);
    const _: () = __fastroai::check_entry(&__TOOLS, 2, __TIMEOUT, __GRANTS);
    const _: () = __fastroai::check_entry(&__TOOLS, 3, __TIMEOUT, __GRANTS);
};
