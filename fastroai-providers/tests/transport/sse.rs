//! Bytes to pieces: the same events however they are cut and written.

use bytes::Bytes;
use fastroai_providers::ModelError;
use fastroai_providers::error::{ModelErrorKind, ProtocolFault};
use fastroai_providers::http::sse::{Limits, decode_stream};
use fastroai_providers::protocol::Protocol;
use futures_util::{FutureExt, stream};
use proptest::prelude::*;

use crate::tiny::{Streamed, Tiny, collect};

/// No runtime and no clock: plain slices in, the reply out.
fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Streamed {
    read_within(pieces, Limits::default())
}

fn read_within<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, limits: Limits) -> Streamed {
    let pieces: Vec<Result<Bytes, ModelError>> =
        pieces.into_iter().map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let events = decode_stream(Tiny.decoder(), stream::iter(pieces), limits);
    collect(events).now_or_never().expect("everything is there")
}

fn read_text(text: &str) -> Streamed {
    read([text.as_bytes()])
}

fn fault(streamed: Streamed) -> (ProtocolFault, Option<String>) {
    let error = streamed.end.unwrap_err();
    let ModelErrorKind::Protocol(fault) = error.kind() else { panic!("{error:?}") };
    (*fault, error.partial().map(fastroai_providers::Response::text))
}

const WHOLE: &str = ": hi\n\nevent: x\nid: 1\nretry: 5\ndata: {\"text\":\"grüße \"}\n\n\
                     data:{\"text\":\ndata: \"日本 🚀\"}\n\ndata: {\"finish\":\"stop\"}\n\n";

fn with_line_ends(text: &str, end: &str) -> String {
    text.replace('\n', end)
}

#[test]
fn n21_a_stream_that_is_no_utf8_is_refused_and_never_mended() {
    let streamed = read([&b"data: {\"text\":\"hel\"}\n\ndata: {\"text\":\"\xff\"}\n\n"[..]]);
    assert_eq!(streamed.text, "hel");
    assert_eq!(fault(streamed), (ProtocolFault::BadUtf8, Some("hel".to_owned())));
}

#[test]
fn n22_a_character_split_over_reads_is_put_together() {
    let text = "data: {\"text\":\"🚀\"}\n\ndata: [DONE]\n\n";
    assert_eq!(read(text.as_bytes().chunks(1)).text, "🚀");
}

#[test]
fn n24_every_line_end_gives_the_same_events_in_every_cut() {
    for end in ["\n", "\r\n", "\r"] {
        let text = with_line_ends(WHOLE, end);
        for cut in 0..=text.len() {
            let (one, two) = text.as_bytes().split_at(cut);
            let reply = read([one, two]).end.unwrap();
            assert_eq!(reply.text(), "grüße 日本 🚀", "{end:?} at {cut}");
        }
    }
}

#[test]
fn n25_a_byte_order_mark_is_stripped_once() {
    let text = format!("\u{feff}{WHOLE}");
    assert_eq!(read_text(&text).text, "grüße 日本 🚀");
    assert_eq!(read(text.as_bytes().chunks(1)).text, "grüße 日本 🚀");
    let later = "data: {\"text\":\"a\"}\n\ndata: {\"text\":\"\u{feff}\"}\n\ndata: [DONE]\n\n";
    assert_eq!(read_text(later).text, "a\u{feff}");
}

#[test]
fn n26_comments_and_fields_without_meaning_are_passed_over() {
    let text = ": one\nid\nretry: soon\nnonsense: 1\ndata\n:two\n\nid: 7\n\n\
                data:{\"text\":\"a\"}\n\ndata: [DONE]\n\n";
    let text = text.replace("data\n", "");
    assert_eq!(read_text(&text).end.unwrap().text(), "a");
}

#[test]
fn n27_lines_of_data_are_joined_with_a_line_feed() {
    let text = "data: {\"text\":\ndata:\ndata: \"a\"}\n\ndata: [DONE]\n\n";
    assert_eq!(read_text(text).end.unwrap().text(), "a");
}

