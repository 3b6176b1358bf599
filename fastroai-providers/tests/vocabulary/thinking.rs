//! How hard to think, and which tools may be called, on every wire.

use std::sync::Arc;

use fastroai_providers::anthropic::Messages;
use fastroai_providers::gemini::GenerateContent;
use fastroai_providers::openai::{ChatCompletions, Responses};
use fastroai_providers::protocol::Protocol;
use fastroai_providers::request::Effort;
use fastroai_providers::{
    HostedTool, Message, ModelError, ModelErrorKind, Request, Schema, Settings, ToolChoice,
    ToolDefinition,
};
use serde_json::{Value, json};

fn asked(wire: &dyn Protocol, model: &str, settings: &Settings) -> Result<Value, ModelError> {
    let messages = [Message::user("Hi")];
    let encoded = wire.encode(model, &Request::new(&messages, settings), false)?;
    Ok(serde_json::from_slice(&encoded.body).unwrap())
}

fn effort(effort: Effort) -> Settings {
    Settings { reasoning_effort: Some(effort), max_tokens: Some(64_000), ..Settings::default() }
}

fn budget(tokens: u32) -> Settings {
    Settings { reasoning_budget: Some(tokens), max_tokens: Some(8_000), ..Settings::default() }
}

#[track_caller]
fn assert_refused(result: Result<Value, ModelError>, word: &str) {
    let error = result.unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Config);
    assert!(error.to_string().contains(word), "{error}");
}

#[test]
fn the_finest_efforts_go_to_each_wire_in_its_own_words() {
    for (asked_for, word) in [(Effort::XHigh, "xhigh"), (Effort::Max, "max")] {
        let settings = effort(asked_for);
        let sent = asked(&ChatCompletions::new(), "gpt-5.6", &settings).unwrap();
        assert_eq!(sent["reasoning_effort"], word);
        let sent = asked(&Responses::new(), "gpt-5.6", &settings).unwrap();
        assert_eq!(sent["reasoning"]["effort"], word);
        let sent = asked(&Messages::new(), "claude-opus-4-7", &settings).unwrap();
        assert_eq!(sent["output_config"]["effort"], word);
        let sent = asked(&GenerateContent::new(), "gemini-3-flash-preview", &settings).unwrap();
        assert_eq!(sent["generationConfig"]["thinkingConfig"]["thinkingLevel"], "HIGH");
        let sent = asked(&GenerateContent::new(), "gemini-2.5-flash", &settings).unwrap();
        assert_eq!(sent["generationConfig"]["thinkingConfig"]["thinkingBudget"], 24_576);
        let sent = asked(&Messages::new(), "claude-sonnet-4-5", &settings).unwrap();
        assert_eq!(sent["thinking"], json!({"type": "enabled", "budget_tokens": 32_000}));
    }
    // The level between is not one of all models.
    let sent = asked(&Messages::new(), "claude-opus-4-6", &effort(Effort::XHigh)).unwrap();
    assert_eq!(sent["output_config"]["effort"], "high");
    let sent = asked(&Messages::new(), "claude-opus-4-6", &effort(Effort::Max)).unwrap();
    assert_eq!(sent["output_config"]["effort"], "max");
}

#[test]
fn a_budget_of_tokens_goes_to_the_models_that_take_one() {
    let claude = Messages::new();
    for model in ["claude-sonnet-4-5", "claude-opus-4-6"] {
        let sent = asked(&claude, model, &budget(4_096)).unwrap();
        assert_eq!(sent["thinking"], json!({"type": "enabled", "budget_tokens": 4_096}));
        assert_eq!(sent.get("output_config"), None);
        let off = asked(&claude, model, &budget(0)).unwrap();
        assert_eq!(off.get("thinking"), None, "{model}");
    }
    for tokens in [1, 1_023, 8_000, 9_000] {
        assert_refused(asked(&claude, "claude-sonnet-4-5", &budget(tokens)), "1024");
    }
    for model in ["claude-opus-4-7", "claude-sonnet-5", "claude-3-5-haiku-latest"] {
        assert_refused(asked(&claude, model, &budget(4_096)), "takes no `reasoning_budget`");
    }
    let gemini = GenerateContent::new();
    let sent = asked(&gemini, "gemini-2.5-pro", &budget(4_096)).unwrap();
    let thinking = &sent["generationConfig"]["thinkingConfig"];
    assert_eq!(thinking, &json!({"includeThoughts": true, "thinkingBudget": 4_096}));
    let off = asked(&gemini, "gemini-2.5-flash", &budget(0)).unwrap();
    assert_eq!(off["generationConfig"]["thinkingConfig"], json!({"thinkingBudget": 0}));
    assert_refused(asked(&gemini, "gemini-2.5-pro", &budget(0)), "always thinks");
    assert_refused(asked(&gemini, "gemini-2.5-pro", &budget(100)), "at least 128");
    assert_refused(asked(&gemini, "gemini-3-pro-preview", &budget(500)), "takes no");
    assert_refused(asked(&ChatCompletions::new(), "gpt-5", &budget(500)), "`reasoning_budget`");
    assert_refused(asked(&Responses::new(), "gpt-5", &budget(500)), "`reasoning_budget`");
    let both = Settings { reasoning_effort: Some(Effort::Low), ..budget(2_048) };
    assert_refused(asked(&claude, "claude-sonnet-4-5", &both), "both say");
    assert_refused(asked(&gemini, "gemini-2.5-pro", &both), "both say");
}

