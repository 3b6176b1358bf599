//! What is recorded of guards, and where.

use std::sync::{Arc, Mutex};

use fastroai::agent::AgentBuilder;
use fastroai::audit::{self, AuditTrail};
use fastroai::guard::{Action, GuardError, Stage};
use fastroai::hook::{Alert, Alerts, GuardDecision, Hook, RunInfo};
use fastroai::prelude::*;
use tests::folder::Folder;
use tests::scripted::{call, text};
use tests::spans::{Spans, Value};
use tracing_subscriber::layer::SubscriberExt as _;

use super::rig::{Told, agent, block, builder, echo, flag, replace, runtime, script};

/// Keeps what it is told.
#[derive(Clone, Default)]
struct Keeps(Arc<Mutex<Vec<String>>>);

impl Hook for Keeps {
    fn before_run(&self, run: &RunInfo<'_>) -> Result<(), fastroai::hook::Denied> {
        self.0.lock().unwrap().push(format!("begins {}", run.run_id()));
        Ok(())
    }

    fn on_guard(&self, run: &RunInfo<'_>, decision: &GuardDecision<'_>) {
        let GuardDecision { guard, stage, tool, action, reason, .. } = *decision;
        let (stage, action, tool) = (stage.as_str(), action.as_str(), tool.unwrap_or("-"));
        let told =
            format!("{} {} {guard} {stage} {tool} {action}: {reason}", run.agent(), run.run_id());
        self.0.lock().unwrap().push(told);
    }
}

/// Panics at what it is told.
struct Panics;

impl Hook for Panics {
    fn on_guard(&self, _: &RunInfo<'_>, _: &GuardDecision<'_>) {
        panic!("a hook that panics")
    }
}

fn guards() -> [Told; 4] {
    [
        flag(&[Stage::Prompt], "odd"),
        replace(&[Stage::ToolArguments], "4111", "[CARD]"),
        block(&[Stage::ToolResult], "[CARD]"),
        Told::trying("away", &[Stage::Output], |text, _| {
            if text.contains("Done") {
                Err(GuardError::new("secret cause"))
            } else {
                Ok(fastroai::guard::Verdict::Allow)
            }
        }),
    ]
}

