//! What `#[tool(…)]` says of an argument: told in the schema, and held to on arrival.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use fastroai::prelude::*;
use fastroai::tool::{Arguments, Bound, Limits, Numeric, ToolInfo};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tests::scripted::{Scripted, call, text};

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Percent(u8);

impl Numeric for Percent {}

/// Book a flight.
#[safe_tool]
#[allow(clippy::too_many_arguments, reason = "one for each kind of limit")]
async fn book(
    /// The airport's code.
    #[tool(pattern = "^[A-Z]{3}$", example = "LIS")]
    airport: String,
    #[tool(range(1..=10), default = 2)] seats: u8,
    #[tool(length(1..=3))] names: Vec<String>,
    #[tool(length(..=5), pattern = r"^\w*$")] note: Option<String>,
    #[tool(min = -0.5, max = 1)] tilt: Option<f64>,
    #[tool(range(0.0..1.0), example = 0.25)] share: Option<f32>,
    #[tool(max = 50)] discount: Option<Percent>,
    #[tool(range(1..5), rename = "in")] days: Option<i64>,
) -> String {
    format!("{airport} {seats} {names:?} {note:?} {tilt:?} {share:?} {discount:?} {days:?}")
}

/// You book.
#[agent(model = "offline:demo", tools = [book])]
struct Desk {
    runtime: Runtime,
}

async fn told(arguments: &str) -> String {
    let model = Scripted::new("offline:demo", [call("1", "book", arguments), text("done")]);
    let desk = Desk { runtime: Runtime::builder().model(model).build() };
    let answer = desk.run("Book.").await.expect("an answer");
    let fastroai::Message::Tool(results) = &answer.messages[2] else { panic!("a result") };
    results.results[0].content.clone()
}

#[test]
fn limits_and_examples_are_told_in_the_schema() {
    let properties = &book::definition().parameters.as_value()["properties"];
    assert_eq!(
        properties["airport"],
        json!({
            "type": "string", "description": "The airport's code.",
            "pattern": "^[A-Z]{3}$", "examples": ["LIS"],
        })
    );
    assert_eq!(
        properties["seats"],
        json!({ "type": "integer", "minimum": 1, "maximum": 10, "default": 2 })
    );
    assert_eq!(properties["names"]["minItems"], json!(1));
    assert_eq!(properties["names"]["maxItems"], json!(3));
    assert_eq!(properties["note"]["maxLength"], json!(5));
    assert_eq!(properties["note"].get("minLength"), None);
    assert_eq!(properties["tilt"]["minimum"], json!(-0.5));
    assert_eq!(properties["tilt"]["maximum"], json!(1));
    assert_eq!(properties["share"]["exclusiveMaximum"], json!(1.0));
    assert_eq!(properties["share"]["examples"], json!([0.25]));
    assert_eq!(properties["discount"]["maximum"], json!(50));
    assert_eq!(
        properties["in"]["maximum"],
        json!(4),
        "a half-open range of whole numbers is closed"
    );
}

#[tokio::test]
async fn arguments_within_their_limits_reach_the_function() {
    let arguments =
        r#"{"airport":"LIS","names":["a"],"note":"ee","tilt":-0.5,"share":0.99,"in":4}"#;
    assert_eq!(
        told(arguments).await,
        r#"LIS 2 ["a"] Some("ee") Some(-0.5) Some(0.99) None Some(4)"#
    );
}

#[tokio::test]
async fn all_that_is_broken_is_told_at_once_with_its_place() {
    let told = told(
        r#"{"airport":"lisbon","seats":11,"names":[],"note":"too long!","tilt":1.5,"share":1,
            "discount":51,"in":0}"#,
    )
    .await;
    for part in [
        "`/airport`: must match the pattern `^[A-Z]{3}$`",
        "`/seats`: must be at most 10",
        "`/names`: must have at least 1 items, and has 0",
        "`/note`: must have at most 5 characters, and has 9",
        r"`/note`: must match the pattern `^\w*$`",
        "`/tilt`: must be at most 1",
        "`/share`: must be less than 1",
        "`/discount`: must be at most 50",
        "`/in`: must be at least 1",
    ] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
}

#[tokio::test]
async fn an_argument_of_another_type_is_one_misfit() {
    let told = told(r#"{"airport":7,"seats":"many","names":["a"],"note":null}"#).await;
    assert_eq!(told.matches("`/airport`").count(), 1, "{told}");
    assert_eq!(told.matches("`/seats`").count(), 1, "{told}");
    assert!(!told.contains("`/note`"), "{told}");
}

fn broken(limits: &Limits, value: &Value) -> bool {
    let json = json!({ "x": value }).to_string();
    let mut fields = Arguments::new(&json).read(&["x"]).expect("an object");
    fields.hold("x", limits).check().is_err()
}

#[test]
fn numbers_beyond_what_floats_hold_are_compared_exactly() {
    let limits = Limits::new().most(Bound::Integer(i128::from(u64::MAX - 1)));
    assert!(broken(&limits, &json!(u64::MAX)));
    assert!(!broken(&limits, &json!(u64::MAX - 1)));
    let limits = Limits::new().least(Bound::Float(0.5));
    assert!(broken(&limits, &json!(0)));
    assert!(!broken(&limits, &json!(1)));
}

#[test]
fn a_pattern_by_hand_that_is_broken_holds_nothing_and_panics_nowhere() {
    assert!(!broken(&Limits::new().pattern("("), &json!("x")));
}

proptest! {
    #[test]
    fn lengths_count_characters(text in "\\PC{0,12}", least in 0_u64..8, most in 0_u64..12) {
        let limits = Limits::new().shortest(least).longest(most);
        let count = text.chars().count() as u64;
        prop_assert_eq!(broken(&limits, &json!(text)), count < least || count > most);
    }

    #[test]
    fn ranges_are_as_wide_as_they_say(number in any::<i64>(), least in any::<i64>(), most in any::<i64>()) {
        let limits =
            Limits::new().least(Bound::Integer(least.into())).most(Bound::Integer(most.into()));
        prop_assert_eq!(broken(&limits, &json!(number)), number < least || number > most);
    }
}
