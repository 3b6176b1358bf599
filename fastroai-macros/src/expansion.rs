//! What users compile, as snapshots to be read in review.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test -p fastroai-macros` writes them anew.

use std::path::Path;
use std::{env, fs};

use proc_macro2::TokenStream;
use quote::quote;

use crate::{agent, test_fn, tool, toolset};

fn assert_snapshot(name: &str, code: TokenStream) {
    let file = syn::parse2(code).expect("an expansion is a file of items");
    let expansion = prettyplease::unparse(&file);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots").join(name);
    if env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &expansion).expect("a snapshot can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(expansion, expected, "the expansion is not as in {}", path.display());
}

#[test]
fn an_async_tool_reads_its_arguments_and_borrows_its_context() {
    let item = quote! {
        /// Current weather for a city.
        pub async fn weather(
            /// City name.
            city: String,
            #[tool(default = 3)] days: u8,
            #[context] http: &Client,
        ) -> Result<Weather, Error> {
            http.get(city, days).await
        }
    };
    let keys = quote!(effect = read_only, timeout = "10s", attempts = 3);
    assert_snapshot("async_tool.rs", tool::expand(keys, item));
}

#[test]
fn a_blocking_tool_gets_a_clone_of_its_context() {
    let item = quote! {
        /// Count the books.
        fn count(#[context] books: &Books, #[context] run: RunContext<'_>) -> usize {
            books.len() + run.turn()
        }
    };
    assert_snapshot("blocking_tool.rs", tool::expand(TokenStream::new(), item));
}

#[test]
fn a_tool_that_needs_an_approval_reads_its_arguments_by_themselves() {
    let item = quote! {
        /// Pay an amount back.
        async fn refund(#[tool(range(1..=100))] cents: u32, #[context] till: &Till) -> String {
            till.refund(cents).await
        }
    };
    assert_snapshot("approved_tool.rs", tool::expand(quote!(approve), item));
}

#[test]
fn a_tool_with_mistakes_leaves_a_stand_in() {
    let item = quote! {
        /// Find a book.
        async fn find(title: &str, shelf: u32) -> String {
            lookup(title, shelf)
        }
    };
    assert_snapshot("mistaken_tool.rs", tool::expand(quote!(shade = "dark"), item));
}

#[test]
fn an_agent_lends_its_fields() {
    let item = quote! {
        /// You are a travel assistant.
        #[derive(Clone)]
        struct Travel<'a, S: Store> {
            http: Arc<Client>,
            places: &'a Places,
            store: S,
            #[context(skip)]
            log: Log,
            runtime: Runtime,
        }
    };
    let keys = quote!(
        model = "openai:gpt-4o-mini",
        tools = [weather, places::find],
        output = Plan,
        budget = "$0.05",
        timeout = "1m30s"
    );
    assert_snapshot("agent.rs", agent::expand(keys, item));
}

#[test]
fn a_toolset_is_a_type_for_each_of_its_methods() {
    let item = quote! {
        impl<'a, T: Store> Catalogue<'a, T> {
            /// Find a book.
            #[safe_tool(effect = read_only)]
            pub async fn find(
                &self,
                #[tool(default = "any")] title: String,
                #[context] readers: &Readers,
            ) -> Option<Book> {
                self.store.find(title, readers).await
            }

            /// Count the books.
            #[cfg(feature = "count")]
            #[safe_tool]
            fn count(&self) -> usize {
                self.len()
            }

            fn len(&self) -> usize {
                self.store.len()
            }
        }
    };
    assert_snapshot("toolset.rs", toolset::expand(TokenStream::new(), item));
}

#[test]
fn an_agent_lists_fields_and_can_be_listed() {
    let item = quote! {
        /// You keep a library.
        struct Librarian {
            catalogue: Arc<Catalogue>,
            archive: Catalogue,
            #[cfg(feature = "web")]
            web: Web,
        }
    };
    let keys = quote!(
        model = "offline:demo",
        description = "Finds books.",
        timeout = "60s",
        prefix = "lib_",
        tools = [weather, self.catalogue, prefix("old_", self.archive), self.web]
    );
    assert_snapshot("listing_agent.rs", agent::expand(keys, item));
}

#[test]
fn an_agent_with_open_entries_checks_them_where_its_parameters_are_known() {
    let item = quote! {
        /// You keep a library.
        struct Librarian<T: Store> {
            catalogue: Catalogue<T>,
        }
    };
    let keys = quote!(model = "offline:demo", tools = [self.catalogue]);
    assert_snapshot("generic_listing_agent.rs", agent::expand(keys, item));
}

#[test]
fn a_tool_tells_its_limits_and_holds_arguments_to_them() {
    let item = quote! {
        /// Book seats.
        async fn book(
            #[tool(pattern = "^[A-Z]{3}$", example = "LIS")] airport: String,
            #[tool(range(1..=10), default = 1)] seats: u8,
        ) -> String {
            airport
        }
    };
    assert_snapshot("limited_tool.rs", tool::expand(TokenStream::new(), item));
}

#[test]
fn an_agent_function_makes_a_call() {
    let item = quote! {
        /// You sort messages.
        pub async fn classify(
            subject: &str,
            #[context] orders: &Orders,
        ) -> Result<AgentResponse<Category>> {
            format!("Subject: {subject}")
        }
    };
    let keys = quote!(
        model = "openai:gpt-4o-mini",
        tools = [order],
        description = "Sorts a message.",
        instructions = "Sort {subject}."
    );
    assert_snapshot("agent_function.rs", agent::expand(keys, item));
}

#[test]
fn an_agent_function_with_mistakes_leaves_a_stand_in() {
    let item = quote! {
        /// You sort messages.
        async fn classify(subject: &str) -> Result<Category> {
            subject
        }
    };
    assert_snapshot(
        "mistaken_agent_function.rs",
        agent::expand(quote!(model = "offline:demo"), item),
    );
}

#[test]
fn a_test_is_run_within_its_setup() {
    let item = quote! {
        /// Whether it rains.
        #[ignore]
        async fn umbrella() -> Result<()> {
            ask().await
        }
    };
    let keys = quote!(cassette = "trip", max_cost = "$0.02", start_paused);
    assert_snapshot("test.rs", test_fn::expand(keys, item));
}
