//! A tool and an agent in a crate that knows `fastroai` as `ai`, and nothing by its own name.
#![allow(clippy::unused_async, reason = "a tool may be async whatever it does")]

use ai::prelude::*;

/// What the library holds.
#[derive(Debug, Clone)]
pub struct Catalogue(pub Vec<String>);

/// Find a book.
#[ai::safe_tool(crate = ai)]
pub async fn find_book(title: String, #[context] catalogue: &Catalogue) -> bool {
    catalogue.0.contains(&title)
}

/// Count the books.
///
/// # Errors
/// None, today.
#[safe_tool(crate = ::ai)]
pub fn count_books(#[context] catalogue: &Catalogue) -> Result<usize, std::io::Error> {
    Ok(catalogue.0.len())
}

/// Who borrows.
#[derive(Debug)]
pub struct Readers;

#[ai::toolset(crate = ai)]
impl Readers {
    /// Find a reader.
    #[ai::safe_tool]
    pub async fn find_reader(&self, name: String) -> String {
        name
    }
}

/// You keep a library.
#[agent(
    crate = ai,
    model = "offline:demo",
    tools = [find_book, count_books, self.readers],
    budget = "$0.05",
    price = free,
    timeout = "60s"
)]
#[derive(Debug)]
pub struct Librarian {
    /// What it lends to its tools.
    pub catalogue: Catalogue,
    /// Who borrows.
    pub readers: Readers,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_has_its_tools_under_another_name_of_the_crate() {
        let librarian = Librarian { catalogue: Catalogue(Vec::new()), readers: Readers };
        let tools = librarian.tools();
        let names: Vec<_> = tools.iter().map(|tool| tool.definition().name.as_str()).collect();
        assert_eq!(names, ["find_book", "count_books", "find_reader"]);
    }
}
