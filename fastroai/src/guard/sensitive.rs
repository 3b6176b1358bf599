//! The kinds of data that are found, and the rules that find them.

mod account;
mod checksum;
mod contact;
mod national;
mod secret;

use std::fmt;

/// A kind of data that should not be read by everyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Sensitive {
    /// Keys, tokens and passwords: those of the common vendors by their form, private keys, the
    /// password in an address, and what follows a name such as `api_key=`.
    Secret,
    /// The number of a payment card, with its check digit.
    Card,
    /// An international bank account number, with its check digits.
    Iban,
    /// An e-mail address.
    Email,
    /// A phone number: international, or written as in North America or Europe.
    Phone,
    /// An address of a machine, version 4 or 6; those of the machine itself are let be.
    IpAddress,
    /// An id that a state gives to a person, where its form or its check digits tell it.
    NationalId,
}

impl Sensitive {
    /// All kinds, the one that wins where two are found in one place first.
    pub const ALL: [Self; 7] = [
        Self::Secret,
        Self::Card,
        Self::Iban,
        Self::Email,
        Self::NationalId,
        Self::IpAddress,
        Self::Phone,
    ];

    /// The word that stands for it in a redacted text.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Secret => "SECRET",
            Self::Card => "CARD",
            Self::Iban => "IBAN",
            Self::Email => "EMAIL",
            Self::Phone => "PHONE",
            Self::IpAddress => "IP",
            Self::NationalId => "ID",
        }
    }

    /// How things of this kind look.
    pub(super) const fn rules(self) -> &'static [Rule] {
        match self {
            Self::Secret => secret::RULES,
            Self::Card => account::CARDS,
            Self::Iban => account::IBANS,
            Self::Email => contact::EMAILS,
            Self::Phone => contact::PHONES,
            Self::IpAddress => contact::IP_ADDRESSES,
            Self::NationalId => national::RULES,
        }
    }
}

impl fmt::Display for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// How one thing looks. Where the pattern has a group, what it holds is the thing.
pub(super) struct Rule {
    pub(super) pattern: &'static str,
    /// Whether the pattern may take in what follows the thing.
    pub(super) is_greedy: bool,
    /// Whether what looks so is one, by check digits, length or surroundings.
    pub(super) holds: fn(&Candidate<'_>) -> bool,
}

/// What a pattern found, and where.
pub(super) struct Candidate<'a> {
    /// The thing itself.
    pub(super) found: &'a str,
    /// What stands before it.
    pub(super) before: &'a str,
    /// What stands after it.
    pub(super) after: &'a str,
}

impl Candidate<'_> {
    /// Whether it stands by itself, and is no piece of a longer number or word.
    fn is_whole(&self) -> bool {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        !self.before.chars().next_back().is_some_and(is_word)
            && !self.after.chars().next().is_some_and(is_word)
    }

    /// Whether it is no piece of a number with dots or dashes, such as a version or an id.
    fn is_whole_number(&self) -> bool {
        let mut before = self.before.chars().rev();
        let joined_before = before.next().is_some_and(|c| matches!(c, '.' | '-' | '/' | '+' | ','))
            && before.next().is_some_and(|c| c.is_ascii_alphanumeric());
        let mut after = self.after.chars();
        let joined_after = match after.next() {
            // A word behind a full stop is another one, as is the ending of a file's name.
            Some('.' | ',') => after.next().is_some_and(|c| c.is_ascii_digit()),
            Some('-' | '/') => after.next().is_some_and(|c| c.is_ascii_alphanumeric()),
            _ => false,
        };
        self.is_whole() && !joined_before && !joined_after
    }

    fn digits(&self) -> Vec<u8> {
        self.found.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect()
    }
}

/// Where the pattern alone decides.
fn always(_: &Candidate<'_>) -> bool {
    true
}

/// Where the pattern decides, as long as no word goes on at either end.
fn whole(candidate: &Candidate<'_>) -> bool {
    candidate.is_whole()
}
