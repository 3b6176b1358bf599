//! Errors.

use super::*;

use ModelErrorKind::{Protocol as P, Provider};

const HALF: &str = r#"{"candidates":[{"content":{"parts":[{"text":"half"}]}}],
    "usageMetadata":{"promptTokenCount":7}}"#;

fn refused(status: u16, body: &Value) -> ModelError {
    GenerateContent::new().decode_error(status, body.to_string().as_bytes())
}

fn vendor(code: u16, status: &str, message: &str, details: &Value) -> Value {
    json!({"error": {"code": code, "message": message, "status": status, "details": details}})
}

#[test]
fn errors_are_classed_by_googles_word_then_by_their_status() {
    for (code, status, fault) in [
        (400, "INVALID_ARGUMENT", ProviderFault::InvalidRequest),
        (400, "FAILED_PRECONDITION", ProviderFault::InvalidRequest),
        (401, "UNAUTHENTICATED", ProviderFault::Authentication),
        (403, "PERMISSION_DENIED", ProviderFault::Permission),
        (404, "NOT_FOUND", ProviderFault::NotFound),
        (409, "ABORTED", ProviderFault::Conflict),
        (429, "RESOURCE_EXHAUSTED", ProviderFault::RateLimit),
        (500, "INTERNAL", ProviderFault::Server),
        (503, "UNAVAILABLE", ProviderFault::Overloaded),
        (504, "DEADLINE_EXCEEDED", ProviderFault::Timeout),
        (503, "BRAND_NEW", ProviderFault::Overloaded),
        (413, "BRAND_NEW", ProviderFault::RequestTooLarge),
    ] {
        let body = vendor(code, status, "Because.", &json!([]));
        for body in [body.clone(), json!([body])] {
            let error = refused(code, &body);
            assert_eq!(*error.kind(), Provider(fault), "{status}");
            assert_eq!((error.status(), error.code()), (Some(code), Some(status)));
            assert_eq!(error.detail(), Some("Because."));
            assert!(!format!("{error} {error:?}").contains("Because"));
        }
    }
}

