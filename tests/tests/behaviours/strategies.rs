//! Tools that are called in the same reply as an answer is handed in.

use fastroai::ErrorKind;
use fastroai::agent::AgentBuilder;
use fastroai::prelude::*;
use fastroai::providers::ToolOutcome;
use fastroai::run::{EndStrategy, OUTPUT_TOOL, OutputMode};
use serde::Deserialize;
use tests::scripted::{Scripted, Step, call, calls};

use super::stage::{Counter, MODEL, agent, contents, results, runtime, tool};
use super::transcript::assert_closed;
use EndStrategy::{Early, Exhaustive, Graceful};

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
struct City {
    name: String,
}

const LISBON: &str = r#"{"name":"Lisbon"}"#;
const PORTO: &str = r#"{"name":"Porto"}"#;

/// An agent with a tool that counts its calls, and asks for another number than 1.
fn armed(strategy: EndStrategy, ran: &Counter) -> AgentBuilder<City> {
    let ran = ran.clone();
    let picky = tool("picky", move |n, _| {
        ran.raise();
        async move { if n == 1 { Err(ToolError::retry("not 1")) } else { Ok(format!("got {n}")) } }
    });
    let agent = agent().output_mode(OutputMode::Tool).end_strategy(strategy);
    agent.tool(picky).output::<City>()
}

fn both(answer: &str, n: u32) -> Step {
    calls(&[("a", OUTPUT_TOOL, answer), ("b", "picky", &format!(r#"{{"n":{n}}}"#))])
}

#[tokio::test]
async fn behaviour_38_tools_beside_an_answer_run_or_are_skipped_as_the_strategy_says() {
    for (strategy, runs) in [(Graceful, 1), (Early, 0), (Exhaustive, 1)] {
        let ran = Counter::default();
        let agent = armed(strategy, &ran).build().expect("an agent");
        let model = Scripted::new(MODEL, [both(LISBON, 2)]);
        let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
        assert_eq!((answer.output.name.as_str(), ran.get()), ("Lisbon", runs), "{strategy:?}");
        assert_eq!(answer.tool_calls.len(), runs, "what did not run is no call");
        assert_closed(&answer.messages);
        let result = &results(&answer.messages)[0].results[1];
        match strategy {
            Early => assert_eq!(
                (result.content.as_str(), result.outcome),
                ("Not run: there is an answer.", ToolOutcome::Interrupted)
            ),
            _ => assert_eq!(result.content, "got 2"),
        }
    }
}

#[tokio::test]
async fn behaviour_38_of_several_answers_the_first_that_fits_is_taken_and_all_are_looked_at_where_asked()
 {
    let bad = r#"{"name":1}"#;
    for (strategy, looked) in [(Graceful, 1), (Early, 1), (Exhaustive, 2)] {
        let seen = Counter::default();
        let counted = seen.clone();
        let ran = Counter::default();
        let agent = armed(strategy, &ran).output_fn(move |city: City| {
            counted.raise();
            Ok::<_, OutputError>(city.name)
        });
        let answers = calls(&[
            ("a", OUTPUT_TOOL, bad),
            ("b", OUTPUT_TOOL, LISBON),
            ("c", OUTPUT_TOOL, PORTO),
        ]);
        let model = Scripted::new(MODEL, [answers]);
        let agent = agent.build().expect("an agent");
        let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
        assert_eq!((answer.output.as_str(), seen.get()), ("Lisbon", looked), "{strategy:?}");
        assert_closed(&answer.messages);
    }
}

#[tokio::test]
async fn behaviour_38_after_an_answer_is_taken_one_that_does_not_fit_changes_nothing() {
    let ran = Counter::default();
    let agent = armed(Exhaustive, &ran).output_attempts(1).build().expect("an agent");
    let answers = calls(&[("a", OUTPUT_TOOL, LISBON), ("b", OUTPUT_TOOL, "{}")]);
    let model = Scripted::new(MODEL, [answers]);
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.output.name, "Lisbon");
    assert_closed(&answer.messages);
}

#[tokio::test]
async fn behaviour_38_where_no_answer_fits_tools_run_and_the_model_is_asked_again() {
    for strategy in [Graceful, Early, Exhaustive] {
        let ran = Counter::default();
        let agent = armed(strategy, &ran).build().expect("an agent");
        let model = Scripted::new(MODEL, [both("{}", 2), call("c", OUTPUT_TOOL, LISBON)]);
        let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
        assert_eq!((answer.output.name.as_str(), ran.get()), ("Lisbon", 1), "{strategy:?}");
        assert_eq!(contents(&answer.messages)[1], "got 2");
        assert_closed(&answer.messages);
    }
}

#[tokio::test]
async fn behaviour_38_tools_that_are_skipped_are_no_calls_that_are_too_many() {
    let ran = Counter::default();
    let limited = |strategy| {
        let agent = armed(strategy, &ran).configure(|config| config.max_tool_calls(0));
        agent.build().expect("an agent")
    };
    let model = Scripted::new(MODEL, [both(LISBON, 2)]);
    let answer = limited(Early).run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.output.name, "Lisbon");
    for (strategy, said) in [(Graceful, LISBON), (Early, "{}")] {
        let model = Scripted::new(MODEL, [both(said, 2)]);
        let error = limited(strategy).run("Go").on(&runtime(&model)).await.expect_err("too many");
        assert!(
            matches!(error.kind(), ErrorKind::MaxToolCalls { limit: 0, asked: 1 }),
            "{error:?}"
        );
        assert_closed(error.history());
    }
    assert_eq!(ran.get(), 0);
}

#[tokio::test]
async fn behaviour_39_an_answer_is_held_back_where_a_tool_beside_it_asks_again() {
    for strategy in [Graceful, Exhaustive] {
        let (ran, seen) = (Counter::default(), Counter::default());
        let counted = seen.clone();
        // The answer that was held back is no attempt.
        let agent = armed(strategy, &ran).output_attempts(1).output_fn(move |city: City| {
            counted.raise();
            Ok::<_, OutputError>(city.name)
        });
        let model = Scripted::new(MODEL, [both(LISBON, 1), both(PORTO, 2)]);
        let agent = agent.build().expect("an agent");
        let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
        assert_eq!((answer.output.as_str(), ran.get(), seen.get()), ("Porto", 2, 1));
        let told = contents(&answer.messages);
        assert!(told[0].starts_with("Held back"), "{told:?}");
        assert_eq!(told[1], "not 1");
        assert_closed(&answer.messages);
    }
    let ran = Counter::default();
    let agent = armed(Early, &ran).build().expect("an agent");
    let model = Scripted::new(MODEL, [both(LISBON, 1)]);
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!((answer.output.name.as_str(), ran.get()), ("Lisbon", 0), "early asks no tool");
}
