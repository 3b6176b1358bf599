//! What a provider says about waiting.

use std::time::Duration;

use fastroai_providers::error::{ModelErrorKind, ProviderFault, RetryClass};

use crate::server::{Server, answer};
use crate::tiny::{ask, short, stream};

async fn wait(headers: &str) -> Option<Duration> {
    let busy = answer(429, headers, "{}");
    let server = Server::start([vec![busy.clone()], vec![busy]]);
    let error = ask(&server, short()).await.unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Provider(ProviderFault::RateLimit));
    assert_eq!(error.retry_class(), RetryClass::Throttled);
    let streamed = stream(&server, short()).await.end.unwrap_err();
    assert_eq!(streamed.retry_after(), error.retry_after());
    error.retry_after()
}

#[tokio::test]
async fn p1_the_wait_is_read_in_seconds_and_in_milliseconds() {
    assert_eq!(wait("retry-after: 7\r\n").await, Some(Duration::from_secs(7)));
    assert_eq!(wait("retry-after: 1.5\r\n").await, Some(Duration::from_millis(1500)));
    assert_eq!(wait("retry-after-ms: 250\r\n").await, Some(Duration::from_millis(250)));
    let both = "retry-after: 1\r\nretry-after-ms: 250\r\n";
    assert_eq!(wait(both).await, Some(Duration::from_millis(250)));
    assert_eq!(wait("").await, None);
}

#[tokio::test]
async fn p2_a_date_is_read_against_the_date_of_the_answer() {
    let dates =
        "date: Wed, 21 Oct 2015 07:28:00 GMT\r\nretry-after: Wed, 21 Oct 2015 07:28:30 GMT\r\n";
    assert_eq!(wait(dates).await, Some(Duration::from_secs(30)));
}

#[tokio::test]
async fn p2_a_wait_that_makes_no_sense_is_no_wait_and_no_crash() {
    for value in [
        "soon",
        "-5",
        "inf",
        "NaN",
        "1e400",
        "99999999999999999999999999",
        "Wed, 21 Oct 2015 07:28:00 GMT",
        "Fri, 31 Dec 99999 23:59:59 GMT",
        "",
    ] {
        assert_eq!(wait(&format!("retry-after: {value}\r\n")).await, None, "{value:?}");
        assert_eq!(wait(&format!("retry-after-ms: {value}\r\n")).await, None, "{value:?}");
    }
}

#[tokio::test]
async fn p3_a_wait_of_an_hour_is_handed_on_and_not_slept() {
    let begun = std::time::Instant::now();
    assert_eq!(wait("retry-after: 3600\r\n").await, Some(Duration::from_secs(3600)));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn the_id_of_the_request_is_kept_for_the_providers_support() {
    for header in ["x-request-id", "request-id"] {
        let server = Server::start([vec![answer(500, &format!("{header}: req_1\r\n"), "{}")]]);
        let error = ask(&server, short()).await.unwrap_err();
        assert_eq!(error.request_id(), Some("req_1"));
        assert!(error.to_string().ends_with("(status 500, request req_1)"), "{error}");
    }
}
