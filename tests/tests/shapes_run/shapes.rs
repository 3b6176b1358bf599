//! One agent for each shape of tool, each with one tool that a model knows as `get_weather`.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use fastroai::prelude::*;

/// What was called, and with what.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn note(&self, city: &str) -> String {
        self.0.lock().expect("no panic").push(city.to_owned());
        format!("clouds over {city}")
    }

    pub(crate) fn taken(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no panic"))
    }
}

/// Current weather for a city.
#[safe_tool(name = "get_weather", effect = read_only)]
fn blocking(
    /// City name, e.g. "Paris".
    city: String,
    #[context] log: &Log,
) -> String {
    log.note(&city)
}

/// You are a travel assistant.
#[agent(model = "offline:demo", tools = [blocking], max_tokens = 200)]
pub(crate) struct Blocking(Log);

/// Current weather for a city.
#[safe_tool(name = "get_weather")]
#[tracing::instrument(skip(log))]
async fn traced_below(
    /// City name, e.g. "Paris".
    city: String,
    #[context] log: &Log,
) -> String {
    log.note(&city)
}

/// You are a travel assistant.
#[agent(model = "offline:demo", tools = [traced_below], max_tokens = 200)]
pub(crate) struct TracedBelow(Log);

/// Current weather for a city.
#[tracing::instrument(skip(log))]
#[safe_tool(name = "get_weather")]
async fn traced_above(
    /// City name, e.g. "Paris".
    city: String,
    #[context] log: &Log,
) -> String {
    log.note(&city)
}

/// You are a travel assistant.
#[agent(model = "offline:demo", tools = [traced_above], max_tokens = 200)]
pub(crate) struct TracedAbove(Log);

struct Station(Log);

#[toolset]
impl Station {
    /// Current weather for a city.
    #[safe_tool(name = "get_weather")]
    async fn weather(
        &self,
        /// City name, e.g. "Paris".
        city: String,
        #[context] run: RunContext<'_>,
    ) -> String {
        assert_eq!(run.turn(), 1);
        self.0.note(&city)
    }
}

/// You are a travel assistant.
#[agent(model = "offline:demo", tools = [self.0], max_tokens = 200)]
pub(crate) struct Method(Station);

mod app {
    pub(crate) type Outcome<T> = Result<T, std::convert::Infallible>;
    pub(crate) type Maybe<T> = Option<T>;
}

/// Current weather for a city.
#[safe_tool(name = "get_weather")]
async fn w(
    /// City name, e.g. "Paris".
    city: String,
    unit: app::Maybe<String>,
    #[tool(default = 3)] r#in: u8,
    #[context] log: &Log,
) -> app::Outcome<String> {
    assert!(unit.is_none_or(|unit| unit != city) && r#in < 250);
    Ok(log.note(&city))
}

/// You are a travel assistant.
#[agent(model = "offline:demo", tools = [w], max_tokens = 200)]
pub(crate) struct Aliases(Log);

/// You forecast.
#[agent(
    model = "offline:demo",
    description = "Current weather for a city.",
    tool_name = "get_weather",
    max_tokens = 200
)]
async fn forecast(
    /// City name, e.g. "Paris".
    city: &str,
    #[context] log: &Log,
) -> Result<AgentResponse<String>> {
    log.note(city)
}

/// You are a travel assistant.
#[agent(model = "offline:demo", tools = [forecast], max_tokens = 200)]
pub(crate) struct AgentFunction(Log);

/// You forecast.
#[agent(
    model = "offline:demo",
    description = "Current weather for a city.",
    tool_name = "get_weather",
    max_tokens = 200
)]
struct Forecaster;

/// You are a travel assistant.
#[agent(model = "offline:demo", tools = [self.0], max_tokens = 200)]
pub(crate) struct InnerAgent(Forecaster);

macro_rules! made_of_a_log {
    ($($agent:ident: $made:expr),* $(,)?) => { $(
        impl $agent {
            pub(crate) fn new(log: &Log) -> Self {
                let made: fn(Log) -> _ = $made;
                Self(made(log.clone()))
            }
        }
    )* };
}

made_of_a_log! {
    Blocking: |log| log,
    TracedBelow: |log| log,
    TracedAbove: |log| log,
    Method: Station,
    Aliases: |log| log,
    AgentFunction: |log| log,
    InnerAgent: |_| Forecaster,
}

/// Fails twice.
#[safe_tool(effect = idempotent, attempts = 3)]
#[tracing::instrument(skip_all)]
pub(crate) async fn flaky(#[context] tries: &AtomicU32) -> Result<&'static str, &'static str> {
    if tries.fetch_add(1, Ordering::Relaxed) < 2 { Err("not yet") } else { Ok("now") }
}

/// You try.
#[agent(model = "offline:demo", tools = [flaky])]
#[derive(Default)]
pub(crate) struct Flaky(AtomicU32);

/// Whether it is ready.
#[safe_tool(polling)]
pub(crate) async fn is_ready() -> bool {
    false
}

/// Whether it is done.
#[safe_tool(polling = false)]
pub(crate) async fn is_done() -> bool {
    false
}

/// You wait.
#[agent(model = "offline:demo", tools = [is_ready, is_done])]
pub(crate) struct Waiting;
