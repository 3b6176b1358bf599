//! Providers that say no.

use fastroai_providers::ModelError;
use fastroai_providers::error::{ModelErrorKind, ProviderFault, RetryClass};
use tests::transport::{Exchange, ScriptedTransport};

use crate::ask::{
    ANTHROPIC, GOOGLE, OPENAI, RESPONSES, ask, connection, model, streamed_with, whole,
};

fn assert_fault(error: &ModelError, fault: ProviderFault, class: RetryClass) {
    assert_eq!(*error.kind(), ModelErrorKind::Provider(fault), "{error} {:?}", error.detail());
    assert_eq!(error.retry_class(), class);
}

/// The same answer to a whole and to a streamed request.
async fn both(id: &str, status: u16, body: &str) -> ModelError {
    let one = whole(id, Exchange::answer(status, body)).await.unwrap_err();
    let timeouts = fastroai_providers::http::Timeouts::default();
    let other = streamed_with(id, timeouts, Exchange::answer(status, body)).await.end.unwrap_err();
    assert_eq!((one.kind(), one.status()), (other.kind(), other.status()));
    assert_eq!((one.code(), one.detail()), (other.code(), other.detail()));
    assert_eq!(one.status(), Some(status));
    one
}

#[tokio::test]
async fn p4_a_quota_that_is_used_up_is_no_throttling() {
    for (id, body) in [
        (
            OPENAI,
            r#"{"error":{"message":"m","type":"insufficient_quota","code":"insufficient_quota"}}"#,
        ),
        (
            RESPONSES,
            r#"{"error":{"message":"m","type":"insufficient_quota","code":"insufficient_quota"}}"#,
        ),
    ] {
        let error = both(id, 429, body).await;
        assert_fault(&error, ProviderFault::Quota, RetryClass::Never);
        assert_eq!(error.code(), Some("insufficient_quota"));
    }
    for id in [OPENAI, ANTHROPIC, GOOGLE] {
        let error =
            both(id, 429, r#"{"error":{"type":"rate_limit_error","message":"slow"}}"#).await;
        assert_fault(&error, ProviderFault::RateLimit, RetryClass::Throttled);
    }
}

#[tokio::test]
async fn p5_an_overloaded_provider_may_be_asked_again_later() {
    let body = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
    let error = both(ANTHROPIC, 529, body).await;
    assert_fault(&error, ProviderFault::Overloaded, RetryClass::Throttled);
    let body = r#"{"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}"#;
    let error = both(GOOGLE, 503, body).await;
    assert_fault(&error, ProviderFault::Overloaded, RetryClass::Throttled);
}

#[tokio::test]
async fn p6_a_provider_that_broke_down_may_be_asked_again_later() {
    for id in [OPENAI, RESPONSES, ANTHROPIC, GOOGLE] {
        for body in ["", "<h1>no</h1>", r#"{"error":{"message":"internal"}}"#] {
            let error = both(id, 500, body).await;
            assert_fault(&error, ProviderFault::Server, RetryClass::Throttled);
        }
    }
}

#[tokio::test]
async fn p8_a_model_that_is_unknown_is_told_the_nearest_that_is_known() {
    for (id, meant) in [
        ("openai:gpt-4o-mni", "openai:gpt-4o-mini"),
        ("openai-responses:gpt-5-min", "openai-responses:gpt-5-mini"),
        ("anthropic:claude-sonnet-4.5", "anthropic:claude-sonnet-4-5"),
        ("google:gemini-2.5-flsh", "google:gemini-2.5-flash"),
    ] {
        let error = both(id, 404, r#"{"error":{"message":"no such model"}}"#).await;
        assert_fault(&error, ProviderFault::NotFound, RetryClass::Never);
        assert!(error.to_string().contains(&format!("; did you mean `{meant}`?")), "{error}");
    }
    for id in ["openai:gpt-4o", "openai:a-model-of-my-own", "groq:something"] {
        let error = both(id, 404, "{}").await;
        assert!(!error.to_string().contains("did you mean"), "{id}: {error}");
    }
}

#[tokio::test]
async fn p9_a_timeout_there_may_have_been_paid_for_and_a_conflict_was_not() {
    for id in [OPENAI, RESPONSES, ANTHROPIC, GOOGLE] {
        assert_fault(&both(id, 408, "{}").await, ProviderFault::Timeout, RetryClass::Ambiguous);
        assert_fault(&both(id, 409, "{}").await, ProviderFault::Conflict, RetryClass::Throttled);
    }
}

#[tokio::test]
async fn p10_a_request_that_is_too_large_is_told_its_size() {
    for id in [OPENAI, RESPONSES, ANTHROPIC, GOOGLE] {
        let transport = ScriptedTransport::new([Exchange::answer(413, "<h1>too large</h1>")]);
        let error = ask(&*model(id, &connection(&transport))).await.unwrap_err();
        assert_fault(&error, ProviderFault::RequestTooLarge, RetryClass::Never);
        let size = transport.seen()[0].bytes().len();
        assert!(error.to_string().contains(&format!("; it has {size} bytes")), "{error}");
    }
}

#[tokio::test]
async fn p11_a_conversation_that_is_too_long_says_how_long_it_may_be_and_was() {
    for (id, status, body, limit, used) in [
        (
            OPENAI,
            400,
            r#"{"error":{"message":"This model's maximum context length is 128000 tokens. However, your messages resulted in 130001 tokens.","code":"context_length_exceeded"}}"#,
            Some(128_000),
            Some(130_001),
        ),
        (
            ANTHROPIC,
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 208310 tokens > 200000 maximum"}}"#,
            Some(200_000),
            Some(208_310),
        ),
    ] {
        let error = both(id, status, body).await;
        let fault = ProviderFault::ContextLength { limit, used };
        assert_fault(&error, fault, RetryClass::Never);
    }
}

#[tokio::test]
async fn p12_a_schema_that_is_refused_is_told_with_its_tool() {
    for (id, said) in [
        (OPENAI, "Invalid schema for function 'time': In context=(), no"),
        (RESPONSES, "Invalid schema for function 'time': In context=(), no"),
        (ANTHROPIC, "tools.1.custom.input_schema: JSON schema is invalid"),
        (GOOGLE, "* GenerateContentRequest.tools[1].function_declarations: no"),
    ] {
        let body = format!(r#"{{"error":{{"type":"invalid_request_error","message":"{said}"}}}}"#);
        let error = both(id, 400, &body).await;
        assert_fault(&error, ProviderFault::InvalidRequest, RetryClass::Never);
        assert!(error.to_string().contains("; it is about the tool `time`"), "{id}: {error}");
    }
    let error = both(OPENAI, 400, r#"{"error":{"message":"tools[7]: no"}}"#).await;
    assert!(!error.to_string().contains("about the tool"), "{error}");
}

#[tokio::test]
async fn p13_an_input_that_the_filter_stops_is_no_wrong_request() {
    let body = r#"{"error":{"message":"m","code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#;
    let error = both(OPENAI, 400, body).await;
    assert_fault(&error, ProviderFault::ContentFilter, RetryClass::Never);
}
