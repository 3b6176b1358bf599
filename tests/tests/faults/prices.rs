//! Which prices a run is billed by: their table, the tier that was served, and what a provider's own
//! tools take.

use std::time::Duration;

use fastroai::money::{Budget, Cost, LineState, Prices, Rates, ReconcileError};
use fastroai::providers::error::{Phase, Sent};
use fastroai::providers::{HostedTool, Message, Part, Request, Settings};
use fastroai::tool::FunctionTool;
use fastroai::{Agent, ErrorKind, RetryPolicy, Runtime, usd};
use serde_json::{Value, json};
use tests::scripted::{Scripted, Step, call, reply, text, usage};

use crate::retries::transport;
use crate::rig::{MODEL, Nothing, agent, prices, runtime, script};

/// Ten tokens in and five out, at a dollar and two dollars for a million.
const ONE: Cost = Cost::from_microdollars(20);

fn version(name: &str, input: &str) -> Prices {
    let rates = Rates::per_million(input, "0").unwrap();
    Prices::unlisted().with_override("test:*", rates).unwrap().with_version(name)
}

#[tokio::test(start_paused = true)]
async fn b3_a_run_keeps_the_prices_it_began_with_and_its_bill_says_which() {
    use std::sync::{Arc, Mutex};
    let model = script([call("a", "reprice", "{}"), text("Done."), text("Again.")]);
    let on = |prices| Runtime::builder().model(model.clone()).prices(prices).build();
    let current = Arc::new(Mutex::new(on(version("October", "1"))));
    // While the first run goes on, the program takes up the prices of November.
    let (changed, next) = (Arc::clone(&current), on(version("November", "5")));
    let reprice = FunctionTool::new("reprice", "Reprices.", move |_: Nothing, _run| {
        *changed.lock().unwrap() = next.clone();
        async { Ok::<_, fastroai::ToolError>("done") }
    });
    let agent = agent().tool(reprice).build().unwrap();
    let now = || current.lock().unwrap().clone();
    let first = agent.run("hello").on(&now()).await.unwrap();
    let second = agent.run("hello").on(&now()).await.unwrap();
    let told = |bill: &fastroai::money::Bill| -> Vec<(Option<String>, Option<Cost>)> {
        bill.lines().iter().map(|line| (line.prices.clone(), line.cost)).collect()
    };
    let line =
        |name: &str, cost| (Some(format!("override {name}")), Some(Cost::from_microdollars(cost)));
    assert_eq!(told(&first.bill), [line("October", 10), line("October", 10)]);
    assert_eq!(told(&second.bill), [line("November", 50)]);
}

#[tokio::test(start_paused = true)]
async fn a_line_names_the_list_an_override_or_the_agents_own_rates() {
    let table = async |on: Runtime, agent: Agent| {
        let answer = agent.run("hello").on(&on).await.unwrap();
        answer.bill.lines()[0].prices.clone()
    };
    let listed = Scripted::new("openai:gpt-4o", [text("Here."), text("Here.")]);
    let on = Runtime::builder().model(listed).build();
    let plain = Agent::builder().model("openai:gpt-4o");
    let list = Prices::standard().list_version().map(str::to_owned);
    assert!(list.as_ref().is_some_and(|list| list.starts_with("genai-prices ")), "{list:?}");
    assert_eq!(table(on.clone(), plain.build().unwrap()).await, list);
    let own = Agent::builder().model("openai:gpt-4o").rates(Rates::FREE).build().unwrap();
    assert_eq!(table(on, own).await.as_deref(), Some("the agent's rates"));
    let on = runtime(&script([text("Here.")]));
    assert_eq!(table(on, agent().build().unwrap()).await.as_deref(), Some("override"));
}

/// A reply that says in which tier it was served.
fn served(tier: &str) -> Step {
    let mut reply = reply(vec![Part::text("Here.")]);
    reply.usage = usage(1_000_000, 0);
    reply.service_tier = Some(tier.to_owned());
    Step::Reply(reply)
}

