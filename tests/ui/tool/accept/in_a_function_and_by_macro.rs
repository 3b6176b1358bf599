#![deny(warnings)]
use fastroai::prelude::*;

macro_rules! shelf {
    ($name:ident, $shelf:ty, $docs:literal) => {
        #[doc = $docs]
        #[safe_tool]
        async fn $name(shelf: $shelf) -> $shelf {
            shelf
        }
    };
}

shelf!(first, u8, "The first shelf.");
shelf!(second, Option<String>, "The second shelf.");

fn main() {
    /// Find a book.
    #[safe_tool(type = FindBook)]
    async fn find_book(title: Title) -> Title {
        title
    }

    type Title = String;

    /// You keep a library.
    #[agent(model = "offline:demo", tools = [FindBook, first, second])]
    struct Librarian;

    assert_eq!(Librarian.tools().len(), 3);
}
