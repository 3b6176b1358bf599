//! Every way in which a run ends leaves a closed transcript and the bill so far.

use std::time::Duration;

use fastroai::agent::{AgentBuilder, AgentOutput};
use fastroai::money::{Cost, Total};
use fastroai::prelude::*;
use fastroai::providers::{FinishReason, Message, ModelError, Part, ToolOutcome};
use fastroai::{Call, ErrorCategory, ErrorKind};
use fastroai_providers::error::{Phase, ProviderFault, Sent};
use fastroai_providers::{ModelErrorKind, Response};
use tests::scripted::{Scripted, Step, call, calls, dear, reply, text};
use tokio_util::sync::CancellationToken;

use super::stage::{Counter, DEAR, FOR_ONE, REPLY, agent, echo, endless, results, runtime, tool};
use super::transcript::assert_closed;

/// Runs to an end without an answer, and checks what holds for every such end.
async fn ended<T: AgentOutput>(
    steps: impl IntoIterator<Item = Step>,
    build: impl FnOnce(AgentBuilder) -> AgentBuilder<T>,
    refine: impl for<'a> FnOnce(Call<'a, T>) -> Call<'a, T>,
) -> (Error, usize) {
    let model = Scripted::new("test:model", steps);
    let rt = runtime(&model);
    let agent = build(agent().tool(echo("echo"))).build().expect("an agent");
    let Err(error) = refine(agent.run("Go").on(&rt)).await else { panic!("an answer") };
    assert_closed(error.history());
    assert_eq!(error.history()[0], Message::user("Go"));
    assert!(!error.run_id().is_empty());
    let sum: Total = error.bill().lines().iter().map(|line| Total::from(line.cost)).sum();
    assert_eq!(error.bill().total(), sum);
    (error, model.asked().len())
}

fn finished(parts: Vec<Part>, finish: FinishReason) -> Step {
    let mut reply = reply(parts);
    reply.finish_reason = finish;
    Step::Reply(reply)
}

