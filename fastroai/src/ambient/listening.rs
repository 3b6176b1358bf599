//! Who hears of the runs that begin in a test's scope, and what each of them was.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fastroai_providers::{
    History, Model, ModelError, ModelId, Profile, Request, Response, ResponseStream, Settings,
};
use futures_util::future::BoxFuture;

use super::{Ambient, CURRENT};
use crate::driver::Finished;
use crate::error::Error;
use crate::testing::{Asked, Transcript};

/// Keeps the transcripts of the runs that began in its scope, in that order.
#[derive(Clone, Default)]
pub(crate) struct Listener(Arc<Mutex<Vec<Transcript>>>);

impl Listener {
    /// What was heard so far.
    pub(crate) fn heard(&self) -> Vec<Transcript> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Transcript>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One run in the ears of its listeners: its place among the transcripts of each.
#[derive(Clone, Default)]
pub(crate) struct Watch {
    places: Arc<[(Listener, usize)]>,
    run_id: Option<Arc<str>>,
}

impl Watch {
    /// A run of this agent begins, inside of this one.
    pub(super) fn begin(&self, listeners: &[Listener], agent: &str, run_id: &str) -> Self {
        if listeners.is_empty() {
            return Self::default();
        }
        let begins = |listener: &Listener| {
            let mut all = listener.lock();
            all.push(Transcript::begun(agent, run_id, self.run_id.as_deref()));
            (listener.clone(), all.len() - 1)
        };
        Self { places: listeners.iter().map(begins).collect(), run_id: Some(run_id.into()) }
    }

    /// Drives the run, and tells how it ended.
    pub(crate) async fn run(
        self,
        driving: impl Future<Output = Result<Finished, Error>>,
    ) -> Result<Finished, Error> {
        if self.places.is_empty() {
            return driving.await;
        }
        let ambient = Ambient { watch: self.clone(), ..Ambient::current() };
        let ended = CURRENT.scope(ambient, driving).await;
        self.tell(|transcript| match &ended {
            Ok(finished) => transcript.end(
                History::from(finished.messages.clone()),
                finished.bill.clone(),
                None,
            ),
            Err(error) => {
                let why = Some(error.to_string());
                transcript.end(error.history().clone(), error.bill().clone(), why);
            }
        });
        ended
    }

    /// The model, whose requests are told.
    pub(super) fn listens_to(&self, model: Arc<dyn Model>) -> Arc<dyn Model> {
        if self.places.is_empty() {
            return model;
        }
        Arc::new(Heard { model, watch: self.clone() })
    }

    fn tell(&self, change: impl Fn(&mut Transcript)) {
        for (listener, place) in self.places.iter() {
            if let Some(transcript) = listener.lock().get_mut(*place) {
                change(transcript);
            }
        }
    }
}

/// A model whose requests are told.
struct Heard {
    model: Arc<dyn Model>,
    watch: Watch,
}

impl Heard {
    fn tell(&self, request: &Request<'_>, streamed: bool) {
        self.watch.tell(|transcript| transcript.requests.push(Asked::of(request, streamed)));
    }
}

impl Model for Heard {
    fn id(&self) -> &ModelId {
        self.model.id()
    }

    fn profile(&self) -> &Profile {
        self.model.profile()
    }

    fn throttle_key(&self) -> &str {
        self.model.throttle_key()
    }

    fn request<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        self.tell(request, false);
        self.model.request(request)
    }

    fn stream<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<ResponseStream, ModelError>> {
        self.tell(request, true);
        self.model.stream(request)
    }

    fn poll<'a>(
        &'a self,
        settings: &'a Settings,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        self.model.poll(settings, id)
    }

    fn cancel<'a>(
        &'a self,
        settings: &'a Settings,
        id: &'a str,
    ) -> BoxFuture<'a, Result<(), ModelError>> {
        self.model.cancel(settings, id)
    }

    fn counts_tokens(&self) -> bool {
        self.model.counts_tokens()
    }

    fn count_tokens<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<u64, ModelError>> {
        self.model.count_tokens(request)
    }
}
