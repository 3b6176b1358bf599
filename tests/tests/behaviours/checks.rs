//! What looks at an answer before it is taken, and what makes an output of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastroai::prelude::*;
use fastroai::providers::Message;
use fastroai::run::{OUTPUT_TOOL, OutputMode};
use fastroai::{ErrorCategory, ErrorKind};
use serde::{Deserialize, Serialize};
use tests::scripted::{Scripted, Step, call, text};

use super::stage::{Counter, MODEL, agent, contents, runtime};
use super::transcript::assert_closed;

#[derive(Debug, Deserialize, JsonSchema, PartialEq, Clone)]
struct Plan {
    city: String,
    nights: u32,
}

#[derive(Debug, Serialize, PartialEq)]
struct Booked {
    number: String,
}

const PLAN: &str = r#"{"city":"Lisbon","nights":2}"#;
const LONG: &str = r#"{"city":"Lisbon","nights":30}"#;

fn short(plan: &Plan) -> Result<(), OutputError> {
    if plan.nights > 14 { Err(OutputError::retry("`nights` is at most 14")) } else { Ok(()) }
}

/// What the model was told last.
fn told(model: &Scripted) -> String {
    let asked = model.asked();
    match asked.last().and_then(|asked| asked.messages.last()) {
        Some(Message::User(told)) => told.parts[0].as_text().unwrap_or_default().to_owned(),
        other => panic!("a correction, and not {other:?}"),
    }
}

#[tokio::test]
async fn behaviour_41_a_validator_sees_each_attempt_until_they_run_out() {
    let model = Scripted::new(MODEL, (0..9).map(|_| text(LONG)));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let agent = agent()
        .output::<Plan>()
        .validate(move |plan, context| {
            noted.lock().expect("no panic").push((context.attempt, context.partial));
            short(plan)
        })
        .build()
        .expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("all of them are too long");
    assert_eq!(*seen.lock().expect("no panic"), [(0, false), (1, false), (2, false)]);
    let ErrorKind::OutputInvalid { attempts: 3, reason } = error.kind() else {
        panic!("{error:?}")
    };
    assert_eq!(reason.as_str(), "`nights` is at most 14");
    assert!(error.to_string().contains("`output_attempts`"), "{error}");
    assert_eq!(model.asked().len(), 3);
    assert!(told(&model).contains("`nights` is at most 14"), "{}", told(&model));
    assert_closed(error.history());
}

#[tokio::test(start_paused = true)]
async fn behaviour_41_runs_at_one_time_share_no_count() {
    let paced = |wait: u64, said: &str| Step::After(Duration::from_secs(wait), text(said).into());
    // The two runs take turns.
    let steps = [paced(1, LONG), paced(1, LONG), paced(2, PLAN), paced(2, LONG), text(PLAN)];
    let model = Scripted::new(MODEL, steps);
    let attempts = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&attempts);
    let agent = agent()
        .output::<Plan>()
        .output_attempts(3)
        .validate(move |plan, context| {
            noted.lock().expect("no panic").push(context.attempt);
            short(plan)
        })
        .build()
        .expect("an agent");
    let rt = runtime(&model);
    let (one, other) = tokio::join!(agent.run("One").on(&rt), agent.run("Other").on(&rt));
    assert!(one.is_ok() && other.is_ok());
    let mut attempts = attempts.lock().expect("no panic").clone();
    attempts.sort_unstable();
    assert_eq!(attempts, [0, 0, 1, 1, 2], "each counts from 0");
}

