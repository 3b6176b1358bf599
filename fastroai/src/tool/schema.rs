//! The JSON schema of a tool's arguments, field by field.

use fastroai_providers::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::argument::{ToolArg, ToolDefault};
use super::arguments::is_optional;
use super::limits::Limits;

/// Builds the schema of a tool's arguments: an object, closed to further fields.
///
/// ```
/// use fastroai::tool::ArgumentsSchema;
/// let mut schema = ArgumentsSchema::new();
/// schema.field::<String>("city", "City name.");
/// schema.field::<Option<u32>>("days", "");
/// let schema = schema.finish();
/// assert_eq!(schema.as_value()["required"], serde_json::json!(["city"]));
/// ```
#[derive(Debug)]
pub struct ArgumentsSchema {
    generator: SchemaGenerator,
    properties: Map<String, Value>,
    required: Vec<Value>,
}

impl Default for ArgumentsSchema {
    fn default() -> Self {
        Self::new()
    }
}

impl ArgumentsSchema {
    /// A schema without fields.
    #[must_use]
    pub fn new() -> Self {
        Self { generator: generator(), properties: Map::new(), required: Vec::new() }
    }

    /// Adds a field; it is required unless its type may be absent. No description if it is empty.
    pub fn field<T: ToolArg>(&mut self, name: &str, description: &str) -> &mut Self {
        T::describe(self, name, description);
        self
    }

    /// Adds a field that has a default, which the schema tells.
    pub fn field_or<T: ToolArg + ToolDefault>(
        &mut self,
        name: &str,
        description: &str,
        default: &T,
    ) -> &mut Self {
        T::describe_or(self, name, description, default.to_json());
        self
    }

    /// Tells what a field that was added must keep to.
    pub fn limit(&mut self, name: &str, limits: &Limits) -> &mut Self {
        if let Some(Value::Object(schema)) = self.properties.get_mut(name) {
            limits.describe(schema);
        }
        self
    }

    /// Tells an example of a field that was added; `None` tells nothing.
    pub fn example(&mut self, name: &str, example: Option<Value>) -> &mut Self {
        if let (Some(Value::Object(schema)), Some(example)) =
            (self.properties.get_mut(name), example)
        {
            schema.insert("examples".to_owned(), json!([example]));
        }
        self
    }

    pub(super) fn add<T: DeserializeOwned + JsonSchema>(&mut self, name: &str, description: &str) {
        self.insert::<T>(name, description, None);
        if !is_optional::<T>() {
            self.required.push(name.into());
        }
    }

    pub(super) fn add_or<T: JsonSchema>(
        &mut self,
        name: &str,
        description: &str,
        default: Option<Value>,
    ) {
        self.insert::<T>(name, description, default);
    }

    fn insert<T: JsonSchema>(&mut self, name: &str, description: &str, default: Option<Value>) {
        let mut schema = self.generator.subschema_for::<T>();
        // The generator transforms whole schemas only.
        DropFormats.transform(&mut schema);
        if !description.is_empty() {
            schema.insert("description".to_owned(), description.into());
        }
        if let Some(default) = default {
            schema.insert("default".to_owned(), default);
        }
        self.properties.insert(name.to_owned(), schema.to_value());
    }

    /// The schema.
    #[must_use]
    pub fn finish(mut self) -> Schema {
        let mut schema = json!({
            "type": "object",
            "properties": self.properties,
            "required": self.required,
            "additionalProperties": false,
        });
        let definitions = self.generator.take_definitions(true);
        if !definitions.is_empty() {
            schema["$defs"] = definitions.into();
        }
        Schema::new(schema)
    }
}

/// The schema of one type, as an output or the arguments of a run-time tool.
pub(crate) fn schema_of<T: JsonSchema>() -> Schema {
    let mut generator = generator();
    let mut schema = generator.root_schema_for::<T>();
    schema.remove("$schema");
    schema.into()
}

/// One dialect for all that a model reads: 2020-12, subschemas in place where they do not recur.
fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        })
        .with_transform(DropFormats)
        .into_generator()
}

/// Takes out the formats that only Rust knows (`uint32`, `double`); providers refuse or ignore them.
#[derive(Debug, Clone)]
struct DropFormats;

impl Transform for DropFormats {
    fn transform(&mut self, schema: &mut schemars::Schema) {
        let rusty = |format: &str| {
            matches!(format, "double" | "float" | "char") || {
                let digits = format.strip_prefix('u').unwrap_or(format).strip_prefix("int");
                digits.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()))
            }
        };
        if schema.get("format").and_then(Value::as_str).is_some_and(rusty) {
            schema.remove("format");
        }
        transform_subschemas(self, schema);
    }
}
