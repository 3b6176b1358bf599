//! Agents that are functions, and instructions that name fields and parameters.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;

use fastroai::Message;
use fastroai::prelude::*;
use fastroai::providers::message::UserPart;
use fastroai::tool::ToolInfo;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tests::scripted::{Scripted, call, text};

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Category {
    Billing,
    Delivery,
}

/// You sort messages.
/// One word.
///
/// * `body` - the whole text
#[agent(
    model = "offline:demo",
    description = "Sorts a message into a category.",
    temperature = 0.0,
    timeout = "20s"
)]
async fn classify(subject: &str, body: &str) -> Result<AgentResponse<Category>> {
    let lines = body.lines().count();
    format!("Subject: {subject}\n{body} ({lines})")
}

struct Orders(Vec<&'static str>);

/// Look an order up.
#[safe_tool(effect = read_only)]
async fn order(number: usize, #[context] orders: &Orders) -> Option<&'static str> {
    orders.0.get(number).copied()
}

trait Greets: Send + Sync {
    fn greeting(&self) -> &'static str;
}

struct Hello;
impl Greets for Hello {
    fn greeting(&self) -> &'static str {
        "hello"
    }
}

struct Shelf(Vec<&'static str>);

#[toolset]
impl Shelf {
    /// Take a book.
    #[safe_tool]
    async fn take(&self, #[tool(range(0..=9))] place: usize) -> Option<&'static str> {
        self.0.get(place).copied()
    }

    /// Put a book back.
    #[safe_tool]
    async fn put(&self, #[tool(range(0..=1))] place: usize) -> usize {
        place
    }
}

/// You keep a shelf.
#[agent(
    model = "offline:demo",
    tools = [self.shelf, prefix("sort_", classify)],
    prefix = "x_",
    description = "Keeps a shelf.",
    tool_name = "keep_shelf"
)]
async fn keep(question: &str, #[context] shelf: &Shelf) -> Result<AgentResponse<String>> {
    question
}

#[tokio::test]
async fn a_context_parameter_may_hold_the_tools() {
    let (runtime, model) = on(vec![
        tests::scripted::calls(&[
            ("1", "x_take", r#"{"place":1}"#),
            ("2", "x_put", r#"{"place":7}"#),
        ]),
        text("Done."),
    ]);
    let answer = keep("Take one.", &Shelf(vec!["Emma", "Dracula"])).on(&runtime).await;
    let answer = answer.expect("an answer");
    assert_eq!(model.asked()[0].tools, ["x_take", "x_put", "x_sort_classify"]);
    let Message::Tool(results) = &answer.messages[2] else { panic!("results") };
    assert_eq!(results.results[0].content, "Dracula");
    let broken = &results.results[1].content;
    assert!(broken.contains("`/place`: must be at most 1"), "{broken}");
    assert_eq!(keep::NAMES, ["keep_shelf"]);
    assert_eq!(keep::AGENTS_CALL_EACH_OTHER_IN_A_RING, 2, "it holds an agent");
}

/// How to greet.
#[safe_tool]
async fn greeting(#[context] greets: &dyn Greets) -> String {
    greets.greeting().to_owned()
}

/// You answer questions about orders.
#[agent(
    model = "offline:demo",
    tools = [order, greeting],
    description = "Answers questions about orders.",
    max_turns = 3
)]
async fn support(
    /// What the customer wants to know.
    question: String,
    #[tool(default = 2)] length: usize,
    words: &[String],
    #[context] orders: &Orders,
    #[context] greets: &dyn Greets,
) -> Result<AgentResponse<String>, fastroai::Error> {
    if orders.0.is_empty() {
        return format!("There are no orders. {}", greets.greeting());
    }
    format!("{question} In {length} sentences. {}", words.join(" "))
}

fn on(steps: Vec<tests::scripted::Step>) -> (Runtime, Scripted) {
    let model = Scripted::new("offline:demo", steps);
    (Runtime::builder().model(model.clone()).build(), model)
}

fn prompt(model: &Scripted) -> String {
    let asked = model.asked();
    let Message::User(user) = &asked[0].messages[0] else { panic!("a prompt comes first") };
    let [UserPart::Text { text }] = user.parts.as_slice() else { panic!("a prompt is a text") };
    text.clone()
}

