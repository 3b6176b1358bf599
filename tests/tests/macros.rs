//! What the attributes make of functions and structs, seen through the public API.
#![allow(clippy::unused_async, reason = "a tool may be async whatever it does")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastroai::Message;
use fastroai::money::Item;
use fastroai::prelude::*;
use fastroai::tool::{Effect, ToolCost, ToolInfo, ToolOptions};
use fastroai::usd;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tests::scripted::{Scripted, call, text};

/// Where a book stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Order {
    Title,
    Author,
}

#[derive(Debug, Clone, Default)]
struct Catalogue(Arc<Mutex<Vec<String>>>);

impl Catalogue {
    fn of(titles: &[&str]) -> Self {
        Self(Arc::new(Mutex::new(titles.iter().map(|title| (*title).to_owned()).collect())))
    }
}

type Maybe<T> = Option<T>;

/// Find books by a word.
/// Titles come back one per line.
///
/// * `order` - how to sort them
///
/// # Errors
/// Nothing that the model needs to know.
#[safe_tool(
    effect = read_only,
    timeout = "1m30s",
    attempts = 3,
    corrections = 5,
    sequential,
    on_error = "the catalogue is closed: {error}",
    on_timeout = "the catalogue is slow today"
)]
#[allow(clippy::too_many_arguments, reason = "one for each kind")]
async fn find_books(
    /// A word of the title, as in "Emma".
    word: String,
    #[tool(default = Order::Title)] order: Order,
    /// How many at most.
    #[tool(default = 10)]
    limit: u32,
    #[tool(default = "any")] shelf: String,
    #[tool(default)] exact: bool,
    author: Option<String>,
    year: Maybe<u16>,
    #[tool(rename = "in")] place: Option<String>,
    #[context] catalogue: &Catalogue,
) -> Result<String, std::io::Error> {
    let books = catalogue.0.lock().map_err(|_| std::io::Error::other("poisoned"))?;
    let found: Vec<&str> = books.iter().map(String::as_str).filter(|b| b.contains(&word)).collect();
    Ok(format!(
        "{} {order:?} {limit} {shelf} {exact} {author:?} {year:?} {place:?}",
        found.join("\n")
    ))
}

/// Count the books.
#[safe_tool]
fn count_books(#[context] catalogue: &Catalogue) -> usize {
    catalogue.0.lock().map_or(0, |books| books.len())
}

/// The title of the day.
#[safe_tool(description = "Which book is read today.", name = "today", type = Today)]
async fn book_of_the_day() -> &'static str {
    "Emma"
}

/// You keep a library.
///
/// # Style
/// Short answers.
#[agent(
    model = "offline:demo",
    tools = [find_books, count_books, Today],
    timeout = "2min",
    max_turns = 4
)]
struct Librarian {
    catalogue: Catalogue,
    runtime: Runtime,
}

fn librarian(steps: Vec<tests::scripted::Step>) -> (Librarian, Scripted) {
    let model = Scripted::new("offline:demo", steps);
    let runtime = Runtime::builder().model(model.clone()).build();
    (Librarian { catalogue: Catalogue::of(&["Emma", "Dracula"]), runtime }, model)
}

/// What the model was told by the tools of a run.
fn told<T>(answer: &AgentResponse<T>) -> String {
    let results = answer.messages.iter().filter_map(|message| match message {
        Message::Tool(tool) => Some(&tool.results),
        _ => None,
    });
    results.flatten().map(|result| result.content.as_str()).collect()
}

fn schema<T: ToolInfo>() -> &'static Value {
    T::definition().parameters.as_value()
}

#[test]
fn docs_before_the_first_heading_describe_a_tool() {
    let definition = find_books::definition();
    assert_eq!(definition.name, "find_books");
    assert_eq!(
        definition.description,
        "Find books by a word.\nTitles come back one per line.\n\n* `order` - how to sort them"
    );
    assert_eq!(Today::definition().name, "today");
    assert_eq!(Today::definition().description, "Which book is read today.");
    assert_eq!(Today::NAMES, ["today"]);
}

