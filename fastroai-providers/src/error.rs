//! What can go wrong between a request and its reply.

mod kind;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

pub use kind::{ModelErrorKind, Phase, ProtocolFault, ProviderFault, RetryClass, Sent};

use crate::response::Response;

/// One failed attempt: what failed, whether it may be tried again, and what had arrived.
///
/// `Display` and `Debug` show neither keys nor bodies; what the provider said in its own words is
/// behind [`detail`](Self::detail), shortened.
pub struct ModelError(Box<Inner>);

struct Inner {
    kind: ModelErrorKind,
    message: String,
    provider: Option<String>,
    status: Option<u16>,
    code: Option<String>,
    detail: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    partial: Option<Response>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The longest text of a provider that an error keeps, in characters.
const DETAIL_LIMIT: usize = 200;

impl ModelError {
    /// An error of this kind. The message is ours, in one sentence, without anything from outside.
    pub fn new(kind: ModelErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            provider: None,
            status: None,
            code: None,
            detail: None,
            request_id: None,
            retry_after: None,
            partial: None,
            source: None,
        }))
    }

    /// Nothing was sent, because something is set up wrongly.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(ModelErrorKind::Config, message)
    }

    /// What came back is not what the wire format says.
    pub fn protocol(fault: ProtocolFault, message: impl Into<String>) -> Self {
        Self::new(ModelErrorKind::Protocol(fault), message)
    }

    /// The provider said no.
    pub fn provider_fault(fault: ProviderFault, message: impl Into<String>) -> Self {
        Self::new(ModelErrorKind::Provider(fault), message)
    }

    /// Adds to the message what may help; nothing from outside, but for names.
    #[must_use]
    pub fn with_hint(mut self, hint: impl fmt::Display) -> Self {
        self.0.message = format!("{}; {hint}", self.0.message);
        self
    }

    /// Names the provider.
    #[must_use]
    pub fn with_provider(mut self, provider: impl Into<String>) -> Self {
        self.0.provider = Some(provider.into());
        self
    }

    /// Adds the HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Adds the provider's code for the fault, if it is a plain word.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        let code = code.into();
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-.:".contains(c);
        if !code.is_empty() && code.len() <= 64 && code.chars().all(plain) {
            self.0.code = Some(code);
        }
        self
    }

    /// Adds what the provider said, shortened to 200 characters, control characters escaped.
    #[must_use]
    pub fn with_detail(mut self, detail: &str) -> Self {
        let clean: String = detail
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(DETAIL_LIMIT)
            .collect();
        self.0.detail = Some(clean);
        self
    }

    /// Adds the provider's id of the request, if it is a plain word.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        let id = id.into();
        let plain = (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        if plain {
            self.0.request_id = Some(id);
        }
        self
    }

    /// Adds how long the provider asks to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Adds what had arrived; the reply is marked as interrupted.
    #[must_use]
    pub fn with_partial(mut self, mut partial: Response) -> Self {
        partial.interrupted = true;
        self.0.partial = Some(partial);
        self
    }

    /// Adds the cause. It must hold neither keys nor URLs.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Replaces `secret` wherever the error's texts hold it.
    #[must_use]
    pub fn scrubbed(mut self, secret: &str) -> Self {
        if !secret.is_empty() {
            let texts = [&mut self.0.detail, &mut self.0.code, &mut self.0.request_id];
            for text in texts.into_iter().flatten() {
                scrub(text, secret);
            }
        }
        self
    }

    /// What failed.
    #[must_use]
    pub fn kind(&self) -> &ModelErrorKind {
        &self.0.kind
    }

    /// Whether, and how, the attempt may be repeated.
    #[must_use]
    pub fn retry_class(&self) -> RetryClass {
        self.0.kind.retry_class()
    }

    /// Whether repeating the request may help.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.retry_class() != RetryClass::Never
    }

    /// The provider that was asked.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.0.provider.as_deref()
    }

    /// The HTTP status, where there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The provider's code for the fault.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// What the provider said, at most 200 characters. It may repeat parts of a prompt.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The provider's id of the request, for its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How long the provider asked to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// What had arrived before it failed; it may have been paid for.
    #[must_use]
    pub fn partial(&self) -> Option<&Response> {
        self.0.partial.as_ref()
    }

    /// What had arrived before it failed, given away.
    #[must_use]
    pub fn take_partial(&mut self) -> Option<Response> {
        self.0.partial.take()
    }
}

/// The shortest beginning of a secret that is taken for one.
const TELLING: usize = 4;

fn scrub(text: &mut String, secret: &str) {
    if text.contains(secret) {
        *text = text.replace(secret, "[redacted]");
    }
    // A text that was shortened may end within the secret.
    let beginnings = (TELLING..secret.len()).rev().filter_map(|end| secret.get(..end));
    for beginning in beginnings {
        if let Some(rest) = text.strip_suffix(beginning) {
            *text = format!("{rest}[redacted]");
            return;
        }
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { message, provider, status, code, request_id, .. } = &*self.0;
        if let Some(provider) = provider {
            write!(f, "{provider}: ")?;
        }
        f.write_str(message)?;
        let facts = [
            status.map(|status| format!("status {status}")),
            code.as_ref().map(|code| format!("code `{code}`")),
            request_id.as_ref().map(|id| format!("request {id}")),
        ];
        let facts: Vec<String> = facts.into_iter().flatten().collect();
        if !facts.is_empty() {
            write!(f, " ({})", facts.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Debug for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelError")
            .field("kind", &self.0.kind)
            .field("message", &format_args!("{self}"))
            .field("retry_after", &self.0.retry_after)
            .field("partial", &self.0.partial.is_some())
            .finish_non_exhaustive()
    }
}

impl StdError for ModelError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_a_request_that_is_no_plain_word_is_not_shown() {
        let shown = |id: &str| ModelError::config("no").with_request_id(id).to_string();
        assert_eq!(shown("req_01+/="), "no (request req_01+/=)");
        for id in ["", "two words", "a\u{7f}", "a\nb", "日本", &"x".repeat(129)] {
            assert_eq!(shown(id), "no", "{id:?}");
        }
    }

    #[test]
    fn a_secret_is_scrubbed_whole_and_where_the_text_was_cut_within_it() {
        let secret = "sk-canary-0123456789";
        for before in [0, 10, 185, 190, 196] {
            let said = format!("{}{secret} is wrong", "x".repeat(before));
            let error = ModelError::config("no").with_detail(&said).scrubbed(secret);
            let detail = error.detail().unwrap();
            assert!(!detail.contains("sk-c"), "{before}: {detail}");
            assert!(detail.contains("[redacted]"), "{before}: {detail}");
        }
    }
}
