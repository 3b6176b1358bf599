//! A redactor on the way in and out.

use std::borrow::Cow;

use super::{Checking, Guard, HoldBack, Looked, Redactor, Verdict, json_texts};

/// How long what is found may be before it is known for what it is: an address, a key up to the
/// signs that tell it.
const LONGEST: usize = 512;

/// Puts words in place of what is found, at all stages; [`At`](super::At) names some of them.
///
/// In a tool's arguments the escapes of JSON are read, and the tool gets the words: where it needs
/// the things themselves, leave that stage out, or use a [`Mask`](super::Mask). Of a streamed answer
/// the last 512 bytes are held back, so that nothing is shown before it is known for what it is;
/// with patterns of the program's own, whose length nobody knows, all of it is.
impl Guard for Redactor {
    fn name(&self) -> &'static str {
        "Redactor"
    }

    fn hold_back(&self) -> HoldBack {
        if self.has_patterns() { HoldBack::All } else { HoldBack::Bytes(LONGEST) }
    }

    fn check<'a>(&'a self, text: &'a str, looked: &'a Looked<'a>) -> Checking<'a> {
        Box::pin(async move {
            Ok(match json_texts::change(text, looked.stage, |text| self.redact(text)) {
                Cow::Borrowed(_) => Verdict::Allow,
                Cow::Owned(text) => {
                    Verdict::replace(text, "personal data or secrets were redacted")
                }
            })
        })
    }
}
