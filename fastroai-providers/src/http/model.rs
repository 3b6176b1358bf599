//! A model that is reached over HTTP.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};

use super::base_url::BaseUrl;
use super::body::{self, Looks};
use super::headers;
use super::key::ApiKey;
use super::sse::{self, Limits};
use super::transport::{Reply, Transport};
use crate::error::{ModelError, ModelErrorKind, Phase, ProtocolFault};
use crate::model::{Model, ModelId, Profile};
use crate::protocol::{Encoded, Protocol};
use crate::request::{Request, Settings};
use crate::response::{Part, Response};
use crate::stream::{Delta, ResponseStream, StreamEvent};

/// A model at one address, spoken to in one wire format.
pub struct HttpModel {
    id: ModelId,
    profile: Profile,
    protocol: Arc<dyn Protocol>,
    transport: Transport,
    base_url: BaseUrl,
    key: Option<ApiKey>,
}

impl HttpModel {
    /// A model that needs no key.
    pub fn new(
        id: ModelId,
        protocol: Arc<dyn Protocol>,
        transport: Transport,
        base_url: BaseUrl,
    ) -> Self {
        let profile = protocol.profile(id.name());
        Self { id, profile, protocol, transport, base_url, key: None }
    }

    /// Sends this key with each request.
    #[must_use]
    pub fn with_key(mut self, key: ApiKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Changes what the model is taken to be able to do, where its name does not tell.
    ///
    /// ```
    /// # use fastroai_providers::http::{HttpModel, Transport};
    /// # use std::sync::Arc;
    /// # let (id, url) = ("openai:tiny".parse()?, "http://127.0.0.1:8080".parse()?);
    /// # let wire = Arc::new(fastroai_providers::openai::ChatCompletions::new());
    /// use fastroai_providers::Model;
    /// let model = HttpModel::new(id, wire, Transport::default(), url)
    ///     .with_profile(|profile| profile.json_schema = false);
    /// assert!(!model.profile().json_schema);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_profile(mut self, change: impl FnOnce(&mut Profile)) -> Self {
        change(&mut self.profile);
        self
    }

    async fn send(
        &self,
        encoded: Encoded,
        settings: &Settings,
        accept: &'static str,
    ) -> Result<Reply, ModelError> {
        let url = self.base_url.join(&encoded.path)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in encoded.headers {
            let (name, value) = headers::header(name, &value)?;
            headers.insert(name, value);
        }
        headers::add_extra(&mut headers, settings, self.protocol.authorization("").0)?;
        if let Some(key) = &self.key {
            let (name, value) = self.protocol.authorization(key.expose());
            let (name, mut value) = headers::header(name, &value)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        self.transport.post(url, headers, encoded.body).await
    }

    /// Sends, and lets only an answer with a good status through.
    async fn accepted(
        &self,
        encoded: Result<Encoded, ModelError>,
        settings: &Settings,
        accept: &'static str,
    ) -> Result<(Reply, Context), ModelError> {
        let mut context = Context {
            provider: self.id.provider().to_owned(),
            request_id: None,
            key: self.key.clone(),
        };
        let sent = match encoded {
            Ok(encoded) => self.send(encoded, settings, accept).await,
            Err(error) => Err(error),
        };
        let reply = match sent {
            Ok(reply) => reply,
            Err(error) => return Err(context.dress(error)),
        };
        context.request_id = reply.request_id();
        let status = reply.status();
        if status < 400 {
            return match reply.refused() {
                Some(error) => Err(context.dress(error.with_status(status))),
                None => Ok((reply, context)),
            };
        }
        // The status decides; a body that breaks off or is no JSON only explains less.
        let (wait, bounds) = (reply.retry_after(), reply.bounds());
        let (bytes, _) = body::read(reply.body(), bounds).await;
        let error = self.protocol.decode_error(status, body::without_mark(&bytes));
        let error = wait.into_iter().fold(error.with_status(status), ModelError::with_retry_after);
        Err(context.dress(error))
    }

    /// Asks, and reads the whole answer.
    async fn whole<T>(
        &self,
        encoded: Result<Encoded, ModelError>,
        settings: &Settings,
        decode: impl FnOnce(&[u8]) -> Result<T, ModelError>,
    ) -> Result<(T, Context), ModelError> {
        let (reply, context) = self.accepted(encoded, settings, "application/json").await?;
        match read_whole(reply, decode).await {
            Ok(read) => Ok((read, context)),
            Err(error) => Err(context.dress(error)),
        }
    }

    /// A request as it is sent, with the fields that the settings add.
    fn encode(&self, request: &Request<'_>, streamed: bool) -> Result<Encoded, ModelError> {
        let encoded = self.protocol.encode(self.id.name(), request, streamed)?;
        encoded.with_fields(&request.settings.extra_body)
    }
}

impl Model for HttpModel {
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
        async move {
            let encoded = self.encode(request, false);
            let decode = |bytes: &[u8]| self.protocol.decode(bytes);
            let (response, context) = self.whole(encoded, request.settings, decode).await?;
            Ok(context.sign(response))
        }
        .boxed()
    }

