//! What an agent lends to its tools.

/// Lends a tool what it needs from the agent that runs it.
///
/// `#[agent]` implements it for the type of each field, so that a `#[context] db: &Db` parameter
/// of a tool is filled from the agent's field of type `Db`. It can be implemented by hand for what
/// no field holds:
///
/// ```
/// use fastroai::Provide;
/// struct Shop { name: String }
/// impl Provide<str> for Shop {
///     fn provide(&self) -> &str {
///         &self.name
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a tool of this agent needs a `{T}`, but `{Self}` has none to lend",
    label = "needs a `{T}`",
    note = "give `{Self}` one field of type `{T}` (an agent function: one `#[context]` parameter); two fields of one type provide neither: wrap one in a newtype",
    note = "or write `impl fastroai::Provide<{T}> for {Self}`"
)]
#[doc(alias = "deps")]
pub trait Provide<T: ?Sized> {
    /// What the tool is lent, for one call.
    fn provide(&self) -> &T;
}
