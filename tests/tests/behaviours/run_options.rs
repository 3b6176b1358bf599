//! What a call may say beside its question: labels, settings, and tools.

use std::sync::{Arc, Mutex};

use fastroai::ErrorKind;
use fastroai::history::Turn;
use fastroai::prelude::*;
use fastroai::providers::ToolOutcome;
use fastroai::tool::{DynTool, DynToolset, ToolOffer};
use fastroai::{Runtime, Settings};
use tests::scripted::{Scripted, call, calls, text};

use super::stage::{Counter, agent, contents, echo, runtime, tool};
use super::transcript::assert_closed;

fn temperature(value: f64) -> Settings {
    Settings { temperature: Some(value), ..Settings::default() }
}

#[tokio::test]
async fn behaviour_54_a_function_of_settings_is_asked_for_each_request_and_its_place_is_kept() {
    let step = || call("a", "echo", r#"{"n":1}"#);
    let model = Scripted::new("test:model", [step(), text("Done"), step(), text("Done")]);
    let rt = runtime(&model);
    let agent = agent()
        .tool(echo("echo"))
        .settings(&Settings { seed: Some(7), max_tokens: Some(100), ..temperature(0.9) })
        .settings_with(|turn| Settings {
            max_tokens: Some(10 * turn.number()),
            ..temperature(0.1 * f64::from(turn.number()))
        })
        .build()
        .expect("an agent");
    let fixed = temperature(0.5);
    agent.run("Go").settings(&fixed).on(&rt).await.expect("an answer");
    let asked = model.asked();
    let sent = |at: usize| {
        let settings = &asked[at].settings;
        (settings.seed, settings.max_tokens, settings.temperature)
    };
    assert_eq!(sent(0), (Some(7), Some(10), Some(0.5)), "what the call says wins");
    assert_eq!(sent(1), (Some(7), Some(20), Some(0.5)));
    let by_turn = |turn: &Turn<'_>| temperature(f64::from(turn.number()));
    agent.run("Go").settings(&fixed).settings_with(by_turn).on(&rt).await.expect("an answer");
    let asked = model.asked();
    assert_eq!(asked[2].settings.temperature, Some(1.0), "its function wins over all");
    assert_eq!(asked[3].settings.temperature, Some(2.0));
    assert_eq!(asked[3].settings.max_tokens, Some(20));
}

#[tokio::test]
async fn behaviour_54_a_functions_settings_go_over_those_of_a_fallback() {
    use fastroai::agent::Fallback;
    use fastroai::providers::ModelError;
    use fastroai_providers::error::ProviderFault;
    use tests::scripted::Step;
    let fault = ModelError::provider_fault(ProviderFault::Authentication, "the key is unknown");
    let first = Scripted::new("test:model", [Step::Fail(fault)]);
    let second = Scripted::new("test:other", [text("Done")]);
    let rt = Runtime::builder().model(first).model(second.clone()).build();
    let careful = Settings { seed: Some(1), ..temperature(0.0) };
    let agent = agent()
        .fallback([Fallback::new("test:other").settings(&careful)])
        .settings_with(|_| temperature(0.3))
        .build()
        .expect("an agent");
    agent.run("Go").on(&rt).await.expect("an answer");
    let settings = &second.asked()[0].settings;
    assert_eq!((settings.seed, settings.temperature), (Some(1), Some(0.3)));
}

#[tokio::test]
async fn behaviour_61_a_prepare_function_hides_and_describes_and_can_do_no_more() {
    let model = Scripted::new("test:model", [text("Done")]);
    let agent = agent()
        .tool(echo("read"))
        .tool(echo("write"))
        .prepare_tools(|_, offer| {
            assert!(offer.hide("write"));
            assert!(!offer.hide("write") && !offer.describe("write", "hidden"));
            assert!(offer.describe("read", "Reads a number."));
        })
        .prepare_tools(|_, offer| {
            let shown: Vec<_> = offer.iter().map(|tool| tool.description.clone()).collect();
            assert_eq!(shown, ["Reads a number."], "the next one sees what the first has left");
        })
        .build()
        .expect("an agent");
    agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(model.asked()[0].tools, ["read"]);
}

#[tokio::test]
async fn behaviour_61_a_tool_that_is_hidden_is_refused_to_a_model_that_calls_it_all_the_same() {
    let ran = Counter::default();
    let counted = ran.clone();
    let secret = tool("secret", move |_, _| {
        counted.raise();
        async { Ok("leaked".to_owned()) }
    });
    let both = calls(&[("a", "secret", r#"{"n":1}"#), ("b", "echo", r#"{"n":2}"#)]);
    let again = call("c", "secret", r#"{"n":3}"#);
    let model = Scripted::new("test:model", [both, again, text("Done")]);
    let agent = agent().tool(secret).tool(echo("echo")).build().expect("an agent");
    let call = agent.run("Go").prepare_tools(|turn, offer| {
        // In the second turn it is on offer.
        if turn.number() == 1 {
            offer.hide("secret");
        }
    });
    let answer = call.on(&runtime(&model)).await.expect("an answer");
    let asked = model.asked();
    assert_eq!(asked[0].tools, ["echo"]);
    assert_eq!(asked[1].tools, ["secret", "echo"]);
    let given = contents(&answer.messages);
    assert_eq!(given, ["There is no such tool. The tools are `echo`.", "got 2", "leaked"]);
    assert_eq!(ran.get(), 1);
    assert_eq!(answer.tool_calls[0].outcome, ToolOutcome::Retry);
    assert_closed(&answer.messages);
}

#[tokio::test]
async fn behaviour_61_what_hands_in_a_typed_answer_cannot_be_hidden() {
    use fastroai::run::{OUTPUT_TOOL, OutputMode};
    let answer = call("a", OUTPUT_TOOL, r#"{"n":1}"#);
    let model = Scripted::new("test:model", [answer]);
    let agent = agent()
        .tool(echo("echo"))
        .output::<super::stage::Number>()
        .output_mode(OutputMode::Tool)
        .prepare_tools(|_, offer| offer.retain(|_| false))
        .build()
        .expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!((answer.output.n, model.asked()[0].tools.len()), (1, 1));
}

#[tokio::test]
async fn behaviour_61_two_tools_of_one_name_are_an_error_that_says_where_both_are_from() {
    let model = Scripted::new("test:model", [text("never asked for")]);
    let rt = runtime(&model);
    let agent = agent().tool(echo("other")).tool(echo("echo")).build().expect("an agent");
    let more = DynToolset::new().with(echo("echo"));
    let error = agent.run("Go").tools(&more).on(&rt).await.expect_err("two of one name");
    assert!(matches!(error.kind(), ErrorKind::Config(_)), "{error:?}");
    assert_eq!(
        error.to_string(),
        "two tools are called `echo`: number 2 of the agent and number 1 of the call: rename one of \
         them, or give its set a prefix"
    );
    assert!(model.asked().is_empty());
}

#[tokio::test]
async fn a_call_adds_tools_leaves_some_out_and_puts_others_in_their_place() {
    let step = call("a", "echo", r#"{"n":1}"#);
    let model = Scripted::new("test:model", [step, text("Done"), text("Done")]);
    let rt = runtime(&model);
    let agent = agent().tool(echo("echo")).tool(echo("other")).build().expect("an agent");
    let louder = DynToolset::new().with(tool("echo", |n, _| async move { Ok(format!("GOT {n}")) }));
    let answer = agent.run("Go").without_tools(["echo"]).tools(&louder).on(&rt).await;
    assert_eq!(contents(&answer.expect("an answer").messages), ["GOT 1"]);
    assert_eq!(model.asked()[0].tools, ["other", "echo"]);
    agent.run("Go").on(&rt).await.expect("an answer");
    assert_eq!(model.asked()[2].tools, ["echo", "other"], "a call's tools end with it");
}

#[tokio::test]
async fn a_call_that_leaves_out_a_tool_that_is_not_there_is_refused() {
    let model = Scripted::new("test:model", [text("never asked for")]);
    let agent = agent().tool(echo("refund")).build().expect("an agent");
    let call = agent.run("Go").without_tools(["refnud"]).on(&runtime(&model));
    let error = call.await.expect_err("a slip of letters");
    assert!(error.to_string().contains("`refnud`"), "{error}");
    assert!(model.asked().is_empty());
}

#[test]
fn a_set_is_filtered_and_prefixed_and_a_tool_renamed() {
    let set = DynToolset::new().with(echo("read_all")).with(echo("write_all"));
    let names = |set: &DynToolset| {
        set.tools().iter().map(|tool| tool.definition().name.clone()).collect::<Vec<_>>()
    };
    let reading = set.filtered(|tool| tool.name.starts_with("read_")).prefixed("files_");
    assert_eq!(names(&reading), ["files_read_all"]);
    let tool: Arc<dyn DynTool> = Arc::new(echo("echo"));
    let renamed = fastroai::tool::BoundTool::from_dyn(tool).renamed("say");
    assert_eq!(renamed.definition().name, "say");
}

#[tokio::test]
async fn labels_are_known_to_tools_and_functions_and_kept_in_the_answer() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (by_tool, by_turn) = (Arc::clone(&seen), Arc::clone(&seen));
    let note = tool("note", move |_, run| {
        let (id, tenant) =
            (run.conversation_id().map(str::to_owned), run.metadata().get("tenant").cloned());
        by_tool.lock().expect("no panic").push((id, tenant));
        async { Ok("noted".to_owned()) }
    });
    let step = call("a", "note", r#"{"n":1}"#);
    let model = Scripted::new("test:model", [step, text("Done")]);
    let agent = agent()
        .tool(note)
        .prepare_tools(move |turn: &Turn<'_>, _: &mut ToolOffer| {
            let (id, tenant) =
                (turn.conversation_id().map(str::to_owned), turn.metadata().get("tenant").cloned());
            by_turn.lock().expect("no panic").push((id, tenant));
        })
        .build()
        .expect("an agent");
    let call = agent.run("Go").conversation_id("c-7").metadata("tenant", "none");
    let answer = call.metadata("tenant", "acme").on(&runtime(&model)).await.expect("an answer");
    let label = (Some("c-7".to_owned()), Some("acme".to_owned()));
    assert_eq!(*seen.lock().expect("no panic"), vec![label; 3]);
    assert_eq!(answer.conversation_id.as_deref(), Some("c-7"));
    assert_eq!(answer.metadata["tenant"], "acme");
    assert!(!format!("{answer:?}").contains("acme"));
}

#[tokio::test]
async fn an_attribute_names_functions_that_are_asked_before_each_request() {
    fn colder(turn: &Turn<'_>) -> Settings {
        temperature(1.0 / f64::from(turn.number()))
    }
    fn nothing(_: &Turn<'_>, offer: &mut ToolOffer) {
        offer.retain(|_| false);
    }
    /// Says a number.
    #[safe_tool]
    async fn number() -> u32 {
        7
    }
    /// Answer.
    #[agent(
        model = "offline:scripted",
        tools = [number],
        settings = colder,
        prepare_tools = nothing,
    )]
    struct Careful;
    let model = Scripted::new("offline:scripted", [call("a", "number", "{}"), text("Done")]);
    Careful.run("Go").on(&runtime(&model)).await.expect("an answer");
    let asked = model.asked();
    assert_eq!(
        (asked[0].settings.temperature, asked[1].settings.temperature),
        (Some(1.0), Some(0.5))
    );
    assert!(asked[0].tools.is_empty());
}

#[tokio::test]
async fn a_hidden_tool_stays_hidden_where_a_run_is_replayed() {
    use fastroai::providers::{Part, Response, ToolCall};
    use fastroai::run::{Event, RunSpec, RunState, ToolSpec, Work};
    let mut spec = RunSpec::default();
    spec.tools = vec![ToolSpec::new("secret")];
    let mut reply = Response::default();
    reply.parts = vec![Part::ToolCall(ToolCall::new("a", "secret", "{}"))];
    let run = |events: Vec<Event>| {
        let mut run = RunState::new(spec.clone(), Vec::new(), "Go");
        for event in events {
            let stored = serde_json::to_string(&event).expect("stored");
            run.feed(serde_json::from_str(&stored).expect("read")).expect("it can have happened");
        }
        run
    };
    let offered = run(vec![Event::Replied { reply: reply.clone() }]);
    assert!(matches!(offered.next(), Work::Tools { .. }));
    let hidden = Event::Offered { hidden: vec!["secret".into()] };
    let hidden = run(vec![hidden, Event::Replied { reply }]);
    assert!(matches!(hidden.next(), Work::Model { turn: 2, .. }), "{hidden:?}");
    assert!(contents(hidden.messages())[0].contains("no such tool"));
}

#[tokio::test]
async fn an_agent_that_a_tool_asks_has_the_labels_of_the_run_around_it() {
    let model = Scripted::new(
        "test:model",
        [call("a", "ask", r#"{"n":1}"#), text("Inside"), text("Outside")],
    );
    let rt = runtime(&model);
    let inner = Arc::new(agent().build().expect("an agent"));
    let seen = Arc::new(Mutex::new(None));
    let note = Arc::clone(&seen);
    let ask = tool("ask", move |_, _| {
        let (inner, note) = (Arc::clone(&inner), Arc::clone(&note));
        async move {
            let answer = inner.run("Go").metadata("depth", "2").await.map_err(ToolError::new)?;
            *note.lock().expect("no panic") = Some((answer.conversation_id, answer.metadata));
            Ok(answer.output)
        }
    });
    let outer = agent().tool(ask).build().expect("an agent");
    let call = outer.run("Go").conversation_id("c-7").metadata("tenant", "acme").on(&rt);
    let answer = call.await.expect("an answer");
    let (id, metadata) = seen.lock().expect("no panic").take().expect("it was asked");
    assert_eq!(id.as_deref(), Some("c-7"));
    let metadata: Vec<_> = metadata.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(metadata, [("depth", "2"), ("tenant", "acme")]);
    assert_eq!(answer.metadata.len(), 1, "what is said inside stays inside");
}
