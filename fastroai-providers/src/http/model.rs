//! A model that is reached over HTTP.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::advice::Asked;
use super::base_url::BaseUrl;
use super::exchange::{self, Deadlines, Reply};
use super::key::ApiKey;
use super::keys::{FixedKeys, KeyProvider};
use super::timeouts::Timeouts;
use super::transport::{Outgoing, Transport};
use super::{answer, body};
use crate::error::{ModelError, ModelErrorKind, Phase, Sent};
use crate::model::{Model, ModelId, Profile};
use crate::protocol::{Encoded, Protocol};
use crate::request::Request;
use crate::response::Response;
use crate::stream::{ResponseStream, StreamEvent};

/// A model at one address, spoken to in one wire format.
pub struct HttpModel {
    id: ModelId,
    profile: Profile,
    protocol: Arc<dyn Protocol>,
    transport: Arc<dyn Transport>,
    timeouts: Timeouts,
    base_url: BaseUrl,
    keys: Arc<dyn KeyProvider>,
    /// What is wrong where there is no key; `None` where it can do without.
    without_key: Option<String>,
}

impl HttpModel {
    /// A model that needs no key.
    pub fn new(
        id: ModelId,
        protocol: Arc<dyn Protocol>,
        transport: impl Transport,
        base_url: BaseUrl,
    ) -> Self {
        Self::over(id, protocol, Arc::new(transport), base_url)
    }

    pub(crate) fn over(
        id: ModelId,
        protocol: Arc<dyn Protocol>,
        transport: Arc<dyn Transport>,
        base_url: BaseUrl,
    ) -> Self {
        let profile = protocol.profile(id.name());
        let (timeouts, keys) = (Timeouts::default(), Arc::new(FixedKeys::new()));
        Self { id, profile, protocol, transport, timeouts, base_url, keys, without_key: None }
    }

    /// Gives up by these limits.
    #[must_use]
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Sends this key with each request.
    #[must_use]
    pub fn with_key(self, key: ApiKey) -> Self {
        let keys = FixedKeys::new().with(self.id.provider(), key);
        self.with_keys(keys)
    }

    /// Sends the key that these have for the model's provider, if they have one.
    ///
    /// They are asked for each request. After a 401 they are asked once more, and where another
    /// key comes out the request is sent again with it, once and within the same limits. That is
    /// no second attempt at a price: a provider bills nothing for a request that it did not let in.
    #[must_use]
    pub fn with_keys(self, keys: impl KeyProvider) -> Self {
        self.with_keys_of(Arc::new(keys), None)
    }

    pub(crate) fn with_keys_of(
        mut self,
        keys: Arc<dyn KeyProvider>,
        without_key: Option<String>,
    ) -> Self {
        self.keys = keys;
        self.without_key = without_key;
        self
    }

    /// Says itself what the model can do.
    #[must_use]
    pub fn with_profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// The key to send, which `None` stands for where none is needed.
    async fn key(&self, deadlines: Deadlines) -> Result<Option<ApiKey>, ModelError> {
        let Some(key) = deadlines.within(self.keys.key(self.id.provider())).await else {
            let kind = ModelErrorKind::Transport { phase: Phase::Total, sent: Sent::No };
            return Err(ModelError::new(kind, "the key did not come in time"));
        };
        match (key, &self.without_key) {
            (Ok(None), Some(message)) => Err(ModelError::config(message)),
            (Ok(key), _) => Ok(key),
            (Err(error), _) => {
                let message = format!("for `{}`, no key can be had: {error}", self.id);
                Err(ModelError::config(message).with_source(error))
            }
        }
    }

    /// Another key than the one that was refused, if there is one by now.
    async fn newer_key(&self, refused: Option<&ApiKey>, deadlines: Deadlines) -> Option<ApiKey> {
        // Where none can be had, what the provider said says more.
        let key = deadlines.within(self.keys.refresh(self.id.provider())).await?.ok()??;
        refused.is_none_or(|refused| refused.expose() != key.expose()).then_some(key)
    }

    /// Sends, and lets only an answer with a good status through.
    async fn accepted(
        &self,
        request: &Request<'_>,
        streamed: bool,
    ) -> Result<(Reply, Context), ModelError> {
        let mut context =
            Context { provider: self.id.provider().to_owned(), request_id: None, keys: Vec::new() };
        match self.try_keys(request, streamed, &mut context).await {
            Ok(reply) => Ok((reply, context)),
            Err(error) => Err(context.dress(error)),
        }
    }

    /// Sends with the key that there is, and once more where it was refused and a newer one is had.
    async fn try_keys(
        &self,
        request: &Request<'_>,
        streamed: bool,
        context: &mut Context,
    ) -> Result<Reply, ModelError> {
        let deadlines = Deadlines::begin(&self.timeouts);
        let mut letter = self.letter(request, streamed)?;
        let mut key = self.key(deadlines).await?;
        let mut renewed = false;
        loop {
            context.keys.extend(key.clone());
            letter.sign(&*self.protocol, key.as_ref())?;
            let reply = exchange::send(&*self.transport, letter.outgoing(), deadlines).await?;
            context.request_id = reply.request_id();
            let status = reply.status();
            if status < 400 {
                return match reply.refused() {
                    Some(error) => Err(error.with_status(status)),
                    None => Ok(reply),
                };
            }
            let error = self.refusal(reply).await;
            if status == 401 && !renewed {
                renewed = true;
                if let Some(newer) = self.newer_key(key.as_ref(), deadlines).await {
                    key = Some(newer);
                    continue;
                }
            }
            let (id, bytes) = (&self.id, letter.body.len());
            return Err(Asked { id, request, bytes, key: key.as_ref() }.advise(error));
        }
    }

    /// The error of an answer whose status says that it is one.
    async fn refusal(&self, reply: Reply) -> ModelError {
        // The status decides; a body that breaks off or is no JSON only explains less.
        let (status, wait, bounds) = (reply.status(), reply.retry_after(), reply.bounds());
        let (bytes, _) = body::read(reply.body(), bounds).await;
        let error = self.protocol.decode_error(status, body::without_mark(&bytes));
        wait.into_iter().fold(error.with_status(status), ModelError::with_retry_after)
    }

    fn letter(&self, request: &Request<'_>, streamed: bool) -> Result<Letter, ModelError> {
        let Encoded { path, headers: own, body } =
            self.protocol.encode(self.id.name(), request, streamed)?;
        let url = self.base_url.join(&path)?;
        let accept = if streamed { "text/event-stream" } else { "application/json" };
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in own {
            let (name, value) = header(name, &value)?;
            headers.insert(name, value);
        }
        Ok(Letter { url, headers, body: body.into() })
    }
}

/// A request that can be sent more than once.
struct Letter {
    url: Url,
    headers: HeaderMap,
    body: Bytes,
}

impl Letter {
    fn sign(&mut self, protocol: &dyn Protocol, key: Option<&ApiKey>) -> Result<(), ModelError> {
        let Some(key) = key else { return Ok(()) };
        let (name, value) = protocol.authorization(key.expose());
        let (name, mut value) = header(name, &value)?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(())
    }

    fn outgoing(&self) -> Outgoing {
        Outgoing::new(self.url.clone(), self.headers.clone(), self.body.clone())
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
    /// Those that were sent, which a provider may repeat.
    keys: Vec<ApiKey>,
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
        for key in &self.keys {
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
            .finish_non_exhaustive()
    }
}
