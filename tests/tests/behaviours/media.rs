//! Questions of more than text, and tools that the provider runs.

use fastroai::providers::message::{UserMessage, UserPart};
use fastroai::providers::request::CacheTtl;
use fastroai::{HostedTool, Media, Message};
use serde_json::json;
use tests::scripted::{Scripted, text};

use crate::stage::{agent, runtime};

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
