//! Reads a streamed reply.
//!
//! Events: <https://platform.claude.com/docs/en/build-with-claude/streaming>.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::block::{Added, Block, Piece};
use super::decode::{Head, unread};
use super::error;
use super::fields::Fields;
use crate::error::{ModelError, ProtocolFault, ProviderFault};
use crate::protocol::{EventDecoder, Progress};
use crate::response::Response;
use crate::stream::Delta;
use crate::usage::Usage;

/// A streamed reply, as far as it has come.
#[expect(clippy::struct_excessive_bools, reason = "each is news of its own")]
#[derive(Debug, Clone, Default)]
pub(super) struct Decoder {
    provider: Cow<'static, str>,
    head: Head,
    blocks: Vec<Slot>,
    calls: usize,
    /// The reply's beginning was seen.
    begun: bool,
    /// The terminal event was seen.
    complete: bool,
    /// What did not come in pieces was passed on.
    settled: bool,
    /// Counts have come that nobody has asked for yet.
    counted: bool,
}

/// A block and its place in the reply, which is not always the order of arrival.
#[derive(Debug, Clone)]
struct Slot {
    index: u64,
    block: Block,
    /// The place among the calls, where it is one.
    call: usize,
    stopped: bool,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Cow<'a, str>,
    #[serde(default)]
    index: u64,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    content_block: Option<&'a RawValue>,
    #[serde(borrow)]
    delta: Option<&'a RawValue>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

impl EventDecoder for Decoder {
    fn event(
        &mut self,
        name: &str,
        data: &str,
        out: &mut Vec<Delta>,
    ) -> Result<Progress, ModelError> {
        let data = data.trim();
        if data == "[DONE]" {
            self.complete |= self.begun;
            self.settle(out);
            return Ok(Progress::Complete);
        }
        if data.is_empty() || name == "ping" {
            return Ok(Progress::More);
        }
        let event: Event<'_> = match serde_json::from_str(data) {
            Ok(event) => event,
            Err(_) if name == "error" => {
                return Err(self.keep(error::of_text(data, ProviderFault::Other)));
            }
            Err(error) => return Err(self.bad("an event is not what it should be", &error)),
        };
        let kind = if event.kind.is_empty() { name } else { &event.kind };
        match kind {
            "message_start" => self.begin(event.message)?,
            "content_block_start" => self.start(event.index, event.content_block, out)?,
            "content_block_delta" => self.add(event.index, event.delta, out)?,
            "content_block_stop" => {
                if let Some(slot) = self.slot(event.index) {
                    slot.stopped = true;
                }
            }
            "message_delta" => {
                self.begun = true;
                if let Some(delta) = event.delta {
                    let fields = Fields::parse(delta.get())
                        .map_err(|error| self.bad("the end of the reply is no object", &error))?;
                    self.head.end(&fields);
                }
                if let Some(usage) = event.usage {
                    self.head.usage.merge(usage.get());
                    self.counted = true;
                }
                // Some servers end here, without the terminal event.
                if self.head.has_ended() {
                    self.settle(out);
                }
            }
            "message_stop" => {
                self.complete = true;
                self.settle(out);
                return Ok(Progress::Complete);
            }
            "error" => return Err(self.failed(data)),
            _ if event.error.is_some() => return Err(self.failed(data)),
            // A kind that came later than this code: the wire's rule is to pass over it.
            _ => {}
        }
        Ok(Progress::More)
    }

    fn counted(&mut self) -> Option<Usage> {
        std::mem::take(&mut self.counted).then(|| self.head.usage.usage())
    }

    fn partial(&self) -> Option<Response> {
        let arrived = self.begun || !self.blocks.is_empty();
        arrived.then(|| {
            let mut response = self.clone().response();
            response.interrupted = true;
            response
        })
    }

    fn finish(self: Box<Self>) -> Result<Response, ModelError> {
        if self.complete || self.head.has_ended() {
            return Ok(self.response());
        }
        Err(self.keep(ModelError::protocol(
            ProtocolFault::Truncated,
            "the stream ended before the reply did",
        )))
    }
}

impl Decoder {
    /// A reader for a reply of this provider.
    pub(super) fn new(provider: Cow<'static, str>) -> Self {
        Self { provider, ..Self::default() }
    }

