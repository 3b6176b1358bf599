//! Decisions that do not fit, and paused runs that cannot be read.

use fastroai::approval::{Decisions, PausedRun, UnreadablePause};
use fastroai::prelude::*;
use fastroai::{ErrorKind, Media};
use tests::scripted::{Scripted, calls, text};

use super::rig::{Log, agent, external, on, script, stored};

const SECRET: &str = "canary-4711";

struct Stage {
    agent: Agent<String>,
    runtime: Runtime,
    model: Scripted,
    log: Log,
    paused: PausedRun,
}

/// A run that waits for an approval of `a` and a result of `b`.
async fn stage() -> Stage {
    let model = script([
        calls(&[("a", "refund", r#"{"n": 7}"#), ("b", "sign", r#"{"n": 8}"#)]),
        text("Done"),
    ]);
    let (log, runtime) = (Log::default(), on(&model).build());
    let agent = agent().tool(log.asked("refund")).tool(external("sign")).build().unwrap();
    let paused = stored(agent.run(SECRET).on(&runtime).await);
    Stage { agent, runtime, model, log, paused }
}

impl Stage {
    /// Fails with a usage error, sends nothing, runs nothing; and the pause can still be resumed.
    async fn refuses(&self, decisions: Decisions, why: &str) {
        let call = self.agent.resume(self.paused.clone(), decisions).on(&self.runtime);
        let error = call.await.expect_err("refused");
        let ErrorKind::Config(told) = error.kind() else { panic!("{error:?}") };
        assert!(told.contains(why), "{told}");
        assert!(!format!("{error:?} {error}").contains(SECRET));
        self.is_as_it_was(&error);
    }

    fn is_as_it_was(&self, error: &Error) {
        assert_eq!((self.model.asked().len(), self.log.all().len()), (1, 0));
        assert_eq!(error.bill(), self.paused.bill(), "what it has cost is not lost");
        assert_eq!(error.run_id(), self.paused.run_id());
        assert!(!error.history().is_empty());
    }
}

fn right() -> Decisions {
    Decisions::new().approve("a").result("b", "signed")
}

#[tokio::test]
async fn behaviour_44_decisions_that_are_not_those_asked_for_are_usage_errors_and_claim_nothing() {
    let stage = stage().await;
    let new = Decisions::new;
    stage.refuses(new(), "there is no decision about the call `a`").await;
    stage.refuses(new().approve("a"), "there is no decision about the call `b`").await;
    stage.refuses(right().approve("c"), "no such call waits").await;
    stage.refuses(right().approve("a"), "there are two decisions about the call `a`").await;
    stage.refuses(right().deny("b", "No."), "there are two decisions about the call `b`").await;
    stage.refuses(new().result("a", "done").result("b", "signed"), "waits to be approved").await;
    stage.refuses(new().approve("a").approve("b"), "waits for its result").await;
    stage.refuses(new().approve("a").approve_with("b", r#"{"n":1}"#), "waits for its result").await;
    for edited in [format!(r#"{{"n": "{SECRET}"}}"#), "[]".to_owned(), "{".to_owned()] {
        let decisions = new().approve_with("a", edited).result("b", "signed");
        stage.refuses(decisions, "do not fit the tool `refund`").await;
    }

    let answer =
        stage.agent.resume(stage.paused.clone(), right()).on(&stage.runtime).await.unwrap();
    assert_eq!((answer.output.as_str(), stage.log.all()), ("Done", vec!["refund 7".to_owned()]));
}

#[tokio::test]
async fn behaviour_44_a_new_prompt_or_other_messages_over_open_calls_are_a_usage_error() {
    let stage = stage().await;
    let picture = Media::image_url("https://example.org/a.png").unwrap();
    let resume = || stage.agent.resume(stage.paused.clone(), right()).on(&stage.runtime);
    for call in [resume().attach(picture), resume().messages(vec![fastroai::Message::user("And?")])]
    {
        let error = call.await.expect_err("refused");
        assert_eq!(
            error.to_string(),
            "a paused run goes on from itself: resume it without messages or attachments"
        );
        stage.is_as_it_was(&error);
    }
}

#[tokio::test]
async fn another_agent_or_one_without_the_tool_does_not_go_on() {
    let stage = stage().await;
    let other = agent().name("Other").tool(stage.log.asked("refund")).tool(external("sign"));
    let less = agent().tool(external("sign"));
    for (agent, why) in
        [(other, "one of the agent `Desk`, and not of `Other`"), (less, "has no longer")]
    {
        let agent = agent.build().unwrap();
        let error =
            agent.resume(stage.paused.clone(), right()).on(&stage.runtime).await.expect_err(why);
        assert!(error.to_string().contains(why), "{error}");
        stage.is_as_it_was(&error);
    }
}

#[tokio::test]
async fn a_call_that_waits_still_needs_its_decision_where_the_tool_needs_none_any_more() {
    let stage = stage().await;
    let agent = agent().tool(stage.log.tool("refund")).tool(external("sign")).build().unwrap();
    let open = Decisions::new().result("b", "signed");
    let error =
        agent.resume(stage.paused.clone(), open).on(&stage.runtime).await.expect_err("open");
    assert!(error.to_string().contains("no decision about the call `a`"), "{error}");
    agent.resume(stage.paused.clone(), right()).on(&stage.runtime).await.unwrap();
    assert_eq!(stage.log.all(), ["refund 7"]);
}

#[tokio::test]
async fn what_is_newer_or_was_changed_is_not_read_and_the_error_shows_nothing_of_it() {
    let stage = stage().await;
    let json = serde_json::to_string(&stage.paused).unwrap();
    assert!(json.contains(SECRET), "it holds the conversation");
    let newer = json.replacen(r#""version":1"#, r#""version":2,"more":true"#, 1);
    assert_eq!(
        PausedRun::from_json(&newer).unwrap_err(),
        UnreadablePause::Version { version: 2, known: 1 }
    );
    let error = serde_json::from_str::<PausedRun>(&newer).unwrap_err();
    assert!(error.to_string().contains("newer version of the library"), "{error}");

    let id = stage.paused.id();
    let mut value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let changes: [(&str, serde_json::Value); 6] = [
        ("/id", id.to_uppercase().into()),
        ("/id", "../../etc/passwd".into()),
        ("/state/phase/tools/running/end", u64::MAX.into()),
        ("/state/phase/tools/unended", 1.into()),
        ("/state/phase/tools/asked/1/id", "a".into()),
        ("/state/phase/tools/held", serde_json::json!({})),
    ];
    for (at, change) in changes {
        let place = value.pointer_mut(at).expect(at);
        let old = std::mem::replace(place, change);
        let error = PausedRun::from_json(&value.to_string()).expect_err(at);
        assert!(matches!(error, UnreadablePause::Broken { .. }), "{at}: {error:?}");
        assert!(!format!("{error} {error:?}").contains(SECRET));
        *value.pointer_mut(at).unwrap() = old;
    }
    assert!(PausedRun::from_json(&value.to_string()).is_ok());
    let shown = format!("{:?} {:?} {:?}", stage.paused, stage.paused.requests(), right());
    assert!(!shown.contains(SECRET) && !shown.contains("signed"), "{shown}");
}
