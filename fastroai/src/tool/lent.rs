//! What goes into a tool's future.

/// What a blocking tool can be lent: it runs on another thread, with a clone of the agent's field.
#[diagnostic::on_unimplemented(
    message = "a blocking tool cannot be lent a `{Self}`",
    label = "a `{Self}` cannot be cloned for another thread",
    note = "a plain `fn` gets a clone of the agent's field, which must be `Clone + Send + 'static`: write `async fn`, or lend an `Arc` of it"
)]
pub trait Detach: Sized {
    /// Clones it.
    const DETACH: fn(&Self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + 'static> Detach for T {
    const DETACH: fn(&T) -> T = T::clone;
}

/// The same future; a tool whose future is not `Send` is an error here and nowhere else.
pub fn send<F: Future + Send>(future: F) -> impl Future<Output = F::Output> + Send {
    future
}
