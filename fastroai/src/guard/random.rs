//! What nobody can guess.

use uuid::Uuid;

/// Letters and digits that are not taken for each other.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// So many characters with 5 random bits each.
pub(super) fn token(length: usize) -> String {
    let mut token = String::with_capacity(length + 6);
    while token.len() < length {
        // The last 32 bits are random in each id, whatever the time and the counter are.
        let mut bits = Uuid::now_v7().as_u128();
        for _ in 0..6 {
            let index = usize::try_from(bits & 31).unwrap_or_default();
            token.extend(ALPHABET.get(index).map(|letter| char::from(*letter)));
            bits >>= 5;
        }
    }
    token.truncate(length);
    token
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_tokens_are_alike() {
        let tokens: Vec<String> = (0..1_000).map(|_| token(24)).collect();
        let distinct: std::collections::BTreeSet<_> = tokens.iter().map(|it| &it[..12]).collect();
        assert_eq!(distinct.len(), 1_000);
        assert!(tokens.iter().all(|token| token.len() == 24));
    }
}
