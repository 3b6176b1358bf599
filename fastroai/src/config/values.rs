//! Durations, as the attributes write them: `30s`, `250ms`, `1m30s`.

use std::fmt::Write;
use std::time::Duration;

/// The units, from the largest, each in milliseconds.
const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Reads a duration; or says what is wrong with it.
pub(super) fn duration(text: &str) -> Result<Duration, &'static str> {
    let mut rest = text.trim();
    let (mut total, mut last) = (0u64, u64::MAX);
    if rest.is_empty() {
        return Err("it is empty");
    }
    if rest.starts_with('-') {
        return Err("it is negative");
    }
    while !rest.is_empty() {
        let (number, tail) = split(rest, |c| c.is_ascii_digit());
        let (unit, tail) = split(tail.trim_start(), char::is_alphabetic);
        if number.is_empty() {
            return Err("it is no duration");
        }
        let unit = if unit == "min" { "m" } else { unit };
        let size = match UNITS.iter().find(|(name, _)| *name == unit) {
            Some((_, size)) => *size,
            None if tail.starts_with(['.', ',']) => return Err("it is no whole number"),
            None if unit.is_empty() => return Err("it has no unit"),
            None => return Err("there is no such unit"),
        };
        if size >= last {
            return Err("its units are out of order");
        }
        last = size;
        let part = number.parse::<u64>().ok().and_then(|number| number.checked_mul(size));
        let sum = part.and_then(|part| total.checked_add(part));
        total = sum.ok_or("it is longer than a duration can be")?;
        rest = tail.trim_start();
    }
    if total == 0 { Err("it leaves no time at all") } else { Ok(Duration::from_millis(total)) }
}

fn split(text: &str, of: impl Fn(char) -> bool) -> (&str, &str) {
    let length = text.len() - text.trim_start_matches(of).len();
    text.split_at_checked(length).unwrap_or((text, ""))
}

/// Writes a duration as it is read.
pub(super) fn written(duration: Duration) -> String {
    let mut left = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut written = String::new();
    for (unit, size) in UNITS {
        if left >= size {
            let _ = write!(written, "{}{unit}", left / size);
            left %= size;
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_are_read_as_in_the_attributes() {
        for (text, milliseconds) in [
            ("30s", 30_000),
            ("250ms", 250),
            ("5 s", 5_000),
            ("2m", 120_000),
            ("2min", 120_000),
            ("1h 2m 3s 4ms", 3_723_004),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in [
            "",
            "30",
            "0s",
            "-5s",
            "1.5s",
            "s",
            "30s1m",
            "5 parsecs",
            "99999999999999999999h",
            "18446744073709551615h",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(milliseconds in 1u64..) {
            let time = Duration::from_millis(milliseconds);
            prop_assert_eq!(duration(&written(time)), Ok(time));
        }
    }
}
