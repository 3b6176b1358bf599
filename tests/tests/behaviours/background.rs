//! Replies that a provider makes in the background.

use std::time::Duration;

use fastroai::agent::AgentEvent;
use fastroai::money::{Budget, Prices, Rates};
use fastroai::prelude::*;
use fastroai::providers::error::{Phase, ProviderFault, Sent};
use fastroai::providers::{
    Connection, FinishReason, Message, ModelError, ModelErrorKind, Request, Settings,
};
use fastroai::{ErrorKind, RetryPolicy, usd};
use serde_json::{Value, json};
use tests::transport::{Exchange, Piece, ScriptedTransport, bytes};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

const MODEL: &str = "openai-responses:gpt-5-mini";

/// A dollar for a million tokens, whichever they are.
fn runtime(transport: &ScriptedTransport) -> Runtime {
    let dollar = Rates::per_million("1", "1").expect("two prices");
    let prices = Prices::unlisted().with_override("openai-responses:*", dollar);
    let connection = Connection::new().environment(|_| None).transport(transport.clone());
    let connection = connection.key("openai-responses", "sk-test");
    let prices = prices.expect("a pattern");
    Runtime::builder().connection(connection).prices(prices).build()
}

fn settings() -> Settings {
    Settings { background: Some(true), ..Settings::default() }
}

fn agent() -> Agent {
    Agent::builder().model(MODEL).settings(&settings()).build().expect("an agent")
}

fn body(status: &str, output: &Value) -> Value {
    let usage = json!({"input_tokens": 10, "output_tokens": 5, "total_tokens": 15});
    let done = status == "completed";
    json!({"id": "resp_1", "object": "response", "status": status, "background": true,
        "store": true, "model": "gpt-5-mini", "output": output,
        "usage": if done { usage } else { Value::Null }})
}

fn pending(status: &str) -> Exchange {
    Exchange::answer(200, body(status, &json!([])).to_string())
}

