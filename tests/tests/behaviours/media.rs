//! Questions of more than text, and tools that the provider runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use fastroai::prelude::*;
use fastroai::providers::message::{MediaError, UserMessage, UserPart};
use fastroai::providers::request::CacheTtl;
use fastroai::tool::{FunctionTool, ToolReply};
use fastroai::{History, HostedTool, Media, Message};
use serde_json::json;
use tests::scripted::{Scripted, call, calls, text};

use crate::stage::{agent, runtime};

/// No arguments.
#[derive(serde::Deserialize, JsonSchema)]
struct Nothing {}

#[tokio::test(start_paused = true)]
async fn media_go_with_the_prompt_and_stay_in_the_history() {
    let model = Scripted::new("test:model", [text("A cat."), text("Yes.")]);
    let runtime = runtime(&model);
    let agent = agent().build().expect("an agent");
    let photo = Media::image_bytes("image/png", [1, 2, 3]).expect("a photo");
    let first = agent.run("What is it?").attach(photo.clone()).on(&runtime).await.expect("a reply");
    let question = Message::from(UserMessage::from("What is it?").attach(photo));
    assert_eq!(first.messages[0], question);

    agent.run("Sure?").messages(&first.messages).on(&runtime).await.expect("a reply");
    let asked = model.asked();
    assert_eq!(asked[0].messages.as_slice(), std::slice::from_ref(&question));
    assert_eq!(asked[1].messages[0], question);
}

#[tokio::test(start_paused = true)]
async fn a_prompt_may_be_a_whole_message() {
    let model = Scripted::new("test:model", [text("Press the button.")]);
    let agent = agent().build().expect("an agent");
    let manual = Media::document_url("https://example.com/manual.pdf").expect("a manual");
    let question =
        UserMessage::default().attach(manual).cache_point(CacheTtl::OneHour).text("How?");
    agent.run(question.clone()).on(&runtime(&model)).await.expect("a reply");
    assert_eq!(model.asked()[0].messages, [Message::User(question.clone())]);
    assert!(matches!(question.parts[1], UserPart::CachePoint { .. }));
}

/// A page, with as many pictures as asked for.
#[safe_tool]
async fn page(
    /// How many.
    pictures: u8,
) -> Result<ToolReply, MediaError> {
    let picture = Media::image_bytes("image/png", [1, 2, 3])?;
    let page = ToolReply::new("A page.");
    Ok((0..pictures).fold(page, |page, _| page.attach(picture.clone())))
}

/// The same, from a thread that blocks.
#[safe_tool]
fn scan() -> ToolReply {
    Media::document_bytes("application/pdf", "%PDF-1.7").map_or_else(|_| "".into(), Into::into)
}

/// You read pages.
#[agent(model = "offline:demo", tools = [page, scan])]
struct Reader {}

#[tokio::test(start_paused = true)]
async fn a_tool_gives_pictures_and_documents_beside_its_text() {
    let both = calls(&[("a", "page", r#"{"pictures": 2}"#), ("b", "scan", "{}")]);
    let model = Scripted::new("test:model", [both, text("Read.")]);
    let answer =
        Reader {}.run("Read.").model("test:model").on(&runtime(&model)).await.expect("an answer");
    let Message::Tool(tool) = &model.asked()[1].messages[2] else { panic!("results") };
    let [page, scan] = tool.results.as_slice() else { panic!("two results") };
    assert_eq!((page.content.as_str(), page.media.len()), ("A page.", 2));
    assert_eq!((scan.content.as_str(), scan.media.len()), ("", 1));
    assert_eq!(scan.media[0].media_type(), Some("application/pdf"));
    // The schema knows nothing of it, and the history keeps it.
    let schema = Reader {}.tools()[1].definition().parameters.as_value().to_string();
    assert!(!schema.contains("media"), "{schema}");
    let stored = serde_json::to_string(&answer.messages).expect("JSON");
    assert_eq!(serde_json::from_str::<History>(&stored).expect("a history"), answer.messages);
}

#[tokio::test(start_paused = true)]
async fn too_many_pictures_are_left_out_and_the_model_is_told() {
    let many = call("a", "page", r#"{"pictures": 23}"#);
    let model = Scripted::new("test:model", [many, text("Read.")]);
    Reader {}.run("Read.").model("test:model").on(&runtime(&model)).await.expect("an answer");
    let Message::Tool(tool) = &model.asked()[1].messages[2] else { panic!("results") };
    assert_eq!(tool.results[0].media.len(), 20);
    let expected = "A page.\n(Left out: 3 of 23 files, which are too much.)";
    assert_eq!(tool.results[0].content, expected);
}

#[tokio::test(start_paused = true)]
async fn pictures_that_are_too_large_are_left_out_and_smaller_ones_stay() {
    let tool = FunctionTool::new("look", "Look.", |_: Nothing, _run| async {
        let large = Media::image_bytes("image/png", vec![0; 16 << 20])?;
        let small = Media::image_bytes("image/png", [1])?;
        Ok::<_, MediaError>(ToolReply::from(small.clone()).attach(large).attach(small))
    });
    let model = Scripted::new("test:model", [call("a", "look", "{}"), text("Seen.")]);
    let agent = agent().tool(tool).build().expect("an agent");
    agent.run("Look.").on(&runtime(&model)).await.expect("an answer");
    let Message::Tool(tool) = &model.asked()[1].messages[2] else { panic!("results") };
    assert_eq!(tool.results[0].media.len(), 2);
    assert!(tool.results[0].content.contains("1 of 3 files"), "{}", tool.results[0].content);
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_sees_something_new_each_time_goes_round_in_no_circle() {
    let seen = Arc::new(AtomicU8::new(0));
    let tool = FunctionTool::new("look", "Look.", move |_: Nothing, _run| {
        let next = seen.fetch_add(1, Ordering::Relaxed);
        async move { Media::image_bytes("image/png", [next]).map(ToolReply::from) }
    });
    let looks = (0..6).map(|_| call("a", "look", "{}"));
    let model = Scripted::new("test:model", looks.chain([text("Seen.")]));
    let agent = agent().tool(tool).build().expect("an agent");
    let answer = agent.run("Watch.").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.output, "Seen.");
}

#[tokio::test(start_paused = true)]
async fn hosted_tools_are_offered_at_every_turn() {
    let model = Scripted::new("test:model", [text(""), text("Found.")]);
    let search = HostedTool::new("test", json!({"type": "search"}));
    let agent = agent().hosted_tool(search.clone()).build().expect("an agent");
    agent.run("Search.").on(&runtime(&model)).await.expect("a reply");
    for asked in model.asked() {
        assert_eq!(asked.hosted_tools.as_slice(), std::slice::from_ref(&search));
    }
    assert_eq!(model.asked().len(), 2);
}
