//! Ids that states give to persons, as far as form or check digits tell them from other numbers.

use super::checksum::{luhn, remainder, verhoeff, weighted};
use super::{Candidate, Rule};

pub(super) const RULES: &[Rule] = &[
    // United States: social security number, <https://www.ssa.gov/employer/randomization.html>
    Rule { pattern: r"\d{3}-\d{2}-\d{4}", is_greedy: false, holds: is_american },
    // Canada: social insurance number.
    Rule { pattern: r"[1-79]\d{2}[ -]\d{3}[ -]\d{3}", is_greedy: false, holds: by_luhn },
    // United Kingdom: national insurance number, `QQ 12 34 56 C`.
    Rule {
        pattern: r"(?i)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]",
        is_greedy: false,
        holds: is_british,
    },
    // France: numéro de sécurité sociale, a remainder of 97.
    Rule {
        pattern: r"(?i)[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}",
        is_greedy: false,
        holds: is_french,
    },
    // Spain: DNI and NIE, a letter for the remainder of 23.
    Rule { pattern: r"(?i)(?:\d{8}|[XYZ]-?\d{7})[- ]?[A-Z]", is_greedy: false, holds: is_spanish },
    // Italy: codice fiscale.
    Rule {
        pattern: r"(?i)[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
        is_greedy: false,
        holds: is_italian,
    },
    // Germany: Steuer-Identifikationsnummer, where it is called so.
    Rule {
        pattern: r"(?i)(?:steuer|idnr|tin)\D{0,30}(\d{2} ?\d{3} ?\d{3} ?\d{3})",
        is_greedy: false,
        holds: is_german,
    },
    // Switzerland: AHV number, with the check digit of an EAN.
    Rule { pattern: r"756\.\d{4}\.\d{4}\.\d{2}", is_greedy: false, holds: is_swiss },
    // Belgium: rijksregisternummer.
    Rule { pattern: r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", is_greedy: false, holds: is_belgian },
    // The Netherlands: burgerservicenummer, where it is called so.
    Rule {
        pattern: r"(?i)\b(?:bsn|burgerservicenummer)\D{0,20}(\d{9})",
        is_greedy: false,
        holds: is_dutch,
    },
    // Poland: PESEL, where it is called so.
    Rule { pattern: r"(?i)\bpesel\D{0,20}(\d{11})", is_greedy: false, holds: is_polish },
    // Sweden: personnummer. Denmark: CPR number, a date and no check digit any more.
    Rule { pattern: r"(?:\d{2})?\d{6}[-+]\d{4}", is_greedy: false, holds: is_nordic },
    // Finland: henkilötunnus.
    Rule { pattern: r"(?i)\d{6}[-+A-F]\d{3}[0-9A-Y]", is_greedy: false, holds: is_finnish },
    // Brazil: CPF.
    Rule { pattern: r"\d{3}\.\d{3}\.\d{3}-\d{2}", is_greedy: false, holds: is_brazilian },
    // India: Aadhaar number, with Verhoeff's check digit.
    Rule { pattern: r"[2-9]\d{3}[ -]\d{4}[ -]\d{4}", is_greedy: false, holds: is_indian },
    // China: resident identity number, ISO 7064 MOD 11-2.
    Rule { pattern: r"[1-9]\d{5}(?:19|20)\d{9}[0-9Xx]", is_greedy: false, holds: is_chinese },
];

fn is_american(candidate: &Candidate<'_>) -> bool {
    let parts: Vec<u32> = candidate.found.split('-').filter_map(|part| part.parse().ok()).collect();
    candidate.is_whole_number()
        && matches!(parts[..], [area, group, serial] if group > 0 && serial > 0 && !matches!(area, 0 | 666 | 900..))
}

fn by_luhn(candidate: &Candidate<'_>) -> bool {
    candidate.is_whole_number() && luhn(&candidate.digits())
}

fn is_british(candidate: &Candidate<'_>) -> bool {
    let begin = candidate.found.get(..2).unwrap_or_default().to_ascii_uppercase();
    candidate.is_whole()
        && !matches!(begin.as_str(), "BG" | "GB" | "KN" | "NK" | "NT" | "TN" | "ZZ")
}

fn is_french(candidate: &Candidate<'_>) -> bool {
    // Corsica counts as 19 and 18.
    let number: String = candidate
        .found
        .to_ascii_uppercase()
        .replace("2A", "19")
        .replace("2B", "18")
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let Some((body, key)) = number.split_at_checked(13) else { return false };
    candidate.is_whole_number()
        && remainder(body.chars(), 97)
            .zip(key.parse().ok())
            .is_some_and(|(rest, key): (u32, u32)| 97 - rest == key)
}

fn is_spanish(candidate: &Candidate<'_>) -> bool {
    const LETTERS: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let id: Vec<char> = candidate
        .found
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let Some((letter, number)) = id.split_last() else { return false };
    let number = number.iter().map(|c| match c {
        'X' => '0',
        'Y' => '1',
        'Z' => '2',
        digit => *digit,
    });
    candidate.is_whole_number()
        && remainder(number, 23)
            .and_then(|rest| LETTERS.get(rest as usize))
            .is_some_and(|expected| char::from(*expected) == *letter)
}

/// <https://en.wikipedia.org/wiki/Italian_fiscal_code#Check_character>
fn is_italian(candidate: &Candidate<'_>) -> bool {
    const ODD: [u32; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    let code = candidate.found.to_ascii_uppercase();
    let Some((body, check)) = code.split_at_checked(15) else { return false };
    let sum: u32 = body
        .bytes()
        .enumerate()
        .map(|(place, c)| {
            let value = u32::from(if c.is_ascii_digit() { c - b'0' } else { c - b'A' });
            // The first place counts as odd.
            if place % 2 == 0 {
                ODD.get(value as usize).copied().unwrap_or_default()
            } else {
                value
            }
        })
        .sum();
    candidate.is_whole()
        && check.bytes().next().is_some_and(|check| u32::from(check.wrapping_sub(b'A')) == sum % 26)
}

/// <https://de.wikipedia.org/wiki/Steuerliche_Identifikationsnummer#Aufbau>: ISO 7064 MOD 11, 10.
fn is_german(candidate: &Candidate<'_>) -> bool {
    let digits = candidate.digits();
    let Some((check, body)) = digits.split_last() else { return false };
    let product = body.iter().fold(10, |product, &digit| {
        let sum = (u32::from(digit) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    candidate.is_whole_number() && (11 - product) % 10 == u32::from(*check)
}

fn is_swiss(candidate: &Candidate<'_>) -> bool {
    const WEIGHTS: [u32; 13] = [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1];
    candidate.is_whole_number() && weighted(&candidate.digits(), &WEIGHTS).is_multiple_of(10)
}

fn is_belgian(candidate: &Candidate<'_>) -> bool {
    let number: String = candidate.found.chars().filter(char::is_ascii_digit).collect();
    let Some((body, check)) = number.split_at_checked(9) else { return false };
    let Ok(check) = check.parse::<u32>() else { return false };
    // Who was born in 2000 or later has a 2 before the number.
    let holds = |begin: &str| {
        remainder(begin.chars().chain(body.chars()), 97).is_some_and(|rest| 97 - rest == check)
    };
    candidate.is_whole_number() && (holds("") || holds("2"))
}

fn is_dutch(candidate: &Candidate<'_>) -> bool {
    const WEIGHTS: [u32; 9] = [9, 8, 7, 6, 5, 4, 3, 2, 10];
    candidate.is_whole_number() && weighted(&candidate.digits(), &WEIGHTS).is_multiple_of(11)
}

fn is_polish(candidate: &Candidate<'_>) -> bool {
    const WEIGHTS: [u32; 11] = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1];
    candidate.is_whole_number() && weighted(&candidate.digits(), &WEIGHTS).is_multiple_of(10)
}

fn is_nordic(candidate: &Candidate<'_>) -> bool {
    let digits = candidate.digits();
    let short = if digits.len() == 12 { &digits[2..] } else { &digits[..] };
    let pair = |place: usize| short[place] * 10 + short[place + 1];
    let is_month = |month: u8| (1..=12).contains(&month);
    // A Swede without a fixed address has 60 added to the day.
    let is_day = |day: u8| (1..=31).contains(&day) || (61..=91).contains(&day);
    let swedish = is_month(pair(2)) && is_day(pair(4)) && luhn(short);
    let danish = digits.len() == 10 && is_month(pair(2)) && (1..=31).contains(&pair(0));
    candidate.is_whole_number() && (swedish || (danish && candidate.found.contains('-')))
}

fn is_finnish(candidate: &Candidate<'_>) -> bool {
    const CHECKS: &[u8] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let id = candidate.found.to_ascii_uppercase();
    let Some((body, check)) = id.split_at_checked(10) else { return false };
    let number = body.chars().enumerate().filter(|(place, _)| *place != 6).map(|(_, c)| c);
    candidate.is_whole_number()
        && remainder(number, 31)
            .and_then(|rest| CHECKS.get(rest as usize))
            .is_some_and(|expected| check.as_bytes() == [*expected])
}

fn is_brazilian(candidate: &Candidate<'_>) -> bool {
    let digits = candidate.digits();
    let check = |length: u32| {
        let weights: Vec<u32> = (2..=length + 1).rev().collect();
        weighted(&digits, &weights) * 10 % 11 % 10
    };
    candidate.is_whole_number()
        && digits.iter().any(|digit| *digit != digits[0])
        && check(9) == u32::from(digits[9])
        && check(10) == u32::from(digits[10])
}

fn is_indian(candidate: &Candidate<'_>) -> bool {
    candidate.is_whole_number() && verhoeff(&candidate.digits())
}

fn is_chinese(candidate: &Candidate<'_>) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let check = match candidate.found.as_bytes().last() {
        Some(digit @ b'0'..=b'9') => u32::from(digit - b'0'),
        _ => 10,
    };
    let digits = candidate.digits();
    candidate.is_whole() && (weighted(&digits[..17], &WEIGHTS) + check) % 11 == 1
}
