//! What the audit trail says of whom a run acts for, and of tools that were denied.

use std::path::Path;

use fastroai::Principal;
use fastroai::audit::{self, AuditTrail, Record};
use fastroai::hook::{ToolPolicy, Who};
use fastroai::prelude::*;
use tests::folder::Folder;

use super::stage::*;

fn ada() -> Principal {
    Principal::new("ada@example.org").roles(["support", "lead"])
}

/// What happened, and by what it was denied.
fn told(records: &[Record]) -> Vec<String> {
    let word = |record: &Record| {
        let field = |name: &str| record.fields.get(name).and_then(|field| field.as_str());
        let fields = [field("tool"), field("by"), field("how")].into_iter().flatten();
        fields.fold(record.kind.clone(), |told, field| format!("{told} {field}"))
    };
    records.iter().map(word).collect()
}

fn trail(folder: &Folder) -> AuditTrail {
    AuditTrail::open(folder.trail()).unwrap()
}

fn of(path: &Path, who: &str) -> Vec<Record> {
    audit::verify(path).unwrap();
    audit::export(path, who).unwrap()
}

#[tokio::test]
async fn a_forged_call_of_a_withheld_tool_is_written_down_with_the_grant_that_is_missing() {
    let (folder, ran, model) = (Folder::new(), Ran::default(), calling("save"));
    let runtime = on(&model).hook(trail(&folder)).build();
    agent(&ran, &["net"]).run("Go").on(&runtime).run_id("r1").principal(ada()).await.unwrap();
    drop(runtime);
    let records = of(&folder.trail(), "ada@example.org");
    assert_eq!(
        told(&records),
        [
            "run.started",
            "model.asked",
            "model.ended succeeded",
            "tool.denied save grant write",
            "model.asked",
            "model.ended succeeded",
            "run.ended answered",
        ]
    );
    assert_eq!(records[3].run.as_deref(), Some("r1"));
    assert_eq!(records[3].is_of("arguments", "{}"), Some(true));
}

#[tokio::test]
async fn a_missing_role_and_a_policy_are_written_down_by_their_rule() {
    let (folder, ran) = (Folder::new(), Ran::default());
    let model = calling("save");
    let runtime = on(&model).hook(trail(&folder)).build();
    let for_staff =
        Agent::builder().model(MODEL).tool(tool("save", &ran).roles(&["staff"])).build().unwrap();
    for_staff.run("Go").on(&runtime).principal(ada()).await.unwrap();
    drop(runtime);
    assert!(
        told(&of(&folder.trail(), "ada@example.org")).contains(&"tool.denied save roles".into())
    );

    for (ends, how) in [(false, "answered"), (true, "denied")] {
        let (folder, model) = (Folder::new(), calling("save"));
        let policy = ToolPolicy::new().capability("write", Who::role("admin"));
        let policy = if ends { policy.ends_run() } else { policy };
        let runtime = on(&model).hook(trail(&folder)).hook(policy).build();
        let desk = agent(&ran, &["net", "write"]);
        assert_eq!(desk.run("Go").on(&runtime).principal(ada()).await.is_err(), ends);
        drop(runtime);
        let records = told(&of(&folder.trail(), "ada@example.org"));
        let denied = [
            "tool.called save",
            "tool.ended save ToolPolicy denied",
            "tool.denied save hook ToolPolicy",
        ];
        assert_eq!(records[3..6], denied);
        assert_eq!(records.last().unwrap(), &format!("run.ended {how}"));
    }
    assert!(ran.all().is_empty());
}

#[tokio::test]
async fn the_actor_stands_beside_the_chain_and_is_the_subject_where_nobody_else_is() {
    let (folder, model) = (Folder::new(), script([tests::scripted::text("Hello")]));
    let runtime = on(&model).hook(trail(&folder)).build();
    agent(&Ran::default(), &[]).run("Go").on(&runtime).principal(ada()).await.unwrap();
    drop(runtime);
    let path = folder.trail();
    let records = of(&path, "ada@example.org");
    assert_eq!(told(&records).len(), 4, "all of them");
    assert_eq!(records[0].actor.as_deref(), Some("ada@example.org"));
    assert_eq!(records[0].is_of("actor", "ada@example.org"), Some(true));
    assert_eq!(records[0].fields["roles"], serde_json::json!(["lead", "support"]));
    assert!(records[1].actor.is_none(), "who acted is said once");

    assert_eq!(audit::erase(&path, "ada@example.org").unwrap(), 4);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("ada@") && text.contains("support"), "{text}");
    assert!(of(&path, "ada@example.org").is_empty());
    assert_eq!(audit::verify(&path).unwrap().records, 4);
}

#[tokio::test]
async fn an_actor_and_a_subject_are_erased_each_by_itself() {
    for (erased, kept, of_it) in
        [("ada@example.org", "customer-7", 1), ("customer-7", "ada@example.org", 4)]
    {
        let (folder, model) = (Folder::new(), script([tests::scripted::text("Hello")]));
        let runtime = on(&model).hook(trail(&folder)).build();
        let desk = agent(&Ran::default(), &[]);
        let run = desk.run("Go").on(&runtime).metadata("subject", "customer-7").principal(ada());
        run.await.unwrap();
        drop(runtime);
        let path = folder.trail();
        assert_eq!(of(&path, "customer-7").len(), 4);
        assert_eq!(of(&path, "ada@example.org").len(), 1, "she has begun it");
        assert_eq!(audit::erase(&path, erased).unwrap(), of_it);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(erased) && text.contains(kept), "{text}");
        let left = of(&path, kept);
        assert_eq!(left.len(), if kept == "customer-7" { 4 } else { 1 });
        let name = if kept == "customer-7" { "subject" } else { "actor" };
        assert_eq!(left[0].is_of(name, kept), Some(true), "its digest can still be checked");
    }
}

#[tokio::test]
async fn an_actor_that_was_changed_breaks_the_trail() {
    let (folder, model) = (Folder::new(), script([tests::scripted::text("Hello")]));
    let runtime = on(&model).hook(trail(&folder)).build();
    let desk = agent(&Ran::default(), &[]);
    desk.run("Go").on(&runtime).metadata("subject", "c").principal(ada()).await.unwrap();
    drop(runtime);
    let text = std::fs::read_to_string(folder.trail()).unwrap();
    std::fs::write(folder.trail(), text.replace("ada@example.org", "eve@example.org")).unwrap();
    let error = audit::verify(folder.trail()).unwrap_err();
    assert!(error.to_string().contains("subject or of its actor"), "{error}");
}
