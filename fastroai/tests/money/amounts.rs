//! Amounts: their text, their units, their limits.

use fastroai::money::{Cost, Total};
use proptest::prelude::*;

use super::usages::usd;

#[test]
fn amounts_show_every_digit_and_at_least_two_decimals() {
    for (picodollars, text) in [
        (0, "$0.00"),
        (1, "$0.000000000001"),
        (65_000_000, "$0.000065"),
        (4_200_000_000, "$0.0042"),
        (50_000_000_000, "$0.05"),
        (500_000_000_000, "$0.50"),
        (12_000_000_000_000, "$12.00"),
        (u64::MAX, "$18446744.073709551615"),
    ] {
        assert_eq!(Cost::from_picodollars(picodollars).to_string(), text);
    }
}

#[test]
fn a_precision_rounds_up_and_a_width_aligns() {
    assert_eq!(format!("{:.2}", usd("0.0142")), "$0.02");
    assert_eq!(format!("{:.4}", usd("0.0142")), "$0.0142");
    assert_eq!(format!("{:.0}", usd("0.0142")), "$1");
    assert_eq!(format!("{:.0}", Cost::MAX), "$18446745");
    assert_eq!(format!("{:8}|{:<8}|", usd("0.5"), usd("0.5")), "   $0.50|$0.50   |");
    assert_eq!(format!("{:?}", usd("0.5")), "Cost($0.50)");
}

#[test]
fn dollars_are_read_with_and_without_their_sign() {
    for (text, picodollars) in [
        ("$0.05", 50_000_000_000),
        ("0.05", 50_000_000_000),
        ("3", 3_000_000_000_000),
        ("$0", 0),
        ("0.000000000001", 1),
        ("18446744.073709551615", u64::MAX),
    ] {
        assert_eq!(usd(text).picodollars(), picodollars, "{text}");
    }
}

#[test]
fn what_is_no_amount_is_refused_and_told_why() {
    for (text, reason) in [
        ("", "it is empty"),
        ("$", "it is empty"),
        ("-0.05", "it is negative"),
        ("$-0.05", "it is negative"),
        ("-$0.05", "it is negative"),
        ("1e-3", "it has an exponent"),
        ("2.5E6", "it has an exponent"),
        ("NaN", "it is more than digits"),
        ("inf", "it is more than digits"),
        ("5 cents", "it is more than digits"),
        (" 0.05", "it is more than digits"),
        ("+0.05", "it is more than digits"),
        ("1,000", "it is more than digits"),
        (".05", "it is more than digits"),
        ("5.", "it is more than digits"),
        ("1.2.3", "it is more than digits"),
        ("€5", "it is more than digits"),
        ("٥", "it is more than digits"),
        ("0.0000000000001", "more than 12 decimals"),
        ("18446744.073709551616", "it is more than $18446744.073709551615"),
        ("99999999999999999999999", "it is more than $18446744.073709551615"),
    ] {
        let error = text.parse::<Cost>().unwrap_err().to_string();
        assert!(error.contains(reason), "{text:?}: {error}");
        assert!(error.ends_with("write dollars, as in `$0.05`"), "{error}");
    }
}

#[test]
fn units_round_up_and_never_to_nothing() {
    let least = Cost::from_picodollars(1);
    assert_eq!((least.microcents(), least.microdollars()), (1, 1));
    let cent = usd("0.01");
    assert_eq!((cent.microcents(), cent.microdollars()), (1_000_000, 10_000));
    assert_eq!(Cost::from_microcents(1_000_000), cent);
    assert_eq!(Cost::from_microdollars(10_000), cent);
    assert!((cent.dollars() - 0.01).abs() < 1e-12);
}

