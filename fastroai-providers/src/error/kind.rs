//! The kinds of failure, and what each says about trying again.

/// What failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelErrorKind {
    /// Nothing was sent, because something is set up wrongly.
    Config,
    /// The connection failed.
    Transport {
        /// Where.
        phase: Phase,
        /// Whether the request may have reached the provider.
        sent: Sent,
    },
    /// What came back is not what the wire format says.
    Protocol(ProtocolFault),
    /// The provider said no.
    Provider(ProviderFault),
}

/// Where a connection failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// The host's name has no address.
    Dns,
    /// No connection was made.
    Connect,
    /// The two sides could not agree on a safe connection.
    Tls,
    /// It broke while the request was being sent or the answer awaited.
    Send,
    /// The answer's first byte did not come in time.
    FirstByte,
    /// It broke while the answer was arriving.
    Body,
    /// The answer fell silent.
    Idle,
    /// The answer took longer than the whole request may.
    Total,
}

/// Whether a request may have reached the provider, and so may be billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It did not.
    No,
    /// It may have.
    Maybe,
}

/// How an answer breaks its wire format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProtocolFault {
    /// It ended too early.
    Truncated,
    /// It is not JSON at all (a page of a proxy, say).
    NotJson,
    /// It is not UTF-8.
    BadUtf8,
    /// An event of a stream does not parse.
    BadEvent,
    /// It is JSON of another shape.
    BadShape,
    /// It is larger than is taken.
    TooLarge,
    /// It points elsewhere; redirects are not followed.
    Redirect,
}

/// Why a provider said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProviderFault {
    /// It does not know the key.
    Authentication,
    /// The key may not do this.
    Permission,
    /// There is no such model, or no such address.
    NotFound,
    /// Too many requests for now.
    RateLimit,
    /// The account has nothing left.
    Quota,
    /// It has too much to do.
    Overloaded,
    /// It broke.
    Server,
    /// It gave up waiting.
    Timeout,
    /// Something else is going on with the same object.
    Conflict,
    /// The request is larger than it takes.
    RequestTooLarge,
    /// The conversation does not fit the model.
    ContextLength {
        /// The most tokens that fit, where it said so.
        limit: Option<u64>,
        /// The tokens that were sent, where it said so.
        used: Option<u64>,
    },
    /// It does not keep, or keeps no more, the reply that the request goes on from.
    PreviousResponseNotFound,
    /// Its filter stopped the request.
    ContentFilter,
    /// It does not take the request as it is.
    InvalidRequest,
    /// Something else.
    Other,
}

impl ProviderFault {
    /// What a status says where a wire says nothing else of it.
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            401 => Self::Authentication,
            402 => Self::Quota,
            403 => Self::Permission,
            404 => Self::NotFound,
            408 => Self::Timeout,
            409 => Self::Conflict,
            413 => Self::RequestTooLarge,
            429 => Self::RateLimit,
            529 => Self::Overloaded,
            500.. => Self::Server,
            400..500 => Self::InvalidRequest,
            _ => Self::Other,
        }
    }

    /// What happened and what to do about it, in our words.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Authentication => "the provider does not take the key: check it",
            Self::Permission => "the key may not do this: check its rights at the provider",
            Self::NotFound => {
                "the provider does not know the model or the address: check both names"
            }
            Self::RateLimit => "too many requests for now: wait, or ask for a higher limit",
            Self::Quota => "the account has no quota left: check its plan and its balance",
            Self::Overloaded => "the provider is overloaded: try again later",
            Self::Server => "the provider broke down: try again later",
            Self::Timeout => "the provider gave up waiting: try again later",
            Self::Conflict => "the request conflicts with another one: try again later",
            Self::RequestTooLarge => "the request is larger than the provider takes",
            Self::ContextLength { .. } => {
                "the conversation does not fit the model: shorten it, or use a model with more context"
            }
            Self::PreviousResponseNotFound => {
                "the provider does not know the reply to go on from: leave out `previous_response`, \
                 which sends the whole conversation"
            }
            Self::ContentFilter => "the provider's filter stopped the request",
            Self::InvalidRequest => "the provider does not take the request as it is",
            Self::Other => "the provider reported an error",
        }
    }
}

/// Whether, and how, a failed attempt may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryClass {
    /// It was not sent: repeating it is safe.
    NotSent,
    /// The provider is busy or broken: repeat after a wait, within a budget of retries.
    Throttled,
    /// It may have been served and billed: at most one retry, if the policy allows.
    Ambiguous,
    /// Repeating it cannot help.
    Never,
}

impl ModelErrorKind {
    /// Whether, and how, the attempt may be repeated.
    #[must_use]
    pub fn retry_class(&self) -> RetryClass {
        use {ModelErrorKind as K, ProtocolFault as P, ProviderFault as F};
        match self {
            K::Transport { phase: Phase::Tls, .. } => RetryClass::Never,
            K::Transport { sent: Sent::No, .. } => RetryClass::NotSent,
            K::Transport { sent: Sent::Maybe, .. }
            | K::Protocol(P::Truncated | P::TooLarge)
            | K::Provider(F::Timeout) => RetryClass::Ambiguous,
            K::Provider(F::RateLimit | F::Overloaded | F::Server | F::Conflict) => {
                RetryClass::Throttled
            }
            K::Config | K::Protocol(_) | K::Provider(_) => RetryClass::Never,
        }
    }
}
