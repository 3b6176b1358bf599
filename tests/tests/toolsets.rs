//! Tools that a field of the agent holds: toolsets, other agents, and tools made at run time.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastroai::ErrorKind;
use fastroai::money::{Cost, Prices, Rates};
use fastroai::prelude::*;
use fastroai::providers::{Message, ToolOutcome};
use fastroai::tool::{DynToolset, FunctionTool, ToolsetInfo};
use serde::Deserialize;
use serde_json::json;
use tests::scripted::{Scripted, Step, call, dear, text};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

fn runtime(models: &[&Scripted]) -> Runtime {
    let rates = Rates::per_million("1", "1").expect("two prices");
    let prices = Prices::unlisted().with_override("*", rates).expect("a pattern");
    let models = models.iter().map(|model| (*model).clone());
    models.fold(Runtime::builder().prices(prices), fastroai::RuntimeBuilder::model).build()
}

/// What the model was told by the tools of a run, in order.
fn told(messages: &[Message]) -> Vec<(&str, ToolOutcome)> {
    let results = messages.iter().filter_map(|message| match message {
        Message::Tool(tool) => Some(&tool.results),
        _ => None,
    });
    results.flatten().map(|result| (result.content.as_str(), result.outcome)).collect()
}

struct Owner(&'static str);

#[derive(Clone, Default)]
struct Calendar {
    entries: Arc<Mutex<Vec<String>>>,
}

#[toolset]
impl Calendar {
    const FREE: char = '-';

    /// What is planned.
    #[safe_tool(effect = read_only)]
    async fn look_up(
        &self,
        /// A day of the week.
        day: String,
        #[tool(default = Self::FREE.to_string())] otherwise: String,
        #[context] owner: &Owner,
    ) -> String {
        let entries = self.entries.lock().expect("no panic");
        let planned = entries.iter().find(|entry| entry.starts_with(&day)).unwrap_or(&otherwise);
        format!("{}: {planned}", owner.0)
    }

    /// Note something down.
    #[safe_tool(name = "note")]
    fn note_down(&self, what: String, #[context] run: RunContext<'_>) -> usize {
        let mut entries = self.entries.lock().expect("no panic");
        entries.push(format!("{what} ({})", run.tool()));
        entries.len()
    }

    fn is_empty(&self) -> bool {
        self.entries.lock().expect("no panic").is_empty()
    }
}

/// You keep calendars.
#[agent(
    model = "offline:outer",
    tools = [self.home, prefix("work_", self.work), prefix("ext_", self.extra)]
)]
struct Secretary {
    home: Calendar,
    work: Arc<Calendar>,
    extra: DynToolset,
    owner: Owner,
}

fn secretary(extra: DynToolset) -> Secretary {
    let (home, work) = (Calendar::default(), Arc::default());
    Secretary { home, work, extra, owner: Owner("Ada") }
}

#[derive(Deserialize, JsonSchema)]
struct City {
    city: String,
}

fn weather(name: &str) -> FunctionTool {
    FunctionTool::new(name, "Current weather.", |city: City, _run| async move {
        Ok::<_, Infallible>(format!("Sunny in {}", city.city))
    })
}

