//! A model that is reached over HTTP.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};

use super::base_url::BaseUrl;
use super::key::ApiKey;
use super::transport::{Reply, Transport};
use super::{answer, body, headers};
use crate::error::ModelError;
use crate::model::{Model, ModelId, Profile};
use crate::protocol::{Encoded, Protocol};
use crate::request::{Request, Settings};
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
        match answer::whole(reply, decode).await {
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
