//! Which tools it calls, when it answers, and what the reply says about itself.

use std::collections::HashSet;

use fastroai_providers::offline::OfflineModel;
use fastroai_providers::{
    FinishReason, Message, Model, ModelErrorKind, Response, ToolChoice, ToolOutcome,
};
use serde_json::{Value, json};

use super::chat::{Chat, tool};

fn names(reply: &Response) -> Vec<&str> {
    reply.tool_calls().map(|call| call.name.as_str()).collect()
}

fn two_tools() -> Chat {
    let city = json!({"type": "object", "properties": {"city": {"type": "string"}},
        "required": ["city"]});
    Chat::new("Hello there").tool(tool("weather", &city)).tool(tool("time", &json!({})))
}

#[test]
fn it_is_free_and_goes_by_any_offline_name() {
    let model = OfflineModel::default();
    assert_eq!(model.id().as_str(), "offline:demo");
    assert!(model.profile().free);
    let other = OfflineModel::new("offline:other".parse().unwrap());
    assert_eq!(other.id().name(), "other");
}

#[test]
fn it_calls_every_tool_once_and_then_answers_from_the_results() {
    let mut chat = two_tools();
    let calls = chat.turn(ToolOutcome::Success, "sunny");
    assert_eq!(names(&calls), ["weather", "time"]);
    assert_eq!(calls.finish_reason, FinishReason::ToolCalls);
    assert_eq!(calls.tool_calls().next().unwrap().arguments, r#"{"city":"example"}"#);

    let answer = chat.turn(ToolOutcome::Success, "");
    assert_eq!(answer.text(), "[offline demo model] weather returned sunny; time returned sunny.");
    assert_eq!(answer.finish_reason, FinishReason::Stop);
    assert_eq!(
        (answer.provider.as_deref(), answer.model.as_deref()),
        (Some("offline"), Some("demo"))
    );
}

#[test]
fn without_tools_it_answers_with_the_prompt() {
    assert_eq!(Chat::new("Hello there").ask().text(), "[offline demo model] You said: Hello there");
}

#[test]
fn a_new_question_has_the_tools_called_again_under_new_ids() {
    let mut chat = two_tools();
    let mut ids: Vec<String> = vec![];
    for _ in 0..3 {
        let calls = chat.turn(ToolOutcome::Success, "x");
        ids.extend(calls.tool_calls().map(|call| call.id.clone()));
        chat.turn(ToolOutcome::Success, "x");
        chat.messages.push(Message::user("Again"));
    }
    assert_eq!(ids.len(), 6);
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 6);
}

#[test]
fn ids_stay_unique_when_the_beginning_of_the_conversation_is_dropped() {
    let mut chat = two_tools();
    chat.turn(ToolOutcome::Success, "x");
    chat.messages.push(Message::user("Again"));
    let second = chat.turn(ToolOutcome::Success, "x");
    chat.messages.drain(..3);
    chat.messages.push(Message::user("And again"));
    let third = chat.ask();
    let all: HashSet<_> = second.tool_calls().chain(third.tool_calls()).map(|c| &c.id).collect();
    assert_eq!(all.len(), 4);
}

#[test]
fn a_tool_that_asks_for_a_correction_is_not_called_again() {
    let mut chat = two_tools();
    chat.turn(ToolOutcome::Retry, "give a real city");
    let answer = chat.ask();
    assert_eq!(answer.tool_calls().count(), 0);
    assert!(
        answer.text().contains("weather asked for other arguments: give a real city"),
        "{}",
        answer.text()
    );
}

#[test]
fn a_correction_by_the_runtime_is_no_new_question() {
    let mut chat = two_tools();
    chat.turn(ToolOutcome::Success, "x");
    chat.messages.push(Message::correction("Answer in JSON"));
    assert_eq!(chat.ask().tool_calls().count(), 0);
}

#[test]
fn it_keeps_to_the_choice_of_tools() {
    assert_eq!(names(&two_tools().choose(ToolChoice::None).ask()), [] as [&str; 0]);
    let named = two_tools().choose(ToolChoice::Named("time".to_owned()));
    assert_eq!(names(&named.ask()), ["time"]);
    let mut required = two_tools().choose(ToolChoice::Required);
    assert_eq!(names(&required.turn(ToolOutcome::Success, "x")), ["weather", "time"]);
    assert_eq!(names(&required.ask()), ["time"]);
}

#[test]
fn a_choice_that_cannot_be_kept_is_an_error() {
    for chat in [
        two_tools().choose(ToolChoice::Named("other".to_owned())),
        Chat::new("Hello").choose(ToolChoice::Required),
    ] {
        let error = chat.try_ask().unwrap_err();
        assert_eq!((error.kind(), error.provider()), (&ModelErrorKind::Config, Some("offline")));
    }
}

#[test]
fn it_calls_one_tool_at_a_time_when_told_to() {
    let mut chat = two_tools();
    chat.settings.parallel_tool_calls = Some(false);
    assert_eq!(names(&chat.turn(ToolOutcome::Success, "x")), ["weather"]);
    assert_eq!(names(&chat.turn(ToolOutcome::Success, "x")), ["time"]);
    assert_eq!(chat.ask().tool_calls().count(), 0);
}

#[test]
fn held_to_a_schema_it_answers_json_that_fits() {
    let schema = json!({"type": "object", "properties": {"ok": {"type": "boolean"}},
        "required": ["ok"]});
    let text = Chat::new("Go").output(&schema).ask().text();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json!({"ok": true}));
}

#[test]
fn usage_counts_words_and_a_limit_cuts_the_answer() {
    let mut chat = Chat::new("one two three");
    let usage = chat.ask().usage;
    assert_eq!((usage.input_tokens, usage.output_tokens), (Some(3), Some(8)));
    chat.settings.max_tokens = Some(5);
    let cut = chat.ask();
    assert_eq!(cut.text(), "[offline demo model] You said: ");
    assert_eq!((cut.finish_reason, cut.usage.output_tokens), (FinishReason::Length, Some(5)));
}

#[test]
fn the_same_conversation_gets_the_same_reply() {
    assert_eq!(two_tools().ask(), two_tools().ask());
}
