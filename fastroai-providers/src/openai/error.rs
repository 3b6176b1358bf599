//! Why OpenAI, or a service that follows it, said no.
//!
//! The codes are at <https://platform.openai.com/docs/guides/error-codes>; the services wrap them
//! in many ways, or send a text, or a page of a proxy.

use serde_json::Value;

use crate::error::{ModelError, ModelErrorKind, ProviderFault};

/// The error of a reply whose status says that it failed.
pub(super) fn from_body(status: u16, body: &[u8]) -> ModelError {
    let text = std::str::from_utf8(body).unwrap_or_default();
    Facts::of(text).into_error(Some(status)).with_status(status)
}

/// The error of an event, or of a reply with a good status: its code says what happened.
pub(super) fn from_event(text: &str) -> ModelError {
    Facts::of(text).into_error(None)
}

/// The error that a list holds: Google wraps each of its own in one.
pub(super) fn from_list(text: &str) -> Option<ModelError> {
    let list: Vec<Value> = serde_json::from_str(text).ok()?;
    list.first()?.get("error")?;
    Some(from_event(text))
}

/// How deep errors are wrapped in each other, at most.
const DEPTH: usize = 8;

/// What an error says, wherever it says it.
#[derive(Default)]
struct Facts {
    message: Option<String>,
    /// What the provider behind a router said.
    cause: Option<String>,
    code: Option<String>,
    kind: Option<String>,
    status: Option<u16>,
    limit: Option<u64>,
    used: Option<u64>,
    filtered: bool,
}

impl Facts {
    fn of(text: &str) -> Self {
        let mut facts = Self::default();
        let text = text.trim();
        match serde_json::from_str::<Value>(text) {
            Ok(value) => facts.gather(&value, DEPTH),
            // A page of a proxy says nothing that helps.
            Err(_) if text.is_empty() || text.starts_with('<') => {}
            Err(_) => facts.message = Some(text.to_owned()),
        }
        facts
    }

    fn gather(&mut self, value: &Value, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match value {
            Value::String(text) if !text.is_empty() => {
                self.message.get_or_insert_with(|| text.clone());
            }
            Value::Array(values) => {
                if let Some(first) = values.first() {
                    self.gather(first, depth);
                }
            }
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.gather_field(name, value, depth);
                }
            }
            _ => {}
        }
    }

    fn gather_field(&mut self, name: &str, value: &Value, depth: usize) {
        match name {
            "error" | "message" | "detail" | "msg" | "errors" => self.gather(value, depth),
            "code" | "status" | "status_code" | "raw_status_code" => {
                let word = match value {
                    Value::String(word) if !word.is_empty() => word.clone(),
                    Value::Number(number) => number.to_string(),
                    _ => return,
                };
                let number = word.parse().ok().filter(|status| (400..600).contains(status));
                self.status = self.status.or(number);
                if name == "code" {
                    self.code.get_or_insert(word);
                } else if number.is_none() {
                    self.kind.get_or_insert(word);
                }
            }
            "type" => {
                // `error` names the event, not what happened.
                if let Value::String(word) = value
                    && word != "error"
                {
                    self.kind.get_or_insert_with(|| word.clone());
                }
            }
            "n_ctx" => self.limit = value.as_u64(),
            "n_prompt_tokens" => self.used = value.as_u64(),
            // Azure: the filter's finding beside a code that is only `content_filter` at times.
            "innererror" => {
                self.filtered |= value.get("content_filter_result").is_some();
            }
            // OpenRouter: what the provider behind it said, as text that may be JSON.
            "metadata" => {
                if let Some(Value::String(raw)) = value.get("raw") {
                    let cause = Self::of(raw);
                    self.cause = cause.message;
                    self.code = self.code.take().or(cause.code);
                    self.kind = self.kind.take().or(cause.kind);
                }
            }
            _ => {}
        }
    }

    fn into_error(self, status: Option<u16>) -> ModelError {
        let fault = self.fault(status);
        let mut error = ModelError::new(ModelErrorKind::Provider(fault), fault.sentence());
        for code in [self.kind, self.code].into_iter().flatten() {
            // The last that is a plain word stays.
            error = error.with_code(code);
        }
        match self.message {
            Some(message) => error.with_detail(&message),
            None => error,
        }
    }

    /// A code that says exactly what happened holds; then the status; then a vaguer code.
    fn fault(&self, status: Option<u16>) -> ProviderFault {
        let status = status.filter(|status| *status >= 400).or(self.status);
        let words = || [&self.code, &self.kind].into_iter().flatten();
        if self.filtered {
            return ProviderFault::ContentFilter;
        }
        let exact = words().find_map(|word| exact_fault(word));
        let about_request = matches!(status, None | Some(400 | 413 | 422 | 500));
        let fault = match exact {
            None if about_request && self.texts().any(tells_of_context) => {
                ProviderFault::ContextLength { limit: None, used: None }
            }
            None => {
                let vague = || words().find_map(|word| vague_fault(word));
                return match status {
                    Some(400) => vague().unwrap_or(ProviderFault::InvalidRequest),
                    Some(status) => status_fault(status),
                    None => vague().unwrap_or(ProviderFault::Other),
                };
            }
            Some(fault) => fault,
        };
        if let ProviderFault::ContextLength { .. } = fault {
            let limit = self.limit.or_else(|| self.texts().find_map(limit_in));
            let used = self.used.or_else(|| self.texts().find_map(used_in));
            return ProviderFault::ContextLength { limit, used };
        }
        fault
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        [&self.message, &self.cause].into_iter().flatten().map(String::as_str)
    }
}

