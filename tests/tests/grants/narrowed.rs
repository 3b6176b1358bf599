//! What a runtime or a call narrows, and what holds for the runs inside.

use std::sync::Arc;

use fastroai::money::{Budget, Prices, Rates};
use fastroai::prelude::*;
use fastroai::usd;
use tests::scripted::{Scripted, call, text};

use super::stage::*;

/// The tools that an agent which is granted all has on this runtime and in this call.
async fn left(runtime: &[&[&str]], call: &[&[&str]]) -> Vec<String> {
    let (ran, model) = (Ran::default(), greedy());
    let runtime = runtime.iter().fold(on(&model), |it, grants| it.grants(grants.iter().copied()));
    let (runtime, agent) = (runtime.build(), agent(&ran, &["net", "write"]));
    let run = agent.run("Go").on(&runtime);
    call.iter().fold(run, |run, grants| run.only_grants(grants.iter().copied())).await.unwrap();
    assert_eq!(ran.all(), offered(&model));
    ran.all()
}

#[tokio::test]
async fn a_runtime_and_a_call_take_grants_away_and_give_none() {
    assert_eq!(left(&[], &[]).await, ["look", "fetch", "save"], "no bound");
    assert_eq!(left(&[&["net"]], &[]).await, ["look", "fetch"]);
    assert_eq!(left(&[&[]], &[]).await, ["look"], "a bound of nothing is one");
    assert_eq!(left(&[], &[&["net"]]).await, ["look", "fetch"]);
    assert_eq!(left(&[&["net"]], &[&["write", "net"]]).await, ["look", "fetch"]);
    assert_eq!(left(&[&["net"]], &[&["write"]]).await, ["look"]);
    assert_eq!(left(&[&["net"], &["net", "write"]], &[]).await, ["look", "fetch"], "said twice");
    assert_eq!(left(&[], &[&["net"], &["write"]]).await, ["look"], "said twice");

    let (ran, model) = (Ran::default(), greedy());
    let runtime = on(&model).grants(["net", "write"]).build();
    agent(&ran, &[]).run("Go").on(&runtime).only_grants(["net", "write"]).await.unwrap();
    assert_eq!(offered(&model), ["look"], "neither grants what the agent is not granted");
}

/// An agent that asks another one, whose model calls all tools.
async fn inside(
    outer: impl FnOnce(fastroai::agent::AgentBuilder) -> fastroai::agent::AgentBuilder,
    bound: Option<&[&str]>,
    only: Option<&[&str]>,
    own: Option<&[&str]>,
) -> Vec<String> {
    let ran = Ran::default();
    let model = Scripted::new("offline:outer", [call("a", "ask", "{}"), text("Done")]);
    let (inner_model, desk) = (greedy(), Arc::new(agent(&ran, &["net", "write"])));
    let own = own.map(|grants| on(&inner_model).grants(grants.iter().copied()).build());
    let asks = fastroai::tool::FunctionTool::new("ask", "Asks.", move |_: Nothing, _| {
        let (desk, own) = (Arc::clone(&desk), own.clone());
        async move {
            let run = desk.run("Go");
            // Whatever it says, it cannot have more.
            let run = run.only_grants(["net", "write", "mail"]);
            match &own {
                Some(own) => run.on(own).await,
                None => run.await,
            }
            .map(|answer| answer.output)
        }
    });
    let builder = outer(Agent::builder().model("offline:outer").tool(asks));
    let runtime = on(&inner_model).model(model.clone());
    let runtime = match bound {
        Some(grants) => runtime.grants(grants.iter().copied()),
        None => runtime,
    };
    let (runtime, outer) = (runtime.build(), builder.build().unwrap());
    let run = outer.run("Go").on(&runtime);
    match only {
        Some(grants) => run.only_grants(grants.iter().copied()),
        None => run,
    }
    .await
    .unwrap();
    assert_eq!(offered(&inner_model), ran.all());
    ran.all()
}

