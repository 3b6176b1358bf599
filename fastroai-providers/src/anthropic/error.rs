//! Errors of the provider, before a reply or in the middle of one.
//!
//! Types: <https://platform.claude.com/docs/en/api/errors>.

use super::fields::Fields;
use crate::error::{ModelError, ProviderFault};

/// The error behind a status that says that the request failed.
pub(super) fn of_status(status: u16, body: &[u8]) -> ModelError {
    let fallback = ProviderFault::of_status(status);
    let text = String::from_utf8_lossy(body);
    let error = match Fields::parse(&text) {
        Ok(fields) => of_fields(&fields, fallback),
        Err(_) => of_text(&text, fallback),
    };
    error.with_status(status)
}

/// The error that came with a good status, whole or as an event of a stream.
pub(super) fn of_reply(fields: &Fields<'_>) -> ModelError {
    of_fields(fields, ProviderFault::Other)
}

/// The error of a text that is no JSON.
pub(super) fn of_text(text: &str, fallback: ProviderFault) -> ModelError {
    let error = ModelError::provider_fault(fallback, fallback.sentence());
    let page = text.trim_start().starts_with('<');
    if page || text.trim().is_empty() { error } else { error.with_detail(text.trim()) }
}

fn of_fields(fields: &Fields<'_>, fallback: ProviderFault) -> ModelError {
    let inner = fields.object("error");
    let inner = inner.as_ref().unwrap_or(fields);
    // Some gateways send the message alone, under whatever name they like.
    let message = (inner.text("message"))
        .or_else(|| fields.text("error"))
        .or_else(|| fields.text("detail"))
        .unwrap_or_default();
    let kind = inner.text("type").filter(|kind| kind != "error");
    let details = inner.object("details").and_then(|details| details.text("error_code"));
    let code = details.or_else(|| kind.clone()).or_else(|| inner.text("code"));
    let fault = classify(kind.as_deref(), code.as_deref(), &message, inner, fallback);
    let mut error = ModelError::provider_fault(fault, fault.sentence());
    if let Some(code) = code {
        error = error.with_code(code);
    }
    if !message.is_empty() {
        error = error.with_detail(&message);
    }
    match fields.text("request_id") {
        Some(id) => error.with_request_id(id),
        None => error,
    }
}

fn classify(
    kind: Option<&str>,
    code: Option<&str>,
    message: &str,
    inner: &Fields<'_>,
    fallback: ProviderFault,
) -> ProviderFault {
    if code.is_some_and(|code| code.contains("spend_limit") || code.contains("billing")) {
        return ProviderFault::Quota;
    }
    match kind {
        Some("exceed_context_size_error") => ProviderFault::ContextLength {
            limit: inner.number("n_ctx"),
            used: inner.number("n_prompt_tokens"),
        },
        Some("invalid_request_error") | None => {
            let fallback = if kind.is_some() { ProviderFault::InvalidRequest } else { fallback };
            by_message(message).unwrap_or(match inner.number("code") {
                Some(status) if kind.is_none() => {
                    u16::try_from(status).map_or(fallback, ProviderFault::of_status)
                }
                _ => fallback,
            })
        }
        Some("authentication_error") => ProviderFault::Authentication,
        Some("permission_error") => ProviderFault::Permission,
        Some("not_found_error") => ProviderFault::NotFound,
        Some("billing_error") => ProviderFault::Quota,
        Some("rate_limit_error") => ProviderFault::RateLimit,
        Some("overloaded_error" | "unavailable_error") => ProviderFault::Overloaded,
        Some("api_error" | "server_error" | "internal_server_error") => ProviderFault::Server,
        Some("timeout_error") => ProviderFault::Timeout,
        Some("request_too_large") => ProviderFault::RequestTooLarge,
        Some(_) => fallback,
    }
}

/// What the provider says in words only.
fn by_message(message: &str) -> Option<ProviderFault> {
    let message = message.to_ascii_lowercase();
    let numbers = || {
        let words = message.split(|c: char| !c.is_ascii_digit() && c != ',');
        words.filter_map(|word| word.replace(',', "").parse::<u64>().ok())
    };
    if message.contains("prompt is too long") {
        // As in `prompt is too long: 208310 tokens > 200000 maximum`.
        let mut numbers = numbers();
        let used = numbers.next();
        return Some(ProviderFault::ContextLength { used, limit: numbers.next() });
    }
    if message.contains("exceed context limit") || message.contains("exceeds the available context")
    {
        // As in `input length and max_tokens exceed context limit: 188240 + 21333 > 200000`.
        let all: Vec<u64> = numbers().collect();
        let (limit, used) = match all.as_slice() {
            [sent @ .., limit] if !sent.is_empty() => {
                (Some(*limit), sent.iter().try_fold(0_u64, |sum, next| sum.checked_add(*next)))
            }
            _ => (None, None),
        };
        return Some(ProviderFault::ContextLength { limit, used });
    }
    if message.contains("content filtering policy") {
        return Some(ProviderFault::ContentFilter);
    }
    (message.contains("credit balance is too low") || message.contains("usage limits"))
        .then_some(ProviderFault::Quota)
}
