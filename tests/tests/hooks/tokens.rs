//! A model that counts a request before it is asked, and counts on the way as the wires tell them.

use bytes::Bytes;
use fastroai::Runtime;
use fastroai::providers::{
    Model, ModelError, ModelId, Profile, Request, Response, ResponseStream, StreamEvent,
};
use fastroai_providers::http::sse::{Limits, decode_stream};
use fastroai_providers::protocol::Protocol;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use tests::scripted::{Asked, Scripted, Step};

use super::rig::{Count, MODEL, prices};

/// A model that counts what a request takes in, and says always the same.
#[derive(Clone)]
pub(crate) struct Counting {
    model: Scripted,
    tokens: u64,
    counted: Count,
}

impl Counting {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>, tokens: u64) -> Self {
        Self { model: Scripted::new(MODEL, steps), tokens, counted: Count::default() }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.model.asked()
    }

    pub(crate) fn counted(&self) -> usize {
        self.counted.get()
    }
}

pub(crate) fn on_counting(model: &Counting) -> Runtime {
    Runtime::builder().model(model.clone()).prices(prices()).build()
}

impl Model for Counting {
    fn id(&self) -> &ModelId {
        self.model.id()
    }
    fn profile(&self) -> &Profile {
        self.model.profile()
    }
    fn request<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        self.model.request(request)
    }
    fn stream<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<ResponseStream, ModelError>> {
        self.model.stream(request)
    }
    fn count_tokens<'a>(&'a self, _: &'a Request<'a>) -> BoxFuture<'a, Result<u64, ModelError>> {
        self.counted.up();
        async { Ok(self.tokens) }.boxed()
    }
}

/// What a wire tells of tokens while it streams these events: input and output.
fn told(protocol: &dyn Protocol, events: &[&str]) -> Vec<(Option<u64>, Option<u64>)> {
    let events = events.iter().map(|event| Ok(Bytes::from(format!("data: {event}\n\n"))));
    let body = stream::iter(events.collect::<Vec<_>>());
    let events = decode_stream(protocol.decoder(), body, Limits::default());
    let events = events.collect::<Vec<_>>().now_or_never().expect("all is there");
    assert!(matches!(events.last(), Some(Ok(StreamEvent::Done(_)))), "{events:?}");
    let told = events.into_iter().filter_map(|event| match event {
        Ok(StreamEvent::Usage(usage)) => Some((usage.input_tokens, usage.output_tokens)),
        _ => None,
    });
    told.collect()
}

#[test]
fn anthropic_tells_of_tokens_at_the_beginning_and_at_the_end() {
    let events = [
        r#"{"type":"message_start","message":{"usage":{"input_tokens":7,"output_tokens":1}}}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}"#,
        r#"{"type":"message_stop"}"#,
    ];
    let told = told(&fastroai_providers::anthropic::Messages::new(), &events);
    assert_eq!(told, [(Some(7), Some(1)), (Some(7), Some(9))]);
}

#[test]
fn gemini_tells_of_tokens_with_every_piece() {
    let piece = |text: &str, output: u32, end: &str| {
        format!(
            r#"{{"candidates":[{{"content":{{"role":"model","parts":[{{"text":"{text}"}}]}}{end}}}],
            "usageMetadata":{{"promptTokenCount":7,"candidatesTokenCount":{output}}}}}"#
        )
        .replace('\n', " ")
    };
    let pieces =
        [piece("One", 1, ""), piece("Two", 4, ""), piece("!", 5, r#","finishReason":"STOP""#)];
    let events: Vec<&str> = pieces.iter().map(String::as_str).collect();
    let told = told(&fastroai_providers::gemini::GenerateContent::new(), &events);
    assert_eq!(told, [(Some(7), Some(1)), (Some(7), Some(4)), (Some(7), Some(5))]);
}

#[test]
fn chat_completions_tell_of_tokens_where_a_chunk_has_them() {
    let chunk = |text: &str, rest: &str| {
        format!(r#"{{"choices":[{{"index":0,"delta":{{"content":"{text}"}}{rest}"#)
    };
    let chunks = [
        chunk("One", r#"}],"usage":{"prompt_tokens":7,"completion_tokens":1}}"#),
        chunk("Two", "}]}"),
        chunk(
            "!",
            r#","finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":3}}"#,
        ),
        "[DONE]".to_owned(),
    ];
    let events: Vec<&str> = chunks.iter().map(String::as_str).collect();
    let told = told(&fastroai_providers::openai::chat::ChatCompletions::new(), &events);
    assert_eq!(told, [(Some(7), Some(1)), (Some(7), Some(3))]);
}
