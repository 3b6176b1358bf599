//! A model that calls every tool and answers, without a script.

use fastroai::agent::ToolCallRecord;
use fastroai::prelude::*;
use fastroai::run::OutputMode;
use fastroai::testing::{TestModel, with_model};
use serde_json::{Value, json};

use super::stage::{Plan, Planner, Travel, book, weather};

fn names(calls: &[ToolCallRecord]) -> Vec<&str> {
    calls.iter().map(|call| call.name.as_str()).collect()
}

#[tokio::test]
async fn every_tool_is_called_once_with_data_that_fits() {
    let model = TestModel::new();
    let answer = with_model(model.clone(), Travel.run("Go")).await.expect("an answer");
    assert_eq!(names(&answer.tool_calls), ["weather", "book"]);
    let arguments: Value = serde_json::from_str(&answer.tool_calls[1].arguments).expect("JSON");
    assert!((1..=9).contains(&arguments["seats"].as_u64().expect("a number")), "{arguments}");
    assert!(answer.output.contains("rain in Lisbon"), "{}", answer.output);
    assert_eq!(model.asked().len(), 2);
}

#[tokio::test]
async fn the_answer_fits_the_output_however_it_is_asked_for() {
    let answer = with_model(TestModel::new(), Planner.run("Go")).await.expect("an answer");
    assert!((2..=9).contains(&answer.output.days), "{:?}", answer.output);
    for mode in [OutputMode::Native, OutputMode::Tool] {
        let agent = Agent::builder()
            .model("openai:gpt-4o-mini")
            .tool(fastroai::tool::FunctionTool::new("note", "Notes.", |_: Plan, _| async {
                Ok::<_, ToolError>("noted")
            }))
            .output_mode(mode)
            .output::<Plan>()
            .build()
            .expect("an agent");
        let answer = with_model(TestModel::new(), agent.run("Go")).await.expect("an answer");
        assert_eq!(names(&answer.tool_calls), ["note"], "{mode:?}");
        let fixed = TestModel::new().answer_json(&json!({"city": "Faro", "days": 5}));
        let answer = with_model(fixed, agent.run("Go")).await.expect("an answer");
        assert_eq!(answer.output, Plan { city: "Faro".to_owned(), days: 5 }, "{mode:?}");
    }
}

#[tokio::test]
async fn one_chooses_which_tools_are_called_and_what_is_answered() {
    let one = TestModel::new().only_tools(["book"]).answer("Booked.");
    let answer = with_model(one, Travel.run("Go")).await.expect("an answer");
    assert_eq!(names(&answer.tool_calls), ["book"]);
    assert_eq!(answer.output, "Booked.");
    let none = TestModel::new().without_tools();
    let answer = with_model(none, Travel.run("Go")).await.expect("an answer");
    assert!(answer.tool_calls.is_empty());
}

#[tokio::test]
async fn another_seed_gives_other_data_and_the_same_seed_the_same() {
    let mut seen = Vec::new();
    for seed in [0, 1, 2, 2, 1_000_000, u32::MAX] {
        let model = TestModel::new().seed(seed);
        let answer = with_model(model, Travel.run("Go")).await.expect("an answer");
        let arguments: Vec<String> =
            answer.tool_calls.iter().map(|call| call.arguments.clone()).collect();
        let plan =
            with_model(TestModel::new().seed(seed), Planner.run("Go")).await.expect("a plan");
        assert!((2..=9).contains(&plan.output.days), "{seed}");
        seen.push(arguments);
    }
    assert_ne!(seen[0], seen[1]);
    assert_ne!(seen[1], seen[2]);
    assert_eq!(seen[2], seen[3]);
}

#[tokio::test]
async fn it_streams() {
    let texts = with_model(TestModel::new().answer("Well."), async {
        let (mut stream, mut texts) = (Travel.run("Go").stream(), String::new());
        while let Some(event) = stream.next().await {
            if let AgentEvent::Text(text) = event.expect("an event") {
                texts.push_str(&text);
            }
        }
        texts
    });
    assert_eq!(texts.await, "Well.");
    let _ = (weather("Faro".to_owned()).await, book("Faro".to_owned(), 1).await);
}
