//! Reading whole replies.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::assembly::Assembly;
use super::wire::{Reply, meaningful};
use crate::error::{ModelError, ProtocolFault};
use crate::openai::error;
use crate::response::Response;

/// Reads a whole reply.
pub(super) fn whole(provider: Cow<'static, str>, body: &[u8]) -> Result<Response, ModelError> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let text = std::str::from_utf8(body).map_err(|error| match error.error_len() {
        Some(_) => ModelError::protocol(ProtocolFault::BadUtf8, "the reply is not UTF-8"),
        None => truncated(),
    })?;
    let reply: Reply<'_> = serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Eof => truncated(),
        Category::Data => error::from_list(text).unwrap_or_else(bad_shape),
        Category::Syntax | Category::Io => ModelError::protocol(
            ProtocolFault::NotJson,
            "the reply is not JSON: check that the base URL is the provider's",
        ),
    })?;
    let Some(output) = &reply.output else { return Err(no_output(&reply, text)) };
    let mut assembly = Assembly::new(provider);
    assembly.take_frame(&reply);
    assembly.take_output(output, &mut Vec::new());
    match failure(Some(&reply), assembly.has_failed()) {
        Some(error) => Err(error.with_partial(assembly.into_response(true))),
        None => Ok(assembly.into_response(true)),
    }
}

/// Reads the answer to the question how many tokens a request takes in.
pub(super) fn count(body: &[u8]) -> Result<u64, ModelError> {
    #[derive(Deserialize)]
    struct Count<'a> {
        input_tokens: Option<u64>,
        #[serde(borrow)]
        error: Option<&'a RawValue>,
    }
    let bad =
        || ModelError::protocol(ProtocolFault::BadShape, "the answer does not say how many tokens");
    let count: Count<'_> = serde_json::from_slice(body).map_err(|_| bad())?;
    match meaningful(count.error) {
        Some(json) => Err(error::from_event(json)),
        None => count.input_tokens.ok_or_else(bad),
    }
}

/// What a reply says of its failure, if it failed.
pub(super) fn failure(reply: Option<&Reply<'_>>, failed: bool) -> Option<ModelError> {
    match meaningful(reply.and_then(|reply| reply.error)) {
        Some(json) => Some(error::from_event(json)),
        None => failed.then(|| error::from_event("")),
    }
}

fn no_output(reply: &Reply<'_>, text: &str) -> ModelError {
    let tells = meaningful(reply.error).is_some();
    if tells || reply.message.is_some() || reply.detail.is_some() {
        return error::from_event(text);
    }
    bad_shape()
}

fn truncated() -> ModelError {
    ModelError::protocol(ProtocolFault::Truncated, "the reply ended in the middle")
}

fn bad_shape() -> ModelError {
    let message = "the reply is none of this wire: it has no list of output items";
    ModelError::protocol(ProtocolFault::BadShape, message)
}
