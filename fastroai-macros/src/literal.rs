//! What is written in literals: durations, amounts of dollars, names.

/// Milliseconds in `10s`, `250ms`, `5min`, `5m`, `2h` or `1m30s`; or what to write instead.
pub(crate) fn duration(text: &str) -> Result<u64, String> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err("an empty text is no duration: write \"10s\" or \"250ms\"".to_owned());
    }
    let mut total: u64 = 0;
    let mut last_unit = u64::MAX;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, tail) = rest.split_at(digits);
        let tail = tail.trim_start();
        let letters = tail.len() - tail.trim_start_matches(char::is_alphabetic).len();
        let (unit, tail) = tail.split_at(letters);
        if number.is_empty() || (unit.is_empty() && !tail.is_empty()) {
            return Err(format!(
                "`{text}` is no duration: write whole numbers with a unit, as in \"10s\" or \"1m30s\""
            ));
        }
        if unit.is_empty() {
            return Err(format!("`{text}` needs a unit: write \"{number}s\" or \"{number}ms\""));
        }
        let Some(size) = unit_size(unit) else {
            return Err(format!("unknown unit `{unit}` in `{text}`: use `ms`, `s`, `min` or `h`"));
        };
        if size >= last_unit {
            return Err(format!(
                "the units of `{text}` are out of order: write the largest first, as in \"1m30s\""
            ));
        }
        last_unit = size;
        let too_long = || format!("`{text}` is longer than a duration can be: write a shorter one");
        let number: u64 = number.parse().map_err(|_| too_long())?;
        let part = number.checked_mul(size).ok_or_else(too_long)?;
        total = total.checked_add(part).ok_or_else(too_long)?;
        rest = tail.trim_start();
    }
    if total == 0 {
        return Err(format!("`{text}` leaves no time at all: write a longer one, as in \"10s\""));
    }
    Ok(total)
}

fn unit_size(unit: &str) -> Option<u64> {
    Some(match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    })
}

/// Picodollars (1e-12 dollar) in `$0.05`, exact; or what to write instead.
pub(crate) fn dollars(text: &str) -> Result<u64, String> {
    const DECIMALS: usize = 12;
    let no_amount = || format!("`{text}` is not an amount: write dollars, as in \"$0.05\"");
    let Some(number) = text.strip_prefix('$') else {
        let fixed = format!("${}", text.trim());
        return Err(match dollars(&fixed) {
            Ok(_) => format!("`{text}` is not an amount: write \"{fixed}\""),
            Err(_) => no_amount(),
        });
    };
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(decimals) {
        return Err(no_amount());
    }
    let decimals = decimals.trim_end_matches('0');
    if decimals.len() > DECIMALS {
        return Err(format!("`{text}` is too fine: write at most {DECIMALS} decimals"));
    }
    format!("{whole}{decimals:0<DECIMALS$}")
        .parse()
        .map_err(|_| format!("`{text}` is too much: write at most \"$18000000\""))
}

/// How long a tool's name may be.
pub(crate) const NAME_LIMIT: usize = 64;

/// Fails with the reason if providers would refuse this as the name of a tool.
pub(crate) fn tool_name(name: &str) -> Result<(), String> {
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() {
        return Err("a tool's name cannot be empty: write a name, as in \"get_weather\"".to_owned());
    }
    if let Some(refused) = name.chars().find(|c| !fine(*c)) {
        let fixed: String = name.chars().map(|c| if fine(c) { c } else { '_' }).collect();
        let advice =
            if fixed.chars().any(|c| c.is_ascii_alphanumeric()) && tool_name(&fixed).is_ok() {
                format!("call it \"{fixed}\"")
            } else {
                "call it otherwise, as in \"get_weather\"".to_owned()
            };
        return Err(format!(
            "providers reject `{}` in a tool name (letters, digits, `_`, `-`): {advice}",
            refused.escape_debug()
        ));
    }
    if name.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return Err(format!(
            "a tool's name starts with a letter or `_`: call it \"_{}\"",
            name.trim_start_matches('-')
        ));
    }
    if name.len() > NAME_LIMIT {
        return Err(format!(
            "a tool's name of {} characters is longer than the {NAME_LIMIT} that providers accept: \
             shorten it",
            name.len()
        ));
    }
    Ok(())
}

/// Fails with the reason if this is no word for what a tool needs.
pub(crate) fn capability(word: &str) -> Result<(), String> {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.:-".contains(c);
    let starts = |word: &str| word.starts_with(|c: char| c.is_ascii_lowercase());
    if starts(word) && word.chars().all(fine) {
        return Ok(());
    }
    let fixed: String = word.trim().to_ascii_lowercase();
    let fixed: String = fixed.chars().map(|c| if fine(c) { c } else { '_' }).collect();
    let write = if starts(&fixed) { &fixed } else { "net" };
    Err(format!(
        "`{}` is no capability, which is a lower-case word (letters, digits, `_`, `.`, `:`, `-`): write \"{write}\"",
        word.escape_debug()
    ))
}

