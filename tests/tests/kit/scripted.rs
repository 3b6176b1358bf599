//! A model that follows a script.

use std::time::Duration;

use fastroai::ErrorKind;
use fastroai::money::Cost;
use fastroai::prelude::*;
use fastroai::providers::{FinishReason, ModelErrorKind, ToolOutcome};
use fastroai::testing::{Reply, ScriptedModel, with_model};
use serde_json::json;
use tokio::time::Instant;

use super::failing::panic_of;
use super::stage::{Plan, Planner, Travel};

#[tokio::test]
async fn a_script_of_calls_and_text_is_followed_and_what_was_asked_is_kept() {
    let model = ScriptedModel::new([
        Reply::reasoning("Two cities.")
            .with_call("weather", json!({"city": "Lisbon"}))
            .with_call("weather", json!({"city": "Porto"})),
        Reply::text("Rain in both."),
    ]);
    let answer = with_model(model.clone(), Travel.run("Rain?")).await.expect("an answer");
    assert_eq!(answer.output, "Rain in both.");
    assert_eq!(answer.cost, Cost::ZERO);
    let asked = model.asked();
    assert_eq!(asked[0].instructions.as_deref(), Some("You are a travel assistant."));
    assert_eq!((asked[0].prompt().as_str(), asked[0].streamed), ("Rain?", false));
    assert_eq!(asked[0].tools, ["weather", "book"]);
    assert_eq!(asked[0].definitions[0].description, "Current weather for a city.");
    assert_eq!(asked[1].tool_results(), ["rain in Lisbon", "rain in Porto"]);
    let ids: Vec<&str> = answer.tool_calls.iter().map(|call| call.id.as_str()).collect();
    assert_eq!(ids, ["call_1", "call_2"]);
    model.assert_finished();
}

#[tokio::test]
async fn a_typed_answer_is_a_value_of_the_test() {
    let model = ScriptedModel::new([Reply::json(&json!({"city": "Porto", "days": 3}))]);
    let answer = with_model(model, Planner.run("Go")).await.expect("an answer");
    assert_eq!(answer.output, Plan { city: "Porto".to_owned(), days: 3 });
}

#[tokio::test]
async fn a_function_answers_by_what_was_asked() {
    let model = ScriptedModel::answering(|asked| match asked.tool_results()[..] {
        [] => Reply::call("weather", json!({"city": asked.prompt()})),
        [result, ..] => Reply::text(result),
    });
    let answer = with_model(model, Travel.run("Faro")).await.expect("an answer");
    assert_eq!(answer.output, "rain in Faro");
}

#[tokio::test]
async fn a_script_that_has_ended_is_an_error_that_names_the_request() {
    let model = ScriptedModel::new([Reply::call("weather", json!({"city": "Faro"}))]);
    let asked = Travel.run("Rain?").fallback(["anthropic:claude-haiku-4-5"]);
    let error = with_model(model.clone(), asked).await.expect_err("no answer");
    let ErrorKind::Model(cause) = error.kind() else { panic!("{error:?}") };
    assert_eq!(*cause.kind(), ModelErrorKind::Config);
    assert_eq!(
        error.to_string(),
        "the script of `offline:scripted` has 1 reply, and request 2 asks for one more (3 messages, \
         the last results of `weather`; on offer `weather`, `book`): add a reply, or see why it is \
         asked again"
    );
    assert_eq!(model.asked().len(), 2, "neither repeated nor asked of a fallback");
}

