//! Names, aliases, conditions, macros and other attributes.

use fastroai::prelude::*;

mod app {
    pub(crate) type Result<T> = std::result::Result<T, std::num::ParseIntError>;
    pub(crate) type Maybe<T> = Option<T>;
    pub(crate) type Text = String;
}

/// One letter.
#[safe_tool]
pub async fn a(a: u8) -> u8 {
    a
}

/// A keyword.
#[safe_tool]
pub async fn r#match(r#type: String) -> String {
    r#type
}

/// An alias of `Result`.
///
/// # Errors
/// Where it is no number.
#[safe_tool]
pub async fn parse(number: app::Text) -> app::Result<i64> {
    number.parse()
}

/// An alias of `Option`.
#[must_use]
#[safe_tool]
pub fn or_nothing(text: app::Maybe<app::Text>) -> app::Maybe<usize> {
    text.map(|text| text.len())
}

/// A span below.
#[safe_tool]
#[tracing::instrument]
pub async fn traced_below(title: String) -> String {
    title
}

/// A span above.
#[tracing::instrument(skip(names))]
#[safe_tool]
pub async fn traced_above(title: String, #[context] names: &[String]) -> bool {
    names.contains(&title)
}

/// A span around a blocking one, with an error.
///
/// # Errors
/// Where it is no number.
#[safe_tool]
#[tracing::instrument(err)]
pub fn traced_blocking(number: String) -> Result<u8, std::num::ParseIntError> {
    number.parse()
}

/// Only where there is an archive.
#[cfg(feature = "archive")]
#[safe_tool]
pub async fn archived(titles: Vec<String>) -> usize {
    titles.len()
}

/// The same name under conditions.
#[cfg(not(feature = "archive"))]
#[safe_tool]
pub async fn archived(title: String) -> String {
    title
}

/// With lifetimes.
#[safe_tool]
pub async fn longest<'a>(
    #[context] names: &'a [String],
    #[context] run: &RunContext<'_>,
) -> &'a str {
    names.iter().take(run.turn() as usize).max_by_key(|name| name.len()).map_or("", String::as_str)
}

/// With attributes of the language.
#[must_use]
#[inline]
#[safe_tool]
#[deprecated = "it is here to be old"]
pub fn old(title: String) -> String {
    title
}

macro_rules! shelf {
    ($name:ident, $shelf:ty, $docs:literal) => {
        #[doc = $docs]
        #[safe_tool]
        pub async fn $name(shelf: $shelf) -> $shelf {
            shelf
        }
    };
}

shelf!(first_shelf, u8, "The first shelf.");
shelf!(second_shelf, Option<String>, "The second shelf.");

/// You have names.
#[agent(
    model = "offline:demo",
    tools = [
        a, r#match, parse, or_nothing, traced_below, traced_above, traced_blocking, archived, longest,
        first_shelf, second_shelf,
    ]
)]
#[derive(Debug, Clone)]
pub struct Namer {
    /// The names.
    pub names: std::sync::Arc<[String]>,
}

/// How many tools it has that are written inside of a function.
#[must_use]
pub fn inside<T: Into<u64>>(number: T) -> u64 {
    /// Add one.
    #[safe_tool]
    async fn add(number: u64) -> u64 {
        number + 1
    }

    /// You count.
    #[agent(model = "offline:demo", tools = [add])]
    struct Counter;

    number.into() + Counter.tools().len() as u64
}
