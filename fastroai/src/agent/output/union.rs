//! Answers of several kinds: what an `enum` that carries data is to a model.
//!
//! Its schema says it all, however serde tags it: one branch for each kind, which names it by a
//! constant (`tag = "…"`, with or without `content = "…"`), by its only field (no attribute), or by
//! a title (`untagged`). What does not say its kinds so is asked for as a whole.

use std::collections::BTreeSet;
use std::sync::Arc;

use fastroai_providers::ToolDefinition;
use serde_json::{Map, Value, json};

use crate::run::{AnswerForm, OUTPUT_TOOL, OutputTool};
use crate::tool::check_name;

/// One kind of answer.
struct Kind {
    name: String,
    description: String,
    parameters: Value,
    form: AnswerForm,
}

/// The tools by which each kind is handed in; `None` where the schema does not tell them apart.
pub(super) fn kinds(schema: &Value) -> Option<Vec<(OutputTool, Arc<ToolDefinition>)>> {
    let definitions = schema.get("$defs");
    if points_at_root(schema) {
        return None;
    }
    let kinds = branches(schema)?;
    // A choice of words is asked for as one.
    if kinds.len() < 2 || kinds.iter().all(|kind| matches!(kind.form, AnswerForm::Fixed { .. })) {
        return None;
    }
    let mut names = BTreeSet::new();
    let tool = |kind: Kind| {
        let name = format!("{OUTPUT_TOOL}_{}", plain(&kind.name));
        check_name(&name).ok()?;
        if !names.insert(name.clone()) {
            return None;
        }
        let mut parameters = kind.parameters;
        if let Some(definitions) = definitions.filter(|_| mentions_reference(&parameters)) {
            parameters["$defs"] = definitions.clone();
        }
        let description = format!(
            "Hand in the final answer where it is {}. Call it once, when you have it all.\n{}",
            said(&kind.name),
            kind.description
        );
        let definition = ToolDefinition::new(&name, description.trim_end(), parameters.into());
        let mut tool = OutputTool::new(name);
        tool.form = kind.form;
        Some((tool, Arc::new(definition)))
    };
    kinds.into_iter().map(tool).collect()
}

fn said(name: &str) -> String {
    if name == NOTHING { "that there is none".to_owned() } else { format!("`{name}`") }
}

/// What the kind of an `Option` is called that is `None`.
const NOTHING: &str = "nothing";

fn branches(schema: &Value) -> Option<Vec<Kind>> {
    if let Some(branches) = schema.get("oneOf").and_then(Value::as_array) {
        let tag = tag(branches);
        let mut kinds = Vec::new();
        for branch in branches {
            match (&tag, words(branch)) {
                (Some(tag), _) => kinds.push(tagged(branch, tag)?),
                (None, Some(words)) => {
                    let words = words.iter().map(|word| unit(word, description(branch)));
                    kinds.extend(words.collect::<Option<Vec<_>>>()?);
                }
                (None, None) => kinds.push(only_field(branch)?),
            }
        }
        return Some(kinds);
    }
    let branches = schema.get("anyOf")?.as_array()?;
    let is_null = |branch: &&Value| branch.get("type").is_some_and(|kind| kind == "null");
    let mut kinds = Vec::new();
    for branch in branches.iter().filter(|branch| !is_null(branch)) {
        match self::branches(branch) {
            Some(inner) => kinds.extend(inner),
            None => kinds.push(titled(branch)?),
        }
    }
    if branches.iter().any(|branch| is_null(&branch)) {
        kinds.push(Kind {
            name: NOTHING.to_owned(),
            description: String::new(),
            parameters: no_arguments(),
            form: AnswerForm::Fixed { answer: Value::Null },
        });
    }
    Some(kinds)
}

/// `#[serde(untagged)]`: told apart by what they look like, and called by their titles.
fn titled(branch: &Value) -> Option<Kind> {
    let name = branch.get("title")?.as_str()?.to_owned();
    object(branch)?;
    let form = AnswerForm::Rest { tag: Map::new() };
    Some(Kind { name, description: description(branch), parameters: branch.clone(), form })
}

/// The words of a branch that is one of several, without data.
fn words(branch: &Value) -> Option<Vec<Value>> {
    if branch.get("type")? != "string" {
        return None;
    }
    let all = branch.get("enum").and_then(Value::as_array).cloned();
    all.or_else(|| branch.get("const").map(|word| vec![word.clone()]))
}

