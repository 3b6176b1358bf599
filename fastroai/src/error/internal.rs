//! The face of an error for operators.

use std::error::Error as StdError;
use std::fmt;

use fastroai_providers::ModelError;

use super::kind::model_word;
use super::{Error, ErrorKind};
use crate::emitted::Emitter;

/// The longest text of others that is shown, in bytes.
const LONGEST: usize = 200;

/// How many causes of causes are told.
const MANY: usize = 8;

/// What an operator may know of an error, in one line for a log: its kind with the details, what
/// each model that was asked said, what caused it, and the run with its agent and its cost.
///
/// What others said is cut at 200 bytes, and keys and personal data in it that a
/// [`Redactor`](crate::guard::Redactor) finds are replaced. It may nevertheless repeat a part of a prompt or of an answer, as
/// providers do: it is asked for by name, and neither `Display` nor `Debug` of the error has it.
///
/// ```
/// # use fastroai::prelude::*;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let agent = Agent::builder().name("Helper").model("nobody:knows").build()?;
/// let error = agent.run("Hello").run_id("r-7").await.unwrap_err();
/// let line = error.internal().to_string();
/// assert!(line.starts_with("config: ") && line.contains("run r-7") && line.contains("`Helper`"));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy)]
pub struct InternalError<'a>(Of<'a>);

#[derive(Clone, Copy)]
enum Of<'a> {
    Run(&'a Error),
    Model(&'a ModelError),
}

impl<'a> From<&'a Error> for InternalError<'a> {
    fn from(error: &'a Error) -> Self {
        Self(Of::Run(error))
    }
}

/// Of a model that was asked outside a run.
impl<'a> From<&'a ModelError> for InternalError<'a> {
    fn from(error: &'a ModelError) -> Self {
        Self(Of::Model(error))
    }
}

impl fmt::Display for InternalError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = Line { text: String::new() };
        match self.0 {
            Of::Run(error) => line.run(error),
            Of::Model(error) => {
                line.ours(model_word(error));
                line.model(error);
            }
        }
        f.write_str(&line.text)
    }
}

impl fmt::Debug for InternalError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A line that grows.
struct Line {
    text: String,
}

impl Line {
    fn run(&mut self, error: &Error) {
        let kind = error.kind();
        self.ours(kind.word());
        match kind {
            ErrorKind::Model(_) | ErrorKind::Models(_) => {
                error.model_errors().iter().for_each(|error| self.model(error));
            }
            kind => {
                self.theirs(": ", &kind.to_string());
                if let ErrorKind::OutputInvalid { reason, .. } = kind {
                    self.theirs("; the last one: ", reason.as_str());
                }
                self.causes(error);
            }
        }
        // The id is what the line is found by: it is no one's secret, and stays as it is.
        self.ours("; run ");
        self.ours(&unredacted(error.correlation_id()));
        if let Some(agent) = error.agent() {
            self.theirs(" of `", agent);
            self.ours("`");
        }
        self.ours(&format!(", {}, {:?}", error.bill().total(), error.elapsed()));
    }

    fn model(&mut self, error: &ModelError) {
        self.theirs(": ", &error.to_string());
        if let Some(detail) = error.detail() {
            self.theirs("; it said: ", whole_words(detail));
        }
        self.causes(error);
    }