#[tokio::test]
async fn a_call_brings_a_validator_of_its_own_after_that_of_the_agent() {
    let model =
        Scripted::new(MODEL, [text(LONG), text(PLAN), text(r#"{"city":"Porto","nights":1}"#)]);
    let agent = agent().output::<Plan>().validate(|plan, _| short(plan)).build().expect("an agent");
    let seen = Counter::default();
    let answer = agent
        .run("Go")
        .on(&runtime(&model))
        .validate(|plan, context| {
            seen.raise();
            match plan.city.as_str() {
                "Porto" => Ok(()),
                _ => {
                    Err(OutputError::retry(format!("not {} again, {}", plan.city, context.attempt)))
                }
            }
        })
        .await
        .expect("an answer");
    assert_eq!((answer.output.city.as_str(), seen.get()), ("Porto", 2));
    assert!(told(&model).contains("not Lisbon again, 1"));
}

#[tokio::test]
async fn plain_text_is_looked_at_too() {
    let model = Scripted::new(MODEL, [text("hello"), text("HELLO")]);
    let agent = agent()
        .validate(|text, _| {
            if text.chars().all(char::is_uppercase) {
                return Ok(());
            }
            Err(OutputError::retry("write in capitals"))
        })
        .build()
        .expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!((answer.output.as_str(), model.asked().len()), ("HELLO", 2));
    assert!(told(&model).contains("write in capitals"));
    assert!(model.asked()[0].instructions.is_none(), "nothing is said of JSON");
}

fn book(plan: Plan) -> Result<Booked, OutputError> {
    short(&plan)?;
    let Plan { city, nights } = plan;
    Ok(Booked { number: format!("{city}-{nights}") })
}

async fn book_later(plan: Plan) -> Result<Booked, OutputError> {
    tokio::time::sleep(Duration::from_secs(1)).await;
    book(plan)
}

#[tokio::test(start_paused = true)]
async fn what_an_output_function_makes_is_the_output_and_its_error_asks_again() {
    let now = agent().output::<Plan>().output_fn(book).build().expect("an agent");
    let later = agent().output::<Plan>().output_fn(book_later).build().expect("an agent");
    for agent in [now, later] {
        let native = Scripted::new(MODEL, [text(LONG), text(PLAN)]);
        let answer = agent.run("Go").on(&runtime(&native)).await.expect("an answer");
        assert_eq!(answer.output, Booked { number: "Lisbon-2".into() });
        assert!(told(&native).contains("`nights` is at most 14"));
        assert_eq!(answer.bill.requests(), 2);
    }
    let agent = agent().output_mode(OutputMode::Tool).output::<Plan>().output_fn(book_later);
    let agent = agent.build().expect("an agent");
    let model = Scripted::new(MODEL, [call("a", OUTPUT_TOOL, LONG), call("b", OUTPUT_TOOL, PLAN)]);
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.output.number, "Lisbon-2");
    assert!(contents(&answer.messages)[0].contains("`nights` is at most 14"));
    assert_closed(&answer.messages);
}

#[tokio::test]
async fn an_output_function_that_fails_for_good_ends_the_run_and_the_model_reads_nothing_of_it() {
    #[derive(Debug)]
    struct Leak;
    impl std::fmt::Display for Leak {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("the password is `hunter2`")
        }
    }
    impl std::error::Error for Leak {}
    async fn fails(_: Plan) -> Result<Booked, OutputError> {
        Err(Leak)?
    }
    for mode in [OutputMode::Native, OutputMode::Tool] {
        let step = if mode == OutputMode::Tool { call("a", OUTPUT_TOOL, PLAN) } else { text(PLAN) };
        let model = Scripted::new(MODEL, [step, text("no")]);
        let agent = agent().output_mode(mode).output::<Plan>().output_fn(fails);
        let agent = agent.build().expect("an agent");
        let error = agent.run("Go").on(&runtime(&model)).await.expect_err("it failed");
        let ErrorKind::OutputFailed(cause) = error.kind() else { panic!("{error:?}") };
        assert!(cause.cause().is_some_and(<dyn std::error::Error>::is::<Leak>));
        assert_eq!(error.category(), ErrorCategory::Unknown);
        assert_eq!((model.asked().len(), error.bill().requests()), (1, 1), "asked once, and paid");
        assert_closed(error.history());
        let history = serde_json::to_string(error.history()).expect("a history");
        for shown in [history, format!("{error:?}"), error.to_string()] {
            assert!(!shown.contains("hunter2"), "{shown}");
        }
        let source = std::error::Error::source(&error).expect("the cause");
        assert!(source.to_string().contains("hunter2"), "who asks for the cause has it");
    }
}

#[expect(clippy::unnecessary_wraps, reason = "an output function may fail")]
fn panics(Plan { nights, .. }: Plan) -> Result<u32, OutputError> {
    assert!(nights > 2, "too short");
    Ok(nights)
}

#[tokio::test(start_paused = true)]
async fn an_output_function_stops_with_its_run_and_a_panic_in_it_is_a_failure() {
    let endless = |_: Plan| std::future::pending::<Result<u32, OutputError>>();
    let model = Scripted::new(MODEL, [text(PLAN)]);
    let waits = agent().output::<Plan>().output_fn(endless).build().expect("an agent");
    let call = waits.run("Go").on(&runtime(&model)).timeout(Duration::from_secs(5));
    let error = call.await.expect_err("its time is up");
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
    let model = Scripted::new(MODEL, [text(PLAN)]);
    let panics = agent().output::<Plan>().output_fn(panics).build().expect("an agent");
    let error = panics.run("Go").on(&runtime(&model)).await.expect_err("it panicked");
    assert!(matches!(error.kind(), ErrorKind::OutputFailed(_)), "{error:?}");
    assert_closed(error.history());
}

/// A provider that the attribute knows.
const DECLARED: &str = "openai:scripted";

/// You book.
#[agent(
    model = "openai:scripted",
    output = Booked,
    output_fn = Desk::book,
    validate = Desk::check,
    description = "Books a trip."
)]
struct Desk {
    prefix: String,
}

