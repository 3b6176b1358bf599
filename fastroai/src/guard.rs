//! What may pass: personal data and secrets found, replaced or masked in any text.
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

mod check;
mod decided;
mod function;
mod guards;
mod mask;
mod redactor;
mod sensitive;

pub use check::{Checking, Guard, GuardError, HoldBack, Looked, Stage, Verdict};
pub use decided::{Action, Decided};
pub use function::{FunctionGuard, from_fn};
pub(crate) use guards::{Guards, named};
pub use mask::{Mask, Unmasking};
pub use redactor::{Found, PatternError, Redactor};
pub use sensitive::Sensitive;
