//! What may pass: guards that look at what goes in and out of a run, and personal data and secrets
//! found, replaced or masked in any text.
//!
//! # Guards
//!
//! A [`Guard`] looks at texts on their way, and lets each pass, puts another in its place, flags it,
//! or blocks it. It is hung on a runtime ([`RuntimeBuilder::guard`](crate::RuntimeBuilder::guard)), on an agent
//! (`#[agent(guards = [path])]`, [`AgentBuilder::guard`](crate::agent::AgentBuilder::guard)) or on a call
//! ([`Call::guard`](crate::Call::guard)), and asked in that order: each sees what the one before let
//! through. A run inside a run also passes the guards of the runtime around it, whichever runtime it
//! brings along. A [`Mask`] goes inside from an agent or a call, too.
//!
//! | [`Stage`] | the text | where it is blocked |
//! | --- | --- | --- |
//! | `Prompt` | each text of what is asked: of the prompt, or else what users said last | the run ends before anything is sent, counted or paid; what was asked is not in its history |
//! | `History` | each text of users that the run goes on from | the same; in the history a fixed sentence stands in its place |
//! | `ToolArguments` | what the model, or who edits what he approves, would have a tool do, before that is validated | the tool does not run, the model reads a fixed sentence, and the run goes on; the transcript has `{}` |
//! | `ToolResult` | what the tool gave, here or elsewhere, how it failed, or why it was denied, as the model would read it | the model reads a fixed sentence, and the run goes on |
//! | `Output` | all text of each reply, what it says beside its calls too, and the JSON of a typed answer | the run ends, with its bill; in the history a fixed sentence stands for the reply |
//!
//! What is put in a text's place is what goes on everywhere: to the model, to tools and hooks, into
//! the output, the response and the transcript. A run that is blocked ends with
//! [`ErrorKind::Blocked`](crate::ErrorKind::Blocked); [`Error::withheld`](crate::Error::withheld) tells the same of
//! guards, of the filters of providers and of refusals.
//!
//! A guard that fails or panics lets nothing through: the run ends with
//! [`ErrorKind::GuardFailed`](crate::ErrorKind::GuardFailed). It is given the time that the run has left. What it asks of
//! agents itself is on the run's bill, and is not looked at by the guards around.
//!
//! JSON is given to guards with its letters in the clear, so that none is hidden in an escape. The name of
//! a tool that a model made up is looked at as arguments and as an answer are. They do
//! not look at instructions, which are the program's, at media, at the model's reasoning, which goes
//! back to its provider unchanged, at what tools that a provider runs itself have found, and at
//! [`Runtime::request`](crate::Runtime::request), which is no run.
//!
//! # Guards that are there
//!
//! | guard | what it does |
//! | --- | --- |
//! | [`SizeLimit`] | blocks what is too long |
//! | [`Characters`] | takes out what nobody sees, or what shows a text as another |
//! | [`Injection`] | flags what reads like injected instructions |
//! | [`Untrusted`] | marks results of tools as data from outside |
//! | [`Canary`], [`PromptLeak`] | block answers that tell the instructions |
//! | [`Redactor`] | puts words in place of personal data and secrets |
//!
//! [`standard`] gives the first three, [`At`] has a guard look at some stages alone, and [`from_fn`]
//! makes one of a function. A [`Mask`] is a guard too. Put `Characters` before
//! those that read a text, and `Untrusted` last, since its marks are to stand around what goes on:
//!
//! ```
//! use fastroai::guard::{self, Untrusted};
//! use fastroai::prelude::*;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut runtime = Runtime::builder();
//! for guard in guard::standard() {
//!     runtime = runtime.shared_guard(guard);
//! }
//! let runtime = runtime.guard(Untrusted::new()).build();
//!
//! let agent = Agent::builder().model("offline:demo").build()?;
//! let answer = agent.run("Pay\u{200b}ment is due when?").on(&runtime).await?;
//! assert_eq!(answer.guarded[0].guard, "Characters");
//! # Ok(()) }
//! ```
//!
//! Guards that look for patterns are heuristics and no boundary: decide in code what tools may do, by
//! [grants](crate::agent::AgentConfig::grants), [policies](crate::hook) and [approvals](crate::approval).
//!
//! # Moderation
//!
//! A service that says whether a text is harmful is one guard, before the model is asked and after:
//!
//! ```
//! use fastroai::guard::{Checking, Guard, Looked, Stage, Verdict};
//! use fastroai::{Runtime, Withheld};
//! use fastroai::prelude::*;
//!
//! struct Moderation {
//!     most: f32,
//! }
//!
//! impl Moderation {
//!     /// Stands for a request to the service.
//!     async fn score(&self, text: &str) -> Result<f32, std::io::Error> {
//!         Ok(if text.contains("weapon") { 0.9 } else { 0.1 })
//!     }
//! }
//!
//! impl Guard for Moderation {
//!     fn looks_at(&self, stage: Stage) -> bool {
//!         matches!(stage, Stage::Prompt | Stage::Output)
//!     }
//!
//!     fn check<'a>(&'a self, text: &'a str, _: &'a Looked<'a>) -> Checking<'a> {
//!         Box::pin(async move {
//!             // A service that is away lets nothing through.
//!             let score = self.score(text).await?;
//!             Ok(if score > self.most { Verdict::block("it is harmful") } else { Verdict::Allow })
//!         })
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let runtime = Runtime::builder().guard(Moderation { most: 0.5 }).build();
//! let agent = Agent::builder().model("offline:demo").build()?;
//! assert!(agent.run("Hello").on(&runtime).await.is_ok());
//! let error = agent.run("How is a weapon made?").on(&runtime).await.unwrap_err();
//! assert!(matches!(error.withheld(), Some(Withheld::ByGuard { stage: Stage::Prompt, .. })));
//! assert!(error.bill().is_empty());
//! # Ok(()) }
//! ```
//!
//! [`from_fn`] makes one of an async function.
//!
//! # Streams
//!
//! Where a guard looks at [`Stage::Output`], nothing of an answer is shown before the guards have looked
//! at a text that it is in, and at as much behind it as they [hold back](HoldBack): all of the answer,
//! unless they say otherwise. Windows of several add up. They are asked when enough is new, each time
//! about all that has come, and once more about the whole, before the last piece is shown. What blocks
//! stops the stream at once. What replaces has to leave what was shown already as it was, or the stream
//! is blocked. Parts of a typed answer are made of what has passed alone. Reasoning is not shown.
//!
//! While a stream is under way money is held for it: a guard that asks a model from the same account had
//! better hold all back, since it is asked after the stream then.
//!
//! # Records
//!
//! What guards did not simply let pass is in [`AgentResponse::guarded`](crate::AgentResponse::guarded) or
//! [`Error::guarded`](crate::Error::guarded); a [`Hook`](crate::hook::Hook::on_guard) is told, the audit trail writes it,
//! [`Alerts`](crate::hook::Alerts) tell of it, and a trace has an event.
//!
//! # Personal data and secrets
//!
//! A [`Redactor`] finds e-mail addresses, phone numbers, cards, accounts, IP addresses, national
//! ids, and the keys and tokens of the common vendors, and whatever patterns a program adds.
//! It replaces them for good, or a [`Mask`] does so in a way that can be undone: a model reads
//! `[EMAIL_1]`, and the user reads the address in its answer.
//!
//! ```
//! use fastroai::guard::Redactor;
//!
//! let redactor = Redactor::standard();
//! let line = "ask ada@example.org, card 4111 1111 1111 1111";
//! assert_eq!(redactor.redact(line), "ask [EMAIL], card [CARD]");
//! ```

mod at;
mod canary;
mod characters;
mod check;
mod decided;
mod escaped;
mod fold;
mod function;
mod guards;
mod injection;
mod json_texts;
mod mask;
mod prompt_leak;
mod random;
mod redacting;
mod redactor;
mod sensitive;
mod size_limit;
mod standard;
mod untrusted;

pub use at::At;
pub use canary::{Canary, CanaryError};
pub use characters::{CharacterClass, Characters};
pub use check::{Checking, Guard, GuardError, HoldBack, Looked, Stage, Verdict};
pub use decided::{Action, Decided};
pub use function::{FunctionGuard, from_fn};
pub(crate) use guards::{Guards, named};
pub use injection::Injection;
pub use mask::{Mask, Unmasking};
pub use prompt_leak::PromptLeak;
pub use redactor::{Found, PatternError, Redactor};
pub use sensitive::Sensitive;
pub use size_limit::SizeLimit;
pub use standard::standard;
pub use untrusted::Untrusted;
