//! Approvals beside guards, principals and grants.

use fastroai::approval::Decisions;
use fastroai::guard::{Checking, Guard, Looked, Stage, Verdict};
use fastroai::providers::ToolOutcome;
use fastroai::{ErrorKind, Principal};
use tests::scripted::{call, calls, text};

use super::rig::{Log, agent, contents, external, on, read, script, stored};

/// Puts others in the place of the numbers of a call, and blocks what is called a secret.
struct Watch;

impl Guard for Watch {
    fn looks_at(&self, stage: Stage) -> bool {
        matches!(stage, Stage::ToolArguments | Stage::ToolResult)
    }

    fn check<'a>(&'a self, text: &'a str, looked: &'a Looked<'a>) -> Checking<'a> {
        Box::pin(async move {
            Ok(match looked.stage {
                Stage::ToolArguments => Verdict::replace(text.replace("700", "7"), "too much"),
                _ if text.contains("secret") => Verdict::block("it is one"),
                _ => Verdict::replace(text.replace("signed", "[signed]"), "marked"),
            })
        })
    }
}

#[tokio::test]
async fn who_decides_reads_what_guards_let_through_and_a_result_from_elsewhere_passes_them() {
    let model = script([
        calls(&[
            ("a", "refund", r#"{"n": 700}"#),
            ("b", "sign", r#"{"n": 1}"#),
            ("c", "sign", r#"{"n": 2}"#),
        ]),
        text("Done"),
    ]);
    let (log, runtime) = (Log::default(), on(&model).guard(Watch).build());
    let agent = agent().tool(log.asked("refund")).tool(external("sign")).build().unwrap();
    let paused = stored(agent.run("Go").on(&runtime).await);
    assert_eq!(paused.requests()[0].arguments, r#"{"n": 7}"#);
    let decisions = Decisions::new().approve("a").result("b", "signed").result("c", "a secret");
    agent.resume(paused, decisions).on(&runtime).await.unwrap();
    assert_eq!(log.all(), ["refund 7"]);
    let told = read(&model);
    assert_eq!(contents(&told)[..2], ["refund gave 7", "[signed]"]);
    assert_eq!(told[2].outcome, ToolOutcome::Failed);
    assert!(!told[2].content.contains("secret"));
}

#[tokio::test]
async fn an_approval_is_no_role_whoever_resumes_has_to_have_it() {
    let model = script([call("a", "refund", r#"{"n": 7}"#), text("Done")]);
    let (log, runtime) = (Log::default(), on(&model).build());
    let agent = agent().tool(log.asked("refund").roles(&["support"])).build().unwrap();
    let (ada, eve) = (Principal::new("zoe-1").role("support"), Principal::new("eve"));
    let paused = stored(agent.run("Go").on(&runtime).principal(ada.clone()).await);
    let json = serde_json::to_string(&paused).unwrap();
    assert!(!json.contains("support") && !json.contains("zoe-1"), "roles are not stored");
    let resume = || agent.resume(paused.clone(), Decisions::new().approve("a")).on(&runtime);
    for error in [resume().await.unwrap_err(), resume().principal(eve).await.unwrap_err()] {
        assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error:?}");
        assert_eq!(error.public().code(), "config");
    }
    assert_eq!(log.all(), [""; 0]);
    resume().principal(ada).await.unwrap();
    assert_eq!(log.all(), ["refund 7"]);
}

#[tokio::test]
async fn the_public_face_of_a_pause_says_that_the_task_waits() {
    let model = script([call("a", "refund", r#"{"n": 7}"#)]);
    let (log, runtime) = (Log::default(), on(&model).build());
    let agent = agent().tool(log.asked("refund")).build().unwrap();
    let error = agent.run("Go").on(&runtime).run_id("r1").await.unwrap_err();
    let public = error.public();
    assert_eq!((public.code(), public.message()), ("paused", "The task waits for an approval."));
    assert_eq!((public.correlation_id(), public.is_retryable()), ("r1", false));
}
