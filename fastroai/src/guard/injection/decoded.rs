//! What stands in a text in an encoding.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::guard::characters::tagged;

/// No shorter piece holds a sentence.
const SHORTEST: usize = 20;

/// With or without the signs that fill its end, and whatever its last bits are.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);

/// The texts that are encoded in base64, base32, hex, bits or tags, or with percent signs.
pub(super) fn payloads(text: &str) -> impl Iterator<Item = String> {
    let is_coded = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=');
    text.split(move |c: char| !is_coded(c))
        .filter(|piece| piece.len() >= SHORTEST)
        .flat_map(|piece| [of_hex(piece), of_base32(piece), of_base64(piece)])
        .chain([of_bits(text), of_percents(text), of_tags(text)])
        .flatten()
        .filter_map(|bytes| String::from_utf8(bytes).ok())
        .filter(|text| is_a_text(text))
}

/// All groups of 8 bits in a text.
fn of_bits(text: &str) -> Option<Vec<u8>> {
    let groups = text.split(|c: char| !c.is_ascii_alphanumeric());
    let bits =
        groups.filter(|group| group.len() == 8).filter_map(|it| u8::from_str_radix(it, 2).ok());
    let bytes: Vec<u8> = bits.collect();
    (bytes.len() >= SHORTEST).then_some(bytes)
}

/// What is written in tags, as a text of its own.
fn of_tags(text: &str) -> Option<Vec<u8>> {
    let letters: String = text.chars().filter_map(tagged).collect();
    (!letters.is_empty()).then(|| letters.into_bytes())
}

/// The text with what percent signs stand for.
fn of_percents(text: &str) -> Option<Vec<u8>> {
    text.bytes().filter(|byte| *byte == b'%').nth(2)?;
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let code = behind.split_at_checked(2).and_then(|(code, behind)| {
            let code = std::str::from_utf8(code).ok()?;
            Some((u8::from_str_radix(code, 16).ok()?, behind))
        });
        match code {
            Some((code, behind)) if *first == b'%' => {
                bytes.push(code);
                rest = behind;
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    Some(bytes)
}

fn of_base32(piece: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(piece.len() * 5 / 8);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in piece.trim_end_matches('=').bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'2'..=b'7' => digit - b'2' + 26,
            _ => return None,
        };
        bits = bits << 5 | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(bytes)
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
        assert_eq!(found("JBSWY3DPEB2GQZLSMUWCA53POJWGI==="), ["Hello there, world"]);
        assert_eq!(found("a%20b%20c%20d%21"), ["a b c d!"]);
        let bits: Vec<_> = "Hello there, my world".bytes().map(|it| format!("{it:08b}")).collect();
        assert_eq!(found(&bits.join(" ")), ["Hello there, my world"]);
        assert_eq!(found("an-ordinary/path_of/some+length/that/is/none"), [""; 0]);
        assert_eq!(found("deadbeefdeadbeefdeadbeef0123456789ab"), [""; 0]);
    }
}
