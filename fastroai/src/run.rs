//! A run as a state machine: it takes events and asks for work, and does no I/O of its own.
//!
//! There is no clock, randomness, task or hash order inside, so that feeding the same events
//! rebuilds the same run. The driver that runs agents stands on it; so can a test, a simulator or
//! a durable engine:
//!
//! ```
//! use fastroai::providers::{Part, Response};
//! use fastroai::run::{End, Event, RunSpec, RunState, Work};
//!
//! let mut run = RunState::new(RunSpec::default(), Vec::new(), "Hello".to_owned());
//! assert!(matches!(run.next(), Work::Model { turn: 1, .. }));
//! let mut reply = Response::default();
//! reply.parts.push(Part::text("Good day"));
//! run.feed(Event::Replied { reply })?;
//! assert!(matches!(run.next(), Work::Done(End::Answered { text }) if text == "Good day"));
//! # Ok::<(), fastroai::run::Misfed>(())
//! ```

mod event;
mod held;
mod ids;
mod output;
mod reason;
mod repair;
mod repeats;
mod spec;
mod state;
mod tools;
mod work;

pub use event::{EditedArguments, Event, Stop, ToolReport};
pub use output::{AnswerForm, OUTPUT_TOOL, OutputTool};
pub use reason::Reason;
pub use repair::repair;
pub use spec::{EndStrategy, OutputMode, RunSpec, ToolSpec};
pub use state::{Misfed, NothingToAnswer, RunState};
pub(crate) use tools::HELD_BACK;
pub use work::{End, Failure, ToolUnit, Work};
