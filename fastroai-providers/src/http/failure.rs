//! What a failed exchange says about itself.

use std::error::Error as StdError;
use std::io;

use rustls::CertificateError;
use url::Url;

use crate::error::{ModelError, ModelErrorKind, Phase, ProtocolFault, Sent};

/// The host, and the port where it is not the usual one.
pub(super) fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Before the answer's head was in.
pub(super) fn before_reply(error: reqwest::Error, host: &str) -> ModelError {
    let error = error.without_url();
    let (phase, sent, message) = if error.is_builder() {
        return ModelError::config("the request cannot be written").with_source(error);
    } else if error.is_dns() {
        (Phase::Dns, Sent::No, format!("`{host}` has no address"))
    } else if let Some(tls) = cause::<rustls::Error>(&error).filter(|_| error.is_connect()) {
        (Phase::Tls, Sent::No, format!("no safe connection to `{host}`: {}", tls_reason(tls)))
    } else if error.is_connect() && error.is_timeout() {
        (Phase::Connect, Sent::No, format!("no connection to `{host}` in time"))
    } else if error.is_connect() {
        (Phase::Connect, Sent::No, format!("`{host}` cannot be reached"))
    } else {
        // A pooled connection that went stale ends here too: the request may have been read.
        (Phase::Send, Sent::Maybe, format!("the connection to `{host}` broke before an answer"))
    };
    ModelError::new(ModelErrorKind::Transport { phase, sent }, message).with_source(error)
}

/// While the answer was arriving.
pub(super) fn within_reply(error: reqwest::Error) -> ModelError {
    let error = error.without_url();
    let cut = cause::<io::Error>(&error)
        .is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof);
    if cut {
        return ModelError::protocol(ProtocolFault::Truncated, "the answer was cut off")
            .with_source(error);
    }
    let kind = ModelErrorKind::Transport { phase: Phase::Body, sent: Sent::Maybe };
    ModelError::new(kind, "the connection broke while the answer was arriving").with_source(error)
}

/// The first cause of this type. An I/O error hides its own cause from `source`.
pub(super) fn cause<'a, E: StdError + 'static>(
    error: &'a (dyn StdError + 'static),
) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = inner.and_then(|inner| cause(inner)) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

fn tls_reason(error: &rustls::Error) -> &'static str {
    use CertificateError as C;
    match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            C::Expired | C::ExpiredContext { .. } => "its certificate has expired",
            C::NotValidYet | C::NotValidYetContext { .. } => "its certificate is not valid yet",
            C::NotValidForName | C::NotValidForNameContext { .. } => {
                "its certificate is for another host"
            }
            C::UnknownIssuer => "its certificate comes from nobody whom this machine trusts",
            C::Revoked => "its certificate was revoked",
            _ => "its certificate is not valid",
        },
        rustls::Error::NoCertificatesPresented => "it shows no certificate",
        rustls::Error::AlertReceived(_) | rustls::Error::PeerIncompatible(_) => {
            "the two sides have no version or cipher in common"
        }
        rustls::Error::InvalidMessage(_) => "it does not speak TLS",
        _ => "the handshake failed",
    }
}
