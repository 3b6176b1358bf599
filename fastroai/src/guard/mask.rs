//! Redaction that can be undone: a model reads words, the user reads what they stand for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use regex::Regex;
use serde_json::Value;

use super::check::{Checking, Guard, Looked, Stage, Verdict};
use super::escaped::meant;
use super::json_texts;
use super::redactor::{LONGEST_LABEL, Redactor, replace, texts_of};

/// What a word looks like.
static WORD: LazyLock<Regex> = LazyLock::new(word);

#[expect(clippy::expect_used, reason = "the pattern is a constant, and the tests compile it")]
fn word() -> Regex {
    Regex::new(r"\[[A-Z][A-Z0-9_]*_[0-9]+\]").expect("a pattern that compiles")
}

/// No word is longer, in bytes: a label, a number of up to 20 digits, and what is around them.
const LONGEST: usize = LONGEST_LABEL + 23;

/// Puts words such as `[EMAIL_1]` in place of what a [`Redactor`] finds, and back again.
///
/// One thing has one word for the life of a mask, so that a model can tell two people apart and
/// use a word in its answer or in the arguments of a tool. Keep one mask for a conversation. Clones
/// are the same mask.
///
/// ```
/// use fastroai::guard::{Mask, Redactor};
///
/// let mask = Mask::new(Redactor::standard());
/// let prompt = mask.hide("Write to ada@example.org, and a copy to ada@example.org");
/// assert_eq!(prompt, "Write to [EMAIL_1], and a copy to [EMAIL_1]");
/// assert_eq!(mask.restore("Sent to [EMAIL_1]."), "Sent to ada@example.org.");
/// ```
///
/// # As a guard
///
/// Hung on a run, a mask hides in prompts, in arguments (as one who approves a call may edit them) and in
/// what tools give, and restores what the model would have tools do: the model reads words, and tools work with what they stand for. The answer and the
/// conversation keep the words, so that neither gives anything away where it is stored; restore what
/// the user is shown, with [`restore`](Self::restore), [`restore_json`](Self::restore_json) or
/// [`unmasking`](Self::unmasking). Texts of an earlier conversation are not looked at, as they hold
/// words already. Hung on an agent or a call, it is passed by the runs inside as well; an agent that is
/// a tool is asked in words, and answers in words.
///
/// It is in memory alone: what was stored in its words, a paused run as well, is for this mask to go on with.
///
/// Who can have a model write a word can have a tool be given what it stands for: a mask of one
/// conversation belongs on its calls, and not on a runtime or an agent that serves other users. What a
/// tool makes of it in another form (backwards, in parts, as base64) is not known again.
#[derive(Clone)]
pub struct Mask(Arc<Inner>);

struct Inner {
    redactor: Redactor,
    words: Mutex<Words>,
}

#[derive(Default)]
struct Words {
    /// What each word stands for.
    things: HashMap<String, String>,
    /// The word of each thing, by label and thing.
    of: HashMap<(Arc<str>, String), String>,
    counts: HashMap<Arc<str>, usize>,
}

impl Mask {
    /// A mask that hides what this redactor finds.
    #[must_use]
    pub fn new(mut redactor: Redactor) -> Self {
        // Words that we did not write are hidden too: nobody can ask for what another stands for.
        redactor.add("TEXT", WORD.clone());
        Self(Arc::new(Inner { redactor, words: Mutex::default() }))
    }

    /// The text with words in place of what is found.
    #[must_use]
    pub fn hide(&self, text: &str) -> String {
        self.hide_but(text, false)
    }

    /// The same, where the words that are ours may stay.
    fn hide_but(&self, text: &str, has_words: bool) -> String {
        let mut found = self.0.redactor.find(text);
        if found.is_empty() {
            return text.to_owned();
        }
        let mut words = self.words();
        if has_words {
            found.retain(|one| !words.things.contains_key(&text[one.range.clone()]));
        }
        replace(text, &found, |one, into| {
            into.push_str(words.word(&one.label, &meant(&text[one.range.clone()])));
        })
        .into_owned()
    }

    /// Hides all texts in a JSON value, the names of fields included.
    pub fn hide_json(&self, value: &mut Value) {
        texts_of(value, &mut |text| *text = self.hide(text));
    }