fn steps() -> [tests::scripted::Step; 2] {
    [call("a", "echo", r#"{"text":"4111"}"#), text("Done.")]
}

const TOLD: [&str; 5] = [
    "begins r-1",
    "tester r-1 flag prompt - flagged: it has the word",
    "tester r-1 replace tool_arguments echo replaced: it has the word",
    "tester r-1 block tool_result echo blocked: it has the word",
    "tester r-1 away output - failed: it could not tell",
];

#[tokio::test]
async fn hooks_are_told_of_each_decision_and_a_panic_in_one_does_no_harm() {
    let keeps = Keeps::default();
    let model = script(steps());
    let rt = builder(&model).hook(Panics).hook(keeps.clone());
    let rt = guards().into_iter().fold(rt, fastroai::RuntimeBuilder::guard).build();
    let (tool, _) = echo();
    let agent = agent().tool(tool).build().unwrap();
    let error = agent.run("odd").run_id("r-1").on(&rt).await.unwrap_err();
    assert_eq!(*keeps.0.lock().unwrap(), TOLD);
    let kept: Vec<_> = error
        .guarded()
        .iter()
        .map(|it| (it.guard.as_str(), it.stage, it.action, it.tool.as_deref()))
        .collect();
    assert_eq!(
        kept,
        [
            ("flag", Stage::Prompt, Action::Flagged, None),
            ("replace", Stage::ToolArguments, Action::Replaced, Some("echo")),
            ("block", Stage::ToolResult, Action::Blocked, Some("echo")),
            ("away", Stage::Output, Action::Failed, None),
        ]
    );
}

#[tokio::test]
async fn the_audit_trail_has_each_decision() {
    let folder = Folder::new();
    let path = folder.trail();
    let trail = AuditTrail::open(&path).unwrap();
    let model = script(steps());
    let rt = builder(&model).hook(trail);
    let rt = guards().into_iter().fold(rt, fastroai::RuntimeBuilder::guard).build();
    let (tool, _) = echo();
    let agent = agent().tool(tool).build().unwrap();
    let run = agent.run("odd").run_id("r-1").metadata("subject", "ursula").on(&rt);
    run.await.unwrap_err();
    drop(rt);
    audit::verify(&path).unwrap();
    let records = audit::export(&path, "ursula").unwrap();
    let kinds: Vec<_> = records.iter().map(|record| record.kind.as_str()).collect();
    assert_eq!(kinds.first(), Some(&"run.started"));
    assert_eq!(kinds.last(), Some(&"run.ended"));
    let decided: Vec<_> = records
        .iter()
        .filter(|record| record.kind == "guard.decided")
        .map(|record| {
            let field = |name: &str| record.fields.get(name).and_then(|it| it.as_str());
            let of = [field("guard"), field("stage"), field("tool"), field("action")];
            assert_eq!(record.run.as_deref(), Some("r-1"));
            of.map(|field| field.unwrap_or("-").to_owned()).join(" ")
        })
        .collect();
    assert_eq!(
        decided,
        [
            "flag prompt - flagged",
            "replace tool_arguments echo replaced",
            "block tool_result echo blocked",
            "away output - failed",
        ]
    );
    let text = std::fs::read_to_string(&path).unwrap();
    for content in ["4111", "[CARD]", "Done.", "secret cause", "odd"] {
        assert!(!text.contains(content), "{content}");
    }
}

#[tokio::test]
async fn an_alert_tells_of_a_guard_once_for_each_place_and_outcome_of_a_run() {
    let told = Arc::<Mutex<Vec<Alert>>>::default();
    let sink = Arc::clone(&told);
    let alerts = Alerts::to(move |alert: &Alert| sink.lock().unwrap().push(alert.clone()));
    let model = script([
        call("a", "echo", r#"{"text":"4111"}"#),
        call("b", "echo", r#"{"text":"4111 4111"}"#),
        text("Done."),
        text("Done."),
    ]);
    let stages = [Stage::ToolArguments, Stage::Prompt];
    let rt = builder(&model).hook(alerts.clone()).guard(replace(&stages, "4111", "[CARD]")).build();
    let (tool, _) = echo();
    let agent = agent().tool(tool).build().unwrap();
    agent.run("4111").run_id("r-1").on(&rt).await.unwrap();
    agent.run("4111").run_id("r-2").on(&rt).await.unwrap();
    alerts.flush();
    let told = told.lock().unwrap();
    let hits: Vec<_> = told
        .iter()
        .filter_map(|alert| match alert {
            Alert::GuardHit { run_id, agent, decided, .. } => {
                assert_eq!((agent.as_str(), decided.guard.as_str()), ("tester", "replace"));
                Some((run_id.as_str(), decided.stage, decided.action))
            }
            _ => None,
        })
        .collect();
    let hit = |run, stage| (run, stage, Action::Replaced);
    assert_eq!(
        hits,
        [hit("r-1", Stage::Prompt), hit("r-1", Stage::ToolArguments), hit("r-2", Stage::Prompt)]
    );
}

#[tokio::test]
async fn a_trace_tells_of_each_decision_and_of_no_content() {
    let spans = Spans::default();
    // Of a single one, a thread that has none would say that nobody listens.
    let _other = tracing::Dispatch::new(tracing_subscriber::registry());
    let subscriber = tracing_subscriber::registry().with(spans.layer());
    let _keeping = tracing::subscriber::set_default(subscriber);
    let model = script(steps());
    let (tool, _) = echo();
    let agent = guards().into_iter().fold(agent().tool(tool), AgentBuilder::guard);
    let agent = agent.build().unwrap();
    agent.run("odd").on(&runtime(&model)).await.unwrap_err();
    let events = spans.events();
    let told: Vec<_> = events
        .iter()
        .filter(|event| event.contains_key("guard"))
        .map(|event| {
            let field = |name: &str| match event.get(name) {
                Some(Value::Text(text)) => text.clone(),
                _ => "-".to_owned(),
            };
            ["guard", "stage", "tool", "action"].map(field).join(" ")
        })
        .collect();
    assert_eq!(
        told,
        [
            "flag prompt - flagged",
            "replace tool_arguments echo replaced",
            "block tool_result echo blocked",
            "away output - failed",
        ]
    );
    let shown = format!("{events:?} {:?}", spans.all());
    for content in ["4111", "[CARD]", "secret cause", "it has the word"] {
        assert!(!shown.contains(content), "{content}");
    }
}

#[tokio::test]
async fn a_trace_that_captures_content_has_none_that_did_not_pass() {
    let spans = Spans::default();
    let _other = tracing::Dispatch::new(tracing_subscriber::registry());
    let subscriber = tracing_subscriber::registry().with(spans.layer());
    let _keeping = tracing::subscriber::set_default(subscriber);
    let (tool, _) = echo();
    let agent = agent().tool(tool).build().unwrap();
    let rt = |model: &tests::scripted::Scripted| {
        builder(model)
            .capture_content(true)
            .guard(replace(&super::rig::ALL, "4111", "[CARD]"))
            .guard(block(&super::rig::ALL, "weapon"))
            .build()
    };
    let model = script([call("a", "echo", r#"{"text":"4111 weapon"}"#), text("Done, 4111.")]);
    agent.run("My card: 4111").on(&rt(&model)).await.unwrap();
    agent.run("a weapon").on(&rt(&script([]))).await.unwrap_err();
    let said = format!("{:?} {:?}", spans.events(), spans.all());
    assert!(said.contains("My card: [CARD]") && said.contains("Done, [CARD]."), "{said}");
    assert!(!said.contains("4111") && !said.contains("weapon"), "{said}");
}
