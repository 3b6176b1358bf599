//! A streamed reply on its way to a watcher, held back until guards have looked at it.

use std::borrow::Cow;

use fastroai_providers::Delta;

use super::Run;
use super::arrived::Arrived;
use super::guarded::{Held, Noted, Replaced, plain};
use crate::beginning::beginning;
use crate::guard::{Looked, Stage};

/// What has come of a reply, and what of it was shown.
#[derive(Default)]
pub(super) struct HeldBack {
    /// How many bytes have to follow what is shown; `None` where all is held back.
    window: Option<usize>,
    pub(super) text: Channel,
    /// The calls that hand in an answer, by their places.
    calls: Vec<(usize, Channel)>,
}

/// One text of a reply.
#[derive(Default)]
pub(super) struct Channel {
    all: String,
    /// How much of it there was when guards were asked last.
    asked: usize,
    shown: String,
    pub(super) noted: Noted,
    /// The guard that put another text in its place.
    replaced_by: Option<String>,
}

/// The most new bytes that guards are not asked about, where more could be shown.
const STEP: usize = 256;

/// Guards look at all of a text: to ask at every word would take time that grows with the square of
/// its length.
const GROWTH: usize = 32;

impl HeldBack {
    /// A new reply begins.
    pub(super) fn clear(&mut self) {
        *self = Self { window: self.window, ..Self::default() };
    }

    /// The text of the call at this place.
    pub(super) fn call(&mut self, index: usize) -> &mut Channel {
        let begun = self.calls.iter().position(|(call, _)| *call == index);
        let place = begun.unwrap_or_else(|| {
            self.calls.push((index, Channel::default()));
            self.calls.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "it was found or pushed")]
        &mut self.calls[place].1
    }
}

impl Channel {
    /// What a watcher was shown of it.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether enough is new to ask about, and more than has to be held back.
    fn is_due(&self, window: usize) -> bool {
        let step = (window / 2).clamp(1, STEP).max(self.all.len() / GROWTH);
        self.all.len() > window && self.all.len() - self.asked >= step
    }
}

impl Run<'_, '_> {
    /// What holds a reply back that is streamed; nothing, where no guard looks at answers.
    pub(super) fn hold_back(&self) -> Option<Box<HeldBack>> {
        if !self.sink.is_streaming() || !self.guarded.look_at(Stage::Output) {
            return None;
        }
        Some(Box::new(HeldBack { window: self.guarded.window(), ..HeldBack::default() }))
    }

    /// Shows a piece of a reply, once guards have looked at it.
    ///
    /// Reasoning is not looked at and goes back to its provider unchanged: it is not shown at all
    /// then.
    pub(super) async fn show(&self, delta: Delta, arrived: &mut Arrived) -> Result<(), Held> {
        let Some(held) = &mut arrived.held else {
            self.sink.delta(delta, self);
            return Ok(());
        };
        let is_typed = self.check.shape().is_some();
        match delta {
            Delta::Reasoning(_) => Ok(()),
            Delta::Text(text) => {
                held.text.all.push_str(&text);
                self.let_out(&mut held.text, held.window, is_typed, Delta::Text).await
            }
            Delta::ToolCall { index, name } => {
                if self.spec.output_tool(&name).is_some() {
                    held.call(index);
                }
                self.sink.delta(Delta::ToolCall { index, name }, self);
                Ok(())
            }
            Delta::Arguments { index, fragment } => {
                let window = held.window;
                let begun = held.calls.iter_mut().find(|(call, _)| *call == index);
                let Some((_, channel)) = begun else { return Ok(()) };
                channel.all.push_str(&fragment);
                let delta = |fragment| Delta::Arguments { index, fragment };
                self.let_out(channel, window, true, delta).await
            }
            other => {
                self.sink.delta(other, self);
                Ok(())
            }
        }
    }

    /// Has guards look at what has come of a text, where it is time to, and shows what is settled.
    async fn let_out(
        &self,
        channel: &mut Channel,
        window: Option<usize>,
        is_json: bool,
        delta: impl Fn(String) -> Delta,
    ) -> Result<(), Held> {
        let Some(window) = window.filter(|window| channel.is_due(*window)) else { return Ok(()) };
        channel.asked = channel.all.len();
        let all = std::mem::take(&mut channel.all);
        let given = if is_json { plain(&all, true) } else { Cow::Borrowed(all.as_str()) };
        let mut looked = self.looked(Stage::Output, None);
        looked.partial = true;
        let replaced = Box::pin(self.look(&looked, &given, &mut channel.noted)).await?;
        let settled = match &replaced {
            Some(replaced) if !is_kept(&given, &replaced.text, window) => {
                // What stands for the window may be longer than that: what is made without it is not
                // made of it.
                let sure = head(&given, window);
                let made = Box::pin(self.look(&looked, sure, &mut channel.noted)).await?;
                let made = made.as_ref().map_or(sure, |made| &made.text);
                alike(&replaced.text, made).min(head(&replaced.text, window).len())
            }
            Some(replaced) => head(&replaced.text, window).len(),
            None => head(&given, window).len(),
        };
        self.show_up_to(channel, &looked, &given, replaced.as_ref(), settled, delta)?;
        channel.all = all;
        Ok(())
    }

    /// Shows what is left of a text that is all there, and has passed.
    pub(super) fn show_rest(
        &self,
        channel: &mut Channel,
        looked: &Looked<'_>,
        given: &str,
        replaced: Option<&Replaced>,
        delta: impl Fn(String) -> Delta,
    ) -> Result<(), Held> {
        self.show_up_to(channel, looked, given, replaced, usize::MAX, delta)
    }

    /// Shows a text that has passed up to this byte. What was shown of it cannot be taken back.
    fn show_up_to(
        &self,
        channel: &mut Channel,
        looked: &Looked<'_>,
        given: &str,
        replaced: Option<&Replaced>,
        end: usize,
        delta: impl Fn(String) -> Delta,
    ) -> Result<(), Held> {
        let passed = replaced.map_or(given, |replaced| replaced.text.as_str());
        if let Some(replaced) = replaced {
            channel.replaced_by = Some(replaced.by.clone());
        }
        if !passed.starts_with(&channel.shown) {
            return match channel.replaced_by.clone() {
                Some(guard) => {
                    let reason = "it would have other words than were shown already";
                    Err(self.block(guard, looked, reason.into()))
                }
                // The whole reply says something else than its pieces did.
                None => Ok(()),
            };
        }
        let more = passed.get(channel.shown.len()..end.min(passed.len())).unwrap_or_default();
        if !more.is_empty() {
            channel.shown.push_str(more);
            self.sink.delta(delta(more.to_owned()), self);
        }
        Ok(())
    }
}

/// A text without this many bytes at its end.
fn head(text: &str, window: usize) -> &str {
    beginning(text, text.len().saturating_sub(window))
}

/// Whether another text ends in the same bytes, as many as the window has.
fn is_kept(text: &str, other: &str, window: usize) -> bool {
    let ends = text.bytes().rev().zip(other.bytes().rev());
    ends.take_while(|(ours, theirs)| ours == theirs).take(window).count() == window
}

/// How many bytes two texts begin alike with, to the end of a character.
fn alike(text: &str, other: &str) -> usize {
    let letters = text.chars().zip(other.chars()).take_while(|(ours, theirs)| ours == theirs);
    letters.map(|(letter, _)| letter.len_utf8()).sum()
}
