//! Replies that end otherwise than with an answer: filtered, refused, cut.

use fastroai_providers::{FinishReason, Response};
use tests::transport::{Exchange, bytes};

use crate::ask::{
    ANTHROPIC, GOOGLE, OPENAI, USAGE, calls, choice, completion, done, says, streamed, whole,
};

fn assert_paid(reply: &Response) {
    assert_eq!((reply.usage.input_tokens, reply.usage.output_tokens), (Some(10), Some(5)));
}

fn anthropic(content: &str, stop: &str) -> Exchange {
    Exchange::answer(
        200,
        format!(
            r#"{{"id":"m1","type":"message","role":"assistant","model":"m","content":[{content}],
            "stop_reason":"{stop}","stop_sequence":null,
            "usage":{{"input_tokens":10,"output_tokens":5}}}}"#
        ),
    )
}

fn google(parts: &str, finish: &str) -> Exchange {
    Exchange::answer(
        200,
        format!(
            r#"{{"candidates":[{{"content":{{"parts":[{parts}],"role":"model"}},
            "finishReason":"{finish}"}}],
            "usageMetadata":{{"promptTokenCount":10,"candidatesTokenCount":5}}}}"#
        ),
    )
}

#[tokio::test]
async fn p13_an_output_that_the_filter_stops_is_kept_and_counted() {
    let message = r#"{"role":"assistant","content":"hel"}"#;
    for reply in [
        whole(OPENAI, completion(message, "content_filter", USAGE)).await.unwrap(),
        whole(GOOGLE, google(r#"{"text":"hel"}"#, "SAFETY")).await.unwrap(),
    ] {
        assert_eq!(reply.finish_reason, FinishReason::ContentFilter);
        assert_eq!(reply.text(), "hel");
        assert_paid(&reply);
    }
    let reply = streamed(OPENAI, [says("hel"), choice("{}", "content_filter"), done()]).await;
    assert_eq!(reply.end.unwrap().finish_reason, FinishReason::ContentFilter);
}

#[tokio::test]
async fn p14_a_refusal_is_told_in_the_models_words_and_counted() {
    let message = r#"{"role":"assistant","content":null,"refusal":"I will not."}"#;
    let reply = whole(OPENAI, completion(message, "stop", USAGE)).await.unwrap();
    assert_eq!(reply.refusal().as_deref(), Some("I will not."));
    assert_eq!(reply.text(), "");
    assert_paid(&reply);
    let pieces = [choice(r#"{"refusal":"I will "}"#, ""), choice(r#"{"refusal":"not."}"#, "stop")];
    let reply = streamed(OPENAI, pieces.into_iter().chain([done()])).await.end.unwrap();
    assert_eq!(reply.refusal().as_deref(), Some("I will not."));
    let text = r#"{"type":"text","text":"I will not."}"#;
    let reply = whole(ANTHROPIC, anthropic(text, "refusal")).await.unwrap();
    assert_eq!(reply.finish_reason, FinishReason::Refusal);
    assert_paid(&reply);
}

#[tokio::test]
async fn p15_a_reply_that_met_the_limit_of_tokens_says_so() {
    let message = r#"{"role":"assistant","content":"hel"}"#;
    for reply in [
        whole(OPENAI, completion(message, "length", USAGE)).await.unwrap(),
        whole(ANTHROPIC, anthropic(r#"{"type":"text","text":"hel"}"#, "max_tokens")).await.unwrap(),
        whole(GOOGLE, google(r#"{"text":"hel"}"#, "MAX_TOKENS")).await.unwrap(),
        streamed(OPENAI, [says("hel"), choice("{}", "length"), done()]).await.end.unwrap(),
    ] {
        assert_eq!(reply.text(), "hel");
        assert_eq!(reply.finish_reason, FinishReason::Length);
        assert!(!reply.interrupted, "it is whole as far as it goes");
    }
}

#[tokio::test]
async fn p16_arguments_that_were_cut_are_handed_on_as_they_came() {
    // Some services say `tool_calls` though the limit cut the arguments.
    for finish in ["length", "tool_calls"] {
        let call = r#"{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",
            "function":{"name":"weather","arguments":"{\"city\":\"Par"}}]}"#;
        let reply = whole(OPENAI, completion(call, finish, USAGE)).await.unwrap();
        let pieces = [calls(0, "c1", "weather", "{\"city\":"), calls(0, "", "", "\"Par")];
        let pieces = pieces.into_iter().chain([choice("{}", finish), done()]);
        let streamed = streamed(OPENAI, pieces).await.end.unwrap();
        for reply in [reply, streamed] {
            let arguments: Vec<_> = reply.tool_calls().map(|call| &*call.arguments).collect();
            assert_eq!(arguments, ["{\"city\":\"Par"], "never mended");
            let expected = match finish {
                "length" => FinishReason::Length,
                _ => FinishReason::ToolCalls,
            };
            assert_eq!(reply.finish_reason, expected);
        }
    }
}

#[tokio::test]
async fn p16_a_stream_that_ends_within_arguments_is_no_reply() {
    let pieces = [says("hm"), calls(0, "c1", "weather", "{\"city\":"), bytes("data: {\"id")];
    let error = streamed(OPENAI, pieces).await.end.unwrap_err();
    let partial = error.partial().unwrap();
    assert!(partial.interrupted);
    assert_eq!(partial.text(), "hm");
}
