//! Up to where a request is kept in the cache.

use super::*;
use fastroai_providers::HostedTool;
use fastroai_providers::Media;
use fastroai_providers::message::UserMessage;
use fastroai_providers::request::{CachePolicy, CacheTtl};

use CacheTtl::{FiveMinutes, OneHour};

fn short() -> Value {
    json!({"type": "ephemeral"})
}

fn long() -> Value {
    json!({"type": "ephemeral", "ttl": "1h"})
}

fn kept(policy: CachePolicy) -> Settings {
    Settings { cache: Some(policy), ..Settings::default() }
}

fn says(text: &str) -> Message {
    let mut response = Response::default();
    response.parts = vec![Part::text(text)];
    Message::Assistant(response)
}

fn tools() -> [Arc<ToolDefinition>; 2] {
    ["one", "two"]
        .map(|name| Arc::new(ToolDefinition::new(name, "", Schema::new(json!({"type": "object"})))))
}

fn asked(messages: &[Message], settings: &Settings) -> Result<Value, ModelError> {
    let tools = tools();
    let mut request = Request::new(messages, settings);
    request.instructions = Some("Be brief.");
    request.tools = &tools;
    body_of("claude-sonnet-4-5", &request, false)
}

/// The breakpoints of the conversation: the text of the block, and the mark.
fn marks(body: &Value) -> Vec<(String, Value)> {
    let turns = body["messages"].as_array().unwrap().iter();
    let blocks = turns.flat_map(|turn| turn["content"].as_array().unwrap());
    let marked = blocks.filter_map(|block| {
        let mark = block.get("cache_control")?;
        let text = block["text"].as_str().or(block["content"].as_str()).unwrap_or_default();
        Some((text.to_owned(), mark.clone()))
    });
    marked.collect()
}

fn points(texts: &[&str]) -> Message {
    texts
        .iter()
        .fold(UserMessage::default(), |all, text| all.text(*text).cache_point(FiveMinutes))
        .into()
}

#[test]
fn a_policy_ends_tools_instructions_and_the_last_two_turns_of_the_user_in_a_breakpoint() {
    let call = ToolCall::new("a", "one", "{}");
    let mut calling = Response::default();
    calling.parts = vec![Part::ToolCall(call.clone())];
    let messages = [
        Message::user("First"),
        says("Yes?"),
        Message::user("Second"),
        Message::Assistant(calling),
        Message::tool(vec![ToolResult::new(&call, "found", ToolOutcome::Success)]),
    ];
    let body = asked(&messages, &kept(CachePolicy::all(FiveMinutes))).unwrap();
    assert_eq!(body["tools"][0].get("cache_control"), None);
    assert_eq!(body["tools"][1]["cache_control"], short());
    assert_eq!(
        body["system"],
        json!([{"type": "text", "text": "Be brief.", "cache_control": short()}])
    );
    assert_eq!(marks(&body), [("Second".to_owned(), short()), ("found".to_owned(), short())]);
    let unset = asked(&messages, &Settings::default()).unwrap();
    assert!(!unset.to_string().contains("cache_control"), "{unset}");
}

#[test]
fn what_is_not_there_has_no_breakpoint() {
    let settings = kept(CachePolicy::all(OneHour));
    let body =
        body_of("claude-sonnet-4-5", &Request::new(&[Message::user("Hi")], &settings), false)
            .unwrap();
    assert_eq!((body.get("tools"), body.get("system")), (None, None));
    assert_eq!(marks(&body), [("Hi".to_owned(), long())]);
}

#[test]
fn a_hosted_tool_can_end_what_is_kept() {
    let settings = kept(CachePolicy { tools: Some(OneHour), ..CachePolicy::default() });
    let search = json!({"type": "web_search_20250305", "name": "web_search"});
    let hosted = [HostedTool::new("anthropic", search)];
    let messages = [Message::user("Hi")];
    let mut request = Request::new(&messages, &settings);
    request.hosted_tools = &hosted;
    let body = body_of("claude-sonnet-4-5", &request, false).unwrap();
    assert_eq!(
        body["tools"],
        json!([{"type": "web_search_20250305", "name": "web_search", "cache_control": long()}])
    );
}

#[test]
fn behaviour_58_of_more_cache_points_than_the_provider_allows_the_oldest_are_dropped() {
    let messages = [points(&["a", "b", "c"]), says("Yes?"), points(&["d", "e", "f"])];
    let kept_of = |settings: &Settings| -> Vec<String> {
        let body = asked(&messages, settings).unwrap();
        marks(&body).into_iter().map(|(text, _)| text).collect()
    };
    assert_eq!(kept_of(&Settings::default()), ["c", "d", "e", "f"]);
    let all = kept(CachePolicy { conversation: None, ..CachePolicy::all(FiveMinutes) });
    assert_eq!(kept_of(&all), ["e", "f"], "tools and instructions have a breakpoint each");
    assert_eq!(kept_of(&kept(CachePolicy::all(FiveMinutes))), ["e", "f"]);
}

#[test]
fn behaviour_58_a_cache_point_with_nothing_before_it_is_an_error() {
    let blank = UserMessage::from(" ").cache_point(FiveMinutes).text("Hi");
    let first = UserMessage::default().cache_point(OneHour).text("Hi");
    for message in [blank, first] {
        // What another message holds is before it too, but not its to mark.
        let messages = [Message::user("Before"), says("Yes?"), Message::from(message)];
        let error = asked(&messages, &Settings::default()).unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Config);
        assert!(error.to_string().contains("nothing before it"), "{error}");
        let settings = Settings::default();
        let request = Request::new(&messages, &settings);
        let wire = fastroai_providers::openai::ChatCompletions::new();
        let error = wire.encode("gpt-4o-mini", &request, false).unwrap_err();
        assert!(error.to_string().contains("nothing before it"), "{error}");
    }
}

#[test]
fn a_cache_point_behind_media_marks_them() {
    let paper = Media::document_url("https://example.com/paper.pdf").unwrap();
    let message =
        UserMessage::from("Read this.").attach(paper).cache_point(OneHour).text("Sum up.");
    let body = asked(&[message.into()], &Settings::default()).unwrap();
    assert_eq!(
        body["messages"][0]["content"],
        json!([
            {"type": "text", "text": "Read this."},
            {"type": "document",
             "source": {"type": "url", "url": "https://example.com/paper.pdf"},
             "cache_control": long()},
            {"type": "text", "text": "Sum up."}
        ])
    );
}

#[test]
fn a_point_that_is_asked_for_twice_is_kept_for_the_longer_time() {
    let message = UserMessage::from("Hi").cache_point(OneHour).cache_point(FiveMinutes);
    let policy = CachePolicy { conversation: Some(FiveMinutes), ..CachePolicy::default() };
    let body = asked(&[message.into()], &kept(policy)).unwrap();
    assert_eq!(marks(&body), [("Hi".to_owned(), long())]);
}

#[test]
fn an_hour_behind_five_minutes_is_refused() {
    let late = CachePolicy { tools: Some(FiveMinutes), ..CachePolicy::all(OneHour) };
    let error = asked(&[Message::user("Hi")], &kept(late)).unwrap_err();
    assert!(error.to_string().contains("for an hour"), "{error}");
    let early = CachePolicy { conversation: Some(FiveMinutes), ..CachePolicy::all(OneHour) };
    assert!(asked(&[Message::user("Hi")], &kept(early)).is_ok());
}
