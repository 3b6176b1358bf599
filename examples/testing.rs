//! How a program tests its agent: without a model, with a script, and against a conversation that
//! was recorded once.
//!
//! `cargo test -p examples --test testing` runs it, offline.

use std::time::Duration;

use fastroai::prelude::*;
use fastroai::testing::{
    Overrides, Reply, ScriptedModel, TestModel, assert_tool_calls, capture, with_model,
};
use serde::Deserialize;
use serde_json::json;

/// Today's forecast for a city.
#[safe_tool(effect = read_only)]
async fn forecast(
    /// City name, e.g. "Lisbon".
    city: String,
) -> Result<String, ToolError> {
    // As a service would, it takes a moment.
    tokio::time::sleep(Duration::from_millis(20)).await;
    match city.as_str() {
        "Lisbon" => Ok("rain".to_owned()),
        _ => Err(ToolError::tell_model(format!("there is no forecast for {city}"))),
    }
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
struct Advice {
    umbrella: bool,
    why: String,
}

/// You are a travel assistant. Look at the forecast before you answer.
#[agent(model = "openai:gpt-4o-mini", tools = [forecast], output = Advice, max_tokens = 300)]
struct Travel;

#[tokio::test]
async fn a_tool_is_a_function() {
    let told = forecast("Atlantis".to_owned()).await.expect_err("no such city");
    assert_eq!(told.to_string(), "there is no forecast for Atlantis");
}

#[fastroai::test]
async fn the_agent_runs_through_with_any_sound_data() -> Result<()> {
    for seed in 0..5 {
        let model = TestModel::new().seed(seed);
        let answer = with_model(model, Travel.run("Do I need an umbrella?")).await?;
        assert_tool_calls!(answer, [forecast]);
    }
    Ok(())
}

#[fastroai::test]
async fn a_city_without_a_forecast_is_told_to_the_model() -> Result<()> {
    let model = ScriptedModel::new([
        Reply::call("forecast", json!({"city": "Atlantis"})),
        Reply::json(&json!({"umbrella": false, "why": "It is under water."})),
    ]);
    let answer = with_model(model.clone(), Travel.run("And in Atlantis?")).await?;
    assert!(!answer.output.umbrella);
    assert_eq!(model.asked()[1].tool_results(), ["there is no forecast for Atlantis"]);
    model.assert_finished();
    Ok(())
}

#[fastroai::test(start_paused)]
async fn a_busy_provider_is_waited_for() -> Result<()> {
    let model = ScriptedModel::new([
        Reply::rate_limited(Duration::from_secs(20)),
        Reply::json(&json!({"umbrella": true, "why": "rain"})).after(Duration::from_secs(5)),
    ]);
    let answer = with_model(model, Travel.run("Do I need an umbrella?")).await?;
    assert_eq!(answer.requests, 2);
    Ok(())
}

#[fastroai::test]
async fn a_failed_run_leaves_its_transcript() {
    let model = ScriptedModel::new([
        Reply::call("forecast", json!({"city": "Lisbon"})),
        Reply::status(400),
    ]);
    let sunny = Overrides::new().model(model).tool("forecast", |_| Ok::<_, ToolError>("sun"));
    let (answer, runs) = capture(sunny.scope(Travel.run("Do I need an umbrella?"))).await;
    assert!(answer.is_err());
    assert_tool_calls!(runs[0], [forecast { "city": "Lisbon" }]);
    assert_eq!(runs[0].requests[1].tool_results(), ["sun"]);
}

/// `FASTROAI_RECORD=1 cargo test -p examples --test testing` would ask the real model, and write
/// `cassettes/umbrella.json` anew. What it holds now was recorded from a stand-in for the provider.
#[fastroai::test(cassette = "umbrella", max_cost = "$0.001")]
async fn the_model_looks_at_the_forecast_before_it_answers() -> Result<()> {
    let answer = Travel.run("Do I need an umbrella in Lisbon today?").await?;
    assert_tool_calls!(answer, [forecast { "city": "Lisbon" }]);
    assert!(answer.output.umbrella);
    Ok(())
}
