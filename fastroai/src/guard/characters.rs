//! Characters that nobody sees, or that show a text as another than it is.

mod class;
mod escape;

use std::borrow::Cow;

use super::{Checking, Guard, HoldBack, Looked, Verdict, json_texts};

pub use class::CharacterClass;
pub(super) use class::{is_hidden, tagged};

/// What a sequence of characters that belong together is no longer than, in bytes.
const LONGEST: usize = escape::LONGEST + 4;

/// Takes characters out of texts that nobody sees, or that show a text as another than it is.
///
/// All classes of [`CharacterClass`] are taken out; a program may have some of them flagged, blocked
/// or let through. What is legitimate stays: tabs and ends of lines; the joiners between two emojis,
/// and in the scripts that write with them (Arabic and its like, those of India and of its
/// neighbours, Mongolian); one variation selector behind a character that has variants; the tags of
/// the flags of England, Scotland and Wales.
///
/// Bidirectional marks are taken out of Arabic and Hebrew texts as well: letters run from right to
/// left without them, and signs and numbers between the two directions may stand elsewhere. Let
/// [`CharacterClass::Bidi`] through where that matters more.
///
/// It does not see what is written with visible characters: letters of another script that look the
/// same, text in white on white, or an encoding. In a tool's arguments it reads the escapes of JSON.
///
/// ```
/// use fastroai::guard::{Characters, Guard, Looked, Stage, Verdict};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let characters = Characters::stripped();
/// let verdict = characters.check("pay\u{200b}pal\u{202e}", &Looked::at(Stage::Prompt)).await?;
/// let Verdict::Replace { text, .. } = verdict else { panic!("{verdict:?}") };
/// assert_eq!(text, "paypal");
/// # Ok::<(), fastroai::guard::GuardError>(()) }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct Characters {
    actions: [Action; CharacterClass::ALL.len()],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Strip,
    Flag,
    Block,
    Allow,
}

impl Characters {
    /// Takes them all out.
    #[must_use]
    pub const fn stripped() -> Self {
        Self { actions: [Action::Strip; CharacterClass::ALL.len()] }
    }

    /// Flags them all, and changes nothing.
    #[must_use]
    pub const fn flagged() -> Self {
        Self { actions: [Action::Flag; CharacterClass::ALL.len()] }
    }

    /// Blocks texts that have any.
    #[must_use]
    pub const fn blocked() -> Self {
        Self { actions: [Action::Block; CharacterClass::ALL.len()] }
    }

    /// Takes those of this class out.
    #[must_use]
    pub const fn strip(self, class: CharacterClass) -> Self {
        self.with(class, Action::Strip)
    }

    /// Flags texts that have some of this class.
    #[must_use]
    pub const fn flag(self, class: CharacterClass) -> Self {
        self.with(class, Action::Flag)
    }

    /// Blocks texts that have some of this class.
    #[must_use]
    pub const fn block(self, class: CharacterClass) -> Self {
        self.with(class, Action::Block)
    }

    /// Lets those of this class through.
    #[must_use]
    pub const fn allow(self, class: CharacterClass) -> Self {
        self.with(class, Action::Allow)
    }

    const fn with(mut self, class: CharacterClass, action: Action) -> Self {
        self.actions[class as usize] = action;
        self
    }

    /// The text without what is to be taken out, and which classes it has.
    fn sift<'t>(&self, text: &'t str, seen: &mut Seen) -> Cow<'t, str> {
        let mut sifted: Option<String> = None;
        // How far the text is copied.
        let mut copied = 0;
        let mut before = class::Before::default();
        let mut at = 0;
        // Nearly all texts are plain ones.
        while let Some(next) = text[at..].find(class::is_suspect) {
            if let Some(last) = text[at..at + next].chars().next_back() {
                before = class::Before::plain(last);
            }
            at += next;
            let rest = &text[at..];
            let (class, length) = match class::of(rest, before) {
                class::Is::Plain(length) => {
                    if let Some(last) = rest[..length].chars().next_back() {
                        before = before.and(last);
                    }
                    at += length;
                    continue;
                }
                class::Is::Of(class, length) => (class, length),
            };
            seen[class as usize] = true;
            if self.actions[class as usize] == Action::Strip {
                let sifted = sifted.get_or_insert_with(|| String::with_capacity(text.len()));
                sifted.push_str(&text[copied..at]);
                copied = at + length;
            } else {
                before = class::Before::default();
            }
            at += length;
        }
        match sifted {
            None => Cow::Borrowed(text),
            Some(mut sifted) => {
                sifted.push_str(&text[copied..]);
                Cow::Owned(sifted)
            }
        }
    }

    fn verdict(&self, text: &str, looked: &Looked<'_>) -> Verdict {
        let seen = std::cell::Cell::new(Seen::default());
        let sifted = json_texts::change(text, looked.stage, |text| {
            let mut now = seen.get();
            let sifted = self.sift(text, &mut now);
            seen.set(now);
            sifted
        });
        let seen = seen.get();
        let named = |action: Action| {
            let classes = CharacterClass::ALL
                .into_iter()
                .filter(|class| seen[*class as usize] && self.actions[*class as usize] == action);
            classes.map(CharacterClass::as_str).collect::<Vec<_>>().join(", ")
        };
        let blocked = named(Action::Block);
        if !blocked.is_empty() {
            return Verdict::block(format!("it has characters that are not taken: {blocked}"));
        }
        let flagged = named(Action::Flag);
        if let Cow::Owned(sifted) = sifted {
            let mut reason = format!("characters were taken out: {}", named(Action::Strip));
            if !flagged.is_empty() {
                reason.push_str("; it has others: ");
                reason.push_str(&flagged);
            }
            return Verdict::replace(sifted, reason);
        }
        if flagged.is_empty() {
            Verdict::Allow
        } else {
            Verdict::flag(format!("it has characters that nobody sees: {flagged}"))
        }
    }
}

impl Default for Characters {
    fn default() -> Self {
        Self::stripped()
    }
}

/// Which classes a text has.
type Seen = [bool; CharacterClass::ALL.len()];

impl Guard for Characters {
    /// As long as the longest sequence that is taken out as one.
    fn hold_back(&self) -> HoldBack {
        HoldBack::Bytes(LONGEST)
    }

    fn check<'a>(&'a self, text: &'a str, looked: &'a Looked<'a>) -> Checking<'a> {
        Box::pin(async move { Ok(self.verdict(text, looked)) })
    }
}