impl Desk {
    async fn book(&self, plan: Plan) -> Result<Booked, OutputError> {
        tokio::task::yield_now().await;
        Ok(Booked { number: format!("{}-{}", self.prefix, plan.city) })
    }

    fn check(&self, plan: &Plan, context: &OutputContext) -> Result<(), OutputError> {
        if self.prefix.is_empty() && !context.partial { Ok(()) } else { short(plan) }
    }
}

/// You book for others.
#[agent(model = "openai:scripted", tools = [self.desk])]
struct Office {
    desk: Desk,
}

#[tokio::test]
async fn functions_of_an_agent_see_its_fields_and_what_they_make_is_read_by_other_agents() {
    let desk = || Desk { prefix: "B".to_owned() };
    let model = Scripted::new(DECLARED, [text(LONG), text(PLAN)]);
    let answer = desk().run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.output.number, "B-Lisbon");
    assert!(told(&model).contains("`nights` is at most 14"));

    let model = Scripted::new(
        DECLARED,
        [call("a", "desk", r#"{"prompt":"Lisbon, please"}"#), text(PLAN), text("Done")],
    );
    let office = Office { desk: desk() };
    let answer = office.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(contents(&answer.messages), [r#"{"number":"B-Lisbon"}"#]);
}

/// You book.
#[agent(model = "openai:scripted", output_fn = book_now)]
async fn booking(city: &str) -> Result<AgentResponse<Booked>> {
    city
}

fn book_now(plan: Plan) -> Result<Booked, OutputError> {
    book(plan)
}

#[tokio::test]
async fn an_agent_function_answers_with_what_its_output_function_makes() {
    let model = Scripted::new(DECLARED, [text(PLAN)]);
    let answer = booking("Lisbon").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.output.number, "Lisbon-2");
}

#[tokio::test]
async fn an_answer_of_a_schema_that_is_only_known_at_run_time_is_held_to_it() {
    let schema = serde_json::json!({
        "type": "object",
        "properties": {"city": {"type": "string", "minLength": 3}, "nights": {"type": "integer"}},
        "required": ["city", "nights"],
    });
    let short = r#"{"city":"L","nights":"two"}"#;
    let model = Scripted::new(MODEL, [text(short), text(PLAN)]);
    let agent = agent().output_schema(schema.clone()).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.output, serde_json::json!({"city": "Lisbon", "nights": 2}));
    let told = told(&model);
    assert!(told.contains("`/city`") && told.contains("`/nights`"), "{told}");

    let list = serde_json::json!({"type": "array", "items": {"type": "integer"}, "minItems": 2});
    let steps =
        [call("a", OUTPUT_TOOL, r#"{"value":[1]}"#), call("b", OUTPUT_TOOL, r#"{"value":[1,2]}"#)];
    let model = Scripted::new(MODEL, steps);
    let agent = super::stage::agent().output_mode(OutputMode::Tool).output_schema(list);
    let answer = agent.build().expect("an agent").run("Go").on(&runtime(&model)).await;
    assert_eq!(answer.expect("an answer").output, serde_json::json!([1, 2]));

    let wrong = super::stage::agent().output_schema(serde_json::json!({"type": "planet"}));
    assert!(wrong.build().expect_err("no schema").to_string().contains("no"), "at build");
}
