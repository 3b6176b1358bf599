//! Money: what is held, what is refused, and what stays so whatever happens.

use std::time::Duration;

use fastroai::money::{Budget, Cost, Item, Line, LineState, Refusal};
use fastroai::providers::error::{Phase, Sent};
use fastroai::providers::{
    Delta, FinishReason, HostedTool, Message, Model, ModelError, ModelId, Part, Profile, Request,
    Response, ResponseStream, Settings, StreamEvent,
};
use fastroai::tool::{FunctionTool, ToolCost, ToolError, ToolOptions};
use fastroai::{ErrorKind, RetryPolicy, Runtime, usd};
use futures_util::future::{BoxFuture, FutureExt, join_all};
use serde_json::json;
use tests::scripted::{Scripted, Step, call, dear, reply, text, usage};
use tokio::time::Instant;

use crate::retries::transport;
use crate::rig::{Count, MODEL, Nothing, agent, prices, results, runtime, script};

/// What a reply of the script costs: ten tokens in, five out.
const ONE: Cost = Cost::from_microdollars(20);

/// The most that the request of these tests can cost: 4,096 tokens out, and a short question.
fn worst_case() -> Cost {
    let budget = Budget::new("all", usd!("1"));
    let held = crate::rig::block_on(async {
        let model = script([Step::Hang]);
        let agent = agent().build().unwrap();
        let on = runtime(&model);
        let running = agent.run("hello").on(&on).account(&budget).into_future();
        let _ = tokio::time::timeout(Duration::from_secs(1), running).await;
        budget.possibly_paid()
    });
    assert!(held > usd!("0.008192") && held < usd!("0.009"), "{held}");
    held
}

fn after(seconds: u64, step: Step) -> Step {
    Step::After(Duration::from_secs(seconds), Box::new(step))
}

