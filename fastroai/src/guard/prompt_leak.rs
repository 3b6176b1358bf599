//! Answers that repeat the instructions.

use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use super::{Checking, Guard, HoldBack, Looked, Stage, Verdict, fold, json_texts};

/// How many words in a row are a leak, unless said otherwise.
const WORDS: usize = 12;

/// Blocks answers and arguments of tools that repeat a stretch of the instructions, word for word.
///
/// A stretch is 12 words in a row, unless [`PromptLeak::words`] says otherwise. Case, signs, spaces
/// and characters that nobody sees do not matter; in scripts without spaces each character counts as
/// a word. What an agent is told to say, such as a notice, is let through by [`PromptLeak::except`].
/// It does not find instructions that are translated, encoded, or told in other words. It keeps
/// digests of the words, and not the words.
///
/// ```
/// use fastroai::guard::{Guard, Looked, PromptLeak, Stage, Verdict};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let instructions = "You serve the shop of Ada. Never give a discount of more than ten percent.";
/// let leak = PromptLeak::watch(instructions);
/// let answer = "Sure: never give a discount of MORE than ten percent.";
/// assert_eq!(leak.check(answer, &Looked::at(Stage::Output)).await?, Verdict::Allow);
///
/// let leak = PromptLeak::words(6, instructions);
/// let verdict = leak.check(answer, &Looked::at(Stage::Output)).await?;
/// assert_eq!(verdict, Verdict::block("it repeats the instructions"));
/// # Ok::<(), fastroai::guard::GuardError>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct PromptLeak {
    words: usize,
    hasher: RandomState,
    /// Digests of all stretches of so many words.
    stretches: HashSet<u64>,
    /// How long the longest stretch is, in bytes.
    longest: usize,
}

impl PromptLeak {
    /// Looks for 12 words in a row of these instructions.
    #[must_use]
    pub fn watch(instructions: &str) -> Self {
        Self::words(WORDS, instructions)
    }

    /// Looks for so many words in a row, 1 at least. With few of them, answers that only speak of
    /// the same things are blocked.
    #[must_use]
    pub fn words(words: usize, instructions: &str) -> Self {
        let leak = Self {
            words: words.max(1),
            hasher: RandomState::new(),
            stretches: HashSet::new(),
            longest: 0,
        };
        leak.and(instructions)
    }

    /// Looks for stretches of these, too: of another agent's, or of another version.
    #[must_use]
    pub fn and(mut self, instructions: &str) -> Self {
        let words = self.words_of(instructions);
        for stretch in words.windows(self.words) {
            let bytes = stretch.iter().map(|(_, length)| length + 1).sum();
            self.longest = self.longest.max(bytes);
            self.stretches.insert(digest(stretch));
        }
        self
    }

    /// Lets the stretches of this text through: what the agent is told to say.
    #[must_use]
    pub fn except(mut self, said: &str) -> Self {
        let words = self.words_of(said);
        for stretch in words.windows(self.words) {
            let digest = digest(stretch);
            self.stretches.remove(&digest);
        }
        self
    }

    /// Whether a text repeats a stretch.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        if self.stretches.is_empty() {
            return false;
        }
        let words = self.words_of(text);
        words.windows(self.words).any(|stretch| self.stretches.contains(&digest(stretch)))
    }

    /// The digest of each word, and how many bytes it has.
    fn words_of(&self, text: &str) -> Vec<(u64, usize)> {
        let mut words = Vec::new();
        let (mut word, mut folded) = (String::new(), String::new());
        let mut end = |word: &mut String| {
            if !word.is_empty() {
                words.push((self.hasher.hash_one(word.as_str()), word.len()));
                word.clear();
            }
        };
        for c in text.chars() {
            folded.clear();
            fold::push(c, &mut folded);
            for c in folded.chars() {
                if is_a_word(c) {
                    end(&mut word);
                    word.push(c);
                    end(&mut word);
                } else if c.is_alphanumeric() {
                    word.push(c);
                } else if c != '\'' {
                    end(&mut word);
                }
            }
        }
        end(&mut word);
        words
    }
}

/// The digest of a stretch, of which the order matters; those of the words are good ones already.
fn digest(stretch: &[(u64, usize)]) -> u64 {
    let digests = stretch.iter().map(|(digest, _)| digest);
    digests.fold(0, |all: u64, one| (all.rotate_left(5) ^ one).wrapping_mul(0x0100_0000_01b3))
}

/// Whether a character is of a script that is written without spaces.
const fn is_a_word(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

impl fmt::Debug for PromptLeak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PromptLeak")
            .field("words", &self.words)
            .field("stretches", &self.stretches.len())
            .finish_non_exhaustive()
    }
}

impl Guard for PromptLeak {
    fn looks_at(&self, stage: Stage) -> bool {
        matches!(stage, Stage::Output | Stage::ToolArguments)
    }

    /// Twice the longest stretch: signs may stand between the words.
    fn hold_back(&self) -> HoldBack {
        HoldBack::Bytes(self.longest * 2)
    }

    fn check<'a>(&'a self, text: &'a str, looked: &'a Looked<'a>) -> Checking<'a> {
        Box::pin(async move {
            Ok(if self.is_in(&json_texts::read(text, looked.stage)) {
                Verdict::block("it repeats the instructions")
            } else {
                Verdict::Allow
            })
        })
    }
}
