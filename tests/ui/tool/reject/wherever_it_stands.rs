use fastroai::prelude::*;

mod shelves {
    pub mod upper {
        use fastroai::safe_tool;

        /// Find a book.
        #[safe_tool(timout = "5s")]
        pub(in crate::shelves) async fn find_book(title: String) -> String {
            title
        }
    }
}

fn generic<T: Default>() -> T {
    /// Lend a book.
    #[safe_tool]
    async fn lend_book(title: &str) -> String {
        title.to_owned()
    }
    let _ = lend_book;
    T::default()
}

const SHELVES: usize = {
    /// Sell a book.
    #[safe_tool(name = 5)]
    fn sell_book(title: String) -> String {
        title
    }
    3
};

/// Bind a book.
#[cfg(all())]
#[allow(unused)]
#[fastroai::safe_tool(atempts = 2)]
#[inline]
pub(crate) async fn bind_book<'a>(title: String, #[context] names: &'a [String]) -> bool {
    names.contains(&title)
}

/// Burn a book.
#[safe_tool(timeot = "5s")]
#[tracing::instrument]
async fn burn_book(title: String) -> String {
    title
}

/// Open a book.
#[tracing::instrument]
#[safe_tool(timeot = "5s")]
async fn open_book(title: String) -> String {
    title
}

fn main() {}