#[tokio::test]
async fn methods_are_called_on_the_instance_that_the_agent_lists() {
    let model = Scripted::new(
        "offline:outer",
        [
            call("1", "note", r#"{"what":"Monday chess"}"#),
            call("2", "work_note", r#"{"what":"Monday report"}"#),
            call("3", "look_up", r#"{"day":"Monday"}"#),
            call("4", "work_look_up", r#"{"day":"Monday"}"#),
            call("5", "work_look_up", r#"{"day":"Friday"}"#),
            text("Done"),
        ],
    );
    let secretary = secretary(DynToolset::new());
    assert!(secretary.home.is_empty());
    let answer = secretary.run("Go").on(&runtime(&[&model])).await.expect("an answer");
    let contents: Vec<_> = told(&answer.messages).into_iter().map(|(content, _)| content).collect();
    assert_eq!(
        contents,
        ["1", "1", "Ada: Monday chess (note)", "Ada: Monday report (work_note)", "Ada: -",]
    );
    assert_eq!(answer.tool_calls[3].name, "work_look_up");
}

#[tokio::test]
async fn methods_stay_methods() {
    let calendar = Calendar::default();
    let owner = Owner("Eve");
    assert_eq!(calendar.look_up("Monday".into(), "free".into(), &owner).await, "Eve: free");
    assert_eq!(Calendar::NAMES, ["look_up", "note"]);
}

#[tokio::test]
async fn arguments_off_the_schema_of_a_method_are_corrected() {
    let model =
        Scripted::new("offline:outer", [call("1", "look_up", r#"{"dya":1}"#), text("Done")]);
    let answer = secretary(DynToolset::new()).run("Go").on(&runtime(&[&model])).await;
    let answer = answer.expect("an answer");
    let told = told(&answer.messages);
    assert_eq!(told[0].1, ToolOutcome::Retry);
    assert!(told[0].0.contains("/dya") && told[0].0.contains("/day"), "{told:?}");
}

#[test]
fn a_method_is_described_as_a_function_is() {
    let secretary = secretary(DynToolset::new());
    let tools = secretary.tools();
    let plain = tools[0].definition();
    assert_eq!((plain.name.as_str(), plain.description.as_str()), ("look_up", "What is planned."));
    let schema = plain.parameters.as_value();
    assert_eq!(schema["required"], json!(["day"]));
    assert_eq!(schema["properties"]["day"]["description"], json!("A day of the week."));
    assert_eq!(schema["properties"]["otherwise"]["default"], json!("-"));
    let prefixed = tools[2].definition();
    assert_eq!(prefixed.name, "work_look_up");
    assert_eq!(prefixed.parameters, plain.parameters);
    assert_eq!(tools[2].options(), tools[0].options());
}

#[tokio::test]
async fn tools_made_at_run_time_are_called_by_their_prefixed_names() {
    let steps = [call("1", "ext_weather", r#"{"city":"Kew"}"#), text("Done")];
    let model = Scripted::new("offline:outer", steps);
    let secretary = secretary(DynToolset::new().with(weather("weather")));
    let answer = secretary.run("Go").on(&runtime(&[&model])).await.expect("an answer");
    assert_eq!(told(&answer.messages), [("Sunny in Kew", ToolOutcome::Success)]);
    assert_eq!(
        model.asked()[0].tools,
        ["look_up", "note", "work_look_up", "work_note", "ext_weather"]
    );
}

#[tokio::test]
async fn names_that_are_only_known_at_run_time_are_checked_before_anything_is_sent() {
    for (extra, complaint) in [
        (DynToolset::new().with(weather("a")).with(weather("a")), "two tools are called `ext_a`"),
        (DynToolset::new().with(weather("the weather")), "refuse the tool name `ext_the weather`"),
        (DynToolset::new().with(weather(&"x".repeat(61))), "refuse the tool name `ext_xxx"),
    ] {
        let model = Scripted::new("offline:outer", [text("never asked for")]);
        let error = secretary(extra).run("Go").on(&runtime(&[&model])).await.expect_err("a name");
        assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error:?}");
        assert!(error.to_string().contains(complaint), "{error}");
        assert!(model.asked().is_empty());
    }
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
struct Finding {
    shelf: u32,
}

/// You look things up.
#[agent(model = "offline:inner", output = Finding, description = "Finds books.", tools = [self.calendar])]
struct BookFinder {
    calendar: Calendar,
    owner: Owner,
}

/// You chat.
#[agent(model = "offline:inner", description = "Chats.", tool_name = "talk", timeout = "2s")]
struct Chat;

/// You keep a library.
#[agent(model = "offline:outer", timeout = "5s", tools = [self.finder, prefix("small_", self.chat)])]
struct Library {
    finder: Box<BookFinder>,
    chat: Chat,
}

fn library() -> Library {
    let finder = BookFinder { calendar: Calendar::default(), owner: Owner("Ada") };
    Library { finder: Box::new(finder), chat: Chat }
}

#[test]
fn an_agent_is_one_tool_that_takes_a_prompt() {
    let library = library();
    let tools = library.tools();
    let names: Vec<_> = tools.iter().map(|tool| tool.definition().name.as_str()).collect();
    assert_eq!(names, ["book_finder", "small_talk"]);
    assert_eq!(tools[0].definition().description, "Finds books.");
    let schema = tools[0].definition().parameters.as_value();
    assert_eq!(schema["required"], json!(["prompt"]));
    assert_eq!(schema["properties"]["prompt"]["type"], json!("string"));
    assert_eq!(tools[1].options().timeout, Duration::from_secs(2));
    assert_eq!(Library::AGENTS_CALL_EACH_OTHER_IN_A_RING, 2);
}

#[tokio::test]
async fn an_inner_agent_answers_the_outer_model_and_its_bill_is_on_the_outer_one() {
    let outer = Scripted::new(
        "offline:outer",
        [
            call("1", "book_finder", r#"{"prompt":"Where is Emma?"}"#),
            call("2", "small_talk", r#"{"prompt":"Hello"}"#),
            text("Done"),
        ],
    );
    let inner = Scripted::new(
        "offline:inner",
        [call("x", "look_up", r#"{"day":"Monday"}"#), text(r#"{"shelf": 3}"#), text("Hi")],
    );
    let answer = library().run("Go").on(&runtime(&[&outer, &inner])).await.expect("an answer");
    assert_eq!(
        told(&answer.messages),
        [(r#"{"shelf": 3}"#, ToolOutcome::Success), ("Hi", ToolOutcome::Success)]
    );
    let asked = inner.asked();
    assert_eq!(asked[0].messages, [Message::user("Where is Emma?")]);
    assert_eq!(asked[2].instructions.as_deref(), Some("You chat."));
    let models: Vec<_> = answer.bill.lines().iter().map(|line| line.model.as_str()).collect();
    assert_eq!(models, ["outer", "inner", "inner", "outer", "inner", "outer"]);
    assert_eq!(answer.cost, Cost::from_microdollars(6 * 15));
    assert_eq!(answer.requests, 3);
}

#[tokio::test]
async fn an_agent_that_is_a_tool_is_still_an_agent() {
    let inner = Scripted::new("offline:inner", [text(r#"{"shelf": 3}"#)]);
    let answer = library().finder.run("Emma?").on(&runtime(&[&inner])).await.expect("an answer");
    assert_eq!(answer.output, Finding { shelf: 3 });
}

#[tokio::test(start_paused = true)]
async fn cancelling_the_outer_run_stops_the_inner_agent() {
    let prompt = r#"{"prompt":"Where?"}"#;
    let outer = Scripted::new("offline:outer", [call("1", "book_finder", prompt), text("no")]);
    let inner = Scripted::new("offline:inner", [Step::Hang]);
    let token = CancellationToken::new();
    let later = token.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        later.cancel();
    });
    let start = Instant::now();
    let run = library().run("Go").on(&runtime(&[&outer, &inner])).cancellation(token).await;
    let error = run.expect_err("cancelled");
    assert!(matches!(error.kind(), ErrorKind::Cancelled), "{error:?}");
    assert_eq!(start.elapsed(), Duration::from_secs(1));
    assert_eq!((inner.asked().len(), outer.asked().len()), (1, 1));
}

#[tokio::test]
async fn what_an_inner_agent_fails_of_is_not_shown_to_the_outer_model() {
    let outer = Scripted::new(
        "offline:outer",
        [call("1", "small_talk", r#"{"prompt":"Hello"}"#), text("Done")],
    );
    let refused = fastroai::ModelError::config("a secret of the inner model");
    let inner = Scripted::new("offline:inner", [Step::Fail(refused)]);
    let answer = library().run("Go").on(&runtime(&[&outer, &inner])).await.expect("an answer");
    let told = told(&answer.messages);
    assert_eq!(told[0].1, ToolOutcome::Failed);
    assert!(!told[0].0.contains("secret") && !told[0].0.is_empty(), "{told:?}");
}

#[tokio::test]
async fn a_call_of_an_agent_without_a_prompt_is_corrected() {
    let outer = Scripted::new("offline:outer", [call("1", "small_talk", "{}"), text("Done")]);
    let inner = Scripted::new("offline:inner", []);
    let answer = library().run("Go").on(&runtime(&[&outer, &inner])).await.expect("an answer");
    assert_eq!(told(&answer.messages)[0].1, ToolOutcome::Retry);
    assert!(inner.asked().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_inner_agent_keeps_its_own_time_and_the_outer_one_s() {
    let outer = Scripted::new(
        "offline:outer",
        [
            call("1", "small_talk", r#"{"prompt":"Hello"}"#),
            call("2", "book_finder", r#"{"prompt":"Where?"}"#),
            text("never asked for"),
        ],
    );
    let inner = Scripted::new("offline:inner", [Step::Hang, Step::Hang]);
    let start = Instant::now();
    let error = library().run("Go").on(&runtime(&[&outer, &inner])).await.expect_err("5 seconds");
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
    assert_eq!(start.elapsed(), Duration::from_secs(5));
    let told = told(error.history());
    assert_eq!(told[0], ("Timed out after 2 seconds.", ToolOutcome::Retry));
    assert_eq!(told[1].1, ToolOutcome::Interrupted);
}

#[tokio::test]
async fn an_inner_agent_spends_from_the_outer_budget() {
    let asks = call("1", "small_talk", r#"{"prompt":"Hello"}"#);
    let outer = Scripted::new("offline:outer", [dear(asks)]);
    let inner = Scripted::new("offline:inner", [text("never asked for")]);
    let budget = Cost::from_microdollars(9_000);
    let asked = library().run("Go").budget(budget).on(&runtime(&[&outer, &inner])).await;
    let error = asked.expect_err("it is spent");
    assert!(
        matches!(error.kind(), ErrorKind::Budget { budget, .. } if *budget == Cost::from_microdollars(9_000))
    );
    assert!(inner.asked().is_empty());
}

/// You keep a library.
#[agent(model = "offline:outer", tools = [self.helper, self.one])]
struct Flexible {
    helper: Agent,
    one: FunctionTool,
}

#[tokio::test]
async fn an_agent_and_a_tool_made_at_run_time_are_listed_by_their_fields() {
    let outer = Scripted::new(
        "offline:outer",
        [call("1", "helper", r#"{"prompt":"Hello"}"#), text("Done")],
    );
    let inner = Scripted::new("offline:inner", [text("Hi")]);
    let helper = Agent::builder().name("helper").description("Helps.").model("offline:inner");
    let flexible = Flexible { helper: helper.build().expect("an agent"), one: weather("one") };
    let answer = flexible.run("Go").on(&runtime(&[&outer, &inner])).await.expect("an answer");
    assert_eq!(told(&answer.messages), [("Hi", ToolOutcome::Success)]);
    assert_eq!(flexible.tools()[0].definition().description, "Helps.");
    assert_eq!(outer.asked()[0].tools, ["helper", "one"]);
}

#[tokio::test]
async fn an_agent_made_at_run_time_takes_a_whole_set() {
    let set: DynToolset =
        [weather("a"), weather("b")].map(|tool| Arc::new(tool) as Arc<_>).into_iter().collect();
    let model = Scripted::new("offline:outer", [text("Done")]);
    let agent = Agent::builder().model("offline:outer").tools(&set).build().expect("an agent");
    agent.run("Go").on(&runtime(&[&model])).await.expect("an answer");
    assert_eq!(model.asked()[0].tools, ["a", "b"]);
}
