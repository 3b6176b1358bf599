//! A model to talk to, its name, and what it can do.

mod id;

use std::future::ready;

use futures_util::future::BoxFuture;

pub use id::{ModelId, ModelIdError};

use crate::error::ModelError;
use crate::request::{Request, Settings};
use crate::response::Response;
use crate::stream::ResponseStream;

/// One model at one provider. Each call is one attempt: no retry, no fallback, no price.
pub trait Model: Send + Sync + 'static {
    /// Which model this is.
    fn id(&self) -> &ModelId;

    /// What it can do.
    fn profile(&self) -> &Profile;

    /// Asks for a whole reply.
    fn request<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<Response, ModelError>>;

    /// Asks for a reply in pieces. The future ends when the provider has accepted the request.
    fn stream<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<ResponseStream, ModelError>>;

    /// Asks how a reply stands that came as [`Pending`](crate::FinishReason::Pending), by its id:
    /// one request, which costs nothing. The reply is whole, or still pending.
    ///
    /// What comes of it is `Err` of kind `Config` where the provider makes none in the background.
    fn poll<'a>(
        &'a self,
        settings: &'a Settings,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        let _ = (settings, id);
        Box::pin(ready(Err(makes_none(self.id()))))
    }

    /// Tells the provider to give up a reply that it makes in the background, by its id.
    ///
    /// What comes of it is `Err` of kind `Config` where the provider makes none.
    fn cancel<'a>(
        &'a self,
        settings: &'a Settings,
        id: &'a str,
    ) -> BoxFuture<'a, Result<(), ModelError>> {
        let _ = (settings, id);
        Box::pin(ready(Err(makes_none(self.id()))))
    }

    /// Models with the same one share what their retries may draw on: in a brown-out these stop
    /// for all that suffer from it, and for no others. The provider's name unless said otherwise.
    fn throttle_key(&self) -> &str {
        self.id().provider()
    }

    /// Whether [`count_tokens`](Self::count_tokens) may come to something. Counting sends the whole
    /// request: where this says no, nobody has to be asked whether it may be sent.
    fn counts_tokens(&self) -> bool {
        true
    }

    /// Asks how many tokens a request takes in, without having it answered.
    ///
    /// What comes of it is `Err` of kind `Config` where the provider counts none.
    fn count_tokens<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<u64, ModelError>> {
        let _ = request;
        let error = ModelError::config("this model counts no tokens before it is asked");
        Box::pin(ready(Err(error.with_provider(self.id().provider()))))
    }
}

/// The error of a model that makes no replies in the background.
pub(crate) fn makes_none(id: &ModelId) -> ModelError {
    let message = "this model makes no replies in the background: leave `background` unset";
    ModelError::config(message).with_provider(id.provider())
}

/// What a model can do, so that a request is shaped for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is an ability of its own")]
pub struct Profile {
    /// It can call tools.
    pub tools: bool,
    /// It can be held to a JSON schema by its provider.
    pub json_schema: bool,
    /// It can be held to a JSON schema while tools are on offer.
    pub json_schema_beside_tools: bool,
    /// It runs here and costs nothing, so that a run needs no price to keep a budget.
    pub free: bool,
    /// The limit of output tokens to send where the wire demands one and none was set.
    pub default_max_tokens: Option<u32>,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            tools: true,
            json_schema: true,
            json_schema_beside_tools: true,
            free: false,
            default_max_tokens: None,
        }
    }
}
