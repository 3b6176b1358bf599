//! What a model reads of an agent, against a file.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, process};

use fastroai::prelude::*;
use fastroai::testing::{Contract, ContractError, Contracted, assert_contract, assert_contract_of};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize, Serialize, JsonSchema)]
struct Plan {
    steps: Vec<String>,
    note: Option<String>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Open {
    extra: HashMap<String, u8>,
}

/// Find a book.
#[safe_tool]
async fn find_book(
    /// A word of the title.
    #[tool(length(1..=80))]
    word: String,
) -> String {
    word
}

/// You plan trips.
/// In short.
#[agent(model = "offline:demo", tools = [find_book], output = Plan)]
struct TripPlanner;

#[agent(model = "offline:demo", instructions = "You keep {town}.", output = Open)]
struct Librarian {
    town: String,
}

#[agent(model = "offline:demo", tools = [find_book], instructions = "Sort for {town}.")]
async fn sort_mail(text: &str, town: &str, #[context] lent: &u8) -> Result<AgentResponse<Plan>> {
    format!("{text} {town}")
}

/// A folder of its own that goes away.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("fastroai-contracts-{}-{name}", process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs a test of this file in a process of its own, as if its crate stood in this folder.
fn run(test: &str, root: &Path, update: Option<&str>) -> (bool, String) {
    let mut command = Command::new(env::current_exe().expect("this program"));
    command.args(["--exact", test, "--ignored", "--nocapture"]).env("CARGO_MANIFEST_DIR", root);
    command.env_remove("FASTROAI_UPDATE").env("CARGO_PKG_NAME", "shop");
    if let Some(update) = update {
        command.env("FASTROAI_UPDATE", update);
    }
    let output = command.output().expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
#[ignore = "run by others, in a folder of their own"]
fn holds_the_planner() {
    assert_contract::<TripPlanner>();
}

#[test]
#[ignore = "run by others, in a folder of their own"]
fn holds_the_others() {
    assert_contract::<sort_mail>();
    assert_contract_of(&Librarian { town: "Kew".to_owned() });
}

#[test]
fn a_missing_contract_fails_with_what_it_would_say_and_the_command_that_writes_it() {
    let folder = Folder::new("missing");
    let (passed, said) = run("holds_the_planner", &folder.0, None);
    assert!(!passed);
    for part in [
        "`TripPlanner` has no contract yet",
        "trip_planner.json",
        "FASTROAI_UPDATE=1 cargo test -p shop holds_the_planner",
        "You plan trips.",
    ] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
    assert!(!folder.0.join("contracts").exists(), "nothing is written unasked");
}

#[test]
fn only_1_writes_and_what_is_written_holds() {
    let folder = Folder::new("update");
    for word in ["0", "true", ""] {
        assert!(!run("holds_the_planner", &folder.0, Some(word)).0, "`{word}` writes nothing");
    }
    let file = folder.0.join("contracts/trip_planner.json");
    assert!(!file.exists());
    assert!(run("holds_the_planner", &folder.0, Some("1")).0);
    assert!(run("holds_the_planner", &folder.0, None).0, "what was written holds");
    let text = fs::read_to_string(&file).expect("a file");
    fs::write(&file, text.replace('\n', "\r\n")).expect("a file");
    assert!(run("holds_the_planner", &folder.0, None).0, "line ends do not matter");
    assert!(run("holds_the_others", &folder.0, Some("1")).0);
    assert!(run("holds_the_others", &folder.0, None).0);
    assert!(folder.0.join("contracts/sort_mail.json").exists());
    assert!(folder.0.join("contracts/librarian.json").exists());
}

#[test]
fn a_different_contract_fails_with_the_lines_that_differ() {
    let folder = Folder::new("different");
    assert!(run("holds_the_planner", &folder.0, Some("1")).0);
    let file = folder.0.join("contracts/trip_planner.json");
    let text = fs::read_to_string(&file).expect("a file").replace("A word of", "One word of");
    fs::write(&file, &text).expect("a file");
    let (passed, said) = run("holds_the_planner", &folder.0, None);
    assert!(!passed);
    let lines: Vec<&str> = said.lines().map(str::trim_start).collect();
    let begins = |start: &str, part: &str| {
        lines.iter().filter(|line| line.starts_with(start) && line.contains(part)).count()
    };
    assert_eq!(begins("- ", "One word of the title."), 1, "{said}");
    assert_eq!(begins("+ ", "A word of the title."), 1, "{said}");
    assert_eq!(begins("- ", "") + begins("+ ", ""), 2, "no other line differs: {said}");
    assert!(said.contains("FASTROAI_UPDATE=1 cargo test -p shop holds_the_planner"), "{said}");
    assert_eq!(fs::read_to_string(&file).expect("a file"), text, "nothing is written unasked");
}

fn said(contract: &Contract) -> Value {
    serde_json::from_str(&contract.to_text()).expect("JSON")
}

#[test]
fn a_contract_holds_all_that_a_model_reads_in_every_dialect() {
    let contract = said(&TripPlanner::contract());
    assert_eq!(contract["agent"], "TripPlanner");
    assert_eq!(contract["instructions"], serde_json::json!(["You plan trips.", "In short."]));
    let tool = &contract["tools"][0];
    assert_eq!(
        (&tool["name"], &tool["description"]),
        (&"find_book".into(), &"Find a book.".into())
    );
    assert_eq!(tool["parameters"]["properties"]["word"]["maxLength"], 80);
    assert_eq!(contract["output"]["required"], serde_json::json!(["steps"]));
    let dialects = &contract["dialects"];
    assert_eq!(
        dialects["openai"]["output"]["required"],
        serde_json::json!(["steps", "note"]),
        "strict: all are required"
    );
    assert!(dialects["anthropic"]["output"].is_object());
    assert!(dialects["gemini"]["output"].is_object());
    assert_eq!(dialects["openai"].get("not_strict"), None);
}

#[test]
fn what_a_strict_mode_cannot_carry_is_reported_with_its_pointer() {
    let contract = said(&Contract::of(&Librarian { town: "Kew".to_owned() }));
    assert_eq!(contract["instructions"], "You keep Kew.");
    let openai = contract["dialects"]["openai"]["not_strict"]["output"].as_str();
    assert_eq!(openai, Some("`/properties/extra`: it takes properties of any name"));
    let anthropic = contract["dialects"]["anthropic"]["not_strict"]["output"].as_str();
    assert!(anthropic.is_some_and(|reason| reason.contains("/properties/extra")), "{anthropic:?}");
}

#[test]
fn the_contract_of_an_agent_function_needs_no_arguments() {
    let contract = sort_mail::contract();
    assert_eq!(contract.agent, "sort_mail");
    assert_eq!(contract.instructions, "Sort for {town}.", "as it is written");
    assert_eq!(contract.tools.len(), 1);
    assert!(contract.output.is_some());
    drop(sort_mail("x", "Kew", &1));
}

#[test]
fn a_contract_that_cannot_be_read_is_told_as_such() {
    let folder = Folder::new("unreadable");
    fs::create_dir_all(folder.0.join("trip_planner.json")).expect("a folder in its place");
    let error = TripPlanner::contract().check(&folder.0).expect_err("no file");
    assert!(matches!(error, ContractError::File { .. }), "{error}");
    let error = TripPlanner::contract().write(&folder.0).expect_err("no file");
    assert!(error.to_string().contains("cannot be read or written"), "{error}");
}
