//! A library whose lints are as strict as they get.
#![deny(warnings, missing_docs, unused, nonstandard_style, future_incompatible, rust_2018_idioms)]
#![deny(
    missing_debug_implementations,
    missing_copy_implementations,
    unreachable_pub,
    unused_qualifications
)]
#![deny(
    let_underscore,
    single_use_lifetimes,
    unused_lifetimes,
    elided_lifetimes_in_paths,
    unused_results
)]

use std::sync::Arc;

use fastroai::prelude::*;

/// Books.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Catalogue;

#[toolset]
impl Catalogue {
    /// Find a book.
    #[safe_tool]
    pub(crate) async fn find_book(
        &self,
        title: String,
        #[context] _names: &[String],
        #[context] _run: &RunContext<'_>,
    ) -> String {
        title
    }

    /// Sell a book.
    #[safe_tool]
    #[deprecated]
    fn sell_book(&self) -> Option<String> {
        None
    }
}

/// Readers.
#[derive(Debug, Clone, Copy)]
pub struct Readers<'a> {
    name: &'a str,
}

#[toolset]
impl Readers<'_> {
    /// The reader.
    #[safe_tool]
    pub async fn reader(&self) -> String {
        self.name.to_owned()
    }
}

/// You look things up.
#[agent(model = "offline:demo", description = "Looks things up.")]
#[derive(Debug, Clone, Copy)]
pub struct Research;

/// You keep a library.
#[agent(
    model = "offline:demo",
    prefix = "lib_",
    tools = [self.catalogue, self.readers, self.research, prefix("old_", self.archive)]
)]
#[derive(Debug, Clone)]
pub struct Librarian<'a> {
    catalogue: Catalogue,
    archive: Arc<Catalogue>,
    readers: &'a Readers<'a>,
    research: Research,
    names: Arc<[String]>,
}

macro_rules! shelf {
    ($name:ident, $value:ty, $docs:literal) => {
        #[doc = $docs]
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        #[toolset]
        impl $name {
            #[doc = $docs]
            #[safe_tool]
            pub async fn shelf(&self, shelf: $value) -> $value {
                shelf
            }
        }
    };
}

macro_rules! keeper {
    ($name:ident, $docs:literal, $tool:ident) => {
        #[doc = $docs]
        #[agent(model = "offline:demo", tools = [$tool, self.catalogue, prefix("more_", $tool)])]
        #[derive(Debug, Clone)]
        pub struct $name {
            catalogue: Catalogue,
            names: Arc<[String]>,
        }
    };
}

/// Count the books.
#[safe_tool]
async fn count(#[context] names: &[String]) -> usize {
    names.len()
}

keeper!(Keeper, "You keep books.", count);

shelf!(First, u8, "The first shelf.");
shelf!(Second, Option<String>, "The second shelf.");

/// You count.
#[agent(model = "offline:demo", tools = [self.0, prefix("second_", self.1)])]
#[derive(Debug, Clone, Copy)]
pub struct Counter(First, Second);

fn main() {
    let readers = Readers { name: "Jane" };
    let librarian = Librarian {
        catalogue: Catalogue,
        archive: Arc::new(Catalogue),
        readers: &readers,
        research: Research,
        names: Arc::new([]),
    };
    assert_eq!(librarian.tools().len(), 6);
    assert_eq!(Counter(First, Second).tools().len(), 2);
    assert_eq!(Keeper { catalogue: Catalogue, names: Arc::new([]) }.tools().len(), 4);
    #[derive(Clone)]
    struct Local;
    #[toolset]
    impl Local {
        /// One.
        #[safe_tool]
        async fn one(&self) -> u8 {
            1
        }
    }
    /// You count.
    #[agent(model = "offline:demo", tools = [self.local])]
    struct Agent {
        local: Local,
    }
    assert_eq!(Agent { local: Local }.tools().len(), 1);
}
