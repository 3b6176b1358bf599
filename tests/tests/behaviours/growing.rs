//! Typed answers while they arrive: what is shown of them, what it costs, and what looks at it.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastroai::AgentOutput;
use fastroai::agent::RunStream;
use fastroai::prelude::*;
use fastroai::providers::{Delta, ModelError, Part, ToolCall};
use fastroai::run::OutputMode;
use fastroai_providers::error::ProviderFault;
use futures_util::StreamExt;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;
use tests::growth::has_grown;
use tests::scripted::{Scripted, Step, call, reply, text};

use super::stage::{MODEL, REPLY, agent, echo, runtime};

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
enum Action {
    /// Give the money back.
    Refund {
        cents: u32,
        why: String,
    },
    Visit {
        city: String,
    },
}

/// A reply that comes letter by letter.
fn slowly(said: &str) -> Step {
    let letters = said.chars().map(|letter| Part::text(letter.to_string()));
    Step::Paced(Duration::from_millis(1), reply(letters.collect()))
}

/// A call of which the arguments come in these pieces.
fn in_pieces(name: &str, pieces: &[&str]) -> Step {
    let deltas = pieces.iter().map(|piece| {
        let fragment = (*piece).to_owned();
        Delta::Arguments { index: 0, fragment }
    });
    let begins = Delta::ToolCall { index: 0, name: name.to_owned() };
    let whole = Part::ToolCall(ToolCall::new("a", name, pieces.concat()));
    Step::PacedDeltas(
        Duration::from_millis(1),
        std::iter::once(begins).chain(deltas).collect(),
        reply(vec![whole]),
    )
}

/// The events that are neither cost nor end, in words.
async fn shown<T>(stream: RunStream<'_, T>) -> Vec<String> {
    let word = |event: AgentEvent<T>| match event {
        AgentEvent::Text(text) => Some(format!("text {text}")),
        AgentEvent::Partial(value) => Some(value.to_string()),
        AgentEvent::Restarted => Some("restarted".to_owned()),
        AgentEvent::ToolCall(call) => Some(format!("call {}", call.name)),
        AgentEvent::ToolResult(_) => Some("result".to_owned()),
        _ => None,
    };
    let words = stream.map(|event| word(event.expect("no error")));
    words.filter_map(std::future::ready).collect().await
}