/// Fails with the reason if nobody can have a role of this name.
pub(crate) fn role(name: &str) -> Result<(), String> {
    let trimmed = name.trim();
    if trimmed.is_empty() {
        return Err("an empty text is no role: write one, as in \"support\"".to_owned());
    }
    if trimmed != name {
        return Err(format!(
            "a role is compared letter by letter, and spaces count: write \"{trimmed}\""
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_to_the_millisecond() {
        for (text, milliseconds) in [
            ("10s", 10_000),
            ("250ms", 250),
            ("5 s", 5_000),
            ("2m", 120_000),
            ("2min", 120_000),
            ("1h", 3_600_000),
            ("1m30s", 90_000),
            ("1h 2m 3s 4ms", 3_723_004),
        ] {
            assert_eq!(duration(text), Ok(milliseconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused_with_what_to_write() {
        for (text, reason) in [
            ("", "no duration"),
            ("10", "needs a unit: write \"10s\" or \"10ms\""),
            ("1m30", "needs a unit"),
            ("5 parsecs", "unknown unit `parsecs` in `5 parsecs`: use `ms`, `s`, `min` or `h`"),
            ("5S", "unknown unit `S`"),
            ("-5s", "write whole numbers"),
            ("1.5s", "write whole numbers"),
            ("s", "write whole numbers"),
            ("30s1m", "largest first"),
            ("1s1s", "largest first"),
            ("0s", "no time at all"),
            ("99999999999999999999s", "longer than a duration can be"),
            ("18446744073709551615h", "longer than a duration can be"),
            ("5\u{a0}µs", "unknown unit `µs`"),
        ] {
            let error = duration(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn dollars_are_exact_to_the_picodollar() {
        for (text, picodollars) in [
            ("$0.05", 50_000_000_000),
            ("$1", 1_000_000_000_000),
            ("$0", 0),
            ("$0.000000000001", 1),
            ("$2.500000000000000", 2_500_000_000_000),
            ("$18446744.073709551615", u64::MAX),
        ] {
            assert_eq!(dollars(text), Ok(picodollars), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused_with_what_to_write() {
        for (text, reason) in [
            ("5 cents", "`5 cents` is not an amount: write dollars, as in \"$0.05\""),
            ("0.05", "write \"$0.05\""),
            ("$", "write dollars"),
            ("$.05", "write dollars"),
            ("$1.", "write dollars"),
            ("$-1", "write dollars"),
            ("-$1", "write dollars"),
            ("$1,000", "write dollars"),
            ("$1e3", "write dollars"),
            ("$ 1", "write dollars"),
            ("$0.0000000000001", "at most 12 decimals"),
            ("$18446744.073709551616", "too much"),
        ] {
            let error = dollars(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn capabilities_are_lower_case_words_and_others_are_refused_with_a_better_one() {
        for word in ["net", "fs.write", "db:orders", "web_search-2", "x"] {
            assert_eq!(capability(word), Ok(()), "{word}");
        }
        for (word, better) in [
            ("Net", "\"net\""),
            ("net work", "\"net_work\""),
            (" net ", "\"net\""),
            ("", "\"net\""),
            ("2fa", "\"net\""),
            ("größe", "\"gr__e\""),
            ("a/b", "\"a_b\""),
        ] {
            let error = capability(word).unwrap_err();
            assert!(error.ends_with(&format!("write {better}")), "{word}: {error}");
        }
        assert_eq!(role("ROLE_ADMIN"), Ok(()));
        assert!(role(" ").unwrap_err().contains("no role"));
        assert!(role("staff ").unwrap_err().ends_with("write \"staff\""));
    }

    #[test]
    fn names_that_providers_refuse_are_refused_with_a_better_one() {
        let longest = "a".repeat(64);
        for name in ["weather", "get_weather", "get-weather", "_x", "X1", &longest] {
            assert_eq!(tool_name(name), Ok(()), "{name}");
        }
        let long = "a".repeat(65);
        for (name, reason) in [
            (
                "get weather",
                "reject ` ` in a tool name (letters, digits, `_`, `-`): call it \"get_weather\"",
            ),
            ("", "cannot be empty"),
            ("größe", "call it \"gr__e\""),
            ("天気", "call it otherwise"),
            ("1st", "call it \"_1st\""),
            ("-x", "call it \"_x\""),
            ("a.b", "call it \"a_b\""),
            (&long, "65 characters"),
        ] {
            let error = tool_name(name).unwrap_err();
            assert!(error.contains(reason), "{name}: {error}");
        }
    }
}
