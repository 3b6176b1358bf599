//! Errors, by status and within replies, and replies that are none.

use fastroai_providers::RetryClass;
use fastroai_providers::error::{ModelErrorKind, ProtocolFault, ProviderFault};

use super::*;

fn provider(error: &ModelError) -> ProviderFault {
    match error.kind() {
        ModelErrorKind::Provider(fault) => *fault,
        other => panic!("{other:?}: {error}"),
    }
}

fn protocol(error: &ModelError) -> ProtocolFault {
    match error.kind() {
        ModelErrorKind::Protocol(fault) => *fault,
        other => panic!("{other:?}: {error}"),
    }
}

#[test]
fn an_error_is_read_in_every_shape_that_services_send() {
    for (status, body, fault, code) in [
        (
            401,
            r#"{"error":{"message":"m","type":"invalid_request_error","code":"invalid_api_key","param":null}}"#,
            ProviderFault::Authentication,
            Some("invalid_api_key"),
        ),
        (
            400,
            r#"{"code":"invalid-argument","error":"m"}"#,
            ProviderFault::InvalidRequest,
            Some("invalid-argument"),
        ),
        (401, r#"{"detail":"m"}"#, ProviderFault::Authentication, None),
        (
            429,
            r#"{"error":{"type":"usage_limit_reached","message":"m","resets_in_seconds":60}}"#,
            ProviderFault::Quota,
            Some("usage_limit_reached"),
        ),
    ] {
        let error = Responses::new().decode_error(status, body.as_bytes());
        assert_eq!((provider(&error), error.code()), (fault, code), "{body}");
        assert_eq!((error.status(), error.detail()), (Some(status), Some("m")), "{body}");
    }
}

#[test]
fn a_failed_reply_is_an_error_of_its_code_and_keeps_what_was_paid_for() {
    for (code, fault, retry) in [
        ("server_error", ProviderFault::Server, RetryClass::Throttled),
        ("rate_limit_exceeded", ProviderFault::RateLimit, RetryClass::Throttled),
        ("server_is_overloaded", ProviderFault::Overloaded, RetryClass::Throttled),
        ("insufficient_quota", ProviderFault::Quota, RetryClass::Never),
        ("invalid_prompt", ProviderFault::InvalidRequest, RetryClass::Never),
        ("image_content_policy_violation", ProviderFault::ContentFilter, RetryClass::Never),
        ("vector_store_timeout", ProviderFault::Timeout, RetryClass::Ambiguous),
        (
            "context_length_exceeded",
            ProviderFault::ContextLength { limit: None, used: None },
            RetryClass::Never,
        ),
    ] {
        let mut failed = reply(&json!([{"type": "message", "content":
            [{"type": "output_text", "text": "Half"}]}]));
        failed["status"] = "failed".into();
        failed["error"] = json!({"code": code, "message": "sorry"});
        let whole = Responses::new().decode(failed.to_string().as_bytes());
        let streamed = follow_data(&[json!({"type": "response.failed", "response": failed})]).1;
        for error in [whole.unwrap_err(), streamed.unwrap_err()] {
            assert_eq!(provider(&error), fault);
            assert_eq!((error.code(), error.detail()), (Some(code), Some("sorry")));
            assert_eq!(error.retry_class(), retry);
            let partial = error.partial().unwrap();
            assert_eq!((&*partial.text(), partial.usage.output_tokens), ("Half", Some(4)));
            assert!(partial.interrupted);
        }
    }
}

#[test]
fn a_failure_without_a_reason_is_still_a_failure() {
    let mut failed = reply(&json!([]));
    failed["status"] = "failed".into();
    let error = Responses::new().decode(failed.to_string().as_bytes()).unwrap_err();
    assert_eq!(provider(&error), ProviderFault::Other);
    for end in [
        json!({"type": "response.failed"}),
        json!({"type": "response.failed", "response": {"error": null}}),
        json!({"type": "response.completed", "response": {"status": "failed"}}),
    ] {
        let error = follow_data(&[end]).1.unwrap_err();
        assert_eq!(provider(&error), ProviderFault::Other);
    }
}

#[test]
fn an_error_within_a_stream_ends_it_and_keeps_what_had_come() {
    let said = json!({"type": "response.output_text.delta", "delta": "Hi"}).to_string();
    for (name, data, fault, code) in [
        (
            "error",
            r#"{"type":"error","code":"rate_limit_exceeded","message":"m","param":null}"#,
            ProviderFault::RateLimit,
            Some("rate_limit_exceeded"),
        ),
        ("", r#"{"type":"error","code":null,"message":"m"}"#, ProviderFault::Other, None),
        (
            "",
            r#"{"type":"error","error":{"type":"server_error","code":null,"message":"m"}}"#,
            ProviderFault::Server,
            Some("server_error"),
        ),
        (
            "error",
            r#"{"error":{"message":"m","code":"server_error"}}"#,
            ProviderFault::Server,
            Some("server_error"),
        ),
        ("", r#"{"error":{"message":"m","code":502}}"#, ProviderFault::Server, Some("502")),
        ("", r#"{"detail":"m"}"#, ProviderFault::Other, None),
        ("error", "m", ProviderFault::Other, None),
    ] {
        let error = follow(&[("", &said), (name, data)]).1.unwrap_err();
        assert_eq!((provider(&error), error.code()), (fault, code), "{data}");
        assert_eq!(error.detail(), Some("m"), "{data}");
        assert_eq!(error.partial().unwrap().text(), "Hi");
    }
    let alone = follow(&[("error", r#"{"type":"error","message":"m"}"#)]).1.unwrap_err();
    assert!(alone.partial().is_none());
}

#[test]
fn a_stream_that_ends_before_its_reply_is_truncated_at_every_event() {
    let events = events(STREAM);
    for end in 0..events.len() {
        for last in [&[][..], &[("", "[DONE]")]] {
            let cut: Vec<_> = events[..end].iter().chain(last).copied().collect();
            let (deltas, reply) = follow(&cut);
            let error = reply.unwrap_err();
            assert_eq!(protocol(&error), ProtocolFault::Truncated);
            assert_eq!(error.partial().is_some(), end > 0);
            if let Some(partial) = error.partial() {
                assert!(partial.interrupted);
                assert_eq!(partial.finish_reason_raw, None);
                assert_told(&deltas, partial);
            }
        }
    }
}

#[test]
fn what_is_no_reply_is_told_by_what_it_is() {
    for (body, fault) in [
        ("", ProtocolFault::Truncated),
        (r#"{"output":[{"type":"message""#, ProtocolFault::Truncated),
        ("<html>", ProtocolFault::NotJson),
        ("[]", ProtocolFault::BadShape),
        ("{}", ProtocolFault::BadShape),
        (r#"{"output":"text"}"#, ProtocolFault::BadShape),
        (r#"{"choices":[]}"#, ProtocolFault::BadShape),
    ] {
        let error = Responses::new().decode(body.as_bytes()).unwrap_err();
        assert_eq!(protocol(&error), fault, "{body}");
    }
    let error = Responses::new().decode(b"{\"a\":\"\xff\"}").unwrap_err();
    assert_eq!(protocol(&error), ProtocolFault::BadUtf8);
    let cut = &WHOLE.as_bytes()[..=WHOLE.find('☀').unwrap()];
    assert_eq!(protocol(&Responses::new().decode(cut).unwrap_err()), ProtocolFault::Truncated);
    for (body, fault) in [
        (r#"{"error":{"message":"m","code":"model_not_found"}}"#, ProviderFault::NotFound),
        (r#"{"detail":"m"}"#, ProviderFault::Other),
    ] {
        let error = Responses::new().decode(body.as_bytes()).unwrap_err();
        assert_eq!(provider(&error), fault, "{body}");
    }
}

#[test]
fn events_that_do_not_parse_are_told_and_what_had_come_is_kept() {
    let said = json!({"type": "response.output_text.delta", "delta": "Hi"}).to_string();
    for bad in [
        "{",
        "text",
        "7",
        r#"{"type":"response.output_item.done"}"#,
        r#"{"type":"response.content_part.added"}"#,
        r#"{"type":"response.output_text.delta","delta":{"a":1}}"#,
        r#"{"type":"response.output_text.delta","delta":"\ud83d"}"#,
        r#"{"type":"response.completed","response":{"output":"secret"}}"#,
    ] {
        let error = follow(&[("", &said), ("", bad)]).1.unwrap_err();
        assert_eq!(protocol(&error), ProtocolFault::BadEvent, "{bad}");
        assert_eq!(error.partial().unwrap().text(), "Hi");
        assert!(!format!("{error} {error:?}").contains("secret"));
    }
}

#[test]
fn events_of_kinds_unknown_to_us_are_passed_over() {
    let (deltas, response) = follow(&[
        ("", r#"{"type":"response.hologram.delta","delta":{"x":1}}"#),
        ("response.aroma", "{}"),
        ("ping", "{}"),
        ("keepalive", r#"{"type":"keepalive"}"#),
        ("", ""),
        ("", r#"{"type":"response.completed","response":{"output":[]}}"#),
    ]);
    assert_eq!(deltas, []);
    assert_eq!(response.unwrap().parts, []);
}