#[tokio::test(start_paused = true)]
async fn a_reply_costs_what_the_tier_costs_that_it_was_served_in_whatever_was_asked_for() {
    let asked = |tier: Option<&str>| Settings {
        service_tier: tier.map(str::to_owned),
        ..Settings::default()
    };
    for (wish, tier, dollars) in [
        (None, "default", Some("1.25")),
        (Some("priority"), "priority", Some("2.50")),
        // It was asked for and not to be had.
        (Some("priority"), "default", Some("1.25")),
        (Some("flex"), "flex", Some("0.625")),
        // The project's own setting decided.
        (Some("auto"), "priority", Some("2.50")),
        (None, "scale", None),
    ] {
        let model = Scripted::new("openai:gpt-5", [served(tier)]);
        let on = Runtime::builder().model(model).build();
        let agent = Agent::builder().model("openai:gpt-5").build().unwrap();
        let answer = agent.run("hello").settings(&asked(wish)).on(&on).await.unwrap();
        let expected = dollars.map(|dollars| dollars.parse::<Cost>().unwrap());
        assert_eq!(answer.cost.exact(), expected, "{wish:?} and then {tier}");
        assert_eq!(answer.bill.lines()[0].service_tier.as_deref(), Some(tier));
    }
}

#[tokio::test(start_paused = true)]
async fn a_tier_that_an_override_does_not_name_is_not_priced_by_it_but_kept_at_its_worst_case() {
    let rates = |input| Rates::per_million(input, "2").unwrap();
    let model =
        script([served("priority"), served("priority"), served("batch"), served("default")]);
    let overrides = prices().with_tier_override("test:*", "batch", rates("0.5")).unwrap();
    let on = Runtime::builder().model(model).prices(overrides).build();
    let agent = agent().build().unwrap();
    let answer = agent.run("hello").on(&on).await.unwrap();
    assert_eq!(answer.bill.lines()[0].state(), LineState::Unknown);
    let budget = Budget::new("tenant", usd!("5"));
    let answer = agent.run("hello").on(&on).account(&budget).await.unwrap();
    assert_eq!(answer.bill.lines()[0].state(), LineState::Estimated);
    assert_eq!((budget.spent(), budget.held()), (Cost::ZERO, Cost::ZERO));
    assert_eq!(Some(budget.possibly_paid()), answer.bill.lines()[0].held);
    for dollars in ["$0.50", "$1.00"] {
        assert_eq!(agent.run("hello").on(&on).await.unwrap().cost.to_string(), dollars);
    }
}

#[tokio::test(start_paused = true)]
async fn a_dearer_tier_without_a_price_is_not_asked_for_under_a_budget() {
    let settings = Settings { service_tier: Some("priority".to_owned()), ..Settings::default() };
    let model = script([text("Not asked for.")]);
    let agent = agent().settings(&settings).build().unwrap();
    let error = agent.run("hello").on(&runtime(&model)).budget(usd!("5")).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnknownPrice { .. }), "{error:?}");
    assert!(model.asked().is_empty());
    let dear =
        prices().with_tier_override(MODEL, "priority", Rates::per_million("3", "6").unwrap());
    let on = Runtime::builder().model(model).prices(dear.unwrap()).build();
    let answer = agent.run("hello").on(&on).budget(usd!("5")).await.unwrap();
    // The reply does not say, so that it is what was asked for.
    assert_eq!(answer.cost, Cost::from_microdollars(60));
}

const CLAUDE: &str = "anthropic:claude-sonnet-4-5";

fn search(max_uses: Option<u64>) -> HostedTool {
    let mut raw = json!({"type": "web_search_20250305", "name": "web_search"});
    if let (Some(uses), Value::Object(raw)) = (max_uses, &mut raw) {
        raw.insert("max_uses".to_owned(), uses.into());
    }
    HostedTool::new("anthropic", raw)
}

fn searched(times: u64) -> Step {
    let mut reply = reply(vec![Part::text("Here.")]);
    reply.usage.web_searches = Some(times);
    Step::Reply(reply)
}

