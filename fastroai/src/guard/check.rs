//! What looks at a text before it gets in or out.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use futures_util::future::BoxFuture;

use crate::called;

/// Looks at a text before it gets in or out, and says what becomes of it.
///
/// ```
/// use fastroai::guard::{Checking, Guard, Looked, Stage, Verdict};
///
/// struct NoWeapons;
///
/// impl Guard for NoWeapons {
///     fn looks_at(&self, stage: Stage) -> bool {
///         matches!(stage, Stage::Prompt | Stage::Output)
///     }
///
///     fn check<'a>(&'a self, text: &'a str, _: &'a Looked<'a>) -> Checking<'a> {
///         Box::pin(async move {
///             if text.contains("weapon") {
///                 return Ok(Verdict::block("it is about weapons"));
///             }
///             Ok(Verdict::Allow)
///         })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no guard",
    note = "write one of `fastroai::guard`, implement `Guard` for `{Self}`, or make one of a function with `guard::from_fn`"
)]
pub trait Guard: Send + Sync + 'static {
    /// What errors and records call it; the name of its type unless said otherwise.
    fn name(&self) -> &str {
        called::by_type::<Self>()
    }

    /// Whether it looks at texts of this kind; at all, unless said otherwise.
    fn looks_at(&self, stage: Stage) -> bool {
        let _ = stage;
        true
    }

    /// How much of a streamed answer it has to see before its beginning may be shown; all, unless
    /// said otherwise.
    fn hold_back(&self) -> HoldBack {
        HoldBack::All
    }

    /// Says what becomes of a text. Of a streamed answer it is asked again and again, each time
    /// about all that has come, and at the end about the whole; where all is held back, only then.
    ///
    /// # Errors
    /// Where it cannot tell: nothing passes then.
    fn check<'a>(&'a self, text: &'a str, looked: &'a Looked<'a>) -> Checking<'a>;

    /// What a tool is given in place of these arguments, where the model wrote words for what it must
    /// not read, as a [`Mask`](super::Mask) has it. Hooks see what the tool is given; the conversation,
    /// events and approvals keep the words. Asked each time that a tool is about to run.
    fn reveal(&self, arguments: &str) -> Option<String> {
        let _ = arguments;
        None
    }

    /// What all clones of it have in common, where runs inside pass it as well, wherever it hangs.
    #[doc(hidden)]
    fn handed_down_as(&self) -> Option<usize> {
        None
    }
}

/// A guard that is looking.
pub type Checking<'a> = BoxFuture<'a, Result<Verdict, GuardError>>;

/// Where a text is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// What is asked.
    Prompt,
    /// What users said earlier in the conversation that a run goes on from.
    History,
    /// What the model would have a tool do, as it wrote it.
    ToolArguments,
    /// What a tool gave, as the model would read it.
    ToolResult,
    /// What the model answers.
    Output,
}

impl Stage {
    /// A word for records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::History => "history",
            Self::ToolArguments => "tool_arguments",
            Self::ToolResult => "tool_result",
            Self::Output => "output",
        }
    }
}

/// What a guard knows of the text beside it. `Debug` shows no content.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Looked<'a> {
    /// Where the text is on its way.
    pub stage: Stage,
    /// The tool whose arguments or result it is.
    pub tool: Option<&'a str>,
    /// The agent's name.
    pub agent: &'a str,
    /// The run's id.
    pub run_id: &'a str,
    /// It is an answer that is still arriving.
    pub partial: bool,
    /// A model wrote it for another one: what an agent that is a tool is asked, or what it answered.
    pub by_model: bool,
}

impl<'a> Looked<'a> {
    /// A text at this stage, of no run: to try a guard by hand.
    #[must_use]
    pub const fn at(stage: Stage) -> Self {
        Self { stage, tool: None, agent: "", run_id: "", partial: false, by_model: false }
    }

    /// The same, as the arguments or the result of this tool.
    #[must_use]
    pub const fn of_tool(self, tool: &'a str) -> Self {
        Self { tool: Some(tool), ..self }
    }
}

/// What becomes of a text. Reasons are read by people and stand in errors and records: no content.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It passes.
    Allow,
    /// Another text passes in its place.
    Replace {
        /// That text.
        text: String,
        /// Why.
        reason: Cow<'static, str>,
    },
    /// It passes, and is recorded.
    Flag(Cow<'static, str>),
    /// It does not pass.
    Block(Cow<'static, str>),
}

impl Verdict {
    /// Another text passes, for this reason.
    pub fn replace(text: impl Into<String>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Replace { text: text.into(), reason: reason.into() }
    }

    /// It passes, and is recorded for this reason.
    pub fn flag(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Flag(reason.into())
    }

    /// It does not pass, for this reason.
    pub fn block(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Block(reason.into())
    }
}

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allow => f.write_str("Allow"),
            Self::Replace { text, reason } => f
                .debug_struct("Replace")
                .field("text", &format_args!("<{} bytes>", text.len()))
                .field("reason", reason)
                .finish(),
            Self::Flag(reason) => f.debug_tuple("Flag").field(reason).finish(),
            Self::Block(reason) => f.debug_tuple("Block").field(reason).finish(),
        }
    }
}

/// How much of a streamed answer a guard has to see before its beginning may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HoldBack {
    /// All of it.
    All,
    /// What it looks for is no longer than this, in bytes.
    Bytes(usize),
}

/// Why a guard cannot tell: the service that it asks is away, say. `Debug` does not show it.
pub struct GuardError(Box<dyn StdError + Send + Sync>);

impl GuardError {
    /// One with this cause.
    pub fn new(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(cause.into())
    }

    /// Why.
    #[must_use]
    pub fn cause(&self) -> &(dyn StdError + 'static) {
        &*self.0
    }
}

impl fmt::Debug for GuardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GuardError(..)")
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for GuardError {
    fn from(cause: E) -> Self {
        Self::new(cause)
    }
}
