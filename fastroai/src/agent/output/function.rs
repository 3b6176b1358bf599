//! Functions that make an output of an answer, and functions that look at one.

use std::future::Future;
use std::marker::PhantomData;

use fastroai_providers::Schema;
use futures_util::future::BoxFuture;
use serde::Serialize;

use super::spec::Reader;
use super::{AgentOutput, OutputContext, OutputError, OutputSpec};
use crate::tool::ToolOutput;

/// What an output function returns: a `Result<R, OutputError>`, or a future of one. It is implemented
/// for these two alone; `M` tells them apart.
#[diagnostic::on_unimplemented(
    message = "an output function cannot return `{Self}`",
    label = "neither a `Result<_, OutputError>` nor a future of one",
    note = "write `fn book(plan: Plan) -> Result<Booked, OutputError>`, `async` or not"
)]
pub trait Made<'a, R, M> {
    /// The future of it.
    fn made(self) -> BoxFuture<'a, Result<R, OutputError>>;
}

/// It is there at once.
pub struct Now;

/// It is waited for.
pub struct Later;

#[diagnostic::do_not_recommend]
impl<'a, R: Send + 'a> Made<'a, R, Now> for Result<R, OutputError> {
    fn made(self) -> BoxFuture<'a, Self> {
        Box::pin(std::future::ready(self))
    }
}

#[diagnostic::do_not_recommend]
impl<'a, R, F> Made<'a, R, Later> for F
where
    F: Future<Output = Result<R, OutputError>> + Send + 'a,
{
    fn made(self) -> BoxFuture<'a, Result<R, OutputError>> {
        Box::pin(self)
    }
}

/// What `output_fn = …` may name, for an agent of type `A` that answers with `R`; `P` is what the
/// model fills in.
#[diagnostic::on_unimplemented(
    message = "this function does not make an output of type `{R}`",
    label = "no output function of this agent",
    note = "write `fn book(plan: Plan) -> Result<{R}, OutputError>`, `async` or not, with `&{A}` before `plan` where it is needed",
    note = "`output = …` names what the function makes, not what the model fills in",
    note = "`{R}` has to be `Serialize`: other agents may read it"
)]
pub trait OutputFunction<'a, A: ?Sized, P, R, M>: Send + Sync {
    /// Makes the output.
    fn make(&self, agent: &'a A, answer: P) -> BoxFuture<'a, Result<R, OutputError>>;

    /// The output as others read it.
    fn written(output: &R) -> Option<String>;
}

/// It takes the answer alone.
pub struct Alone<M>(M);

/// It takes the agent first.
pub struct WithAgent<M>(M);

