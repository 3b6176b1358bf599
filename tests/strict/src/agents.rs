//! Structs as agents: with fields, parameters, instructions and agents inside.

use std::sync::Arc;

use fastroai::prelude::*;

use crate::functions::{Catalogue, count_books, find_book};

/// A plan.
#[derive(Debug, Clone, serde::Deserialize, serde::Serialize, JsonSchema)]
pub struct Plan {
    /// Its steps.
    pub steps: Vec<String>,
}

/// You look things up.
#[agent(model = "offline:demo", description = "Looks things up.", timeout = "30s", output = Plan)]
#[derive(Debug, Clone, Copy)]
pub struct Research;

fn told<T>(library: &Library<'_, T>) -> String
where
    T: Sync,
{
    format!("You keep {}.", library.name)
}

/// Keeps a library.
#[agent(
    model = "offline:demo",
    fallback = ["openai:gpt-4o-mini"],
    instructions = told,
    tools = [find_book, prefix("all_", count_books), self.research],
    prefix = "lib_",
    budget = "$0.05",
    timeout = "1m30s",
    temperature = 0.2,
    max_tokens = 500,
    max_turns = 8,
    max_tool_calls = 9,
    max_concurrency = 2,
    output_attempts = 2,
    output_mode = prompted,
    name = "library",
    description = "Keeps a library."
)]
#[derive(Debug, Clone)]
pub struct Library<'a, T: Sync> {
    /// Whose it is.
    pub name: &'a str,
    /// What it holds.
    pub catalogue: Catalogue,
    /// Who looks things up.
    pub research: Arc<Research>,
    /// What tools are not lent.
    #[context(skip)]
    pub other: T,
}

/// Serves.
#[agent(model = "offline:demo", instructions = "You serve {0} in {1:?}.")]
#[derive(Debug, Clone)]
pub struct Waiter(pub String, pub Option<u8>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::awkward::{Namer, inside};
    use crate::calls::{Desk, Orders, unasked};
    use crate::functions::Librarian;
    use crate::marks::Sorter;
    use crate::toolsets::{Keeper, Secretary, Shelves};

    #[test]
    fn thirty_tools_of_all_shapes_have_names_and_no_warnings() {
        let catalogue = Catalogue::default();
        let library = Library {
            name: "Kew",
            catalogue: catalogue.clone(),
            research: Arc::new(Research),
            other: 1,
        };
        let secretary = Secretary::new(&["Jane".to_owned()]);
        let keeper = Keeper { shelves: Shelves { shelves: &["one", "two"] } };
        let desk = Desk { orders: Orders::default() };
        let namer = Namer { names: Arc::new([]) };
        let librarian = Librarian { catalogue };
        let counts = [
            librarian.tools().len(),
            Sorter.tools().len(),
            namer.tools().len(),
            secretary.tools().len(),
            keeper.tools().len(),
            desk.tools().len(),
            library.tools().len(),
        ];
        assert_eq!(counts, [10, 3, 11, 7, 1, 2, 3]);
        assert_eq!(inside(1_u8), 2);
        assert_eq!(library.instructions(), "You keep Kew.");
        assert_eq!(Waiter("tea".to_owned(), None).instructions(), "You serve tea in None.");
        unasked(&desk.orders);
    }
}
