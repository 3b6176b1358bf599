//! Errors.

use super::*;

use ModelErrorKind::{Protocol as P, Provider};

const START: &str =
    r#"{"type":"message_start","message":{"id":"m","usage":{"input_tokens":7,"output_tokens":1}}}"#;
const TEXT: &str =
    r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"half"}}"#;

fn refused(status: u16, body: &str) -> ModelError {
    Messages::new().decode_error(status, body.as_bytes())
}

#[test]
fn errors_are_classed_by_their_type_then_by_their_status() {
    for (status, kind, fault) in [
        (400, "invalid_request_error", ProviderFault::InvalidRequest),
        (401, "authentication_error", ProviderFault::Authentication),
        (402, "billing_error", ProviderFault::Quota),
        (403, "permission_error", ProviderFault::Permission),
        (404, "not_found_error", ProviderFault::NotFound),
        (413, "request_too_large", ProviderFault::RequestTooLarge),
        (429, "rate_limit_error", ProviderFault::RateLimit),
        (500, "api_error", ProviderFault::Server),
        (504, "timeout_error", ProviderFault::Timeout),
        (529, "overloaded_error", ProviderFault::Overloaded),
        (529, "brand_new_error", ProviderFault::Overloaded),
    ] {
        let body = json!({"type": "error", "error": {"type": kind, "message": "Because."},
            "request_id": "req_1"});
        let error = refused(status, &body.to_string());
        assert_eq!(*error.kind(), Provider(fault), "{kind}");
        assert_eq!((error.status(), error.code()), (Some(status), Some(kind)));
        assert_eq!((error.detail(), error.request_id()), (Some("Because."), Some("req_1")));
        assert!(!format!("{error} {error:?}").contains("Because"));
    }
}

