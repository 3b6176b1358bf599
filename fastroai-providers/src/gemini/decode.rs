//! Reads replies: whole ones, and streams event by event.

use serde::Deserialize;
use serde_json::error::Category;

use super::assembly::Assembly;
use super::error;
use super::wire::Reply;
use crate::error::{ModelError, ProtocolFault};
use crate::protocol::{EventDecoder, Progress};
use crate::response::Response;
use crate::stream::Delta;
use crate::usage::Usage;

/// Reads the body of a successful reply.
pub(super) fn whole(body: &[u8]) -> Result<Response, ModelError> {
    let text = std::str::from_utf8(body).map_err(|error| match error.error_len() {
        Some(_) => ModelError::protocol(ProtocolFault::BadUtf8, "the reply is not UTF-8"),
        None => truncated("the reply ended in the middle"),
    })?;
    if let Some(error) = error::in_list(text) {
        return Err(error);
    }
    let reply: Reply<'_> = serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Eof => truncated("the reply ended in the middle"),
        Category::Data => unread(ProtocolFault::BadShape, "the reply has another shape", &error),
        Category::Syntax | Category::Io => ModelError::protocol(
            ProtocolFault::NotJson,
            "the reply is not JSON: check that the base URL is the provider's",
        ),
    })?;
    if reply.error.is_some() {
        return Err(error::of_reply(text));
    }
    if says_nothing(&reply) {
        return Err(ModelError::protocol(
            ProtocolFault::BadShape,
            "the reply has neither candidates nor anything else that is known",
        ));
    }
    let mut assembly = Assembly::default();
    assembly.take(reply, &mut Vec::new()).map_err(|error| {
        unread(ProtocolFault::BadShape, "a part of the reply is not what it should be", &error)
    })?;
    Ok(assembly.into_response())
}

/// Reads the answer to the question how many tokens a request takes in.
pub(super) fn count(body: &[u8]) -> Result<u64, ModelError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Count {
        total_tokens: u64,
    }
    serde_json::from_slice(body).map(|count: Count| count.total_tokens).map_err(|error| {
        let fault = match error.classify() {
            Category::Data => ProtocolFault::BadShape,
            Category::Eof => ProtocolFault::Truncated,
            Category::Syntax | Category::Io => ProtocolFault::NotJson,
        };
        unread(fault, "the answer does not say how many tokens", &error)
    })
}

fn says_nothing(reply: &Reply<'_>) -> bool {
    reply.candidates.is_none()
        && reply.prompt_feedback.is_none()
        && reply.usage_metadata.is_none()
        && reply.response_id.is_none()
}

fn truncated(message: &str) -> ModelError {
    ModelError::protocol(ProtocolFault::Truncated, message)
}

/// A fault of what came back. Only the place is told: the parser's words may repeat the text.
fn unread(fault: ProtocolFault, message: &str, error: &serde_json::Error) -> ModelError {
    let (line, column) = (error.line(), error.column());
    ModelError::protocol(fault, format!("{message} (line {line}, column {column})"))
}

/// Reads a streamed reply, of which each event is a whole one with the next parts.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    assembly: Assembly,
    started: bool,
}

impl Decoder {
    /// Adds to an error what had arrived before it: it may have been paid for.
    fn keep(&self, error: ModelError) -> ModelError {
        match self.partial() {
            Some(partial) => error.with_partial(partial),
            None => error,
        }
    }

    fn bad(&self, error: &serde_json::Error) -> ModelError {
        self.keep(unread(ProtocolFault::BadEvent, "an event is not what it should be", error))
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
        if data.is_empty() {
            return Ok(Progress::More);
        }
        if data == "[DONE]" {
            return Ok(Progress::Complete);
        }
        if name == "error" {
            return Err(self.keep(error::of_reply(data)));
        }
        if let Some(error) = error::in_list(data) {
            return Err(self.keep(error));
        }
        let reply: Reply<'_> = match serde_json::from_str(data) {
            Ok(reply) => reply,
            Err(error) => return Err(self.bad(&error)),
        };
        if reply.error.is_some() {
            return Err(self.keep(error::of_reply(data)));
        }
        self.started |= !says_nothing(&reply);
        // The reason to stop may come before the last event, so that only the body's end is one.
        match self.assembly.take(reply, out) {
            Ok(()) => Ok(Progress::More),
            Err(error) => Err(self.bad(&error)),
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
        if self.assembly.has_ended() {
            return Ok(self.assembly.into_response());
        }
        Err(self.keep(truncated("the stream ended before the reply did")))
    }
}
