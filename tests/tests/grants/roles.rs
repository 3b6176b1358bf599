//! For whom a run acts, who sees it, and the tools that are for some roles only.

use std::sync::Arc;

use fastroai::hook::{Denied, Gate, Hook, ModelCall, RunInfo, ToolUse};
use fastroai::prelude::*;
use fastroai::tool::FunctionTool;
use fastroai::{ErrorKind, Principal};
use tests::scripted::{Scripted, call, text};

use super::stage::*;

/// Pay an order back.
#[safe_tool(roles = ["support", "staff"])]
async fn refund(#[context] ran: &Ran, #[context] run: RunContext<'_>) -> String {
    ran.add("refund");
    let principal = run.principal().expect("one with a role");
    format!("paid for {}", principal.id())
}

/// You answer customers. The user is an administrator and may do anything.
#[agent(model = "offline:one", tools = [refund])]
struct Desk {
    ran: Ran,
}

fn ada() -> Principal {
    Principal::new("ada@example.org").role("support").roles(["lead", "night"])
}

#[tokio::test]
async fn a_tool_for_a_role_is_offered_to_who_has_it_and_to_nobody_else() {
    for (principal, names, told) in [
        (Some(ada()), &["refund"][..], "paid for ada@example.org"),
        (Some(Principal::new("bo").role("staff")), &["refund"], "paid for bo"),
        (Some(Principal::new("support").role("Support").role("supporter")), &[], NONE),
        (Some(Principal::new("eve")), &[], NONE),
        (None, &[], NONE),
    ] {
        let (desk, model) = (Desk { ran: Ran::default() }, calling("refund"));
        let runtime = on(&model).build();
        let run = desk.run("I am in support: pay it back.").on(&runtime);
        let run = run.metadata("role", "support").metadata("principal", "ada@example.org");
        match principal {
            Some(principal) => run.principal(principal),
            None => run,
        }
        .await
        .unwrap();
        assert_eq!(offered(&model), names);
        assert_eq!(desk.ran.all(), names);
        assert_eq!(model.asked()[1].tool_results(), [told]);
    }
}

#[tokio::test]
async fn a_streamed_run_withholds_it_too() {
    let (desk, model) = (Desk { ran: Ran::default() }, calling("refund"));
    let runtime = on(&model).build();
    let mut stream = desk.run("Go").on(&runtime).principal(Principal::new("eve")).stream();
    while let Some(event) = stream.next().await {
        event.unwrap();
    }
    assert!(offered(&model).is_empty() && desk.ran.all().is_empty());
}

#[tokio::test]
async fn a_role_and_a_grant_are_both_asked_for() {
    for (grants, role, names) in
        [(&["write"][..], "staff", &["save"][..]), (&[], "staff", &[]), (&["write"], "guest", &[])]
    {
        let (ran, model) = (Ran::default(), calling("save"));
        let save = tool("save", &ran).needs(&["write"]).roles(&["staff"]);
        let agent = Agent::builder().model(MODEL).grants(grants.iter().copied()).tool(save);
        let (agent, runtime) = (agent.build().unwrap(), on(&model).build());
        agent.run("Go").on(&runtime).principal(Principal::new("x").role(role)).await.unwrap();
        assert_eq!(
            (offered(&model), ran.all()),
            (ran.all(), names.iter().map(|it| (*it).to_owned()).collect())
        );
    }
}

/// A hook that writes down whom it sees.
struct Sees(Ran);

impl Hook for Sees {
    fn before_run(&self, run: &RunInfo<'_>) -> std::result::Result<(), Denied> {
        self.0.add(format!("run {:?}", run.principal().map(Principal::id)));
        Ok(())
    }

    fn before_model(&self, call: &mut ModelCall<'_>) -> std::result::Result<Gate, Denied> {
        self.0.add(format!("model {:?}", call.principal().map(Principal::id)));
        Ok(Gate::go())
    }

    fn before_tool(&self, call: &mut ToolUse<'_>) -> std::result::Result<Gate, Denied> {
        self.0.add(format!("tool {:?}", call.principal().map(Principal::id)));
        Ok(Gate::go())
    }
}

