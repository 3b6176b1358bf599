//! What stands between an agent function and the call that it becomes.

use super::{AgentResponse, AgentSpec, Call};
use crate::error::Error;
use fastroai_providers::UserMessage;

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
pub fn ask<'a, A: AgentSpec + Send + 'a>(agent: A, prompt: UserMessage) -> Call<'a, A::Output> {
    Call::owning(agent, prompt)
}

/// What the block of an agent function may make: a text, or a whole message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no prompt",
    label = "the block of an agent function makes the prompt, as a `String` or a `&str`",
    note = "end the block with a text, as in `format!(\"…\")`"
)]
pub trait Prompt {
    /// The message.
    fn into_prompt(self) -> UserMessage;
}

#[diagnostic::do_not_recommend]
impl<T: Into<UserMessage>> Prompt for T {
    fn into_prompt(self) -> UserMessage {
        self.into()
    }
}