fn unit(word: &Value, description: String) -> Option<Kind> {
    Some(Kind {
        name: word.as_str()?.to_owned(),
        description,
        parameters: no_arguments(),
        form: AnswerForm::Fixed { answer: word.clone() },
    })
}

/// The field that says in every branch, by a constant, which it is.
fn tag(branches: &[Value]) -> Option<String> {
    let names = object(branches.first()?)?.keys();
    let is_tag = |name: &&String| {
        branches.iter().all(|branch| {
            object(branch).is_some_and(|fields| constant(fields, name).is_some())
                && requires(branch, name)
        })
    };
    names.into_iter().find(is_tag).cloned()
}

/// `#[serde(tag = "…")]`, with or without `content = "…"`.
fn tagged(branch: &Value, tag: &str) -> Option<Kind> {
    let fields = object(branch)?;
    let kind = constant(fields, tag)?;
    let mut rest = fields.clone();
    rest.shift_remove(tag);
    let marks = Map::from_iter([(tag.to_owned(), kind.clone())]);
    let name = kind.as_str()?.to_owned();
    if let Some((field, content)) = only(&rest)
        && requires(branch, field)
        && object(content).is_some()
    {
        return Some(Kind {
            name,
            description: described(branch, content),
            parameters: content.clone(),
            form: AnswerForm::Field { field: field.clone(), rest: marks, wrapped: false },
        });
    }
    let mut parameters = branch.clone();
    parameters["properties"] = rest.into();
    if let Some(Value::Array(required)) = parameters.get_mut("required") {
        required.retain(|name| name != tag);
    }
    if let Some(fields) = parameters.as_object_mut() {
        fields.shift_remove("description");
    }
    let form = AnswerForm::Rest { tag: marks };
    Some(Kind { name, description: description(branch), parameters, form })
}

/// No attribute: the name of the kind, and in it what it holds.
fn only_field(branch: &Value) -> Option<Kind> {
    let (name, content) = only(object(branch)?)?;
    if !requires(branch, name) {
        return None;
    }
    let is_object = object(content).is_some();
    let parameters = if is_object {
        content.clone()
    } else {
        json!({
            "type": "object",
            "properties": { "value": content },
            "required": ["value"],
            "additionalProperties": false,
        })
    };
    Some(Kind {
        name: name.clone(),
        description: described(branch, content),
        parameters,
        form: AnswerForm::Field { field: name.clone(), rest: Map::new(), wrapped: !is_object },
    })
}

/// The properties of what is an object and nothing else.
fn object(schema: &Value) -> Option<&Map<String, Value>> {
    const CHOICES: [&str; 4] = ["oneOf", "anyOf", "allOf", "$ref"];
    let is_plain = CHOICES.iter().all(|keyword| schema.get(keyword).is_none());
    if schema.get("type")? != "object" || !is_plain {
        return None;
    }
    schema.get("properties")?.as_object()
}

fn only(fields: &Map<String, Value>) -> Option<(&String, &Value)> {
    fields.iter().next().filter(|_| fields.len() == 1)
}

fn constant<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    fields.get(name)?.get("const").filter(|word| word.is_string())
}

fn requires(branch: &Value, name: &str) -> bool {
    let required = branch.get("required").and_then(Value::as_array);
    required.is_some_and(|names| names.iter().any(|it| it == name))
}

fn no_arguments() -> Value {
    json!({ "type": "object", "properties": {}, "required": [], "additionalProperties": false })
}

fn description(schema: &Value) -> String {
    schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// What is said of the kind, or else of what it holds.
fn described(branch: &Value, content: &Value) -> String {
    let said = description(branch);
    if said.is_empty() { description(content) } else { said }
}

/// The name as a tool's may be.
fn plain(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    name.chars().map(|letter| if is_plain(letter) { letter } else { '_' }).collect()
}

fn points_at_root(schema: &Value) -> bool {
    refers(schema, &|target| target == "#")
}

fn mentions_reference(schema: &Value) -> bool {
    refers(schema, &|_| true)
}

fn refers(schema: &Value, what: &dyn Fn(&str) -> bool) -> bool {
    match schema {
        Value::Object(fields) => fields.iter().any(|(keyword, value)| match value {
            Value::String(target) => keyword == "$ref" && what(target),
            value => refers(value, what),
        }),
        Value::Array(items) => items.iter().any(|item| refers(item, what)),
        _ => false,
    }
}
