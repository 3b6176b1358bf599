//! The audit trail: who ran what, what was allowed, and what it cost, in records that cannot be
//! changed unseen.
//!
//! An [`AuditTrail`] writes one line of JSON for each thing that happens to a file that only grows.
//! Each record is chained to the one before it by a hash, so that a record that was changed, taken
//! out or put in breaks the chain: [`verify`] says where. Prompts, answers, arguments and results
//! are not written, only their salted digests; so is who a run was for, whose name stands beside the
//! chain and can be erased without breaking it.
//!
//! ```
//! use fastroai::audit::{self, AuditTrail, Event};
//!
//! # let folder = std::env::temp_dir().join(format!("audit-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let path = folder.join("audit.jsonl");
//! # let _ = std::fs::remove_file(&path);
//! let trail = AuditTrail::open(&path)?;
//! trail.append(Event::new("deployment").with("version", "1.4.0"))?;
//! let chain = audit::verify(&path)?;
//! assert_eq!(chain.records, 1);
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Hung on a [`Runtime`](crate::Runtime) as a [hook](crate::hook::Hook), a trail writes down every run, every
//! attempt at a model or a tool in it, whose approval was asked for and who gave it, what budgets refused, and
//! how each ended, on every way out. Where a
//! record cannot be written, nothing is sent. Hang it before other hooks, so that what those deny is written
//! down as well. Whom a run is for is what its [metadata](crate::Call::metadata) says under `subject`, else its
//! [principal](crate::Call::principal), who is the actor of `run.started` in any case. A tool that may not be used is a
//! `tool.denied`, which says by what; what a [guard](crate::guard) did not simply let pass is a `guard.decided`.
//!
//! Each run has one `run.started` and one `run.ended`, also where it could not begin; `how` says with the
//! [code](crate::PublicError) of its error, or `answered` or `dropped`, how it ended. All its records have the
//! [id](crate::Error::correlation_id) of that error as their [`run`](Record::run). A run that was begun in
//! another, as by a tool, names that one as its `parent`.
//!
//! ```
//! use fastroai::audit::{self, AuditTrail};
//! use fastroai::prelude::*;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = std::env::temp_dir().join(format!("audit-run-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let path = folder.join("audit.jsonl");
//! # let _ = std::fs::remove_file(&path);
//! let runtime = Runtime::builder().hook(AuditTrail::open(&path)?).build();
//! let agent = Agent::builder().model("offline:demo").build()?;
//! agent.run("Hello").on(&runtime).metadata("subject", "ada").await?;
//!
//! let kinds: Vec<String> = audit::export(&path, "ada")?.into_iter().map(|it| it.kind).collect();
//! assert_eq!(kinds, ["run.started", "model.asked", "model.ended", "run.ended"]);
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok(()) }
//! ```
//!
//! # What it shows, and what it does not
//!
//! A chain shows that nothing was changed within it. Who can write the file can also cut its end
//! off, or write a whole new one: keep the [head](Chain::head) of it elsewhere from time to time, and
//! check against it ([`Chain::includes`]), or give the trail a [key](AuditOptions::key) that those
//! who can write the file do not have.

mod chain;
mod error;
mod event;
mod hook;
mod keep;
mod record;
mod trail;

pub use chain::{Chain, verify, verify_with_key};
pub use error::{AuditError, Fault};
pub use event::Event;
pub use keep::{erase, export, prune};
pub use record::{Head, Record};
pub use trail::{AuditOptions, AuditTrail};
