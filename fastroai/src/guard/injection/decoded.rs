//! What stands in a text in an encoding.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// No shorter piece holds a sentence.
const SHORTEST: usize = 20;

/// With or without the signs that fill its end, and whatever its last bits are.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);

/// The texts that are encoded in base64 or hex.
pub(super) fn payloads(text: &str) -> impl Iterator<Item = String> {
    let is_coded = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=');
    text.split(move |c: char| !is_coded(c))
        .filter(|piece| piece.len() >= SHORTEST)
        .flat_map(|piece| [of_hex(piece), of_base64(piece)])
        .flatten()
        .filter_map(|bytes| String::from_utf8(bytes).ok())
        .filter(|text| is_a_text(text))
}

fn of_base64(piece: &str) -> Option<Vec<u8>> {
    let piece = piece.trim_matches('=').replace('-', "+").replace('_', "/");
    // One character more than whole groups is none of it.
    let end = piece.len() - usize::from(piece.len() % 4 == 1);
    STANDARD.decode(piece.get(..end)?).ok()
}

fn of_hex(piece: &str) -> Option<Vec<u8>> {
    let digits = piece.strip_prefix("0x").unwrap_or(piece).as_bytes();
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|it| u8::try_from(it).ok());
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// Whether it is made of words.
fn is_a_text(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic() || *c == ' ').count();
    letters * 10 >= text.chars().count() * 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_found_in_base64_and_hex() {
        let found = |text: &str| payloads(text).collect::<Vec<_>>();
        assert_eq!(found("do SGVsbG8gdGhlcmUsIHdvcmxk now"), ["Hello there, world"]);
        assert_eq!(found("do SGVsbG8gdGhlcmUsIHdvcmxkcw== now"), ["Hello there, worlds"]);
        assert_eq!(found("48656c6c6f2074686572652c20776f726c64"), ["Hello there, world"]);
        assert_eq!(found("an-ordinary/path_of/some+length/that/is/none"), [""; 0]);
        assert_eq!(found("deadbeefdeadbeefdeadbeef0123456789ab"), [""; 0]);
    }
}
