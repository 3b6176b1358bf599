//! When a failed attempt is repeated, how often, and after which wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fastroai::providers::error::{Phase, ProtocolFault, ProviderFault, Sent};
use fastroai::providers::http::{ApiKey, FixedKeys, HttpModel};
use fastroai::providers::openai::ChatCompletions;
use fastroai::providers::{
    Connection, Delta, Model, ModelErrorKind, Part, Profile, Request, Response, ResponseStream,
    StreamEvent, connect,
};
use fastroai::{AgentEvent, ErrorKind, ModelError, ModelId, RetryPolicy, Runtime};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use tests::scripted::{Scripted, Step, reply, text};
use tests::transport::{Exchange, ScriptedTransport};
use tokio::time::Instant;

use crate::rig::{MODEL, agent, prices, runtime, script};

pub(crate) fn fault(fault: ProviderFault, status: u16) -> ModelError {
    ModelError::provider_fault(fault, "the provider said no").with_status(status)
}

pub(crate) fn throttled() -> ModelError {
    fault(ProviderFault::RateLimit, 429)
}

pub(crate) fn transport(phase: Phase, sent: Sent) -> ModelError {
    ModelError::new(ModelErrorKind::Transport { phase, sent }, "the connection broke")
}

fn fails(errors: impl IntoIterator<Item = ModelError>) -> Vec<Step> {
    errors.into_iter().map(Step::Fail).collect()
}

fn then_text(errors: impl IntoIterator<Item = ModelError>) -> Scripted {
    let mut steps = fails(errors);
    steps.push(text("Here."));
    script(steps)
}

/// The requests that one run makes, the time it takes, and whether it ends well.
async fn one_run(model: &Scripted, on: &Runtime) -> (usize, Duration, Result<String, ModelError>) {
    let agent = agent().build().unwrap();
    let (start, before) = (Instant::now(), model.asked().len());
    let end = agent.run("hello").on(on).await;
    let end = end.map(|answer| answer.output).map_err(|error| {
        let again =
            error.model_error().map(|it| ModelError::new(it.kind().clone(), it.to_string()));
        again.unwrap_or_else(|| panic!("not the model's failure: {error:?}"))
    });
    (model.asked().len() - before, start.elapsed(), end)
}

#[tokio::test(start_paused = true)]
async fn p1_a_throttled_request_waits_as_long_as_the_provider_says() {
    let wait = Duration::from_millis(12_345);
    let model = then_text([throttled().with_retry_after(wait)]);
    let (requests, elapsed, end) = one_run(&model, &runtime(&model)).await;
    assert_eq!((requests, elapsed, end.unwrap().as_str()), (2, wait, "Here."));
}

#[tokio::test(start_paused = true)]
async fn waits_of_our_own_double_and_keep_between_half_and_all_of_it() {
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..50 {
        let model = then_text([throttled(), throttled()]);
        let (requests, elapsed, _) = one_run(&model, &runtime(&model)).await;
        assert_eq!(requests, 3);
        assert!((750..=1502).contains(&elapsed.as_millis()), "{elapsed:?}");
        seen.insert(elapsed.as_millis());
    }
    assert!(seen.len() > 10, "the waits are not spread: {seen:?}");
}

