//! Runs in a scope, and runs that have lost theirs.

use fastroai::money::Budget;
use fastroai::prelude::*;
use fastroai::providers::{Message, Request, Settings};
use fastroai::{ErrorKind, usd};
use tests::scripted::{call, text};

use super::rig::{MODEL, agent, runtime, script, tool};

fn is_refused(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::Config(why) if why.contains("strict"))
}

#[tokio::test(start_paused = true)]
async fn a_strict_runtime_refuses_what_is_in_no_scope() {
    let model = script([text("never")]);
    let on = runtime(&model).strict().build();
    let error = agent().build().expect("an agent").run("Go").on(&on).await.expect_err("no scope");
    assert!(is_refused(error.kind()), "{error:?}");
    let (messages, settings) = ([Message::user("Go")], Settings::default());
    let error = on.request(MODEL, &Request::new(&messages, &settings)).await;
    assert!(is_refused(error.expect_err("no scope").kind()));
    assert!(model.asked().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_in_a_scope_is_paid_from_its_account() {
    let model = script([text("One"), text("Two")]);
    let on = runtime(&model).strict().build();
    let tenant = Budget::new("tenant", usd!("0.10"));
    let agent = agent().build().expect("an agent");
    let both = on.scope(&tenant, async {
        let one = agent.run("Go").await?;
        let two = agent.run("Go").budget(usd!("0.05")).await?;
        Ok::<_, fastroai::Error>((one.output, two.output))
    });
    let (one, two) = both.await.expect("a scope").expect("two answers");
    assert_eq!((one.as_str(), two.as_str()), ("One", "Two"));
    assert_eq!((tenant.spent(), tenant.held()), (usd!("0.00003"), usd!("0.00")));
}

#[tokio::test(start_paused = true)]
async fn a_bare_spawn_in_a_tool_is_refused_where_the_crate_s_own_is_not() {
    let model = script([call("a", "spawn", r#"{"n":1}"#), text("In"), text("Done")]);
    let on = runtime(&model).strict().build();
    let inner = on.clone();
    let spawning = tool("spawn", move |_, _| {
        let (bare, kept) = (inner.clone(), inner.clone());
        async move {
            let run = |on: Runtime| async move {
                agent().build().expect("an agent").run("In").on(&on).await
            };
            let lost = tokio::spawn(run(bare)).await.expect("no panic");
            assert!(is_refused(lost.expect_err("no scope").kind()));
            let answer = fastroai::spawn(run(kept)).await.expect("no panic");
            Ok(answer.expect("it is in the scope").output)
        }
    });
    let tenant = Budget::new("tenant", usd!("0.10"));
    let agent = agent().tool(spawning).build().expect("an agent");
    let answer = on.scope(&tenant, async { agent.run("Go").await }).await.expect("a scope");
    assert_eq!(answer.expect("done").bill.requests(), 3);
    assert_eq!(tenant.spent(), usd!("0.000045"));
}

#[tokio::test(start_paused = true)]
async fn a_scope_beside_the_account_of_the_run_around_it_is_refused() {
    let model = script([]);
    let on = runtime(&model).build();
    let root = Budget::new("root", usd!("1.00"));
    let (one, two) = (root.child("one", usd!("0.10")), root.child("two", usd!("0.10")));
    let inside = on.scope(&one, on.scope(&two, async {}));
    let error =
        inside.await.expect("the outer one").expect_err("what is above both would pay twice");
    assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error:?}");
}
