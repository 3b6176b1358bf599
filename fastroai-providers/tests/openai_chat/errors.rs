//! Replies whose status says that they failed.

use fastroai_providers::ModelError;
use fastroai_providers::error::{ModelErrorKind, ProviderFault, RetryClass};
use fastroai_providers::openai::ChatCompletions;
use fastroai_providers::protocol::Protocol;

fn error(status: u16, body: &str) -> ModelError {
    ChatCompletions::new().decode_error(status, body.as_bytes())
}

fn fault(status: u16, body: &str) -> ProviderFault {
    match error(status, body).kind() {
        ModelErrorKind::Provider(fault) => *fault,
        kind => panic!("{kind:?}"),
    }
}

#[test]
fn the_status_decides_whatever_the_body_is() {
    for (status, expected) in [
        (400, ProviderFault::InvalidRequest),
        (401, ProviderFault::Authentication),
        (402, ProviderFault::Quota),
        (403, ProviderFault::Permission),
        (404, ProviderFault::NotFound),
        (408, ProviderFault::Timeout),
        (409, ProviderFault::Conflict),
        (413, ProviderFault::RequestTooLarge),
        (422, ProviderFault::InvalidRequest),
        (429, ProviderFault::RateLimit),
        (500, ProviderFault::Server),
        (502, ProviderFault::Server),
        (503, ProviderFault::Overloaded),
        (529, ProviderFault::Overloaded),
    ] {
        for body in ["", "<html>Bad gateway</html>", "{}", "[]", "null", "\u{0}", "{\"error\":"] {
            assert_eq!(fault(status, body), expected, "{status} {body}");
        }
        assert_eq!(error(status, "").status(), Some(status));
    }
}

#[test]
fn each_wrapping_of_a_message_is_read() {
    for body in [
        r#"{"error":{"message":"It broke.","type":"t","code":"c"}}"#,
        r#"[{"error":{"message":"It broke.","type":"t","code":"c"}}]"#,
        r#"{"error":"It broke.","code":"c"}"#,
        r#"{"detail":"It broke.","code":"c"}"#,
        r#"{"detail":[{"loc":["body"],"msg":"It broke.","type":"t"}],"code":"c"}"#,
        r#"{"object":"error","message":"It broke.","type":"t","code":"c"}"#,
        r#"{"message":{"detail":[{"msg":"It broke."}]},"code":"c"}"#,
    ] {
        let error = error(400, body);
        assert_eq!(error.detail(), Some("It broke."), "{body}");
        assert_eq!(error.code(), Some("c"), "{body}");
        assert!(!format!("{error} {error:?}").contains("broke"), "the message stays out of sight");
    }
    assert_eq!(error(502, "upstream is down").detail(), Some("upstream is down"));
    assert_eq!(error(502, "<html>secret</html>").detail(), None);
    assert_eq!(error(400, r#"{"error":{"message":"m","type":"t","code":null}}"#).code(), Some("t"));
    assert_eq!(error(400, r#"{"error":{"message":"m","code":400}}"#).code(), Some("400"));
}

#[test]
fn an_empty_account_is_no_rate_limit() {
    let limited = r#"{"error":{"message":"Rate limit reached","type":"tokens","code":"rate_limit_exceeded"}}"#;
    assert_eq!(error(429, limited).retry_class(), RetryClass::Throttled);
    for body in [
        r#"{"error":{"message":"m","type":"insufficient_quota","code":"insufficient_quota"}}"#,
        r#"{"error":{"message":"m","type":"insufficient_quota","code":null}}"#,
    ] {
        assert_eq!(fault(429, body), ProviderFault::Quota);
        assert_eq!(error(429, body).retry_class(), RetryClass::Never);
    }
}

#[test]
fn a_conversation_that_does_not_fit_tells_its_size() {
    let context = |limit, used| ProviderFault::ContextLength { limit, used };
    for (status, body, expected) in [
        (
            400,
            r#"{"error":{"code":"context_length_exceeded","message":"This model's maximum context length is 8192 tokens. However, your messages resulted in 10,003 tokens."}}"#,
            context(Some(8192), Some(10_003)),
        ),
        (
            400,
            r#"{"error":{"message":"This endpoint's maximum context length is 32768 tokens. However, you requested about 40000 tokens (39000 of text input)."}}"#,
            context(Some(32768), Some(40000)),
        ),
        (
            400,
            r#"{"error":{"code":400,"type":"exceed_context_size_error","message":"the request exceeds the available context size","n_prompt_tokens":5000,"n_ctx":4096}}"#,
            context(Some(4096), Some(5000)),
        ),
        (
            413,
            r#"{"error":{"code":"context_length_exceeded","message":"too much"}}"#,
            context(None, None),
        ),
    ] {
        assert_eq!(fault(status, body), expected);
    }
}

#[test]
fn a_filter_is_told_apart_from_a_wrong_request() {
    let openai = r#"{"error":{"code":"content_filter","message":"m"}}"#;
    let azure = r#"{"error":{"code":null,"message":"m","innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":true}}}}}"#;
    for body in [openai, azure] {
        assert_eq!(fault(400, body), ProviderFault::ContentFilter);
    }
}

#[test]
fn a_code_makes_a_vague_status_clear() {
    let body = r#"{"error":{"code":"invalid_api_key","message":"m"}}"#;
    assert_eq!(fault(400, body), ProviderFault::Authentication);
    let unknown = r#"{"error":{"code":"model_not_found","message":"m"}}"#;
    assert_eq!(fault(404, unknown), ProviderFault::NotFound);
}
