//! Counts of tokens that are missing, late, doubled and absurd.

use fastroai_providers::Usage;
use tests::transport::{Exchange, Piece};

use crate::ask::{
    ANTHROPIC, GOOGLE, OPENAI, choice, completion, done, event, says, streamed, whole,
};

const MESSAGE: &str = r#"{"role":"assistant","content":"hi"}"#;

async fn of(pieces: impl IntoIterator<Item = Piece>) -> Usage {
    let pieces = pieces.into_iter().chain([done()]);
    let reply = streamed(OPENAI, pieces).await.end.unwrap();
    assert_eq!(reply.text(), "hi", "the answer is kept whatever its counts are");
    reply.usage
}

fn counts(usage: &Usage) -> (Option<u64>, Option<u64>) {
    (usage.input_tokens, usage.output_tokens)
}

#[tokio::test]
async fn n42_missing_counts_are_unknown_and_not_zero() {
    let whole_reply = whole(OPENAI, completion(MESSAGE, "stop", "null")).await.unwrap();
    assert!(whole_reply.usage.is_unknown());
    assert!(of([says("hi"), choice("{}", "stop")]).await.is_unknown());
    let null = event(r#""choices":[],"usage":null"#);
    assert!(of([says("hi"), choice("{}", "stop"), null]).await.is_unknown());
    let google = Exchange::answer(
        200,
        r#"{"candidates":[{"content":{"parts":[{"text":"hi"}]},"finishReason":"STOP"}]}"#,
    );
    assert!(whole(GOOGLE, google).await.unwrap().usage.is_unknown());
}

#[tokio::test]
async fn n43_counts_that_come_again_and_again_are_not_added_up() {
    let counted =
        |output: u64, text: &str| {
            event(&format!(
            r#""choices":[{{"index":0,"delta":{{"content":"{text}"}},"finish_reason":null}}],
            "usage":{{"prompt_tokens":10,"completion_tokens":{output}}}"#
        )
        .replace('\n', " "))
        };
    let last = event(r#""choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5}"#);
    let pieces = [counted(1, "h"), counted(3, "i"), choice("{}", "stop"), last];
    assert_eq!(counts(&of(pieces).await), (Some(10), Some(5)));
    let beside = [counted(2, "hi"), counted(5, ""), choice("{}", "stop")];
    assert_eq!(counts(&of(beside).await), (Some(10), Some(5)));
}

#[tokio::test]
async fn n43_counts_after_the_finish_are_taken() {
    let late = event(r#""choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5}"#);
    assert_eq!(counts(&of([says("hi"), choice("{}", "stop"), late]).await), (Some(10), Some(5)));
}

#[tokio::test]
async fn n44_absurd_counts_lose_no_answer() {
    for usage in [
        r#"{"prompt_tokens":-1,"completion_tokens":5}"#,
        r#"{"prompt_tokens":99999999999999999999999,"completion_tokens":5}"#,
        r#"{"prompt_tokens":"ten","completion_tokens":5}"#,
        r#"{"prompt_tokens":1.5,"completion_tokens":5}"#,
        r#"{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":7}"#,
        "[]",
        "\"none\"",
    ] {
        let reply = whole(OPENAI, completion(MESSAGE, "stop", usage)).await.unwrap();
        assert_eq!(reply.text(), "hi", "{usage}");
    }
}

#[tokio::test]
async fn n44_counts_that_contradict_each_other_are_clamped_and_marked() {
    let usage = r#"{"prompt_tokens":10,"completion_tokens":5,
        "prompt_tokens_details":{"cached_tokens":50}}"#;
    let reply = whole(OPENAI, completion(MESSAGE, "stop", usage)).await.unwrap();
    assert_eq!(reply.usage.cache_read_tokens, Some(10));
    assert!(reply.usage.inconsistent);
    let anthropic = Exchange::answer(
        200,
        r#"{"id":"m1","type":"message","role":"assistant","model":"m",
        "content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn",
        "usage":{"input_tokens":10,"output_tokens":-5}}"#,
    );
    assert_eq!(whole(ANTHROPIC, anthropic).await.unwrap().text(), "hi");
}
