//! A model that answers, fails, breaks off or hangs by chance, and keeps its own books.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastroai::money::{Budget, Cost, Rates};
use fastroai::providers::error::{Phase, ProviderFault, Sent};
use fastroai::providers::{
    Delta, FinishReason, Message, Model, ModelError, ModelErrorKind, ModelId, Part, Profile,
    Request, Response, ResponseStream, StreamEvent, ToolCall, Usage,
};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};

use crate::chance::Chance;

/// What the model shares with the test of a case.
pub(crate) struct Books {
    pub(crate) chance: Mutex<Chance>,
    pub(crate) accounts: Vec<Budget>,
    pub(crate) rates: Rates,
    /// What all replies cost that were priced, by the model's own arithmetic.
    pub(crate) billed: Mutex<Cost>,
}

impl Books {
    /// No account has given away more than it has.
    pub(crate) fn audit(&self) {
        for account in &self.accounts {
            let taken = [account.spent(), account.held(), account.possibly_paid()];
            let taken = taken.into_iter().sum::<Option<Cost>>();
            assert!(taken.is_some_and(|taken| taken <= account.limit()), "{account:?}");
        }
    }

    fn draw<T>(&self, draw: impl FnOnce(&mut Chance) -> T) -> T {
        draw(&mut self.chance.lock().unwrap())
    }

    /// A usage that keeps within what the request allows: a token of input for each byte at most.
    fn usage(&self, request: &Request<'_>) -> Usage {
        let bytes: usize = request.messages.iter().map(length).sum();
        let limit = request.settings.max_tokens.expect("under a budget there is a limit");
        let mut usage = Usage::default();
        self.draw(|chance| {
            let input = chance.below(bytes as u64 + 1);
            usage.input_tokens = Some(input);
            usage.output_tokens = Some(chance.below(u64::from(limit) + 1));
            if chance.once_in(3) {
                usage.cache_read_tokens = Some(chance.below(input + 1));
            }
            if chance.once_in(3) {
                let left = input - usage.cache_read_tokens.unwrap_or(0);
                usage.cache_write_tokens = Some(chance.below(left + 1));
            }
        });
        usage
    }

    fn bill(&self, usage: &Usage) {
        let cost = cost(&self.rates, usage);
        let mut billed = self.billed.lock().unwrap();
        *billed = billed.checked_add(cost).unwrap();
    }
}

fn length(message: &Message) -> usize {
    match message {
        Message::User(user) => {
            user.parts.iter().filter_map(|part| part.as_text()).map(str::len).sum()
        }
        _ => 0,
    }
}

/// What a usage costs, by hand.
fn cost(rates: &Rates, usage: &Usage) -> Cost {
    let [read, written] = [usage.cache_read_tokens, usage.cache_write_tokens];
    let [read, written] = [read, written].map(|count| u128::from(count.unwrap_or(0)));
    let fresh = u128::from(usage.input_tokens.unwrap()) - read - written;
    let [input, output] = [rates.input, rates.output].map(|rate| u128::from(rate.picodollars()));
    let parts = (fresh * 100 + read * 10 + written * 125) * input
        + u128::from(usage.output_tokens.unwrap()) * 100 * output;
    Cost::from_picodollars(u64::try_from(parts.div_ceil(100_000_000)).unwrap())
}

/// What becomes of an attempt.
enum Fate {
    Answer(Box<Response>),
    Fail(ModelError),
    /// It breaks off after a piece, with this error.
    Break(ModelError),
    Hang,
}

/// The model.
pub(crate) struct Random {
    pub(crate) id: ModelId,
    pub(crate) profile: Profile,
    pub(crate) books: Arc<Books>,
}

impl Random {
    fn fate(&self, request: &Request<'_>) -> (Duration, Fate) {
        let books = &self.books;
        books.audit();
        let wait = Duration::from_millis(books.draw(|chance| chance.below(4) * 700));
        let transport = |sent| {
            ModelError::new(ModelErrorKind::Transport { phase: Phase::Body, sent }, "it broke")
        };
        let fault = |fault, status| {
            ModelError::provider_fault(fault, "the provider said no").with_status(status)
        };
        let fate = match books.draw(|chance| chance.place(20)) {
            0 => Fate::Fail(transport(Sent::No)),
            1 => Fate::Fail(transport(Sent::Maybe)),
            2 => Fate::Fail(fault(ProviderFault::RateLimit, 429)),
            3 => Fate::Fail(fault(ProviderFault::Server, 500)),
            4 => Fate::Fail(fault(ProviderFault::InvalidRequest, 400)),
            5 => Fate::Hang,
            6 => {
                let mut partial = text("Once");
                partial.usage = books.usage(request);
                Fate::Break(transport(Sent::Maybe).with_partial(partial))
            }
            7 => Fate::Break(transport(Sent::Maybe)),
            // It answers without a word on what it took.
            8 => Fate::Answer(Box::new(text("Here."))),
            _ => {
                let drawn = books.draw(|chance| chance.place(4));
                let answered = matches!(request.messages.last(), Some(Message::Tool(_)));
                let tool = request.tools.get(drawn).filter(|_| !answered);
                let mut reply = match tool {
                    Some(tool) => {
                        let call = ToolCall::new("a", tool.name.clone(), "{}");
                        let mut reply = text("");
                        reply.parts = vec![Part::ToolCall(call)];
                        reply.finish_reason = FinishReason::ToolCalls;
                        reply
                    }
                    None => text("Here."),
                };
                reply.usage = books.usage(request);
                Fate::Answer(Box::new(reply))
            }
        };
        (wait, fate)
    }
}

impl Random {
    /// Books what an error has reported, when it is told.
    fn told(&self, error: ModelError) -> ModelError {
        if let Some(partial) = error.partial() {
            self.books.bill(&partial.usage);
        }
        error
    }
}

fn text(text: &str) -> Response {
    let mut reply = Response::default();
    reply.parts = vec![Part::text(text)];
    reply.finish_reason = FinishReason::Stop;
    reply
}

impl Model for Random {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn request<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        async move {
            let (wait, fate) = self.fate(request);
            tokio::time::sleep(wait).await;
            self.books.audit();
            match fate {
                Fate::Answer(reply) => {
                    if !reply.usage.is_unknown() {
                        self.books.bill(&reply.usage);
                    }
                    Ok(*reply)
                }
                Fate::Fail(error) | Fate::Break(error) => Err(self.told(error)),
                Fate::Hang => std::future::pending().await,
            }
        }
        .boxed()
    }

    fn stream<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<ResponseStream, ModelError>> {
        async move {
            let (wait, fate) = self.fate(request);
            tokio::time::sleep(wait).await;
            let books = Arc::clone(&self.books);
            let piece = StreamEvent::Delta(Delta::Text("On".to_owned()));
            let stream = match fate {
                Fate::Fail(error) => return Err(self.told(error)),
                Fate::Break(error) => {
                    let end = async move {
                        if let Some(partial) = error.partial() {
                            books.bill(&partial.usage);
                        }
                        Err(error)
                    };
                    stream::iter([Ok(piece)]).chain(stream::once(end)).boxed()
                }
                Fate::Hang => stream::iter([Ok(piece)]).chain(stream::pending()).boxed(),
                Fate::Answer(reply) => {
                    let end = async move {
                        tokio::time::sleep(wait).await;
                        books.audit();
                        if !reply.usage.is_unknown() {
                            books.bill(&reply.usage);
                        }
                        Ok(StreamEvent::Done(reply))
                    };
                    stream::iter([Ok(piece)]).chain(stream::once(end)).boxed()
                }
            };
            Ok(stream)
        }
        .boxed()
    }
}