#[tokio::test(start_paused = true)]
async fn b1_runs_side_by_side_never_hold_or_spend_more_than_their_account_has() {
    let budget = Budget::new("tenant", usd!("0.02"));
    let model = script((0..20).map(|_| after(1, text("Here."))));
    let (agent, on) = (agent().build().unwrap(), runtime(&model));
    let start = Instant::now();
    let runs = (0..20).map(|_| agent.run("hello").on(&on).account(&budget).into_future());
    let watched = async {
        loop {
            assert!(budget.spent().saturating_add(budget.held()) <= budget.limit());
            assert!(model.open() <= 2, "two worst cases fit");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let answers = tokio::select! {
        answers = join_all(runs) => answers,
        () = watched => unreachable!(),
    };
    // None was refused: each waited for what others held and did not spend.
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(start.elapsed(), Duration::from_secs(10));
    assert_eq!((budget.spent(), budget.held()), (ONE.checked_mul(20).unwrap(), Cost::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_run_waits_for_money_no_longer_than_it_may() {
    let budget = Budget::new("tenant", usd!("0.01"));
    let _held = budget.try_reserve(usd!("0.005")).unwrap();
    let model = script([text("Not asked for.")]);
    let agent = agent().build().unwrap();
    let running = agent.run("hello").on(&runtime(&model)).account(&budget);
    let error = running.timeout(Duration::from_secs(3)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
    assert_eq!(error.elapsed(), Duration::from_secs(3));
    assert!(model.asked().is_empty() && error.bill().is_empty());
    assert_eq!(budget.held(), usd!("0.005"));
}

#[tokio::test(start_paused = true)]
async fn b2_what_has_no_price_is_refused_before_it_is_sent_and_let_through_a_soft_account() {
    let model = Scripted::new("acme:large", [text("Here."), text("Here.")]);
    let on = Runtime::builder().model(model.clone()).prices(prices()).build();
    let agent = agent().model("acme:large").build().unwrap();
    let hard = Budget::new("tenant", usd!("5"));
    let error = agent.run("hello").on(&on).account(&hard).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnknownPrice { model } if model == "acme:large"));
    assert!(model.asked().is_empty());
    let soft = Budget::soft("tenant", usd!("5"));
    let answer = agent.run("hello").on(&on).account(&soft).await.unwrap();
    assert_eq!(answer.bill.lines()[0].state(), LineState::Unknown);
    // Without a budget it is unknown what it cost, and not nothing.
    assert_eq!(agent.run("hello").on(&on).await.unwrap().cost.exact(), None);
}

#[tokio::test(start_paused = true)]
async fn b5_under_a_budget_of_nothing_no_request_leaves_not_even_a_free_one() {
    let mut profile = Profile::default();
    profile.free = true;
    for model in [script([text("No.")]), Scripted::with_profile(MODEL, profile, [text("No.")])] {
        let agent = agent().budget(Cost::ZERO).build().unwrap();
        let error = agent.run("hello").on(&runtime(&model)).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Budget { budget: Cost::ZERO, .. }), "{error:?}");
        assert!(model.asked().is_empty() && error.bill().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn b8_each_attempt_has_its_line_and_an_ambiguous_one_stays_held() {
    let budget = Budget::new("tenant", usd!("0.05"));
    let steps = [
        Step::Fail(transport(Phase::Connect, Sent::No)),
        Step::Fail(transport(Phase::Body, Sent::Maybe)),
        text("Here."),
    ];
    let model = script(steps);
    let agent = agent().build().unwrap();
    let answer = agent.run("hello").on(&runtime(&model)).account(&budget).await.unwrap();
    let states: Vec<_> = answer.bill.lines().iter().map(Line::state).collect();
    assert_eq!(states, [LineState::Settled, LineState::PossiblyPaid, LineState::Settled]);
    assert_eq!((budget.spent(), budget.held()), (ONE, Cost::ZERO));
    assert_eq!(budget.possibly_paid(), answer.bill.possibly_paid());
    assert!(answer.bill.table().contains("possibly paid"), "{}", answer.bill);
}

#[tokio::test(start_paused = true)]
async fn b9_a_stream_that_is_abandoned_stays_held_at_its_worst_case() {
    let budget = Budget::new("tenant", usd!("0.05"));
    let delta = Ok(StreamEvent::Delta(Delta::Text("Once".to_owned())));
    let model = script([Step::Events(vec![delta])]);
    let (agent, on) = (agent().build().unwrap(), runtime(&model));
    let mut stream = agent.run("hello").on(&on).account(&budget).stream();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    assert_eq!((budget.spent(), budget.held()), (Cost::ZERO, Cost::ZERO));
    assert!(budget.possibly_paid() > usd!("0.008"));
}

#[tokio::test(start_paused = true)]
async fn b10_a_limit_of_output_is_always_sent_under_a_budget_and_only_there() {
    let model = script([text("Here."), text("Here.")]);
    let (agent, on) = (agent().build().unwrap(), runtime(&model));
    agent.run("hello").on(&on).budget(usd!("1")).await.unwrap();
    agent.run("hello").on(&on).await.unwrap();
    let sent: Vec<_> = model.asked().iter().map(|it| it.settings.max_tokens).collect();
    assert_eq!(sent, [Some(4_096), None]);
}

#[tokio::test(start_paused = true)]
async fn b11_a_bill_above_its_worst_case_is_spent_in_full_and_the_next_request_refused() {
    let budget = Budget::new("tenant", usd!("0.009"));
    let mut beyond = reply(vec![Part::text("Here.")]);
    beyond.usage = usage(1_000_000, 5);
    let model = script([Step::Reply(beyond), text("Not asked for.")]);
    let (agent, on) = (agent().build().unwrap(), runtime(&model));
    agent.run("hello").on(&on).account(&budget).await.unwrap();
    assert_eq!(budget.spent(), usd!("1.00001"));
    let error = agent.run("hello").on(&on).account(&budget).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Budget { spent, .. } if *spent == usd!("1.00001")));
    assert_eq!(model.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn b13_no_way_out_of_a_run_leaves_a_hold() {
    let budget = Budget::new("tenant", usd!("0.10"));
    let config = || Step::Fail(ModelError::config("the wire cannot carry this"));
    for step in [Step::Hang, config(), Step::Fail(transport(Phase::Send, Sent::Maybe))] {
        let model = script([step]);
        let on = Runtime::builder().model(model).prices(prices()).retry(RetryPolicy::never());
        let agent = agent().build().unwrap();
        let run = agent.run("hello").on(&on.build()).account(&budget).into_future();
        let _ = tokio::time::timeout(Duration::from_secs(1), run).await;
        assert_eq!(budget.held(), Cost::ZERO);
    }
    // Two of the three may have been served.
    let maybe = budget.possibly_paid();
    assert!(maybe > usd!("0.016") && maybe < usd!("0.018"), "{maybe}");
}

#[test]
fn what_is_left_makes_the_answer_shorter_and_says_so() {
    let worst = worst_case();
    crate::rig::block_on(async {
        let mut cut = reply(vec![Part::text("Once upon a")]);
        cut.finish_reason = FinishReason::Length;
        let model = script([Step::Reply(cut.clone()), Step::Reply(cut)]);
        let (agent, on) = (agent().build().unwrap(), runtime(&model));
        // A thousandth of a dollar less is five hundred tokens of output less.
        let budget = worst.checked_sub(usd!("0.001")).unwrap();
        let answer = agent.run("hello").on(&on).budget(budget).await.unwrap();
        assert_eq!(model.asked()[0].settings.max_tokens, Some(3_596));
        assert!(answer.cut_by_budget);
        assert_eq!(answer.bill.lines()[0].lowered_to, Some(3_596));
        // Cut at the limit that was asked for, it is not the budget's doing.
        let answer = agent.run("hello").on(&on).budget(worst).await.unwrap();
        assert!(!answer.cut_by_budget);
    });
}

#[test]
fn a_typed_answer_that_the_budget_cut_fails_with_that_reason() {
    let worst = worst_case();
    crate::rig::block_on(async {
        let mut cut = reply(vec![Part::text(r#"{"n": 1"#)]);
        cut.finish_reason = FinishReason::Length;
        let model = script([Step::Reply(cut)]);
        let agent = agent().output::<crate::rig::Number>().build().unwrap();
        let running = agent.run("hello").on(&runtime(&model)).budget(worst);
        let Err(error) = running.await else { panic!("an answer") };
        assert!(matches!(error.kind(), ErrorKind::OutputCutByBudget { .. }), "{error:?}");
    });
}

#[test]
fn an_answer_of_less_than_1024_tokens_is_not_asked_for_unless_it_was_meant_to_be_short() {
    let worst = worst_case();
    crate::rig::block_on(async {
        // 3,072 tokens less than 4,096 are 1,024; one token costs two microdollars.
        let least = worst.checked_sub(Cost::from_microdollars(2 * 3_072)).unwrap();
        let model = script([text("Here."), text("Here.")]);
        let (short, on) = (agent().max_tokens(100).build().unwrap(), runtime(&model));
        let agent = agent().build().unwrap();
        agent.run("hello").on(&on).budget(least).await.unwrap();
        let less = least.checked_sub(Cost::from_picodollars(1)).unwrap();
        let error = agent.run("hello").on(&on).budget(less).await.unwrap_err();
        let ErrorKind::Budget { account, budget, spent, held, needed } = error.kind() else {
            panic!("{error:?}")
        };
        assert_eq!((account.as_str(), *budget, *needed), ("run", less, least));
        assert_eq!((*spent, *held), (Cost::ZERO, Cost::ZERO));
        short.run("hello").on(&on).budget(less).await.unwrap();
        assert_eq!(model.asked().len(), 2);
    });
}

#[tokio::test(start_paused = true)]
async fn what_nobody_can_bound_is_refused_and_let_through_a_soft_account() {
    let model = script([text("Here.")]);
    let on = runtime(&model);
    let hosted = agent().hosted_tool(HostedTool::new("test", json!({"type": "search"})));
    let hosted = hosted.build().unwrap();
    let mut several = Settings::default();
    several.extra_body.insert("n".to_owned(), json!(4));
    let plain = agent().build().unwrap();
    let error = hosted.run("hello").on(&on).budget(usd!("5")).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unbounded(_)), "{error:?}");
    let error = plain.run("hello").settings(&several).on(&on).budget(usd!("5")).await.unwrap_err();
    assert!(error.to_string().contains("`n`"), "{error}");
    assert!(model.asked().is_empty());
    hosted.run("hello").on(&on).account(&Budget::soft("tenant", usd!("5"))).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_soft_account_is_looked_at_before_each_request_and_no_more() {
    let budget = Budget::soft("tenant", usd!("0.001"));
    let model = script([dear(text("Here.")), text("Not asked for.")]);
    let (agent, on) = (agent().build().unwrap(), runtime(&model));
    agent.run("hello").on(&on).account(&budget).await.unwrap();
    assert_eq!(budget.spent(), usd!("0.00801"));
    let error = agent.run("hello").on(&on).account(&budget).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Budget { .. }), "{error:?}");
    assert_eq!(model.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_run_pays_from_its_account_and_from_that_of_the_run_around_it() {
    let (outer, inner) = (Budget::new("outer", usd!("1")), Budget::new("inner", usd!("1")));
    let (model, asked) = (script([call("a", "ask", "{}"), text("Done.")]), inner.clone());
    let within = Scripted::new("test:within", [text("Here.")]);
    let on = Runtime::builder().model(model).model(within).prices(prices()).build();
    let ask = FunctionTool::new("ask", "Asks.", move |_: Nothing, _run| {
        let account = asked.clone();
        async move {
            let agent = agent().model("test:within").build().unwrap();
            agent.run("hello").account(&account).await.map(|answer| answer.output)
        }
    });
    let agent = agent().tool(ask).build().unwrap();
    let answer = agent.run("hello").on(&on).account(&outer).await.unwrap();
    let spent = [outer.spent(), inner.spent()];
    assert_eq!(spent, [ONE.checked_mul(3).unwrap(), ONE]);
    // B14: an account is the sum of the lines of the bill.
    assert_eq!(answer.bill.total(), outer.spent());
}

fn priced(cost: ToolCost) -> (FunctionTool, Count) {
    let ran = Count::default();
    let count = ran.clone();
    let tool = FunctionTool::new("look", "Looks.", move |_: Nothing, _run| {
        count.up();
        async { Ok::<_, ToolError>("nothing") }
    });
    (tool.options(ToolOptions { cost, ..ToolOptions::DEFAULT }), ran)
}

#[tokio::test(start_paused = true)]
async fn a_tool_is_paid_before_it_starts_and_stands_on_the_bill() {
    let model = script([call("a", "look", "{}"), text("Done.")]);
    let (tool, ran) = priced(ToolCost::Each(usd!("0.002")));
    let agent = agent().tool(tool).build().unwrap();
    let answer = agent.run("hello").on(&runtime(&model)).budget(usd!("0.05")).await.unwrap();
    assert_eq!((answer.cost, ran.get()), (usd!("0.00204").into(), 1));
    let items: Vec<_> = answer.bill.lines().iter().map(|line| line.item).collect();
    assert_eq!(items, [Item::Request, Item::Tool, Item::Request]);
    assert_eq!(answer.bill.requests(), 2);
    assert!(answer.bill.table().contains("tool:look"), "{}", answer.bill);
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_the_budget_does_not_cover_does_not_start_and_ends_the_run() {
    let model = script([call("a", "look", "{}"), text("Not asked for.")]);
    let (tool, ran) = priced(ToolCost::Each(usd!("0.10")));
    let agent = agent().tool(tool).build().unwrap();
    let error = agent.run("hello").on(&runtime(&model)).budget(usd!("0.05")).await.unwrap_err();
    let ErrorKind::Budget { needed, spent, .. } = error.kind() else { panic!("{error:?}") };
    assert_eq!((*needed, *spent, ran.get()), (usd!("0.10"), ONE, 0));
    assert_eq!(error.bill().total(), ONE);
    assert_eq!(model.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_tool_may_cost_what_a_function_says_of_its_arguments_and_result() {
    fn by_length(arguments: &str, result: &str) -> Cost {
        Cost::from_microdollars((arguments.len() + result.len()) as u64)
    }
    let model = script([call("a", "look", "{}"), text("Done.")]);
    let (tool, _) = priced(ToolCost::By(by_length));
    let agent = agent().tool(tool).build().unwrap();
    let answer = agent.run("hello").on(&runtime(&model)).budget(usd!("0.05")).await.unwrap();
    assert_eq!(answer.cost, Cost::from_microdollars(40 + 2 + 7));
}

#[tokio::test(start_paused = true)]
async fn a_tool_charges_its_run_for_what_it_uses_or_is_told_that_it_cannot() {
    let model = script([call("a", "look", "{}"), text("Done.")]);
    let look = FunctionTool::new("look", "Looks.", |_: Nothing, run| async move {
        let left = run.budget_left().expect("there is a budget");
        run.charge(usd!("0.002"))?;
        assert_eq!(run.budget_left(), left.checked_sub(usd!("0.002")));
        let refusal: Refusal = run.charge(usd!("1")).unwrap_err();
        Err::<String, _>(ToolError::tell_model(refusal.account))
    });
    let agent = agent().tool(look).build().unwrap();
    let answer = agent.run("hello").on(&runtime(&model)).budget(usd!("0.05")).await.unwrap();
    assert_eq!(results(&model, 1)[0].content, "run");
    assert_eq!(answer.cost, usd!("0.00204"));
}

#[tokio::test(start_paused = true)]
async fn a_model_is_asked_without_an_agent_and_gives_its_bill() {
    let broken = Step::Fail(transport(Phase::Body, Sent::Maybe));
    let model = script([text("Here."), broken]);
    let (messages, settings) = ([Message::user("hello")], Settings::default());
    let request = Request::new(&messages, &settings);
    let on = runtime(&model);
    let (reply, bill) = on.request(MODEL, &request).await.unwrap();
    assert_eq!((reply.text().as_str(), bill.requests()), ("Here.", 1));
    assert_eq!(bill.total(), ONE);
    let error = on.request(MODEL, &request).await.unwrap_err();
    assert_eq!(error.bill().lines()[0].state(), LineState::PossiblyPaid);
    assert_eq!((error.history().len(), model.asked().len()), (1, 2));
}

/// A model that counts a request before it is asked.
struct Counting(Scripted);

impl Model for Counting {
    fn id(&self) -> &ModelId {
        self.0.id()
    }
    fn profile(&self) -> &Profile {
        self.0.profile()
    }
    fn request<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        self.0.request(request)
    }
    fn stream<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<ResponseStream, ModelError>> {
        self.0.stream(request)
    }
    fn count_tokens<'a>(
        &'a self,
        _request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<u64, ModelError>> {
        async { Ok(1_000) }.boxed()
    }
}

#[tokio::test(start_paused = true)]
async fn behaviour_32_a_counted_request_may_leave_that_its_bytes_would_have_kept() {
    let prompt = "a".repeat(100_000);
    let bytes = script([text("Not asked for.")]);
    let agent = agent().build().unwrap();
    let error = agent.run(prompt.clone()).on(&runtime(&bytes)).budget(usd!("0.02")).await;
    assert!(matches!(error.unwrap_err().kind(), ErrorKind::Budget { .. }));
    assert!(bytes.asked().is_empty());
    let counted = script([text("Here.")]);
    let on = Runtime::builder().model(Counting(counted)).prices(prices()).build();
    agent.run(prompt).on(&on).budget(usd!("0.02")).await.unwrap();
}
