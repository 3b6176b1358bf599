//! Reading a token count, in whatever notation it comes.

/// A token count and whether it was bent: counts arrive as floats, negative, or beyond 64 bits.
pub(crate) fn count(json: &str) -> (Option<u64>, bool) {
    let digits = json.trim_matches('"');
    if digits == "null" {
        return (None, false);
    }
    if let Ok(whole) = digits.parse::<u64>() {
        return (Some(whole), false);
    }
    match digits.parse::<f64>() {
        Ok(number) if number.is_nan() => (None, true),
        // The cast saturates: below zero is zero, beyond 64 bits is the highest count.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Ok(number) => {
            let fits = (0.0..18_446_744_073_709_551_615.0).contains(&number);
            (Some(number.round() as u64), !fits || number.fract() != 0.0)
        }
        Err(_) => (None, true),
    }
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn a_count_is_read_in_any_notation_and_marked_where_it_is_bent() {
        assert_eq!(count("12"), (Some(12), false));
        assert_eq!(count("12.0"), (Some(12), false));
        assert_eq!(count("\"12\""), (Some(12), false));
        assert_eq!(count("null"), (None, false));
        assert_eq!(count("12.6"), (Some(13), true));
        assert_eq!(count("-3"), (Some(0), true));
        assert_eq!(count("1e400"), (Some(u64::MAX), true));
        assert_eq!(count("99999999999999999999"), (Some(u64::MAX), true));
        assert_eq!(count("true"), (None, true));
        assert_eq!(count("{}"), (None, true));
    }
}
