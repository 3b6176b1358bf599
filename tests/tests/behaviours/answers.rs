//! Answers of several kinds, answers that may be missing, and answers that are looked at.

use fastroai::ErrorKind;
use fastroai::prelude::*;
use fastroai::providers::{FinishReason, Message, Part, Reasoning, ToolCall};
use fastroai::run::{OUTPUT_TOOL, OutputMode};
use serde::Deserialize;
use tests::scripted::{Scripted, Step, call, reply, text};

use super::stage::{agent, contents, echo, runtime};
use super::transcript::assert_closed;

#[derive(Debug, Deserialize, JsonSchema, PartialEq, Clone)]
struct Plan {
    city: String,
    nights: u32,
}

const PLAN: &str = r#"{"city":"Lisbon","nights":2}"#;

fn plan() -> Plan {
    Plan { city: "Lisbon".into(), nights: 2 }
}

/// An agent that hands its answer in by a tool.
fn by_tool() -> fastroai::agent::AgentBuilder {
    agent().output_mode(OutputMode::Tool)
}

mod kinds {
    use super::*;

    /// What to do about a complaint.
    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    pub(super) enum Plain {
        /// Give the money back.
        Refund {
            cents: u32,
        },
        /// Send someone.
        Visit(Plan),
        Reply(String),
        Both(u8, u8),
        Nothing,
    }

    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    pub(super) enum Tagged {
        /// Give the money back.
        Refund {
            cents: u32,
        },
        SendSomeone(Plan),
        Nothing,
    }

    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    #[serde(tag = "kind", content = "of")]
    pub(super) enum Beside {
        Refund { cents: u32 },
        Visit(Plan),
        Count(u8),
        Nothing,
    }

    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    #[serde(untagged)]
    pub(super) enum Titled {
        #[schemars(title = "refund")]
        Refund { cents: u32 },
        #[schemars(title = "visit")]
        Visit(Plan),
    }

    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    #[serde(untagged)]
    pub(super) enum Untitled {
        Refund { cents: u32 },
        Visit(Plan),
    }

    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    #[serde(tag = "kind")]
    pub(super) enum Tree {
        Leaf { n: u8 },
        Pair { left: Box<Tree>, right: Box<Tree> },
    }
}
use kinds::{Beside, Plain, Tagged, Titled, Tree, Untitled};

/// What an answer is read as that is handed in by this tool; and the tools on offer.
async fn handed_in<T: fastroai::AgentOutput>(name: &str, arguments: &str) -> (T, Vec<String>) {
    let name = format!("{OUTPUT_TOOL}{name}");
    let model = Scripted::new("test:model", [call("a", &name, arguments)]);
    let agent = by_tool().output::<T>().build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_closed(&answer.messages);
    assert!(answer.tool_calls.is_empty(), "handing in is no tool that ran");
    (answer.output, model.asked().remove(0).tools)
}

