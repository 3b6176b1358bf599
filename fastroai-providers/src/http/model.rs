//! A model that is reached over HTTP.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock};

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};

use super::advice::Asked;
use super::base_url::BaseUrl;
use super::exchange::{self, Deadlines, Reply};
use super::key::ApiKey;
use super::keys::{FixedKeys, KeyProvider};
use super::letter::{Letter, Method};
use super::timeouts::Timeouts;
use super::transport::Transport;
use super::{answer, body};
use crate::error::{ModelError, ModelErrorKind, Phase, ProtocolFault, ProviderFault, Sent};
use crate::model::{Model, ModelId, Profile, makes_none};
use crate::protocol::{Encoded, Protocol};
use crate::request::{Request, Settings};
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
    /// What its retries are counted under: the address, and the key where it is known beforehand.
    throttle_key: String,
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
        let throttle_key = throttle_key(&id, &base_url, None, None);
        Self {
            id,
            profile,
            protocol,
            transport,
            timeouts,
            base_url,
            keys,
            without_key: None,
            throttle_key,
        }
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
        let model = self.with_known_key(Some(&key), None);
        let keys = FixedKeys::new().with(model.id.provider(), key);
        model.with_keys_of(Arc::new(keys), None)
    }

    /// Sends the key that these have for the model's provider, if they have one.
    ///
    /// They are asked for each request. After a 401 they are asked once more, and where another
    /// key comes out the request is sent again with it, once and within the same limits. That is
    /// no second attempt at a price: a provider bills nothing for a request that it did not let in.
    #[must_use]
    pub fn with_keys(self, keys: impl KeyProvider) -> Self {
        self.with_known_key(None, None).with_keys_of(Arc::new(keys), None)
    }

    /// Counts its retries apart from those under other keys. A key that only its source knows may
    /// be another one for each request, which would have a count of its own each time: it is counted
    /// under its owner, where it has one.
    pub(crate) fn with_known_key(mut self, key: Option<&ApiKey>, owner: Option<&str>) -> Self {
        self.throttle_key = throttle_key(&self.id, &self.base_url, key, owner);
        self
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

    /// Changes what the model is taken to be able to do, where its name does not tell.
    ///
    /// ```
    /// # use fastroai_providers::http::{HttpModel, HttpTransport};
    /// # use std::sync::Arc;
    /// # let (id, url) = ("openai:tiny".parse()?, "http://127.0.0.1:8080".parse()?);
    /// # let wire = Arc::new(fastroai_providers::openai::ChatCompletions::new());
    /// use fastroai_providers::Model;
    /// let model = HttpModel::new(id, wire, HttpTransport::default(), url)
    ///     .with_profile(|profile| profile.json_schema = false);
    /// assert!(!model.profile().json_schema);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_profile(mut self, change: impl FnOnce(&mut Profile)) -> Self {
        change(&mut self.profile);
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
        encoded: Result<Encoded, ModelError>,
        request: &Request<'_>,
        method: Method,
        accept: &'static str,
    ) -> Result<(Reply, Context), ModelError> {
        let mut context =
            Context { provider: self.id.provider().to_owned(), request_id: None, keys: Vec::new() };
        let (base_url, protocol) = (&self.base_url, &*self.protocol);
        let letter = encoded.and_then(|encoded| {
            Letter::new(method, base_url, encoded, request.settings, accept, protocol)
        });
        let sent = match letter {
            Ok(letter) => self.try_keys(letter, request, &mut context).await,
            Err(error) => Err(error),
        };
        match sent {
            Ok(reply) => Ok((reply, context)),
            Err(error) => Err(context.dress(error)),
        }
    }

    /// Sends with the key that there is, and once more where it was refused and a newer one is had.
    async fn try_keys(
        &self,
        mut letter: Letter,
        request: &Request<'_>,
        context: &mut Context,
    ) -> Result<Reply, ModelError> {
        let deadlines = Deadlines::begin(&self.timeouts);
        let mut key = self.key(deadlines).await?;
        let mut renewed = false;
        loop {
            if let Some(key) = &key {
                context.keys.push(key.clone());
                letter.sign(&*self.protocol, key)?;
            }
            let reply = exchange::send(&*self.transport, &letter, deadlines).await?;
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
            if letter.method() == Method::Get {
                let forgotten = *error.kind() == ModelErrorKind::Provider(ProviderFault::NotFound);
                let hint = "a reply that was made in the background is kept for some minutes only";
                return Err(if forgotten { error.with_hint(hint) } else { error });
            }
            let (id, bytes) = (&self.id, letter.size());
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

    /// Asks, and reads the whole answer.
    async fn whole<T>(
        &self,
        encoded: Result<Encoded, ModelError>,
        request: &Request<'_>,
        decode: impl FnOnce(&[u8]) -> Result<T, ModelError>,
    ) -> Result<(T, Context), ModelError> {
        let asked = self.accepted(encoded, request, Method::Post, "application/json");
        let (reply, context) = asked.await?;
        match answer::whole(reply, decode).await {
            Ok(read) => Ok((read, context)),
            Err(error) => Err(context.dress(error)),
        }
    }

    /// A request as it is sent, with the fields that the settings add.
    fn encode(&self, request: &Request<'_>, streamed: bool) -> Result<Encoded, ModelError> {
        request.check_schemas()?;
        let encoded = self.protocol.encode(self.id.name(), request, streamed)?;
        encoded.with_fields(&request.settings.extra_body)
    }
}

/// Names an address and a key without showing it.
fn throttle_key(
    id: &ModelId,
    base_url: &BaseUrl,
    key: Option<&ApiKey>,
    owner: Option<&str>,
) -> String {
    static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    let account = key.map(|key| HASHER.hash_one(key.expose()));
    let owner = owner.filter(|_| account.is_none());
    let of = owner.map(|owner| format!(" of {owner:?}")).unwrap_or_default();
    format!("{} at {base_url} as {account:?}{of}", id.provider())
}

impl Model for HttpModel {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn throttle_key(&self) -> &str {
        &self.throttle_key
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn request<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        async move {
            if self.protocol.streams_only() {
                return gathered(self.stream(request).await?).await;
            }
            let encoded = self.encode(request, false);
            let decode = |bytes: &[u8]| self.protocol.decode(bytes);
            let (response, context) = self.whole(encoded, request, decode).await?;
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
            let asked = self.accepted(encoded, request, Method::Post, "text/event-stream");
            let (reply, context) = asked.await?;
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

    fn counts_tokens(&self) -> bool {
        let settings = Settings::default();
        let counting = self.protocol.encode_count(self.id.name(), &Request::new(&[], &settings));
        !matches!(counting, Ok(None))
    }

    fn poll<'a>(
        &'a self,
        settings: &'a Settings,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        async move {
            let encoded = self.protocol.encode_poll(id);
            let encoded = encoded.and_then(|encoded| encoded.ok_or_else(|| makes_none(&self.id)));
            let request = Request::new(&[], settings);
            let asked = self.accepted(encoded, &request, Method::Get, "application/json");
            let (reply, context) = asked.await?;
            match answer::whole(reply, |bytes| self.protocol.decode(bytes)).await {
                Ok(response) => Ok(context.sign(response)),
                Err(error) => Err(context.dress(error)),
            }
        }
        .boxed()
    }

    fn cancel<'a>(
        &'a self,
        settings: &'a Settings,
        id: &'a str,
    ) -> BoxFuture<'a, Result<(), ModelError>> {
        async move {
            let encoded = self.protocol.encode_cancel(id);
            let encoded = encoded.and_then(|encoded| encoded.ok_or_else(|| makes_none(&self.id)));
            let request = Request::new(&[], settings);
            self.accepted(encoded, &request, Method::Post, "application/json").await.map(|_| ())
        }
        .boxed()
    }

    fn count_tokens<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<u64, ModelError>> {
        async move {
            let counting = request
                .check_schemas()
                .and_then(|()| self.protocol.encode_count(self.id.name(), request));
            let encoded = match counting {
                Ok(Some(encoded)) => Ok(encoded),
                Ok(None) => Err(ModelError::config(
                    "this provider counts no tokens before it is asked: the usage of a reply says \
                     what it took",
                )),
                Err(error) => Err(error),
            };
            let decode = |bytes: &[u8]| self.protocol.decode_count(bytes);
            Ok(self.whole(encoded, request, decode).await?.0)
        }
        .boxed()
    }
}

/// The whole reply that a stream ends with.
async fn gathered(mut stream: ResponseStream) -> Result<Response, ModelError> {
    while let Some(event) = stream.next().await {
        if let StreamEvent::Done(response) = event? {
            return Ok(*response);
        }
    }
    Err(ModelError::protocol(ProtocolFault::Truncated, "the stream ended before the reply did"))
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
