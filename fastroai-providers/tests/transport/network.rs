//! Before an answer: connections that fail, stall, break and point elsewhere.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fastroai_providers::error::{ModelErrorKind, Phase, ProtocolFault, RetryClass, Sent};
use fastroai_providers::http::{HttpModel, HttpTransport, Timeouts};
use fastroai_providers::{ModelError, Settings};

use crate::server::{JSON, Server, Step, answer, send};
use crate::tiny::{CANARY, Tiny, ask, ask_with, model, short, stream};

fn transport(phase: Phase, sent: Sent) -> ModelErrorKind {
    ModelErrorKind::Transport { phase, sent }
}

fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn n1_a_name_without_an_address_was_not_sent_and_is_named() {
    struct NoSuchName;
    impl reqwest::dns::Resolve for NoSuchName {
        fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
            Box::pin(async { Err("no such name".into()) })
        }
    }
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(Arc::new(NoSuchName))
        .no_proxy()
        .build()
        .unwrap();
    let transport_of_ours = HttpTransport::default().with_client(client);
    let url = "https://api.no-such-name.test/v1".parse().unwrap();
    let model =
        HttpModel::new("tiny:small".parse().unwrap(), Arc::new(Tiny), transport_of_ours, url);
    let error = ask_with(&model, &Settings::default()).await.unwrap_err();
    assert_eq!(*error.kind(), transport(Phase::Dns, Sent::No));
    assert_eq!(error.to_string(), "tiny: `api.no-such-name.test` has no address");
}

#[tokio::test]
async fn n2_a_refused_connection_was_not_sent_and_may_be_tried_again() {
    let port = closed_port();
    let model = model(&format!("http://127.0.0.1:{port}"), short());
    let error = ask_with(&model, &Settings::default()).await.unwrap_err();
    assert_eq!(*error.kind(), transport(Phase::Connect, Sent::No));
    assert_eq!(error.retry_class(), RetryClass::NotSent);
    assert_eq!(error.to_string(), format!("tiny: `127.0.0.1:{port}` cannot be reached"));
}

#[tokio::test]
async fn n3_a_server_that_speaks_no_tls_is_refused_for_good() {
    let server = Server::start([vec![send("HTTP/1.1 200 OK\r\n\r\n")]]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut connection, _) = listener.accept().unwrap();
        let _ = connection.read(&mut [0; 512]);
        let _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let model = model(&format!("https://127.0.0.1:{port}"), short());
    let error = ask_with(&model, &Settings::default()).await.unwrap_err();
    assert_eq!(*error.kind(), transport(Phase::Tls, Sent::No));
    assert_eq!(error.retry_class(), RetryClass::Never);
    assert!(error.to_string().contains("does not speak TLS"), "{error}");
    assert!(server.requests().is_empty());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn n4_a_connection_that_nobody_takes_has_its_own_deadline() {
    use socket2::{Domain, Socket, Type};
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let any: std::net::SocketAddr = "127.0.0.1:0".parse().unwrap();
    socket.bind(&any.into()).unwrap();
    socket.listen(0).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    // These fill the queue that nobody empties.
    let _waiting: Vec<_> = (0..4)
        .map(|_| std::net::TcpStream::connect_timeout(&address, Duration::from_millis(100)))
        .collect();
    let begun = Instant::now();
    let model = model(&format!("http://{address}"), short());
    let error = ask_with(&model, &Settings::default()).await.unwrap_err();
    assert_eq!(*error.kind(), transport(Phase::Connect, Sent::No));
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn n5_a_reset_before_the_head_may_have_been_paid_for() {
    let server = Server::start([vec![Step::Reset]]);
    let error = ask(&server, short()).await.unwrap_err();
    assert_eq!(*error.kind(), transport(Phase::Send, Sent::Maybe));
    assert_eq!(error.retry_class(), RetryClass::Ambiguous);
    assert_eq!(server.requests().len(), 1, "exactly one attempt");
}

#[tokio::test]
async fn n6_a_stale_pooled_connection_is_not_silently_used_twice() {
    let good = answer(200, JSON, r#"{"text":"hi"}"#);
    let server = Server::start([vec![good], vec![Step::Reset], vec![Step::Reset]]);
    let model = model(&server.url(), short());
    assert_eq!(ask_with(&model, &Settings::default()).await.unwrap().text(), "hi");
    let error = ask_with(&model, &Settings::default()).await.unwrap_err();
    assert_eq!(*error.kind(), transport(Phase::Send, Sent::Maybe));
    assert_eq!(server.requests().len(), 2, "one request each, and no hidden repeat");
}

#[tokio::test]
async fn n8_a_head_that_never_comes_meets_the_first_byte_deadline() {
    for millis in [150, 10_000] {
        let server = Server::start([vec![Step::Hold]]);
        let limit = Duration::from_millis(150);
        let timeouts = if millis == 150 {
            Timeouts { first_byte: limit, ..short() }
        } else {
            Timeouts { total: limit, ..short() }
        };
        let phase = if millis == 150 { Phase::FirstByte } else { Phase::Total };
        for error in [
            ask(&server, timeouts).await.unwrap_err(),
            stream(&Server::start([vec![Step::Hold]]), timeouts).await.end.unwrap_err(),
        ] {
            assert_eq!(*error.kind(), transport(phase, Sent::Maybe));
        }
    }
}

#[tokio::test]
async fn n14_a_redirect_is_not_followed_and_the_key_stays_home() {
    let elsewhere = Server::start([vec![answer(200, JSON, r#"{"text":"stolen"}"#)]]);
    let location = format!("location: http://127.0.0.1:{}/v1/ask?secret=1\r\n", elsewhere.port());
    for status in [301, 302, 303, 307, 308] {
        let server = Server::start([vec![answer(status, &location, "")]]);
        let error = ask(&server, short()).await.unwrap_err();
        assert_redirect(&error, "127.0.0.1");
        assert!(server.requests()[0].contains(CANARY), "the key reaches its own provider");
    }
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn n15_a_redirect_that_would_turn_a_post_into_a_get_is_not_followed() {
    let steps = vec![answer(303, "location: https://login.example/x?key=1\r\n", "")];
    let server = Server::start([steps]);
    let error = stream(&server, short()).await.end.unwrap_err();
    assert_redirect(&error, "login.example");
    assert_eq!(server.requests().len(), 1);
    assert!(server.requests()[0].starts_with("POST /v1/ask HTTP/1.1\r\n"));
}

fn assert_redirect(error: &ModelError, host: &str) {
    assert_eq!(*error.kind(), ModelErrorKind::Protocol(ProtocolFault::Redirect));
    assert_eq!(error.retry_class(), RetryClass::Never);
    let text = error.to_string();
    assert!(text.contains(&format!("`{host}`")), "{text}");
    assert!(!text.contains("key=1") && !text.contains("secret=1"), "{text}");
}
