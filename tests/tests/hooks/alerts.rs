//! What an operator hears of, and that no run hears of the operator.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastroai::hook::{Alert, Alerts};
use fastroai::money::Budget;
use fastroai::prelude::*;
use fastroai::{ErrorKind, usd};
use futures_util::future::join_all;
use tests::scripted::{Step, call, reply, text, usage};
use tokio::time::advance;

use super::rig::{agent, echo, runtime, script};

/// Alerts, and those that came.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<Alert>>>);

impl Heard {
    fn alerts(&self) -> Alerts {
        let heard = self.clone();
        Alerts::to(move |alert: &Alert| {
            heard.0.lock().expect("no panic while locked").push(alert.clone());
        })
    }

    fn all(&self, alerts: &Alerts) -> Vec<Alert> {
        alerts.flush();
        self.0.lock().expect("no panic while locked").clone()
    }
}

/// A reply that costs so many microdollars.
fn costing(microdollars: u64) -> Step {
    let mut reply = reply(vec![fastroai::providers::Part::text("Done")]);
    reply.usage = usage(microdollars, 0);
    Step::Reply(reply)
}

/// What of an account was told: its name, percentage and what was spent.
fn told(alerts: &[Alert]) -> Vec<(&str, u8, u64)> {
    let budgets = alerts.iter().filter_map(|alert| match alert {
        Alert::Budget { account, percent, spent, .. } => {
            Some((account.as_str(), *percent, spent.microdollars()))
        }
        _ => None,
    });
    budgets.collect()
}

#[tokio::test(start_paused = true)]
async fn each_part_of_a_budget_that_is_gone_is_told_once_with_what_was_spent() {
    let heard = Heard::default();
    let alerts = heard.alerts();
    let costs = [4_000, 2_000, 1_000, 1_500, 1_400, 200, 100];
    let model = script(costs.map(costing));
    let on = runtime(&model).hook(alerts.clone()).build();
    // Looked at and no more, so that it can be spent to the last.
    let process = Budget::new("process", usd!("1.00"));
    let tenant = process.soft_child("tenant", usd!("0.01"));
    let agent = agent().build().expect("an agent");
    for _ in 0..6 {
        agent.run("Go").on(&on).account(&tenant).await.expect("there is some left");
    }
    let heard_so_far = heard.all(&alerts);
    assert_eq!(
        told(&heard_so_far),
        [("tenant", 50, 6_000), ("tenant", 80, 8_500), ("tenant", 100, 10_100)]
    );
    let Alert::Budget { limit, possibly_paid, .. } = &heard_so_far[0] else { panic!("a budget") };
    assert_eq!((*limit, *possibly_paid), (usd!("0.01"), usd!("0.00")));

    let error = agent.run("Go").on(&on).account(&tenant).await.expect_err("it is spent");
    assert!(matches!(error.kind(), ErrorKind::Budget { .. }), "{error:?}");
    let all = heard.all(&alerts);
    assert!(matches!(&all[3..], [Alert::BudgetRefused { refusal }] if refusal.account == "tenant"));
    agent.run("Go").on(&on).account(&tenant).await.expect_err("it is spent still");
    assert_eq!(heard.all(&alerts).len(), 4, "told once");
}

#[tokio::test(start_paused = true)]
async fn runs_side_by_side_tell_each_part_once_and_in_order() {
    let heard = Heard::default();
    let alerts = heard.alerts();
    let model = script((0..20).map(|_| Step::After(Duration::from_secs(1), Box::new(costing(50)))));
    let on = runtime(&model).hook(alerts.clone()).build();
    let tenant = Budget::soft("tenant", usd!("0.001"));
    let agent = agent().build().expect("an agent");
    let runs = (0..20).map(|_| agent.run("Go").on(&on).account(&tenant));
    assert!(join_all(runs).await.iter().all(Result::is_ok));
    let all = heard.all(&alerts);
    let parts: Vec<_> = told(&all).into_iter().map(|(_, percent, _)| percent).collect();
    assert_eq!(parts, [50, 80, 100]);
}

#[tokio::test(start_paused = true)]
async fn accounts_of_one_name_are_told_apart() {
    let heard = Heard::default();
    let alerts = heard.alerts();
    let model = script([costing(600), costing(600)]);
    let on = runtime(&model).hook(alerts.clone()).build();
    let agent = agent().build().expect("an agent");
    for _ in 0..2 {
        let tenant = Budget::soft("tenant", usd!("0.001"));
        agent.run("Go").on(&on).account(&tenant).await.expect("there is enough");
    }
    assert_eq!(told(&heard.all(&alerts)), [("tenant", 50, 600), ("tenant", 50, 600)]);
}

