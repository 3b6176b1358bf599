//! Events that are broken, unknown, doubled and out of order.

use fastroai_providers::Response;
use fastroai_providers::error::{ModelErrorKind, ProtocolFault};
use tests::transport::{Piece, bytes};

use crate::ask::{
    ANTHROPIC, GOOGLE, OPENAI, RESPONSES, calls, choice, done, event, says, streamed,
};

fn tools_of(reply: &Response) -> Vec<(&str, &str, &str)> {
    reply.tool_calls().map(|call| (&*call.id, &*call.name, &*call.arguments)).collect()
}

async fn reply(pieces: impl IntoIterator<Item = Piece>) -> Response {
    let pieces = pieces.into_iter().chain([choice("{}", "tool_calls"), done()]);
    streamed(OPENAI, pieces).await.end.unwrap()
}

#[tokio::test]
async fn n35_an_event_that_does_not_parse_ends_the_stream_with_what_had_arrived() {
    for broken in ["data: {\"choices\":[{\n\n", "data: nonsense\n\n"] {
        let streamed = streamed(OPENAI, [says("hel"), bytes(broken), says("lo"), done()]).await;
        let error = streamed.end.unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Protocol(ProtocolFault::BadEvent));
        assert_eq!(
            (streamed.text.as_str(), error.partial().unwrap().text()),
            ("hel", "hel".into())
        );
    }
    for (id, event) in [
        (RESPONSES, "event: response.output_text.delta\ndata: {\"type\":\n\n"),
        (ANTHROPIC, "event: content_block_delta\ndata: {\"type\":\n\n"),
        (GOOGLE, "data: {\"candidates\":\n\n"),
    ] {
        let error = streamed(id, [bytes(event)]).await.end.unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Protocol(ProtocolFault::BadEvent), "{id}");
    }
}

#[tokio::test]
async fn n36_what_is_unknown_is_passed_over_or_kept_and_breaks_nothing() {
    let unknown = event(r#""choices":[],"new":{"deep":[1]}"#);
    let odd = choice(r#"{"content":"hel","sparkle":true}"#, "");
    let streamed_reply = streamed(OPENAI, [unknown, odd, choice("{}", "sparkled"), done()]).await;
    let reply = streamed_reply.end.unwrap();
    assert_eq!(reply.text(), "hel");
    assert_eq!(reply.finish_reason_raw.as_deref(), Some("sparkled"));
    let start = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m1\",\
        \"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\
        \"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}\n\n";
    let unknown = "event: sparkle\ndata: {\"type\":\"sparkle\",\"x\":1}\n\n";
    let stop = "event: message_delta\ndata: {\"type\":\"message_delta\",\
        \"delta\":{\"stop_reason\":\"sparkled\"},\"usage\":{\"output_tokens\":2}}\n\n\
        event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    let streamed = streamed(ANTHROPIC, [bytes(start), bytes(unknown), bytes(stop)]).await;
    assert_eq!(streamed.end.unwrap().finish_reason_raw.as_deref(), Some("sparkled"));
}

#[tokio::test]
async fn n37_what_comes_twice_counts_once() {
    let finish = || choice("{}", "stop");
    let usage = || event(r#""choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5}"#);
    let pieces = [says("hi"), finish(), finish(), usage(), usage(), done(), done()];
    let reply = streamed(OPENAI, pieces).await.end.unwrap();
    assert_eq!(reply.text(), "hi");
    assert_eq!((reply.usage.input_tokens, reply.usage.output_tokens), (Some(10), Some(5)));
    // A call that is announced again is the same call.
    let call = reply_of_doubled_call().await;
    assert_eq!(tools_of(&call), [("c1", "weather", "{\"a\":1}")]);
}

async fn reply_of_doubled_call() -> Response {
    reply([calls(0, "c1", "weather", "{\"a\""), calls(0, "c1", "weather", ":1}")]).await
}

#[tokio::test]
async fn n38_calls_with_sparse_and_disordered_places_are_told_apart() {
    let mixed = [
        calls(7, "c7", "time", "{\"b\""),
        calls(2, "c2", "weather", "{\"a\""),
        calls(7, "", "", ":2}"),
        calls(2, "", "", ":1}"),
    ];
    let reply = reply(mixed).await;
    let expected = [("c2", "weather", "{\"a\":1}"), ("c7", "time", "{\"b\":2}")];
    assert_eq!(tools_of(&reply), expected);
}

#[tokio::test]
async fn n38_a_place_that_is_used_again_under_another_id_is_another_call() {
    let twice = [calls(0, "c1", "weather", "{\"a\":1}"), calls(0, "c2", "time", "{\"b\":2}")];
    let reply = reply(twice).await;
    let expected = [("c1", "weather", "{\"a\":1}"), ("c2", "time", "{\"b\":2}")];
    assert_eq!(tools_of(&reply), expected);
}

#[tokio::test]
async fn n39_arguments_are_put_together_byte_by_byte_and_never_changed() {
    let text = "{\"city\": \"Köln \\u00e9 🚀\",  \"n\":1.50}";
    let first = calls(0, "c1", "weather", "");
    let letters = text.chars().map(|letter| calls(0, "", "", &letter.to_string()));
    let spelled = reply(std::iter::once(first).chain(letters)).await;
    assert_eq!(tools_of(&spelled), [("c1", "weather", text)]);
    let empty = reply([calls(0, "c1", "time", "")]).await;
    assert_eq!(tools_of(&empty), [("c1", "time", "")]);
    let object = choice(
        r#"{"tool_calls":[{"index":0,"id":"c1","function":{"name":"time","arguments":{"a":1}}}]}"#,
        "",
    );
    assert_eq!(tools_of(&reply([object]).await), [("c1", "time", "{\"a\":1}")]);
}

#[tokio::test]
async fn n40_a_call_in_the_event_that_finishes_is_seen() {
    let last = choice(
        r#"{"tool_calls":[{"index":0,"id":"c1","function":{"name":"time","arguments":"{}"}}]}"#,
        "tool_calls",
    );
    let reply = streamed(OPENAI, [says("hm"), last, done()]).await.end.unwrap();
    assert_eq!(tools_of(&reply), [("c1", "time", "{}")]);
    let google = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":\
        {\"name\":\"time\",\"args\":{\"a\":1}}}],\"role\":\"model\"},\"finishReason\":\"STOP\"}]}\n\n";
    let reply = streamed(GOOGLE, [bytes(google)]).await.end.unwrap();
    let calls: Vec<_> = reply.tool_calls().map(|call| (&*call.name, &*call.arguments)).collect();
    assert_eq!(calls, [("time", "{\"a\":1}")]);
}

#[tokio::test]
async fn n41_events_that_say_nothing_change_nothing() {
    let nothing = [
        event(r#""choices":[]"#),
        choice("{}", ""),
        choice(r#"{"content":""}"#, ""),
        choice(r#"{"content":null}"#, ""),
        choice(r#"{"role":"assistant"}"#, ""),
    ];
    let pieces = nothing.into_iter().chain([says("hi"), choice("{}", "stop"), done()]);
    let streamed = streamed(OPENAI, pieces).await;
    let reply = streamed.end.unwrap();
    assert_eq!((streamed.text.as_str(), reply.parts.len()), ("hi", 1));
}
