//! What a model answers, whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use fastroai::ErrorKind;
use fastroai::guard::{GuardError, Stage, Verdict};
use fastroai::prelude::*;
use fastroai::providers::{Message, Part, ToolCall};
use tests::scripted::{Step, reply, text};

use super::rig::{REPLY, Told, agent, block, builder, echo, replace, runtime, script, stored};

const WITHHELD: &str = "[A guard withheld this reply.]";

#[tokio::test]
async fn a_blocked_answer_ends_the_run_is_paid_and_is_withheld_in_the_transcript() {
    let mut answer = reply(vec![Part::text("Take a weapon."), Part::text("Then go.")]);
    answer.id = Some("resp_1".to_owned());
    answer.stored = true;
    let model = script([Step::Reply(answer), text("Goodbye.")]);
    let rt = builder(&model).guard(block(&[Stage::Output], "weapon.Then")).build();
    let agent = agent().build().unwrap();
    let error = agent.run("Go").on(&rt).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Blocked { stage: Stage::Output, .. }), "{error:?}");
    assert_eq!(error.to_string(), "`block` blocked the answer: it has the word");
    assert_eq!(error.bill().total().exact(), Some(REPLY), "it is paid for");
    assert_eq!(model.asked().len(), 1, "and not asked for again");
    assert_eq!(error.history().len(), 2);
    let Some(Message::Assistant(last)) = error.history().last() else { panic!("a reply") };
    assert_eq!(last.text(), WITHHELD);
    assert!(last.interrupted);
    assert!(last.id.is_none() && !last.stored, "no provider goes on from what it kept");
    assert!(!stored(error.history()).contains("weapon"));
    // What is left can go on.
    let later = agent.run("Again").messages(error.history()).on(&rt).await.unwrap();
    assert_eq!(later.output, "Goodbye.");
}

#[tokio::test]
async fn a_replaced_answer_is_what_the_output_the_response_and_the_transcript_have() {
    let parts = vec![Part::text("It is "), Part::text("ada@"), Part::text("x.org.")];
    let model = script([Step::Reply(reply(parts))]);
    let agent = agent().guard(replace(&[Stage::Output], "ada@x.org", "[EMAIL]")).build().unwrap();
    let answer = agent.run("Go").on(&runtime(&model)).await.unwrap();
    assert_eq!(answer.output, "It is [EMAIL].");
    let Some(Message::Assistant(last)) = answer.messages.last() else { panic!("a reply") };
    assert_eq!(last.parts, [Part::text("It is [EMAIL].")]);
    assert!(!last.interrupted);
}

#[tokio::test]
async fn a_validator_sees_what_passed_and_its_rejection_asks_again_as_before() {
    let model = script([text("first secret"), text("second secret")]);
    let tries = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&tries);
    let agent = agent()
        .guard(replace(&[Stage::Output], "secret", "***"))
        .validate(move |text: &String, _| {
            assert!(text.ends_with(" ***"), "{text}");
            match counted.fetch_add(1, Ordering::SeqCst) {
                0 => Err(OutputError::retry("once more")),
                _ => Ok(()),
            }
        })
        .build()
        .unwrap();
    let answer = agent.run("Go").on(&runtime(&model)).await.unwrap();
    assert_eq!((answer.output.as_str(), answer.requests), ("second ***", 2));
    assert!(!stored(&answer.messages).contains("secret"));
    assert!(!stored(&model.asked()[1].messages).contains("secret"));
}