#[tokio::test(start_paused = true)]
async fn a_variant_is_shown_as_itself_however_it_comes() {
    let pieces = [r#"{"cents":1"#, "20,", r#""why":"It br"#, r#"oke"}"#];
    let step = in_pieces("final_answer_Refund", &pieces);
    let rt = runtime(&Scripted::new(MODEL, [step]));
    let agent = agent().output::<Action>();
    let by_tool = agent.output_mode(OutputMode::Tool).build().expect("an agent");
    let seen = shown(by_tool.run("Go").on(&rt).stream()).await;
    let refund = |fields: &str| format!(r#"{{"Refund":{fields}}}"#);
    let steps = [
        "{}",
        r#"{"cents":120}"#,
        r#"{"cents":120,"why":"It br"}"#,
        r#"{"cents":120,"why":"It broke"}"#,
    ];
    assert_eq!(seen, steps.map(refund), "a number is shown when it is known to be whole");

    let said = r#"{"value":{"Refund":{"cents":120,"why":"It broke"}}}"#;
    let rt = runtime(&Scripted::new(MODEL, [slowly(said)]));
    let native = super::stage::agent().output::<Action>().build().expect("an agent");
    let seen = shown(native.run("Go").on(&rt).stream()).await;
    assert!(seen.contains(&refund(r#"{"cents":120,"why":"It b"}"#)), "{seen:?}");
    assert!(seen.iter().all(|it| !it.contains("value")), "the wrapper is not shown: {seen:?}");
}

#[tokio::test(start_paused = true)]
async fn what_a_model_says_beside_a_typed_answer_comes_as_text() {
    let said = Part::text("Let me hand it in.");
    let answer = Part::ToolCall(ToolCall::new("a", "final_answer_Visit", r#"{"city":"Porto"}"#));
    let first = Step::Paced(
        Duration::from_millis(1),
        reply(vec![
            Part::text("I look."),
            Part::ToolCall(ToolCall::new("b", "echo", r#"{"n":1}"#)),
        ]),
    );
    let last = Step::Paced(Duration::from_millis(1), reply(vec![said, answer]));
    let rt = runtime(&Scripted::new(MODEL, [first, last]));
    let agent = agent().output_mode(OutputMode::Tool).tool(echo("echo")).output::<Action>();
    let agent = agent.build().expect("an agent");
    let seen = shown(agent.run("Go").on(&rt).stream()).await;
    let visit = r#"{"Visit":{"city":"Porto"}}"#;
    assert_eq!(seen, ["text I look.", "call echo", "result", "text Let me hand it in.", visit]);
}

#[tokio::test(start_paused = true)]
async fn behaviour_42_a_validator_sees_parts_and_then_the_whole_once_and_last() {
    let model = Scripted::new(MODEL, [slowly(r#"{"value":[1,2,3]}"#)]);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let agent = agent()
        .output::<Vec<u32>>()
        .validate(move |numbers, context| {
            noted.lock().expect("no panic").push((context.partial, numbers.clone()));
            // A part that is refused is not shown, and nothing else comes of it.
            if context.partial && numbers.len() == 2 {
                return Err(OutputError::retry("not two"));
            }
            Ok(())
        })
        .build()
        .expect("an agent");
    let rt = runtime(&model);
    let words = shown(agent.run("Go").on(&rt).stream()).await;
    assert_eq!(words, ["[]", "[1]", "[1,2,3]"]);
    let mut seen = seen.lock().expect("no panic").clone();
    assert_eq!(seen.pop(), Some((false, vec![1, 2, 3])), "the whole is the last");
    assert!(seen.len() >= 3 && seen.iter().all(|(partial, _)| *partial), "{seen:?}");
    assert_eq!(model.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn text_that_a_validator_did_not_take_is_void_before_the_next_is_shown() {
    let model = Scripted::new(MODEL, [text("hello"), text("HELLO")]);
    let agent =
        agent().validate(
            |text, _| {
                if text == "HELLO" { Ok(()) } else { Err(OutputError::retry("louder")) }
            },
        );
    let agent = agent.build().expect("an agent");
    let rt = runtime(&model);
    let seen = shown(agent.run("Go").on(&rt).stream()).await;
    assert_eq!(seen, ["text hello", "restarted", "text HELLO"]);
}

#[tokio::test]
async fn an_output_function_is_called_once_though_the_answer_is_streamed() {
    let called = super::stage::Counter::default();
    let counted = called.clone();
    let agent = agent()
        .output::<Vec<u32>>()
        .output_fn(move |numbers: Vec<u32>| {
            counted.raise();
            Ok::<_, OutputError>(numbers.len())
        })
        .build()
        .expect("an agent");
    let rt = runtime(&Scripted::new(MODEL, [slowly(r#"{"value":[1,2,3]}"#)]));
    let mut stream = agent.run("Go").on(&rt).stream();
    let mut last = None;
    while let Some(event) = stream.next().await {
        if let AgentEvent::Done(response) = event.expect("no error") {
            last = Some(response.output);
        }
    }
    assert_eq!((last, called.get()), (Some(3), 1));
}

#[tokio::test(start_paused = true)]
async fn the_running_bill_is_told_after_each_attempt_and_each_tool_that_costs() {
    use fastroai::money::Cost;
    use fastroai::tool::{FunctionTool, ToolCost, ToolOptions};
    let fault = ModelError::provider_fault(ProviderFault::Overloaded, "busy").with_status(529);
    let steps = [Step::Fail(fault), call("a", "paid", r#"{"n":1}"#), text("Done")];
    let rt = runtime(&Scripted::new(MODEL, steps));
    let paid = FunctionTool::new("paid", "Costs.", |_: super::stage::Number, _| async {
        Ok::<_, ToolError>("paid".to_owned())
    });
    let options =
        ToolOptions { cost: ToolCost::Each(Cost::from_microdollars(100)), ..ToolOptions::DEFAULT };
    let agent = agent().tool(paid.options(options)).tool(echo("echo")).build().expect("one");
    let stream = agent.run("Go").on(&rt).stream();
    let costs = stream.filter_map(|event| async {
        match event.expect("no error") {
            AgentEvent::Cost(total) => Some(total.known().microdollars()),
            _ => None,
        }
    });
    let costs: Vec<_> = costs.collect().await;
    assert_eq!(REPLY.microdollars(), 15);
    assert_eq!(costs, [0, 15, 115, 130]);
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-1_000_000_000_000_i64..1_000_000_000_000).prop_map(Value::from),
        (-1.0e9..1.0e9).prop_map(|number: f64| Value::from((number * 1e3).round() / 1e3)),
        Just(Value::from(1.5e300)),
        "[a-z\"\\\\\n{}\\[\\]0-9é😀]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z\"0-9é]{0,5}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// As models write it that escape all that is not ASCII.
fn escaped(json: &str) -> String {
    let mut out = String::new();
    for letter in json.chars() {
        if letter.is_ascii() {
            out.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// The text is cut after every letter: each cut is looked at, and none goes back.
    #[test]
    fn wherever_the_json_is_cut_what_is_shown_only_ever_grows(
        value in json(),
        escapes in any::<bool>(),
        fence in any::<bool>(),
    ) {
        let whole = serde_json::json!({ "value": value });
        let mut said = if escapes { escaped(&whole.to_string()) } else {
            serde_json::to_string_pretty(&whole).expect("text")
        };
        if fence {
            said = format!("```json\n{said}\n```");
        }
        let runtime_of_tokio = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        let (parts, output) = runtime_of_tokio.block_on(async {
            let rt = runtime(&Scripted::new(MODEL, [slowly(&said)]));
            let agent = agent().output::<Value>().build().expect("an agent");
            let mut stream = agent.run("Go").on(&rt).stream();
            let (mut parts, mut output) = (Vec::new(), None);
            while let Some(event) = stream.next().await {
                match event.expect("no error") {
                    AgentEvent::Partial(part) => parts.push(part),
                    AgentEvent::Done(response) => output = Some(response.output),
                    AgentEvent::Restarted => panic!("nothing begins anew"),
                    _ => {}
                }
            }
            (parts, output.expect("an end"))
        });
        prop_assert_eq!(&output, &value);
        for (from, to) in parts.iter().zip(parts.iter().skip(1)) {
            prop_assert!(from != to && has_grown(from, to), "{} became {}", from, to);
        }
        if let Some(last) = parts.last() {
            prop_assert!(has_grown(last, &output), "{} became {}", last, output);
        }
        let holds_something = value.as_array().is_some_and(|items| !items.is_empty());
        prop_assert!(!holds_something || !parts.is_empty(), "a list is shown as it comes");
    }
}

/// A schema is asked of the type, so that no one has to name it.
#[test]
fn plain_json_has_a_schema_too() {
    assert!(<Value as AgentOutput>::schema().is_some());
}