    fn stream<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<ResponseStream, ModelError>> {
        async move {
            let encoded = self.encode(request, true);
            let (reply, context) =
                self.accepted(encoded, request.settings, "text/event-stream").await?;
            let protocol = Arc::clone(&self.protocol);
            let items = async move { pieces(protocol, reply).await }.flatten_stream();
            let items = items.map(move |item| match item {
                Ok(StreamEvent::Done(response)) => {
                    Ok(StreamEvent::Done(Box::new(context.sign(*response))))
                }
                Ok(event) => Ok(event),
                Err(error) => Err(context.dress(error)),
            });
            Ok(items.boxed())
        }
        .boxed()
    }

    fn count_tokens<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<u64, ModelError>> {
        async move {
            let encoded = match self.protocol.encode_count(self.id.name(), request) {
                Ok(Some(encoded)) => Ok(encoded),
                Ok(None) => Err(ModelError::config(
                    "this provider counts no tokens before it is asked: the usage of a reply says \
                     what it took",
                )),
                Err(error) => Err(error),
            };
            let decode = |bytes: &[u8]| self.protocol.decode_count(bytes);
            Ok(self.whole(encoded, request.settings, decode).await?.0)
        }
        .boxed()
    }
}

/// The pieces of an answer that was asked for as a stream, even if it did not come as one.
async fn pieces(protocol: Arc<dyn Protocol>, reply: Reply) -> ResponseStream {
    let content_type = reply.content_type();
    let bounds = reply.bounds();
    let limits = Limits {
        idle: Some(bounds.idle),
        until: bounds.until,
        body_bytes: bounds.bytes,
        ..Limits::default()
    };
    let (looks, body) = body::look(sse::limited(reply.body(), limits).boxed()).await;
    if looks == Looks::Other {
        return sse::decode_limited(protocol.decoder(), body);
    }
    let (bytes, broken) = body::read(body, bounds).await;
    let read = match broken {
        Some(error) => Err(cut_off(error)),
        None => decode(|bytes| protocol.decode(bytes), &bytes, &content_type),
    };
    match read {
        Ok(response) => {
            let deltas = deltas(&response).into_iter().map(|delta| Ok(StreamEvent::Delta(delta)));
            let all = deltas.chain([Ok(StreamEvent::Done(Box::new(response)))]);
            stream::iter(all.collect::<Vec<_>>()).boxed()
        }
        Err(error) => stream::iter([Err(error)]).boxed(),
    }
}

async fn read_whole<T>(
    reply: Reply,
    read: impl FnOnce(&[u8]) -> Result<T, ModelError>,
) -> Result<T, ModelError> {
    let (content_type, bounds) = (reply.content_type(), reply.bounds());
    match body::read(reply.body(), bounds).await {
        (_, Some(error)) => Err(cut_off(error)),
        (bytes, None) => decode(read, &bytes, &content_type),
    }
}

fn decode<T>(
    read: impl FnOnce(&[u8]) -> Result<T, ModelError>,
    bytes: &[u8],
    content_type: &str,
) -> Result<T, ModelError> {
    let bytes = body::without_mark(bytes);
    if std::str::from_utf8(bytes).is_err() {
        return Err(ModelError::protocol(ProtocolFault::BadUtf8, "the answer is not UTF-8"));
    }
    read(bytes).map_err(|error| body::diagnose(bytes, content_type, error))
}

/// A whole body that broke off is one that was cut, however the connection ended.
fn cut_off(error: ModelError) -> ModelError {
    match error.kind() {
        ModelErrorKind::Transport { phase: Phase::Body, .. } => {
            ModelError::protocol(ProtocolFault::Truncated, "the answer was cut off")
                .with_source(error)
        }
        _ => error,
    }
}

/// A whole reply as pieces, for readers that wait for them.
fn deltas(response: &Response) -> Vec<Delta> {
    let mut deltas = Vec::new();
    let mut calls = 0;
    for part in &response.parts {
        match part {
            Part::Text { text, .. } => deltas.push(Delta::Text(text.clone())),
            Part::Reasoning(reasoning) => deltas.push(Delta::Reasoning(reasoning.text.clone())),
            Part::Refusal { text } => deltas.push(Delta::Refusal(text.clone())),
            Part::ToolCall(call) => {
                let (index, fragment) = (calls, call.arguments.clone());
                deltas.push(Delta::ToolCall { index, name: call.name.clone() });
                deltas.push(Delta::Arguments { index, fragment });
                calls += 1;
            }
            Part::Provider { .. } => {}
        }
    }
    deltas
}

/// What an answer, good or bad, is told about where it came from.
struct Context {
    provider: String,
    request_id: Option<String>,
    key: Option<ApiKey>,
}

impl Context {
    fn sign(&self, mut response: Response) -> Response {
        response.provider.get_or_insert_with(|| self.provider.clone());
        response
    }

    fn dress(&self, mut error: ModelError) -> ModelError {
        if let Some(partial) = error.take_partial() {
            error = error.with_partial(self.sign(partial));
        }
        if let Some(id) = self.request_id.as_ref().filter(|_| error.request_id().is_none()) {
            error = error.with_request_id(id);
        }
        if let Some(key) = &self.key {
            error = error.scrubbed(key.expose());
        }
        error.with_provider(&self.provider)
    }
}

impl fmt::Debug for HttpModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpModel")
            .field("id", &self.id.as_str())
            .field("base_url", &self.base_url.to_string())
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