#[tokio::test]
async fn words_beside_calls_are_looked_at_as_answers_are() {
    let step = |word: &str| {
        let call = ToolCall::new("a", "echo", r#"{"text":"hi"}"#);
        Step::Reply(reply(vec![Part::text(format!("I take {word}.")), Part::ToolCall(call)]))
    };
    let guards = || {
        let stages = [Stage::Output];
        [replace(&stages, "secret", "***"), block(&stages, "weapon")]
    };
    let (tool, given) = echo();
    let [first, second] = guards();
    let agent = agent().tool(tool).guard(first).guard(second).build().unwrap();
    let model = script([step("secret"), text("Done.")]);
    let answer = agent.run("Go").on(&runtime(&model)).await.unwrap();
    assert!(stored(&answer.messages).contains("I take ***."));
    assert!(!stored(&model.asked()[1].messages).contains("secret"));
    assert_eq!(given.lock().unwrap().len(), 1);

    let model = script([step("weapon"), text("no")]);
    let error = agent.run("Go").on(&runtime(&model)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Blocked { stage: Stage::Output, .. }), "{error:?}");
    assert_eq!(given.lock().unwrap().len(), 1, "no tool of that reply ran");
    assert!(!stored(error.history()).contains("weapon"));
}

#[tokio::test]
async fn the_words_of_a_refusal_are_looked_at_too() {
    let refusal =
        |words: &str| script([Step::Reply(reply(vec![Part::Refusal { text: words.to_owned() }]))]);
    let agent = agent()
        .guard(replace(&[Stage::Output], "secret", "***"))
        .guard(block(&[Stage::Output], "weapon"))
        .build()
        .unwrap();
    let error = agent.run("Go").on(&runtime(&refusal("No secret."))).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused), "{error:?}");
    assert!(stored(error.history()).contains("No ***."));
    let error = agent.run("Go").on(&runtime(&refusal("No weapon."))).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Blocked { .. }), "{error:?}");
    assert!(!stored(error.history()).contains("weapon"));
}

#[tokio::test]
async fn a_guard_that_fails_at_an_answer_withholds_it() {
    let model = script([text("secret")]);
    let away = Told::trying("away", &[Stage::Output], |_, _| Err(GuardError::new("away")));
    let agent = agent().guard(away).build().unwrap();
    let error = agent.run("Go").on(&runtime(&model)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::GuardFailed { .. }), "{error:?}");
    assert!(error.is_retryable());
    assert!(!stored(error.history()).contains("secret"));
    assert_eq!(error.bill().total().exact(), Some(REPLY));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_has_looked_at_when_time_runs_out_is_in_no_transcript() {
    let model = script([text("secret")]);
    let slow = fastroai::guard::from_fn("slow", [Stage::Output], |_| async {
        std::future::pending::<()>().await;
        Ok(Verdict::Allow)
    });
    let agent = agent().guard(slow).build().unwrap();
    let run = agent.run("Go").on(&runtime(&model)).timeout(std::time::Duration::from_secs(5));
    let error = run.await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
    assert!(!stored(error.history()).contains("secret"));
    assert_eq!(error.bill().total().exact(), Some(REPLY));
}

#[tokio::test]
async fn the_moderation_of_prompts_and_answers_is_one_function() {
    async fn score(text: String) -> Result<f32, std::io::Error> {
        tokio::task::yield_now().await;
        Ok(if text.contains("weapon") { 0.9 } else { 0.1 })
    }
    let moderation =
        fastroai::guard::from_fn("moderation", [Stage::Prompt, Stage::Output], |text| async {
            Ok(if score(text).await? > 0.5 { Verdict::block("harmful") } else { Verdict::Allow })
        });
    let model = script([text("Hello!"), text("A weapon.")]);
    let rt = builder(&model).guard(moderation).build();
    let agent = agent().build().unwrap();
    agent.run("Hello").on(&rt).await.unwrap();
    let pre = agent.run("A weapon?").on(&rt).await.unwrap_err();
    assert!(matches!(pre.kind(), ErrorKind::Blocked { stage: Stage::Prompt, .. }));
    let post = agent.run("Hello").on(&rt).await.unwrap_err();
    assert!(matches!(post.kind(), ErrorKind::Blocked { stage: Stage::Output, .. }));
    assert_eq!(model.asked().len(), 2);
}
