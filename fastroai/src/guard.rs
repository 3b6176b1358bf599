//! What may pass: guards that look at what gets in and out, and personal data and secrets found,
//! replaced or masked in any text.
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
//! [`standard`] gives the first three, [`At`] has a guard look at some stages alone, and anything else
//! is an implementation of [`Guard`]. Guards that look for patterns are heuristics and no boundary:
//! decide in code what tools may do.
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
mod fold;
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
pub use injection::Injection;
pub use mask::{Mask, Unmasking};
pub use prompt_leak::PromptLeak;
pub use redactor::{Found, PatternError, Redactor};
pub use sensitive::Sensitive;
pub use size_limit::SizeLimit;
pub use standard::standard;
pub use untrusted::Untrusted;
