//! The types that a model can fill in.

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::arguments::Reader;
use super::schema::ArgumentsSchema;

/// The types that a model can fill in: those that are read from JSON and have a JSON schema.
///
/// It has no supertraits, so that a type which is neither is told once, in one sentence.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a tool parameter",
    label = "the model cannot fill in a `{Self}`",
    note = "a parameter is decoded from JSON and described by a JSON schema: add `#[derive(serde::Deserialize, schemars::JsonSchema)]` to `{Self}`, or to what is inside of it"
)]
pub trait ToolArg: Sized {
    /// Adds a field of this type, as [`ArgumentsSchema::field`] does.
    fn describe(schema: &mut ArgumentsSchema, name: &str, description: &str);

    /// Adds a field of this type that has a default, as [`ArgumentsSchema::field_or`] does.
    fn describe_or(
        schema: &mut ArgumentsSchema,
        name: &str,
        description: &str,
        default: Option<Value>,
    );

    /// Reads a field, as [`Reader::get`] does.
    fn read(reader: &mut Reader<'_>, name: &str) -> Option<Self>;

    /// Reads a field that has a default, as [`Reader::get_or`] does.
    fn read_or(reader: &mut Reader<'_>, name: &str, default: impl FnOnce() -> Self)
    -> Option<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema + Send + 'static> ToolArg for T {
    fn describe(schema: &mut ArgumentsSchema, name: &str, description: &str) {
        schema.add::<T>(name, description);
    }

    fn describe_or(
        schema: &mut ArgumentsSchema,
        name: &str,
        description: &str,
        default: Option<Value>,
    ) {
        schema.add_or::<T>(name, description, default);
    }

    fn read(reader: &mut Reader<'_>, name: &str) -> Option<T> {
        reader.take(name)
    }

    fn read_or(reader: &mut Reader<'_>, name: &str, default: impl FnOnce() -> T) -> Option<T> {
        reader.take_or(name, default)
    }
}

/// The types of which a parameter may have a default, which the schema tells the model.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the default of a tool parameter",
    label = "a default of type `{Self}` cannot be shown to the model",
    note = "add `#[derive(serde::Serialize)]` to `{Self}`, or take an `Option<{Self}>` and choose in the body"
)]
pub trait ToolDefault {
    /// The default, as the schema tells it; `None` where it is no JSON.
    fn to_json(&self) -> Option<Value>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize> ToolDefault for T {
    fn to_json(&self) -> Option<Value> {
        serde_json::to_value(self).ok()
    }
}
