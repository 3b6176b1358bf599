//! Conversations as they are met: well formed, cut off, and begun with another provider.

use fastroai_providers::message::{ToolMessage, UserMessage, UserPart};
use fastroai_providers::{Message, Part, Reasoning, Response, ToolCall, ToolOutcome, ToolResult};
use serde_json::json;

/// A reply with reasoning in every form that services of this wire have.
pub(crate) const CHAT_REPLY: &str = r#"{
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "a-model",
    "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
        "role": "assistant",
        "content": null,
        "reasoning": "It may rain.",
        "reasoning_content": "It may rain.",
        "reasoning_details": [
            {"type": "reasoning.text", "text": "It may rain.", "signature": "c2lnbmVk", "index": 0},
            {"type": "reasoning.encrypted", "data": "aGlkZGVu", "index": 1}
        ],
        "tool_calls": [{
            "id": "call_1", "type": "function",
            "function": {"name": "weather", "arguments": "{\"city\":\"Lisbon\"}"}
        }]
    }}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
}"#;

/// A reply with reasoning that is shown and encrypted, a search, and a call.
pub(crate) const RESPONSES_REPLY: &str = r#"{
    "id": "resp_1", "object": "response", "model": "gpt-5-mini", "status": "completed",
    "output": [
        {"type": "reasoning", "id": "rs_1", "encrypted_content": "aGlkZGVu",
            "summary": [{"type": "summary_text", "text": "It may rain."}]},
        {"type": "web_search_call", "id": "ws_1", "status": "completed",
            "action": {"type": "search", "query": "weather in Lisbon"}},
        {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": "Let me look.", "annotations": []}]},
        {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "weather",
            "arguments": "{\"city\":\"Lisbon\"}", "status": "completed"}
    ],
    "usage": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
}"#;

/// A reply with thinking that is shown, and thinking that is not.
pub(crate) const MESSAGES_REPLY: &str = r#"{
    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5",
    "content": [
        {"type": "thinking", "thinking": "It may rain.", "signature": "c2lnbmVk"},
        {"type": "redacted_thinking", "data": "aGlkZGVu"},
        {"type": "text", "text": "Let me look.", "citations": null},
        {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Lisbon"}}
    ],
    "stop_reason": "tool_use", "stop_sequence": null,
    "usage": {"input_tokens": 10, "output_tokens": 5}
}"#;

/// A reply with thoughts, code that Google ran, and a call of which the signature goes back.
pub(crate) const GEMINI_REPLY: &str = r#"{
    "candidates": [{"index": 0, "finishReason": "STOP", "content": {"role": "model", "parts": [
        {"text": "It may rain.", "thought": true},
        {"text": "Let me look.", "thoughtSignature": "c2lnbmVk"},
        {"executableCode": {"language": "PYTHON", "code": "print(1)"}},
        {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n"}},
        {"functionCall": {"id": "fc-1", "name": "weather", "args": {"city": "Lisbon"}},
            "thoughtSignature": "c2lnbmVk"}
    ]}}],
    "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 15},
    "modelVersion": "gemini-3-flash-preview", "responseId": "r-1"
}"#;

/// A conversation that goes on after a reply with calls.
pub(crate) fn resumed(reply: Response) -> Vec<Message> {
    let result = |call| ToolResult::new(call, "rain", ToolOutcome::Success);
    let results = reply.tool_calls().map(result).collect();
    vec![ask(), Message::Assistant(reply), Message::tool(results)]
}

/// All of them, each under a name.
pub(crate) fn all() -> Vec<(&'static str, Vec<Message>)> {
    [plain(), tools(), broken(), reasoning()].concat()
}

fn plain() -> Vec<(&'static str, Vec<Message>)> {
    vec![
        ("one question", vec![ask()]),
        (
            "unusual letters",
            vec![Message::user("café 日本 🚀 \u{0} \u{2028} \"quoted\" \\ \t end")],
        ),
        ("two questions in a row", vec![ask(), Message::user("And in Porto?")]),
        ("several turns", vec![ask(), says("Rain."), Message::user("And tomorrow?")]),
        ("a correction", vec![ask(), says("rain"), Message::correction("answer in JSON")]),
        ("a question of two pieces", vec![pieces(&["Here is a text.", "Translate it."])]),
        ("an answer as the first turn", vec![says("How can I help?"), ask()]),
        (
            "an answer in two pieces",
            vec![
                ask(),
                answer(vec![Part::text("Rain, "), Part::text("then sun.")]),
                Message::user("Thanks"),
            ],
        ),
        (
            "a refusal",
            vec![
                ask(),
                answer(vec![Part::Refusal { text: "I will not.".to_owned() }]),
                Message::user("Why?"),
            ],
        ),
    ]
}

