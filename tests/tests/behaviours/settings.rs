//! What a model is asked with, and how its answer is labelled.

use fastroai::Settings;
use fastroai::providers::Part;
use tests::scripted::{Scripted, Step, call, reply, text};

use super::stage::{Counter, agent, echo, runtime};

#[tokio::test]
async fn behaviour_19_the_answer_names_the_model_that_gave_it() {
    let mut dated = reply(vec![Part::text("Hello")]);
    dated.model = Some("model-2026-01-01".to_owned());
    let model = Scripted::new("test:model", [Step::Reply(dated)]);
    let agent = agent().build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.model, "model-2026-01-01");
    assert_eq!(answer.bill.lines()[0].model, "model-2026-01-01");
}

/// An agent always has a model, so that there is always a name to fall back on.
#[tokio::test]
async fn behaviour_19_where_the_reply_names_none_it_is_the_one_that_was_asked() {
    let model = Scripted::new("test:model", [text("Hello")]);
    let agent = agent().build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.model, "model");
}

#[tokio::test]
async fn behaviour_19_tokens_are_counted_where_no_price_is_known() {
    let model = Scripted::new("acme:unheard-of", [text("Hello")]);
    let agent = agent().model("acme:unheard-of").build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!((answer.usage.input_tokens, answer.usage.output_tokens), (Some(10), Some(5)));
    assert_eq!(answer.cost.exact(), None, "unknown, not nothing");
    assert_eq!(answer.cost.to_string(), "cost unknown");
}

/// Settings belong to the agent and the call; a model has none of its own, as none is a thing
/// that a user sets up. What is made anew for each request is the instructions.
#[tokio::test]
async fn behaviour_54_settings_are_merged_key_by_key_and_the_call_wins() {
    let model = Scripted::new("test:model", [text("a"), text("b")]);
    let rt = runtime(&model);
    let agent = agent()
        .settings(&Settings {
            temperature: Some(0.2),
            max_tokens: Some(500),
            ..Settings::default()
        })
        .settings(&Settings { seed: Some(7), temperature: Some(0.3), ..Settings::default() })
        .build()
        .expect("an agent");
    let cold = Settings { temperature: Some(0.0), ..Settings::default() };
    let stop = Settings { stop_sequences: Some(vec!["END".into()]), ..Settings::default() };
    agent.run("Go").on(&rt).settings(&cold).settings(&stop).await.expect("an answer");
    agent.run("Go").on(&rt).await.expect("an answer");
    let asked = model.asked();
    let mut merged =
        Settings { temperature: Some(0.0), max_tokens: Some(500), seed: Some(7), ..stop };
    assert_eq!(asked[0].settings, merged);
    (merged.temperature, merged.stop_sequences) = (Some(0.3), None);
    assert_eq!(asked[1].settings, merged, "a call's settings end with it");
}

#[tokio::test]
async fn behaviour_54_instructions_are_made_anew_for_each_request() {
    let model = Scripted::new("test:model", [call("a", "echo", r#"{"n":1}"#), text("Done")]);
    let made = Counter::default();
    let counted = made.clone();
    let agent = agent()
        .instructions_with(move || format!("Request {}.", counted.raise() + 1))
        .tool(echo("echo"))
        .build()
        .expect("an agent");
    agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    let told: Vec<_> = model.asked().into_iter().filter_map(|asked| asked.instructions).collect();
    assert_eq!(told, ["Request 1.", "Request 2."]);
}

#[tokio::test]
async fn what_is_not_set_is_not_sent() {
    let model = Scripted::new("test:model", [text("Hello")]);
    let agent = agent().build().expect("an agent");
    agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    let asked = &model.asked()[0];
    assert_eq!(asked.settings, Settings::default());
    assert_eq!((asked.instructions.as_deref(), asked.streamed), (None, false));
}
