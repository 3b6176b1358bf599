//! Reading replies: whole ones, and streams event by event.

use std::borrow::Cow;

use serde_json::error::Category;
use serde_json::value::RawValue;

use super::assembly::Assembly;
use super::wire::{Choice, Reply};
use crate::error::{ModelError, ProtocolFault};
use crate::openai::error;
use crate::protocol::{EventDecoder, Progress};
use crate::response::Response;
use crate::stream::Delta;
use crate::usage::Usage;

/// Reads a whole reply.
pub(super) fn whole(provider: Cow<'static, str>, body: &[u8]) -> Result<Response, ModelError> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let text = std::str::from_utf8(body).map_err(|error| match error.error_len() {
        Some(_) => ModelError::protocol(ProtocolFault::BadUtf8, "the reply is not UTF-8"),
        None => truncated(),
    })?;
    let mut reply: Reply<'_> =
        serde_json::from_str(text).map_err(|error| match error.classify() {
            Category::Eof => truncated(),
            Category::Data => error::from_list(text).unwrap_or_else(|| bad_shape(&path_of(text))),
            Category::Syntax | Category::Io => ModelError::protocol(
                ProtocolFault::NotJson,
                "the reply is not JSON: check that the base URL is the provider's",
            ),
        })?;
    let failure = failure_of(&reply, text);
    let choices = reply.choices.take().unwrap_or_default();
    let Some(mut choice) = first(choices, true) else {
        return Err(failure.unwrap_or_else(|| bad_shape("choices")));
    };
    if choice.message.is_none() && choice.delta.is_none() && failure.is_none() {
        return Err(bad_shape("choices[0].message"));
    }
    let failure = failure.or_else(|| failure_in(choice.error.take()));
    let mut assembly = Assembly::new(provider);
    assembly.take_frame(&reply);
    assembly.take_whole(choice);
    let response = assembly.into_response();
    match failure {
        Some(error) => Err(error.with_partial(response)),
        None => Ok(response),
    }
}

/// Reads a streamed reply.
pub(super) struct Decoder {
    assembly: Assembly,
    started: bool,
    done: bool,
}

impl Decoder {
    pub(super) fn new(provider: Cow<'static, str>) -> Self {
        Self { assembly: Assembly::new(provider), started: false, done: false }
    }

    fn failed(&self, error: ModelError) -> ModelError {
        match self.partial() {
            Some(partial) => error.with_partial(partial),
            None => error,
        }
    }
}

impl EventDecoder for Decoder {
    fn event(
        &mut self,
        name: &str,
        data: &str,
        out: &mut Vec<Delta>,
    ) -> Result<Progress, ModelError> {
        let data = data.trim();
        if self.done || data == "[DONE]" {
            if !self.done {
                self.assembly.settle(out);
            }
            self.done = true;
            return Ok(Progress::Complete);
        }
        if data.is_empty() {
            return Ok(Progress::More);
        }
        if name == "error" {
            return Err(self.failed(error::from_event(data)));
        }
        if !data.starts_with('{') {
            let listed = error::from_list(data);
            return Err(self.failed(listed.unwrap_or_else(|| bad_event(""))));
        }
        let mut chunk: Reply<'_> =
            serde_json::from_str(data).map_err(|_| self.failed(bad_event(&path_of(data))))?;
        let failure = failure_of(&chunk, data);
        let choices = chunk.choices.take().unwrap_or_default();
        // A chunk that is nothing but an error is no beginning of an answer.
        if failure.is_none() || !choices.is_empty() || chunk.usage.is_some() {
            self.started = true;
            self.assembly.take_frame(&chunk);
        }
        let mut failure = failure;
        if let Some(mut choice) = first(choices, false) {
            failure = failure.or_else(|| failure_in(choice.error.take()));
            self.assembly.take_chunk(choice, out);
        }
        match failure {
            Some(error) => Err(self.failed(error)),
            None => Ok(Progress::More),
        }
    }

    fn counted(&mut self) -> Option<Usage> {
        self.assembly.counted()
    }

    fn partial(&self) -> Option<Response> {
        self.started.then(|| {
            let mut response = self.assembly.clone().into_response();
            response.interrupted = true;
            response
        })
    }

    fn finish(self: Box<Self>) -> Result<Response, ModelError> {
        if self.done || self.assembly.is_finished() {
            return Ok(self.assembly.into_response());
        }
        Err(self.failed(ModelError::protocol(
            ProtocolFault::Truncated,
            "the stream ended before the reply did",
        )))
    }
}

/// The choice of index 0. A whole reply that numbers its choices otherwise still has a first one.
fn first(choices: Vec<Choice<'_>>, any: bool) -> Option<Choice<'_>> {
    let at = choices.iter().position(|choice| choice.index.unwrap_or(0) == 0);
    choices.into_iter().nth(at.or(any.then_some(0))?)
}

/// The failure that a reply with a good status tells of.
fn failure_of(reply: &Reply<'_>, text: &str) -> Option<ModelError> {
    let bare = reply.choices.is_none() && (reply.message.is_some() || reply.detail.is_some());
    if bare || reply.error.is_some_and(|raw| !says_nothing(raw)) {
        return Some(error::from_event(text));
    }
    None
}

fn failure_in(error: Option<&RawValue>) -> Option<ModelError> {
    let raw = error.filter(|raw| !says_nothing(raw))?;
    Some(error::from_event(raw.get()))
}

fn says_nothing(raw: &RawValue) -> bool {
    matches!(raw.get(), "\"\"" | "{}" | "[]" | "false" | "0")
}

fn truncated() -> ModelError {
    ModelError::protocol(ProtocolFault::Truncated, "the reply ended in the middle")
}

fn bad_shape(path: &str) -> ModelError {
    let message = format!("the reply is no chat completion: something else stands at `{path}`");
    ModelError::protocol(ProtocolFault::BadShape, message)
}

fn bad_event(path: &str) -> ModelError {
    let mut message = "an event of the stream does not parse".to_owned();
    if !path.is_empty() {
        message = format!("{message} at `{path}`");
    }
    ModelError::protocol(ProtocolFault::BadEvent, message)
}

/// Where a JSON text differs from what is read: names of fields that are known, nothing of its
/// content. What is no JSON at all breaks off anywhere, also below a name that is content.
fn path_of(text: &str) -> String {
    let mut json = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, Reply<'_>>(&mut json) {
        Err(error) if error.inner().is_data() => error.path().to_string(),
        _ => String::new(),
    }
}