#[tokio::test]
async fn each_variant_of_an_enum_is_handed_in_by_a_tool_of_its_own() {
    let names = |names: &[&str]| names.iter().map(|it| format!("final_answer_{it}")).collect();
    let all: Vec<String> = names(&["Nothing", "Refund", "Visit", "Reply", "Both"]);
    for (name, arguments, expected) in [
        ("_Refund", r#"{"cents":5}"#, Plain::Refund { cents: 5 }),
        ("_Visit", PLAN, Plain::Visit(plan())),
        ("_Reply", r#"{"value":"Sorry"}"#, Plain::Reply("Sorry".into())),
        ("_Both", r#"{"value":[1,2]}"#, Plain::Both(1, 2)),
        ("_Nothing", "{}", Plain::Nothing),
        ("_Nothing", "", Plain::Nothing),
        // A model may call the tool that others have.
        ("", r#"{"value":{"Refund":{"cents":5}}}"#, Plain::Refund { cents: 5 }),
        ("", r#"{"Refund":{"cents":5}}"#, Plain::Refund { cents: 5 }),
    ] {
        let (output, mut tools) = handed_in::<Plain>(name, arguments).await;
        assert_eq!(output, expected);
        let mut all = all.clone();
        all.sort();
        tools.sort();
        assert_eq!(tools, all);
    }
    let all: Vec<String> = names(&["refund", "send_someone", "nothing"]);
    for (name, arguments, expected) in [
        ("_refund", r#"{"cents":5}"#, Tagged::Refund { cents: 5 }),
        ("_refund", r#"{"kind":"nothing","cents":5}"#, Tagged::Refund { cents: 5 }),
        ("_send_someone", PLAN, Tagged::SendSomeone(plan())),
        ("_nothing", "{}", Tagged::Nothing),
    ] {
        assert_eq!(handed_in(name, arguments).await, (expected, all.clone()));
    }
    let all: Vec<String> = names(&["Refund", "Visit", "Count", "Nothing"]);
    for (name, arguments, expected) in [
        ("_Refund", r#"{"cents":5}"#, Beside::Refund { cents: 5 }),
        ("_Visit", PLAN, Beside::Visit(plan())),
        ("_Count", r#"{"of":3}"#, Beside::Count(3)),
        ("_Nothing", "{}", Beside::Nothing),
    ] {
        assert_eq!(handed_in(name, arguments).await, (expected, all.clone()));
    }
    let all: Vec<String> = names(&["refund", "visit"]);
    assert_eq!(handed_in("_visit", PLAN).await, (Titled::Visit(plan()), all));
}

#[tokio::test]
async fn an_enum_whose_schema_does_not_name_its_variants_is_handed_in_as_one() {
    let one = vec![OUTPUT_TOOL.to_owned()];
    let wrapped = format!(r#"{{"value":{PLAN}}}"#);
    assert_eq!(handed_in("", &wrapped).await, (Untitled::Visit(plan()), one.clone()));
    let pair =
        r#"{"value":{"kind":"Pair","left":{"kind":"Leaf","n":1},"right":{"kind":"Leaf","n":2}}}"#;
    let (tree, tools) = handed_in::<Tree>("", pair).await;
    assert!(matches!(tree, Tree::Pair { .. }));
    assert_eq!(tools, one, "it is in itself, and so cannot be cut into pieces");
    let schema = <Tree as fastroai::AgentOutput>::schema().expect("a schema");
    let schema = schema.as_value().to_string();
    assert!(schema.contains("#/properties/value") && !schema.contains("\"#\""), "{schema}");
}

#[tokio::test]
async fn a_variant_has_the_description_of_its_doc_comment_and_the_schema_of_its_fields() {
    let spec = fastroai::agent::OutputSpec::<Plain>::typed();
    let native = spec.schema().expect("a schema");
    let value = &native.as_value()["properties"]["value"];
    assert!(value.get("oneOf").is_none());
    assert_eq!(value["anyOf"].as_array().map(Vec::len), Some(5));

    let model = Scripted::new("test:model", [call("a", "final_answer_Refund", r#"{"cents":5}"#)]);
    let agent = by_tool().tool(echo("echo")).output::<Plain>().build().expect("an agent");
    agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    let offered = &model.asked()[0].definitions;
    let refund = offered.iter().find(|it| it.name == "final_answer_Refund").expect("it");
    assert!(refund.description.contains("Give the money back."), "{}", refund.description);
    let fields = refund.parameters.as_value();
    assert_eq!(fields["required"], serde_json::json!(["cents"]));
    assert!(fields["properties"].get("Refund").is_none(), "{fields}");
}

#[tokio::test]
async fn a_variant_that_does_not_fit_goes_back_with_its_place() {
    let model = Scripted::new(
        "test:model",
        [
            call("a", "final_answer_Refund", r#"{"cents":"five"}"#),
            call("b", "final_answer_Refund", r#"{"cents":5}"#),
        ],
    );
    let agent = by_tool().output::<Plain>().build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.output, Plain::Refund { cents: 5 });
    let told = contents(&answer.messages)[0];
    assert!(told.contains("Refund.cents"), "{told}");
}

#[tokio::test]
async fn behaviour_26_an_unknown_tool_is_told_the_tools_of_the_variants() {
    let steps = [call("a", "refund", "{}"), call("b", "final_answer_refund", r#"{"cents":5}"#)];
    let model = Scripted::new("test:model", steps);
    let agent = by_tool().tool(echo("echo")).output::<Tagged>().build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(
        contents(&answer.messages)[0],
        "There is no such tool. The tools are `echo`, `final_answer_refund`, \
         `final_answer_send_someone`, `final_answer_nothing`."
    );
}

#[tokio::test]
async fn a_tool_that_is_called_as_one_of_the_variants_is_refused_before_anything_is_sent() {
    let model = Scripted::new("test:model", [text("no")]);
    let agent = by_tool().tool(echo("final_answer_Refund")).output::<Plain>().build();
    let error = agent.expect("one").run("Go").on(&runtime(&model)).await.expect_err("a clash");
    assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error:?}");
    assert!(model.asked().is_empty());
}

#[tokio::test]
async fn json_between_words_and_in_a_fence_is_read() {
    let said = [
        format!("Here it is:\n```json\n{PLAN}\n```\nHave a nice trip!"),
        format!("Sure! {PLAN} I hope that helps."),
        format!("```\n{PLAN}\n```"),
    ];
    for said in said {
        let model = Scripted::new("test:model", [text(&said)]);
        let agent = agent().output::<Plan>().build().expect("an agent");
        let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
        assert_eq!(answer.output, plan());
    }
}

fn thinks() -> Step {
    let mut thinking = Reasoning::default();
    "Hm".clone_into(&mut thinking.text);
    Step::Reply(reply(vec![Part::Reasoning(thinking)]))
}

#[tokio::test]
async fn behaviour_35_an_empty_or_thinking_only_answer_is_asked_for_again_once_and_not_sent_back() {
    for silence in [text(""), text(" \n"), thinks()] {
        let model = Scripted::new("test:model", [silence, text("Hello")]);
        let agent = agent().build().expect("an agent");
        let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
        assert_eq!(answer.output, "Hello");
        let sent = &model.asked()[1].messages;
        assert!(sent.iter().all(|it| matches!(it, Message::User(_))), "{sent:?}");
        let Some(Message::User(told)) = sent.last() else { panic!("a correction") };
        assert!(told.parts[0].as_text().is_some_and(|it| it.contains("text")), "{told:?}");
        assert_eq!(answer.new_messages().len(), 4, "the transcript has all that was said");
        assert_closed(&answer.messages);
    }
}

#[tokio::test]
async fn behaviour_35_where_tools_are_on_offer_a_call_is_asked_for_too() {
    for (agent, word) in [(agent(), "or call a tool"), (by_tool(), ": call a tool")] {
        let model =
            Scripted::new("test:model", [text(""), call("a", OUTPUT_TOOL, PLAN), text(PLAN)]);
        let agent = agent.tool(echo("echo")).output::<Plan>().build().expect("an agent");
        agent.run("Go").on(&runtime(&model)).await.expect("an answer");
        let Some(Message::User(told)) = model.asked()[1].messages.last().cloned() else {
            panic!("a correction")
        };
        assert!(told.parts[0].as_text().is_some_and(|it| it.contains(word)), "{told:?}");
    }
}

#[tokio::test]
async fn behaviour_35_a_second_empty_answer_ends_the_run() {
    let model = Scripted::new("test:model", [thinks(), text(""), text("no")]);
    let agent = agent().build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("nothing was said");
    assert!(matches!(error.kind(), ErrorKind::Empty), "{error:?}");
    assert_eq!(model.asked().len(), 2);
    assert_closed(error.history());
}

#[tokio::test]
async fn behaviour_35_where_none_is_an_answer_to_say_nothing_is_to_give_it() {
    let silent = |step| Scripted::new("test:model", [step, text("no")]);
    for model in [silent(text("")), silent(thinks())] {
        let rt = runtime(&model);
        let plan = agent().output::<Option<Plan>>().build().expect("an agent");
        assert_eq!(plan.run("Go").on(&rt).await.expect("an answer").output, None);
        assert_eq!(model.asked().len(), 1, "nothing is asked again");
    }
    let model = silent(text(""));
    let words = agent().output::<Option<String>>().build().expect("an agent");
    let answer = words.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!((answer.output, model.asked().len()), (None, 1));
    // Where it was cut, nobody knows what would have been said.
    let mut cut = reply(vec![]);
    cut.finish_reason = FinishReason::Length;
    let model = silent(Step::Reply(cut));
    let error = words.run("Go").on(&runtime(&model)).await.expect_err("cut");
    assert!(matches!(error.kind(), ErrorKind::OutputTruncated), "{error:?}");
}

#[tokio::test]
async fn an_optional_answer_is_given_in_every_way_that_one_is_asked_for() {
    let null = r#"{"value":null}"#;
    let whole = format!(r#"{{"value":{PLAN}}}"#);
    for (step, expected) in [
        (text(null), None),
        (text(&whole), Some(plan())),
        (text("null"), None),
        (call("a", OUTPUT_TOOL, null), None),
        (call("a", OUTPUT_TOOL, &whole), Some(plan())),
    ] {
        let mode = if matches!(&step, Step::Reply(it) if it.tool_calls().next().is_some()) {
            OutputMode::Tool
        } else {
            OutputMode::Native
        };
        let model = Scripted::new("test:model", [step]);
        let agent = agent().output_mode(mode).output::<Option<Plan>>().build().expect("one");
        let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
        assert_eq!(answer.output, expected);
    }
    let (none, tools) = handed_in::<Option<Titled>>("_nothing", "{}").await;
    assert_eq!((none, tools.len()), (None, 3), "one for each, and one for none");
    let model = Scripted::new("test:model", [text("Hello")]);
    let words = agent().output::<Option<String>>().build().expect("an agent");
    let answer = words.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.output.as_deref(), Some("Hello"));
}

/// A reply that ended at the limit of tokens.
fn cut(parts: Vec<Part>) -> Step {
    let mut cut = reply(parts);
    cut.finish_reason = FinishReason::Length;
    Step::Reply(cut)
}

fn calling(name: &str, arguments: &str) -> Vec<Part> {
    vec![Part::ToolCall(ToolCall::new("a", name, arguments))]
}

#[tokio::test]
async fn behaviour_36_an_answer_that_was_cut_while_it_was_handed_in_ends_the_run_and_says_so() {
    for name in [OUTPUT_TOOL, "final_answer_Refund"] {
        let model = Scripted::new("test:model", [cut(calling(name, r#"{"cents":1"#)), text("no")]);
        let agent = by_tool().output::<Plain>().build().expect("an agent");
        let error = agent.run("Go").on(&runtime(&model)).await.expect_err("it was cut");
        assert!(matches!(error.kind(), ErrorKind::OutputTruncated), "{error:?}");
        let told = error.to_string();
        assert!(told.contains("limit of output tokens") && told.contains("`max_tokens`"), "{told}");
        assert_eq!(model.asked().len(), 1, "asking again would be cut again");
        assert_closed(error.history());
    }
}

/// A tool is another matter: a shorter call may do.
#[tokio::test]
async fn behaviour_36_a_tool_whose_call_was_cut_does_not_run_and_the_model_is_told_until_it_is_enough()
 {
    let model = Scripted::new("test:model", (0..9).map(|_| cut(calling("echo", r#"{"n":"#))));
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("it is always cut");
    let ErrorKind::ToolCorrections { limit: 2, .. } = error.kind() else { panic!("{error:?}") };
    let told = contents(error.history());
    assert!(told.iter().all(|it| it.contains("limit of output tokens")), "{told:?}");
    assert_eq!(model.asked().len(), 3);
    assert_closed(error.history());
}

#[tokio::test]
async fn behaviour_36_what_is_whole_at_the_limit_runs_and_is_taken() {
    let first = cut(calling("echo", r#"{"n":1}"#));
    let last = cut(calling("final_answer_Refund", r#"{"cents":5}"#));
    let model = Scripted::new("test:model", [first, last]);
    let agent = by_tool().tool(echo("echo")).output::<Plain>().build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.output, Plain::Refund { cents: 5 });
    assert_eq!(contents(&answer.messages)[0], "got 1");
}

#[tokio::test]
async fn behaviour_36_nothing_at_the_limit_is_an_error_and_no_retry() {
    let model = Scripted::new("test:model", [cut(vec![]), text("no")]);
    let agent = agent().build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("nothing was said");
    assert!(matches!(error.kind(), ErrorKind::OutputTruncated), "{error:?}");
    assert_eq!(model.asked().len(), 1);
}
