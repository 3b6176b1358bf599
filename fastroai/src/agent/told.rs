//! What a function that instructs an agent may return.

use std::borrow::Cow;

/// A text for the instructions of an agent: `String`, `&str` or `Cow<str>`.
#[diagnostic::on_unimplemented(
    message = "an agent cannot be instructed with `{Self}`",
    label = "it returns `{Self}`, which is no text",
    note = "return a `String`, a `&str` or a `Cow<str>`"
)]
pub trait Told<'a> {
    /// The text.
    fn told(self) -> Cow<'a, str>;
}

#[diagnostic::do_not_recommend]
impl<'a, T: Into<Cow<'a, str>>> Told<'a> for T {
    fn told(self) -> Cow<'a, str> {
        self.into()
    }
}
