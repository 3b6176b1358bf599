/// You are a travel assistant.
#[derive(Clone)]
struct Travel<'a, S: Store> {
    http: Arc<Client>,
    places: &'a Places,
    store: S,
    log: Log,
    runtime: Runtime,
}
const _: () = {
    use ::fastroai::__private as __fastroai;
    #[allow(unused_imports)]
    use __fastroai::NoFacts as _;
    #[automatically_derived]
    impl<'a, S: Store> __fastroai::AgentSpec for Travel<'a, S>
    where
        Arc<Client>: __fastroai::Shared,
        &'a Places: __fastroai::Shared,
        S: __fastroai::Shared,
        Log: __fastroai::Shared,
        Runtime: __fastroai::Shared,
    {
        type Output = Plan;
        fn output(&self) -> __fastroai::OutputSpec<'_, Self::Output> {
            __fastroai::typed::<Plan>()
        }
        fn config(&self) -> &__fastroai::AgentConfig {
            static CONFIG: __fastroai::LazyLock<__fastroai::AgentConfig> = __fastroai::LazyLock::new(||
            {
                __fastroai::AgentConfig::new("Travel", "openai:gpt-4o-mini")
                    .budget(__fastroai::Cost::from_picodollars(50_000_000_000))
                    .timeout(__fastroai::Duration::from_secs(90))
            });
            &CONFIG
        }
        fn instructions(&self) -> __fastroai::Cow<'_, str> {
            __fastroai::Cow::Borrowed("You are a travel assistant.")
        }
        fn tools(&self) -> __fastroai::Vec<__fastroai::BoundTool<'_>> {
            __fastroai::vec![
                < weather as __fastroai::Tool < Self >> ::bind(self), < places::find as
                __fastroai::Tool < Self >> ::bind(self)
            ]
        }
        fn runtime(&self) -> __fastroai::Option<&__fastroai::Runtime> {
            __fastroai::as_runtime(&self.runtime)
        }
    }
    #[automatically_derived]
    impl<'a, S: Store> __fastroai::ToolsetInfo for Travel<'a, S>
    where
        Arc<Client>: __fastroai::Shared,
        &'a Places: __fastroai::Shared,
        S: __fastroai::Shared,
        Log: __fastroai::Shared,
        Runtime: __fastroai::Shared,
    {
        const NAMES: &'static [&'static str] = &[];
        const OPTIONS: &'static [__fastroai::ToolOptions] = &[];
        const AGENTS_CALL_EACH_OTHER_IN_A_RING: u32 = __fastroai::depth([
            <__fastroai::ToolFacts<fn() -> weather>>::DEPTH,
            <__fastroai::ToolFacts<fn() -> places::find>>::DEPTH,
        ]);
    }
    #[automatically_derived]
    impl<'a, S: Store, __Agent: ?__fastroai::Sized> __fastroai::Toolset<__Agent>
    for Travel<'a, S>
    where
        Arc<Client>: __fastroai::Shared,
        &'a Places: __fastroai::Shared,
        S: __fastroai::Shared,
        Log: __fastroai::Shared,
        Runtime: __fastroai::Shared,
        Travel<'a, S>: __fastroai::Described<__Agent>,
    {
        fn bind<'__call>(
            &'__call self,
            _: &'__call __Agent,
        ) -> __fastroai::Vec<__fastroai::BoundTool<'__call>> {
            __fastroai::Vec::new()
        }
    }
    #[automatically_derived]
    impl<'a, S: Store> __fastroai::Provide<Arc<Client>> for Travel<'a, S> {
        fn provide(&self) -> &Arc<Client> {
            &self.http
        }
    }
    #[automatically_derived]
    impl<'a, S: Store> __fastroai::Provide<&'a Places> for Travel<'a, S> {
        fn provide(&self) -> &&'a Places {
            &self.places
        }
    }
    #[automatically_derived]
    impl<'a, S: Store> __fastroai::Provide<Runtime> for Travel<'a, S> {
        fn provide(&self) -> &Runtime {
            &self.runtime
        }
    }
    #[automatically_derived]
    impl<'a, S: Store> __fastroai::Provide<Client> for Travel<'a, S> {
        fn provide(&self) -> &Client {
            &*self.http
        }
    }
    #[automatically_derived]
    impl<'a, S: Store> __fastroai::Provide<Places> for Travel<'a, S> {
        fn provide(&self) -> &Places {
            &*self.places
        }
    }
    const _: () = __fastroai::check_model("openai:gpt-4o-mini", true);
    const __TOOLS: [__fastroai::Listed; 2] = [
        __fastroai::Listed {
            shown: "weather",
            prefix: "",
            names: <__fastroai::ToolFacts<fn() -> weather>>::NAMES,
            options: <__fastroai::ToolFacts<fn() -> weather>>::OPTIONS,
            depth: <__fastroai::ToolFacts<fn() -> weather>>::DEPTH,
        },
        __fastroai::Listed {
            shown: "places::find",
            prefix: "",
            names: <__fastroai::ToolFacts<fn() -> places::find>>::NAMES,
            options: <__fastroai::ToolFacts<fn() -> places::find>>::OPTIONS,
            depth: <__fastroai::ToolFacts<fn() -> places::find>>::DEPTH,
        },
    ];
    const __TIMEOUT: __fastroai::Option<__fastroai::Duration> = __fastroai::Some(
        __fastroai::Duration::from_secs(90),
    );
    const __GRANTS: __fastroai::Option<&[&str]> = __fastroai::Some(&[]);
    const _: () = __fastroai::check_entry(&__TOOLS, 0, __TIMEOUT, __GRANTS);
    const _: () = __fastroai::check_entry(&__TOOLS, 1, __TIMEOUT, __GRANTS);
};
