//! Whole answers that are cut, endless, mislabelled or no answer at all.

use std::time::Duration;

use fastroai_providers::error::{ModelErrorKind, Phase, ProtocolFault, ProviderFault, RetryClass};
use fastroai_providers::http::Timeouts;

use crate::server::{JSON, Server, Step, answer, send};
use crate::tiny::{ask, short, stream};

fn assert_fault(error: &fastroai_providers::ModelError, fault: ProtocolFault) {
    assert_eq!(*error.kind(), ModelErrorKind::Protocol(fault), "{error:?}");
}

#[tokio::test]
async fn n7_a_reset_within_the_body_is_a_cut_answer() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"text\":\"hel";
    let server = Server::start([vec![send(head), Step::Wait(50), Step::Reset]]);
    let error = ask(&server, short()).await.unwrap_err();
    assert_fault(&error, ProtocolFault::Truncated);
    assert_eq!(error.retry_class(), RetryClass::Ambiguous);
}

#[tokio::test]
async fn n9_a_body_that_drips_meets_the_total_deadline() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"text\":\"";
    let server = Server::start([vec![send(head), Step::Drip(b"x", 30)]]);
    let timeouts =
        Timeouts { idle: Duration::from_millis(200), total: Duration::from_millis(400), ..short() };
    let error = ask(&server, timeouts).await.unwrap_err();
    assert!(
        matches!(error.kind(), ModelErrorKind::Transport { phase: Phase::Total, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn n10_a_body_that_stalls_meets_the_idle_deadline() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"text\":\"";
    let server = Server::start([vec![send(head), Step::Hold]]);
    let timeouts = Timeouts { idle: Duration::from_millis(150), ..short() };
    let error = ask(&server, timeouts).await.unwrap_err();
    assert!(
        matches!(error.kind(), ModelErrorKind::Transport { phase: Phase::Idle, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn n12_a_page_with_a_good_status_is_no_answer() {
    for page in ["<html>please log in</html>", "OK"] {
        let server = Server::start([vec![answer(200, "content-type: text/html\r\n", page)]]);
        let error = ask(&server, short()).await.unwrap_err();
        assert_fault(&error, ProtocolFault::NotJson);
        assert_eq!(error.retry_class(), RetryClass::Never);
        assert!(error.to_string().contains("text/html"), "{error}");
        assert_eq!(error.detail(), Some(page));
    }
    for page in ["\n<!doctype html><html></html>", "Welcome to the guest network"] {
        let server = Server::start([vec![answer(200, "content-type: text/html\r\n", page)]]);
        assert_fault(&stream(&server, short()).await.end.unwrap_err(), ProtocolFault::NotJson);
    }
}

#[tokio::test]
async fn n13_the_status_decides_even_if_the_body_is_a_page() {
    for status in [502, 503, 504] {
        let page = answer(status, "content-type: text/html\r\n", "<h1>Bad gateway</h1>");
        let server = Server::start([vec![page.clone()], vec![page]]);
        for error in [
            ask(&server, short()).await.unwrap_err(),
            stream(&server, short()).await.end.unwrap_err(),
        ] {
            assert_eq!(*error.kind(), ModelErrorKind::Provider(ProviderFault::Server));
            assert_eq!(error.status(), Some(status));
            assert_eq!(error.retry_class(), RetryClass::Throttled);
        }
    }
    let cut = "HTTP/1.1 503 X\r\ncontent-length: 500\r\n\r\n<h1>";
    let server = Server::start([vec![send(cut), Step::Reset]]);
    assert_eq!(ask(&server, short()).await.unwrap_err().status(), Some(503));
}

#[tokio::test]
async fn n16_an_endless_body_is_not_read_for_ever() {
    let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"text\":\"";
    let server = Server::start([vec![send(head), Step::Flood(b'x')]]);
    let error = ask(&server, short()).await.unwrap_err();
    assert_fault(&error, ProtocolFault::TooLarge);
    assert_eq!(error.retry_class(), RetryClass::Ambiguous);
}

#[tokio::test]
async fn n17_no_compression_is_asked_for_and_none_is_undone() {
    let head = "content-type: application/json\r\ncontent-encoding: gzip\r\n";
    let server = Server::start([vec![answer(200, head, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0])]]);
    let error = ask(&server, short()).await.unwrap_err();
    assert_fault(&error, ProtocolFault::NotJson);
    assert!(error.to_string().contains("compressed"), "{error}");
    assert!(!server.requests()[0].to_lowercase().contains("accept-encoding"));
}

#[tokio::test]
async fn n18_an_error_in_json_where_a_stream_was_asked_for_is_that_error() {
    let body = r#"{"error":{"code":"insufficient_quota","message":"pay first"}}"#;
    for headers in [JSON, "content-type: text/event-stream\r\n", ""] {
        let server = Server::start([vec![answer(200, headers, body)]]);
        let error = stream(&server, short()).await.end.unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Provider(ProviderFault::Quota));
        assert_eq!(error.code(), Some("insufficient_quota"));
    }
}

#[tokio::test]
async fn n18_a_whole_reply_where_a_stream_was_asked_for_is_that_reply() {
    let server = Server::start([vec![answer(200, JSON, r#"{"text":"all at once"}"#)]]);
    let streamed = stream(&server, short()).await;
    assert_eq!(streamed.text, "all at once");
    assert_eq!(streamed.end.unwrap().text(), "all at once");
}

#[tokio::test]
async fn n19_good_json_is_taken_under_any_label() {
    for headers in ["", "content-type: text/plain\r\n", "content-type: nonsense\r\n"] {
        for body in [r#"{"text":"hi"}"#, "\u{feff}{\"text\":\"hi\"}", "\r\n {\"text\":\"hi\"}\n"] {
            let server = Server::start([vec![answer(200, headers, body)]]);
            assert_eq!(ask(&server, short()).await.unwrap().text(), "hi", "{headers:?} {body:?}");
        }
    }
}

#[tokio::test]
async fn n19_a_stream_is_taken_under_any_label() {
    for headers in ["", "content-type: text/plain\r\n", JSON] {
        for start in ["", "\r\n\r\n", "\u{feff}", ": hi\n\n", "event: x\n", "id: 1\n", "retry: 1\n"]
        {
            let body = format!("{start}data: {{\"text\":\"hi\"}}\n\ndata: [DONE]\n\n");
            let server = Server::start([vec![answer(200, headers, &body)]]);
            let reply = stream(&server, short()).await.end.unwrap();
            assert_eq!(reply.text(), "hi", "{headers:?} {start:?}");
        }
    }
}

#[tokio::test]
async fn n20_cut_json_is_a_cut_answer_however_the_body_was_framed() {
    let whole = r#"{"text":"hällo"}"#;
    for end in (1..whole.len()).filter(|&end| whole.is_char_boundary(end)) {
        let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
        let steps = vec![send(format!("{head}{}", &whole[..end])), Step::Close];
        let error = ask(&Server::start([steps]), short()).await.unwrap_err();
        assert_fault(&error, ProtocolFault::Truncated);
    }
    for framed in [
        "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"text\":\"h",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"tex\r\n",
    ] {
        let error = ask(&Server::start([vec![send(framed), Step::Close]]), short()).await;
        assert_fault(&error.unwrap_err(), ProtocolFault::Truncated);
    }
}

#[tokio::test]
async fn n21_an_answer_that_is_no_utf8_is_refused_and_never_mended() {
    let server = Server::start([vec![answer(200, JSON, b"{\"text\":\"\xff\xfe\"}")]]);
    assert_fault(&ask(&server, short()).await.unwrap_err(), ProtocolFault::BadUtf8);
}