    fn causes(&mut self, error: &(dyn StdError + 'static)) {
        let causes = std::iter::successors(error.source(), |cause| StdError::source(*cause));
        for cause in causes.take(MANY) {
            let text = Self::piece(&cause.to_string());
            // Many errors are told in the words of their cause.
            if !self.text.ends_with(&text) {
                self.ours("; because: ");
                self.ours(&text);
            }
            if let Some(run) = cause.downcast_ref::<Error>() {
                self.ours(&format!(" (run {})", unredacted(run.correlation_id())));
            }
        }
    }

    fn ours(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// A text that may hold anything.
    fn theirs(&mut self, before: &str, text: &str) {
        let text = Self::piece(text);
        self.ours(before);
        self.ours(&text);
    }

    /// What is shown of a text.
    fn piece(text: &str) -> String {
        Emitter::standard().brief(text, LONGEST).to_string()
    }
}

/// A name on one line, so that nobody writes lines of their own into a log.
fn unredacted(name: &str) -> String {
    Emitter::new(None).name(name).to_string()
}

/// A provider's words without the last ones, where these may have been cut: half a key or half a
/// number is not recognised as one.
fn whole_words(detail: &str) -> &str {
    if detail.chars().count() < LONGEST {
        return detail;
    }
    let end = detail.rfind(char::is_whitespace).unwrap_or(0);
    let kept = detail.get(..end).unwrap_or_default();
    kept.trim_end_matches(|c: char| !c.is_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hook::Denied;
    use crate::money::Cost;
    use crate::usage_limits::{Exceeded, Limit};
    use fastroai_providers::error::ProviderFault;

    fn of(error: &ModelError) -> String {
        InternalError::from(error).to_string()
    }

    #[test]
    fn what_a_provider_said_is_told_without_the_keys_and_the_people_in_it() {
        let said = "no such user ada@example.org with sk-proj-a8Kd03kfQmZ91xLs7TbVcR2e";
        let error = ModelError::provider_fault(ProviderFault::InvalidRequest, "no")
            .with_provider("openai")
            .with_status(400)
            .with_code("user_unknown")
            .with_request_id("req_011CQ4yq3YbZSmkXhKkzsLMb")
            .with_detail(said);
        let shown = of(&error);
        assert!(
            shown.contains("it said: no such user [EMAIL] with [SECRET]")
                && shown.contains("status 400")
                && shown.contains("user_unknown")
                && shown.contains("req_011CQ4yq3YbZSmkXhKkzsLMb"),
            "{shown}"
        );
    }

    #[test]
    fn half_a_key_at_the_end_of_what_was_cut_is_left_out() {
        for before in 150..200 {
            let said = format!(
                "{} 4111 1111 1111 1111 sk-proj-a8Kd03kfQmZ91xLs7TbVcR2e",
                "x".repeat(before)
            );
            let shown = of(&ModelError::config("no").with_detail(&said));
            assert!(!shown.contains("sk-") && !shown.contains("4111"), "{before}: {shown}");
        }
    }

    #[test]
    fn it_is_one_line_and_long_causes_are_cut() {
        let told = format!("first\nsecond\u{2028}third {}", "y".repeat(5_000));
        let denied = Denied::from(std::io::Error::other(told));
        let error = Error::unstarted(ErrorKind::Denied { hook: "h".to_owned(), denied });
        let shown = error.internal().to_string();
        assert!(shown.contains(r"because: first\nsecond\u{2028}third yyy"), "{shown}");
        assert!(!shown.contains(['\n', '\u{2028}']) && shown.len() < 700, "{shown}");
        assert!(shown.contains(error.correlation_id()), "{shown}");
    }

    #[test]
    fn numbers_and_names_of_our_own_are_not_taken_for_those_of_people() {
        let exceeded = |used| Exceeded { limit: Limit::InputTokens, allowed: 2_000_000, used };
        let kinds = [1_234_567, 20_012_345, 4_155_550_123, 49_301_234_567]
            .map(exceeded)
            .map(ErrorKind::from);
        let budget = ErrorKind::Budget {
            account: "tenant-4711".to_owned(),
            budget: Cost::from_picodollars(12_345_678_901_234),
            spent: Cost::from_picodollars(4_155_550_123),
            held: Cost::from_picodollars(123_456_789_012),
            needed: Cost::from_picodollars(1),
        };
        for kind in kinds.into_iter().chain([budget]) {
            let text = kind.to_string();
            let shown = Error::unstarted(kind).internal().to_string();
            assert!(shown.contains(&text), "{text}: {shown}");
        }
    }
}
