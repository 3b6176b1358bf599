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

mod at;
mod canary;
mod characters;
mod check;
mod decided;
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