/// What a code says, whatever the status.
fn exact_fault(code: &str) -> Option<ProviderFault> {
    Some(match code {
        "insufficient_quota"
        | "insufficient_balance"
        | "exceeded_current_quota_error"
        | "billing_hard_limit_reached"
        | "usage_limit_reached"
        | "usage_not_included"
        | "billing_not_active" => ProviderFault::Quota,
        "context_length_exceeded" | "exceed_context_size_error" | "context_window_exceeded" => {
            ProviderFault::ContextLength { limit: None, used: None }
        }
        "previous_response_not_found" => ProviderFault::PreviousResponseNotFound,
        "content_filter"
        | "content_policy_violation"
        | "image_content_policy_violation"
        | "data_inspection_failed"
        | "ResponsibleAIPolicyViolation" => ProviderFault::ContentFilter,
        _ => return None,
    })
}

/// What a code says where the status says nothing, or only that the request is wrong.
fn vague_fault(code: &str) -> Option<ProviderFault> {
    Some(match code.to_ascii_lowercase().as_str() {
        "invalid_api_key" | "invalid_authentication" | "authentication_error" => {
            ProviderFault::Authentication
        }
        "permission_error" | "permission_denied" | "forbidden" => ProviderFault::Permission,
        "model_not_found" | "not_found" | "not_found_error" => ProviderFault::NotFound,
        "rate_limit_exceeded" | "rate_limit_error" | "resource_exhausted" | "rate_limited" => {
            ProviderFault::RateLimit
        }
        "overloaded"
        | "overloaded_error"
        | "engine_overloaded"
        | "unavailable"
        | "server_is_overloaded"
        | "slow_down" => ProviderFault::Overloaded,
        "server_error" | "internal_error" | "internal_server_error" | "api_error" | "internal" => {
            ProviderFault::Server
        }
        "timeout" | "timeout_error" | "deadline_exceeded" | "vector_store_timeout" => {
            ProviderFault::Timeout
        }
        "request_too_large" => ProviderFault::RequestTooLarge,
        "invalid_request_error"
        | "invalid_request"
        | "invalid_argument"
        | "tool_use_failed"
        | "invalid_prompt" => ProviderFault::InvalidRequest,
        _ => return None,
    })
}

fn status_fault(status: u16) -> ProviderFault {
    match status {
        503 => ProviderFault::Overloaded,
        600.. => ProviderFault::Other,
        status => ProviderFault::of_status(status),
    }
}

fn tells_of_context(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["maximum context length", "context window", "context size", "prompt is too long"]
        .iter()
        .any(|words| message.contains(words))
}

fn limit_in(message: &str) -> Option<u64> {
    number_after(
        message,
        &[
            "maximum context length is",
            "maximum context length of",
            "context window of",
            "maximum of",
        ],
    )
}

fn used_in(message: &str) -> Option<u64> {
    number_after(
        message,
        &["resulted in", "you requested about", "you requested", "contains at least", "too long:"],
    )
}

/// The number that follows one of these words at once; digits may be grouped by commas.
fn number_after(text: &str, words: &[&str]) -> Option<u64> {
    words.iter().find_map(|word| {
        let (_, after) = text.split_once(word)?;
        let digits: String = after
            .trim_start()
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == ',')
            .filter(char::is_ascii_digit)
            .collect();
        digits.parse().ok()
    })
}