#[tokio::test(start_paused = true)]
async fn much_more_spending_than_on_average_is_told_once_in_its_interval() {
    let heard = Heard::default();
    let minute = Duration::from_secs(60);
    let alerts = heard.alerts().spike(5, minute);
    let costs = [100, 200, 300, 900, 101, 500, 50];
    let model = script(costs.map(costing));
    let on = runtime(&model).hook(alerts.clone()).build();
    let agent = agent().build().expect("an agent");
    for _ in 0..3 {
        agent.run("Go").on(&on).await.expect("done");
        advance(minute).await;
    }
    // The average is 200: 900 is not five times as much, 1,001 is more.
    agent.run("Go").on(&on).await.expect("done");
    assert!(heard.all(&alerts).is_empty());
    for _ in 0..2 {
        agent.run("Go").on(&on).await.expect("done");
    }
    let all = heard.all(&alerts);
    let [Alert::SpendSpike { spent, average, interval }] = &all[..] else { panic!("{all:?}") };
    assert_eq!((*spent, *average, *interval), (usd!("0.001001"), usd!("0.0002"), minute));
    advance(minute).await;
    agent.run("Go").on(&on).await.expect("done");
    assert_eq!(heard.all(&alerts).len(), 1, "the next minute is an ordinary one");
}

#[tokio::test(start_paused = true)]
async fn the_same_call_made_again_and_again_is_told_once() {
    let heard = Heard::default();
    let alerts = heard.alerts();
    let same = || call("", "echo", r#"{"n":1}"#);
    let model = script([same(), same(), call("", "echo", r#"{"n":2}"#), same(), text("Done")]);
    let on = runtime(&model).hook(alerts.clone()).build();
    let agent = agent().tool(echo()).build().expect("an agent");
    let answer = agent.run("Go").run_id("run-1").on(&on).await.expect("done");
    assert_eq!(answer.tool_calls.len(), 4);
    let all = heard.all(&alerts);
    let [Alert::RepeatedToolCall { run_id, agent, tool, times }] = &all[..] else {
        panic!("{all:?}")
    };
    assert_eq!((run_id.as_str(), agent.as_str()), ("run-1", "tester"));
    assert_eq!((tool.as_str(), *times), ("echo", 3));
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_panics_breaks_no_run_and_hears_of_the_next_alert() {
    let (told, hears) = channel();
    let alerts = Alerts::to(move |alert: &Alert| {
        let Alert::Budget { percent, .. } = alert else { return };
        told.send(*percent).expect("someone listens");
        assert!(*percent != 50, "a mistake of the sink");
    });
    let model = script([costing(600), costing(300)]);
    let on = runtime(&model).hook(alerts.clone()).build();
    let tenant = Budget::soft("tenant", usd!("0.001"));
    let agent = agent().build().expect("an agent");
    for _ in 0..2 {
        agent.run("Go").on(&on).account(&tenant).await.expect("the sink is not the run's");
    }
    alerts.flush();
    assert_eq!(hears.try_iter().collect::<Vec<_>>(), [50, 80]);
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_never_returns_holds_up_no_run_however_many_alerts_there_are() {
    let (release, released) = channel::<()>();
    let released = Mutex::new(released);
    let alerts = Alerts::to(move |_: &Alert| {
        // Until the test has ended.
        let _ = released.lock().expect("no panic while locked").recv();
    });
    let model = script((0..1_100).map(|_| costing(600)));
    let on = runtime(&model).hook(alerts).build();
    let agent = agent().build().expect("an agent");
    for _ in 0..1_100 {
        let tenant = Budget::soft("tenant", usd!("0.001"));
        agent.run("Go").on(&on).account(&tenant).await.expect("no run waits for the sink");
    }
    drop(release);
}

#[tokio::test(start_paused = true)]
async fn names_in_an_alert_show_nothing_personal_and_break_no_line() {
    let heard = Heard::default();
    let alerts = heard.alerts();
    let model = script([costing(4_000), costing(2_000)]);
    let on = runtime(&model).hook(alerts.clone()).build();
    let account = Budget::soft("ada@example.org\nroot", usd!("0.01"));
    let agent = agent().build().expect("an agent");
    for _ in 0..2 {
        agent.run("Go").on(&on).account(&account).await.expect("there is some left");
    }
    assert_eq!(told(&heard.all(&alerts)), [("[EMAIL]\\nroot", 50, 6_000)]);
}