#[test]
fn a_wrong_key_comes_as_a_bad_request_and_is_told_as_a_wrong_key() {
    let details = json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID", "domain": "googleapis.com"}]);
    for (code, status, message, details) in [
        (400, "INVALID_ARGUMENT", "API key expired.", &details),
        (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", &json!([])),
        (403, "PERMISSION_DENIED", "No.", &details),
    ] {
        let error = refused(code, &vendor(code, status, message, details));
        assert_eq!(*error.kind(), Provider(ProviderFault::Authentication), "{message}");
    }
}

#[test]
fn a_rate_limit_says_how_long_to_wait_and_a_used_up_quota_is_told_apart() {
    let details = |quotas: &[&str]| {
        let violations: Vec<Value> = quotas.iter().map(|id| json!({ "quotaId": id })).collect();
        json!([
            {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": violations},
            {"@type": "type.googleapis.com/google.rpc.Help", "links": []},
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "45.5s"}
        ])
    };
    let minute = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier";
    let day = "GenerateRequestsPerDayPerProjectPerModel-FreeTier";
    let said = "You exceeded your current quota, please check your plan and billing details.";
    for (quotas, message, fault) in [
        (&[minute][..], said, ProviderFault::RateLimit),
        (&[minute, day], said, ProviderFault::Quota),
        (&[minute], "Quota exceeded for metric: m, limit: 0, model: x", ProviderFault::Quota),
    ] {
        let body = vendor(429, "RESOURCE_EXHAUSTED", message, &details(quotas));
        let error = refused(429, &body);
        assert_eq!(*error.kind(), Provider(fault), "{quotas:?}");
        assert_eq!(error.retry_after(), Some(Duration::from_millis(45_500)));
    }
    for delay in ["-1s", "NaNs", "1e300s", "soon", "", "5"] {
        let details = json!([{"@type": "google.rpc.RetryInfo", "retryDelay": delay}]);
        let error = refused(429, &vendor(429, "RESOURCE_EXHAUSTED", "Slow.", &details));
        assert_eq!(error.retry_after(), None, "{delay}");
    }
}

#[test]
fn requests_that_are_too_large_say_in_which_way() {
    let count =
        "The input token count (1054016) exceeds the maximum number of tokens allowed (1048576).";
    let bare = "The input token count exceeds the maximum number of tokens allowed 1048576.";
    let (limit, used) = (Some(1_048_576), Some(1_054_016));
    for (message, fault) in [
        (count, ProviderFault::ContextLength { limit, used }),
        (bare, ProviderFault::ContextLength { limit, used: None }),
        ("Request payload size exceeds the limit: 20971520 bytes.", ProviderFault::RequestTooLarge),
        ("User location is not supported for the API use.", ProviderFault::Permission),
    ] {
        let error = refused(400, &vendor(400, "INVALID_ARGUMENT", message, &json!(null)));
        assert_eq!(*error.kind(), Provider(fault), "{message}");
    }
}

#[test]
fn bodies_of_proxies_and_of_streams_that_failed_at_once_are_understood() {
    for (status, body, fault, detail) in [
        (502, "<html>Bad gateway</html>", ProviderFault::Server, None),
        (503, "upstream is away", ProviderFault::Overloaded, Some("upstream is away")),
        (529, "", ProviderFault::Overloaded, None),
        (429, r#"{"error":"slow down"}"#, ProviderFault::RateLimit, Some("slow down")),
        (401, r#"{"message":"no key"}"#, ProviderFault::Authentication, Some("no key")),
        (408, "[]", ProviderFault::Timeout, Some("[]")),
        (
            404,
            "data: {\"error\":{\"code\":404,\"message\":\"None.\",\"status\":\"NOT_FOUND\"}}\r\n\r\n",
            ProviderFault::NotFound,
            Some("None."),
        ),
    ] {
        let error = GenerateContent::new().decode_error(status, body.as_bytes());
        assert_eq!(*error.kind(), Provider(fault), "{body}");
        assert_eq!(error.detail(), detail, "{body}");
    }
}

#[test]
fn an_error_in_a_stream_is_the_providers_and_keeps_what_had_arrived() {
    let busy = vendor(503, "UNAVAILABLE", "Busy.", &json!([])).to_string();
    for busy in [busy.clone(), format!("[{busy}]")] {
        let first = follow(&[&busy]).1.unwrap_err();
        assert_eq!(*first.kind(), Provider(ProviderFault::Overloaded));
        assert!(first.partial().is_none());
        let mut later = follow(&[HALF, &busy]).1.unwrap_err();
        assert_eq!(*later.kind(), Provider(ProviderFault::Overloaded));
        let partial = later.take_partial().unwrap();
        assert!(partial.interrupted);
        assert_eq!((partial.text().as_str(), partial.usage.input_tokens), ("half", Some(7)));
        let whole = GenerateContent::new().decode(busy.as_bytes());
        assert_eq!(kind(whole), Provider(ProviderFault::Overloaded));
    }
}

#[test]
fn a_stream_is_cut_unless_it_said_why_it_stopped() {
    let mut error = follow(&[HALF]).1.unwrap_err();
    assert_eq!(*error.kind(), P(ProtocolFault::Truncated));
    assert_eq!(error.take_partial().unwrap().text(), "half");
    let nothing = follow(&["", "{}"]).1.unwrap_err();
    assert_eq!(*nothing.kind(), P(ProtocolFault::Truncated));
    assert!(nothing.partial().is_none());
    let end = candidate(&json!([{"text": " and half"}]), "STOP").to_string();
    let response = follow(&[HALF, &end, "[DONE]", "no event"]).1.unwrap();
    assert_eq!((response.text().as_str(), response.interrupted), ("half and half", false));
    // The end may come first, and the rest of the answer after it.
    let response = follow(&[&end, HALF]).1.unwrap();
    assert_eq!(response.text(), " and halfhalf");
}

#[test]
fn events_that_do_not_parse_are_never_passed_over() {
    for event in [
        r#"{"candidates":[{"content":{"parts":[{"text":"ha"#,
        r#"{"candidates":[{"content":{"parts":[{"text":5}]}}]}"#,
        r#"{"candidates":[{"content":{"parts":["ha"]}}]}"#,
        r#"{"candidates":[{"content":{"parts":[{"functionCall":"now"}]}}]}"#,
        r#"{"candidates":7}"#,
        "not json",
        "[1]",
    ] {
        let error = follow(&[HALF, event]).1.unwrap_err();
        assert_eq!(*error.kind(), P(ProtocolFault::BadEvent), "{event}");
        assert!(error.partial().is_some());
    }
}

#[test]
fn bodies_that_are_no_reply_say_what_they_are() {
    for (body, fault) in [
        ("<html></html>", ProtocolFault::NotJson),
        ("", ProtocolFault::Truncated),
        (r#"{"candidates":[{"content":{"parts":[{"te"#, ProtocolFault::Truncated),
        ("[]", ProtocolFault::BadShape),
        ("{}", ProtocolFault::BadShape),
        (r#"{"choices":[]}"#, ProtocolFault::BadShape),
        (r#"{"candidates":"hi"}"#, ProtocolFault::BadShape),
        (r#"{"candidates":[{"content":{"parts":["hi"]}}]}"#, ProtocolFault::BadShape),
    ] {
        assert_eq!(kind(GenerateContent::new().decode(body.as_bytes())), P(fault), "{body}");
    }
    let cut = GenerateContent::new().decode(b"{\"responseId\":\"\xc3");
    assert_eq!(kind(cut), P(ProtocolFault::Truncated));
    let bad = GenerateContent::new().decode(b"{\"responseId\":\"\xff\"}");
    assert_eq!(kind(bad), P(ProtocolFault::BadUtf8));
}

#[test]
fn what_was_said_is_not_in_the_error() {
    let secret = r#"{"candidates":[{"content":{"parts":[{"text":"hi"},"swordfish"]}}]}"#;
    let errors = [
        GenerateContent::new().decode(secret.as_bytes()).unwrap_err(),
        follow(&[secret]).1.unwrap_err(),
    ];
    for error in errors {
        let told = format!("{error} {error:?} {:?}", std::error::Error::source(&error).is_some());
        assert!(!told.contains("swordfish") && told.ends_with("false"), "{told}");
    }
}