/// A dollar for a million tokens in, two for a million out.
fn rates() -> Rates {
    Rates::per_million("1", "2").unwrap()
}

fn claude(rates: Rates, model: &Scripted) -> Runtime {
    Runtime::builder().price(CLAUDE, rates).unwrap().model(model.clone()).build()
}

/// What is held for a request with this tool.
async fn held(tool: HostedTool) -> Cost {
    let model = Scripted::new(CLAUDE, [Step::Hang]);
    let agent = Agent::builder().model(CLAUDE).hosted_tool(tool).build().unwrap();
    let budget = Budget::new("tenant", usd!("50"));
    let on = claude(rates().with_web_search(usd!("0.01")), &model);
    let running = agent.run("hello").on(&on).account(&budget).timeout(Duration::from_secs(1));
    running.await.unwrap_err();
    budget.possibly_paid()
}

#[tokio::test(start_paused = true)]
async fn a_tool_of_the_providers_is_held_with_its_fee_and_what_it_may_bring_for_each_use() {
    let [one, two, three] = [1, 2, 3].map(|uses| held(search(Some(uses))));
    let (one, two, three) = (one.await, two.await, three.await);
    let each = two.checked_sub(one).unwrap();
    assert_eq!(three.checked_sub(two), Some(each));
    // A fee of a cent, and the window of the model once more.
    let window = each.checked_sub(usd!("0.01")).unwrap();
    assert!([usd!("0.20"), usd!("1")].contains(&window), "{window}");
    // A tool that the program runs takes neither.
    let local =
        held(HostedTool::new("anthropic", json!({"type": "bash_20250124", "name": "bash"})));
    assert!(local.await < usd!("0.02"));
}

#[tokio::test(start_paused = true)]
async fn a_tool_of_the_providers_without_a_limit_or_a_fee_is_refused_under_a_budget() {
    let code = json!({"type": "code_execution_20250825", "name": "code_execution", "max_uses": 1});
    let fee = rates().with_web_search(usd!("0.01"));
    for (tool, rates, reason) in [
        (search(None), fee, "`max_uses`"),
        (search(Some(3)), rates(), "no known fee"),
        (HostedTool::new("anthropic", code), fee, "no known fee"),
    ] {
        let model = Scripted::new(CLAUDE, [searched(0), searched(0)]);
        let agent = Agent::builder().model(CLAUDE).hosted_tool(tool).build().unwrap();
        let on = claude(rates, &model);
        let error = agent.run("hello").on(&on).budget(usd!("50")).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unbounded(_)), "{error:?}");
        assert!(error.to_string().contains(reason), "{error}");
        assert!(model.asked().is_empty());
        agent.run("hello").on(&on).account(&Budget::soft("tenant", usd!("50"))).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn searches_that_were_made_are_billed_by_the_override_or_the_list_and_else_said_to_be_missing()
 {
    let cost = async |on: Runtime, agent: &Agent| {
        let answer = agent.run("hello").on(&on).await.unwrap();
        (answer.cost, answer.bill.lines()[0].clone())
    };
    let model = |_| Scripted::new(CLAUDE, [searched(2)]);
    let agent = Agent::builder().model(CLAUDE).hosted_tool(search(Some(3))).build().unwrap();
    let on = claude(rates().with_web_search(usd!("0.01")), &model(1));
    assert_eq!(cost(on, &agent).await.0, ONE.checked_add(usd!("0.02")).unwrap());
    // Ten dollars for a thousand, by the list.
    let on = Runtime::builder().model(model(2)).build();
    let (listed, line) = cost(on, &agent).await;
    let tokens = Prices::standard().price("anthropic", "claude-sonnet-4-5", &usage(10, 5));
    assert_eq!(listed.exact(), tokens.and_then(|tokens| tokens.checked_add(usd!("0.02"))));
    assert_eq!(line.state(), LineState::Settled);
    // Without a fee the tokens are what is known.
    let (missing, line) = cost(claude(rates(), &model(3)), &agent).await;
    assert_eq!((missing.known(), missing.exact()), (ONE, None));
    assert!(line.incomplete && line.cost == Some(ONE), "{line:?}");
}