#[tokio::test(start_paused = true)]
async fn p2_a_provider_that_asks_for_no_wait_is_given_a_little_time_all_the_same() {
    let at_once = || throttled().with_retry_after(Duration::ZERO);
    let model = then_text([at_once(), at_once()]);
    let (requests, elapsed, _) = one_run(&model, &runtime(&model)).await;
    assert_eq!(requests, 3);
    assert!((750..=1502).contains(&elapsed.as_millis()), "{elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn p3_a_wait_of_an_hour_is_an_error_now_that_names_the_wait() {
    let hour = Duration::from_secs(3_600);
    let model = then_text([throttled().with_retry_after(hour)]);
    let agent = agent().build().unwrap();
    let start = Instant::now();
    let error = agent.run("hello").on(&runtime(&model)).await.unwrap_err();
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(error.model_error().unwrap().retry_after(), Some(hour));
    assert!(error.is_retryable());
    assert_eq!(model.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn p3_a_wait_of_a_minute_is_waited_for() {
    let minute = Duration::from_secs(60);
    let model = then_text([throttled().with_retry_after(minute)]);
    assert_eq!(one_run(&model, &runtime(&model)).await.1, minute);
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_is_an_error_now() {
    let model = then_text([throttled().with_retry_after(Duration::from_secs(30))]);
    let agent = agent().build().unwrap();
    let start = Instant::now();
    let running = agent.run("hello").on(&runtime(&model)).timeout(Duration::from_secs(20));
    let error = running.await.unwrap_err();
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert!(matches!(error.kind(), ErrorKind::Model(_)), "{error:?}");
    assert_eq!(error.model_error().unwrap().retry_after(), Some(Duration::from_secs(30)));
}

#[tokio::test(start_paused = true)]
async fn p4_what_repeating_cannot_help_is_never_repeated() {
    let never = [
        fault(ProviderFault::Quota, 429).with_retry_after(Duration::from_secs(1)),
        fault(ProviderFault::Authentication, 401),
        fault(ProviderFault::Permission, 403),
        fault(ProviderFault::NotFound, 404),
        fault(ProviderFault::RequestTooLarge, 413),
        fault(ProviderFault::ContextLength { limit: None, used: None }, 400),
        fault(ProviderFault::ContentFilter, 400),
        fault(ProviderFault::InvalidRequest, 400),
        ModelError::config("no"),
        ModelError::protocol(ProtocolFault::NotJson, "a page"),
        ModelError::protocol(ProtocolFault::Redirect, "elsewhere"),
        transport(Phase::Tls, Sent::No),
    ];
    for error in never {
        let kind = error.kind().clone();
        let model = then_text([error]);
        let (requests, elapsed, end) = one_run(&model, &runtime(&model)).await;
        assert_eq!((requests, elapsed), (1, Duration::ZERO), "{kind:?}");
        assert_eq!(*end.unwrap_err().kind(), kind);
    }
}

#[tokio::test(start_paused = true)]
async fn p5_p9_an_overloaded_provider_and_a_conflict_are_asked_up_to_three_times() {
    for (what, status) in [
        (ProviderFault::Overloaded, 529),
        (ProviderFault::Server, 500),
        (ProviderFault::Conflict, 409),
        (ProviderFault::RateLimit, 429),
    ] {
        let model = script(fails((0..9).map(|_| fault(what, status))));
        let (requests, _, end) = one_run(&model, &runtime(&model)).await;
        assert_eq!(requests, 3, "{what:?}");
        assert_eq!(*end.unwrap_err().kind(), ModelErrorKind::Provider(what));
    }
}

/// What may have been served: reset before the answer, cut answers, 408.
fn ambiguous() -> [fn() -> ModelError; 5] {
    [
        || transport(Phase::Send, Sent::Maybe),
        || transport(Phase::FirstByte, Sent::Maybe),
        || transport(Phase::Idle, Sent::Maybe),
        || ModelError::protocol(ProtocolFault::Truncated, "cut"),
        || fault(ProviderFault::Timeout, 408),
    ]
}

#[tokio::test(start_paused = true)]
async fn n5_n6_p9_what_may_have_been_served_is_repeated_at_most_once() {
    for error in ambiguous() {
        let model = script(fails((0..9).map(|_| error())));
        assert_eq!(one_run(&model, &runtime(&model)).await.0, 2, "{:?}", error());
        // Also where another failure lies between.
        let model = then_text([error(), throttled(), error()]);
        let on = Runtime::builder()
            .model(model.clone())
            .prices(prices())
            .retry(RetryPolicy::default().attempts(9))
            .build();
        let (requests, _, end) = one_run(&model, &on).await;
        assert!(end.is_err());
        assert_eq!(requests, 3, "{:?}", error());
    }
}

#[tokio::test(start_paused = true)]
async fn n5_n6_what_may_have_been_served_is_not_repeated_where_the_policy_says_so() {
    for error in ambiguous() {
        let model = then_text([error()]);
        let on = Runtime::builder()
            .model(model.clone())
            .prices(prices())
            .retry(RetryPolicy::default().repeat_ambiguous(false))
            .build();
        let (requests, elapsed, end) = one_run(&model, &on).await;
        assert_eq!((requests, elapsed), (1, Duration::ZERO), "{:?}", error());
        assert!(end.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn n1_n2_n4_what_was_not_sent_is_repeated() {
    for phase in [Phase::Dns, Phase::Connect] {
        let model = then_text([transport(phase, Sent::No), transport(phase, Sent::No)]);
        let (requests, _, end) = one_run(&model, &runtime(&model)).await;
        assert_eq!((requests, end.unwrap().as_str()), (3, "Here."));
    }
}

#[tokio::test(start_paused = true)]
async fn p6_when_the_bucket_is_empty_errors_come_at_once_until_successes_fill_it() {
    let model = script(fails((0..200).map(|_| fault(ProviderFault::Server, 503))));
    let on = runtime(&model);
    // 500 tokens, 5 for a retry, two retries for a run.
    for run in 0..50 {
        assert_eq!(one_run(&model, &on).await.0, 3, "run {run}");
    }
    for _ in 0..3 {
        let (requests, elapsed, end) = one_run(&model, &on).await;
        assert_eq!((requests, elapsed), (1, Duration::ZERO));
        assert!(end.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn p6_each_provider_has_a_bucket_of_its_own() {
    let broken = script(fails((0..200).map(|_| throttled())));
    let other = Scripted::new("other:one", fails([throttled()]).into_iter().chain([text("Here.")]));
    let on = Runtime::builder().model(broken.clone()).model(other.clone()).prices(prices()).build();
    for _ in 0..51 {
        assert!(one_run(&broken, &on).await.2.is_err());
    }
    assert_eq!(one_run(&broken, &on).await.0, 1);
    let agent = agent().build().unwrap();
    let answer = agent.run("hello").model("other:one").on(&on).await.unwrap();
    assert_eq!(answer.requests, 2);
}

/// A model over HTTP at an address, under a key.
fn over_http(
    name: &str,
    address: &str,
    key: Option<&str>,
    transport: &ScriptedTransport,
) -> HttpModel {
    let wire = Arc::new(ChatCompletions::new());
    let id = format!("openai:{name}").parse().unwrap();
    let model = HttpModel::new(id, wire, transport.clone(), address.parse().unwrap());
    match key {
        Some(key) => model.with_key(ApiKey::new(key).unwrap()),
        None => model,
    }
}

#[tokio::test(start_paused = true)]
async fn p6_each_key_of_a_provider_has_a_bucket_of_its_own_which_its_models_share() {
    let busy = || (0..200).map(|_| Exchange::answer(429, "{}"));
    let (one, other) = (ScriptedTransport::new(busy()), ScriptedTransport::new(busy()));
    let at = "https://llm.example.com/v1";
    let on = Runtime::builder()
        .model(over_http("large", at, Some("sk-one"), &one))
        .model(over_http("small", at, Some("sk-one"), &one))
        .model(over_http("theirs", at, Some("sk-two"), &other))
        .build();
    let agent = agent().build().unwrap();
    let requests = async |model: &str, transport: &ScriptedTransport| {
        let before = transport.seen().len();
        agent.run("hello").model(model).on(&on).await.unwrap_err();
        transport.seen().len() - before
    };
    for run in 0..50 {
        assert_eq!(requests("openai:large", &one).await, 3, "run {run}");
    }
    assert_eq!(requests("openai:large", &one).await, 1);
    assert_eq!(requests("openai:small", &one).await, 1, "another model under the same key");
    assert_eq!(requests("openai:theirs", &other).await, 3, "another key");
}

#[test]
fn p6_a_bucket_is_named_by_address_and_key_and_shows_no_key() {
    let transport = ScriptedTransport::default();
    let (here, there) = ("https://llm.example.com/v1", "https://other.example.com/v1");
    let key = "sk-canary-8f2e7d1c";
    let model = |address, key| over_http("m", address, key, &transport);
    let own = model(here, Some(key));
    assert_eq!(own.throttle_key(), model(here, Some(key)).throttle_key());
    for other in [model(there, Some(key)), model(here, Some("sk-two")), model(here, None)] {
        assert_ne!(own.throttle_key(), other.throttle_key());
    }
    assert!(!own.throttle_key().contains("canary"), "{}", own.throttle_key());
    let connection = Connection::new().environment(|_| None).base_url("openai", here);
    let connected =
        |key| connect(&"openai:m".parse().unwrap(), &connection.clone().key("openai", key));
    assert_eq!(connected(key).unwrap().throttle_key(), own.throttle_key());
    assert_ne!(connected("sk-two").unwrap().throttle_key(), own.throttle_key());
    let asked = HttpModel::with_keys(model(here, None), FixedKeys::new());
    assert_eq!(asked.throttle_key(), model(here, None).throttle_key(), "keys that may change");
}

#[tokio::test(start_paused = true)]
async fn p26_fallbacks_add_their_own_attempts_and_multiply_none() {
    for attempts in [1, 2, 4] {
        let models = [MODEL, "test:two", "other:three"]
            .map(|id| Scripted::new(id, fails((0..20).map(|_| throttled()))));
        let policy = RetryPolicy::default().attempts(attempts);
        let builder = Runtime::builder().prices(prices()).retry(policy);
        let on = models.iter().fold(builder, |builder, model| builder.model(model.clone())).build();
        let agent = agent().fallback(["test:two", "other:three"]).build().unwrap();
        let error = agent.run("hello").on(&on).await.unwrap_err();
        assert_eq!(error.model_errors().len(), 3);
        for model in &models {
            assert_eq!(model.asked().len(), attempts as usize, "{}", model.id());
        }
        assert_eq!(error.bill().lines().len(), 3 * attempts as usize);
    }
}

#[tokio::test(start_paused = true)]
async fn p26_one_owner_repeats_and_the_attempts_are_those_of_the_policy() {
    for attempts in [0, 1, 2, 5] {
        let model = script(fails((0..20).map(|_| throttled())));
        let on = Runtime::builder()
            .model(model.clone())
            .prices(prices())
            .retry(RetryPolicy::default().attempts(attempts))
            .build();
        assert_eq!(one_run(&model, &on).await.0, attempts.max(1) as usize);
    }
    let model = then_text([throttled()]);
    let on = Runtime::builder()
        .model(model.clone())
        .prices(prices())
        .retry(RetryPolicy::never())
        .build();
    assert_eq!(one_run(&model, &on).await.0, 1);
}

/// A model of which six attempts in ten fail, with the given error.
struct BrownOut {
    id: ModelId,
    profile: Profile,
    state: AtomicU64,
    error: fn() -> ModelError,
    asked: Arc<AtomicU64>,
}

impl Model for BrownOut {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn request<'a>(&'a self, _: &'a Request<'a>) -> BoxFuture<'a, Result<Response, ModelError>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        // Knuth's multiplier: the high bits of the sequence are as good as chance here.
        let state = self.state.load(Ordering::SeqCst);
        let next =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.state.store(next, Ordering::SeqCst);
        let failed = (next >> 33) % 10 < 6;
        let end = if failed { Err((self.error)()) } else { Ok(reply(vec![Part::text("Here.")])) };
        std::future::ready(end).boxed()
    }

    fn stream<'a>(
        &'a self,
        _: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<ResponseStream, ModelError>> {
        std::future::ready(Err(ModelError::config("not streamed"))).boxed()
    }
}

#[tokio::test(start_paused = true)]
async fn p27_in_a_long_brown_out_the_load_stays_below_a_third_more() {
    let errors: [fn() -> ModelError; 2] = [throttled, || transport(Phase::Connect, Sent::No)];
    for (error, seed) in errors.into_iter().zip([1, 2]) {
        let asked = Arc::new(AtomicU64::new(0));
        let model = BrownOut {
            id: MODEL.parse().unwrap(),
            profile: Profile::default(),
            state: AtomicU64::new(seed),
            error,
            asked: asked.clone(),
        };
        let on = Runtime::builder().model(model).prices(prices()).build();
        let agent = agent().build().unwrap();
        let runs = 3_000_u64;
        let mut good = 0_u64;
        for _ in 0..runs {
            good += u64::from(agent.run("hello").on(&on).await.is_ok());
        }
        let load = asked.load(Ordering::SeqCst);
        assert!(load * 10 < runs * 13, "{load} requests for {runs} runs");
        assert!(good * 10 > runs * 4, "only {good} of {runs} runs ended well");
    }
}

fn broken_stream(text: &str, error: ModelError) -> Step {
    Step::Events(vec![Ok(StreamEvent::Delta(Delta::Text(text.to_owned()))), Err(error)])
}

#[tokio::test(start_paused = true)]
async fn p28_nothing_is_repeated_after_a_part_of_the_answer_was_shown() {
    for error in [throttled, || transport(Phase::Body, Sent::Maybe)] {
        let model = script([broken_stream("Once upon", error()), text("A second answer")]);
        let agent = agent().build().unwrap();
        let on = runtime(&model);
        let mut stream = agent.run("hello").on(&on).stream();
        let Some(Ok(AgentEvent::Text(shown))) = stream.next().await else { panic!("no text") };
        assert_eq!(shown, "Once upon");
        let error = stream.next().await.unwrap().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Model(_)), "{error:?}");
        assert!(stream.next().await.is_none());
        assert_eq!(model.asked().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn p28_no_other_model_is_asked_after_a_part_of_the_answer_was_shown() {
    let begun: [fn() -> Step; 3] = [
        || broken_stream("Once upon", throttled()),
        || broken_stream("Once upon", transport(Phase::Body, Sent::Maybe)),
        || {
            let thought = StreamEvent::Delta(Delta::Reasoning("Hm".to_owned()));
            Step::Events(vec![Ok(thought), Err(throttled())])
        },
    ];
    for begun in begun {
        let (model, other) =
            (script([begun()]), Scripted::new("test:two", [text("A second answer")]));
        let on = Runtime::builder().model(model.clone()).model(other.clone()).build();
        let agent = agent().fallback(["test:two"]).build().unwrap();
        let mut stream = agent.run("hello").on(&on).stream();
        let shown = stream.next().await.unwrap().unwrap();
        assert!(matches!(shown, AgentEvent::Text(_) | AgentEvent::Reasoning(_)), "{shown:?}");
        let error = stream.next().await.unwrap().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Model(_)), "{error:?}");
        assert!(stream.next().await.is_none());
        assert_eq!((model.asked().len(), other.asked().len()), (1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn p28_a_stream_that_fails_before_its_first_piece_is_repeated_and_shows_one_answer() {
    let model = script([
        Step::Fail(throttled()),
        Step::Events(vec![Err(fault(ProviderFault::Overloaded, 529))]),
        text("Here."),
    ]);
    let agent = agent().build().unwrap();
    let on = runtime(&model);
    let events: Vec<_> = agent.run("hello").on(&on).stream().collect().await;
    let shown: String = events
        .iter()
        .filter_map(|event| match event {
            Ok(AgentEvent::Text(text)) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(shown, "Here.");
    assert!(matches!(events.last(), Some(Ok(AgentEvent::Done(done))) if done.requests == 3));
}
