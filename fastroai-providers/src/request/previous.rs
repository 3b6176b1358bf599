//! Conversations that a provider keeps: which reply the next request goes on from.

use serde::{Deserialize, Serialize};

use super::Settings;
use crate::error::ModelError;
use crate::message::Message;
use crate::response::Response;

/// The reply that a request goes on from, kept by the provider that made it: only what was said
/// after it is sent. Instructions, tools and settings go with each request as ever.
///
/// Only the id of a reply in the history is ever sent, and only to the provider that made it.
///
/// A provider may forget what it keeps (OpenAI after 30 days, or when the reply is deleted). It then
/// refuses the request with
/// [`ProviderFault::PreviousResponseNotFound`](crate::error::ProviderFault::PreviousResponseNotFound),
/// and nothing is billed: ask again without this setting, which sends the whole conversation.
///
/// ```
/// use fastroai_providers::Settings;
/// use fastroai_providers::request::PreviousResponse;
/// let settings = Settings {
///     store: Some(true),
///     previous_response: Some(PreviousResponse::Latest),
///     ..Settings::default()
/// };
/// # assert_eq!(settings.previous_response, Some(PreviousResponse::Latest));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum PreviousResponse {
    /// The last whole reply of the provider that it says it [keeps](Response::stored). Where there
    /// is none, the whole conversation is sent.
    #[doc(alias = "auto")]
    Latest,
    /// The reply of this id. Where the history has none of that id from the provider that is asked,
    /// the request is refused before it is sent.
    Id(String),
}

impl PreviousResponse {
    /// The id to send to a provider, and what of the conversation goes with it: all of it, where
    /// there is none to send.
    ///
    /// # Errors
    /// Of kind `Config`, where a reply is named that is no whole one of this provider.
    pub fn split<'a>(
        this: Option<&Self>,
        messages: &'a [Message],
        provider: &str,
    ) -> Result<(Option<&'a str>, &'a [Message]), ModelError> {
        let Some(this) = this else { return Ok((None, messages)) };
        let own = |response: &Response| {
            !response.interrupted && response.provider.as_deref() == Some(provider)
        };
        let is_meant = |message: &'a Message| {
            let Message::Assistant(response) = message else { return None };
            let id = response.id.as_deref().filter(|_| own(response))?;
            let meant = match this {
                Self::Latest => response.stored,
                Self::Id(named) => id == named,
            };
            meant.then_some(id)
        };
        let mut latest_first = messages.iter().enumerate().rev();
        let found = latest_first.find_map(|(at, message)| Some((at, is_meant(message)?)));
        match (found, this) {
            (Some((at, id)), _) => {
                Ok((Some(id), messages.get(at.saturating_add(1)..).unwrap_or_default()))
            }
            (None, Self::Latest) => Ok((None, messages)),
            (None, Self::Id(_)) => Err(ModelError::config(format!(
                "`previous_response` names a reply that the conversation does not have from \
                 `{provider}`: keep that reply in the history, or leave the setting out"
            ))),
        }
    }
}

impl Settings {
    /// Refuses what only a provider that keeps replies can do, on a wire that keeps none.
    pub(crate) fn refuse_kept(&self, wire: &str) -> Result<(), ModelError> {
        if self.background == Some(true) {
            return Err(ModelError::config(format!(
                "{wire} makes no replies in the background: leave `background` unset, or ask over \
                 OpenAI's Responses API"
            )));
        }
        match self.previous_response {
            Some(PreviousResponse::Id(_)) => Err(ModelError::config(format!(
                "{wire} keeps no replies to go on from: leave `previous_response` unset, or let it \
                 be the latest, which sends the whole conversation where nothing is kept"
            ))),
            _ => Ok(()),
        }
    }
}
