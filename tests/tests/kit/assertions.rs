//! Assertions on tool calls and bills.

use fastroai::prelude::*;
use fastroai::testing::{
    Reply, ScriptedModel, assert_cost_at_most, assert_tool_calls, capture, with_model,
};
use fastroai::usd;
use serde_json::json;

use super::failing::panic_of;
use super::stage::Travel;

async fn trip() -> AgentResponse<String> {
    let model = ScriptedModel::new([
        Reply::call("weather", json!({"city": "Lisbon"})).usage(1_000_000, 0),
        Reply::call("book", json!({"seats": 2, "city": "Lisbon"})).usage(0, 0),
        Reply::text("Done.").usage(0, 0),
    ]);
    with_model(model.named("openai:gpt-4o-mini"), Travel.run("Go")).await.expect("an answer")
}

#[tokio::test]
async fn calls_that_are_as_expected_pass_in_whatever_order_of_fields() {
    let answer = trip().await;
    assert_tool_calls!(answer, [weather { "city": "Lisbon" }, book { "city": "Lisbon", "seats": 2 }]);
    assert_tool_calls!(answer, [weather, "book",]);
    assert_tool_calls!(answer.tool_calls, [weather, book]);
    let (_, runs) = capture(trip()).await;
    assert_tool_calls!(runs[0], [weather, "book" { "seats": 2, "city": "Lisbon" }]);
    let (_, runs) = capture(with_model(ScriptedModel::new(["Hi."]), Travel.run("Hi"))).await;
    assert_tool_calls!(&runs[0], []);
}

#[tokio::test]
async fn calls_that_are_not_say_what_differs() {
    let answer = trip().await;
    let told = panic_of(|| {
        assert_tool_calls!(answer, [weather, book { "city": "Porto", "seats": 2 }, pay]);
    });
    assert_eq!(
        told,
        "the tools were not called as expected (`-` is expected, `+` was called):\n\n  \
         weather {\"city\":\"Lisbon\"}\n\
         - book {\"city\":\"Porto\",\"seats\":2}\n\
         - pay …\n\
         + book {\"seats\":2,\"city\":\"Lisbon\"}\n"
    );
    panic_of(|| assert_tool_calls!(answer, [book, weather]));
    panic_of(|| assert_tool_calls!(answer, [weather]));
}

#[tokio::test]
async fn a_cost_over_the_limit_or_unknown_shows_the_bill() {
    let answer = trip().await;
    assert_cost_at_most(&answer, usd!("0.15"));
    let told = panic_of(|| assert_cost_at_most(&answer, usd!("0.149999")));
    assert!(
        told.starts_with("it may cost at most $0.149999, but the total is $0.15:\n\n"),
        "{told}"
    );
    assert!(told.contains("gpt-4o-mini"), "{told}");
    let model = ScriptedModel::new([Reply::text("Hi.").usage(5, 5)]).named("acme:unheard-of");
    let answer = with_model(model, Travel.run("Hi")).await.expect("an answer");
    let told = panic_of(|| assert_cost_at_most(&answer.bill, usd!("100")));
    assert!(told.contains("the total is cost unknown"), "{told}");
}
