//! Up to where a request is kept in the cache.
//!
//! <https://platform.claude.com/docs/en/build-with-claude/prompt-caching>.

use serde::{Serialize, Serializer};

use super::turn::{Marked, Role, Turn};
use crate::error::ModelError;
use crate::request::{CachePolicy, CacheTtl, Request};

/// The most breakpoints that a request may have.
const BREAKPOINTS: usize = 4;

/// The turns of the user that end in a breakpoint where the conversation is to be kept: the last
/// one, up to which is written, and the one before, up to which the request before this one wrote.
const TURNS: usize = 2;

/// A breakpoint: all that the request holds before it, and its own block, is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CacheControl(pub(super) CacheTtl);

impl Serialize for CacheControl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Wire {
            r#type: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            ttl: Option<&'static str>,
        }
        // Five minutes are the default, and servers that copy this wire know nothing else.
        let ttl = (self.0 > CacheTtl::FiveMinutes).then_some("1h");
        Wire { r#type: "ephemeral", ttl }.serialize(serializer)
    }
}

/// The breakpoints of a request outside of its turns.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Breakpoints {
    pub(super) tools: Option<CacheControl>,
    pub(super) instructions: Option<CacheControl>,
}

impl Breakpoints {
    /// Places the breakpoints that the settings ask for, beside those that the turns hold already.
    ///
    /// Where they are too many, the conversation's oldest are dropped: tools and instructions are
    /// what every request begins with.
    pub(super) fn place(
        request: &Request<'_>,
        has_instructions: bool,
        turns: &mut [Turn<'_>],
    ) -> Result<Self, ModelError> {
        let unset = CachePolicy::default();
        let policy = request.settings.cache.as_ref().unwrap_or(&unset);
        let has_tools = !request.tools.is_empty() || !request.hosted_tools.is_empty();
        let placed = Self {
            tools: policy.tools.filter(|_| has_tools).map(CacheControl),
            instructions: policy.instructions.filter(|_| has_instructions).map(CacheControl),
        };
        if let Some(ttl) = policy.conversation {
            let users = turns.iter_mut().rev().filter(|turn| turn.role == Role::User);
            for last in users.take(TURNS).filter_map(|turn| turn.content.last_mut()) {
                last.mark(ttl);
            }
        }
        let before: Vec<_> = placed.tools.into_iter().chain(placed.instructions).collect();
        let marks = turns.iter_mut().flat_map(|turn| &mut turn.content).map(Marked::mark_mut);
        let mut marks: Vec<_> = marks.filter(|mark| mark.is_some()).collect();
        let surplus = (before.len() + marks.len()).saturating_sub(BREAKPOINTS);
        for mark in marks.drain(..surplus.min(marks.len())) {
            *mark = None;
        }
        let all = before.into_iter().chain(marks.iter().filter_map(|mark| **mark));
        let kept: Vec<CacheTtl> = all.map(|mark| mark.0).collect();
        if kept.is_sorted_by(|earlier, later| earlier >= later) {
            return Ok(placed);
        }
        Err(ModelError::config(
            "a part that is to be kept for an hour comes after one for five minutes, which this \
             wire refuses: tools come first, then instructions, then the conversation",
        ))
    }
}
