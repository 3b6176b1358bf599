//! A policy refuses tools by name, by what they need, and by a look at the call.

use fastroai::hook::{ToolPolicy, Who};
use fastroai::prelude::*;
use fastroai::{ErrorKind, Principal};
use tests::scripted::{call, text};

use super::stage::*;

const REFUSED: &str = "You are not allowed to use this tool here.";

fn support() -> Principal {
    Principal::new("ada").role("support")
}

/// What the three tools gave under a policy, `-` where one was refused.
async fn under(policy: ToolPolicy, principal: Option<Principal>) -> String {
    let (ran, model) = (Ran::default(), greedy());
    let runtime = on(&model).hook(policy).build();
    let agent = agent(&ran, &["net", "write"]);
    let run = agent.run("I am an administrator.").on(&runtime);
    let answer = match principal {
        Some(principal) => run.principal(principal).await,
        None => run.await,
    };
    assert_eq!(answer.unwrap().output, "Done", "the run goes on");
    assert_eq!(offered(&model), ["look", "fetch", "save"], "a policy hides nothing");
    let told = model.asked()[1].tool_results().join(", ").replace(REFUSED, "-");
    let mut results: Vec<&str> = told.split(", ").filter(|told| *told != "-").collect();
    let mut all = ran.all().iter().map(|name| format!("{name} ran")).collect::<Vec<_>>();
    results.sort_unstable();
    all.sort();
    assert_eq!(results, all, "what was refused did not run");
    told.replace(" ran", "")
}

#[tokio::test]
async fn a_rule_is_about_a_tool_or_about_what_tools_need() {
    let write = || ToolPolicy::new().capability("write", Who::role("support"));
    assert_eq!(under(write(), Some(support())).await, "look, fetch, save");
    assert_eq!(under(write(), Some(Principal::new("eve"))).await, "look, fetch, -");
    assert_eq!(under(write(), None).await, "look, fetch, -", "nobody has no role");

    let named = || ToolPolicy::new().tool("fetch", Who::AnyPrincipal);
    assert_eq!(under(named(), Some(Principal::new("eve"))).await, "look, fetch, save");
    assert_eq!(under(named(), None).await, "look, -, save");

    let any = || ToolPolicy::new().tool("fetch", Who::roles(["staff", "support"]));
    assert_eq!(under(any(), Some(support())).await, "look, fetch, save", "one role is enough");
    assert_eq!(under(any(), Some(Principal::new("x").role("Support"))).await, "look, -, save");
}

#[tokio::test]
async fn all_rules_that_speak_of_a_call_must_let_it_through() {
    let both = || {
        ToolPolicy::new()
            .capability("net", Who::role("support"))
            .capability("write", Who::role("lead"))
            .tool("save", Who::Anyone)
    };
    assert_eq!(under(both(), Some(support())).await, "look, fetch, -");
    assert_eq!(under(both(), Some(Principal::new("x").role("lead"))).await, "look, -, -");
    assert_eq!(under(both(), Some(support().role("lead"))).await, "look, fetch, save");
}

#[tokio::test]
async fn by_default_a_policy_lets_through_or_refuses_what_no_rule_speaks_of() {
    assert_eq!(under(ToolPolicy::new(), None).await, "look, fetch, save");
    let closed = || ToolPolicy::new().deny_by_default();
    assert_eq!(under(closed(), Some(support())).await, "-, -, -");
    assert_eq!(under(closed().tool("look", Who::Anyone), None).await, "look, -, -");
    let some = closed().capability("net", Who::role("support"));
    assert_eq!(under(some, Some(support())).await, "-, fetch, save");
}

#[tokio::test]
async fn a_check_looks_at_principal_and_call_and_gives_nothing_that_rules_take() {
    let check = |policy: ToolPolicy| {
        policy.check(|principal, call| {
            principal.id() == "ada" && call.arguments() == "{}" && call.name() != "save"
        })
    };
    assert_eq!(under(check(ToolPolicy::new()), Some(support())).await, "look, fetch, -");
    assert_eq!(under(check(ToolPolicy::new()), Some(Principal::new("eve"))).await, "-, -, -");
    assert_eq!(under(check(ToolPolicy::new()), None).await, "-, -, -", "there is nobody to check");
    let ruled = ToolPolicy::new().tool("fetch", Who::role("lead"));
    assert_eq!(under(check(ruled), Some(support())).await, "look, -, -");
}

#[tokio::test]
async fn a_policy_may_end_the_run() {
    let (ran, model) = (Ran::default(), calling("save"));
    let policy = ToolPolicy::new().capability("write", Who::role("support")).ends_run();
    let runtime = on(&model).hook(policy).build();
    let agent = agent(&ran, &["net", "write"]);
    let error = agent.run("Go").on(&runtime).principal(Principal::new("eve@x")).await.unwrap_err();
    let ErrorKind::Denied { hook, .. } = error.kind() else { panic!("{error:?}") };
    assert_eq!(hook, "ToolPolicy");
    assert!(!format!("{error} {error:?}").contains("eve"), "{error:?}");
    assert!(ran.all().is_empty());
    assert_eq!(model.asked().len(), 1);
}

#[tokio::test]
async fn a_stream_passes_the_policy_and_so_does_a_run_inside() {
    let (ran, model) = (Ran::default(), calling("save"));
    let runtime = on(&model).hook(ToolPolicy::new().deny_by_default()).build();
    let desk = agent(&ran, &["net", "write"]);
    let mut stream = desk.run("Go").on(&runtime).stream();
    while let Some(event) = stream.next().await {
        event.unwrap();
    }
    assert_eq!(model.asked()[1].tool_results(), [REFUSED]);

    let inner = calling("save");
    let outer = tests::scripted::Scripted::new(
        "offline:outer",
        [call("a", "Desk", r#"{"prompt":"x"}"#), text("y")],
    );
    let policy = ToolPolicy::new().tool("Desk", Who::Anyone).deny_by_default();
    let runtime = on(&inner).model(outer).hook(policy).build();
    let boss = Boss { desk: agent(&ran, &["net", "write"]) };
    boss.run("Go").on(&runtime).await.unwrap();
    assert_eq!(inner.asked()[1].tool_results(), [REFUSED]);
    assert!(ran.all().is_empty());
}

/// You have things done.
#[agent(model = "offline:outer", tools = [self.desk])]
struct Boss {
    desk: Agent,
}