fn said(text: &str) -> Value {
    json!([{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": []}]}])
}

fn done(text: &str) -> Exchange {
    Exchange::answer(200, body("completed", &said(text)).to_string())
}

fn cancelled() -> Exchange {
    Exchange::answer(200, body("cancelled", &json!([])).to_string())
}

fn event(event: &Value) -> Piece {
    bytes(format!("event: {}\ndata: {event}\n\n", event["type"].as_str().expect("a name")))
}

/// A stream that has said `Hello`, and what comes then.
fn begun(then: Piece) -> Exchange {
    Exchange::stream([
        event(&json!({"type": "response.created", "sequence_number": 0,
            "response": body("queued", &json!([]))})),
        event(&json!({"type": "response.output_text.delta", "sequence_number": 1,
            "item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": "Hello"})),
        then,
    ])
}

fn broken() -> ModelError {
    let kind = ModelErrorKind::Transport { phase: Phase::Body, sent: Sent::Maybe };
    ModelError::new(kind, "the connection broke")
}

/// What was sent, as `METHOD path`.
fn sent(transport: &ScriptedTransport) -> Vec<String> {
    let path = |url: &str| url.split_once("/v1/").map_or("?", |(_, path)| path).to_owned();
    let seen = transport.seen();
    seen.iter().map(|seen| format!("{} {}", seen.method(), path(seen.url()))).collect()
}

const POST: &str = "POST responses";
const GET: &str = "GET responses/resp_1";
const CANCEL: &str = "POST responses/resp_1/cancel";

/// Lets what was left behind do its work.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn p24_a_background_turn_is_asked_for_until_it_is_there_and_billed_once() {
    let script = [pending("queued"), pending("in_progress"), pending("in_progress"), done("Hi.")];
    let transport = ScriptedTransport::new(script);
    let start = Instant::now();
    let answer = agent().run("Hello").on(&runtime(&transport)).await.expect("an answer");
    assert_eq!(answer.output, "Hi.");
    assert_eq!(sent(&transport), [POST, GET, GET, GET]);
    let waited = start.elapsed();
    assert!((Duration::from_secs(4)..Duration::from_secs(6)).contains(&waited), "{waited:?}");
    let request = transport.seen()[0].json();
    assert_eq!((&request["background"], &request["store"]), (&json!(true), &json!(true)));
    assert_eq!(answer.requests, 1);
    assert_eq!(answer.bill.lines().len(), 1);
    assert_eq!(answer.cost.exact(), Some(usd!("0.000015")));
    let Some(Message::Assistant(reply)) = answer.messages.last() else { panic!("a reply") };
    assert_eq!((reply.id.as_deref(), reply.stored), (Some("resp_1"), true));
}

#[tokio::test(start_paused = true)]
async fn p24_one_request_without_an_agent_is_waited_for_as_well() {
    let transport = ScriptedTransport::new([pending("queued"), done("Hi.")]);
    let (messages, settings) = ([Message::user("Hello")], settings());
    let request = Request::new(&messages, &settings);
    let (reply, bill) = runtime(&transport).request(MODEL, &request).await.expect("a reply");
    assert_eq!((reply.text().as_str(), &reply.finish_reason), ("Hi.", &FinishReason::Stop));
    assert_eq!((sent(&transport), bill.lines().len()), (vec![POST.to_owned(), GET.to_owned()], 1));
}

#[tokio::test(start_paused = true)]
async fn a_question_about_a_background_turn_that_fails_is_asked_again_and_not_the_prompt() {
    let busy = Exchange::answer(503, "{}").header("retry-after", "7");
    let script = [pending("queued"), Exchange::fail(broken()), busy, done("Hi.")];
    let transport = ScriptedTransport::new(script);
    let answer = agent().run("Hello").on(&runtime(&transport)).await.expect("an answer");
    assert_eq!(sent(&transport), [POST, GET, GET, GET]);
    assert_eq!((answer.output.as_str(), answer.bill.lines().len()), ("Hi.", 1));
}

#[tokio::test(start_paused = true)]
async fn a_background_turn_that_nobody_can_ask_for_is_given_up_and_never_begun_again() {
    let lost = (0..5).map(|_| Exchange::fail(broken()));
    let script = [pending("queued")].into_iter().chain(lost).chain([cancelled()]);
    let transport = ScriptedTransport::new(script);
    let error = agent().run("Hello").on(&runtime(&transport)).await.expect_err("lost");
    settle().await;
    let mut expected = vec![POST];
    expected.extend([GET; 5]);
    expected.push(CANCEL);
    assert_eq!(sent(&transport), expected);
    // It may have been made, and nobody knows for how much.
    assert_eq!(error.bill().lines().len(), 1);
    assert_eq!(error.bill().total().exact(), None);
}

#[tokio::test(start_paused = true)]
async fn a_background_turn_that_the_provider_no_longer_knows_ends_at_once() {
    let gone = Exchange::answer(404, r#"{"error":{"message":"no","code":null}}"#);
    let transport = ScriptedTransport::new([pending("queued"), gone, cancelled()]);
    let error = agent().run("Hello").on(&runtime(&transport)).await.expect_err("gone");
    let ErrorKind::Model(model) = error.kind() else { panic!("{error}") };
    assert_eq!(*model.kind(), ModelErrorKind::Provider(ProviderFault::NotFound));
    assert!(model.to_string().contains("kept for some minutes only"), "{model}");
    assert_eq!(error.bill().lines().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_background_turn_that_fails_is_the_failure_of_its_provider() {
    let mut failed = body("failed", &json!([]));
    failed["error"] = json!({"code": "invalid_prompt", "message": "no"});
    let failed = Exchange::answer(200, failed.to_string());
    let transport = ScriptedTransport::new([pending("queued"), failed]);
    let error = agent().run("Hello").on(&runtime(&transport)).await.expect_err("failed");
    settle().await;
    let ErrorKind::Model(model) = error.kind() else { panic!("{error}") };
    assert_eq!(*model.kind(), ModelErrorKind::Provider(ProviderFault::InvalidRequest));
    // There is nothing left to give up.
    assert_eq!(sent(&transport), [POST, GET]);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_out_of_time_has_its_background_turn_cancelled() {
    let script = (0..3).map(|_| pending("in_progress")).chain([cancelled()]);
    let transport = ScriptedTransport::new(script);
    let start = Instant::now();
    let run = agent().run("Hello").on(&runtime(&transport)).timeout(Duration::from_secs(3)).await;
    assert!(matches!(run.expect_err("late").kind(), ErrorKind::DeadlinePassed));
    assert_eq!(start.elapsed(), Duration::from_secs(3), "the run does not wait for that");
    settle().await;
    assert_eq!(sent(&transport), [POST, GET, GET, CANCEL]);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_or_dropped_run_has_its_background_turn_cancelled() {
    for by_token in [true, false] {
        let transport = ScriptedTransport::new([pending("queued"), cancelled()]);
        let token = CancellationToken::new();
        let (agent, runtime) = (agent(), runtime(&transport));
        let call = agent.run("Hello").on(&runtime).cancellation(token.clone());
        let half = tokio::time::sleep(Duration::from_millis(500));
        if by_token {
            let (run, ()) = tokio::join!(call, async {
                half.await;
                token.cancel();
            });
            assert!(matches!(run.expect_err("cancelled").kind(), ErrorKind::Cancelled));
        } else {
            tokio::select! {
                _ = call => panic!("it cannot end"),
                () = half => {}
            }
        }
        settle().await;
        assert_eq!(sent(&transport), [POST, CANCEL], "{by_token}");
        assert_eq!(transport.seen()[1].header("authorization"), Some("Bearer sk-test"));
    }
}

#[tokio::test(start_paused = true)]
async fn behaviour_49_a_cancelled_stream_has_the_provider_give_up_its_background_turn() {
    let transport = ScriptedTransport::new([begun(Piece::Hang), cancelled()]);
    let (agent, runtime) = (agent(), runtime(&transport));
    let mut stream = agent.run("Hello").on(&runtime).stream();
    let first = stream.next().await.expect("a piece").expect("a piece");
    assert!(matches!(first, AgentEvent::Text(text) if text == "Hello"));
    drop(stream);
    settle().await;
    assert_eq!(sent(&transport), [POST, CANCEL]);
}

#[tokio::test(start_paused = true)]
async fn a_streamed_background_turn_that_is_cut_goes_on_where_it_was() {
    for then in [Piece::Break(broken()), bytes("")] {
        let script = [begun(then), pending("in_progress"), done("Hello, world.")];
        let transport = ScriptedTransport::new(script);
        let (agent, runtime) = (agent(), runtime(&transport));
        let mut stream = agent.run("Hello").on(&runtime).stream();
        let mut pieces = Vec::new();
        let answer = loop {
            match stream.next().await.expect("an end").expect("no error") {
                AgentEvent::Text(text) => pieces.push(text),
                AgentEvent::Done(answer) => break answer,
                _ => {}
            }
        };
        assert_eq!(pieces, ["Hello", ", world."]);
        assert_eq!((answer.output.as_str(), answer.bill.lines().len()), ("Hello, world.", 1));
        assert_eq!(sent(&transport), [POST, GET, GET]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_background_turn_that_is_streamed_to_its_end_leaves_nothing_to_cancel() {
    let end = json!({"type": "response.completed", "sequence_number": 2,
        "response": body("completed", &said("Hello"))});
    let transport = ScriptedTransport::new([begun(event(&end))]);
    let (agent, runtime) = (agent(), runtime(&transport));
    let mut stream = agent.run("Hello").on(&runtime).stream();
    while let Some(event) = stream.next().await {
        event.expect("no error");
    }
    settle().await;
    assert_eq!(sent(&transport), [POST]);
}

#[tokio::test(start_paused = true)]
async fn a_background_turn_is_paid_from_one_hold() {
    let transport = ScriptedTransport::new([pending("queued"), done("Hi.")]);
    let account = Budget::new("tenant", usd!("0.10"));
    let (agent, runtime) = (agent(), runtime(&transport));
    let answer = agent.run("Hello").on(&runtime).account(&account).await.expect("an answer");
    assert_eq!(answer.output, "Hi.");
    assert_eq!((account.spent(), account.held()), (usd!("0.000015"), usd!("0")));
}

#[tokio::test(start_paused = true)]
async fn what_no_wire_but_the_responses_has_is_refused_there_before_it_is_sent() {
    let transport = ScriptedTransport::new([]);
    let connection = Connection::new().environment(|_| None).transport(transport.clone());
    let connection = connection.key("openai", "sk").key("anthropic", "sk").key("google", "sk");
    let runtime = Runtime::builder().connection(connection).retry(RetryPolicy::default()).build();
    for model in ["openai:gpt-5-mini", "anthropic:claude-sonnet-4-5", "google:gemini-2.5-flash"] {
        let agent = Agent::builder().model(model).settings(&settings()).build().expect("an agent");
        let error = agent.run("Hello").on(&runtime).await.expect_err("refused");
        assert!(error.to_string().contains("background"), "{model}: {error}");
    }
    assert!(transport.seen().is_empty());
}
