//! Check digits.

/// Luhn's: every second digit from the right is doubled.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| {
            let value = u32::from(digit) * if place % 2 == 1 { 2 } else { 1 };
            if value > 9 { value - 9 } else { value }
        })
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// The remainder of a long number; letters count from 10 as in ISO 7064.
pub(super) fn remainder(characters: impl IntoIterator<Item = char>, modulus: u32) -> Option<u32> {
    characters.into_iter().try_fold(0, |remainder, character| {
        let value = character.to_digit(36)?;
        let shift = if value > 9 { 100 } else { 10 };
        Some((remainder * shift + value) % modulus)
    })
}

/// The sum of the digits, each by the weight of its place.
pub(super) fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(&digit, weight)| u32::from(digit) * weight).sum()
}

/// Verhoeff's, in the dihedral group of ten.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    const TURN: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let product = |left: u8, right: u8| match (left < 5, right < 5) {
        (true, true) => (left + right) % 5,
        (true, false) => (left + right - 5) % 5 + 5,
        (false, true) => (left - right) % 5 + 5,
        (false, false) => (left + 5 - right) % 5,
    };
    let turned = |digit: u8, times: usize| {
        (0..times % 8).fold(digit, |digit, _| TURN[usize::from(digit % 10)])
    };
    let check = digits
        .iter()
        .rev()
        .enumerate()
        .fold(0, |check, (place, &digit)| product(check, turned(digit, place)));
    !digits.is_empty() && check == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().map(|digit| digit - b'0').collect()
    }

    #[test]
    fn each_catches_every_wrong_digit() {
        let luhn_holds = digits("79927398713");
        let verhoeff_holds = digits("2363");
        assert!(luhn(&luhn_holds));
        assert!(verhoeff(&verhoeff_holds), "236 has the check digit 3");
        for (check, right) in [(luhn as fn(&[u8]) -> bool, luhn_holds), (verhoeff, verhoeff_holds)]
        {
            for place in 0..right.len() {
                for digit in (0..10).filter(|digit| *digit != right[place]) {
                    let mut wrong = right.clone();
                    wrong[place] = digit;
                    assert!(!check(&wrong), "{wrong:?}");
                }
            }
        }
    }

    #[test]
    fn verhoeff_catches_neighbours_that_changed_places() {
        let right = digits("2363");
        for place in 0..right.len() - 1 {
            let mut wrong = right.clone();
            wrong.swap(place, place + 1);
            assert!(wrong == right || !verhoeff(&wrong), "{wrong:?}");
        }
    }

    #[test]
    fn a_long_number_has_the_remainder_of_its_value() {
        assert_eq!(remainder("1234567890".chars(), 97), Some(1_234_567_890 % 97));
        assert_eq!(remainder("1A".chars(), 97), Some(110 % 97));
        assert_eq!(remainder("1-2".chars(), 97), None);
    }
}