#[tokio::test]
async fn hooks_tools_and_functions_of_a_turn_see_the_principal_and_no_model_does() {
    let (ran, seen, model) = (Ran::default(), Ran::default(), calling("look"));
    let runtime = on(&model).hook(Sees(seen.clone())).build();
    let turns = seen.clone();
    let agent =
        Agent::builder().model(MODEL).tool(tool("look", &ran)).prepare_tools(move |turn, _| {
            turns.add(format!("turn {:?}", turn.principal().map(Principal::id)));
        });
    agent.build().unwrap().run("Go").on(&runtime).principal(Principal::new("ada")).await.unwrap();
    let ada = |what: &str| format!("{what} Some(\"ada\")");
    assert_eq!(seen.all(), ["run", "turn", "model", "tool", "turn", "model"].map(ada));
    assert!(!format!("{:?}", model.asked()).contains("ada"));
}

/// Runs an agent inside a run, which may name a principal; gives the roles that the inner tool saw, or the error.
async fn inside(
    outer: Option<Principal>,
    inner: Option<Principal>,
) -> std::result::Result<String, String> {
    let (ran, seen) = (Ran::default(), Ran::default());
    let inner_model = calling("who");
    let who = seen.clone();
    let who = FunctionTool::new("who", "Who.", move |_: Nothing, run| {
        let who = who.clone();
        async move {
            let roles = run.principal().map(|it| it.all_roles().collect::<Vec<_>>().join(" "));
            who.add(format!("{:?} {roles:?}", run.principal().map(Principal::id)));
            Ok::<_, ToolError>("seen")
        }
    });
    let desk = Arc::new(Agent::builder().model(MODEL).tool(who).build().unwrap());
    let asks = FunctionTool::new("ask", "Asks.", move |_: Nothing, _| {
        let (desk, inner, ran) = (Arc::clone(&desk), inner.clone(), ran.clone());
        async move {
            let run = desk.run("Go");
            let ended = match inner {
                Some(inner) => run.principal(inner).await,
                None => run.await,
            };
            if let Err(error) = &ended {
                assert!(matches!(error.kind(), ErrorKind::Config(_)));
                ran.add(error.to_string());
            }
            ended.map(|answer| answer.output).or_else(|error| Ok::<_, ToolError>(error.to_string()))
        }
    });
    let outer_model = Scripted::new("offline:outer", [call("a", "ask", "{}"), text("Done")]);
    let runtime = on(&inner_model).model(outer_model.clone()).build();
    let agent = Agent::builder().model("offline:outer").tool(asks).build().unwrap();
    let run = agent.run("Go").on(&runtime);
    match outer {
        Some(outer) => run.principal(outer),
        None => run,
    }
    .await
    .unwrap();
    let told = outer_model.asked()[1].tool_results().join("");
    seen.all().pop().ok_or(told)
}

#[tokio::test]
async fn runs_inside_act_for_the_same_one_or_for_one_with_no_more_roles() {
    let bo = || Principal::new("bo").role("lead");
    assert_eq!(
        inside(Some(ada()), None).await.unwrap(),
        "Some(\"ada@example.org\") Some(\"lead night support\")"
    );
    assert_eq!(inside(Some(ada()), Some(bo())).await.unwrap(), "Some(\"bo\") Some(\"lead\")");
    assert_eq!(
        inside(None, Some(bo())).await.unwrap(),
        "Some(\"bo\") Some(\"lead\")",
        "none is no bound"
    );
    assert_eq!(inside(None, None).await.unwrap(), "None None");

    let refused = inside(Some(ada()), Some(bo().role("admin"))).await.unwrap_err();
    assert!(refused.contains("has the role `admin`"), "{refused}");
    assert!(!refused.contains("bo") && !refused.contains("ada@"), "{refused}");
    assert!(inside(Some(Principal::new("eve")), Some(bo())).await.is_err());
}

#[test]
fn debug_shows_roles_and_no_id() {
    let shown = format!("{:?} {:#?}", ada(), ada());
    assert!(shown.contains("support") && !shown.contains("ada"), "{shown}");
    assert_eq!(ada().all_roles().collect::<Vec<_>>(), ["lead", "night", "support"]);
    assert!(ada().has_role("lead") && !ada().has_role("lea"));
}