#[test]
fn n28_a_last_event_without_a_blank_line_is_read() {
    for end in ["", "\n", "\r", "\r\n"] {
        let text = format!("data: {{\"text\":\"a\"}}\n\ndata: {{\"finish\":\"stop\"}}{end}");
        assert_eq!(read_text(&text).end.unwrap().text(), "a", "{end:?}");
        let text = format!("data: {{\"text\":\"a\"}}{end}");
        let expected = (ProtocolFault::Truncated, Some("a".to_owned()));
        assert_eq!(fault(read_text(&text)), expected, "{end:?}");
    }
}

#[test]
fn n28_a_last_event_that_was_cut_is_a_cut_stream_and_no_bad_event() {
    let text = "data: {\"text\":\"a\"}\n\ndata: {\"text\":\"grüße\"}";
    for cut in "data: {\"text\":\"a\"}\n\n".len()..text.len() {
        let expected = (ProtocolFault::Truncated, Some("a".to_owned()));
        assert_eq!(fault(read([&text.as_bytes()[..cut]])), expected, "at {cut}");
    }
}

#[test]
fn n29_an_event_and_a_stream_may_be_as_large_as_the_limit_and_no_larger() {
    let mut limits = Limits::default();
    let event = "data: {\"text\":\"abcdef\"}\n\n";
    let text = format!("{event}{event}data: [DONE]\n\n");
    limits.event_bytes = event.trim_end().len();
    limits.body_bytes = text.len();
    assert!(read_within([text.as_bytes()], limits).end.is_ok());
    assert!(read_within(text.as_bytes().chunks(1), limits).end.is_ok());
    limits.event_bytes -= 1;
    let too_large = read_within([text.as_bytes()], limits);
    assert_eq!(fault(too_large).0, ProtocolFault::TooLarge);
    limits.event_bytes += 1;
    limits.body_bytes -= 1;
    let too_large = read_within([text.as_bytes()], limits);
    assert_eq!(fault(too_large).0, ProtocolFault::TooLarge);
}

#[test]
fn n35_an_event_that_does_not_parse_is_never_dropped() {
    let text = "data: {\"text\":\"a\"}\n\ndata: {\"text\n\ndata: [DONE]\n\n";
    assert_eq!(fault(read_text(text)), (ProtocolFault::BadEvent, Some("a".to_owned())));
}

proptest! {
    #[test]
    fn n23_any_cut_gives_the_same_events(
        cuts in proptest::collection::vec(0..WHOLE.len(), 0..12),
        end in prop_oneof!["\n", "\r\n", "\r"],
        mark in any::<bool>(),
    ) {
        let text = format!("{}{}", if mark { "\u{feff}" } else { "" }, with_line_ends(WHOLE, &end));
        let mut cuts = cuts;
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut from = 0;
        for cut in cuts {
            pieces.push(&text.as_bytes()[from..cut]);
            from = cut;
        }
        pieces.push(&text.as_bytes()[from..]);
        let streamed = read(pieces);
        prop_assert_eq!(&streamed.text, "grüße 日本 🚀");
        prop_assert_eq!(streamed.end.unwrap().text(), streamed.text);
    }

    #[test]
    fn n23_any_bytes_end_in_a_reply_or_an_error_that_cuts_do_not_change(
        bytes in proptest::collection::vec(
            prop_oneof![
                Just(b'\n'), Just(b'\r'), Just(b':'), Just(b' '), Just(b'd'), Just(0xEF), any::<u8>()
            ],
            0..80,
        ),
    ) {
        let mut body = b"data: {\"text\":\"a\"}\n\n".to_vec();
        body.extend(&bytes);
        let whole = read([&*body]);
        let cut = read(body.chunks(1));
        prop_assert_eq!(&whole.text, &cut.text);
        prop_assert_eq!(format!("{:?}", whole.end), format!("{:?}", cut.end));
    }
}
