//! Tool calls that wait for a decision: a person's to let them run, or a result from elsewhere.
//!
//! A tool with [`approve`](crate::tool::ToolApproval::Asked) does not run when a model calls it. Its
//! arguments are read first, and what does not fit is corrected by the model as always. All other
//! calls of the reply run. Then the run ends with an error that is [a pause](crate::Error::paused): a
//! [`PausedRun`], which can be stored. [`resume`](crate::AgentSpec::resume) goes on from there with
//! [`Decisions`], in this process or another one, at any later time.
//!
//! ```
//! use fastroai::approval::{Decisions, PausedRun};
//! use fastroai::prelude::*;
//!
//! /// Pay an amount back.
//! #[safe_tool(approve)]
//! async fn refund(cents: u32) -> String {
//!     format!("paid back {cents}")
//! }
//!
//! /// You help customers.
//! #[agent(model = "offline:demo", tools = [refund])]
//! struct Desk;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let paused = Desk.run("I want my money back.").await.unwrap_err().into_paused()?;
//! let stored = serde_json::to_string(&paused)?;
//!
//! // A person looks at it, and some time later:
//! let paused = PausedRun::from_json(&stored)?;
//! let mut decisions = Decisions::new().by("ada");
//! for request in paused.requests() {
//!     decisions = decisions.approve(&request.call_id);
//! }
//! let answer = Desk.resume(paused, decisions).await?;
//! assert_eq!(answer.tool_calls.len(), 1);
//! # Ok(()) }
//! ```
//!
//! # Once
//!
//! What is approved runs at most once. Before anything runs, the pause is claimed by its id: in this
//! process, and in the store that the runtime was [given](crate::RuntimeBuilder::claims), such as
//! [`FileClaims`]. Another resume of the same pause is
//! [refused](crate::ErrorKind::AlreadyResumed), and so is one after a crash in the middle, as nobody
//! knows how far that came. Wrong decisions are refused before anything is claimed.
//!
//! A decision is made by code of the application alone. Nothing that a model, a tool, a document or a
//! history says is one. A `PausedRun` holds the conversation and the arguments that are decided about:
//! store it like a database record, where only the application writes, and read it anew when it is
//! resumed rather than take it back from a client. Whoever can change it there can change what was said,
//! what is decided about, what was counted and what it has cost; not the tools, grants, limits, instructions
//! and guards, which are those of the agent that resumes it, nor can he have a call run that nobody decided about.
//!
//! # In place
//!
//! Where a runtime has an [`Approver`], it is asked while the run waits, and nothing pauses. Tools
//! with [`approve = external`](crate::tool::ToolApproval::External) pause all the same.

mod approver;
mod claims;
mod decisions;
mod files;
mod paused;
mod resumed;

pub use approver::{Approver, ApproverError, Deciding, Decision};
pub(crate) use claims::claim;
pub use claims::{ClaimError, Claiming, Claims};
pub(crate) use decisions::Decided;
pub use decisions::Decisions;
pub use files::FileClaims;
pub(crate) use paused::Stored;
pub use paused::{ApprovalRequest, PausedRun, UnreadablePause};
pub(crate) use resumed::{Before, Resumed};