#[test]
fn what_does_not_fit_is_none_or_the_limit_but_never_wraps() {
    let one = Cost::from_picodollars(1);
    assert_eq!(Cost::MAX.checked_add(one), None);
    assert_eq!(Cost::ZERO.checked_sub(one), None);
    assert_eq!(Cost::MAX.checked_mul(2), None);
    assert_eq!(Cost::MAX.saturating_add(one), Cost::MAX);
    assert_eq!(Cost::ZERO.saturating_sub(one), Cost::ZERO);
    assert_eq!([Cost::MAX, one].iter().sum::<Option<Cost>>(), None);
    assert_eq!(Cost::from_microcents(u64::MAX), Cost::MAX);
    assert_eq!(Cost::from_microdollars(u64::MAX), Cost::MAX);
}

#[test]
fn a_total_says_what_is_known_and_whether_that_is_all() {
    let known = Total::from(usd("0.0042"));
    assert_eq!((known.exact(), known.to_string().as_str()), (Some(usd("0.0042")), "$0.0042"));
    assert_eq!(known, usd("0.0042"));
    let part = known.plus(Total::UNKNOWN);
    assert_eq!((part.exact(), part.known()), (None, usd("0.0042")));
    assert_ne!(part, usd("0.0042"));
    assert_eq!(format!("{part:.2}"), "at least $0.01");
    assert_eq!(Total::from(None).to_string(), "cost unknown");
    assert_eq!(Total::ZERO.to_string(), "$0.00");
    let beyond = Total::from(Cost::MAX).plus(known);
    assert_eq!((beyond.exact(), beyond.known()), (None, Cost::MAX));
}

#[test]
fn amounts_and_totals_are_json_that_a_person_can_read() {
    assert_eq!(serde_json::to_string(&usd("0.0042")).unwrap(), r#""$0.0042""#);
    assert_eq!(serde_json::from_str::<Cost>(r#""0.0042""#).unwrap(), usd("0.0042"));
    for refused in ["0.0042", "-1", r#""-1""#, "null", r#""NaN""#] {
        assert!(serde_json::from_str::<Cost>(refused).is_err(), "{refused}");
    }
    let total = Total::from(usd("1")).plus(Total::UNKNOWN);
    let json = serde_json::to_string(&total).unwrap();
    assert_eq!(json, r#"{"known":"$1.00","exact":false}"#);
    assert_eq!(serde_json::from_str::<Total>(&json).unwrap(), total);
}

proptest! {
    #[test]
    fn text_and_json_give_the_amount_back(picodollars: u64) {
        let cost = Cost::from_picodollars(picodollars);
        prop_assert_eq!(cost.to_string().parse::<Cost>(), Ok(cost));
        let json = serde_json::to_string(&cost).unwrap();
        prop_assert_eq!(serde_json::from_str::<Cost>(&json).unwrap(), cost);
    }

    #[test]
    fn any_text_is_an_amount_or_an_error(text in "[-$0-9.eE, a]{0,30}") {
        if let Ok(cost) = text.parse::<Cost>() {
            prop_assert!(text.trim_start_matches('$').starts_with(|c: char| c.is_ascii_digit()));
            prop_assert_eq!(cost.to_string().parse::<Cost>(), Ok(cost));
        }
    }

    #[test]
    fn a_precision_never_shows_less_than_the_amount(picodollars: u64, decimals in 0usize..=12) {
        let cost = Cost::from_picodollars(picodollars);
        let shown = format!("{cost:.decimals$}");
        match shown.parse::<Cost>() {
            Ok(shown) => {
                let less = shown.checked_sub(cost).expect("not less");
                let unit = 10u64.pow(12 - u32::try_from(decimals).unwrap());
                prop_assert!(less.picodollars() < unit);
            }
            Err(_) => prop_assert!(picodollars > u64::MAX - 1_000_000_000_000),
        }
    }

    #[test]
    fn units_hold_at_least_the_amount(picodollars: u64) {
        let cost = Cost::from_picodollars(picodollars);
        prop_assert!(Cost::from_microcents(cost.microcents()) >= cost);
        prop_assert!(Cost::from_microdollars(cost.microdollars()) >= cost);
    }
}
