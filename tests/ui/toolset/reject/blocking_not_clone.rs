use std::rc::Rc;

use fastroai::prelude::*;

struct Catalogue(u32);

#[toolset]
impl Catalogue {
    /// Count the books.
    #[safe_tool]
    fn count_books(&self) -> u32 {
        self.0
    }
}

struct Readers(Rc<u32>);

#[toolset]
impl Readers {
    /// Count the readers.
    #[safe_tool]
    async fn count_readers(&self) -> u32 {
        *self.0
    }
}

fn main() {}
