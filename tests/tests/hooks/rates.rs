//! Requests and tokens in a minute, requests at one time, and the queue of those who wait.

use std::error::Error as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastroai::hook::{QueueFull, RateLimits, TooManyTokens};
use fastroai::money::Budget;
use fastroai::prelude::*;
use fastroai::providers::{
    Model, ModelError, ModelId, Profile, Request, Response, ResponseStream,
};
use fastroai::{Error, ErrorCategory, RetryPolicy, usd};
use fastroai_providers::error::ProviderFault;
use futures_util::future::{BoxFuture, join_all};
use proptest::prelude::*;
use tests::scripted::{Step, reply, text, usage};
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
            let mut most = self.most.lock().expect("no panic while locked");
            *most = inside.max(*most);
            drop(most);
            sleep(self.takes).await;
            self.inside.down();
            let mut reply = reply(vec![fastroai::providers::Part::text("Done")]);
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

async fn run(on: &Runtime) -> Result<AgentResponse, Error> {
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

/// The same from many threads, where arrivals really are at one time.
#[test]
fn behaviour_53_the_queue_is_counted_exactly_on_many_threads_too() {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all();
    let threads = threads.build_runtime();
    threads.block_on(async {
        for _ in 0..50 {
            let gate = Arc::new(tokio::sync::Semaphore::new(0));
            let model = Gated { gate: Arc::clone(&gate), id: "test:one".parse().expect("a name") };
            let limits = RateLimits::new().concurrency(1).max_queued(1);
            let on = Runtime::builder().model(model).prices(prices()).hook(limits).build();
            let runs: Vec<_> = (0..5)
                .map(|_| {
                    let on = on.clone();
                    tokio::spawn(async move { run(&on).await })
                })
                .collect();
            let mut refused = 0;
            let mut ends: futures_util::stream::FuturesUnordered<_> = runs.into_iter().collect();
            while refused < 3 {
                let ended = futures_util::StreamExt::next(&mut ends).await;
                let error = ended.expect("one").expect("no panic").expect_err("refused");
                assert!(full(&error).is_some(), "{error:?}");
                refused += 1;
            }
            gate.add_permits(5);
            while let Some(ended) = futures_util::StreamExt::next(&mut ends).await {
                ended.expect("no panic").expect("it was let through");
            }
        }
    });
}
