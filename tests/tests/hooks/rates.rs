//! Requests and tokens in a minute, requests at one time, and the queue of those who wait.

use std::error::Error as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastroai::hook::{QueueFull, RateLimits, TooManyTokens};
use fastroai::money::Budget;
use fastroai::prelude::*;
use fastroai::providers::{
    Model, ModelError, ModelId, Part, Profile, Request, Response, ResponseStream,
};
use fastroai::{Error, ErrorCategory, RetryPolicy, usd};
use fastroai_providers::error::ProviderFault;
use futures_util::StreamExt;
use futures_util::future::{BoxFuture, join_all};
use futures_util::stream::FuturesUnordered;
use proptest::prelude::*;
use tests::scripted::{Step, reply, text, usage};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

use super::rig::{Count, agent, prices, runtime, script};

/// A model that takes a while, and remembers when it was asked.
#[derive(Clone)]
struct Timed {
    id: ModelId,
    profile: Profile,
    takes: Duration,
    input: u64,
    start: Instant,
    asked: Arc<Mutex<Vec<Duration>>>,
    inside: Count,
    most: Arc<Mutex<usize>>,
}

impl Timed {
    fn new(name: &str, takes: Duration) -> Self {
        Self {
            id: name.parse().expect("a name"),
            profile: Profile::default(),
            takes,
            input: 10,
            start: Instant::now(),
            asked: Arc::default(),
            inside: Count::default(),
            most: Arc::default(),
        }
    }

    fn asked(&self) -> Vec<Duration> {
        self.asked.lock().expect("no panic while locked").clone()
    }

    fn seconds(&self) -> Vec<u64> {
        self.asked().iter().map(Duration::as_secs).collect()
    }

    fn most(&self) -> usize {
        *self.most.lock().expect("no panic while locked")
    }
}

impl Model for Timed {
    fn id(&self) -> &ModelId {
        &self.id
    }
    fn profile(&self) -> &Profile {
        &self.profile
    }
    fn request<'a>(&'a self, _: &'a Request<'a>) -> BoxFuture<'a, Result<Response, ModelError>> {
        Box::pin(async {
            self.asked.lock().expect("no panic while locked").push(self.start.elapsed());
            let inside = self.inside.up();
            {
                let mut most = self.most.lock().expect("no panic while locked");
                *most = inside.max(*most);
            }
            sleep(self.takes).await;
            self.inside.down();
            let mut reply = reply(vec![Part::text("Done")]);
            reply.usage = usage(self.input, 5);
            Ok(reply)
        })
    }
    fn stream<'a>(
        &'a self,
        _: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<ResponseStream, ModelError>> {
        Box::pin(async { Err(ModelError::config("not here")) })
    }
}

fn on(model: &Timed, limits: RateLimits) -> Runtime {
    Runtime::builder().model(model.clone()).prices(prices()).hook(limits).build()
}

async fn run(on: &Runtime) -> Result<AgentResponse<String>, Error> {
    agent().build().expect("an agent").run("Go").on(on).await
}

fn full(error: &Error) -> Option<&QueueFull> {
    error.source()?.downcast_ref()
}

#[tokio::test(start_paused = true)]
async fn behaviour_53_of_five_arrivals_one_goes_one_queues_and_the_rest_are_refused() {
    let model = Timed::new("test:one", Duration::from_secs(1));
    let on = on(&model, RateLimits::new().concurrency(1).max_queued(1));
    let ended = join_all((0..5).map(|_| run(&on))).await;
    let refused: Vec<_> = ended.iter().filter_map(|it| it.as_ref().err()).collect();
    assert_eq!(refused.len(), 3);
    for error in refused {
        let full = full(error).expect("the queue is full");
        assert_eq!((full.key.as_str(), full.max_queued), ("test:one", 1));
        assert_eq!(error.category(), ErrorCategory::Transient);
        assert!(error.bill().is_empty());
    }
    assert_eq!(model.seconds(), [0, 1]);
}

/// A model that answers when it is let.
struct Gated {
    id: ModelId,
    profile: Profile,
    gate: Arc<Semaphore>,
}

impl Model for Gated {
    fn id(&self) -> &ModelId {
        &self.id
    }
    fn profile(&self) -> &Profile {
        &self.profile
    }
    fn request<'a>(&'a self, _: &'a Request<'a>) -> BoxFuture<'a, Result<Response, ModelError>> {
        Box::pin(async {
            let _ = self.gate.acquire().await;
            Ok(reply(vec![Part::text("Done")]))
        })
    }
    fn stream<'a>(
        &'a self,
        _: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<ResponseStream, ModelError>> {
        Box::pin(async { Err(ModelError::config("not here")) })
    }
}