#[test]
fn bodies_of_proxies_and_of_other_servers_are_understood() {
    for (status, body, fault, detail) in [
        (502, "<html><h1>Bad gateway</h1></html>", ProviderFault::Server, None),
        (503, "upstream is away", ProviderFault::Server, Some("upstream is away")),
        (529, "", ProviderFault::Overloaded, None),
        (429, r#"{"detail":"slow down"}"#, ProviderFault::RateLimit, Some("slow down")),
        (401, r#"{"error":"no key"}"#, ProviderFault::Authentication, Some("no key")),
        (
            401,
            r#"{"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}}"#,
            ProviderFault::Authentication,
            Some("Invalid API Key"),
        ),
        (
            503,
            r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#,
            ProviderFault::Overloaded,
            Some("Loading model"),
        ),
        (409, r#"["what"]"#, ProviderFault::Conflict, Some(r#"["what"]"#)),
        (408, "", ProviderFault::Timeout, None),
    ] {
        let error = refused(status, body);
        assert_eq!(*error.kind(), Provider(fault), "{body}");
        assert_eq!(error.detail(), detail, "{body}");
    }
}

#[test]
fn a_conversation_too_long_says_how_long() {
    let vendor = |message: &str| {
        json!({"type": "error", "error": {"type": "invalid_request_error", "message": message}})
            .to_string()
    };
    let local = r#"{"error":{"code":400,"message":"request (447 tokens) exceeds the available context size (256 tokens)","type":"exceed_context_size_error","n_prompt_tokens":447,"n_ctx":256}}"#;
    for (body, limit, used) in [
        (vendor("prompt is too long: 208310 tokens > 200000 maximum"), 200_000, 208_310),
        (
            vendor("input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000"),
            200_000,
            209_573,
        ),
        (local.to_owned(), 256, 447),
    ] {
        let expected = ProviderFault::ContextLength { limit: Some(limit), used: Some(used) };
        let error = refused(400, &body);
        assert_eq!(*error.kind(), Provider(expected));
        assert_eq!(error.retry_class(), RetryClass::Never);
    }
}

#[test]
fn an_empty_account_and_a_filtered_prompt_are_not_just_bad_requests() {
    for (message, fault) in [
        ("Your credit balance is too low to access the API.", ProviderFault::Quota),
        ("Output blocked by content filtering policy", ProviderFault::ContentFilter),
    ] {
        let body = json!({"error": {"type": "invalid_request_error", "message": message}});
        assert_eq!(*refused(400, &body.to_string()).kind(), Provider(fault));
    }
    let body = json!({"error": {"type": "rate_limit_error", "message": "Stop.",
        "details": {"error_code": "contract_spend_limit_reached"}}});
    let error = refused(429, &body.to_string());
    assert_eq!(*error.kind(), Provider(ProviderFault::Quota));
    assert_eq!(error.code(), Some("contract_spend_limit_reached"));
}

#[test]
fn an_error_in_a_stream_is_the_providers_even_as_the_first_event() {
    let overloaded = r#"{"type":"error","error":{"type":"overloaded_error","message":"Busy"}}"#;
    let first = follow(&[("error", overloaded)]).1.unwrap_err();
    assert_eq!(*first.kind(), Provider(ProviderFault::Overloaded));
    assert!(first.partial().is_none());

    let mut later = follow(&[("", START), ("", TEXT), ("error", overloaded)]).1.unwrap_err();
    assert_eq!(*later.kind(), Provider(ProviderFault::Overloaded));
    let partial = later.take_partial().unwrap();
    assert!(partial.interrupted);
    assert_eq!((partial.text().as_str(), partial.usage.input_tokens), ("half", Some(7)));

    let unnamed = r#"{"error":{"code":500,"message":"Broke","type":"server_error"}}"#;
    assert_eq!(kind(follow(&[("", unnamed)]).1), Provider(ProviderFault::Server));
    assert_eq!(kind(follow(&[("error", "went away")]).1), Provider(ProviderFault::Other));
    assert_eq!(
        kind(Messages::new().decode(overloaded.as_bytes())),
        Provider(ProviderFault::Overloaded)
    );
}

#[test]
fn a_stream_that_ends_early_is_cut_unless_it_said_why_it_stopped() {
    let mut error = follow(&[("", START), ("", TEXT)]).1.unwrap_err();
    assert_eq!(*error.kind(), P(ProtocolFault::Truncated));
    assert_eq!(error.take_partial().unwrap().text(), "half");

    let nothing = follow(&[("ping", "")]).1.unwrap_err();
    assert_eq!(*nothing.kind(), P(ProtocolFault::Truncated));
    assert!(nothing.partial().is_none());

    let end = r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#;
    let response = follow(&[("", START), ("", TEXT), ("", end)]).1.unwrap();
    assert_eq!((response.text().as_str(), response.interrupted), ("half", false));

    let done = follow(&[("", START), ("", TEXT), ("", "[DONE]")]).1.unwrap();
    assert_eq!(done.finish_reason, FinishReason::Unknown);
}

#[test]
fn events_that_do_not_parse_are_never_passed_over() {
    for event in [
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"ha"#,
        r#"{"type":"content_block_delta","index":"first","delta":{}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":5}}"#,
        r#"{"type":"content_block_start","index":0,"content_block":7}"#,
        r#"{"type":"content_block_delta","index":9,"delta":{"type":"input_json_delta","partial_json":"{"}}"#,
        r#"{"type":"message_delta","delta":3}"#,
        "not json",
    ] {
        let error = follow(&[("", START), ("", event)]).1.unwrap_err();
        assert_eq!(*error.kind(), P(ProtocolFault::BadEvent), "{event}");
        assert!(error.partial().is_some());
    }
}

#[test]
fn bodies_that_are_no_reply_say_what_they_are() {
    for (body, fault) in [
        ("<html></html>", ProtocolFault::NotJson),
        ("404 page", ProtocolFault::NotJson),
        ("", ProtocolFault::Truncated),
        (r#"{"id":"m","content":[{"type":"text","te"#, ProtocolFault::Truncated),
        ("[]", ProtocolFault::BadShape),
        (r#"{"choices":[]}"#, ProtocolFault::BadShape),
        (r#"{"content":"hi"}"#, ProtocolFault::BadShape),
        (r#"{"content":["hi"]}"#, ProtocolFault::BadShape),
        ("{content}", ProtocolFault::NotJson),
    ] {
        assert_eq!(kind(Messages::new().decode(body.as_bytes())), P(fault), "{body}");
    }
    assert_eq!(kind(Messages::new().decode(b"{\"id\":\"\xff\"}")), P(ProtocolFault::BadUtf8));
}

#[test]
fn what_was_said_is_not_in_the_error() {
    let secret = r#"{"content":[{"type":"text","text":"hi"}, "swordfish"]}"#;
    let error = Messages::new().decode(secret.as_bytes()).unwrap_err();
    let mut told = format!("{error} {error:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        told += &cause.to_string();
        source = cause.source();
    }
    assert!(!told.contains("swordfish"), "{told}");
}
