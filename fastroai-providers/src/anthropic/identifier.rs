//! Names and ids of tools in the letters that the wire takes: `^[a-zA-Z0-9_-]+$`.

use std::borrow::Cow;

/// The longest name that the wire takes.
const NAME_LIMIT: usize = 64;

fn fits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(letter)
}

fn letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

/// An id as the wire takes it: the same for the same id, and another for another.
pub(super) fn id(id: &str) -> Cow<'_, str> {
    if fits(id) {
        return Cow::Borrowed(id);
    }
    // Two ids may differ only in what is replaced, so a digest (FNV-1a) of the whole tells them
    // apart; it must be the same in every process, as histories are stored.
    let digest = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    Cow::Owned(format!("{}_{digest:016x}", plain(id)))
}

/// A name as the wire takes it; models may have called tools by names that it does not.
pub(super) fn name(name: &str) -> Cow<'_, str> {
    if fits(name) && name.len() <= NAME_LIMIT {
        return Cow::Borrowed(name);
    }
    let mut name = plain(name);
    name.truncate(NAME_LIMIT);
    if name.is_empty() {
        name.push('_');
    }
    Cow::Owned(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_that_fit_stay_and_others_stay_apart() {
        assert_eq!(id("toolu_01-A"), "toolu_01-A");
        assert_ne!(id("call:1"), id("call.1"));
        assert_eq!(name("functions.weather"), "functions_weather");
        assert_eq!(name(""), "_");
    }

    proptest! {
        #[test]
        fn every_id_and_name_becomes_one_that_fits(text in ".*") {
            prop_assert!(fits(&id(&text)));
            prop_assert_eq!(id(&text), id(&text));
            prop_assert!(fits(&name(&text)) && name(&text).len() <= NAME_LIMIT);
        }
    }
}