    /// The text with what the words stand for. Words of other masks are left as they are.
    #[must_use]
    pub fn restore(&self, text: &str) -> String {
        let words = self.words();
        WORD.replace_all(text, |word: &regex::Captures<'_>| {
            let word = &word[0];
            words.things.get(word).map_or(word, String::as_str).to_owned()
        })
        .into_owned()
    }

    /// Restores all texts in a JSON value, such as the arguments of a tool.
    pub fn restore_json(&self, value: &mut Value) {
        texts_of(value, &mut |text| {
            if text.contains('[') {
                *text = self.restore(text);
            }
        });
    }

    /// Restores a text that comes in pieces.
    ///
    /// ```
    /// # use fastroai::guard::{Mask, Redactor};
    /// let mask = Mask::new(Redactor::standard());
    /// let _ = mask.hide("ada@example.org");
    /// let mut text = mask.unmasking();
    /// assert_eq!(text.push("To [EMA"), "To ");
    /// assert_eq!(text.push("IL_1] now"), "ada@example.org now");
    /// assert_eq!(text.finish(), "");
    /// ```
    #[must_use]
    pub fn unmasking(&self) -> Unmasking {
        Unmasking { mask: self.clone(), held: String::new() }
    }

    fn words(&self) -> MutexGuard<'_, Words> {
        // An entry is in both tables or in one, whoever panicked: a word without a thing stays a word.
        self.0.words.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hides where the model reads, restores where a tool does.
impl Guard for Mask {
    fn looks_at(&self, stage: Stage) -> bool {
        matches!(stage, Stage::Prompt | Stage::ToolArguments | Stage::ToolResult)
    }

    fn check<'a>(&'a self, text: &'a str, looked: &'a Looked<'a>) -> Checking<'a> {
        // Of arguments the model reads again what who approves a call has put there.
        let has_words = looked.by_model || looked.stage == Stage::ToolArguments;
        let hidden = json_texts::change(text, looked.stage, |text| {
            let hidden = self.hide_but(text, has_words);
            if hidden == text { Cow::Borrowed(text) } else { Cow::Owned(hidden) }
        });
        let verdict = if hidden == text {
            Verdict::Allow
        } else {
            Verdict::replace(hidden.into_owned(), "personal data was masked")
        };
        Box::pin(std::future::ready(Ok(verdict)))
    }

    fn reveal(&self, arguments: &str) -> Option<String> {
        // All else stays as the model wrote it, and guards have seen it: digits, and fields given twice.
        let restored = json_texts::change(arguments, Stage::ToolArguments, |text| {
            let restored = self.restore(text);
            if restored == text { Cow::Borrowed(text) } else { Cow::Owned(restored) }
        });
        match restored {
            Cow::Owned(restored) if json_texts::is_json(arguments, Stage::ToolArguments) => {
                Some(restored)
            }
            _ => None,
        }
    }

    fn handed_down_as(&self) -> Option<usize> {
        Some(Arc::as_ptr(&self.0) as usize)
    }
}

impl Words {
    fn word(&mut self, label: &Arc<str>, thing: &str) -> &str {
        let Self { things, of, counts } = self;
        of.entry((Arc::clone(label), thing.to_owned())).or_insert_with(|| {
            let count = counts.entry(Arc::clone(label)).or_default();
            *count += 1;
            let word = format!("[{label}_{count}]");
            things.insert(word.clone(), thing.to_owned());
            word
        })
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mask").field("words", &self.words().things.len()).finish_non_exhaustive()
    }
}

/// Restores a text that comes in pieces; made by [`Mask::unmasking`].
///
/// A piece that may be the beginning of a word is held back until it is one or is none.
pub struct Unmasking {
    mask: Mask,
    held: String,
}

impl Unmasking {
    /// Takes the next piece, and gives what can be shown by now.
    pub fn push(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        let held = std::mem::take(&mut self.held);
        let open = held.rfind('[').filter(|&at| may_go_on(&held[at..])).unwrap_or(held.len());
        let (ready, rest) = held.split_at(open);
        rest.clone_into(&mut self.held);
        self.mask.restore(ready)
    }

    /// What was held back at the end.
    #[must_use]
    pub fn finish(self) -> String {
        self.mask.restore(&self.held)
    }
}

impl fmt::Debug for Unmasking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unmasking").field("held", &self.held.len()).finish_non_exhaustive()
    }
}

/// Whether this may be the beginning of a word.
fn may_go_on(text: &str) -> bool {
    text.len() < LONGEST
        && text[1..].bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}
