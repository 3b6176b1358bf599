//! What stands between an agent function and the call that it becomes.

use super::{AgentResponse, AgentSpec, Call};
use crate::error::Error;

/// What an agent function returns: `Result<AgentResponse<T>>`, under any name.
#[diagnostic::on_unimplemented(
    message = "an agent function cannot return `{Self}`",
    label = "an agent answers with an `AgentResponse`, or fails with a `fastroai::Error`",
    note = "write `fastroai::Result<AgentResponse<T>>`, with the type of the answer for `T`"
)]
pub trait Answers {
    /// The answer.
    type Output;
}

impl<T> Answers for Result<AgentResponse<T>, Error> {
    type Output = T;
}

/// Asks whether this is what an agent function returns.
pub const fn answers<R: Answers>() {}

/// Asks an agent that lives for this call, of whose output nothing more is asked.
pub fn ask<'a, A: AgentSpec + Send + 'a>(agent: A, prompt: String) -> Call<'a, A::Output> {
    Call::owning(agent, prompt)
}

/// What the block of an agent function may make: anything that is a text in the end.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no prompt",
    label = "the block of an agent function makes the prompt, as a `String` or a `&str`",
    note = "end the block with a text, as in `format!(\"…\")`"
)]
pub trait Prompt {
    /// The text.
    fn into_prompt(self) -> String;
}

#[diagnostic::do_not_recommend]
impl<T: Into<String>> Prompt for T {
    fn into_prompt(self) -> String {
        self.into()
    }
}