fn tools() -> Vec<Arc<ToolDefinition>> {
    let schema = || Schema::new(json!({"type": "object", "properties": {}}));
    let tool = |name| Arc::new(ToolDefinition::new(name, "Tells it.", schema()));
    vec![tool("weather"), tool("time"), tool("news")]
}

/// A request that may call some of its tools.
fn chosen(
    wire: &dyn Protocol,
    names: &[&str],
    required: bool,
    hosted: &[HostedTool],
) -> Result<Value, ModelError> {
    let (messages, settings, tools) = ([Message::user("Hi")], Settings::default(), tools());
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    let choice = ToolChoice::Allowed { names, required };
    let mut request = Request::new(&messages, &settings);
    (request.tools, request.tool_choice, request.hosted_tools) = (&tools, &choice, hosted);
    let encoded = wire.encode("gemini-2.5-flash", &request, false)?;
    Ok(serde_json::from_slice(&encoded.body).unwrap())
}

#[test]
fn a_choice_among_some_tools_is_told_where_it_can_be() {
    for (required, mode) in [(false, "auto"), (true, "required")] {
        let sent = chosen(&Responses::new(), &["weather", "news"], required, &[]).unwrap();
        assert_eq!(sent["tools"].as_array().unwrap().len(), 3);
        assert_eq!(
            sent["tool_choice"],
            json!({"type": "allowed_tools", "mode": mode, "tools": [
                {"type": "function", "name": "weather"}, {"type": "function", "name": "news"}]})
        );
        let sent = chosen(&ChatCompletions::new(), &["time"], required, &[]).unwrap();
        assert_eq!(sent["tools"].as_array().unwrap().len(), 3);
        assert_eq!(
            sent["tool_choice"],
            json!({"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": [
                {"type": "function", "function": {"name": "time"}}]}})
        );
        let sent = chosen(&GenerateContent::new(), &["weather", "time"], required, &[]).unwrap();
        assert_eq!(sent["tools"][0]["functionDeclarations"].as_array().unwrap().len(), 3);
        let mode = if required { "ANY" } else { "VALIDATED" };
        assert_eq!(
            sent["toolConfig"]["functionCallingConfig"],
            json!({"mode": mode, "allowedFunctionNames": ["weather", "time"]})
        );
    }
}

#[test]
fn elsewhere_the_other_tools_are_not_offered() {
    let search = json!({"type": "web_search_20250305", "name": "web_search"});
    let hosted = [HostedTool::new("anthropic", search)];
    let sent = chosen(&Messages::new(), &["time"], true, &hosted).unwrap();
    assert_eq!(
        (sent["tools"].as_array().unwrap().len(), &sent["tools"][0]["name"]),
        (1, &json!("time"))
    );
    assert_eq!(sent["tool_choice"], json!({"type": "any"}));
    let sent = chosen(&Messages::new(), &["time"], false, &hosted).unwrap();
    assert_eq!(sent.get("tool_choice"), None);

    let groq = ChatCompletions::for_provider("groq");
    let sent = chosen(&groq, &["news"], true, &[]).unwrap();
    assert_eq!(sent["tools"].as_array().unwrap().len(), 1);
    assert_eq!(sent["tools"][0]["function"]["name"], "news");
    assert_eq!(sent["tool_choice"], "required");
    let sent = chosen(&Responses::for_provider("xai"), &["news"], false, &[]).unwrap();
    assert_eq!((sent["tools"].as_array().unwrap().len(), sent.get("tool_choice")), (1, None));
}

#[test]
fn a_choice_among_tools_that_are_not_offered_is_refused() {
    let wires: [&dyn Protocol; 4] = [
        &Responses::new(),
        &ChatCompletions::for_provider("groq"),
        &Messages::new(),
        &GenerateContent::new(),
    ];
    for wire in wires {
        assert_refused(chosen(wire, &["weather", "stocks"], false, &[]), "`stocks`");
        assert_refused(chosen(wire, &[], true, &[]), "no tool is allowed");
    }
}
