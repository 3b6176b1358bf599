//! Deadlines, to the millisecond.

use std::time::Duration;

use fastroai_providers::ModelError;
use fastroai_providers::error::{ModelErrorKind, Phase, RetryClass, Sent};
use fastroai_providers::http::{KeyCallback, Timeouts};
use tests::transport::{Exchange, Piece, ScriptedTransport, bytes};
use tokio::time::Instant;

use crate::ask::{
    ANTHROPIC, GOOGLE, OPENAI, RESPONSES, ask, connection, done, model, says, streamed_with, whole,
};

const SECOND: Duration = Duration::from_secs(1);
const ALL: [&str; 4] = [OPENAI, RESPONSES, ANTHROPIC, GOOGLE];

fn assert_late(error: &ModelError, phase: Phase) {
    assert_eq!(*error.kind(), ModelErrorKind::Transport { phase, sent: Sent::Maybe }, "{error}");
    assert_eq!(error.retry_class(), RetryClass::Ambiguous);
}

fn idle(seconds: u32) -> Timeouts {
    Timeouts { idle: SECOND * seconds, ..Timeouts::default() }
}

#[tokio::test(start_paused = true)]
async fn n8_a_head_that_never_comes_is_given_up_after_just_ten_minutes() {
    for id in ALL {
        let begun = Instant::now();
        let error = whole(id, Exchange::hang()).await.unwrap_err();
        assert_late(&error, Phase::FirstByte);
        assert_eq!(begun.elapsed(), 600 * SECOND);
        let begun = Instant::now();
        let streamed = streamed_with(id, Timeouts::default(), Exchange::hang()).await;
        assert_late(&streamed.end.unwrap_err(), Phase::FirstByte);
        assert_eq!(begun.elapsed(), 600 * SECOND);
    }
}

#[tokio::test(start_paused = true)]
async fn n8_a_head_that_comes_in_the_last_millisecond_is_in_time() {
    let wait = 599 * SECOND + Duration::from_millis(999);
    let late = |wait| Exchange::stream([says("hi"), done()]).after(wait);
    let streamed = streamed_with(OPENAI, Timeouts::default(), late(wait)).await;
    assert_eq!(streamed.end.unwrap().text(), "hi");
    let wait = wait + Duration::from_millis(2);
    let streamed = streamed_with(OPENAI, Timeouts::default(), late(wait)).await;
    assert_late(&streamed.end.unwrap_err(), Phase::FirstByte);
}

#[tokio::test(start_paused = true)]
async fn n9_bytes_that_end_no_event_do_not_count_as_life() {
    let begun = Instant::now();
    let pieces = [says("hel"), Piece::Drip(b"x", SECOND)];
    let streamed = streamed_with(OPENAI, idle(30), Exchange::stream(pieces)).await;
    let error = streamed.end.unwrap_err();
    assert_late(&error, Phase::Idle);
    assert_eq!((streamed.text.as_str(), begun.elapsed()), ("hel", 30 * SECOND));
    assert_eq!(error.partial().unwrap().text(), "hel");
}

#[tokio::test(start_paused = true)]
async fn n9_events_without_end_meet_the_deadline_of_the_whole_attempt() {
    let begun = Instant::now();
    let pieces = [says("hel"), Piece::Drip(b": still here\n\n", SECOND)];
    let streamed = streamed_with(OPENAI, idle(30), Exchange::stream(pieces)).await;
    assert_late(&streamed.end.unwrap_err(), Phase::Total);
    assert_eq!(begun.elapsed(), 1800 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn n9_a_whole_body_that_drips_meets_it_too() {
    let begun = Instant::now();
    let body = Exchange::body(200, [bytes("{\"id\":\""), Piece::Drip(b"x", SECOND)]);
    assert_late(&whole(OPENAI, body).await.unwrap_err(), Phase::Total);
    assert_eq!(begun.elapsed(), 1800 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn n10_a_stall_is_given_up_after_just_the_idle_time_with_what_had_arrived() {
    let begun = Instant::now();
    let pieces = [says("hel"), Piece::Wait(20 * SECOND), says("lo"), Piece::Hang];
    let streamed = streamed_with(OPENAI, idle(30), Exchange::stream(pieces)).await;
    let error = streamed.end.unwrap_err();
    assert_late(&error, Phase::Idle);
    assert_eq!((streamed.text.as_str(), begun.elapsed()), ("hello", 50 * SECOND));
    assert!(error.partial().unwrap().interrupted);
    assert_eq!(error.partial().unwrap().text(), "hello");
}

#[tokio::test(start_paused = true)]
async fn n10_a_body_that_stalls_is_given_up_after_just_the_idle_time() {
    for id in ALL {
        let begun = Instant::now();
        let error = whole(id, Exchange::body(200, [bytes("{"), Piece::Hang])).await.unwrap_err();
        assert_late(&error, Phase::Idle);
        assert_eq!(begun.elapsed(), 300 * SECOND);
    }
}

#[tokio::test(start_paused = true)]
async fn n10_pings_keep_a_stream_alive_for_as_long_as_they_come() {
    let mut pieces = vec![says("hel")];
    for ping in [": ping\n\n", ":\n\n"].repeat(10) {
        pieces.extend([Piece::Wait(29 * SECOND), bytes(ping)]);
    }
    pieces.extend([Piece::Wait(29 * SECOND), says("lo"), done()]);
    let streamed = streamed_with(OPENAI, idle(30), Exchange::stream(pieces)).await;
    assert_eq!(streamed.end.unwrap().text(), "hello");
}

#[tokio::test(start_paused = true)]
async fn n11_a_peer_that_is_gone_without_a_word_is_a_stall() {
    for id in ALL {
        let begun = Instant::now();
        let streamed = streamed_with(id, idle(30), Exchange::stream([Piece::Hang])).await;
        let error = streamed.end.unwrap_err();
        assert_late(&error, Phase::Idle);
        assert!(error.partial().is_none(), "nothing had arrived");
        assert_eq!(begun.elapsed(), 30 * SECOND);
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_is_set_to_the_longest_is_none() {
    let timeouts = Timeouts {
        connect: Duration::MAX,
        first_byte: Duration::MAX,
        idle: Duration::MAX,
        total: Duration::MAX,
    };
    let year = 365 * 24 * 3600 * SECOND;
    let pieces = [says("hel"), Piece::Wait(year), says("lo"), done()];
    let streamed = streamed_with(OPENAI, timeouts, Exchange::stream(pieces).after(year)).await;
    assert_eq!(streamed.end.unwrap().text(), "hello");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_does_not_come_holds_nothing_up_for_longer_than_the_attempt_may_take() {
    let transport = ScriptedTransport::new([]);
    let keys = KeyCallback::new(|_| std::future::pending());
    let connection = connection(&transport).key_provider(keys);
    let begun = Instant::now();
    let error = ask(&*model("xai:grok-4", &connection)).await.unwrap_err();
    let expected = ModelErrorKind::Transport { phase: Phase::Total, sent: Sent::No };
    assert_eq!((error.kind(), begun.elapsed()), (&expected, 1800 * SECOND));
    assert_eq!(error.retry_class(), RetryClass::NotSent);
    assert!(transport.seen().is_empty());
}
