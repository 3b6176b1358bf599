//! Runs under a mask: what the model, the tool, the user and the conversation read.

use std::sync::{Arc, Mutex};

use fastroai::approval::{Decisions, PausedRun};
use fastroai::guard::{Guard, Mask, Redactor};
use fastroai::prelude::*;
use fastroai::testing::{Reply, ScriptedModel, with_model};
use serde_json::json;

#[derive(Default)]
struct Post(Mutex<Vec<String>>);

/// Send a letter.
#[safe_tool]
async fn send(to: String, #[context] post: &Post) -> String {
    let told = format!("sent to {to}");
    post.0.lock().unwrap().push(to);
    told
}

/// Give up an account.
#[safe_tool(approve)]
async fn close(#[tool(pattern = "@")] account: String, #[context] post: &Post) -> String {
    post.0.lock().unwrap().push(account);
    "closed".to_owned()
}

/// You are a clerk.
#[agent(model = "offline:demo", tools = [send, close])]
struct Clerk {
    post: Arc<Post>,
}

fn clerk() -> Clerk {
    Clerk { post: Arc::default() }
}

#[tokio::test]
async fn the_tool_is_given_what_the_model_and_the_conversation_never_hold() {
    let model = ScriptedModel::new([
        Reply::call("send", json!({"to": "[EMAIL_1]"})),
        Reply::text("A letter went to [EMAIL_1]."),
        Reply::text("To [EMAIL_1]."),
    ]);
    let (mask, clerk) = (Mask::new(Redactor::standard()), clerk());
    let asked = clerk.run("Write to ada@example.org").guard(mask.clone());
    let answer = with_model(model.clone(), asked).await.unwrap();
    assert_eq!(*clerk.post.0.lock().unwrap(), ["ada@example.org"]);
    assert_eq!(mask.restore(&answer.output), "A letter went to ada@example.org.");

    // What was stored goes on under the same words.
    let again = clerk.run("To whom?").messages(&answer.messages).guard(mask.clone());
    let again = with_model(model.clone(), again).await.unwrap();
    assert_eq!(mask.restore(&again.output), "To ada@example.org.");
    let stored = serde_json::to_string(&again.messages).unwrap();
    assert!(stored.contains("[EMAIL_1]") && !stored.contains("ada@"), "{stored}");
    for asked in model.asked() {
        assert!(!serde_json::to_string(&asked.messages).unwrap().contains("ada@"));
    }
}

