//! The tools by which a typed answer is handed in, and what their arguments are of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The name of the tool by which a model without native schemas hands in a typed answer. One of
/// several kinds has a tool for each, of this name with that of the kind behind it:
/// `final_answer_Refund`.
pub const OUTPUT_TOOL: &str = "final_answer";

/// A tool by which a typed answer is handed in: plain data, as all rules of a run are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OutputTool {
    /// Its name.
    pub name: String,
    /// What its arguments are of the answer.
    pub form: AnswerForm,
}

/// What the arguments of an [`OutputTool`] are of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(tag = "form", rename_all = "snake_case")]
pub enum AnswerForm {
    /// All of it.
    Whole,
    /// Nothing: the call itself says what the answer is.
    Fixed {
        /// The answer.
        answer: Value,
    },
    /// One field of it.
    Field {
        /// The name of the field.
        field: String,
        /// The other fields of the answer.
        rest: Map<String, Value>,
        /// They hold the field's value in one of their own, `value`, as it is no object.
        wrapped: bool,
    },
    /// All fields of it but these.
    Rest {
        /// The fields that say of which kind it is.
        tag: Map<String, Value>,
    },
}

impl OutputTool {
    /// A tool of this name whose arguments are the answer.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), form: AnswerForm::Whole }
    }

    /// The answer that these arguments make, as JSON; what is no JSON stays what it is.
    pub(crate) fn answer(&self, arguments: &str) -> String {
        let arguments = if arguments.trim().is_empty() { "{}" } else { arguments };
        match (&self.form, serde_json::from_str(arguments)) {
            (AnswerForm::Whole, _) | (_, Err(_)) => arguments.to_owned(),
            (_, Ok(arguments)) => self.value(arguments).to_string(),
        }
    }

    /// As [`Self::answer`], of arguments that were read.
    pub(crate) fn value(&self, arguments: Value) -> Value {
        let answer = match &self.form {
            AnswerForm::Whole => return arguments,
            AnswerForm::Fixed { answer } => answer.clone(),
            AnswerForm::Field { field, rest, wrapped } => {
                let content = match arguments {
                    Value::Object(mut fields) if *wrapped && fields.contains_key("value") => {
                        fields.remove("value").unwrap_or_default()
                    }
                    other => other,
                };
                let mut answer = rest.clone();
                answer.insert(field.clone(), content);
                Value::Object(answer)
            }
            AnswerForm::Rest { tag } => match arguments {
                Value::Object(fields) => {
                    let mut answer = tag.clone();
                    // What the call says of its kind wins over what stands in it.
                    let fields = fields.into_iter().filter(|(name, _)| !tag.contains_key(name));
                    answer.extend(fields);
                    Value::Object(answer)
                }
                other => other,
            },
        };
        // An answer of several kinds is no object to its schema, and so has a wrapper.
        Value::Object(Map::from_iter([("value".to_owned(), answer)]))
    }
}
