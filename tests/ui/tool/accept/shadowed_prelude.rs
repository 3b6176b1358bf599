#![deny(warnings)]
#![allow(dead_code, non_camel_case_types)]

mod evil {
    pub struct Option;
    pub struct Vec;
    pub struct Box;
    pub struct Result;
    pub struct Arc;
    pub struct Duration;
    pub struct AgentSpec;
    pub struct Tool;
    pub struct Ok;
    pub struct Err;
    #[allow(non_snake_case)]
    pub fn Some() {}
    pub mod std {}
    pub mod core {}
    pub mod alloc {}
    pub mod fastroai {}
    pub trait Into {}
    pub trait Sync {}
    pub trait Sized {}
    pub trait Default {}
}

mod mine {
    #[allow(unused_imports)]
    use super::evil::*;
    use ::fastroai::{agent, safe_tool};

    struct String;
    #[allow(unused_macros)]
    macro_rules! vec {
        () => {};
    }
    #[allow(unused_macros)]
    macro_rules! concat {
        () => {};
    }

    #[derive(Clone)]
    pub(crate) struct Catalogue;

    /// Find a book.
    #[safe_tool(timeout = "5s", attempts = 2, effect = read_only, on_error = "lost")]
    pub(crate) async fn find_book(
        /// What is printed on its back.
        title: ::std::string::String,
        #[tool(default = 1)] shelf: u8,
        #[context] catalogue: &Catalogue,
    ) -> ::std::result::Result<::std::string::String, ::std::fmt::Error> {
        let _ = (shelf, catalogue);
        ::std::result::Result::Ok(title)
    }

    /// Lend a book.
    #[safe_tool]
    pub(crate) fn lend_book(
        #[tool(default)] title: ::std::string::String,
        #[context] catalogue: &Catalogue,
    ) -> ::std::string::String {
        let _ = catalogue;
        title
    }

    /// You keep a library.
    #[agent(
        model = "offline:demo",
        tools = [find_book, lend_book],
        budget = "$0.05",
        timeout = "1m30s",
        price = free,
        temperature = 0.5
    )]
    pub(crate) struct Librarian {
        pub(crate) catalogue: Catalogue,
    }
}

fn main() {
    use fastroai::AgentSpec as _;
    assert_eq!(mine::Librarian { catalogue: mine::Catalogue }.tools().len(), 2);
}
