//! A model that is reached over HTTP.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::base_url::BaseUrl;
use super::key::ApiKey;
use super::transport::{Reply, Transport};
use super::{answer, body};
use crate::error::ModelError;
use crate::model::{Model, ModelId, Profile};
use crate::protocol::Protocol;
use crate::request::Request;
use crate::response::Response;
use crate::stream::{ResponseStream, StreamEvent};

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

    async fn send(&self, request: &Request<'_>, streamed: bool) -> Result<Reply, ModelError> {
        let encoded = self.protocol.encode(self.id.name(), request, streamed)?;
        let url = self.base_url.join(&encoded.path)?;
        let accept = if streamed { "text/event-stream" } else { "application/json" };
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in encoded.headers {
            let (name, value) = header(name, &value)?;
            headers.insert(name, value);
        }
        if let Some(key) = &self.key {
            let (name, value) = self.protocol.authorization(key.expose());
            let (name, mut value) = header(name, &value)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        self.transport.post(url, headers, encoded.body).await
    }

    /// Sends, and lets only an answer with a good status through.
    async fn accepted(
        &self,
        request: &Request<'_>,
        streamed: bool,
    ) -> Result<(Reply, Context), ModelError> {
        let mut context = Context {
            provider: self.id.provider().to_owned(),
            request_id: None,
            key: self.key.clone(),
        };
        let reply = match self.send(request, streamed).await {
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
            let (reply, context) = self.accepted(request, false).await?;
            match answer::whole(&*self.protocol, reply).await {
                Ok(response) => Ok(context.sign(response)),
                Err(error) => Err(context.dress(error)),
            }
        }
        .boxed()
    }

    fn stream<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<ResponseStream, ModelError>> {
        async move {
            let (reply, context) = self.accepted(request, true).await?;
            let protocol = Arc::clone(&self.protocol);
            let items = async move { answer::pieces(protocol, reply).await }.flatten_stream();
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
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), ModelError> {
    let fault = || ModelError::config("a header of the request holds a line end or the like");
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| fault())?;
    let value = HeaderValue::from_str(value).map_err(|_| fault())?;
    Ok((name, value))
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
