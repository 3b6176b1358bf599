//! A model that needs no network and no key: for demos, first runs and tests.

mod answer;
mod sample;

use std::future::ready;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};

use crate::error::ModelError;
use crate::message::ToolCall;
use crate::model::{Model, ModelId, Profile};
use crate::request::{OutputFormat, Request};
use crate::response::{FinishReason, Part, Response};
use crate::stream::{Delta, ResponseStream, StreamEvent};
use crate::usage::Usage;

/// A model that answers by itself, always the same to the same conversation, and costs nothing.
///
/// It calls each tool on offer once, with arguments that fit the tool's schema, and then answers
/// with what the tools gave, in a text that says where it comes from. Held to a JSON schema it
/// answers the smallest JSON that fits. A tool that asks for a correction is not called again.
///
/// ```
/// use fastroai_providers::offline::OfflineModel;
/// use fastroai_providers::{Message, Model, Request, Settings};
/// # use futures_util::FutureExt;
/// let (messages, settings) = ([Message::user("Hello")], Settings::default());
/// let model = OfflineModel::default();
/// # let reply = async {
/// let reply = model.request(&Request::new(&messages, &settings)).await?;
/// assert!(reply.text().starts_with("[offline demo model]"));
/// # Ok::<_, fastroai_providers::ModelError>(())
/// # };
/// # reply.now_or_never().expect("it never waits")?;
/// # Ok::<(), fastroai_providers::ModelError>(())
/// ```
#[derive(Debug, Clone)]
pub struct OfflineModel {
    id: ModelId,
    profile: Profile,
    seed: u32,
}

impl OfflineModel {
    /// An offline model that goes by this name, as in `offline:demo`.
    #[must_use]
    pub fn new(id: ModelId) -> Self {
        Self { id, profile: Profile { free: true, ..Profile::default() }, seed: 0 }
    }

    /// Takes other values where a schema leaves a choice; 0 is what it does by itself.
    #[must_use]
    pub fn with_seed(mut self, seed: u32) -> Self {
        self.seed = seed;
        self
    }

    fn reply(&self, request: &Request<'_>) -> Result<Response, ModelError> {
        let calls = answer::calls(request, self.seed)
            .map_err(|error| error.with_provider(self.id.provider()))?;
        let mut response = Response {
            provider: Some(self.id.provider().to_owned()),
            model: Some(self.id.name().to_owned()),
            id: Some(answer::reply_id(request.messages)),
            ..Response::default()
        };
        if calls.is_empty() {
            let whole = match request.output {
                OutputFormat::JsonSchema { schema, .. } => {
                    sample::sample(schema.as_value(), self.seed).to_string()
                }
                OutputFormat::Text => answer::text(request.messages),
            };
            let (text, cut) = cut(&whole, request.settings.max_tokens);
            response.parts.push(Part::text(text));
            response.finish_reason = if cut { FinishReason::Length } else { FinishReason::Stop };
        } else {
            response.parts.extend(calls.into_iter().map(Part::ToolCall));
            response.finish_reason = FinishReason::ToolCalls;
        }
        response.usage = usage(request, &response);
        Ok(response)
    }
}

/// What a reply took where a word is a token, on the way in and out.
#[must_use]
pub fn usage(request: &Request<'_>, response: &Response) -> Usage {
    Usage {
        input_tokens: Some(answer::words_read(request)),
        output_tokens: Some(answer::words_written(response)),
        ..Usage::default()
    }
}

impl Default for OfflineModel {
    /// `offline:demo`.
    #[expect(clippy::expect_used, reason = "the text is a literal, and a test makes one of it")]
    fn default() -> Self {
        Self::new("offline:demo".parse().expect("`offline:demo` is a model id"))
    }
}

impl Model for OfflineModel {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn request<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        Box::pin(ready(self.reply(request)))
    }

    fn counts_tokens(&self) -> bool {
        false
    }

    fn stream<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<ResponseStream, ModelError>> {
        Box::pin(ready(self.reply(request).map(|response| {
            let mut events: Vec<StreamEvent> =
                deltas(&response).into_iter().map(StreamEvent::Delta).collect();
            events.push(StreamEvent::Done(Box::new(response)));
            stream::iter(events.into_iter().map(Ok)).boxed()
        })))
    }
}

/// The words of a text, each with the space after it; all of them make the text again.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(char::is_whitespace)
}

/// The first `limit` words, and whether that is less than all.
fn cut(text: &str, limit: Option<u32>) -> (String, bool) {
    let limit = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let kept: String = words(text).take(limit).collect();
    let cut = kept.len() < text.len();
    (kept, cut)
}

fn deltas(response: &Response) -> Vec<Delta> {
    let texts = response.parts.iter().filter_map(Part::as_text).flat_map(words);
    let mut deltas: Vec<Delta> = texts.map(|word| Delta::Text(word.to_owned())).collect();
    for (index, ToolCall { name, arguments, .. }) in response.tool_calls().enumerate() {
        deltas.push(Delta::ToolCall { index, name: name.clone() });
        deltas.extend(
            arguments
                .split_inclusive(',')
                .map(|fragment| Delta::Arguments { index, fragment: fragment.to_owned() }),
        );
    }
    deltas
}
