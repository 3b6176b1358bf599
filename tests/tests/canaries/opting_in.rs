//! Who has content written down, and what it looks like then.

use std::sync::Arc;
use std::time::Duration;

use fastroai::guard::{self, Redactor, Stage, Verdict};
use fastroai::money::Prices;
use fastroai::prelude::*;
use fastroai::providers::{Part, Reasoning};
use fastroai::tool::FunctionTool;
use fastroai::{Message, Runtime, RuntimeBuilder};
use serde_json::{Value, json};
use tests::scripted::{Scripted, Step, call, reply, text};
use tests::spans::{Span, Spans};
use tracing_subscriber::layer::SubscriberExt as _;

const MODEL: &str = "test:one";
const EMAIL: &str = "ada@example.org";

#[derive(serde::Deserialize, JsonSchema)]
struct Word {
    word: String,
}

fn echo() -> FunctionTool {
    FunctionTool::new("echo", "Says it again.", |Word { word }: Word, _run| async move {
        if word == "fail" { Err(ToolError::new("out of order")) } else { Ok(word) }
    })
}

fn script(steps: impl IntoIterator<Item = Step>) -> Scripted {
    Scripted::new(MODEL, steps)
}

fn usual() -> Scripted {
    script([call("a", "echo", r#"{"word": "said"}"#), text("answered")])
}

/// What a run leaves in the trace.
async fn traced(builder: RuntimeBuilder, model: Scripted, capture: Option<bool>) -> Spans {
    let spans = Spans::default();
    let subscriber = tracing_subscriber::registry().with(spans.layer());
    let _guard = tracing::subscriber::set_default(subscriber);
    let on = builder.model(model).prices(Prices::unlisted()).build();
    let mut agent = Agent::builder().name("teller").model(MODEL).instructions("told").tool(echo());
    if let Some(capture) = capture {
        agent = agent.capture_content(capture);
    }
    let call = agent.build().unwrap();
    let _ended = call.run("asked").timeout(Duration::from_secs(9)).on(&on).await;
    spans
}

const CONTENT: [&str; 7] = [
    "gen_ai.system_instructions",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.tool.definitions",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "fastroai.error.detail",
];

fn is_dark(spans: &Spans) -> bool {
    let all = spans.all();
    assert!(all.len() >= 4, "{:?}", spans.paths());
    all.iter().all(|span| CONTENT.iter().all(|field| !span.fields.contains_key(*field)))
}

fn json_of(span: &Span, field: &str) -> Value {
    let text = span.text(field).unwrap_or_else(|| panic!("no {field} in {span:?}"));
    serde_json::from_str(text).unwrap()
}

#[tokio::test(start_paused = true)]
async fn s11_content_is_captured_where_agent_or_runtime_say_so_and_neither_says_no() {
    let runtime = |said: Option<bool>| match said {
        Some(said) => Runtime::builder().capture_content(said),
        None => Runtime::builder(),
    };
    let said = [None, Some(true), Some(false)];
    for (on, agent) in said.into_iter().flat_map(|on| said.map(|agent| (on, agent))) {
        let captured = match (on, agent) {
            (Some(false), _) | (_, Some(false)) => false,
            (on, agent) => on == Some(true) || agent == Some(true),
        };
        let spans = traced(runtime(on), usual(), agent).await;
        assert_eq!(!is_dark(&spans), captured, "the runtime says {on:?}, the agent {agent:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn s11_what_runs_inside_a_dark_agent_is_dark_whatever_it_says_itself() {
    let spans = Spans::default();
    let subscriber = tracing_subscriber::registry().with(spans.layer());
    let _guard = tracing::subscriber::set_default(subscriber);
    for (outer_says, dark) in [(Some(false), true), (None, false)] {
        let own = Runtime::builder().capture_content(true).model(usual()).build();
        let inner = Agent::builder().name("inner").model(MODEL).tool(echo()).capture_content(true);
        let inner = Arc::new(inner.build().unwrap());
        let ask = FunctionTool::new("ask", "Asks.", move |Word { word }: Word, _run| {
            let (inner, own) = (Arc::clone(&inner), own.clone());
            async move { Ok::<_, ToolError>(inner.run(word).on(&own).await?.output) }
        });
        let model = script([call("a", "ask", r#"{"word": "passed on"}"#), text("Done")]);
        let on = Runtime::builder().model(model).build();
        let mut outer = Agent::builder().name("outer").model(MODEL).tool(ask);
        if let Some(says) = outer_says {
            outer = outer.capture_content(says);
        }
        outer.build().unwrap().run("asked").on(&on).await.unwrap();
        let inner = spans.named("invoke_agent inner");
        let told = inner.last().unwrap().fields.contains_key("gen_ai.input.messages");
        assert_eq!(told, !dark, "the outer agent says {outer_says:?}");
        let outer = spans.named("invoke_agent outer");
        assert!(!outer.last().unwrap().fields.contains_key("gen_ai.input.messages"));
    }
}

#[tokio::test(start_paused = true)]
async fn s11_a_run_inside_one_that_is_redacted_is_redacted_whatever_its_own_runtime_says() {
    let spans = Spans::default();
    let subscriber = tracing_subscriber::registry().with(spans.layer());
    let _guard = tracing::subscriber::set_default(subscriber);
    let own = Runtime::builder().capture_content(true).dangerously_capture_unredacted();
    let own = own.model(Scripted::new("test:inner", (0..2).map(|_| text("answered")))).build();
    let inner = Agent::builder().name("inner").model("test:inner").build().unwrap();
    let inner = Arc::new(inner);
    let ask = {
        let (inner, own) = (Arc::clone(&inner), own.clone());
        FunctionTool::new("ask", "Asks.", move |Word { word }: Word, _run| {
            let (inner, own) = (Arc::clone(&inner), own.clone());
            async move { Ok::<_, ToolError>(inner.run(word).on(&own).await?.output) }
        })
    };
    let asked = json!({ "word": format!("mail {EMAIL}") }).to_string();
    let on = Runtime::builder().model(script([call("a", "ask", &asked), text("Done")])).build();
    let outer = Agent::builder().name("outer").model(MODEL).tool(ask).build().unwrap();
    outer.run("asked").on(&on).await.unwrap();
    inner.run(format!("alone {EMAIL}")).on(&own).await.unwrap();
    let told: Vec<String> = spans
        .named("invoke_agent inner")
        .iter()
        .map(|span| span.text("gen_ai.input.messages").unwrap().to_owned())
        .collect();
    assert!(told[0].contains("mail [EMAIL]"), "{told:?}");
    assert!(told[1].contains(EMAIL), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn s11_what_a_guard_replaces_or_withholds_is_not_captured_as_it_was() {
    let spans = Spans::default();
    let subscriber = tracing_subscriber::registry().with(spans.layer());
    let _guard = tracing::subscriber::set_default(subscriber);
    let on = |model| Runtime::builder().model(model).capture_content(true).build();
    for stage in [Stage::Prompt, Stage::ToolArguments, Stage::ToolResult, Stage::Output] {
        for blocks in [false, true] {
            let look = move |text: String| {
                let changed = text.replace("hidden", "shown");
                let verdict = match (text.contains("hidden"), blocks) {
                    (false, _) => Verdict::Allow,
                    (true, true) => Verdict::block("no"),
                    (true, false) => Verdict::replace(changed, "no"),
                };
                async move { Ok(verdict) }
            };
            let secret = |at: Stage| if at == stage { "hidden" } else { "open" };
            let gives = secret(Stage::ToolResult);
            let tool = FunctionTool::new("echo", "Gives.", move |_: Word, _run| async move {
                Ok::<_, ToolError>(gives)
            });
            let arguments = json!({ "word": secret(Stage::ToolArguments) }).to_string();
            let steps = [call("a", "echo", &arguments), text(secret(Stage::Output))];
            let agent = Agent::builder().name("teller").model(MODEL).tool(tool).build().unwrap();
            let guard = guard::from_fn("no", [stage], look);
            let on = on(script(steps));
            let call = agent.run(secret(Stage::Prompt)).guard(guard).on(&on);
            let _ended = call.timeout(Duration::from_secs(9)).await;
        }
        let all = format!("{:?} {:?}", spans.all(), spans.events());
        assert!(!all.contains("hidden"), "{stage:?}: {all}");
        assert!(all.contains("shown"), "{stage:?}: {all}");
    }
}

#[tokio::test(start_paused = true)]
async fn captured_content_has_the_forms_of_the_conventions() {
    let mut thought = Reasoning::default();
    thought.text.push_str("thought");
    let both = reply(vec![
        Part::Reasoning(thought),
        Part::ToolCall(fastroai::providers::ToolCall::new("a", "echo", r#"{"word":"said"}"#)),
    ]);
    let model = script([Step::Reply(both), text("answered")]);
    let spans = traced(Runtime::builder(), model, Some(true)).await;
    let run = spans.one("invoke_agent teller");
    let asked = json!({ "role": "user", "parts": [{ "type": "text", "content": "asked" }] });
    let told = json!([{ "type": "text", "content": "told" }]);
    let answered = json!([{
        "role": "assistant",
        "parts": [{ "type": "text", "content": "answered" }],
        "finish_reason": "stop",
    }]);
    assert_eq!(json_of(&run, "gen_ai.system_instructions"), told);
    assert_eq!(json_of(&run, "gen_ai.input.messages"), json!([asked]));
    assert_eq!(json_of(&run, "gen_ai.output.messages"), answered);
    let chats = spans.named("chat one");
    let parts = json!([
        { "type": "reasoning", "content": "thought" },
        { "type": "tool_call", "id": "a", "name": "echo", "arguments": { "word": "said" } },
    ]);
    assert_eq!(
        json_of(&chats[0], "gen_ai.output.messages"),
        json!([{ "role": "assistant", "parts": parts, "finish_reason": "tool_call" }])
    );
    let gave = json!([{ "type": "tool_call_response", "id": "a", "response": "said" }]);
    assert_eq!(
        json_of(&chats[1], "gen_ai.input.messages"),
        json!([
            asked,
            { "role": "assistant", "parts": parts },
            { "role": "tool", "parts": gave },
        ])
    );
    assert_eq!(json_of(&chats[1], "gen_ai.output.messages"), answered);
    let tool = json!([{ "type": "function", "name": "echo", "description": "Says it again." }]);
    assert_eq!(json_of(&chats[0], "gen_ai.tool.definitions"), tool);
    let ran = spans.one("execute_tool echo");
    assert_eq!(json_of(&ran, "gen_ai.tool.call.arguments"), json!({ "word": "said" }));
    assert_eq!(json_of(&ran, "gen_ai.tool.call.result"), json!("said"));
}

#[tokio::test(start_paused = true)]
async fn defect_44_a_failure_is_recorded_where_it_happened_in_one_tree_of_spans() {
    let failing = [call("a", "echo", r#"{"word": "fail"}"#), Step::Reply(reply(Vec::new()))];
    let empty = Step::Reply(reply(Vec::new()));
    let spans = traced(Runtime::builder(), script(failing.into_iter().chain([empty])), None).await;
    let all = spans.all();
    let roots: Vec<_> = all.iter().filter(|span| span.parent.is_none()).collect();
    assert_eq!(roots.len(), 1, "{:?}", spans.paths());
    assert_eq!(roots[0].text("error.type"), Some("empty"));
    assert_eq!(spans.one("execute_tool echo").text("error.type"), Some("failed"));
    assert!(all.iter().all(|span| span.closed));
}

#[tokio::test(start_paused = true)]
async fn t8_the_text_of_a_tools_error_is_captured_and_redacted_like_all_else() {
    let failing = || script([call("a", "echo", r#"{"word": "fail"}"#), text("Done")]);
    let spans = traced(Runtime::builder(), failing(), Some(true)).await;
    let ran = spans.one("execute_tool echo");
    assert_eq!(ran.text("fastroai.error.detail"), Some("out of order"));
    assert!(format!("{:?}", spans.events()).contains("out of order"));
    let spans = traced(Runtime::builder(), failing(), None).await;
    assert!(!format!("{:?} {:?}", spans.all(), spans.events()).contains("out of order"));

    let redactor = Redactor::of([]).with_pattern("STATE", "out of order").unwrap();
    let spans = traced(Runtime::builder().redactor(redactor), failing(), Some(true)).await;
    let ran = spans.one("execute_tool echo");
    assert_eq!(ran.text("fastroai.error.detail"), Some("[STATE]"));
}

#[tokio::test(start_paused = true)]
async fn s11_long_conversations_are_cut_to_64_kib_for_each_field_and_stay_json() {
    let spans = Spans::default();
    let subscriber = tracing_subscriber::registry().with(spans.layer());
    let _guard = tracing::subscriber::set_default(subscriber);
    let on = Runtime::builder().model(script([text("Done")])).build();
    let agent = Agent::builder().name("teller").model(MODEL).capture_content(true).build().unwrap();
    let long = |n: usize| Message::user(format!("{n} {} {EMAIL}\n\"", "x".repeat(9_000)));
    let history: Vec<Message> = (0..40).map(long).collect();
    agent.run("the latest").messages(history).on(&on).await.unwrap();
    for name in ["invoke_agent teller", "chat one"] {
        let span = spans.one(name);
        let messages = span.text("gen_ai.input.messages").unwrap();
        assert!(messages.len() <= 64 * 1024, "{}", messages.len());
        assert!(messages.len() > 40_000, "{}", messages.len());
        assert!(!messages.contains("ada@"));
        let messages = json_of(&span, "gen_ai.input.messages");
        let messages = messages.as_array().unwrap();
        assert_eq!(messages.last().unwrap()["parts"][0]["content"], "the latest");
        let first = messages[0]["parts"][0]["content"].as_str().unwrap();
        assert_eq!(first, "(earlier messages are left out)");
    }
}