/// A call of `echo` that gives another result each time.
fn turn(n: usize) -> Step {
    call(&format!("c{n}"), "echo", &format!(r#"{{"n":{n}}}"#))
}

fn spent(replies: u64) -> Total {
    Cost::from_microdollars(15 * replies).into()
}

#[tokio::test]
async fn an_answer() {
    let model = Scripted::new("test:model", [turn(1), text("Done")]);
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_closed(&answer.messages);
    assert_eq!((answer.cost, answer.bill.requests(), answer.requests), (spent(2), 2, 2));
    assert_eq!(answer.usage.total_tokens(), Some(30));
}

#[tokio::test]
async fn an_error_of_the_model() {
    let fault = ModelError::provider_fault(ProviderFault::Authentication, "the key is unknown");
    let (error, asked) = ended([turn(1), Step::Fail(fault)], |agent| agent, |call| call).await;
    assert!(matches!(error.kind(), ErrorKind::Model(_)), "{error:?}");
    assert_eq!(error.category(), ErrorCategory::Permanent);
    assert_eq!((error.bill().total(), asked), (spent(1), 2), "what is refused costs nothing");
}

/// A request may have been served though its reply never came: the bill says that it is not all.
#[tokio::test(start_paused = true)]
async fn an_error_of_the_connection_after_the_request_was_sent() {
    let broken = || {
        let kind = ModelErrorKind::Transport { phase: Phase::FirstByte, sent: Sent::Maybe };
        Step::Fail(ModelError::new(kind, "no answer in time"))
    };
    let steps = [turn(1), broken(), broken(), text("never asked for")];
    let (error, asked) = ended(steps, |agent| agent, |call| call).await;
    assert_eq!((error.category(), asked), (ErrorCategory::Transient, 3), "one repetition");
    assert_eq!(error.bill().requests(), 3);
    let total = error.bill().total();
    assert_eq!((total.known(), total.exact()), (REPLY, None), "at least what is known");
    assert!(error.bill().lines()[1..].iter().all(|line| line.failed && line.cost.is_none()));
}

#[tokio::test(start_paused = true)]
async fn an_error_before_anything_was_sent_costs_nothing() {
    let refused = || {
        let kind = ModelErrorKind::Transport { phase: Phase::Connect, sent: Sent::No };
        Step::Fail(ModelError::new(kind, "no connection"))
    };
    let (error, asked) = ended([refused(), refused(), refused()], |agent| agent, |call| call).await;
    assert_eq!((error.bill().total(), asked), (Total::ZERO, 3));
}

#[tokio::test]
async fn an_error_of_the_model_after_half_a_reply() {
    let mut half = reply(vec![
        Part::text("Let me"),
        Part::ToolCall(fastroai::providers::ToolCall::new("", "echo", r#"{"n":"#)),
    ]);
    half.usage.output_tokens = Some(2);
    let fault = ModelError::provider_fault(ProviderFault::Server, "the provider broke");
    let model = Scripted::new("test:model", [Step::Fail(fault.with_partial(half))]);
    let rt = Runtime::builder().model(model.clone()).retry(fastroai::RetryPolicy::never()).build();
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let error = agent.run("Go").on(&rt).await.expect_err("broken");
    assert_closed(error.history());
    let Message::Assistant(kept) = &error.history()[1] else { panic!("what had come is kept") };
    assert!(kept.interrupted);
    assert_eq!(results(error.history())[0].results[0].outcome, ToolOutcome::Interrupted);
    assert_eq!(error.bill().usage().output_tokens, Some(2));
}

#[tokio::test(start_paused = true)]
async fn its_time_is_up_while_the_model_is_asked() {
    let (error, asked) =
        ended([turn(1), Step::Hang], |agent| agent, |call| call.timeout(Duration::from_secs(5)))
            .await;
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
    assert_eq!((error.elapsed().as_secs(), asked), (5, 2));
    let total = error.bill().total();
    assert_eq!((total.known(), total.exact()), (REPLY, None), "the second may have been served");
}

#[tokio::test(start_paused = true)]
async fn its_time_is_up_while_a_tool_runs() {
    let dropped = Counter::default();
    let steps = [calls(&[("a", "hang", r#"{"n":1}"#), ("b", "echo", r#"{"n":2}"#)])];
    let hang = endless("hang", &dropped);
    let (error, _) = ended(
        steps,
        |agent| agent.tool(hang).timeout(Duration::from_secs(3)),
        |call| call.timeout(Duration::from_secs(60)),
    )
    .await;
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
    assert_eq!((error.elapsed().as_secs(), dropped.get()), (3, 1), "the shorter limit holds");
    assert_eq!(error.bill().total(), spent(1));
    assert_eq!(results(error.history())[0].results[1].content, "got 2");
}

#[tokio::test(start_paused = true)]
async fn its_time_is_up_while_it_waits_to_ask_again() {
    let busy = || {
        let fault = ModelError::provider_fault(ProviderFault::RateLimit, "too many requests");
        Step::Fail(fault.with_retry_after(Duration::from_secs(30)))
    };
    let (error, asked) =
        ended([busy(), busy()], |agent| agent, |call| call.timeout(Duration::from_secs(5))).await;
    assert!(matches!(error.kind(), ErrorKind::Model(_)), "a wait in vain is not begun: {error:?}");
    assert_eq!((error.elapsed().as_secs(), asked), (0, 1));
    assert_eq!(error.bill().total(), Total::ZERO);
}

#[tokio::test]
async fn cancelled_before_it_began() {
    let token = CancellationToken::new();
    token.cancel();
    let (error, asked) = ended([text("no")], |agent| agent, |call| call.cancellation(token)).await;
    assert!(matches!(error.kind(), ErrorKind::Cancelled), "{error:?}");
    assert_eq!((error.bill().requests(), asked), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn cancelled_midway_by_a_token() {
    let token = CancellationToken::new();
    let later = token.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(2)).await;
        later.cancel();
    });
    let steps = [turn(1), Step::After(Duration::from_secs(5), Box::new(text("too late")))];
    let (error, asked) = ended(steps, |agent| agent, |call| call.cancellation(token)).await;
    assert!(matches!(error.kind(), ErrorKind::Cancelled), "{error:?}");
    assert_eq!((error.elapsed().as_secs(), asked), (2, 2));
    assert_eq!(error.bill().total().known(), REPLY);
}

#[tokio::test(start_paused = true)]
async fn cancelled_by_a_tool() {
    let stop = tool("stop", |_, run| async move {
        run.cancel();
        std::future::pending().await
    });
    let steps = [calls(&[("a", "echo", r#"{"n":1}"#), ("b", "stop", r#"{"n":2}"#)])];
    let (error, _) = ended(steps, |agent| agent.tool(stop), |call| call).await;
    assert!(matches!(error.kind(), ErrorKind::Cancelled), "{error:?}");
    let outcomes: Vec<_> =
        results(error.history())[0].results.iter().map(|result| result.outcome).collect();
    assert_eq!(outcomes, [ToolOutcome::Success, ToolOutcome::Interrupted]);
    assert_eq!(error.bill().total(), spent(1));
}

#[tokio::test]
async fn its_budget_is_spent() {
    let (error, asked) =
        ended([dear(turn(1)), text("no")], |agent| agent.budget(FOR_ONE), |call| call).await;
    let ErrorKind::Budget { budget, spent: told, .. } = error.kind() else { panic!("{error:?}") };
    assert_eq!((*budget, *told, asked), (FOR_ONE, DEAR, 1));
    assert_eq!(error.category(), ErrorCategory::ResourceExhaustion);
    assert_eq!(error.bill().total(), DEAR);
}

#[tokio::test]
async fn the_smaller_of_two_budgets_holds_and_a_limit_of_tokens_is_sent() {
    let model = Scripted::new("test:model", [dear(turn(1)), text("no")]);
    let rt = runtime(&model);
    let agent =
        agent().budget(Cost::from_microdollars(1_000_000)).tool(echo("echo")).build().expect("it");
    let error = agent.run("Go").budget(FOR_ONE).on(&rt).await.expect_err("it is spent");
    assert!(matches!(error.kind(), ErrorKind::Budget { budget, .. } if *budget == FOR_ONE));
    assert_eq!(model.asked()[0].settings.max_tokens, Some(4096));
}

#[tokio::test]
async fn nobody_knows_the_price_under_a_budget() {
    let model = Scripted::new("acme:large", [text("never asked for")]);
    let rt = runtime(&model);
    let agent = agent().model("acme:large").budget(REPLY).build().expect("an agent");
    let error = agent.run("Go").on(&rt).await.expect_err("no price");
    assert!(matches!(error.kind(), ErrorKind::UnknownPrice { model } if model == "acme:large"));
    assert!(model.asked().is_empty() && error.bill().is_empty());
    assert_closed(error.history());
}

#[tokio::test]
async fn the_model_was_asked_as_often_as_is_allowed() {
    let (error, asked) = ended((0..9).map(turn), |agent| agent.max_turns(3), |call| call).await;
    assert!(matches!(error.kind(), ErrorKind::MaxTurns { limit: 3 }), "{error:?}");
    assert_eq!((error.bill().total(), asked), (spent(3), 3));
    assert_eq!(results(error.history()).len(), 3, "the last tools ran, and what they gave is kept");
}

#[tokio::test]
async fn the_model_asked_for_more_tools_than_are_allowed() {
    let many = calls(&[("b", "echo", r#"{"n":2}"#), ("c", "echo", r#"{"n":3}"#)]);
    let (error, _) = ended(
        [turn(1), many],
        |agent| agent.configure(|config| config.max_tool_calls(2)),
        |call| call,
    )
    .await;
    assert!(matches!(error.kind(), ErrorKind::MaxToolCalls { limit: 2, asked: 3 }), "{error:?}");
    let last = results(error.history())[1];
    assert!(last.results.iter().all(|result| result.outcome == ToolOutcome::Interrupted));
    assert_eq!(error.bill().total(), spent(2));
}

#[tokio::test]
async fn it_goes_round_in_circles() {
    let same = |n: usize| call(&format!("c{n}"), "echo", r#"{"n":1}"#);
    let (error, asked) = ended((0..9).map(same), |agent| agent, |call| call).await;
    assert!(matches!(error.kind(), ErrorKind::Loop { tool } if tool == "echo"), "{error:?}");
    assert_eq!((error.bill().total(), asked), (spent(4), 4));
}

#[tokio::test]
async fn the_model_cannot_correct_its_calls() {
    let bad = |n: usize| call(&format!("c{n}"), "echo", &format!(r#"{{"m":{n}}}"#));
    let (error, _) = ended((0..9).map(bad), |agent| agent, |call| call).await;
    assert!(matches!(error.kind(), ErrorKind::ToolCorrections { limit: 2, .. }), "{error:?}");
    assert_eq!(error.bill().total(), spent(3));
}

#[tokio::test]
async fn the_model_refuses() {
    let refusal = Part::Refusal { text: "I would rather not.".into() };
    let (error, _) =
        ended([finished(vec![refusal], FinishReason::Stop)], |agent| agent, |call| call).await;
    assert!(matches!(error.kind(), ErrorKind::Refused), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("rather"));
    let Some(Message::Assistant(last)) = error.history().last() else { panic!("its words") };
    assert_eq!(last.refusal().as_deref(), Some("I would rather not."));
    assert_eq!(error.bill().total(), spent(1));
}

#[tokio::test]
async fn the_filter_stops_the_answer() {
    let filtered = finished(vec![], FinishReason::ContentFilter);
    let (error, asked) = ended([filtered, text("no")], |agent| agent, |call| call).await;
    assert!(matches!(error.kind(), ErrorKind::Filtered), "{error:?}");
    assert_eq!((error.bill().total(), asked), (spent(1), 1), "not asked again");
}

#[tokio::test]
async fn the_model_says_nothing_twice() {
    let silence = |text: &str| finished(vec![Part::text(text)], FinishReason::Stop);
    let (error, asked) =
        ended([silence(""), silence(" \n"), text("no")], |agent| agent, |call| call).await;
    assert!(matches!(error.kind(), ErrorKind::Empty), "{error:?}");
    assert_eq!((error.bill().total(), asked), (spent(2), 2));
}

#[tokio::test]
async fn the_model_says_nothing_at_the_token_limit() {
    let silence = finished(vec![], FinishReason::Length);
    let (error, asked) = ended([silence, text("no")], |agent| agent, |call| call).await;
    assert!(matches!(error.kind(), ErrorKind::OutputTruncated), "{error:?}");
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn no_answer_fits() {
    let (error, asked) =
        ended((0..9).map(|_| text("{}")), AgentBuilder::output::<Vec<u32>>, |call| call).await;
    assert!(matches!(error.kind(), ErrorKind::OutputInvalid { attempts: 3, .. }), "{error:?}");
    assert_eq!((error.bill().total(), asked), (spent(3), 3));
}

#[tokio::test]
async fn the_answer_is_cut() {
    let cut = finished(vec![Part::text(r#"{"value":[1,"#)], FinishReason::Length);
    let (error, asked) =
        ended([cut, text("no")], AgentBuilder::output::<Vec<u32>>, |call| call).await;
    assert!(matches!(error.kind(), ErrorKind::OutputTruncated), "{error:?}");
    assert_eq!((error.bill().total(), asked), (spent(1), 1));
}

#[tokio::test]
async fn nothing_can_be_asked_because_it_is_set_up_wrongly() {
    let (error, asked) = ended([text("no")], |agent| agent, |call| call.model("no model")).await;
    assert_eq!((error.category(), asked), (ErrorCategory::Permanent, 0));
    assert!(error.bill().is_empty());
}

/// Nothing is left to hand back to the one who dropped it; the run around it keeps the bill.
#[tokio::test(start_paused = true)]
async fn dropped_midway() {
    let model = Scripted::new(
        "test:model",
        [call("a", "drops", r#"{"n":1}"#), turn(7), Step::Hang, text("Done")],
    );
    let drops = tool("drops", |_, _| async {
        let inner = agent().tool(echo("echo")).build()?;
        let timed = tokio::time::timeout(Duration::from_secs(1), inner.run("Go")).await;
        Ok(if timed.is_err() { "dropped" } else { "ended" }.to_owned())
    });
    let agent = agent().tool(drops).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(results(&answer.messages)[0].results[0].content, "dropped");
    assert_closed(&answer.messages);
    assert_eq!(answer.bill.requests(), 4, "the one that was dropped is listed");
    assert_eq!((answer.cost.known(), answer.cost.exact()), (Cost::from_microdollars(45), None));
}

/// A reply is a reply however little it says.
#[tokio::test]
async fn a_reply_without_anything() {
    let nothing = || Step::Reply(Response::default());
    let (error, asked) = ended([nothing(), nothing()], |agent| agent, |call| call).await;
    assert!(matches!(error.kind(), ErrorKind::Empty), "{error:?}");
    assert_eq!((error.bill().total().exact(), asked), (None, 2));
}
