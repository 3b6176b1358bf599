//! What a run writes to the trace.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use fastroai::providers::ModelError;
use fastroai::{ErrorKind, ToolError};
use fastroai_providers::error::ProviderFault;
use tests::scripted::{Scripted, Step, call, text};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use super::stage::{agent, runtime, tool};

/// The fields of each span, by the span's name.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<BTreeMap<u64, BTreeMap<String, String>>>>);

impl Spans {
    /// The fields of all spans of this name.
    fn named(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        let spans = self.0.lock().expect("no panic");
        spans.values().filter(|fields| fields["name"] == name).cloned().collect()
    }

    fn note(&self, id: &Id, name: Option<&str>, write: impl FnOnce(&mut Fields<'_>)) {
        let mut spans = self.0.lock().expect("no panic");
        let fields = spans.entry(id.into_u64()).or_default();
        if let Some(name) = name {
            fields.insert("name".to_owned(), name.to_owned());
        }
        write(&mut Fields(fields));
    }
}

struct Fields<'a>(&'a mut BTreeMap<String, String>);

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        let name = attributes.metadata().name();
        self.note(id, Some(name), |fields| attributes.record(fields));
    }
    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        self.note(id, None, |fields| values.record(fields));
    }
}

#[tokio::test]
async fn behaviour_22_a_failed_run_says_so_on_its_spans_and_the_error_comes_through() {
    let spans = Spans::default();
    let _guard =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(spans.clone()));
    let refused = ModelError::provider_fault(ProviderFault::Authentication, "the key is unknown");
    let model = Scripted::new("test:model", [Step::Fail(refused.with_code("invalid_api_key"))]);
    let agent = agent().name("Traveller").build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("no key");
    assert!(matches!(error.kind(), ErrorKind::Model(_)), "{error:?}");
    let [run] = &spans.named("invoke_agent")[..] else { panic!("one run") };
    assert_eq!(
        (run["error.type"].as_str(), run["otel.status_code"].as_str()),
        ("provider", "ERROR")
    );
    assert_eq!(run["fastroai.run.id"], error.run_id());
    let [chat] = &spans.named("chat")[..] else { panic!("one request") };
    assert_eq!(chat["error.type"], "invalid_api_key");
}

#[tokio::test]
async fn behaviour_22_a_failed_tool_is_recorded_without_its_text_while_the_run_goes_well() {
    let spans = Spans::default();
    let _guard =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(spans.clone()));
    let model = Scripted::new("test:model", [call("a", "broken", r#"{"n":1}"#), text("Done")]);
    let broken = tool("broken", |_, _| async { Err(ToolError::new("password hunter2")) });
    let agent = agent().tool(broken).build().expect("an agent");
    agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    let [tool] = &spans.named("execute_tool")[..] else { panic!("one tool") };
    assert_eq!(tool["error.type"], "failed");
    assert!(!format!("{tool:?}").contains("hunter2"));
    let [run] = &spans.named("invoke_agent")[..] else { panic!("one run") };
    assert_eq!(run.get("error.type"), None);
}

#[tokio::test]
async fn behaviour_22_a_run_that_nobody_traces_has_an_id_all_the_same() {
    let model = Scripted::new("test:model", [text("Done")]);
    let agent = agent().build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert!(!answer.run_id.is_empty());
}

#[tokio::test]
async fn the_spans_of_a_run_say_which_conversation_it_is_of_and_what_it_was_labelled_with() {
    let spans = Spans::default();
    let _guard =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(spans.clone()));
    let model = Scripted::new("test:model", [text("Done"), text("Done")]);
    let rt = runtime(&model);
    let agent = agent().build().expect("an agent");
    let call = agent.run("Go").conversation_id("c-7").metadata("tenant", "acme");
    call.on(&rt).await.expect("an answer");
    agent.run("Go").on(&rt).await.expect("an answer");
    let [labelled, bare] = &spans.named("invoke_agent")[..] else { panic!("two runs") };
    assert_eq!(labelled["gen_ai.conversation.id"], "c-7");
    assert_eq!(labelled["fastroai.metadata"], r#"{"tenant":"acme"}"#);
    assert_eq!((bare.get("gen_ai.conversation.id"), bare.get("fastroai.metadata")), (None, None));
    assert_eq!(spans.named("chat")[0]["gen_ai.conversation.id"], "c-7");
}