#[tokio::test]
async fn a_run_inside_a_run_never_has_more_than_the_bound_around_it() {
    let all = ["look", "fetch", "save"];
    assert_eq!(inside(|it| it, None, Some(&["net"]), None).await, all[..2]);
    assert_eq!(inside(|it| it, Some(&["net"]), None, None).await, all[..2]);
    assert_eq!(inside(|it| it, Some(&[]), None, None).await, all[..1]);
    let brings = Some(&["net", "write"][..]);
    assert_eq!(
        inside(|it| it, None, Some(&["net"]), brings).await,
        all[..2],
        "nor on its own runtime"
    );
    assert_eq!(inside(|it| it, Some(&["net"]), None, Some(&["write"])).await, all[..1]);
    assert_eq!(inside(|it| it, None, None, Some(&["net"])).await, all[..2]);
}

#[tokio::test]
async fn an_inner_agent_has_its_own_grants_and_not_those_of_the_one_that_asks_it() {
    let all = ["look", "fetch", "save"];
    assert_eq!(inside(|it| it, None, None, None).await, all, "more than the one around");
    assert_eq!(inside(|it| it.grants(["mail"]), None, None, None).await, all);
}

/// You do things.
#[agent(model = "offline:inner", tools = [save], grants = ["write"], description = "Does things.")]
struct Doer {
    ran: Ran,
}

/// Save it.
#[safe_tool(needs = "write")]
async fn save(#[context] ran: &Ran) -> &'static str {
    ran.add("save");
    "saved"
}

/// You have things done.
#[agent(model = "offline:one", tools = [self.doer])]
struct Boss {
    doer: Doer,
}

#[tokio::test]
async fn an_agent_that_is_a_tool_is_narrowed_with_the_run_that_it_is_in() {
    for (only, ran) in [(None, &["save"][..]), (Some(&["net"]), &[])] {
        let boss = Boss { doer: Doer { ran: Ran::default() } };
        let outer = script([call("a", "doer", r#"{"prompt":"Do it."}"#), text("Done")]);
        let inner = Scripted::new("offline:inner", [call("b", "save", "{}"), text("Done")]);
        let runtime = on(&outer).model(inner.clone()).build();
        let run = boss.run("Go").on(&runtime);
        match only {
            Some(grants) => run.only_grants(*grants),
            None => run,
        }
        .await
        .unwrap();
        assert_eq!(offered(&outer), ["doer"], "an agent needs nothing itself");
        assert_eq!(offered(&inner), ran);
        assert_eq!(boss.doer.ran.all(), ran);
    }
}

#[tokio::test]
async fn a_scope_is_bound_as_its_runtime_is() {
    let (ran, model) = (Ran::default(), greedy());
    let bound = on(&model).grants(["net"]).build();
    let tenant = Budget::new("tenant", usd!("1"));
    let desk = agent(&ran, &["net", "write"]);
    let free = Prices::unlisted().with_override("offline:*", Rates::FREE).unwrap();
    let wide = on(&model).prices(free).build();
    let run = bound.scope(&tenant, async { desk.run("Go").on(&wide).await });
    assert_eq!(run.await.unwrap().unwrap().output, "Done");
    assert_eq!((offered(&model), ran.all()), (ran.all(), vec!["look".into(), "fetch".into()]));
}

#[tokio::test]
async fn what_a_tool_spawns_is_bound_as_the_run_is() {
    let (ran, inner_model) = (Ran::default(), greedy());
    let outer = Scripted::new("offline:outer", [call("a", "ask", "{}"), text("Done")]);
    let desk = Arc::new(agent(&ran, &["net", "write"]));
    let asks = fastroai::tool::FunctionTool::new("ask", "Asks.", move |_: Nothing, _| {
        let desk = Arc::clone(&desk);
        async move {
            let spawned = fastroai::spawn(async move { desk.run("Go").await });
            spawned.await.unwrap().map(|answer| answer.output)
        }
    });
    let agent = Agent::builder().model("offline:outer").tool(asks).build().unwrap();
    let runtime = on(&inner_model).model(outer).build();
    agent.run("Go").on(&runtime).only_grants(["net"]).await.unwrap();
    assert_eq!(
        (offered(&inner_model), ran.all()),
        (ran.all(), vec!["look".into(), "fetch".into()])
    );
}
