//! Addresses of people and of machines.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Candidate, Rule};

pub(super) const EMAILS: &[Rule] = &[Rule {
    pattern: r"[\pL\pN._%+'-]*[\pL\pN_%+-]@[\pL\pN-]+(?:\.[\pL\pN-]+)*\.\pL{2,}",
    is_greedy: false,
    holds: is_email,
}];

pub(super) const PHONES: &[Rule] = &[
    // As abroad: `+44 20 7946 0958`, `0044 (0)20 7946 0958`.
    Rule {
        pattern: r"(?:\+|\b00)[1-9](?:[ ()./-]{0,3}\d){6,14}",
        is_greedy: false,
        holds: is_phone,
    },
    // As in North America: `(212) 555-0123`, `212-555-0123`, `212.555.0123`.
    Rule {
        pattern: r"(?:\([2-9]\d{2}\) ?|\b[2-9]\d{2}[-. ])[2-9]\d{2}[-. ]\d{4}",
        is_greedy: false,
        holds: is_phone,
    },
    // As at home in Europe: `020 7946 0958`, `030/901820`, `01 42 68 53 00`.
    Rule {
        pattern: r"\b0[1-9]\d{0,4}(?: ?[/-] ?| )\d{2,8}(?:[ -]\d{2,6}){0,4}",
        is_greedy: false,
        holds: is_phone,
    },
];

pub(super) const IP_ADDRESSES: &[Rule] = &[
    Rule { pattern: r"\d{1,3}(?:\.\d{1,3}){3}", is_greedy: false, holds: is_v4 },
    Rule {
        pattern: r"(?i)[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*[0-9a-f]",
        is_greedy: false,
        holds: is_v6,
    },
];

fn is_email(candidate: &Candidate<'_>) -> bool {
    // `git@host:path` and `user@host` of an address are names of accounts, and no mailboxes;
    // the password beside one is found as a secret.
    let path = candidate.after.strip_prefix(':').and_then(|rest| rest.chars().next());
    let is_path = |first: char| first.is_alphanumeric() || matches!(first, '/' | '~' | '.' | '_');
    !path.is_some_and(is_path) && !candidate.found.starts_with('.')
}

fn is_phone(candidate: &Candidate<'_>) -> bool {
    let digits = candidate.digits();
    (7..=15).contains(&digits.len())
        && candidate.is_whole_number()
        && digits.iter().any(|digit| *digit != digits[digits.len() - 1])
}

fn is_v4(candidate: &Candidate<'_>) -> bool {
    // `v1.2.3.4` is a version, and `1.2.3.4.5` is no address.
    candidate.is_whole_number()
        && candidate
            .found
            .parse()
            .is_ok_and(|address: Ipv4Addr| !address.is_loopback() && !address.is_unspecified())
}

fn is_v6(candidate: &Candidate<'_>) -> bool {
    // Paths of programs such as `a::b` have the form of an address, too.
    let groups = candidate.found.split(':').filter(|group| !group.is_empty()).count();
    let has_digit = candidate.found.contains(|c: char| c.is_ascii_digit());
    let in_a_path = candidate.before.ends_with(':') || candidate.after.starts_with(':');
    candidate.is_whole()
        && !in_a_path
        && groups >= 2
        && has_digit
        && candidate.found.parse().is_ok_and(|address: IpAddr| {
            !address.is_loopback() && address != IpAddr::V6(Ipv6Addr::UNSPECIFIED)
        })
}
