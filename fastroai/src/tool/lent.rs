//! What goes into a tool's future.

/// The blocking tools, which run on another thread with a clone of what the agent lends.
#[derive(Debug, Clone, Copy)]
pub struct Blocking;

/// Lends a `T` to another thread.
///
/// It is a trait of [`Blocking`] and not of `T`, since the compiler's advice for a `T` that lacks
/// it would be to borrow it once more.
#[diagnostic::on_unimplemented(
    message = "a blocking tool cannot be lent a `{T}`",
    label = "a `{T}` cannot be cloned for another thread",
    note = "a plain `fn` gets a clone of the agent's field, which must be `Clone + Send + 'static`: write `async fn`, or lend an `Arc` of it"
)]
pub trait Detach<T: ?Sized> {
    /// Clones it. In a box, so that a type which cannot be cloned is one error whatever its size.
    fn detach(value: &T) -> Box<T>;
}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + 'static> Detach<T> for Blocking {
    fn detach(value: &T) -> Box<T> {
        Box::new(value.clone())
    }
}

/// Takes a toolset to another thread, for a blocking method.
#[diagnostic::on_unimplemented(
    message = "a blocking method cannot be a tool of `{T}`",
    label = "a `{T}` cannot be cloned for another thread",
    note = "a plain `fn` runs on another thread with a clone of its `self`, which must be `Clone + Send + 'static`: write `async fn`, or derive `Clone` for `{T}`, with an `Arc` inside"
)]
pub trait DetachSelf<T: ?Sized> {
    /// Clones it, in a box as [`Detach`] does.
    fn detach_self(value: &T) -> Box<T>;
}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + 'static> DetachSelf<T> for Blocking {
    fn detach_self(value: &T) -> Box<T> {
        Box::new(value.clone())
    }
}

/// The same future; a tool whose future is not `Send` is an error here and nowhere else.
pub fn send<F: Future + Send>(future: F) -> impl Future<Output = F::Output> + Send {
    future
}
