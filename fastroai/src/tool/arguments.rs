//! The arguments of a call: read field by field, with every misfit told at once.

mod missing;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::argument::ToolArg;
use super::error::ToolError;
use super::limits::Limits;
pub(super) use missing::is_optional;
pub(crate) use missing::value as absent;

/// The arguments of a call, as the model wrote them.
#[derive(Clone, Copy)]
pub struct Arguments<'a> {
    json: &'a str,
}

impl<'a> Arguments<'a> {
    /// The arguments in this JSON text; an empty text stands for `{}`.
    #[must_use]
    pub fn new(json: &'a str) -> Self {
        let json = if json.trim().is_empty() { "{}" } else { json };
        Self { json }
    }

    /// The JSON text.
    #[must_use]
    pub fn as_json(&self) -> &'a str {
        self.json
    }

    /// Whether this is one JSON object, whatever is in it.
    pub(super) fn check(self) -> Result<(), ToolError> {
        self.fields().map(drop)
    }

    /// Splits the object into its fields, which may be `names` only.
    ///
    /// # Errors
    /// A [`ToolError::retry`] with the position, where the text is not a JSON object.
    pub fn read(self, names: &'static [&'static str]) -> Result<Reader<'a>, ToolError> {
        let fields = self.fields()?;
        let mut reader = Reader { fields, misfits: Vec::new(), names };
        let unknown: Vec<String> = reader
            .fields
            .keys()
            .filter(|name| !names.contains(&name.as_str()))
            .map(|name| pointer(name, ""))
            .collect();
        reader.misfits.extend(unknown.into_iter().map(|at| (at, "no such argument".to_owned())));
        Ok(reader)
    }

    fn fields(self) -> Result<BTreeMap<String, &'a RawValue>, ToolError> {
        serde_json::from_str(self.json).map_err(|error| {
            if error.is_data() {
                ToolError::retry("the arguments must be one JSON object")
            } else {
                not_json(&error)
            }
        })
    }

    /// Reads the whole object as one value.
    ///
    /// # Errors
    /// A [`ToolError::retry`] that names the place and the reason.
    pub fn parse<T: DeserializeOwned>(self) -> Result<T, ToolError> {
        let mut deserializer = serde_json::Deserializer::from_str(self.json);
        let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            if error.inner().is_data() {
                misfit(&[(path_pointer(error.path()), reason(error.inner()))])
            } else {
                not_json(error.inner())
            }
        })?;
        deserializer.end().map_err(|error| not_json(&error))?;
        Ok(value)
    }
}

/// A call's fields, taken one by one.
pub struct Reader<'a> {
    fields: BTreeMap<String, &'a RawValue>,
    misfits: Vec<(String, String)>,
    names: &'static [&'static str],
}

impl Reader<'_> {
    /// The field of this name, or `None` and a note of the misfit.
    ///
    /// An absent field is fine where the type says so, as `Option` does.
    pub fn get<T: ToolArg>(&mut self, name: &str) -> Option<T> {
        T::read(self, name)
    }

    /// The field of this name, `default()` where it is absent, or `None` and a note of the misfit.
    pub fn get_or<T: ToolArg>(&mut self, name: &str, default: impl FnOnce() -> T) -> Option<T> {
        T::read_or(self, name, default)
    }

    /// Notes where the field of this name breaks its limits; to be asked before it is taken.
    ///
    /// An absent field breaks none, nor does one of another type, which is a misfit by itself.
    pub fn hold(&mut self, name: &str, limits: &Limits) -> &mut Self {
        if let Some(raw) = self.fields.get(name)
            && let Ok(value) = serde_json::from_str(raw.get())
        {
            let broken = limits.broken_by(&value).into_iter();
            self.misfits.extend(broken.map(|reason| (pointer(name, ""), reason)));
        }
        self
    }

    pub(super) fn take<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let Some(raw) = self.fields.remove(name) else {
            let absent = missing::value::<T>();
            if absent.is_none() {
                self.misfits.push((pointer(name, ""), "missing".to_owned()));
            }
            return absent;
        };
        self.decode(name, raw)
    }

    pub(super) fn take_or<T: DeserializeOwned>(
        &mut self,
        name: &str,
        default: impl FnOnce() -> T,
    ) -> Option<T> {
        match self.fields.remove(name) {
            Some(raw) => self.decode(name, raw),
            None => Some(default()),
        }
    }

    fn decode<T: DeserializeOwned>(&mut self, name: &str, raw: &RawValue) -> Option<T> {
        let mut deserializer = serde_json::Deserializer::from_str(raw.get());
        match serde_path_to_error::deserialize(&mut deserializer) {
            Ok(value) => Some(value),
            Err(error) => {
                let rest = path_pointer(error.path());
                self.misfits.push((pointer(name, &rest), reason(error.inner())));
                None
            }
        }
    }

    /// Fails if a field did not fit.
    ///
    /// # Errors
    /// [`Self::misfit`], where there is one.
    pub fn check(&self) -> Result<(), ToolError> {
        if self.misfits.is_empty() { Ok(()) } else { Err(self.misfit()) }
    }

    /// What did not fit, for the model: a JSON pointer and a reason each, and the names on offer.
    #[must_use]
    pub fn misfit(&self) -> ToolError {
        let mut error = misfit(&self.misfits);
        if let Some(text) = error.as_retry() {
            let names = self.names.join("`, `");
            let names = if names.is_empty() {
                "there are no arguments".to_owned()
            } else {
                format!("the arguments are `{names}`")
            };
            error = ToolError::retry(format!("{text}; {names}"));
        }
        error
    }
}

fn not_json(error: &serde_json::Error) -> ToolError {
    let what = if error.is_eof() { "they end too early" } else { "syntax error" };
    ToolError::retry(format!(
        "the arguments are not valid JSON: {what} at line {} column {}: write one complete JSON object",
        error.line(),
        error.column()
    ))
}

fn misfit(misfits: &[(String, String)]) -> ToolError {
    let mut text = String::from("the arguments do not fit: ");
    for (index, (at, reason)) in misfits.iter().enumerate() {
        let separator = if index == 0 { "" } else { "; " };
        // Writing to a string cannot fail.
        let _ = write!(text, "{separator}`{at}`: {reason}");
    }
    ToolError::retry(text)
}

/// serde's reason without the position inside a field, which says nothing to the model.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

fn pointer(name: &str, rest: &str) -> String {
    format!("/{}{rest}", name.replace('~', "~0").replace('/', "~1"))
}

fn path_pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => pointer(key, ""),
            Segment::Enum { variant } => pointer(variant, ""),
            Segment::Unknown => String::new(),
        })
        .collect()
}
