//! Payment cards and bank accounts.

use super::checksum::{luhn, remainder};
use super::{Candidate, Rule};

/// Numbers of 13 to 19 digits, together or in groups.
pub(super) const CARDS: &[Rule] =
    &[Rule { pattern: r"\d(?:[ -]?\d){12,18}", is_greedy: true, holds: is_card }];

/// <https://www.swift.com/standards/data-standards/iban-international-bank-account-number>
pub(super) const IBANS: &[Rule] = &[Rule {
    pattern: r"(?i)[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}",
    is_greedy: true,
    holds: is_iban,
}];

fn is_card(candidate: &Candidate<'_>) -> bool {
    let digits = candidate.digits();
    candidate.is_whole_number()
        && is_of_an_issuer(candidate.found, digits.len())
        && digits.iter().any(|digit| *digit != digits[0])
        && luhn(&digits)
}

/// Whether cards begin so and are this long.
/// <https://en.wikipedia.org/wiki/Payment_card_number#Issuer_identification_number_(IIN)>
fn is_of_an_issuer(number: &str, length: usize) -> bool {
    let begin: u32 = number
        .bytes()
        .filter(u8::is_ascii_digit)
        .take(4)
        .fold(0, |begin, digit| begin * 10 + u32::from(digit - b'0'));
    match begin {
        4000..=4999 => matches!(length, 13 | 16 | 19),
        3400..=3499 | 3700..=3799 => length == 15,
        3000..=3059 | 3095..=3095 | 3600..=3699 | 3800..=3999 => matches!(length, 14 | 16 | 19),
        2221..=2720 | 5100..=5599 => length == 16,
        2200..=2204 | 3528..=3589 | 6011 | 6200..=6299 | 6440..=6599 | 8100..=8171 | 9792 => {
            (16..=19).contains(&length)
        }
        5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763 => true,
        _ => false,
    }
}

fn is_iban(candidate: &Candidate<'_>) -> bool {
    let account: Vec<char> = candidate
        .found
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    candidate.is_whole()
        && length_in(&account[..2]) == Some(account.len())
        && remainder(account[4..].iter().chain(&account[..4]).copied(), 97) == Some(1)
}

/// How long accounts are in a country.
fn length_in(country: &[char]) -> Option<usize> {
    const LENGTHS: &[(usize, &str)] = &[
        (15, "NO"),
        (16, "BE"),
        (18, "DK FO FI GL NL SD"),
        (19, "MK SI"),
        (20, "AT BA EE KZ LT LU MN XK"),
        (21, "CH HR LI LV"),
        (22, "BG BH CR DE GB GE IE ME RS VA"),
        (23, "AE GI IL IQ OM SO TL"),
        (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
        (25, "LY PT ST"),
        (26, "IS TR"),
        (27, "BI DJ FR GR IT MC MR SM"),
        (28, "AL AZ BY CY DO GT HU LB NI PL SV"),
        (29, "BR EG PS QA UA"),
        (30, "JO KW MU YE"),
        (31, "MT SC"),
        (32, "LC"),
        (33, "RU"),
    ];
    let country: String = country.iter().collect();
    LENGTHS
        .iter()
        .find(|(_, countries)| countries.split(' ').any(|one| one == country))
        .map(|(length, _)| *length)
}
