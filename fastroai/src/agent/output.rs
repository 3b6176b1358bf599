//! What an agent answers with: how it is asked for, read, checked, and made into an output.

mod context;
mod error;
mod function;
mod reading;
#[cfg(feature = "jsonschema")]
mod schema;
mod shape;
mod spec;
mod union;

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use fastroai_providers::Schema;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use context::OutputContext;
pub use error::OutputError;
pub use function::Made;
#[doc(hidden)]
pub use function::{
    NoOutputFacts, OutputCheck, OutputFacts, OutputFunction, asked_of, made, typed, validated,
};
#[cfg(feature = "jsonschema")]
pub use schema::OutputSchemaError;
#[doc(hidden)]
pub use shape::Shape;
pub use spec::OutputSpec;

use crate::tool::{absent, schema_of};

/// The types that a model can answer with: text, or JSON of a schema.
///
/// - `String` is text, and `Option<String>` text that may be missing.
/// - Any other type that serde reads and schemars describes is JSON. What does not fit goes back to
///   the model with the reason.
/// - An `enum` that carries data is one of several kinds. Where the answer is handed in by a tool,
///   each variant has one of its own, called `final_answer_Variant` and described by the variant's
///   doc comment, however serde tags it. An untagged variant needs a `#[schemars(title = "…")]` for
///   that.
/// - An `Option` may be missing: a model that says nothing, or calls no tool, has answered `None`.
#[diagnostic::on_unimplemented(
    message = "an agent cannot answer with `{Self}`",
    label = "the model cannot fill in a `{Self}`",
    note = "add `#[derive(serde::Deserialize, schemars::JsonSchema)]` to `{Self}`, or to what is inside of it"
)]
pub trait AgentOutput: Sized + Send + 'static {
    /// The schema that an answer must fit; `None` for text.
    fn schema() -> Option<Schema>;

    /// Reads an answer.
    ///
    /// # Errors
    /// What does not fit, and where, in words for the model.
    fn parse(text: &str) -> Result<Self, String>;

    /// What it means to say nothing; `None` where that is no answer.
    #[must_use]
    fn absent() -> Option<Self> {
        None
    }

    #[doc(hidden)]
    #[must_use]
    fn shape() -> Option<Arc<Shape>> {
        Self::schema().map(|schema| Arc::new(Shape::of(schema)))
    }
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + schemars::JsonSchema + Send + 'static> AgentOutput for T {
    fn schema() -> Option<Schema> {
        Self::shape().map(|shape| shape.schema.clone())
    }

    fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty()
            && let Some(nothing) = Self::absent()
        {
            return Ok(nothing);
        }
        match Self::shape() {
            Some(shape) => reading::read(text, shape.wrapped),
            None => as_text(text).ok_or_else(|| "the answer is no text".to_owned()),
        }
    }

    fn absent() -> Option<Self> {
        absent()
    }

    fn shape() -> Option<Arc<Shape>> {
        (!is_text::<T>()).then(cached_shape::<T>)
    }
}

/// The shape of a type, made once in the life of the process.
fn cached_shape<T: schemars::JsonSchema + 'static>() -> Arc<Shape> {
    static SHAPES: RwLock<BTreeMap<TypeId, Arc<Shape>>> = RwLock::new(BTreeMap::new());
    let id = TypeId::of::<T>();
    if let Some(shape) = SHAPES.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
        return Arc::clone(shape);
    }
    let shape = Arc::new(Shape::of(schema_of::<T>()));
    let mut shapes = SHAPES.write().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(shapes.entry(id).or_insert(shape))
}

fn is_text<T: 'static>() -> bool {
    let id = TypeId::of::<T>();
    id == TypeId::of::<String>() || id == TypeId::of::<Option<String>>()
}

/// The text, as a type that [is text](is_text).
fn as_text<T: 'static>(text: &str) -> Option<T> {
    let mut slot: Option<T> = None;
    let any = &mut slot as &mut dyn Any;
    if let Some(slot) = any.downcast_mut::<Option<String>>() {
        *slot = Some(text.to_owned());
    } else if let Some(slot) = any.downcast_mut::<Option<Option<String>>>() {
        *slot = Some(Some(text.to_owned()));
    }
    slot
}

/// A part of an answer, where it is one by itself already.
fn read_part<T: AgentOutput>(value: &Value) -> Option<T> {
    T::parse(&value.to_string()).ok()
}