#[tokio::test(start_paused = true)]
async fn a_tool_whose_fee_no_usage_tells_of_makes_the_bill_a_lower_bound() {
    let model = Scripted::new("google:gemini-2.5-flash", [text("Here.")]);
    let on = Runtime::builder().model(model).build();
    let agent = Agent::builder().model("google:gemini-2.5-flash");
    let agent = agent.hosted_tool(HostedTool::new("google", json!({"google_search": {}})));
    let answer = agent.build().unwrap().run("hello").on(&on).await.unwrap();
    assert!(answer.cost.exact().is_none() && !answer.cost.known().is_zero());
    assert!(answer.bill.table().contains("at least"), "{}", answer.bill);
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_paid_is_settled_or_given_back_once_it_is_known() {
    let broken = || Step::Fail(transport(Phase::Send, Sent::Maybe));
    let model = script([broken(), broken()]);
    let on = Runtime::builder().model(model).prices(prices()).retry(RetryPolicy::never()).build();
    let agent = agent().build().unwrap();
    let process = Budget::new("process", usd!("1"));
    let tenant = process.child("tenant", usd!("0.10"));
    let mut bills = Vec::new();
    for _ in 0..2 {
        let error = agent.run("hello").on(&on).account(&tenant).await.unwrap_err();
        bills.push(error.bill().clone());
    }
    let kept = bills[0].possibly_paid();
    assert_eq!(tenant.possibly_paid(), kept.checked_mul(2).unwrap());
    // One was served, the other was not.
    tenant.reconcile(&mut bills[0].lines_mut()[0], usd!("0.003")).unwrap();
    tenant.reconcile(&mut bills[1].lines_mut()[0], Cost::ZERO).unwrap();
    for account in [&tenant, &process] {
        assert_eq!((account.spent(), account.possibly_paid()), (usd!("0.003"), Cost::ZERO));
    }
    assert_eq!((bills[0].total(), bills[1].total()), (usd!("0.003").into(), Cost::ZERO.into()));
    assert_eq!(bills[0].lines()[0].state(), LineState::Settled);
    // Nothing is learned twice, and no account gives back what it does not keep.
    let again = tenant.reconcile(&mut bills[0].lines_mut()[0], Cost::ZERO);
    assert_eq!(again, Err(ReconcileError::Known));
    let mut stranger = bills[1].lines()[0].clone();
    (stranger.cost, stranger.held, stranger.reconciled) = (None, Some(kept), false);
    let other = Budget::new("other", usd!("1")).reconcile(&mut stranger, Cost::ZERO).unwrap_err();
    assert!(matches!(other, ReconcileError::NotHeld { .. }) && stranger.cost.is_none(), "{other}");
}

#[tokio::test(start_paused = true)]
async fn an_account_of_the_runtime_pays_for_every_run_and_request_on_it() {
    let process = Budget::new("process", usd!("1"));
    let (tenant, other) = (process.child("tenant", usd!("0.5")), Budget::new("other", usd!("0.5")));
    let model = script((0..5).map(|_| text("Here.")));
    let on = Runtime::builder().model(model).prices(prices()).account(&process).build();
    let agent = agent().build().unwrap();
    agent.run("hello").on(&on).await.unwrap();
    agent.run("hello").on(&on).account(&tenant).await.unwrap();
    agent.run("hello").on(&on).account(&other).budget(usd!("0.1")).await.unwrap();
    let (messages, settings) = ([Message::user("hello")], Settings::default());
    on.request(MODEL, &Request::new(&messages, &settings)).await.unwrap();
    assert_eq!(process.spent(), ONE.checked_mul(4).unwrap());
    assert_eq!((tenant.spent(), other.spent()), (ONE, ONE));
    // It is never passed, and nothing is sent once it is spent.
    process.charge(process.left()).unwrap();
    let error = agent.run("hello").on(&on).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Budget { account, .. } if account == "process"));
}