    fn begin(&mut self, message: Option<&RawValue>) -> Result<(), ModelError> {
        self.begun = true;
        let Some(message) = message else { return Ok(()) };
        let message = Fields::parse(message.get())
            .map_err(|error| self.bad("the beginning of the reply is no object", &error))?;
        self.head.begin(&message);
        if let Some(usage) = message.json("usage") {
            self.head.usage.merge(usage);
            self.counted = true;
        }
        Ok(())
    }

    fn start(
        &mut self,
        index: u64,
        block: Option<&RawValue>,
        out: &mut Vec<Delta>,
    ) -> Result<(), ModelError> {
        let json = block.map_or("{}", RawValue::get);
        let block = Block::parse(json)
            .map_err(|error| self.bad("the beginning of a block is no object", &error))?;
        let again = |slot: &mut Slot| !slot.stopped && slot.block.repeats(&block);
        if self.slot(index).is_some_and(again) {
            return Ok(());
        }
        match &block {
            Block::Text { text, .. } if !text.is_empty() => out.push(Delta::Text(text.clone())),
            Block::Thinking { text, .. } if !text.is_empty() => {
                out.push(Delta::Reasoning(text.clone()));
            }
            Block::ToolUse(call) => {
                out.push(Delta::ToolCall { index: self.calls, name: call.name.clone() });
            }
            _ => {}
        }
        let call = self.calls;
        self.calls += usize::from(matches!(block, Block::ToolUse(_)));
        self.blocks.push(Slot { index, block, call, stopped: false });
        Ok(())
    }

    fn add(
        &mut self,
        index: u64,
        delta: Option<&RawValue>,
        out: &mut Vec<Delta>,
    ) -> Result<(), ModelError> {
        let json = delta.map_or("{}", RawValue::get);
        let piece = Piece::parse(json)
            .map_err(|error| self.bad("a piece of a block is not what it should be", &error))?;
        if self.slot(index).is_none() {
            match Block::implied_by(&piece) {
                Some(block) => {
                    self.blocks.push(Slot { index, block, call: 0, stopped: false });
                }
                None if piece.is_input() => {
                    return Err(self.keep(ModelError::protocol(
                        ProtocolFault::BadEvent,
                        "a piece of a tool call came before the call",
                    )));
                }
                None => return Ok(()),
            }
        }
        let Some(slot) = self.slot(index) else { return Ok(()) };
        let call = slot.call;
        match slot.block.add(piece, json) {
            Added::Text(text) if !text.is_empty() => out.push(Delta::Text(text)),
            Added::Reasoning(text) if !text.is_empty() => out.push(Delta::Reasoning(text)),
            Added::Arguments(fragment) if !fragment.is_empty() => {
                out.push(Delta::Arguments { index: call, fragment });
            }
            _ => {}
        }
        Ok(())
    }

    /// Passes on what did not come in pieces: arguments given at once, and a refusal.
    fn settle(&mut self, out: &mut Vec<Delta>) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        out.extend(self.head.refusal().map(|text| Delta::Refusal(text.to_owned())));
        let last = self.blocks.iter().map(|slot| slot.index).max();
        for slot in &self.blocks {
            if let Block::ToolUse(call) = &slot.block {
                let fragment = call.rest(self.head.is_cut() && Some(slot.index) == last);
                if !fragment.is_empty() {
                    out.push(Delta::Arguments { index: slot.call, fragment });
                }
            }
        }
    }

    /// The latest block of this index: a server may use one again.
    fn slot(&mut self, index: u64) -> Option<&mut Slot> {
        self.blocks.iter_mut().rfind(|slot| slot.index == index)
    }

    fn response(mut self) -> Response {
        self.blocks.sort_by_key(|slot| slot.index);
        let blocks = self.blocks.into_iter().map(|slot| slot.block).collect();
        let cut = self.head.is_cut() || !(self.complete || self.head.has_ended());
        self.head.response(&self.provider, blocks, cut)
    }

    fn failed(&self, data: &str) -> ModelError {
        match Fields::parse(data) {
            Ok(fields) => self.keep(error::of_reply(&fields)),
            Err(error) => self.bad("an event is not what it should be", &error),
        }
    }

    fn bad(&self, message: &str, error: &serde_json::Error) -> ModelError {
        self.keep(unread(ProtocolFault::BadEvent, message, error))
    }

    /// Adds to an error what had arrived before it: it may have been paid for.
    fn keep(&self, error: ModelError) -> ModelError {
        match self.partial() {
            Some(partial) => error.with_partial(partial),
            None => error,
        }
    }
}
