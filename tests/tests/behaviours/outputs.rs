//! Typed answers: how they are asked for, checked and corrected.

use fastroai::ErrorKind;
use fastroai::prelude::*;
use fastroai::providers::{FinishReason, Message, Part, Profile, ToolCall, ToolChoice};
use fastroai::run::{OUTPUT_TOOL, OutputMode};
use serde::Deserialize;
use tests::scripted::{Scripted, Step, call, calls, reply, text};

use super::stage::{MODEL, agent, contents, echo, results, runtime};
use super::transcript::assert_closed;

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
struct Plan {
    city: String,
    stops: Vec<Stop>,
}

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
struct Stop {
    name: String,
    minutes: u32,
}

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Mood {
    Glad,
    Sad,
}

const PLAN: &str = r#"{"city":"Lisbon","stops":[{"name":"Belem","minutes":90}]}"#;

fn plan() -> Plan {
    Plan { city: "Lisbon".into(), stops: vec![Stop { name: "Belem".into(), minutes: 90 }] }
}

fn without_schemas(steps: impl IntoIterator<Item = Step>) -> Scripted {
    let mut profile = Profile::default();
    profile.json_schema = false;
    Scripted::with_profile(MODEL, profile, steps)
}

#[tokio::test]
async fn behaviour_40_text_beside_tool_calls_is_not_the_answer() {
    let said = reply(vec![
        Part::text("Let me look that up."),
        Part::ToolCall(ToolCall::new("a", "echo", r#"{"n":1}"#)),
    ]);
    let model = Scripted::new("test:model", [Step::Reply(said), text("It is 1")]);
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!((answer.output.as_str(), contents(&answer.messages)), ("It is 1", vec!["got 1"]));
}

#[tokio::test]
async fn a_model_that_takes_schemas_is_asked_for_json() {
    let model = Scripted::new("test:model", [text(PLAN)]);
    let agent = agent().output::<Plan>().build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.output, plan());
    let asked = &model.asked()[0];
    assert_eq!((asked.tools.len(), &asked.tool_choice), (0, &ToolChoice::Auto));
}

#[tokio::test]
async fn a_model_that_takes_none_hands_the_answer_in_by_a_tool() {
    let model = without_schemas([call("a", OUTPUT_TOOL, PLAN)]);
    let agent = agent().tool(echo("echo")).output::<Plan>().build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.output, plan());
    let asked = &model.asked()[0];
    assert_eq!(asked.tools, ["echo", OUTPUT_TOOL]);
    assert_eq!(asked.tool_choice, ToolChoice::Required);
    assert!(answer.tool_calls.is_empty(), "handing in is no tool that ran");
    assert_closed(&answer.messages);
}

#[tokio::test]
async fn a_model_that_takes_no_schema_beside_tools_gets_one_or_the_other() {
    let mut profile = Profile::default();
    profile.json_schema_beside_tools = false;
    let model = Scripted::with_profile(MODEL, profile, [text(PLAN), call("a", OUTPUT_TOOL, PLAN)]);
    let bare = agent().output::<Plan>().build().expect("an agent");
    let armed = agent().tool(echo("echo")).output::<Plan>().build().expect("an agent");
    for agent in [&bare, &armed] {
        let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
        assert_eq!(answer.output, plan());
    }
    let asked = model.asked();
    assert!(asked[0].tools.is_empty());
    assert_eq!(asked[1].tools, ["echo", OUTPUT_TOOL]);
}

#[tokio::test]
async fn a_rejected_answer_goes_back_with_the_place_and_the_next_one_is_taken() {
    let bad = r#"{"city":"Lisbon","stops":[{"name":"Belem","minutes":"long"}]}"#;
    let model = Scripted::new("test:model", [text(bad), text(PLAN)]);
    let agent = agent().output::<Plan>().build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.output, plan());
    let Some(Message::User(told)) = model.asked()[1].messages.last().cloned() else {
        panic!("a correction is a message of the user's")
    };
    let told = told.parts[0].as_text().expect("a text").to_owned();
    assert!(told.contains("stops[0].minutes"), "{told}");
    assert_eq!(answer.bill.requests(), 2, "both are paid for");
}