fn tools() -> Vec<(&'static str, Vec<Message>)> {
    let call = ToolCall::new("call_1", "weather", r#"{"city":"Lisbon","days":2}"#);
    let other = ToolCall::new("call_2", "time", "{}");
    let third = ToolCall::new("call_3", "weather", r#"{"city":""}"#);
    let fine = ToolResult::new(&call, r#"{"rain":true}"#, ToolOutcome::Success);
    let failed = ToolResult::new(&other, "the tool failed", ToolOutcome::Failed);
    let retry = ToolResult::new(&third, "`city` must not be empty", ToolOutcome::Retry);
    let empty = ToolResult::new(&call, "", ToolOutcome::Success);
    let interrupted = ToolResult::new(&call, "the run ended", ToolOutcome::Interrupted);
    let calls = |calls: &[&ToolCall]| {
        answer(calls.iter().map(|call| Part::ToolCall((*call).clone())).collect())
    };
    let one = vec![ask(), calls(&[&call]), Message::tool(vec![fine.clone()])];
    let mut cut = ToolMessage::default();
    cut.results = vec![interrupted];
    cut.interrupted = true;
    vec![
        ("one call", one.clone()),
        ("a call and its answer", [one.clone(), vec![says("Rain."), ask()]].concat()),
        (
            "two rounds of one call",
            [one, vec![calls(&[&other]), Message::tool(vec![failed.clone()])]].concat(),
        ),
        (
            "text before a call",
            vec![
                ask(),
                answer(vec![Part::text("Let me look."), Part::ToolCall(call.clone())]),
                Message::tool(vec![fine.clone()]),
            ],
        ),
        (
            "parallel calls with errors",
            vec![
                ask(),
                calls(&[&call, &other, &third]),
                Message::tool(vec![fine.clone(), failed, retry]),
                says("Rain."),
                ask(),
            ],
        ),
        (
            "a question after results",
            vec![ask(), calls(&[&call]), Message::tool(vec![fine]), Message::user("Go on.")],
        ),
        ("an empty result", vec![ask(), calls(&[&call]), Message::tool(vec![empty])]),
        ("an interrupted call", vec![ask(), calls(&[&call]), Message::Tool(cut), ask()]),
    ]
}

fn broken() -> Vec<(&'static str, Vec<Message>)> {
    let with_arguments = |arguments: &str| {
        let call = ToolCall::new("call_1", "weather", arguments);
        let result = ToolResult::new(&call, "the arguments are not right", ToolOutcome::Retry);
        vec![ask(), answer(vec![Part::ToolCall(call)]), Message::tool(vec![result])]
    };
    let with_id = |id: &str| {
        let call = ToolCall::new(id, "weather", "{}");
        let result = ToolResult::new(&call, "rain", ToolOutcome::Success);
        vec![ask(), answer(vec![Part::ToolCall(call)]), Message::tool(vec![result])]
    };
    let mut cut = Response::default();
    cut.parts = vec![Part::text("It will r")];
    cut.interrupted = true;
    vec![
        ("arguments cut off", with_arguments(r#"{"city":"Lis"#)),
        ("no arguments", with_arguments("")),
        ("arguments that are an array", with_arguments("[1, 2]")),
        ("arguments that are a string", with_arguments(r#""Lisbon""#)),
        ("arguments that are null", with_arguments("null")),
        ("an id of another provider", with_id("functions.weather:0")),
        ("an empty answer", vec![ask(), answer(vec![]), Message::user("Well?")]),
        ("an answer of empty text", vec![ask(), says(""), Message::user("Well?")]),
        ("an answer of white space", vec![ask(), says(" \n"), Message::user("Well?")]),
        ("an empty piece of a question", vec![pieces(&["", "Hello"])]),
        ("an answer cut off", vec![ask(), Message::Assistant(cut), Message::user("Go on.")]),
    ]
}

fn reasoning() -> Vec<(&'static str, Vec<Message>)> {
    let turn = |provider: &str, signature: Option<&str>, redacted: Option<&str>, text: &str| {
        let mut thought = Reasoning::default();
        thought.text.push_str(text);
        thought.signature = signature.map(str::to_owned);
        thought.redacted = redacted.map(str::to_owned);
        let call = ToolCall::new("call_1", "weather", "{}");
        let result = ToolResult::new(&call, "rain", ToolOutcome::Success);
        let mut reply = Response::default();
        reply.provider = Some(provider.to_owned());
        reply.parts = vec![Part::Reasoning(thought), Part::ToolCall(call)];
        vec![ask(), Message::Assistant(reply), Message::tool(vec![result])]
    };
    let raw = |provider: &str| {
        let block = json!({
            "type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search",
            "input": {"query": "weather in Lisbon"}
        });
        let found =
            json!({"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []});
        let mut reply = Response::default();
        reply.provider = Some(provider.to_owned());
        reply.parts = [block, found]
            .map(|raw| Part::Provider { provider: provider.to_owned(), raw })
            .to_vec();
        reply.parts.push(Part::text("Rain."));
        vec![ask(), Message::Assistant(reply), Message::user("Thanks")]
    };
    vec![
        ("signed thinking of Anthropic", turn("anthropic", Some("c2lnbmVk"), None, "It may rain.")),
        ("hidden thinking of Anthropic", turn("anthropic", None, Some("aGlkZGVu"), "")),
        ("unsigned thinking of Anthropic", turn("anthropic", None, None, "It may rain.")),
        ("thinking of OpenAI", turn("openai", None, None, "It may rain.")),
        ("signed thinking of a stranger", turn("stranger", Some("c2lnbmVk"), None, "It may rain.")),
        ("hidden thinking of a stranger", turn("stranger", None, Some("aGlkZGVu"), "")),
        ("a search of Anthropic", raw("anthropic")),
        ("a search of a stranger", raw("stranger")),
    ]
}

fn ask() -> Message {
    Message::user("Do I need an umbrella in Lisbon?")
}

fn says(text: &str) -> Message {
    answer(vec![Part::text(text)])
}

fn answer(parts: Vec<Part>) -> Message {
    let mut reply = Response::default();
    reply.parts = parts;
    Message::Assistant(reply)
}

fn pieces(texts: &[&str]) -> Message {
    let mut message = UserMessage::default();
    message.parts = texts.iter().map(|text| UserPart::Text { text: (*text).to_owned() }).collect();
    Message::User(message)
}
