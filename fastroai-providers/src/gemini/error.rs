//! Errors of the provider, before a reply or in the middle of one.
//!
//! Codes: <https://ai.google.dev/gemini-api/docs/troubleshooting>; details:
//! <https://cloud.google.com/apis/design/errors#error_details>.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::error::{ModelError, ProviderFault};

/// The error behind a status that says that the request failed.
pub(super) fn of_status(status: u16, body: &[u8]) -> ModelError {
    let text = String::from_utf8_lossy(body);
    of_text(&text, Some(status)).with_status(status)
}

/// The error that came with a good status, whole or as an event of a stream.
pub(super) fn of_reply(text: &str) -> ModelError {
    of_text(text, None)
}

/// The error of a list of errors, which is how some endpoints send one.
pub(super) fn in_list(text: &str) -> Option<ModelError> {
    if !text.trim_start().starts_with('[') {
        return None;
    }
    let list: Vec<Value> = serde_json::from_str(text).ok()?;
    list.iter().any(|entry| entry.get("error").is_some()).then(|| of_reply(text))
}

fn of_text(text: &str, status: Option<u16>) -> ModelError {
    let text = text.trim();
    // A stream that failed at once may hold its error in an event.
    let event = || text.lines().find_map(|line| line.strip_prefix("data:"));
    let value: Option<Value> =
        (serde_json::from_str(text).ok()).or_else(|| serde_json::from_str(event()?).ok());
    let Some(facts) = value.as_ref().and_then(Facts::of) else {
        let fault = status.map_or(ProviderFault::Other, by_status);
        let error = ModelError::provider_fault(fault, fault.sentence());
        // A page of a proxy says nothing that helps.
        let page = text.is_empty() || text.starts_with('<');
        return if page { error } else { error.with_detail(text) };
    };
    let fault = facts.fault(status);
    let mut error = ModelError::provider_fault(fault, fault.sentence());
    if let Some(code) = facts.status {
        error = error.with_code(code);
    }
    if !facts.message.is_empty() {
        error = error.with_detail(facts.message);
    }
    facts.retry_delay().into_iter().fold(error, ModelError::with_retry_after)
}

/// What an error says.
struct Facts<'a> {
    code: Option<u16>,
    message: &'a str,
    /// The name of the fault, as in `INVALID_ARGUMENT`.
    status: Option<&'a str>,
    details: Vec<&'a Map<String, Value>>,
}

impl<'a> Facts<'a> {
    /// Reads `{"error": {…}}`, alone or first in a list, and the forms that gateways make of it.
    fn of(value: &'a Value) -> Option<Self> {
        let value = value.as_array().map_or(Some(value), |list| {
            list.iter().find(|entry| entry.get("error").is_some()).or(list.first())
        })?;
        let error = value.get("error").unwrap_or(value);
        if let Value::String(message) = error {
            return Some(Self { code: None, message, status: None, details: Vec::new() });
        }
        let fields = error.as_object()?;
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        let details = fields.get("details").and_then(Value::as_array);
        Some(Self {
            code: fields.get("code").and_then(Value::as_u64).and_then(|it| it.try_into().ok()),
            message: text("message").unwrap_or_default(),
            status: text("status"),
            details: details.into_iter().flatten().filter_map(Value::as_object).collect(),
        })
    }

    /// The details of a kind, as in `google.rpc.RetryInfo`.
    fn of_kind(&self, kind: &str) -> impl Iterator<Item = &'a Map<String, Value>> {
        self.details.iter().copied().filter(move |fields| {
            let name = fields.get("@type").and_then(Value::as_str);
            name.is_some_and(|name| name.ends_with(kind))
        })
    }

    /// How long to wait, as in `"13.5s"`.
    fn retry_delay(&self) -> Option<Duration> {
        let delay = self.of_kind("RetryInfo").find_map(|info| info.get("retryDelay")?.as_str())?;
        let seconds: f64 = delay.strip_suffix('s')?.parse().ok()?;
        Duration::try_from_secs_f64(seconds).ok()
    }

    fn fault(&self, status: Option<u16>) -> ProviderFault {
        let by_code = || {
            let code = status.or(self.code);
            code.map_or(ProviderFault::Other, by_status)
        };
        match self.status {
            Some("INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE") => self.invalid(),
            Some("UNAUTHENTICATED") => ProviderFault::Authentication,
            Some("PERMISSION_DENIED") if self.has_bad_key() => ProviderFault::Authentication,
            Some("PERMISSION_DENIED") => ProviderFault::Permission,
            Some("NOT_FOUND") => ProviderFault::NotFound,
            Some("RESOURCE_EXHAUSTED") if self.is_used_up() => ProviderFault::Quota,
            Some("RESOURCE_EXHAUSTED") => ProviderFault::RateLimit,
            Some("UNAVAILABLE") => ProviderFault::Overloaded,
            Some("DEADLINE_EXCEEDED") => ProviderFault::Timeout,
            Some("ABORTED" | "ALREADY_EXISTS") => ProviderFault::Conflict,
            Some("INTERNAL" | "UNKNOWN" | "DATA_LOSS") => ProviderFault::Server,
            _ => match by_code() {
                ProviderFault::InvalidRequest => self.invalid(),
                ProviderFault::RateLimit if self.is_used_up() => ProviderFault::Quota,
                fault => fault,
            },
        }
    }

    /// What is wrong with a request, where the provider says it in words only.
    fn invalid(&self) -> ProviderFault {
        let message = self.message.to_ascii_lowercase();
        if self.has_bad_key() {
            ProviderFault::Authentication
        } else if message.contains("token count") && message.contains("exceeds the maximum") {
            context_length(&message)
        } else if message.contains("payload size exceeds") {
            ProviderFault::RequestTooLarge
        } else if message.contains("user location is not supported") {
            ProviderFault::Permission
        } else {
            ProviderFault::InvalidRequest
        }
    }

    fn has_bad_key(&self) -> bool {
        let reason = |info: &Map<String, Value>| {
            let reason = info.get("reason").and_then(Value::as_str);
            matches!(reason, Some("API_KEY_INVALID" | "ACCESS_TOKEN_EXPIRED" | "API_KEY_EXPIRED"))
        };
        self.of_kind("ErrorInfo").any(reason) || self.message.starts_with("API key not valid")
    }

    /// Whether a quota is gone for longer than a wait: that of the day, or one of zero.
    fn is_used_up(&self) -> bool {
        let daily = |violation: &Value| {
            let id = violation.get("quotaId").and_then(Value::as_str).unwrap_or_default();
            id.contains("PerDay") || violation.get("quotaValue").is_some_and(|value| value == "0")
        };
        let violations = self.of_kind("QuotaFailure").filter_map(|it| it.get("violations"));
        violations.filter_map(Value::as_array).flatten().any(daily)
            || self.message.contains("limit: 0,")
    }
}

/// As in `the input token count (1054016) exceeds the maximum number of tokens allowed (1048576)`.
fn context_length(message: &str) -> ProviderFault {
    let number = |text: &str| {
        let digits = text.split(|c: char| !c.is_ascii_digit()).find(|word| !word.is_empty());
        digits.and_then(|digits| digits.parse().ok())
    };
    let (used, limit) = message.split_once("exceeds the maximum").unwrap_or((message, ""));
    ProviderFault::ContextLength { limit: number(limit), used: number(used) }
}

fn by_status(status: u16) -> ProviderFault {
    match status {
        503 => ProviderFault::Overloaded,
        504 => ProviderFault::Timeout,
        status => ProviderFault::of_status(status),
    }
}
