//! Assertions that say what was expected and what came.

use std::fmt::Write as _;

use fastroai_providers::ToolCall;
use serde_json::Value;

use super::{Transcript, diff};
use crate::agent::{AgentResponse, ToolCallRecord};
use crate::error::Error;
use crate::money::{Bill, Cost};

/// Where [`assert_tool_calls!`](crate::assert_tool_calls) finds the calls: a response, or a
/// transcript.
pub trait ToolCalls {
    /// The name and arguments of each call, in order.
    fn tool_calls(&self) -> Vec<(&str, &str)>;
}

impl<T> ToolCalls for AgentResponse<T> {
    fn tool_calls(&self) -> Vec<(&str, &str)> {
        self.tool_calls.tool_calls()
    }
}

impl ToolCalls for Vec<ToolCallRecord> {
    fn tool_calls(&self) -> Vec<(&str, &str)> {
        self.iter().map(|call| (call.name.as_str(), call.arguments.as_str())).collect()
    }
}

impl ToolCalls for Transcript {
    fn tool_calls(&self) -> Vec<(&str, &str)> {
        let calls = self.tool_calls();
        calls.into_iter().map(|ToolCall { name, arguments, .. }| (&**name, &**arguments)).collect()
    }
}

impl<T: ToolCalls + ?Sized> ToolCalls for &T {
    fn tool_calls(&self) -> Vec<(&str, &str)> {
        T::tool_calls(self)
    }
}

/// A call that a test expects.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedCall {
    name: String,
    /// `None` where any will do.
    arguments: Option<Value>,
}

impl ExpectedCall {
    /// A call of this tool, with whatever arguments.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), arguments: None }
    }

    /// With just these arguments; the order of fields does not matter.
    #[must_use]
    pub fn with(mut self, arguments: Value) -> Self {
        self.arguments = Some(arguments);
        self
    }
}

/// Holds an answer, or a [`Transcript`], to these tool calls in this order. With braces the
/// arguments must be these, in whatever order of fields; without, any will do.
///
/// ```
/// use fastroai::prelude::*;
/// use fastroai::testing::{Reply, ScriptedModel, assert_tool_calls, with_model};
///
/// /// Current weather for a city.
/// #[safe_tool]
/// async fn weather(city: String) -> String {
///     format!("rain in {city}")
/// }
///
/// /// You are a travel assistant.
/// #[agent(model = "openai:gpt-4o-mini", tools = [weather])]
/// struct Travel;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// let model = ScriptedModel::new([
///     Reply::call("weather", serde_json::json!({"city": "Lisbon"})),
///     Reply::call("weather", serde_json::json!({"city": "Porto"})),
///     Reply::text("Rain."),
/// ]);
/// let answer = with_model(model, Travel.run("How is the weather?")).await?;
/// assert_tool_calls!(answer, [weather { "city": "Lisbon" }, weather]);
/// # Ok(()) }
/// ```
///
/// A name that is no identifier is written as a string: `["get-weather" { "city": "Lisbon" }]`.
///
/// # Panics
/// Where other tools were called: with the difference, one line for each call.
#[macro_export]
macro_rules! assert_tool_calls {
    ($calls:expr, [$($tool:tt $({ $($arguments:tt)* })?),* $(,)?] $(,)?) => {
        $crate::testing::hold_tool_calls(
            &$calls,
            &[$(
                $crate::testing::ExpectedCall::new($crate::assert_tool_calls!(@name $tool))
                    $(.with($crate::__private::json!({ $($arguments)* })))?
            ),*],
        )
    };
    (@name $tool:ident) => {
        ::core::stringify!($tool)
    };
    (@name $tool:literal) => {
        $tool
    };
}

/// What [`assert_tool_calls!`](crate::assert_tool_calls) does, for calls that are made by code.
///
/// # Panics
/// Where other tools were called.
#[track_caller]
#[expect(clippy::panic, reason = "this is how a test fails")]
pub fn hold_tool_calls(calls: &impl ToolCalls, expected: &[ExpectedCall]) {
    let called = calls.tool_calls();
    let fits = called.len() == expected.len()
        && called.iter().zip(expected).all(|(called, expected)| is_met(expected, *called));
    if fits {
        return;
    }
    let (mut before, mut after) = (String::new(), String::new());
    for (name, arguments) in &called {
        // Writing to a string cannot fail.
        let _ = writeln!(after, "{name} {}", plain(arguments));
    }
    for (place, call) in expected.iter().enumerate() {
        // What is met is written as what came, so that only the rest differs.
        let met = called.get(place).filter(|called| is_met(call, **called));
        let arguments = match (met, &call.arguments) {
            (Some((_, arguments)), _) => plain(arguments),
            (None, Some(arguments)) => arguments.to_string(),
            (None, None) => "…".to_owned(),
        };
        let _ = writeln!(before, "{} {arguments}", call.name);
    }
    panic!(
        "the tools were not called as expected (`-` is expected, `+` was called):\n\n{}",
        diff::lines(&before, &after)
    );
}

fn is_met(expected: &ExpectedCall, (name, arguments): (&str, &str)) -> bool {
    let same = |expected: &Value| {
        serde_json::from_str::<Value>(arguments).is_ok_and(|arguments| arguments == *expected)
    };
    expected.name == name && expected.arguments.as_ref().is_none_or(same)
}

/// Arguments in one line; what is no JSON as it is, with line ends escaped.
fn plain(arguments: &str) -> String {
    serde_json::from_str::<Value>(arguments)
        .map_or_else(|_| arguments.escape_debug().to_string(), |value| value.to_string())
}

/// Where [`assert_cost_at_most`] finds the bill: an answer, an error, a transcript, or the bill.
pub trait Billed {
    /// The bill.
    fn bill(&self) -> &Bill;
}

impl<T> Billed for AgentResponse<T> {
    fn bill(&self) -> &Bill {
        &self.bill
    }
}

impl Billed for Error {
    fn bill(&self) -> &Bill {
        self.bill()
    }
}

impl Billed for Transcript {
    fn bill(&self) -> &Bill {
        &self.bill
    }
}

impl Billed for Bill {
    fn bill(&self) -> &Bill {
        self
    }
}

/// Holds what something cost to a limit. What is not known in full is not within it.
///
/// ```
/// # use fastroai::prelude::*;
/// use fastroai::testing::{Reply, ScriptedModel, assert_cost_at_most, with_model};
/// use fastroai::usd;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # #[cfg(feature = "prices")] {
/// let agent = Agent::builder().model("openai:gpt-4o-mini").build()?;
/// let model = ScriptedModel::new([Reply::text("Hi.").usage(1_000, 20)]).named("openai:gpt-4o-mini");
/// let answer = with_model(model, agent.run("Hello")).await?;
/// assert_cost_at_most(&answer, usd!("0.001"));
/// # }
/// # Ok(()) }
/// ```
///
/// # Panics
/// Where it cost more, or nobody knows: with the bill, line by line.
#[track_caller]
pub fn assert_cost_at_most(billed: &impl Billed, limit: Cost) {
    let bill = billed.bill();
    let total = bill.total();
    assert!(
        total.exact().is_some_and(|cost| cost <= limit),
        "it may cost at most {limit}, but the total is {total}:\n\n{}",
        bill.table()
    );
}
