//! How an answer is asked for, and what is made of it.

use std::fmt;
use std::sync::Arc;

use fastroai_providers::Schema;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;

use super::function::{self, Made};
use super::{AgentOutput, OutputContext, OutputError, Shape, read_part};
use crate::tool::ToolOutput;

/// How an answer is asked for, and what is made of it: what [`AgentSpec::output`] gives.
///
/// ```
/// use fastroai::agent::OutputSpec;
/// use fastroai::prelude::*;
///
/// #[derive(serde::Deserialize, JsonSchema)]
/// struct Plan { city: String, nights: u32 }
///
/// fn book(plan: Plan) -> Result<String, OutputError> {
///     Ok(format!("{} nights in {}", plan.nights, plan.city))
/// }
///
/// let spec = OutputSpec::<Plan>::typed()
///     .validate(|plan, _| match plan.nights {
///         0 => Err(OutputError::retry("`nights` is at least 1")),
///         _ => Ok(()),
///     })
///     .then(book);
/// assert!(spec.schema().is_some());
/// ```
///
/// [`AgentSpec::output`]: crate::AgentSpec::output
pub struct OutputSpec<'a, T> {
    shape: Option<Arc<Shape>>,
    optional: bool,
    read: Read<'a, T>,
    /// Reads a part of an answer, where the output is what the model fills in.
    part: Option<fn(&Value) -> Option<T>>,
    /// Writes the output, where it is not what the model filled in.
    write: Option<fn(&T) -> Option<String>>,
}

enum Read<'a, T> {
    Plain(fn(&str) -> Result<T, String>),
    By(Arc<dyn Reader<T> + 'a>),
}

/// Makes an output of an answer.
pub(super) trait Reader<T>: Send + Sync {
    fn read<'r>(
        &'r self,
        text: &'r str,
        context: OutputContext,
    ) -> BoxFuture<'r, Result<T, OutputError>>;

    /// Whether a part of an answer may be shown.
    #[cfg(feature = "partial")]
    fn shows(&self, _part: &Value, _context: OutputContext) -> bool {
        true
    }
}

impl<T: AgentOutput> OutputSpec<'_, T> {
    /// The answer is what the model fills in.
    #[must_use]
    pub fn typed() -> Self {
        Self {
            shape: T::shape(),
            optional: T::absent().is_some(),
            read: Read::Plain(T::parse),
            part: Some(read_part::<T>),
            write: None,
        }
    }
}

