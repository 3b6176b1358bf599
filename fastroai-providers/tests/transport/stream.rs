//! Streams that stall, break, end early or do not end.

use std::time::{Duration, Instant};

use fastroai_providers::error::{ModelErrorKind, Phase, ProtocolFault, ProviderFault, RetryClass};
use fastroai_providers::http::Timeouts;
use fastroai_providers::{FinishReason, ModelError};

use crate::server::{Server, Step, answer, send, stream_head};
use crate::tiny::{Streamed, short, stream};

const HEL: &str = "data: {\"text\":\"hel\"}\n\n";
const LO: &str = "data: {\"text\":\"lo\"}\n\n";
const FINISH: &str = "data: {\"finish\":\"stop\"}\n\n";
const DONE: &str = "data: [DONE]\n\n";

async fn run(steps: impl IntoIterator<Item = Step>, timeouts: Timeouts) -> Streamed {
    let script = std::iter::once(stream_head()).chain(steps).collect();
    stream(&Server::start([script]), timeouts).await
}

fn assert_phase(error: &ModelError, expected: Phase) {
    let ModelErrorKind::Transport { phase, .. } = error.kind() else { panic!("{error:?}") };
    assert_eq!(*phase, expected, "{error:?}");
    assert_eq!(error.retry_class(), RetryClass::Ambiguous);
}

fn partial(error: &ModelError) -> String {
    let partial = error.partial().unwrap();
    assert!(partial.interrupted);
    partial.text()
}

fn idle(millis: u64) -> Timeouts {
    Timeouts { idle: Duration::from_millis(millis), ..short() }
}

#[tokio::test]
async fn n7_a_reset_within_a_stream_keeps_what_had_arrived() {
    let Streamed { text, end } = run([send(HEL), Step::Wait(50), Step::Reset], short()).await;
    let error = end.unwrap_err();
    assert_eq!((&*text, &*partial(&error)), ("hel", "hel"));
    assert_phase(&error, Phase::Body);
}

#[tokio::test]
async fn n9_single_bytes_are_no_sign_of_life() {
    let begun = Instant::now();
    let error = run([send(HEL), Step::Drip(b"x", 40)], idle(300)).await.end.unwrap_err();
    assert_phase(&error, Phase::Idle);
    assert_eq!(partial(&error), "hel");
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn n9_a_stream_that_goes_on_for_ever_meets_the_total_deadline() {
    let timeouts = Timeouts { total: Duration::from_millis(400), ..idle(300) };
    let error = run([send(HEL), Step::Drip(b": still here\n\n", 40)], timeouts).await;
    assert_phase(&error.end.unwrap_err(), Phase::Total);
}

#[tokio::test]
async fn n10_a_silent_stall_ends_by_the_idle_deadline_with_the_partial_reply() {
    let error = run([send(HEL), Step::Hold], idle(150)).await.end.unwrap_err();
    assert_phase(&error, Phase::Idle);
    assert_eq!(partial(&error), "hel");
    assert_phase(&run([Step::Hold], idle(150)).await.end.unwrap_err(), Phase::Idle);
}

#[tokio::test]
async fn n10_pings_and_comments_count_as_life() {
    for ping in ["event: ping\ndata: {}\n\n", ": keepalive\n\n"] {
        let mut steps = vec![send(HEL)];
        for _ in 0..6 {
            steps.extend([Step::Wait(100), send(ping)]);
        }
        steps.extend([send(LO), send(DONE)]);
        assert_eq!(run(steps, idle(350)).await.end.unwrap().text(), "hello");
    }
}

#[tokio::test]
async fn n16_an_endless_stream_is_not_read_for_ever() {
    let error = run([send(HEL), Step::Flood(b'\n')], short()).await.end.unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Protocol(ProtocolFault::TooLarge));
    assert_eq!(partial(&error), "hel");
}

#[tokio::test]
async fn n29_an_event_without_an_end_is_not_read_for_ever() {
    let steps = [send(HEL), send("data: "), Step::Flood(b'x')];
    let error = run(steps, short()).await.end.unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Protocol(ProtocolFault::TooLarge));
    assert!(error.to_string().contains("an event"), "{error}");
    assert_eq!(partial(&error), "hel");
}

#[tokio::test]
async fn n30_an_end_before_the_terminal_event_is_never_success() {
    let error = run([send(HEL), Step::Close], short()).await.end.unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Protocol(ProtocolFault::Truncated));
    assert_eq!(error.retry_class(), RetryClass::Ambiguous);
    assert_eq!(partial(&error), "hel");
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n16\r\n";
    let server = Server::start([vec![send(chunked), send(HEL), send("\r\n"), Step::Close]]);
    let error = stream(&server, short()).await.end.unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Protocol(ProtocolFault::Truncated));
    assert_eq!(partial(&error), "hel");
}

