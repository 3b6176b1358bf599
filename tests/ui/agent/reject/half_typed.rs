use fastroai::prelude::*;

/// Find a book.
#[safe_tool]
async fn find_book(title: String) -> String {
    title
}

/// You keep a library.
#[agent(mod)]
struct Key;

/// You keep a library.
#[agent(model = , tools = [find_book])]
struct NoValue;

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book, self.])]
struct NoFieldYet {
    shelf: u8,
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book, shelves::])]
struct NoPathYet;

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book find_book])]
struct NoComma;

/// You keep a library.
#[agent(model = "offline:demo", output = , budget)]
struct NoType;

/// You keep a library.
#[agent("offline:demo")]
struct NoKey;

/// What is half-typed leaves the structs and the agents as they are.
async fn direct() -> Result<()> {
    Key.run("Who?").await?;
    NoFieldYet { shelf: 1 }.run("Who?").await?;
    let _: String = NoType.run("Who?").await?.output;
    Ok(())
}

fn main() {}
