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
    const __NAMES: [(&[&str], &str); 2] = [
        (<weather as __fastroai::ToolInfo>::NAMES, "weather"),
        (<places::find as __fastroai::ToolInfo>::NAMES, "places::find"),
    ];
    const _: () = __fastroai::check_names(&__NAMES, 1);
    const _: () = __fastroai::check_timeout(
        <weather as __fastroai::ToolInfo>::OPTIONS,
        "weather",
        __fastroai::Duration::from_secs(90),
    );
    const _: () = __fastroai::check_timeout(
        <places::find as __fastroai::ToolInfo>::OPTIONS,
        "places::find",
        __fastroai::Duration::from_secs(90),
    );
};
