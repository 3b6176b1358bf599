//! Tools that `#[safe_tool]` and `#[toolset]` declare.

use std::sync::atomic::{AtomicU32, Ordering};

use fastroai::approval::Decisions;
use fastroai::prelude::*;
use fastroai::providers::ToolOutcome;
use fastroai::tool::{Arguments, BoundTool, ToolApproval, ToolInfo};
use tests::scripted::{calls, text};

use super::rig::{MODEL, contents, on, read, script};

#[derive(Default)]
struct Till(AtomicU32);

/// Pay an amount back.
#[safe_tool(approve)]
async fn refund(
    #[tool(range(1..=100))] cents: u32,
    #[tool(default = "goodwill")] reason: String,
    #[context] till: &Till,
) -> String {
    till.0.fetch_add(cents, Ordering::Relaxed);
    format!("{cents} for {reason}")
}

/// Have a person sign a document.
#[safe_tool(approve = external)]
fn sign(document: String) -> String {
    format!("{document} cannot be signed by a program")
}

/// Ring the bell.
#[safe_tool(approve = false)]
async fn ring() -> &'static str {
    "rang"
}

struct Drawer;

#[toolset]
impl Drawer {
    /// Open the drawer.
    #[safe_tool(approve, sequential)]
    async fn open(&self) -> &'static str {
        "open"
    }
}

/// You keep the till.
#[agent(model = "offline:demo", tools = [refund, sign, ring, prefix("my_", self.drawer)])]
struct Desk {
    till: Till,
    drawer: Drawer,
}

#[test]
fn the_attribute_says_which_decision_a_tool_needs() {
    assert_eq!(refund::OPTIONS.approval, ToolApproval::Asked);
    assert_eq!(sign::OPTIONS.approval, ToolApproval::External);
    assert_eq!(ring::OPTIONS.approval, ToolApproval::Never);
    let desk = Desk { till: Till::default(), drawer: Drawer };
    let tools = desk.tools();
    let opens = tools.iter().find(|tool| tool.definition().name == "my_open").expect("a tool");
    assert_eq!(opens.options().approval, ToolApproval::Asked);
}

#[test]
fn arguments_are_read_without_running_the_tool_with_all_that_a_call_is_held_to() {
    let desk = Desk { till: Till::default(), drawer: Drawer };
    let tools = desk.tools();
    let check = |name: &str, json: &str| {
        let named = |tool: &&BoundTool<'_>| tool.definition().name == name;
        let tool = tools.iter().find(named).expect("a tool");
        let told = tool.check_arguments(Arguments::new(json)).err();
        told.map(|error| error.as_retry().expect("a correction").to_owned()).unwrap_or_default()
    };
    assert_eq!(check("refund", r#"{"cents": 7}"#), "");
    assert!(check("refund", r#"{"cents": 700}"#).contains("`/cents`"));
    assert!(check("refund", r#"{"cents": 7, "more": 1}"#).contains("`/more`"));
    assert!(check("refund", "{}").contains("missing"));
    assert!(check("sign", r#"{"document": 1}"#).contains("`/document`"));
    assert_eq!(check("my_open", ""), "");
    assert!(check("my_open", r#"{"wide": true}"#).contains("no arguments"));
    assert_eq!(desk.till.0.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn an_agent_struct_pauses_and_goes_on_with_what_it_lends() {
    let model = script([
        calls(&[
            ("a", "refund", r#"{"cents": 7}"#),
            ("b", "sign", r#"{"document": "d1"}"#),
            ("c", "my_open", "{}"),
            ("d", "ring", "{}"),
            ("e", "refund", r#"{"cents": 700}"#),
        ]),
        text("Done"),
    ]);
    let runtime = on(&model).build();
    let desk = Desk { till: Till::default(), drawer: Drawer };
    let paused = desk
        .run("Go")
        .model(MODEL)
        .on(&runtime)
        .await
        .expect_err("it pauses")
        .into_paused()
        .unwrap();
    let waiting: Vec<_> = paused.requests().into_iter().map(|it| it.call_id).collect();
    assert_eq!(waiting, ["a", "b", "c"]);
    let decisions = Decisions::new().approve("a").approve("c").result("b", "signed by hand");
    desk.resume(paused, decisions).model(MODEL).on(&runtime).await.unwrap();
    let told = read(&model);
    assert_eq!(contents(&told)[..4], ["7 for goodwill", "signed by hand", "open", "rang"]);
    assert_eq!(told[4].outcome, ToolOutcome::Retry);
    assert_eq!(desk.till.0.load(Ordering::Relaxed), 7);
    assert!(sign("d2".to_owned()).contains("d2"), "the function stays what it is");
}
