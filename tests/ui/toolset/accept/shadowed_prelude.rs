//! Generated code names nothing of the scope that it stands in.
#![deny(warnings)]
#![allow(dead_code, non_camel_case_types, non_snake_case, unused_imports)]

use fastroai::{agent, safe_tool, toolset};

mod evil {
    pub struct Option;
    pub struct Vec;
    pub struct Box;
    pub struct Arc;
    pub struct String;
    pub struct Result;
    pub enum Toolset {}
    pub fn Some() {}
    pub fn Ok() {}
    pub mod std {}
    pub mod core {}
    pub mod fastroai {}
    pub fn prefix() {}
}

mod mine {
    use super::evil::*;
    use super::{agent, safe_tool, toolset};

    struct vec;

    #[derive(Clone)]
    pub struct Catalogue;

    #[toolset]
    impl Catalogue {
        /// Find a book.
        #[safe_tool]
        async fn find(&self, title: ::std::string::String) -> ::std::string::String {
            title
        }

        /// Count the books.
        #[safe_tool]
        fn bind(&self, call: ::std::option::Option<u8>) -> u8 {
            call.unwrap_or_default()
        }
    }

    /// You look things up.
    #[agent(model = "offline:demo", description = "Looks things up.", timeout = "1s")]
    pub struct Research;

    /// You keep a library.
    #[agent(model = "offline:demo", tools = [self.catalogue, self.research], timeout = "2s")]
    pub struct Librarian {
        pub catalogue: Catalogue,
        pub research: Research,
    }
}

fn main() {
    let librarian = mine::Librarian { catalogue: mine::Catalogue, research: mine::Research };
    assert_eq!(fastroai::AgentSpec::tools(&librarian).len(), 3);
}