#[tokio::test]
async fn a_call_that_waits_for_approval_is_stored_in_words_and_runs_on_what_they_stand_for() {
    let model = ScriptedModel::new([
        Reply::call("close", json!({"account": "[EMAIL_1]"})),
        Reply::text("It is closed."),
    ]);
    let (mask, clerk) = (Mask::new(Redactor::standard()), clerk());
    let asked = clerk.run("Close ada@example.org").guard(mask.clone());
    let paused = with_model(model.clone(), asked).await.unwrap_err().into_paused().unwrap();
    let stored = serde_json::to_string(&paused).unwrap();
    assert!(!stored.contains("ada@"), "{stored}");
    let paused = PausedRun::from_json(&stored).unwrap();
    let request = paused.requests().remove(0);
    assert_eq!(mask.restore(&request.arguments), r#"{"account":"ada@example.org"}"#);
    let decisions = Decisions::new().approve(request.call_id);
    with_model(model, clerk.resume(paused, decisions).guard(mask)).await.unwrap();
    assert_eq!(*clerk.post.0.lock().unwrap(), ["ada@example.org"]);
}

/// You post letters.
#[agent(model = "offline:demo", description = "Posts letters", tools = [send])]
struct Postman {
    post: Arc<Post>,
}

/// You have others do it.
#[agent(model = "offline:demo", tools = [self.postman, send])]
struct Boss {
    postman: Postman,
    post: Arc<Post>,
}

#[tokio::test]
async fn an_agent_that_is_a_tool_is_asked_in_words_and_answers_in_the_same() {
    let post = Arc::<Post>::default();
    let boss = Boss { postman: Postman { post: post.clone() }, post: post.clone() };
    let mask = Mask::new(Redactor::standard());
    let model = ScriptedModel::new([
        Reply::call("postman", json!({"prompt": "Write to [EMAIL_1], not to ida@example.org"})),
        Reply::call("send", json!({"to": "[EMAIL_1]"})),
        Reply::text("Sent to [EMAIL_1], and not to [EMAIL_2]."),
        Reply::call("send", json!({"to": "[EMAIL_1]"})),
        Reply::text("Done for [EMAIL_1]."),
    ]);
    let asked = boss.run("Have a letter sent to ada@example.org").guard(mask.clone());
    let answer = with_model(model.clone(), asked).await.unwrap();
    assert_eq!(*post.0.lock().unwrap(), ["ada@example.org", "ada@example.org"]);
    assert_eq!(mask.restore(&answer.output), "Done for ada@example.org.");
    let asked = model.asked();
    assert_eq!(asked.len(), 5);
    for asked in asked {
        let said = serde_json::to_string(&asked.messages).unwrap();
        assert!(!said.contains("TEXT"), "{said}");
        let inside = said.contains("Write to [EMAIL_1], not to ida@");
        assert!(!said.contains("ada@") && (!said.contains("ida@") || inside), "{said}");
    }
}

#[tokio::test]
async fn the_same_mask_twice_is_one_guard() {
    let model = ScriptedModel::new([
        Reply::call("send", json!({"to": "[EMAIL_1]"})),
        Reply::text("Done for [EMAIL_1]."),
    ]);
    let (mask, clerk) = (Mask::new(Redactor::standard()), clerk());
    let asked = clerk.run("To ada@example.org").guard(mask.clone()).guard(mask.clone());
    with_model(model.clone(), asked).await.unwrap();
    assert_eq!(*clerk.post.0.lock().unwrap(), ["ada@example.org"]);
    assert!(!serde_json::to_string(&model.asked()[0].messages).unwrap().contains("TEXT"));
}

#[test]
fn what_is_no_word_is_given_to_a_tool_as_the_model_wrote_it() {
    let mask = Mask::new(Redactor::standard());
    let _ = mask.hide("ada@example.org");
    let written = r#"{"n": 12345678901234567890123, "to":"[EMAIL_1]" ,"to": "\u005bEMAIL_1]"}"#;
    let given =
        r#"{"n": 12345678901234567890123, "to":"ada@example.org" ,"to": "ada@example.org"}"#;
    assert_eq!(mask.reveal(written).as_deref(), Some(given));
    assert_eq!(mask.reveal(r#"{"to": "x"}"#), None);
    assert_eq!(mask.reveal("[EMAIL_1]"), None, "no JSON");
}

#[tokio::test]
async fn what_who_approves_has_edited_or_said_is_read_in_words_and_run_on_what_they_stand_for() {
    let close = || Reply::call("close", json!({"account": "[EMAIL_1]"}));
    let model = ScriptedModel::new([close(), close(), Reply::text("It is closed.")]);
    let (mask, clerk) = (Mask::new(Redactor::standard()), clerk());
    let asked = clerk.run("Close ada@example.org").guard(mask.clone());
    let paused = with_model(model.clone(), asked).await.unwrap_err().into_paused().unwrap();
    let request = paused.requests().remove(0);
    let decisions = Decisions::new().deny(request.call_id, "it is bob@example.org that is meant");
    let resumed = clerk.resume(paused, decisions).guard(mask.clone());
    let paused = with_model(model.clone(), resumed).await.unwrap_err().into_paused().unwrap();
    let request = paused.requests().remove(0);
    let edited = r#"{"account": "cy@example.org"}"#;
    let decisions = Decisions::new().approve_with(request.call_id, edited);
    let resumed = clerk.resume(paused, decisions).guard(mask.clone());
    let answer = with_model(model.clone(), resumed).await.unwrap();
    assert_eq!(*clerk.post.0.lock().unwrap(), ["cy@example.org"]);
    for asked in model.asked() {
        let said = serde_json::to_string(&asked.messages).unwrap();
        assert!(!said.contains("@example.org"), "{said}");
    }
    let said = serde_json::to_string(&answer.messages).unwrap();
    assert!(said.contains("[EMAIL_2] that is meant") && said.contains("[EMAIL_3]"), "{said}");
    assert!(
        !format!("{:?}", answer.tool_calls.iter().map(|it| &it.arguments).collect::<Vec<_>>())
            .contains('@')
    );
}