/// The same from many threads, where arrivals really are at one time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn behaviour_53_the_queue_is_counted_exactly_on_many_threads_too() {
    for _ in 0..50 {
        let gate = Arc::new(Semaphore::new(0));
        let id = "test:one".parse().expect("a name");
        let model = Gated { id, profile: Profile::default(), gate: Arc::clone(&gate) };
        let limits = RateLimits::new().concurrency(1).max_queued(1);
        let on = Runtime::builder().model(model).prices(prices()).hook(limits).build();
        let spawned = (0..5).map(|_| {
            let on = on.clone();
            tokio::spawn(async move { run(&on).await })
        });
        let mut ends: FuturesUnordered<_> = spawned.collect();
        for _ in 0..3 {
            // A queue that is too long refuses fewer, and would be waited for without end.
            let ended = timeout(Duration::from_secs(60), ends.next()).await.expect("it is refused");
            let ended = ended.expect("one of five").expect("no panic");
            let error = ended.expect_err("one is inside and one waits");
            assert!(full(&error).is_some(), "{error:?}");
        }
        gate.add_permits(5);
        while let Some(ended) = ends.next().await {
            ended.expect("no panic").expect("it was let through");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_go_in_the_order_in_which_they_came() {
    let model = Timed::new("test:one", Duration::from_secs(1));
    let on = on(&model, RateLimits::new().concurrency(2).max_queued(10));
    let ended = join_all((0..6).map(|_| run(&on))).await;
    assert!(ended.iter().all(Result::is_ok));
    assert_eq!((model.seconds(), model.most()), (vec![0, 0, 1, 1, 2, 2], 2));
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_up_leaves_the_queue_and_its_place() {
    let model = Timed::new("test:one", Duration::from_secs(10));
    let on = on(&model, RateLimits::new().concurrency(1).max_queued(1));
    let impatient = async {
        sleep(Duration::from_secs(1)).await;
        assert!(timeout(Duration::from_secs(2), run(&on)).await.is_err(), "it waits");
        // Its place is free again, and nobody waits behind one who is gone.
        run(&on).await.expect("it takes the place")
    };
    let (first, _) = tokio::join!(run(&on), impatient);
    first.expect("the first");
    assert_eq!(model.seconds(), [0, 10]);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_cancelled_inside_leaves_its_place() {
    let model = Timed::new("test:one", Duration::from_secs(10));
    let on = on(&model, RateLimits::new().concurrency(1));
    let cancelled = async { timeout(Duration::from_secs(3), run(&on)).await };
    let (first, second) = tokio::join!(cancelled, run(&on));
    assert!(first.is_err(), "it was given up");
    second.expect("it goes then");
    assert_eq!(model.seconds(), [0, 3]);
}

#[tokio::test(start_paused = true)]
async fn requests_go_evenly_and_a_burst_makes_the_others_slower() {
    let model = Timed::new("test:one", Duration::ZERO);
    let even = on(&model, RateLimits::new().requests_per_minute(6));
    join_all((0..4).map(|_| run(&even))).await;
    assert_eq!(model.seconds(), [0, 10, 20, 30]);

    let model = Timed::new("test:one", Duration::ZERO);
    let burst = on(&model, RateLimits::new().requests_per_minute(6).burst(3));
    join_all((0..6).map(|_| run(&burst))).await;
    assert_eq!(model.seconds(), [0, 0, 0, 15, 30, 45], "six in the first minute");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_minute_has_more_requests_than_it_may(
        most in 1u32..40,
        burst in 1u32..50,
        arrivals in prop::collection::vec(0u64..90_000, 1..120),
    ) {
        let mut clock = tokio::runtime::Builder::new_current_thread();
        let asked = clock.enable_time().start_paused(true).build().expect("a runtime").block_on(async {
            let model = Timed::new("test:one", Duration::ZERO);
            let on = on(&model, RateLimits::new().requests_per_minute(most).burst(burst));
            let runs = arrivals.iter().map(|at| {
                let on = &on;
                async move {
                    sleep(Duration::from_millis(*at)).await;
                    run(on).await
                }
            });
            let ended = join_all(runs).await;
            assert!(ended.iter().all(Result::is_ok));
            model.asked()
        });
        prop_assert_eq!(asked.len(), arrivals.len());
        for (at, begin) in asked.iter().enumerate() {
            let end = *begin + Duration::from_secs(60);
            let within = asked[at..].iter().filter(|time| **time < end).count();
            prop_assert!(within <= most as usize, "{within} of {most} in a minute: {asked:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_minute_s_tokens_go_at_once_and_come_back_evenly() {
    let model = Timed::new("test:one", Duration::ZERO);
    let on = on(&model, RateLimits::new().tokens_per_minute(6_000));
    let agent = agent().max_tokens(1_900).build().expect("an agent");
    // Each may take something above 1,900: three in the first minute's worth, then one for each 19
    // seconds and a little.
    join_all((0..5).map(|_| agent.run("Go").on(&on))).await;
    let seconds = model.seconds();
    assert_eq!(seconds[..3], [0, 0, 0]);
    assert!((17..20).contains(&seconds[3]) && (36..40).contains(&seconds[4]), "{seconds:?}");
}

#[tokio::test(start_paused = true)]
async fn tokens_that_nobody_expected_are_taken_from_those_that_come() {
    let mut model = Timed::new("test:one", Duration::ZERO);
    model.input = 5_000;
    let on = on(&model, RateLimits::new().tokens_per_minute(6_000));
    run(&on).await.expect("it seemed small");
    run(&on).await.expect("what is owed fits the bucket still");
    run(&on).await.expect("now it has to fill");
    let seconds = model.seconds();
    assert_eq!(seconds[..2], [0, 0]);
    assert!((38..60).contains(&seconds[2]), "{seconds:?}");
}

#[tokio::test(start_paused = true)]
async fn what_no_minute_lets_through_is_refused_at_once() {
    let model = Timed::new("test:one", Duration::ZERO);
    let on = on(&model, RateLimits::new().tokens_per_minute(6_000));
    let agent = agent().max_tokens(7_000).build().expect("an agent");
    let error = agent.run("Go").on(&on).await.expect_err("too many");
    let too_many: &TooManyTokens =
        error.source().and_then(|it| it.downcast_ref()).expect("the reason");
    assert!(too_many.tokens > 7_000 && too_many.per_minute == 6_000);
    assert!(model.asked().is_empty());
}

#[tokio::test(start_paused = true)]
async fn limits_are_kept_for_each_model_provider_or_tenant() {
    let one = Timed::new("test:one", Duration::ZERO);
    let two = Timed::new("test:two", Duration::ZERO);
    let builder = |limits: RateLimits| {
        let models = Runtime::builder().model(one.clone()).model(two.clone()).prices(prices());
        models.hook(limits.requests_per_minute(6)).build()
    };
    let agent = agent().build().expect("an agent");
    let took = async |on: &Runtime, pairs: [(&str, &Budget); 2]| {
        let start = Instant::now();
        let runs =
            pairs.map(|(model, account)| agent.run("Go").model(model).account(account).on(on));
        let ended = join_all(runs).await;
        assert!(ended.iter().all(Result::is_ok));
        start.elapsed().as_secs()
    };
    let (a, b) = (Budget::new("a", usd!("1.00")), Budget::new("b", usd!("1.00")));
    let a_chat = a.child("chat", usd!("0.50"));

    let per_model = builder(RateLimits::new());
    assert_eq!(took(&per_model, [("test:one", &a), ("test:two", &a)]).await, 0);
    let per_provider = builder(RateLimits::new().per_provider());
    assert_eq!(took(&per_provider, [("test:one", &a), ("test:two", &b)]).await, 10);
    let per_tenant = builder(RateLimits::new().per_tenant());
    assert_eq!(took(&per_tenant, [("test:one", &a), ("test:one", &b)]).await, 0);
    let per_tenant = builder(RateLimits::new().per_tenant());
    assert_eq!(took(&per_tenant, [("test:one", &a), ("test:two", &a_chat)]).await, 10);
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_the_provider_asks_for_is_kept_by_all() {
    let wait = Duration::from_secs(20);
    let throttled = ModelError::provider_fault(ProviderFault::RateLimit, "too many")
        .with_status(429)
        .with_retry_after(wait);
    let model = script([Step::Fail(throttled), text("Done")]);
    let on = runtime(&model).retry(RetryPolicy::never()).hook(RateLimits::new()).build();
    run(&on).await.expect_err("it is throttled");
    let start = Instant::now();
    run(&on).await.expect("after the pause");
    assert_eq!(start.elapsed(), wait);
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_a_rate_holds_no_money_that_others_need() {
    let model = Timed::new("test:one", Duration::ZERO);
    let on = on(&model, RateLimits::new().requests_per_minute(6));
    // For one request at a time.
    let tenant = Budget::new("tenant", usd!("0.006"));
    let runs = (0..4).map(|_| {
        let (on, tenant) = (&on, &tenant);
        async move { agent().build().expect("an agent").run("Go").account(tenant).on(on).await }
    });
    let ended = join_all(runs).await;
    assert!(ended.iter().all(Result::is_ok), "{ended:?}");
    assert_eq!(model.seconds(), [0, 10, 20, 30]);
}