#[tokio::test]
async fn a_script_that_was_not_used_up_is_told() {
    let model = ScriptedModel::new(["One.", "Two.", "Three."]);
    with_model(model.clone(), Planner.run("Go")).await.expect_err("no plan");
    let told = panic_of(|| ScriptedModel::new(["One."]).assert_finished());
    assert_eq!(
        told,
        "the script of `offline:scripted` has 1 reply left: the model was asked 0 times"
    );
    let model = ScriptedModel::new(["One.", "Two."]);
    with_model(model.clone(), Travel.run("Hi")).await.expect("an answer");
    let told = panic_of(|| model.assert_finished());
    assert_eq!(
        told,
        "the script of `offline:scripted` has 1 reply left: the model was asked 1 time, the last \
         time 1 message, the last the user's; on offer `weather`, `book`"
    );
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_is_waited_for_as_long_as_it_says() {
    let model = ScriptedModel::new([
        Reply::rate_limited(Duration::from_secs(7)),
        Reply::status(503),
        Reply::text("Now."),
    ]);
    let start = Instant::now();
    let answer = with_model(model.clone(), Travel.run("Hi")).await.expect("an answer");
    assert!(start.elapsed() >= Duration::from_secs(7), "{:?}", start.elapsed());
    assert_eq!((answer.output.as_str(), answer.requests), ("Now.", 3));
    model.assert_finished();
}

#[tokio::test]
async fn a_status_is_the_error_that_a_provider_would_give() {
    for (status, word) in [(401, "key"), (400, "as it is"), (404, "does not know")] {
        let model = ScriptedModel::new([Reply::status(status)]);
        let error = with_model(model, Travel.run("Hi")).await.expect_err("no answer");
        assert_eq!(error.model_error().expect("a failure").status(), Some(status));
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[tokio::test]
async fn malformed_arguments_are_corrected_by_the_model() {
    let model = ScriptedModel::new([
        Reply::call_with_text("weather", r#"{"city": "Lis"#),
        Reply::call("weather", json!({"city": "Lisbon"})),
        Reply::text("Rain."),
    ]);
    let answer = with_model(model, Travel.run("Rain?")).await.expect("an answer");
    let outcomes: Vec<_> = answer.tool_calls.iter().map(|call| call.outcome).collect();
    assert_eq!(outcomes, [ToolOutcome::Retry, ToolOutcome::Success]);
}

#[tokio::test]
async fn a_refusal_ends_the_run() {
    let model = ScriptedModel::new([Reply::refusal("I would rather not.")]);
    let error = with_model(model, Travel.run("Hi")).await.expect_err("no answer");
    assert!(matches!(error.kind(), ErrorKind::Refused), "{error:?}");
}

#[tokio::test]
async fn a_reply_reports_what_the_test_says_it_took() {
    let reply = Reply::text("Cut").usage(1_000_000, 0).finish_reason(FinishReason::Length);
    let model = ScriptedModel::new([reply]).named("openai:gpt-4o-mini");
    let answer = with_model(model, Travel.run("Hi")).await.expect("an answer");
    assert_eq!(answer.finish_reason, FinishReason::Length);
    assert_eq!(answer.cost.to_string(), "$0.15");
}

/// The texts of a streamed answer, and how it ended.
async fn texts(model: ScriptedModel) -> (Vec<String>, Result<(), fastroai::Error>) {
    with_model(model, async {
        let (mut stream, mut texts) = (Travel.run("Hi").stream(), Vec::new());
        while let Some(event) = stream.next().await {
            match event {
                Ok(AgentEvent::Text(text)) => texts.push(text),
                Ok(_) => {}
                Err(error) => return (texts, Err(error)),
            }
        }
        (texts, Ok(()))
    })
    .await
}

#[tokio::test]
async fn a_stream_comes_in_the_pieces_of_the_script() {
    let chosen = ScriptedModel::new([Reply::chunks(["Take ", "an umbr", "ella."])]);
    assert_eq!(texts(chosen).await.0, ["Take ", "an umbr", "ella."]);
    let cut = ScriptedModel::new([Reply::text("日本語です").in_pieces_of(2)]);
    assert_eq!(texts(cut).await.0, ["日本", "語で", "す"]);
}

#[tokio::test]
async fn a_call_may_come_letter_by_letter() {
    let model = ScriptedModel::new([
        Reply::call("weather", json!({"city": "Faro"})).in_pieces_of(1),
        Reply::text("Rain."),
    ]);
    let (texts, ended) = texts(model.clone()).await;
    ended.expect("an answer");
    assert_eq!(
        (texts.concat().as_str(), model.asked()[1].tool_results()[0]),
        ("Rain.", "rain in Faro")
    );
}

#[tokio::test]
async fn a_stream_that_breaks_off_fails_with_what_had_come() {
    let (texts, ended) =
        texts(ScriptedModel::new([Reply::chunks(["Half", " an"]).cut_off()])).await;
    assert_eq!(texts, ["Half", " an"]);
    let error = ended.expect_err("it breaks off");
    let kept = error.history().last().cloned().expect("a message");
    let fastroai::Message::Assistant(reply) = kept else { panic!("{kept:?}") };
    assert_eq!((reply.text().as_str(), reply.interrupted), ("Half an", true));
}

#[tokio::test(start_paused = true)]
async fn slow_replies_take_their_time_on_a_paused_clock() {
    let minute = Duration::from_secs(60);
    let start = Instant::now();
    let model = ScriptedModel::new([Reply::chunks(["a", "b"]).after(minute).paced(minute)]);
    assert_eq!(texts(model).await.0, ["a", "b"]);
    assert_eq!(start.elapsed(), minute * 4, "before it, each piece, and the end");

    let silent = ScriptedModel::new([Reply::chunks(["a"]).stalled()]);
    let late = with_model(silent.clone(), Travel.run("Hi").timeout(minute)).await;
    assert!(matches!(late.expect_err("late").kind(), ErrorKind::DeadlinePassed));
    assert_eq!(silent.open_streams(), 0);
}