#[test]
fn parameters_are_described_by_their_docs_types_and_defaults() {
    let schema = schema::<find_books>();
    assert_eq!(schema["required"], json!(["word"]));
    assert_eq!(schema["additionalProperties"], json!(false));
    let properties = schema["properties"].as_object().expect("properties");
    let names: Vec<_> = properties.keys().map(String::as_str).collect();
    assert_eq!(names, ["word", "order", "limit", "shelf", "exact", "author", "year", "in"]);
    assert_eq!(
        properties["word"],
        json!({ "type": "string", "description": "A word of the title, as in \"Emma\"." })
    );
    assert_eq!(properties["order"]["description"], json!("how to sort them"));
    assert_eq!(properties["order"]["default"], json!("title"));
    assert_eq!(properties["limit"]["default"], json!(10));
    assert_eq!(properties["limit"]["description"], json!("How many at most."));
    assert_eq!(properties["shelf"]["default"], json!("any"));
    assert_eq!(properties["exact"]["default"], json!(false));
    assert_eq!(properties["in"].get("default"), None);
}

#[test]
fn a_tool_without_arguments_has_an_empty_schema() {
    for schema in [schema::<count_books>(), schema::<Today>()] {
        assert_eq!(
            schema,
            &json!({
                "type": "object",
                "properties": {},
                "required": [],
                "additionalProperties": false
            })
        );
    }
}

#[test]
fn the_keys_of_a_tool_are_its_options() {
    assert_eq!(
        find_books::OPTIONS,
        ToolOptions {
            timeout: Duration::from_secs(90),
            attempts: 3,
            effect: Effect::ReadOnly,
            sequential: true,
            corrections: 5,
            on_error: Some("the catalogue is closed: {error}"),
            on_timeout: Some("the catalogue is slow today"),
            ..ToolOptions::DEFAULT
        }
    );
    assert_eq!(count_books::OPTIONS, ToolOptions::DEFAULT);
}

#[tokio::test]
async fn a_tool_stays_a_function_that_can_be_called() {
    let catalogue = Catalogue::of(&["Emma"]);
    assert_eq!(count_books(&catalogue), 1);
    assert_eq!(book_of_the_day().await, "Emma");
    let (word, shelf) = ("Emma".to_owned(), "any".to_owned());
    let found = find_books(word, Order::Author, 1, shelf, true, None, None, None, &catalogue).await;
    assert_eq!(found.expect("books"), "Emma Author 1 any true None None None");
}

