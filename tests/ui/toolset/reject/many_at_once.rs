use fastroai::prelude::*;

struct Catalogue;
struct Place;

#[toolset]
impl Catalogue {
    #[safe_tool(timeout = 3)]
    async fn find_book(&self, title: &str) -> String {
        title.to_owned()
    }

    /// Move a book.
    #[safe_tool]
    async fn move_book(&self, title: String, place: Place) -> Place {
        let _ = title;
        place
    }

    fn other(&self) -> u32 {
        self.missing()
    }
}

/// One bad key is one error, although the rest of the program uses the tools.
struct Readers;

#[toolset]
impl Readers {
    /// Find a reader.
    #[safe_tool(shade = "dark")]
    async fn find_reader(&self, name: String) -> String {
        name
    }
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [self.readers])]
struct Librarian {
    readers: Readers,
}

async fn direct() {
    Readers.find_reader("Jane".into()).await;
    let _ = Librarian { readers: Readers }.run("Who?").await;
}

fn main() {}