impl<'a, T: Send + 'static> OutputSpec<'a, T> {
    /// The schema that an answer must fit; `None` for text.
    #[must_use]
    pub fn schema(&self) -> Option<Schema> {
        self.shape.as_ref().map(|shape| shape.schema.clone())
    }

    /// Looks at every answer before it is taken. An [`OutputError::retry`] asks the model again.
    ///
    /// While an answer is streamed it is also shown the parts that can be read already, as
    /// [`OutputContext`] says; what it refuses of these is not shown to the watcher.
    #[must_use]
    #[doc(alias = "output_validator")]
    pub fn validate(
        self,
        check: impl Fn(&T, &OutputContext) -> Result<(), OutputError> + Send + Sync + 'a,
    ) -> Self {
        let (shape, optional) = (self.shape.clone(), self.optional);
        let (part, write) = (self.part, self.write);
        let read = Read::By(Arc::new(Validated { before: self, check }));
        Self { shape, optional, read, part, write }
    }

    /// What the function makes of the answer is the output. It may be async, and is called once for
    /// each answer that has passed all before it, never for a part of one.
    ///
    /// An [`OutputError::retry`] asks the model again; any other error ends the run.
    #[must_use]
    pub fn then<R, F, Returned, M>(self, function: F) -> OutputSpec<'a, R>
    where
        R: Serialize + Send + 'static,
        F: Fn(T) -> Returned + Send + Sync + 'a,
        Returned: Made<'a, R, M>,
    {
        self.made_by(
            move |answer| function(answer).made(),
            |output| output.to_reply().ok().map(|reply| reply.into_parts().0),
        )
    }

    pub(super) fn made_by<R: Send + 'static>(
        self,
        function: impl Fn(T) -> BoxFuture<'a, Result<R, OutputError>> + Send + Sync + 'a,
        write: fn(&R) -> Option<String>,
    ) -> OutputSpec<'a, R> {
        let (shape, optional) = (self.shape.clone(), self.optional);
        let read = Read::By(Arc::new(function::Through { before: self, function }));
        OutputSpec { shape, optional, read, part: None, write: Some(write) }
    }

    pub(crate) fn shape(&self) -> Option<&Arc<Shape>> {
        self.shape.as_ref()
    }

    /// Whether to say nothing is an answer.
    pub(crate) fn is_optional(&self) -> bool {
        self.optional
    }

    /// Whether any text is an answer.
    pub(crate) fn takes_any_text(&self) -> bool {
        self.shape.is_none() && matches!(self.read, Read::Plain(_))
    }

    pub(crate) async fn read(&self, text: &str, context: OutputContext) -> Result<T, OutputError> {
        match &self.read {
            Read::Plain(read) => read(text).map_err(OutputError::retry),
            Read::By(reader) => reader.read(text, context).await,
        }
    }

    /// Whether a part of an answer may be shown.
    #[cfg(feature = "partial")]
    pub(crate) fn shows(&self, part: &Value, context: OutputContext) -> bool {
        match &self.read {
            Read::Plain(_) => true,
            Read::By(reader) => reader.shows(part, context),
        }
    }

    /// The answer as others read it: as the model wrote it, or as it was made.
    pub(crate) fn written(&self, text: String, output: &T) -> String {
        if let Some(write) = self.write {
            return write(output).unwrap_or(text);
        }
        let Some(shape) = self.shape.as_ref().filter(|shape| shape.wrapped) else { return text };
        match serde_json::from_str(&text) {
            Ok(answer) => shape.unwrap(answer).to_string(),
            Err(_) => text,
        }
    }
}

#[cfg(feature = "jsonschema")]
impl OutputSpec<'static, Value> {
    pub(super) fn of_schema(shape: Shape, reader: impl Reader<Value> + 'static) -> Self {
        Self {
            shape: Some(Arc::new(shape)),
            optional: false,
            read: Read::By(Arc::new(reader)),
            part: Some(|value| Some(value.clone())),
            write: None,
        }
    }
}

struct Validated<'a, T, F> {
    before: OutputSpec<'a, T>,
    check: F,
}

impl<T, F> Reader<T> for Validated<'_, T, F>
where
    T: Send + 'static,
    F: Fn(&T, &OutputContext) -> Result<(), OutputError> + Send + Sync,
{
    fn read<'r>(
        &'r self,
        text: &'r str,
        context: OutputContext,
    ) -> BoxFuture<'r, Result<T, OutputError>> {
        Box::pin(async move {
            let output = self.before.read(text, context.clone()).await?;
            (self.check)(&output, &context)?;
            Ok(output)
        })
    }

    #[cfg(feature = "partial")]
    fn shows(&self, part: &Value, context: OutputContext) -> bool {
        self.before.shows(part, context.clone())
            && self
                .before
                .part
                .and_then(|read| read(part))
                .is_none_or(|output| (self.check)(&output, &context).is_ok())
    }
}

impl<T> Clone for OutputSpec<'_, T> {
    fn clone(&self) -> Self {
        let read = match &self.read {
            Read::Plain(read) => Read::Plain(*read),
            Read::By(reader) => Read::By(Arc::clone(reader)),
        };
        let (shape, optional) = (self.shape.clone(), self.optional);
        Self { shape, optional, read, part: self.part, write: self.write }
    }
}

impl<T> fmt::Debug for OutputSpec<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutputSpec")
            .field("is_text", &self.shape.is_none())
            .field("optional", &self.optional)
            .finish_non_exhaustive()
    }
}
