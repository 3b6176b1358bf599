//! What to say next: which tools to call, and what to make of their results.

use crate::error::ModelError;
use crate::message::{Message, ToolCall, ToolMessage, ToolOutcome, ToolResult, UserPart};
use crate::request::{Request, ToolChoice, ToolDefinition};
use crate::response::{Part, Response};

use super::sample::sample;

/// What each answer begins with, so that nobody takes it for a model's.
const LABEL: &str = "[offline demo model]";

/// How the ids of the calls begin; a number follows.
const CALL: &str = "offline_call_";

/// The longest text that an answer quotes, in characters.
const QUOTE_LIMIT: usize = 200;

/// The tools to call now: those on offer that have not been called since the user last spoke.
pub(super) fn calls(request: &Request<'_>, seed: u32) -> Result<Vec<ToolCall>, ModelError> {
    request.check_allowed()?;
    let tools = || request.allowed_tools().map(AsRef::as_ref);
    let turn = turn(request.messages);
    let called = |tool: &ToolDefinition| calls_in(turn).any(|call| call.name == tool.name);
    let fresh = || tools().filter(|tool| !called(tool));
    let mut chosen: Vec<&ToolDefinition> = match request.tool_choice {
        ToolChoice::None => vec![],
        ToolChoice::Auto | ToolChoice::Allowed { required: false, .. } => fresh().collect(),
        ToolChoice::Required | ToolChoice::Allowed { .. } => {
            let fresh: Vec<_> = fresh().collect();
            if fresh.is_empty() { tools().last().into_iter().collect() } else { fresh }
        }
        ToolChoice::Named(name) => tools().filter(|tool| tool.name == *name).take(1).collect(),
    };
    if chosen.is_empty() {
        match request.tool_choice {
            ToolChoice::Required => {
                return Err(ModelError::config("a tool call is required, but no tool is offered"));
            }
            ToolChoice::Named(_) => {
                return Err(ModelError::config(
                    "the tool that must be called is not among those offered",
                ));
            }
            ToolChoice::Auto | ToolChoice::None | ToolChoice::Allowed { .. } => {}
        }
    }
    if request.settings.parallel_tool_calls == Some(false) {
        chosen.truncate(1);
    }
    let first = next_call(request.messages);
    let number = |(tool, number): (&ToolDefinition, u64)| {
        ToolCall::new(
            format!("{CALL}{number}"),
            &tool.name,
            sample(tool.parameters.as_value(), seed).to_string(),
        )
    };
    Ok(chosen.into_iter().zip(first..).map(number).collect())
}

/// The answer, once the tools have been called.
pub(super) fn text(messages: &[Message]) -> String {
    let results: Vec<String> = results_in(turn(messages)).map(report).collect();
    if !results.is_empty() {
        return format!("{LABEL} {}.", results.join("; "));
    }
    match prompt(messages) {
        Some(prompt) => format!("{LABEL} You said: {}", quote(&prompt)),
        None => format!("{LABEL} You said nothing."),
    }
}

/// An id for the next reply: the place it takes among the conversation's replies.
pub(super) fn reply_id(messages: &[Message]) -> String {
    let before = messages.iter().filter(|message| matches!(message, Message::Assistant(_)));
    format!("offline_reply_{}", before.count().saturating_add(1))
}

/// The words of a whole request: what this model calls input tokens.
pub(super) fn words_read(request: &Request<'_>) -> u64 {
    let instructions = request.instructions.map_or(0, count);
    let tools = request.tools.iter().map(|tool| {
        count(&tool.name) + count(&tool.description) + count(tool.parameters.as_raw().get())
    });
    let messages = request.messages.iter().map(|message| match message {
        Message::User(user) => user.parts.iter().filter_map(UserPart::as_text).map(count).sum(),
        Message::Assistant(response) => words_written(response),
        Message::Tool(tool) => tool.results.iter().map(|result| count(&result.content)).sum(),
    });
    instructions + tools.chain(messages).sum::<u64>()
}

/// The words of a reply: what this model calls output tokens.
pub(super) fn words_written(response: &Response) -> u64 {
    let words = response.parts.iter().map(|part| match part {
        Part::Text { text, .. } | Part::Refusal { text } => count(text),
        Part::ToolCall(call) => count(&call.name) + count(&call.arguments),
        Part::Reasoning(_) | Part::Provider { .. } => 0,
    });
    words.sum()
}

fn count(text: &str) -> u64 {
    text.split_whitespace().map(|_| 1).sum()
}

/// What was said since the user last spoke. A correction by the runtime is no new question.
fn turn(messages: &[Message]) -> &[Message] {
    let asks = |message: &Message| {
        matches!(message, Message::User(user)
            if user.parts.iter().any(|part| !matches!(part, UserPart::Correction { .. })))
    };
    let start = messages.iter().rposition(asks).map_or(0, |last| last.saturating_add(1));
    messages.get(start..).unwrap_or_default()
}

fn prompt(messages: &[Message]) -> Option<String> {
    messages.iter().rev().find_map(|message| match message {
        Message::User(user) => {
            Some(user.parts.iter().filter_map(UserPart::as_text).collect::<Vec<_>>().join(" "))
        }
        _ => None,
    })
}

fn calls_in(messages: &[Message]) -> impl Iterator<Item = &ToolCall> {
    let replies = messages.iter().filter_map(|message| match message {
        Message::Assistant(response) => Some(response),
        _ => None,
    });
    replies.flat_map(Response::tool_calls)
}

fn results_in(messages: &[Message]) -> impl Iterator<Item = &ToolResult> {
    let all = messages.iter().filter_map(|message| match message {
        Message::Tool(ToolMessage { results, .. }) => Some(results),
        _ => None,
    });
    all.flatten()
}

fn report(result: &ToolResult) -> String {
    let verb = match result.outcome {
        ToolOutcome::Success => "returned",
        ToolOutcome::Retry => "asked for other arguments:",
        ToolOutcome::Failed => "failed:",
        ToolOutcome::Interrupted => "was interrupted:",
    };
    format!("{} {verb} {}", result.name, quote(&result.content))
}

fn quote(text: &str) -> String {
    let mut quote: String = text.chars().take(QUOTE_LIMIT).collect();
    if quote.len() < text.len() {
        quote.push('…');
    }
    quote
}

/// One more than the highest number among this model's calls, so that no id comes twice even
/// where the beginning of a conversation was dropped.
fn next_call(messages: &[Message]) -> u64 {
    let numbers = calls_in(messages).filter_map(|call| call.id.strip_prefix(CALL)?.parse().ok());
    numbers.max().unwrap_or(0u64).saturating_add(1)
}
