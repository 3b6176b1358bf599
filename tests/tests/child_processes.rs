//! A program that is started sees no variable but those that are listed.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::env;
use std::process::Command;

use fastroai::process;

const CANARIES: [&str; 4] =
    ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AWS_SECRET_ACCESS_KEY", "FASTROAI_CANARY"];

/// What every program may need to start at all.
const SYSTEM: [&str; 4] = ["SystemRoot", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];

/// This program once more, to run one of the tests that are run by others.
fn this(test: &str) -> [String; 4] {
    ["--exact", test, "--ignored", "--nocapture"].map(str::to_owned)
}

#[test]
#[ignore = "run by others, as the child of a child"]
fn shows_what_it_sees() {
    for (name, value) in env::vars() {
        println!("\nsees {name}={value}");
    }
}

/// What a child sees that is started so.
fn seen(command: process::ClearedCommand) -> BTreeMap<String, String> {
    let mut command: Command = command.args(this("shows_what_it_sees")).pass(SYSTEM).into();
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).expect("text");
    let seen = said.lines().filter_map(|line| line.strip_prefix("sees ")?.split_once('='));
    let system = |name: &&str| SYSTEM.contains(name);
    seen.filter(|(name, _)| !system(name))
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
}

#[test]
#[ignore = "run by others, with canaries around it"]
fn starts_children() {
    for name in CANARIES {
        assert_eq!(env::var(name).as_deref(), Ok("canary"), "{name} is around");
    }
    let program = env::current_exe().expect("this program");
    let child = || process::command(&program);

    assert!(seen(child()).is_empty(), "nothing is listed: {:?}", seen(child()));

    let listed = seen(child().pass(["FASTROAI_LISTED", "FASTROAI_ABSENT"]).set("LANG", "C"));
    let expected = [("FASTROAI_LISTED", "yes"), ("LANG", "C")];
    assert_eq!(listed, expected.map(|(name, value)| (name.into(), value.into())).into());

    let near = ["OPENAI_API_", "OPENAI_*", "OPENAI", "*", "", "OPENAI_API_KEY=", "FASTROAI_CANAR"];
    assert!(seen(child().pass(near)).is_empty(), "names are exact");

    let key = seen(child().pass(["OPENAI_API_KEY"]));
    assert_eq!(key, [("OPENAI_API_KEY".to_owned(), "canary".to_owned())].into(), "listed by name");

    let set = seen(child().pass(["FASTROAI_CANARY"]).set("FASTROAI_CANARY", "other"));
    assert_eq!(set["FASTROAI_CANARY"], "other", "what is said last");

    let shown = format!("{0:?} {0:#?}", child().pass(["OPENAI_API_KEY"]).arg("a canary as well"));
    assert!(shown.contains("OPENAI_API_KEY") && !shown.contains("canary"), "{shown}");
}

#[test]
fn p3_a_child_sees_no_variable_that_is_not_listed() {
    let mut parent = Command::new(env::current_exe().expect("this program"));
    parent.args(this("starts_children")).env("FASTROAI_LISTED", "yes");
    parent.envs(CANARIES.map(|name| (name, "canary")));
    let output = parent.output().expect("it starts");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}
