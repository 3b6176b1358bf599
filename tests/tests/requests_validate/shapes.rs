//! One question, asked in every way that a request has.

use std::sync::Arc;

use fastroai_providers::request::{Effort, PreviousResponse};
use fastroai_providers::{Message, OutputFormat, Schema, Settings, ToolChoice, ToolDefinition};
use serde_json::json;

use crate::Case;

/// Every choice of tools, every output and every setting.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = choices();
    cases.extend(outputs());
    cases.extend(settings().into_iter().map(|(name, settings)| {
        let mut case = question(name);
        case.settings = settings;
        case.tools = tools();
        case
    }));
    cases
}

/// Tools with arguments of every kind, and one without any.
pub(crate) fn tools() -> Vec<Arc<ToolDefinition>> {
    let weather = json!({
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "City name, e.g. \"Lisbon\"."},
            "days": {"type": ["integer", "null"], "minimum": 1, "maximum": 14},
            "unit": {"anyOf": [{"$ref": "#/$defs/Unit"}, {"type": "null"}]},
            "hours": {"type": "array", "items": {"type": "number"}}
        },
        "required": ["city"],
        "$defs": {"Unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}}
    });
    vec![
        Arc::new(ToolDefinition::new("weather", "The weather in a city.", Schema::new(weather))),
        Arc::new(ToolDefinition::new("time", "The time.", empty_object())),
    ]
}

fn empty_object() -> Schema {
    Schema::new(json!({"type": "object", "properties": {}}))
}

fn question(name: &str) -> Case {
    Case::new(name, vec![Message::user("Plan a day in Lisbon.")])
}

fn choices() -> Vec<Case> {
    let choices = [
        ("any tool", ToolChoice::Auto),
        ("no tool", ToolChoice::None),
        ("some tool", ToolChoice::Required),
        ("this tool", ToolChoice::Named("weather".to_owned())),
        ("some tools", allowed(&["weather", "time"], false)),
        ("one of some", allowed(&["time"], true)),
    ];
    let mut cases = Vec::new();
    for (name, choice) in choices {
        for parallel in [None, Some(false), Some(true)] {
            let mut case = question(&format!("{name}, parallel {parallel:?}"));
            case.tools = tools();
            case.tool_choice = choice.clone();
            case.settings.parallel_tool_calls = parallel;
            cases.push(case);
        }
    }
    for (name, choice) in [("no tool of none", ToolChoice::None), ("of none", ToolChoice::Auto)] {
        let mut case = question(name);
        case.tool_choice = choice;
        case.settings.parallel_tool_calls = Some(true);
        cases.push(case);
    }
    cases
}

fn allowed(names: &[&str], required: bool) -> ToolChoice {
    ToolChoice::Allowed { names: names.iter().map(|name| (*name).to_owned()).collect(), required }
}

fn outputs() -> Vec<Case> {
    let plan = json!({
        "type": "object",
        "title": "Plan",
        "properties": {
            "stops": {"type": "array", "items": {"$ref": "#/$defs/Stop"}},
            "budget": {"type": ["number", "null"]},
            "mood": {"enum": ["slow", "fast"]}
        },
        "required": ["stops"],
        "$defs": {
            "Stop": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "minutes": {"type": "integer"}},
                "required": ["name", "minutes"]
            }
        }
    });
    let mut cases = Vec::new();
    for (name, schema) in [("plan", Schema::new(plan)), ("empty", empty_object())] {
        for equipped in [false, true] {
            let mut case = question(&format!("output {name}, tools {equipped}"));
            case.output =
                OutputFormat::JsonSchema { name: name.to_owned(), schema: schema.clone() };
            if equipped {
                case.tools = tools();
            }
            cases.push(case);
        }
    }
    cases
}

fn settings() -> Vec<(&'static str, Settings)> {
    let unset = Settings::default;
    let stops = || Some(vec!["END".to_owned(), "\n\n".to_owned()]);
    let tier = || Some("auto".to_owned());
    let effort = |effort| Settings { reasoning_effort: Some(effort), ..unset() };
    vec![
        ("max_tokens", Settings { max_tokens: Some(500), ..unset() }),
        ("temperature", Settings { temperature: Some(0.2), ..unset() }),
        ("top_p", Settings { top_p: Some(0.9), ..unset() }),
        ("stop_sequences", Settings { stop_sequences: stops(), ..unset() }),
        ("no stop_sequences", Settings { stop_sequences: Some(Vec::new()), ..unset() }),
        ("seed", Settings { seed: Some(7), ..unset() }),
        ("service_tier", Settings { service_tier: tier(), ..unset() }),
        ("no effort", effort(Effort::None)),
        ("minimal effort", effort(Effort::Minimal)),
        ("low effort", effort(Effort::Low)),
        ("medium effort", effort(Effort::Medium)),
        ("high effort", effort(Effort::High)),
        ("extra high effort", effort(Effort::XHigh)),
        ("highest effort", effort(Effort::Max)),
        ("kept", Settings { store: Some(true), ..unset() }),
        (
            "from the latest",
            Settings { previous_response: Some(PreviousResponse::Latest), ..unset() },
        ),
        ("effort and few tokens", Settings { max_tokens: Some(100), ..effort(Effort::High) }),
        ("effort and many tokens", Settings { max_tokens: Some(60_000), ..effort(Effort::High) }),
        (
            "all but effort",
            Settings {
                max_tokens: Some(2_000),
                temperature: Some(0.0),
                top_p: Some(1.0),
                stop_sequences: stops(),
                seed: Some(0),
                parallel_tool_calls: Some(false),
                service_tier: tier(),
                ..unset()
            },
        ),
    ]
}
