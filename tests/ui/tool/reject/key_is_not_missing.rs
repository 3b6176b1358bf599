use fastroai::prelude::*;

#[safe_tool(descripton = "Find a book.")]
async fn find_book(title: String) -> String {
    title
}

#[safe_tool(description = )]
async fn lend_book(title: String) -> String {
    title
}

#[safe_tool(desc = "Sell a book.")]
async fn sell_book(title: String) -> String {
    title
}

#[safe_tool(doc = "Bind a book.")]
async fn bind_book(title: String) -> String {
    title
}

#[safe_tool(description = 5)]
async fn burn_book(title: String) -> String {
    title
}

fn main() {}
