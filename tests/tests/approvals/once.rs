//! A pause is gone on from once.

use std::sync::Mutex;

use fastroai::ErrorKind;
use fastroai::approval::{ClaimError, Claiming, Claims, Decisions, FileClaims, PausedRun};
use fastroai::guard::{Checking, Guard, Looked, Verdict};
use fastroai::hook::{Denied, Hook, RunInfo};
use fastroai::prelude::*;
use fastroai::run::repair;
use futures_util::future::join_all;
use tests::folder::Folder;
use tests::scripted::{call, text};

use super::rig::{Log, agent, on, script, stored};

fn approve() -> Decisions {
    Decisions::new().approve("a")
}

#[tokio::test]
async fn a_second_resume_of_the_same_pause_runs_nothing_on_whichever_runtime() {
    let model = script([call("a", "refund", r#"{"n": 7}"#), text("Done")]);
    let log = Log::default();
    let (one, other) = (on(&model).build(), on(&model).build());
    let agent = agent().tool(log.asked("refund")).build().unwrap();
    let paused = stored(agent.run("Go").on(&one).await);
    let json = serde_json::to_string(&paused).unwrap();
    agent.resume(paused, approve()).on(&one).await.unwrap();
    for runtime in [&one, &other] {
        let again = PausedRun::from_json(&json).unwrap();
        let error = agent.resume(again, approve()).on(runtime).await.expect_err("once");
        assert!(matches!(error.kind(), ErrorKind::AlreadyResumed), "{error:?}");
    }
    assert_eq!((log.all().len(), model.asked().len()), (1, 2));
}

#[tokio::test]
async fn of_many_who_resume_at_one_time_one_does() {
    let model = script([call("a", "refund", r#"{"n": 7}"#), text("Done")]);
    let (folder, log) = (Folder::new(), Log::default());
    let claims = FileClaims::open(folder.trail()).unwrap();
    let runtime = on(&model).claims(claims).build();
    let agent = agent().tool(log.asked("refund")).build().unwrap();
    let paused = stored(agent.run("Go").on(&runtime).await);
    let calls = (0..20).map(|_| agent.resume(paused.clone(), approve()).on(&runtime));
    let ended = join_all(calls).await;
    assert_eq!(ended.iter().filter(|it| it.is_ok()).count(), 1);
    assert_eq!(log.all().len(), 1);
}

#[tokio::test]
async fn claims_in_files_hold_for_other_processes_and_are_for_the_owner_alone() {
    let folder = Folder::new();
    let path = folder.trail();
    // Two processes have a memory each, and the folder together.
    let (one, other) = (FileClaims::open(&path).unwrap(), FileClaims::open(&path).unwrap());
    assert!(one.claim("0198-a").await.unwrap());
    assert!(!other.claim("0198-a").await.unwrap());
    assert!(other.claim("0198-b").await.unwrap());
    assert!(!FileClaims::open(&path).unwrap().claim("0198-b").await.unwrap(), "after a restart");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&path.join("0198-a"))), (0o700, 0o600));
    }
    for id in ["", "..", "a/b", "a\\b", "ä", &"a".repeat(65)] {
        one.claim(id).await.expect_err("no name of a file");
    }
    FileClaims::open(path.join("0198-a")).expect_err("no folder");
}

/// A table that answers this, in turn.
struct Table(Mutex<Vec<Result<bool, &'static str>>>);

impl Claims for Table {
    fn claim<'a>(&'a self, _: &'a str) -> Claiming<'a> {
        let answer = self.0.lock().unwrap().remove(0);
        Box::pin(async move { answer.map_err(ClaimError::new) })
    }
}

#[tokio::test]
async fn what_the_store_says_counts_and_where_it_says_nothing_it_can_be_asked_again() {
    let model = script([call("a", "refund", r#"{"n": 7}"#), text("Done")]);
    let log = Log::default();
    let table = Table(Mutex::new(vec![Err("the table is away"), Ok(true)]));
    let runtime = on(&model).claims(table).build();
    let agent = agent().tool(log.asked("refund")).build().unwrap();
    let paused = stored(agent.run("Go").on(&runtime).await);
    let error = agent.resume(paused.clone(), approve()).on(&runtime).await.expect_err("away");
    assert!(matches!(error.kind(), ErrorKind::Claim(_)), "{error:?}");
    assert!(!error.to_string().contains("away"));
    assert_eq!((log.all().len(), model.asked().len()), (0, 1));
    agent.resume(paused, approve()).on(&runtime).await.unwrap();
    assert_eq!(log.all(), ["refund 7"]);
}

#[tokio::test]
async fn a_pause_that_another_process_has_taken_is_not_gone_on_from() {
    let model = script([call("a", "refund", r#"{"n": 7}"#), text("Done")]);
    let log = Log::default();
    let runtime = on(&model).claims(Table(Mutex::new(vec![Ok(false)]))).build();
    let agent = agent().tool(log.asked("refund")).build().unwrap();
    let paused = stored(agent.run("Go").on(&runtime).await);
    let error = agent.resume(paused, approve()).on(&runtime).await.expect_err("taken");
    assert!(matches!(error.kind(), ErrorKind::AlreadyResumed), "{error:?}");
    assert_eq!((log.all().len(), error.history().len()), (0, 3));
}

/// Lets the first run begin, and no second one.
#[derive(Default)]
struct Once(Mutex<u32>);

impl Hook for Once {
    fn before_run(&self, _: &RunInfo<'_>) -> Result<(), Denied> {
        let mut begun = self.0.lock().unwrap();
        *begun += 1;
        if *begun == 2 { Err(Denied::new("not now")) } else { Ok(()) }
    }
}

/// Lets all texts pass.
struct Passes;

impl Guard for Passes {
    fn check<'a>(&'a self, _: &'a str, _: &'a Looked<'a>) -> Checking<'a> {
        Box::pin(async { Ok(Verdict::Allow) })
    }
}

#[tokio::test]
async fn what_a_hook_does_not_let_begin_is_not_used_up() {
    let model = script([call("a", "refund", r#"{"n": 7}"#), text("Done")]);
    let log = Log::default();
    let runtime = on(&model).hook(Once::default()).guard(Passes).build();
    let agent = agent().tool(log.asked("refund")).build().unwrap();
    let paused = stored(agent.run("Go").on(&runtime).await);
    let error = agent.resume(paused.clone(), approve()).on(&runtime).await.expect_err("not now");
    assert!(matches!(error.kind(), ErrorKind::Denied { .. }), "{error:?}");
    assert_eq!(error.bill(), paused.bill());
    let mended = repair(error.history().to_vec());
    assert_eq!(
        (mended.len(), &mended[..]),
        (3, &error.history()[..]),
        "no call is without a result"
    );
    agent.resume(paused, approve()).on(&runtime).await.unwrap();
    assert_eq!(log.all(), ["refund 7"]);
}