#[diagnostic::do_not_recommend]
impl<'a, A, P, R, F, Ret, M> OutputFunction<'a, A, P, R, Alone<M>> for F
where
    A: ?Sized,
    F: Fn(P) -> Ret + Send + Sync,
    Ret: Made<'a, R, M>,
    R: Serialize,
{
    fn make(&self, _agent: &'a A, answer: P) -> BoxFuture<'a, Result<R, OutputError>> {
        self(answer).made()
    }

    fn written(output: &R) -> Option<String> {
        output.to_reply().ok().map(|reply| reply.into_parts().0)
    }
}

#[diagnostic::do_not_recommend]
impl<'a, A, P, R, F, Ret, M> OutputFunction<'a, A, P, R, WithAgent<M>> for F
where
    A: ?Sized + 'a,
    F: Fn(&'a A, P) -> Ret + Send + Sync,
    Ret: Made<'a, R, M>,
    R: Serialize,
{
    fn make(&self, agent: &'a A, answer: P) -> BoxFuture<'a, Result<R, OutputError>> {
        self(agent, answer).made()
    }

    fn written(output: &R) -> Option<String> {
        output.to_reply().ok().map(|reply| reply.into_parts().0)
    }
}

/// What `validate = …` may name, for an agent of type `A` whose model fills in a `T`.
#[diagnostic::on_unimplemented(
    message = "this function does not validate the answers of this agent",
    label = "no validator of `{T}`",
    note = "write `fn check(plan: &Plan) -> Result<(), OutputError>`, with a second parameter `&OutputContext`, and the agent before both, where they are needed"
)]
pub trait OutputCheck<A: ?Sized, T, M>: Send + Sync {
    /// Looks at an answer.
    ///
    /// # Errors
    /// Why it is not taken.
    fn check(&self, agent: &A, answer: &T, context: &OutputContext) -> Result<(), OutputError>;
}

/// It takes the context, too.
pub struct WithContext;

#[diagnostic::do_not_recommend]
impl<A: ?Sized, T, F> OutputCheck<A, T, Now> for F
where
    F: Fn(&T) -> Result<(), OutputError> + Send + Sync,
{
    fn check(&self, _: &A, answer: &T, _: &OutputContext) -> Result<(), OutputError> {
        self(answer)
    }
}

#[diagnostic::do_not_recommend]
impl<A: ?Sized, T, F> OutputCheck<A, T, WithContext> for F
where
    F: Fn(&T, &OutputContext) -> Result<(), OutputError> + Send + Sync,
{
    fn check(&self, _: &A, answer: &T, context: &OutputContext) -> Result<(), OutputError> {
        self(answer, context)
    }
}

#[diagnostic::do_not_recommend]
impl<A: ?Sized, T, F> OutputCheck<A, T, WithAgent<WithContext>> for F
where
    F: Fn(&A, &T, &OutputContext) -> Result<(), OutputError> + Send + Sync,
{
    fn check(&self, agent: &A, answer: &T, context: &OutputContext) -> Result<(), OutputError> {
        self(agent, answer, context)
    }
}

/// The answers of an agent, as the model fills them in.
#[must_use]
pub fn typed<'a, T: AgentOutput>() -> OutputSpec<'a, T> {
    OutputSpec::typed()
}

/// The schema of what an output function takes.
#[must_use]
pub fn asked_of<'a, A, P, R, F, M>(_function: F) -> Option<Schema>
where
    P: AgentOutput,
    F: OutputFunction<'a, A, P, R, M>,
{
    P::schema()
}

/// What is known of an output where the agent of it is not.
pub struct OutputFacts<T>(PhantomData<T>);

impl<T: AgentOutput> OutputFacts<T> {
    /// Its schema.
    #[must_use]
    pub fn schema() -> Option<Schema> {
        T::schema()
    }
}

/// Of a type that is no output nothing is known: so one mistake is one error.
pub trait NoOutputFacts {
    /// No schema.
    #[must_use]
    fn schema() -> Option<Schema> {
        None
    }
}

impl<T> NoOutputFacts for OutputFacts<T> {}

/// The answers of an agent, made into outputs by the function that `output_fn = …` names.
pub fn made<'a, A, P, R, F, M>(
    agent: &'a A,
    answer: OutputSpec<'a, P>,
    function: F,
) -> OutputSpec<'a, R>
where
    A: Sync + ?Sized,
    P: Send + 'static,
    R: Send + 'static,
    F: OutputFunction<'a, A, P, R, M> + 'a,
{
    answer.made_by(move |answer| function.make(agent, answer), F::written)
}

/// The answers of an agent, looked at by the function that `validate = …` names.
pub fn validated<'a, A, T, F, M>(
    agent: &'a A,
    answer: OutputSpec<'a, T>,
    check: F,
) -> OutputSpec<'a, T>
where
    A: Sync + ?Sized,
    T: Send + 'static,
    F: OutputCheck<A, T, M> + 'a,
{
    answer.validate(move |answer, context| check.check(agent, answer, context))
}

/// An answer that a function makes into an output.
pub(super) struct Through<'a, P, F> {
    pub(super) before: OutputSpec<'a, P>,
    pub(super) function: F,
}

impl<'a, P, R, F> Reader<R> for Through<'a, P, F>
where
    P: Send + 'static,
    F: Fn(P) -> BoxFuture<'a, Result<R, OutputError>> + Send + Sync,
{
    fn read<'r>(
        &'r self,
        text: &'r str,
        context: OutputContext,
    ) -> BoxFuture<'r, Result<R, OutputError>> {
        Box::pin(async move {
            let answer = self.before.read(text, context).await?;
            (self.function)(answer).await
        })
    }

    #[cfg(feature = "partial")]
    fn shows(&self, part: &serde_json::Value, context: OutputContext) -> bool {
        self.before.shows(part, context)
    }
}
