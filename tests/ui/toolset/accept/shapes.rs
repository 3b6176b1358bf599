#![deny(warnings)]
use std::fmt::Display;
use std::sync::Arc;

use fastroai::prelude::*;
use fastroai::tool::{DynToolset, FunctionTool};

#[derive(Debug, Clone)]
pub struct Limits(pub u32);

#[derive(Clone)]
pub struct Catalogue {
    titles: Arc<Vec<String>>,
}

#[toolset]
impl Catalogue {
    /// How many are shown.
    pub const MOST: u32 = 10;

    /// A catalogue of these.
    pub fn new(titles: &[&str]) -> Self {
        Self { titles: Arc::new(titles.iter().map(|title| (*title).to_owned()).collect()) }
    }

    /// Find books.
    #[safe_tool(effect = read_only, timeout = "5s", attempts = 2)]
    pub async fn find_books(
        &self,
        /// A word.
        word: String,
        #[tool(default = Self::MOST)] most: u32,
        author: Option<String>,
        #[context] limits: &Limits,
        #[context] run: RunContext<'_>,
    ) -> Result<Vec<String>, std::convert::Infallible> {
        let most = most.min(limits.0) as usize + run.turn() as usize - run.turn() as usize;
        let fits = |title: &&String| title.contains(&word) && author.is_none();
        Ok(self.titles.iter().filter(fits).take(most).cloned().collect())
    }

    /// Count the books.
    #[fastroai::safe_tool(name = "count")]
    fn count_books(&self, #[context] limits: &Limits) -> usize {
        self.titles.len().min(limits.0 as usize)
    }

    /// Nothing for now.
    #[cfg(any())]
    #[safe_tool]
    async fn never(&self, shelf: NoSuchType) -> NoSuchType {
        shelf
    }
}

/// The name of a primitive type, and of a local.
pub struct Odd;

#[toolset]
impl Odd {
    /// A small number.
    #[safe_tool]
    async fn u8(&self, set: u8, agent: u8, #[tool(rename = "self")] run: u8) -> u8 {
        set + agent + run
    }

    /// The type.
    #[safe_tool]
    async fn r#type(&self, r#fn: String) -> String {
        r#fn
    }
}

pub struct Borrowing<'a> {
    name: &'a str,
}

#[toolset]
impl Borrowing<'_> {
    const FIRST: usize = 1;

    /// The name.
    #[safe_tool(name = "borrowed_name")]
    async fn name<'s>(&'s self, #[tool(default = Self::FIRST)] from: usize) -> &'s str {
        self.name.get(from..).unwrap_or_default()
    }
}

pub struct Shelf<T, const N: usize>([T; N]);

#[toolset]
impl<T, const N: usize> Shelf<T, N>
where
    T: Display + Send + Sync,
{
    /// The first thing.
    #[safe_tool]
    async fn first(&self, #[context] limits: &Limits) -> String {
        self.0.first().map_or_else(|| limits.0.to_string(), ToString::to_string)
    }
}

pub trait Named {
    fn named(&self) -> impl Future<Output = String> + Send;
}

pub struct Plain;

#[toolset]
impl Named for Plain {
    /// Its name.
    #[safe_tool(name = "plain_name")]
    async fn named(&self) -> String {
        "plain".to_owned()
    }
}

/// Find more.
#[safe_tool]
async fn find_more(word: String) -> String {
    word
}

/// You look things up.
#[agent(model = "offline:demo", tools = [self.0], description = "Looks things up.")]
pub struct Research(Arc<Odd>);

/// You keep a library.
#[agent(
    model = "offline:demo",
    prefix = "lib_",
    timeout = "1min",
    tools = [
        find_more,
        prefix("more_", find_more),
        self.catalogue,
        prefix("old_", self.archive),
        self.odd,
        self.extra,
        self.one,
        self.made,
        self.research,
        self.never,
        self.plain,
    ]
)]
struct Librarian {
    catalogue: Catalogue,
    archive: Box<Arc<Catalogue>>,
    odd: Odd,
    extra: DynToolset,
    one: FunctionTool,
    made: Agent,
    research: Research,
    #[cfg(any())]
    never: NoSuchType,
    plain: Plain,
    limits: Limits,
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [self.borrowing, self.shelf, self.catalogue])]
struct Generic<'a, T: Display + Send + Sync> {
    borrowing: Borrowing<'a>,
    shelf: Shelf<T, 2>,
    catalogue: &'a Catalogue,
    limits: Limits,
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [self.borrowing])]
struct Lent<'a> {
    borrowing: &'a Borrowing<'a>,
}

fn names<A: AgentSpec>(agent: &A) -> Vec<String> {
    agent.tools().iter().map(|tool| tool.definition().name.clone()).collect()
}

fn main() {
    let catalogue = Catalogue::new(&["Emma"]);
    let librarian = Librarian {
        catalogue: catalogue.clone(),
        archive: Box::new(Arc::new(catalogue.clone())),
        odd: Odd,
        extra: DynToolset::new(),
        one: FunctionTool::new("one", "One.", |(): (), _| async { Ok::<_, ToolError>(1) }),
        made: Agent::builder().name("made").model("offline:demo").build().expect("an agent"),
        research: Research(Arc::new(Odd)),
        plain: Plain,
        limits: Limits(3),
    };
    assert_eq!(
        names(&librarian),
        [
            "lib_find_more",
            "lib_more_find_more",
            "lib_find_books",
            "lib_count",
            "lib_old_find_books",
            "lib_old_count",
            "lib_u8",
            "lib_type",
            "lib_one",
            "lib_made",
            "lib_research",
            "lib_plain_name",
        ]
    );
    let borrowing = Borrowing { name: "x" };
    assert_eq!(names(&Lent { borrowing: &borrowing }), ["borrowed_name"]);
    let shelf = Shelf([1, 2]);
    let generic = Generic { borrowing, shelf, catalogue: &catalogue, limits: Limits(1) };
    assert_eq!(names(&generic), ["borrowed_name", "first", "find_books", "count"]);
}
