//! What was left out of a history from outside.

use std::fmt;

/// Something that was left out of a history from outside: what, and out of which message.
///
/// It shows nothing of what the history said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    message: usize,
    what: &'static str,
}

macro_rules! kinds {
    ($($name:ident $what:literal)*) => {
        impl Dropped {$(
            pub(super) fn $name(message: usize) -> Self {
                Self { message, what: $what }
            }
        )*}
    };
}

kinds! {
    system "a system message"
    unknown_message "a message of an unknown form"
    unknown_part "a part of an unknown form"
    url "media by an address that is not `http` or `https`"
    uploaded_file "a file that was uploaded to a provider"
    cache_point "a mark for the provider's cache"
    reasoning "reasoning, which only its provider may have signed"
    provider_data "something that only its provider may say"
    provenance "who answered, under which id, and what it took"
    unresolved_call "a call of a tool without a result"
    orphan_result "a result without a call of a tool"
    tool_call "a call of a tool"
    tool_result "a result of a tool"
}

impl Dropped {
    /// The place of the message that it stood in, from 0, in what came.
    #[must_use]
    pub fn message(&self) -> usize {
        self.message
    }

    /// What it was, in fixed words.
    #[must_use]
    pub fn what(&self) -> &'static str {
        self.what
    }
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "message {}: {}", self.message, self.what)
    }
}

/// What was left out so far.
#[derive(Default)]
pub(super) struct Report(Vec<Dropped>);

impl Report {
    pub(super) fn note(&mut self, dropped: Dropped) {
        self.0.push(dropped);
    }

    pub(super) fn note_if(&mut self, left_out: bool, at: usize, dropped: fn(usize) -> Dropped) {
        if left_out {
            self.note(dropped(at));
        }
    }

    /// In the order in which it stood.
    pub(super) fn into_dropped(mut self) -> Vec<Dropped> {
        self.0.sort_by_key(Dropped::message);
        self.0
    }
}