#[tokio::test]
async fn a_call_asks_with_the_prompt_that_the_block_makes() {
    let (runtime, model) = on(vec![text(r#"{"value":"billing"}"#)]);
    let answer = classify("Invoice", "Twice.\nAgain.").on(&runtime).await.expect("an answer");
    assert_eq!(answer.output, Category::Billing);
    assert_eq!(prompt(&model), "Subject: Invoice\nTwice.\nAgain. (2)");
    let asked = &model.asked()[0];
    assert_eq!(
        asked.instructions.as_deref(),
        Some("You sort messages.\nOne word.\n\n* `body` - the whole text")
    );
    assert_eq!(asked.settings.temperature, Some(0.0));
}

#[tokio::test]
async fn nothing_is_asked_before_the_call_is_polled_and_calls_outlive_what_they_were_made_of() {
    let (runtime, model) =
        on(vec![text(r#"{"value":"billing"}"#), text(r#"{"value":"delivery"}"#)]);
    let calls: Vec<fastroai::Call<'static, Category>> = (0..2)
        .map(|number| {
            let subject = format!("Message {number}");
            classify(&subject, "…").on(&runtime)
        })
        .collect();
    assert!(model.asked().is_empty());
    let answers = join_all(calls.into_iter().map(tokio::spawn)).await;
    assert_eq!(answers.len(), 2);
    assert!(answers.into_iter().all(|answer| answer.expect("no panic").is_ok()));
}

#[tokio::test]
async fn a_call_is_refined_and_streamed_as_any() {
    let demo = Scripted::new("offline:other", [text("Fine.")]);
    let runtime = Runtime::builder().model(demo.clone()).build();
    let orders = Orders(vec!["tea"]);
    let mut events = support("Well?".to_owned(), 1, &[], &orders, &Hello)
        .model("offline:other")
        .on(&runtime)
        .run_id("r1")
        .stream();
    let mut said = String::new();
    let mut done = None;
    while let Some(event) = events.next().await {
        match event.expect("an event") {
            AgentEvent::Text(delta) => said.push_str(&delta),
            AgentEvent::Done(response) => done = Some(response.run_id),
            _ => {}
        }
    }
    assert_eq!((said.as_str(), done.as_deref()), ("Fine.", Some("r1")));
}

#[tokio::test]
async fn context_parameters_are_lent_to_the_tools_by_type() {
    let steps = vec![
        tests::scripted::calls(&[("1", "order", r#"{"number":0}"#), ("2", "greeting", "{}")]),
        text("tea"),
    ];
    let (runtime, model) = on(steps);
    let orders = Orders(vec!["tea"]);
    let words = ["Be".to_owned(), "kind.".to_owned()];
    let answer = support("What?".to_owned(), 1, &words, &orders, &Hello).on(&runtime).await;
    let answer = answer.expect("an answer");
    assert_eq!(prompt(&model), "What? In 1 sentences. Be kind.");
    let told: Vec<&str> = answer
        .messages
        .iter()
        .filter_map(|message| match message {
            Message::Tool(tool) => Some(&tool.results),
            _ => None,
        })
        .flatten()
        .map(|result| result.content.as_str())
        .collect();
    assert_eq!(told, ["tea", "hello"]);
}

/// You keep a desk.
#[agent(model = "offline:demo", tools = [classify, support])]
struct Desk {
    orders: Orders,
    greets: Arc<dyn Greets>,
    runtime: Runtime,
}

fn desk(steps: Vec<tests::scripted::Step>) -> (Desk, Scripted) {
    let (runtime, model) = on(steps);
    (Desk { orders: Orders(vec!["tea", "milk"]), greets: Arc::new(Hello), runtime }, model)
}

#[test]
fn as_a_tool_it_has_its_own_parameters_owned() {
    let definition = classify::definition();
    assert_eq!(definition.name, "classify");
    assert_eq!(definition.description, "Sorts a message into a category.");
    assert_eq!(
        definition.parameters.as_value(),
        &json!({
            "type": "object",
            "properties": {
                "subject": { "type": "string" },
                "body": { "type": "string", "description": "the whole text" },
            },
            "required": ["subject", "body"],
            "additionalProperties": false,
        })
    );
    assert_eq!(classify::OPTIONS.timeout.as_secs(), 20);
    let schema = support::definition().parameters.as_value();
    assert_eq!(schema["required"], json!(["question", "words"]));
    assert_eq!(schema["properties"]["length"]["default"], json!(2));
    assert_eq!(
        schema["properties"]["question"]["description"],
        json!("What the customer wants to know.")
    );
}

#[tokio::test]
async fn an_agent_calls_agent_functions_with_arguments_of_the_model_and_its_own_fields() {
    let (desk, model) = desk(vec![
        call("1", "support", r#"{"question":"Where?","words":["Quick."]}"#),
        call("2", "order", r#"{"number":1}"#),
        text("It is milk."),
        call("3", "classify", r#"{"subject":"s","body":"b"}"#),
        text(r#"{"value":"delivery"}"#),
        text("Done."),
    ]);
    let answer = desk.run("Help.").await.expect("an answer");
    assert_eq!(answer.output, "Done.");
    let told: Vec<String> = answer
        .messages
        .iter()
        .filter_map(|message| match message {
            Message::Tool(tool) => Some(tool.results[0].content.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(told, ["It is milk.", "delivery"]);
    let inner = &model.asked()[1];
    assert_eq!(inner.tools, ["order", "greeting"]);
    assert_eq!(answer.bill.lines().len(), 6, "the bill holds what the inner agents spent");
}

#[tokio::test]
async fn arguments_that_do_not_fit_an_agent_function_are_told_to_the_model() {
    let (desk, _) = desk(vec![call("1", "classify", r#"{"subject":1}"#), text("Sorry.")]);
    let answer = desk.run("Help.").await.expect("an answer");
    let told = format!("{:?}", answer.tool_calls);
    assert!(told.contains("classify"), "{told}");
    let Message::Tool(results) = &answer.messages[2] else { panic!("a result") };
    let text = &results.results[0].content;
    assert!(text.contains("`/subject`") && text.contains("`/body`: missing"), "{text}");
}

type Sorted = std::result::Result<AgentResponse<Category>, Error>;

#[agent(model = "offline:demo", instructions = "Sort. {{word}}", name = "sorter", type = Sorter)]
async fn sort(text: impl std::fmt::Display) -> Sorted {
    text.to_string()
}

#[tokio::test]
async fn the_return_type_may_be_an_alias_and_a_parameter_of_any_type() {
    let (runtime, model) = on(vec![text(r#"{"value":"billing"}"#)]);
    let answer = sort(7).on(&runtime).await.expect("an answer");
    assert_eq!(answer.output, Category::Billing);
    assert_eq!(model.asked()[0].instructions.as_deref(), Some("Sort. {word}"));
}

#[agent(model = "offline:demo", instructions = "You are number {0:03}.")]
struct Numbered(u32);

struct Place {
    town: &'static str,
}

#[agent(
    model = "offline:demo",
    instructions = "You serve {customer} in {self.place.town:?}. {{json}}"
)]
struct Concierge {
    customer: String,
    place: Place,
    runtime: Runtime,
}

/// You keep {braces} as they are.
#[agent(model = "offline:demo")]
struct Plain;

#[agent(model = "offline:demo", instructions = "Answer in {language}.")]
async fn answer_in(question: &str, language: &str) -> Result<AgentResponse<String>> {
    question
}

#[tokio::test]
async fn instructions_name_fields_and_parameters() {
    let (runtime, model) = on(vec![text("Sim."), text("Yes.")]);
    let concierge = Concierge {
        customer: "Ana".into(),
        place: Place { town: "Kew" },
        runtime: runtime.clone(),
    };
    assert_eq!(concierge.instructions(), "You serve Ana in \"Kew\". {json}");
    assert_eq!(Numbered(7).instructions(), "You are number 007.");
    assert_eq!(Plain.instructions(), "You keep {braces} as they are.");
    concierge.run("Well?").await.expect("an answer");
    answer_in("Well?", "Portuguese").on(&runtime).await.expect("an answer");
    let told: Vec<_> = model.asked().into_iter().filter_map(|asked| asked.instructions).collect();
    assert_eq!(told, ["You serve Ana in \"Kew\". {json}", "Answer in Portuguese."]);
}