#[tokio::test]
async fn absent_arguments_are_their_defaults_or_none() {
    let (librarian, model) =
        librarian(vec![call("1", "find_books", r#"{"word":"Emma","year":null}"#), text("done")]);
    let answer = librarian.run("Find Emma.").await.expect("an answer");
    assert_eq!(told(&answer), "Emma Title 10 any false None None None", "{:?}", model.asked());
}

#[tokio::test]
async fn given_arguments_win_over_defaults_under_their_wire_names() {
    let arguments = r#"{"word":"D","order":"author","limit":2,"shelf":"b","exact":true,
        "author":"Stoker","year":1897,"in":"Kew"}"#;
    let (librarian, _) = librarian(vec![call("1", "find_books", arguments), text("done")]);
    let answer = librarian.run("Find Dracula.").await.expect("an answer");
    assert_eq!(told(&answer), "Dracula Author 2 b true Some(\"Stoker\") Some(1897) Some(\"Kew\")");
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_all_told_to_the_model() {
    let arguments = r#"{"limit":"many","place":"Kew"}"#;
    let (librarian, _) = librarian(vec![call("1", "find_books", arguments), text("done")]);
    let answer = librarian.run("Find it.").await.expect("an answer");
    let told = told(&answer);
    for part in ["`/word`: missing", "`/limit`", "`/place`: no such argument"] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
}

#[tokio::test]
async fn a_plain_function_is_lent_a_clone_of_the_field() {
    let (librarian, _) = librarian(vec![call("1", "count_books", ""), text("done")]);
    let answer = librarian.run("How many?").await.expect("an answer");
    assert_eq!(told(&answer), "2");
}

#[test]
fn the_whole_doc_comment_instructs_an_agent() {
    let (librarian, _) = librarian(Vec::new());
    assert_eq!(librarian.instructions(), "You keep a library.\n\n# Style\nShort answers.");
    assert_eq!(librarian.config().name, "Librarian");
    assert_eq!(librarian.config().timeout, Some(Duration::from_secs(120)));
    assert!(librarian.runtime().is_some());
}

#[tokio::test]
async fn the_output_of_an_agent_is_its_type() {
    /// You plan.
    #[agent(model = "offline:demo", output = HashMap<String, Vec<u32>>)]
    struct Planner {
        runtime: Runtime,
    }
    let model = Scripted::new("offline:demo", [text(r#"{"a":[1,2]}"#)]);
    let planner = Planner { runtime: Runtime::builder().model(model).build() };
    let answer = planner.run("Plan.").await.expect("an answer");
    assert_eq!(answer.output["a"], [1, 2]);
}

#[tokio::test]
async fn an_agent_lends_what_its_fields_point_to_and_what_it_provides_by_hand() {
    trait Shelves: Send + Sync {
        fn count(&self) -> usize;
    }
    struct Three;
    impl Shelves for Three {
        fn count(&self) -> usize {
            3
        }
    }

    /// Count all.
    #[safe_tool]
    async fn count_all(
        #[context] shelves: &dyn Shelves,
        #[context] names: &[String],
        #[context] motto: &str,
        #[context] run: RunContext<'_>,
    ) -> String {
        format!("{} {} {motto} {}", shelves.count(), names.len(), run.attempt())
    }

    /// You count.
    #[agent(model = "offline:demo", tools = [count_all])]
    struct Counter<'a, T: Send + Sync> {
        shelves: Box<dyn Shelves>,
        names: &'a [String],
        #[context(skip)]
        other_names: &'a [String],
        generic: Arc<T>,
        runtime: Runtime,
    }

    impl<T: Send + Sync> fastroai::Provide<str> for Counter<'_, T> {
        fn provide(&self) -> &'static str {
            "by hand"
        }
    }

    let names = ["a".to_owned(), "b".to_owned()];
    let model = Scripted::new("offline:demo", [call("1", "count_all", "{}"), text("done")]);
    let counter = Counter {
        shelves: Box::new(Three),
        names: &names,
        other_names: &[],
        generic: Arc::new(1_u8),
        runtime: Runtime::builder().model(model).build(),
    };
    let answer = counter.run("Count.").await.expect("an answer");
    assert_eq!(told(&answer), "3 2 by hand 1");
    assert_eq!((counter.other_names.len(), *counter.generic), (0, 1));
}

fn by_length(_arguments: &str, result: &str) -> Cost {
    Cost::from_microdollars(u64::try_from(result.len()).unwrap_or(u64::MAX))
}

/// Look something up at a price.
#[safe_tool(cost = "$0.002")]
async fn look_up(word: String) -> String {
    word
}

/// Read something at a price for each letter.
#[safe_tool(cost = by_length)]
async fn read_out(word: String) -> String {
    word
}

#[agent(model = "offline:shop", instructions = "Spend.", tools = [look_up, read_out])]
struct Shop;

#[tokio::test]
async fn a_tool_costs_what_its_attribute_says() {
    assert_eq!(<look_up as ToolInfo>::OPTIONS.cost, ToolCost::Each(usd!("0.002")));
    let steps = [
        call("a", "look_up", r#"{"word":"owl"}"#),
        call("b", "read_out", r#"{"word":"owl"}"#),
        text("Done."),
    ];
    let on = Runtime::builder().model(Scripted::new("offline:shop", steps)).build();
    let answer = Shop.run("Go").on(&on).await.expect("an answer");
    let tools: Vec<_> = answer.bill.lines().iter().filter(|it| it.item == Item::Tool).collect();
    let costs: Vec<_> = tools.iter().map(|line| (line.model.as_str(), line.cost)).collect();
    let costs_are = [("look_up", Some(usd!("0.002"))), ("read_out", Some(usd!("0.000003")))];
    assert_eq!(costs, costs_are);
}
