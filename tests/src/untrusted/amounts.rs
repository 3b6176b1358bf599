//! Amounts of money, as text.

use fastroai::Cost;

const DOLLAR: u128 = 1_000_000_000_000;

pub(super) fn read(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let read = text.parse::<Cost>().ok();
    let expected = amount(text).and_then(|amount| u64::try_from(amount).ok());
    assert_eq!(read.map(Cost::picodollars), expected, "{text:?}");
    let Some(cost) = read else { return };
    assert_eq!(cost.to_string().parse(), Ok(cost), "what is shown is read");
    let json = serde_json::to_string(&cost).expect("an amount is JSON");
    assert_eq!(serde_json::from_str::<Cost>(&json).ok(), Some(cost), "what is stored is read");
}

/// The same by hand: digits, and perhaps a point and 1 to 12 digits behind it.
fn amount(text: &str) -> Option<u128> {
    let text = text.strip_prefix('$').unwrap_or(text);
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 12 {
        return None;
    }
    let mut amount = 0_u128;
    for digit in whole.bytes() {
        amount = amount.checked_mul(10)?.checked_add(u128::from(digit - b'0'))?;
    }
    let mut amount = amount.checked_mul(DOLLAR)?;
    let mut worth = DOLLAR;
    for digit in decimals.bytes() {
        worth /= 10;
        amount = amount.checked_add(u128::from(digit - b'0') * worth)?;
    }
    Some(amount)
}
