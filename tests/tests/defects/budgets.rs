//! 11 and 12: what a budget bounds.

use std::sync::Arc;
use std::time::Duration;

use fastroai::ErrorKind;
use fastroai::money::{Budget, Cost, Prices, Rates};
use fastroai::providers::{Message, ToolOutcome};
use fastroai::tool::FunctionTool;
use fastroai::{Runtime, usd};
use futures_util::future::join_all;
use tests::scripted::{Scripted, Step, calls, usage};

use crate::{agent, answer, microdollars};

#[derive(serde::Deserialize, fastroai::schemars::JsonSchema)]
#[schemars(crate = "fastroai::schemars")]
struct Nothing {}

/// A dollar for a million tokens.
fn prices() -> Prices {
    let rates = Rates::per_million("1", "1").unwrap().with_cache_write(usd!("1"));
    Prices::unlisted().with_override("test:*", rates).unwrap()
}

#[tokio::test(start_paused = true)]
async fn defect_11_a_budget_is_for_all_agents_in_a_run_together_and_not_for_each() {
    let inner = Scripted::new("test:inner", (0..10).map(|_| answer(None, usage(1_000, 0))));
    let names: Vec<_> = (0..10).map(|at| format!("call {at}")).collect();
    let asked: Vec<_> = names.iter().map(|id| (id.as_str(), "ask", "{}")).collect();
    let outer = Scripted::new("test:outer", [calls(&asked), answer(None, usage(0, 0))]);
    let on = Runtime::builder().model(inner.clone()).model(outer).prices(prices()).build();
    let asking = Arc::new(agent("test:inner").max_tokens(100).build().unwrap());
    let ask = FunctionTool::new("ask", "Asks.", move |_: Nothing, _run| {
        let agent = Arc::clone(&asking);
        async move { agent.run("x".repeat(1_000)).await.map(|answer| answer.output) }
    });
    let agent = agent("test:outer").max_tokens(100).tool(ask).build().unwrap();
    // Three and a half of the ten, which cost a tenth of a cent each.
    let budget = microdollars(3_500);
    let ended = agent.run("hello").on(&on).budget(budget).await;
    let bill = ended.map_or_else(|error| error.bill().clone(), |answer| answer.bill);
    assert!(bill.total().exact().unwrap() <= budget, "{bill}");
    assert!((2..=3).contains(&inner.asked().len()), "{} were asked", inner.asked().len());
}

#[tokio::test(start_paused = true)]
async fn defect_12_twenty_runs_at_once_do_not_pass_the_budget_that_they_share() {
    let step = || Step::After(Duration::from_secs(1), Box::new(answer(None, usage(1_000, 0))));
    let model = Scripted::new("test:one", (0..20).map(|_| step()));
    let on = Runtime::builder().model(model.clone()).prices(prices()).build();
    let agent = agent("test:one").max_tokens(100).build().unwrap();
    let budget = Budget::new("step", microdollars(3_500));
    let runs = (0..20).map(|_| agent.run("x".repeat(1_000)).on(&on).account(&budget).into_future());
    let ended = join_all(runs).await;
    let answers = ended.iter().filter(|ended| ended.is_ok()).count();
    assert_eq!(budget.spent(), microdollars(1_000).checked_mul(answers as u64).unwrap());
    assert!(budget.spent() <= budget.limit() && budget.held() == Cost::ZERO);
    assert_eq!(model.asked().len(), answers, "those that were refused were not sent");
    for error in ended.into_iter().filter_map(Result::err) {
        let ErrorKind::Budget { account, budget, spent, needed, .. } = error.kind() else {
            panic!("{error:?}")
        };
        assert_eq!((account.as_str(), *budget), ("step", microdollars(3_500)));
        // It says what was needed beside what was there: never that 100 is more than 100.
        assert!(spent.checked_add(*needed).unwrap() > *budget, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn behaviour_1_two_agents_called_in_a_step_are_on_its_bill_together() {
    let rates = Rates::per_million("2.50", "10").unwrap();
    let prices = Prices::unlisted().with_override("test:*", rates).unwrap();
    let inner = [answer(None, usage(10, 5)), answer(None, usage(20, 10))];
    let inner = Scripted::new("test:inner", inner);
    let outer = [tests::scripted::call("a", "step", "{}"), answer(None, usage(0, 0))];
    let model = Scripted::new("test:outer", outer);
    let on = Runtime::builder().model(inner).model(model.clone()).prices(prices).build();
    let asking = Arc::new(agent("test:inner").build().unwrap());
    let step = FunctionTool::new("step", "Asks twice.", move |_: Nothing, run| {
        let agent = Arc::clone(&asking);
        async move {
            let before = run.bill();
            let first = agent.run("hello").await?;
            let second = agent.run("hello").await?;
            assert_eq!(
                (first.cost, second.cost),
                (microdollars(75).into(), microdollars(150).into())
            );
            let (bill, usage) = (run.bill(), run.bill().usage());
            assert_eq!(bill.requests() - before.requests(), 2);
            let spent = bill.total().known().checked_sub(before.total().known()).unwrap();
            assert_eq!(spent, microdollars(225));
            let input = usage.input_tokens.unwrap() - before.usage().input_tokens.unwrap();
            let output = usage.output_tokens.unwrap() - before.usage().output_tokens.unwrap();
            assert_eq!((input, output), (30, 15));
            Ok::<_, fastroai::Error>("done")
        }
    });
    let agent = agent("test:outer").tool(step).build().unwrap();
    let answer = agent.run("hello").on(&on).await.unwrap();
    assert_eq!(answer.bill.requests(), 4);
    let results = model.asked()[1].messages.iter().find_map(|message| match message {
        Message::Tool(tool) => Some(tool.results.clone()),
        _ => None,
    });
    // What the tool asserts would have failed it.
    assert_eq!(results.unwrap()[0].outcome, ToolOutcome::Success);
}

#[tokio::test(start_paused = true)]
async fn behaviour_2_a_third_call_is_refused_before_it_is_sent_where_two_have_spent_the_budget() {
    let replies = || (0..3).map(|_| answer(None, usage(100, 0)));
    let agent = agent("test:one").max_tokens(10).build().unwrap();
    // Only looked at before each call, the second one overshoots, as it did in Python.
    let model = Scripted::new("test:one", replies());
    let on = Runtime::builder().model(model.clone()).prices(prices()).build();
    let step = Budget::soft("step 7", microdollars(150));
    for _ in 0..2 {
        agent.run("x".repeat(100)).on(&on).account(&step).await.unwrap();
    }
    let error = agent.run("x".repeat(100)).on(&on).account(&step).await.unwrap_err();
    let ErrorKind::Budget { account, budget, spent, .. } = error.kind() else {
        panic!("{error:?}")
    };
    assert_eq!(
        (account.as_str(), *budget, *spent),
        ("step 7", microdollars(150), microdollars(200))
    );
    assert_eq!(model.asked().len(), 2);
    // With money held before it is spent, none does: the first that might is refused.
    let model = Scripted::new("test:one", replies());
    let on = Runtime::builder().model(model.clone()).prices(prices()).build();
    let step = Budget::new("step 7", microdollars(400));
    let mut ended = Vec::new();
    for _ in 0..3 {
        ended.push(agent.run("x".repeat(100)).on(&on).account(&step).await.is_ok());
    }
    assert!(step.spent() <= step.limit() && ended.contains(&false), "{ended:?} {step:?}");
    assert_eq!(model.asked().len(), ended.iter().filter(|ok| **ok).count());
}
