//! What a model says wrongly.

use fastroai::money::LineState;
use fastroai::providers::{FinishReason, Message, Part, ToolCall, ToolOutcome};
use fastroai::{ErrorKind, RunContext, tool::FunctionTool, usd};
use proptest::prelude::*;
use tests::scripted::{Step, call, calls, dear, reply, text};

use crate::rig::{
    Count, Number, agent, block_on, double, prices, results, runtime, script, without_schemas,
};

fn cut(parts: Vec<Part>) -> Step {
    let mut reply = reply(parts);
    reply.finish_reason = FinishReason::Length;
    Step::Reply(reply)
}

#[tokio::test(start_paused = true)]
async fn p15_a_text_cut_at_the_token_limit_is_an_answer_that_says_so() {
    let model = script([cut(vec![Part::text("Half an ans")])]);
    let agent = agent().build().unwrap();
    let answer = agent.run("hello").on(&runtime(&model)).await.unwrap();
    assert_eq!(answer.output, "Half an ans");
    assert_eq!(answer.finish_reason, FinishReason::Length);
}

#[tokio::test(start_paused = true)]
async fn p15_a_typed_answer_cut_at_the_token_limit_ends_the_run_with_its_bill() {
    let native = script([cut(vec![Part::text(r#"{"n": 1"#)])]);
    let tool = ToolCall::new("a", fastroai::run::OUTPUT_TOOL, r#"{"n": 1"#);
    let by_tool = without_schemas([cut(vec![Part::ToolCall(tool)])]);
    for model in [native, by_tool] {
        let agent = agent().output::<Number>().build().unwrap();
        let error = agent.run("hello").on(&runtime(&model)).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutputTruncated), "{error:?}");
        assert_eq!(model.asked().len(), 1);
        assert_eq!(error.bill().requests(), 1);
        assert_eq!(fastroai::run::repair(error.history().to_vec()), error.history().to_vec());
    }
}

#[tokio::test(start_paused = true)]
async fn p15_a_typed_answer_that_is_whole_at_the_token_limit_is_taken() {
    let model = script([cut(vec![Part::text(r#"{"n": 1}"#)])]);
    let agent = agent().output::<Number>().build().unwrap();
    assert_eq!(agent.run("hello").on(&runtime(&model)).await.unwrap().output.n, 1);
}

proptest! {
    #[test]
    fn p16_a_tool_never_runs_on_arguments_that_were_cut(n: i64, at: usize, said: bool) {
        let whole = format!(r#"{{"n": {n}}}"#);
        let part = whole[..at % whole.len()].to_owned();
        // A provider may say `tool_calls` where it means the limit; nothing at all stands for `{}` then.
        prop_assume!(said || !part.is_empty());
        let parts = vec![Part::ToolCall(ToolCall::new("a", "double", part))];
        let first = if said { cut(parts) } else { Step::Reply(reply(parts)) };
        let model = script([first, text("Then not.")]);
        let (tool, ran) = double();
        let agent = agent().tool(tool).build().unwrap();
        block_on(async { agent.run("hello").on(&runtime(&model)).await }).unwrap();
        prop_assert_eq!(ran.get(), 0);
        let told = results(&model, 1).remove(0);
        prop_assert_eq!(told.outcome, ToolOutcome::Retry);
        let why = if said { "were cut at the limit of output tokens" } else { "not valid JSON: they end too early" };
        prop_assert!(told.content.contains(why), "{}", told.content);
    }
}

#[tokio::test(start_paused = true)]
async fn p16_calls_before_the_cut_one_run() {
    let part = |id, arguments| Part::ToolCall(ToolCall::new(id, "double", arguments));
    let first = cut(vec![part("a", r#"{"n": 2}"#), part("b", r#"{"n""#)]);
    let model = script([first, text("Four.")]);
    let (tool, ran) = double();
    let agent = agent().tool(tool).build().unwrap();
    agent.run("hello").on(&runtime(&model)).await.unwrap();
    assert_eq!(ran.get(), 1);
    let told = results(&model, 1);
    assert_eq!((told[0].content.as_str(), told[0].outcome), ("4", ToolOutcome::Success));
    assert_eq!(told[1].outcome, ToolOutcome::Retry);
}

#[tokio::test(start_paused = true)]
async fn p17_an_unknown_tool_name_is_answered_with_the_names_that_exist() {
    let model = script([call("a", "tripple", "{}"), text("Then not.")]);
    let (tool, ran) = double();
    let agent = agent().tool(tool).build().unwrap();
    let answer = agent.run("hello").on(&runtime(&model)).await.unwrap();
    assert_eq!((answer.output.as_str(), ran.get()), ("Then not.", 0));
    let told = results(&model, 1).remove(0);
    assert_eq!(told.outcome, ToolOutcome::Retry);
    assert!(told.content.contains("`double`"), "{}", told.content);
}

#[tokio::test(start_paused = true)]
async fn p17_an_agent_without_tools_says_so() {
    let model = script([call("a", "search", "{}"), text("Then not.")]);
    let agent = agent().build().unwrap();
    agent.run("hello").on(&runtime(&model)).await.unwrap();
    assert!(results(&model, 1)[0].content.contains("no tools at all"));
}

#[tokio::test(start_paused = true)]
async fn p17_a_model_that_insists_on_an_unknown_tool_ends_as_a_loop() {
    let model = script((0..9).map(|_| call("a", "tripple", "{}")));
    let agent = agent().tool(double().0).build().unwrap();
    let error = agent.run("hello").on(&runtime(&model)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Loop { tool } if tool == "tripple"), "{error:?}");
    assert_eq!(model.asked().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn p17_a_made_up_name_cannot_break_a_line_of_the_log() {
    let model = script((0..9).map(|_| call("a", "x`\n\u{1b}[31mERROR", "{}")));
    let agent = agent().tool(double().0).build().unwrap();
    let error = agent.run("hello").on(&runtime(&model)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Loop { .. }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains(char::is_control), "{error}");
}

proptest! {
    #[test]
    fn p18_arguments_that_are_not_json_are_told_and_run_nothing(
        arguments in prop_oneof![
            any::<String>(),
            r#"\{"n": ?[0-9]{1,4}\}[^ \t\n\r][^"]{0,8}"#,
            r#"\{"n": ?[0-9]{1,3}[a-z,\[\{]{1,4}"#,
        ]
    ) {
        prop_assume!(!arguments.trim().is_empty());
        prop_assume!(serde_json::from_str::<serde_json::Value>(&arguments).is_err());
        let model = script([call("a", "double", &arguments), text("Then not.")]);
        let (tool, ran) = double();
        let agent = agent().tool(tool).build().unwrap();
        block_on(async { agent.run("hello").on(&runtime(&model)).await }).unwrap();
        prop_assert_eq!(ran.get(), 0);
        let told = results(&model, 1).remove(0);
        prop_assert_eq!(told.outcome, ToolOutcome::Retry);
        prop_assert!(told.content.starts_with("the arguments "), "{}", told.content);
    }
}

#[tokio::test(start_paused = true)]
async fn p18_broken_json_is_told_with_its_position() {
    for (arguments, told) in [
        ("{\"n\":\n 1,}", "syntax error at line 2 column 4"),
        (r#"{"n": 1"#, "they end too early at line 1 column 7"),
        (r#"{"n": 1}{"n": 2}"#, "syntax error at line 1 column 9"),
    ] {
        let model = script([call("a", "double", arguments), text("Then not.")]);
        let agent = agent().tool(double().0).build().unwrap();
        agent.run("hello").on(&runtime(&model)).await.unwrap();
        let content = results(&model, 1).remove(0).content;
        assert!(content.contains(told), "{arguments}: {content}");
    }
}

#[derive(serde::Deserialize, fastroai::schemars::JsonSchema)]
#[schemars(crate = "fastroai::schemars")]
struct Numbers {
    #[expect(dead_code, reason = "never filled")]
    list: Vec<Number>,
}

#[tokio::test(start_paused = true)]
async fn p19_arguments_that_break_the_schema_are_told_by_json_pointer() {
    let tool = FunctionTool::new("sum", "Adds.", |_: Numbers, _run: RunContext<'static>| async {
        Ok::<_, std::convert::Infallible>(0)
    });
    let model =
        script([call("a", "sum", r#"{"list": [{"n": 1}, {"n": "x"}]}"#), text("Then not.")]);
    let agent = agent().tool(tool).build().unwrap();
    agent.run("hello").on(&runtime(&model)).await.unwrap();
    let told = results(&model, 1).remove(0);
    assert_eq!(told.outcome, ToolOutcome::Retry);
    assert!(told.content.contains("`/list/1/n`"), "{}", told.content);
}

#[tokio::test(start_paused = true)]
async fn p19_after_two_corrections_the_run_ends() {
    let wrong = |n: usize| call("a", "double", &format!(r#"{{"n": "{n}"}}"#));
    let model = script((0..9).map(wrong));
    let (tool, ran) = double();
    let agent = agent().tool(tool).build().unwrap();
    let error = agent.run("hello").on(&runtime(&model)).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::ToolCorrections { tool, limit: 2, timeouts: 0 } if tool == "double"),
        "{error:?}"
    );
    assert_eq!((model.asked().len(), ran.get()), (3, 0));
    assert_eq!(error.bill().requests(), 3);
}

proptest! {
    #[test]
    fn p19_several_wrong_calls_in_one_reply_are_one_correction(count in 1..8_usize) {
        let one: Vec<_> = (0..count).map(|_| ("", "double", r#"{"n": "x"}"#)).collect();
        let model = script([calls(&one), calls(&one), text("Then not.")]);
        let agent = agent().tool(double().0).build().unwrap();
        let answer = block_on(async { agent.run("hello").on(&runtime(&model)).await });
        prop_assert_eq!(answer.unwrap().output, "Then not.");
    }
}

fn ids_of(messages: &[Message]) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for pair in messages.windows(2) {
        if let [Message::Assistant(reply), Message::Tool(tool)] = pair {
            let asked = reply.tool_calls().map(|call| call.id.clone());
            pairs.extend(asked.zip(tool.results.iter().map(|result| result.call_id.clone())));
        }
    }
    pairs
}

fn each_call_runs_under_an_id_of_its_own(turns: &[Vec<String>]) -> Result<(), TestCaseError> {
    let mut n = 0;
    let mut steps: Vec<Step> = Vec::new();
    for ids in turns {
        let parts = ids.iter().map(|id| {
            n += 1;
            Part::ToolCall(ToolCall::new(id, "double", format!(r#"{{"n": {n}}}"#)))
        });
        steps.push(Step::Reply(reply(parts.collect())));
    }
    steps.push(text("Done."));
    let model = script(steps);
    let (tool, ran) = double();
    let agent = agent().tool(tool).build().unwrap();
    let answer = block_on(async { agent.run("hello").on(&runtime(&model)).await }).unwrap();
    let all: usize = turns.iter().map(Vec::len).sum();
    prop_assert_eq!(ran.get() as usize, all);
    let pairs = ids_of(&answer.messages);
    prop_assert_eq!(pairs.len(), all);
    let unique: std::collections::BTreeSet<_> = pairs.iter().map(|(id, _)| id).collect();
    prop_assert_eq!(unique.len(), all, "{:?}", pairs);
    for (asked, answered) in &pairs {
        prop_assert!(!asked.is_empty());
        prop_assert_eq!(asked, answered);
    }
    Ok(())
}

proptest! {
    #[test]
    fn p20_calls_with_the_same_id_all_run_and_are_sent_back_under_ids_of_their_own(
        turns in prop::collection::vec(prop::collection::vec("[ab]|call_[12]_[01]", 1..4), 1..4)
    ) {
        each_call_runs_under_an_id_of_its_own(&turns)?;
    }

    #[test]
    fn p21_calls_without_an_id_are_given_one(
        turns in prop::collection::vec(prop::collection::vec("|a", 1..4), 1..4)
    ) {
        each_call_runs_under_an_id_of_its_own(&turns)?;
    }
}

/// A reply with ten thousand calls.
fn flood() -> Step {
    let call = |n: u32| ToolCall::new("", "double", format!(r#"{{"n": {n}}}"#));
    Step::Reply(reply((0..10_000).map(call).map(Part::ToolCall).collect()))
}

#[tokio::test(start_paused = true)]
async fn p22_of_ten_thousand_calls_none_starts_where_fewer_are_allowed() {
    let model = script([flood()]);
    let (tool, ran) = double();
    let agent = agent().tool(tool).build().unwrap();
    let error = agent.run("hello").on(&runtime(&model)).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::MaxToolCalls { limit: 256, asked: 10_000 }),
        "{error:?}"
    );
    assert_eq!(ran.get(), 0);
    assert_eq!(ids_of(error.history()).len(), 10_000, "each call has a result");
}

#[tokio::test(start_paused = true)]
async fn p22_of_ten_thousand_allowed_calls_a_few_run_at_a_time() {
    let (running, most) = (Count::default(), Count::default());
    let (now, peak) = (running.clone(), most.clone());
    let tool = FunctionTool::new("double", "Doubles.", move |number: Number, _run| {
        let (now, peak) = (now.clone(), peak.clone());
        async move {
            if now.up() > peak.get() {
                peak.up();
            }
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            now.down();
            Ok::<_, std::convert::Infallible>(number.n * 2)
        }
    });
    let model = script([flood(), text("Done.")]);
    let agent = agent().tool(tool).configure(|it| it.max_tool_calls(10_000)).build().unwrap();
    let start = tokio::time::Instant::now();
    let answer = agent.run("hello").on(&runtime(&model)).await.unwrap();
    assert_eq!(most.get(), 16);
    assert_eq!(start.elapsed().as_secs(), 10_000 / 16);
    let order = results(&model, 1);
    assert!(order.iter().enumerate().all(|(n, it)| it.content == (n * 2).to_string()));
    assert_eq!(answer.tool_calls.len(), 10_000);
}

#[tokio::test(start_paused = true)]
async fn p23_calls_without_end_reach_the_turn_limit() {
    let model = script((0..99).map(|n| call("a", "double", &format!(r#"{{"n": {n}}}"#))));
    let agent = agent().tool(double().0).build().unwrap();
    let error = agent.run("hello").on(&runtime(&model)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::MaxTurns { limit: 16 }), "{error:?}");
    assert_eq!((model.asked().len(), error.bill().requests()), (16, 16));
}

#[tokio::test(start_paused = true)]
async fn p23_calls_without_end_reach_the_budget() {
    let call = |n| call("a", "double", &format!(r#"{{"n": {n}}}"#));
    let model = script((0..99).map(|n| dear(call(n))));
    let agent = agent().tool(double().0).budget(usd!("0.05")).build().unwrap();
    let error = agent.run("hello").on(&runtime(&model)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Budget { .. }), "{error:?}");
    // Each reply costs $0.00801, and another request might cost more than is left after the sixth.
    assert_eq!(model.asked().len(), 6);
    assert_eq!(error.bill().total(), usd!("0.04806"));
}

proptest! {
    #[test]
    fn p23_the_same_call_with_the_same_result_is_told_at_the_third_reply_and_ends_at_the_fourth(
        beside in 1..6_usize, spaces in " {0,3}"
    ) {
        let arguments = format!(r#"{{{spaces}"n":{spaces}1}}"#);
        let same: Vec<_> = (0..beside).map(|_| ("", "double", arguments.as_str())).collect();
        let model = script((0..9).map(|_| calls(&same)));
        let agent = agent().tool(double().0).build().unwrap();
        let error = block_on(async { agent.run("hello").on(&runtime(&model)).await }).unwrap_err();
        let ended = matches!(error.kind(), ErrorKind::Loop { tool } if tool == "double");
        prop_assert!(ended, "{:?}", error);
        prop_assert_eq!(model.asked().len(), 4);
        prop_assert_eq!(&results(&model, 2)[0].content, "2");
        prop_assert!(results(&model, 3)[0].content.contains("do not repeat it"));
    }
}

#[tokio::test(start_paused = true)]
async fn p25_an_empty_answer_is_asked_for_once_more() {
    let model = script([text(" \n"), text("Here.")]);
    let agent = agent().build().unwrap();
    let answer = agent.run("hello").on(&runtime(&model)).await.unwrap();
    assert_eq!((answer.output.as_str(), answer.requests), ("Here.", 2));

    let model = script([text(""), Step::Reply(reply(vec![])), text("Too late.")]);
    let error = agent.run("hello").on(&runtime(&model)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Empty), "{error:?}");
    assert!(error.is_retryable());
    assert_eq!((model.asked().len(), error.bill().requests()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_usage_is_held_at_its_worst_case_under_a_budget() {
    let unreported = |mut step| {
        if let Step::Reply(reply) = &mut step {
            reply.usage = fastroai::Usage::default();
        }
        step
    };
    let agent = agent().tool(double().0).budget(usd!("0.02")).build().unwrap();
    let model = script([unreported(text("Here."))]);
    let answer = agent.run("hello").on(&runtime(&model)).await.unwrap();
    assert_eq!(answer.cost.exact(), None);
    assert_eq!(answer.bill.lines()[0].state(), LineState::Estimated);
    // All 4,096 tokens of output and the input, at two dollars and at more than one.
    assert!(answer.bill.possibly_paid() > usd!("0.008192"), "{}", answer.bill);

    let call = || unreported(call("a", "double", r#"{"n": 1}"#));
    let model = script([call(), call(), text("Not asked for.")]);
    let error = agent.run("hello").on(&runtime(&model)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Budget { .. }), "{error}");
    assert_eq!(model.asked().len(), 2);
    assert!(prices().price("test", "one", &fastroai::Usage::default()).is_none());
}