#[tokio::test]
async fn a_rejected_call_of_the_answer_tool_goes_back_as_its_result() {
    let model =
        without_schemas([call("a", OUTPUT_TOOL, r#"{"city":1}"#), call("b", OUTPUT_TOOL, PLAN)]);
    let agent = agent().output::<Plan>().build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.output, plan());
    let told = &results(&answer.messages)[0].results[0];
    assert_eq!(told.call_id, "a");
    assert!(told.content.contains("`city`"), "{}", told.content);
    assert_closed(&answer.messages);
}

#[tokio::test]
async fn tools_beside_the_answer_run_before_it_is_taken() {
    let model = without_schemas([calls(&[("a", OUTPUT_TOOL, PLAN), ("b", "echo", r#"{"n":1}"#)])]);
    let agent = agent().tool(echo("echo")).output::<Plan>().build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(contents(&answer.messages)[1], "got 1");
    assert_closed(&answer.messages);
}

#[tokio::test]
async fn of_two_answers_in_one_reply_the_first_that_fits_is_taken() {
    let other = PLAN.replace("Lisbon", "Porto");
    let model = without_schemas([calls(&[
        ("a", OUTPUT_TOOL, r#"{"city":1}"#),
        ("b", OUTPUT_TOOL, PLAN),
        ("c", OUTPUT_TOOL, &other),
    ])]);
    let agent = agent().output::<Plan>().build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!((answer.output, model.asked().len()), (plan(), 1));
    assert_closed(&answer.messages);
}

#[tokio::test]
async fn an_answer_in_text_is_taken_though_a_tool_was_on_offer() {
    let model = without_schemas([text(&format!("```json\n{PLAN}\n```"))]);
    let agent = agent().output::<Plan>().build().expect("an agent");
    assert_eq!(agent.run("Go").on(&runtime(&model)).await.expect("an answer").output, plan());
}

#[tokio::test]
async fn answers_that_are_no_objects_come_in_a_wrapper() {
    let model = Scripted::new(
        "test:model",
        [text(r#"{"value":[1,2,3]}"#), text(r#"{"value":"sad"}"#), text("\"glad\"")],
    );
    let rt = runtime(&model);
    let numbers = agent().output::<Vec<u32>>().build().expect("an agent");
    assert_eq!(numbers.run("Go").on(&rt).await.expect("an answer").output, [1, 2, 3]);
    let moods = agent().output::<Mood>().build().expect("an agent");
    assert_eq!(moods.run("Go").on(&rt).await.expect("an answer").output, Mood::Sad);
    assert_eq!(moods.run("Go").on(&rt).await.expect("a bare one will do").output, Mood::Glad);
}

#[tokio::test]
async fn an_enum_that_is_none_of_its_words_is_rejected() {
    let model =
        Scripted::new("test:model", [text(r#"{"value":"furious"}"#), text(r#"{"value":"glad"}"#)]);
    let agent = agent().output::<Mood>().build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.output, Mood::Glad);
    let Some(Message::User(told)) = model.asked()[1].messages.last().cloned() else {
        panic!("told")
    };
    let told = told.parts[0].as_text().expect("a text").to_owned();
    assert!(told.contains("`glad`") && told.contains("`sad`"), "{told}");
}

#[tokio::test]
async fn attempts_at_an_answer_are_counted_in_each_run_alone() {
    let model = Scripted::new("test:model", [text("{}"), text("[]"), text("{}"), text(PLAN)]);
    let rt = runtime(&model);
    let agent = agent()
        .output::<Plan>()
        .configure(|config| config.output_attempts(2))
        .build()
        .expect("an agent");
    let error = agent.run("Go").on(&rt).await.expect_err("two attempts");
    let ErrorKind::OutputInvalid { attempts: 2, reason } = error.kind() else {
        panic!("{error:?}")
    };
    assert!(!reason.as_str().is_empty());
    assert!(!format!("{error:?}").contains(reason.as_str()), "a reason may hold a piece of it");
    assert_closed(error.history());
    let answer = agent.run("Go").on(&rt).await.expect("the next run begins anew");
    assert_eq!(answer.output, plan());
}

#[tokio::test]
async fn an_answer_tool_called_with_cut_arguments_ends_the_run_as_cut_text_does() {
    let cut = || {
        let mut cut =
            reply(vec![Part::ToolCall(ToolCall::new("a", OUTPUT_TOOL, r#"{"city":"Lis"#))]);
        cut.finish_reason = FinishReason::Length;
        Step::Reply(cut)
    };
    let model = without_schemas((0..16).map(|_| cut()));
    let agent = agent().output::<Plan>().build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("cut");
    assert!(matches!(error.kind(), ErrorKind::OutputTruncated), "{error:?}");
    assert_eq!(model.asked().len(), 1, "asking again would be cut again");
    assert_closed(error.history());
}

#[tokio::test]
async fn handing_in_the_answer_is_no_tool_call_that_counts() {
    let model = without_schemas([call("a", OUTPUT_TOOL, PLAN)]);
    let agent = agent()
        .output::<Plan>()
        .configure(|config| config.max_tool_calls(0))
        .build()
        .expect("an agent");
    assert_eq!(agent.run("Go").on(&runtime(&model)).await.expect("an answer").output, plan());
}

#[tokio::test]
async fn text_cut_at_the_token_limit_is_an_answer_that_says_so() {
    let mut cut = reply(vec![Part::text("Once upon a")]);
    cut.finish_reason = FinishReason::Length;
    let model = Scripted::new("test:model", [Step::Reply(cut)]);
    let agent = agent().build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(
        (answer.output.as_str(), answer.finish_reason),
        ("Once upon a", FinishReason::Length)
    );
}

fn filtered(parts: Vec<Part>) -> Step {
    let mut filtered = reply(parts);
    filtered.finish_reason = FinishReason::ContentFilter;
    Step::Reply(filtered)
}

#[tokio::test]
async fn behaviour_37_text_that_the_filter_cut_is_an_answer_that_says_so() {
    let model = Scripted::new("test:model", [filtered(vec![Part::text("Once upon a")])]);
    let agent = agent().build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("there is content");
    assert_eq!(
        (answer.output.as_str(), answer.finish_reason),
        ("Once upon a", FinishReason::ContentFilter)
    );
}

#[tokio::test]
async fn behaviour_37_a_typed_answer_is_taken_where_it_is_whole_and_else_the_filter_is_to_blame() {
    let by_tool = |arguments: &str| {
        without_schemas([filtered(vec![Part::ToolCall(ToolCall::new(
            "a",
            OUTPUT_TOOL,
            arguments,
        ))])])
    };
    let native = |said: &str| Scripted::new("test:model", [filtered(vec![Part::text(said)])]);
    let agent = agent().output::<Plan>().build().expect("an agent");
    for model in [native(PLAN), by_tool(PLAN)] {
        let answer = agent.run("Go").on(&runtime(&model)).await.expect("it is whole");
        assert_eq!(answer.output, plan());
    }
    for model in [native(r#"{"city":"Lis"#), by_tool(r#"{"city":"Lis"#)] {
        let error = agent.run("Go").on(&runtime(&model)).await.expect_err("it was cut");
        assert!(matches!(error.kind(), ErrorKind::Filtered), "{error:?}");
        assert_eq!(model.asked().len(), 1, "asking again would be filtered again");
        assert_closed(error.history());
    }
}

#[tokio::test]
async fn behaviour_37_without_content_the_filter_is_an_error_and_no_retry() {
    let model = Scripted::new("test:model", [filtered(vec![Part::text(" ")]), text(PLAN)]);
    let agent = agent().build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("nothing was said");
    assert!(matches!(error.kind(), ErrorKind::Filtered), "{error:?}");
    assert_eq!(model.asked().len(), 1);
}

fn prompted(instructions: &str, schema: &str) -> String {
    format!(
        "{instructions}\n\nAnswer with one JSON object that fits this JSON schema, and with nothing \
         else:\n\n{schema}"
    )
}

#[tokio::test]
async fn a_model_that_takes_neither_schemas_nor_tools_is_asked_in_words() {
    let mut profile = Profile::default();
    (profile.json_schema, profile.tools) = (false, false);
    let fenced = format!("```json\n{PLAN}\n```");
    let steps = [text(r#"{"city":"Lisbon"}"#), text(&fenced)];
    let model = Scripted::with_profile(MODEL, profile, steps);
    let agent = agent().instructions("Plan a trip.").output::<Plan>().build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.output, plan());
    let asked = model.asked();
    assert_eq!(asked.len(), 2, "what does not fit is corrected");
    let schema =
        <Plan as fastroai::AgentOutput>::schema().expect("a schema").as_value().to_string();
    assert!(schema.contains("minutes"));
    for asked in asked {
        assert_eq!(asked.instructions.as_deref(), Some(&*prompted("Plan a trip.", &schema)));
        assert_eq!((asked.tools.len(), &asked.tool_choice), (0, &ToolChoice::Auto));
    }
}

#[tokio::test]
async fn an_agent_says_how_its_answer_is_asked_for_whatever_the_model_can_do() {
    let model = Scripted::new(MODEL, [call("a", OUTPUT_TOOL, PLAN), text(PLAN), text(PLAN)]);
    let rt = runtime(&model);
    for mode in [OutputMode::Tool, OutputMode::Prompted, OutputMode::Text] {
        let agent = agent().output::<Plan>().output_mode(mode).build().expect("an agent");
        let answer = agent.run("Go").on(&rt).await.expect("an answer");
        assert_eq!(answer.output, plan());
    }
    let model_without = without_schemas([text(PLAN)]);
    let native = agent().output::<Plan>().output_mode(OutputMode::Native).build().expect("one");
    native.run("Go").on(&runtime(&model_without)).await.expect("an answer");
    assert!(model_without.asked()[0].tools.is_empty());
    let asked = model.asked();
    assert_eq!(asked[0].tools, [OUTPUT_TOOL]);
    assert!(asked[1].tools.is_empty() && asked[1].instructions.is_some());
    assert!(asked[2].tools.is_empty() && asked[2].instructions.is_none());
}

#[tokio::test]
async fn text_is_text_however_a_typed_answer_would_be_asked_for() {
    for mode in [OutputMode::Native, OutputMode::Tool, OutputMode::Prompted, OutputMode::Text] {
        let model = Scripted::new(MODEL, [text("Hello")]);
        let agent = agent().output_mode(mode).build().expect("an agent");
        let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
        assert_eq!(answer.output, "Hello");
        assert!(model.asked()[0].tools.is_empty() && model.asked()[0].instructions.is_none());
    }
}