#[tokio::test]
async fn n31_either_of_the_two_ends_is_enough() {
    let reply = run([send(HEL), send(FINISH), Step::Close], short()).await.end.unwrap();
    assert_eq!((reply.text().as_str(), reply.finish_reason), ("hel", FinishReason::Stop));
    let reply = run([send(HEL), send(DONE), Step::Close], short()).await.end.unwrap();
    assert_eq!((reply.text().as_str(), reply.finish_reason), ("hel", FinishReason::Unknown));
}

#[tokio::test]
async fn n32_the_terminal_event_ends_the_stream_though_the_socket_stays_open() {
    let server = Server::start([vec![stream_head(), send(HEL), send(DONE), Step::Hold]]);
    let reply = stream(&server, short()).await.end.unwrap();
    assert_eq!(reply.text(), "hel");
    assert_eq!(server.open(), 1, "nobody waited for the socket");
    assert!(closed(&server).await, "nobody waits for it for ever either");
}

/// Whether the server's connections end soon.
async fn closed(server: &Server) -> bool {
    let begun = Instant::now();
    while server.open() > 0 && begun.elapsed() < Duration::from_secs(4) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    server.open() == 0
}

#[tokio::test]
async fn n33_an_error_in_mid_stream_keeps_what_had_arrived() {
    let broken = "event: error\ndata: {\"error\":{\"code\":\"overloaded\"}}\n\n";
    let error = run([send(HEL), send(broken), send(DONE)], short()).await.end.unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Provider(ProviderFault::Overloaded));
    assert_eq!((partial(&error).as_str(), error.code()), ("hel", Some("overloaded")));
    assert_eq!(error.partial().unwrap().provider.as_deref(), Some("tiny"));
}

#[tokio::test]
async fn n34_an_error_as_the_first_event_is_classed_by_its_code() {
    let broken = "data: {\"error\":{\"code\":\"insufficient_quota\"}}\n\n";
    let error = run([send(broken)], short()).await.end.unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Provider(ProviderFault::Quota));
    assert_eq!(error.retry_class(), RetryClass::Never);
    assert!(error.partial().is_none());
}

#[tokio::test]
async fn a_reader_that_takes_its_time_is_no_silence() {
    use futures_util::StreamExt;
    let script = vec![stream_head(), send(HEL), Step::Wait(100), send(LO), send(DONE), Step::Hold];
    let server = Server::start([script]);
    let model = crate::tiny::model(&server.url(), idle(200));
    let messages = [fastroai_providers::Message::user("hello")];
    let settings = fastroai_providers::Settings::default();
    let request = fastroai_providers::Request::new(&messages, &settings);
    let mut events = fastroai_providers::Model::stream(&model, &request).await.unwrap();
    assert!(events.next().await.unwrap().is_ok());
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(crate::tiny::collect(events).await.end.unwrap().text(), "hello");
}

#[tokio::test]
async fn a_dropped_stream_closes_its_connection() {
    use futures_util::StreamExt;
    let server = Server::start([vec![stream_head(), send(HEL), Step::Hold]]);
    let model = crate::tiny::model(&server.url(), short());
    let messages = [fastroai_providers::Message::user("hello")];
    let settings = fastroai_providers::Settings::default();
    let request = fastroai_providers::Request::new(&messages, &settings);
    let mut events = fastroai_providers::Model::stream(&model, &request).await.unwrap();
    assert!(events.next().await.unwrap().is_ok());
    assert_eq!(server.open(), 1);
    drop(events);
    assert!(closed(&server).await);
}

#[tokio::test]
async fn a_finished_stream_gives_its_connection_back() {
    let events = format!("{HEL}{DONE}");
    let chunked = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{events}\r\n",
        events.len()
    );
    let chunked = vec![send(chunked), Step::Wait(20), send("0\r\n\r\n")];
    let whole = answer(200, "content-type: text/event-stream\r\n", &events);
    let server = Server::start([chunked, vec![whole.clone()], vec![whole]]);
    let model = crate::tiny::model(&server.url(), short());
    let messages = [fastroai_providers::Message::user("hello")];
    let settings = fastroai_providers::Settings::default();
    let request = fastroai_providers::Request::new(&messages, &settings);
    for _ in 0..3 {
        let events = fastroai_providers::Model::stream(&model, &request).await.unwrap();
        assert_eq!(crate::tiny::collect(events).await.end.unwrap().text(), "hel");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(server.connections(), 1);
}
