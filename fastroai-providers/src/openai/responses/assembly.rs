//! A reply, put together from its output: all at once, or event by event.

use std::borrow::Cow;

use serde_json::Value;
use serde_json::value::RawValue;

use super::item::{Item, Kind, Target};
use super::object::{Object, text};
use super::usage;
use super::wire::Reply;
use crate::response::{FinishReason, Part, Response};
use crate::stream::Delta;
use crate::usage::Usage;

/// A reply in the making.
#[derive(Clone)]
pub(super) struct Assembly {
    provider: Cow<'static, str>,
    id: String,
    model: String,
    service_tier: String,
    status: String,
    incomplete: String,
    usage: Usage,
    /// The provider keeps the reply.
    stored: bool,
    /// It is made in the background.
    background: bool,
    slots: Vec<Slot>,
    /// How many calls were told of.
    calls: usize,
}

/// An item and its place.
#[derive(Clone)]
struct Slot {
    index: u64,
    id: String,
    item: Item,
    finished: bool,
}

/// Where an event says that an item stands. Servers leave out one or the other, and some change
/// the id from event to event.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) index: Option<u64>,
    pub(super) id: &'a str,
}

impl Slot {
    fn is(&self, id: &str) -> bool {
        !id.is_empty() && (self.id == id || matches!(&self.item, Item::Call(c) if c.id() == id))
    }

    /// Whether nothing speaks against its being the call of this id, if it is one.
    fn may_be(&self, call_id: &str) -> bool {
        match &self.item {
            Item::Call(call) => call.id().is_empty() || call_id.is_empty() || call.id() == call_id,
            _ => true,
        }
    }
}

impl Assembly {
    pub(super) fn new(provider: Cow<'static, str>) -> Self {
        Self {
            provider,
            id: String::new(),
            model: String::new(),
            service_tier: String::new(),
            status: String::new(),
            incomplete: String::new(),
            usage: Usage::default(),
            stored: false,
            background: false,
            slots: Vec::new(),
            calls: 0,
        }
    }

    /// Takes what stands around the output.
    pub(super) fn take_frame(&mut self, reply: &Reply<'_>) {
        let reason = reply.incomplete_details.map(|raw| Object::of(raw).text("reason"));
        for (mine, theirs) in [
            (&mut self.id, text(reply.id)),
            (&mut self.model, text(reply.model)),
            (&mut self.service_tier, text(reply.service_tier)),
            (&mut self.status, text(reply.status)),
            (&mut self.incomplete, reason),
        ] {
            if let Some(theirs) = theirs.filter(|theirs| !theirs.is_empty()) {
                *mine = theirs.into_owned();
            }
        }
        if let Some(raw) = reply.usage {
            self.usage = usage::read(raw);
        }
        for (mine, theirs) in
            [(&mut self.stored, reply.store), (&mut self.background, reply.background)]
        {
            *mine = theirs.map_or(*mine, |raw| raw.get() == "true");
        }
    }

    /// The id of the reply, where it is made in the background.
    pub(super) fn background_id(&self) -> Option<&str> {
        (self.background && !self.id.is_empty()).then_some(&self.id)
    }

    /// Whether the reply has failed.
    pub(super) fn has_failed(&self) -> bool {
        self.status == "failed"
    }

    /// Ends the reply with the status that an event stands for, where it names none that ends it.
    pub(super) fn end(&mut self, status: &str, out: &mut Vec<Delta>) {
        if matches!(&*self.status, "" | "queued" | "in_progress") {
            status.clone_into(&mut self.status);
        }
        self.tell(true, out);
    }

    /// Takes the items of a finished output.
    pub(super) fn take_output(&mut self, output: &[&RawValue], out: &mut Vec<Delta>) {
        let streamed = !self.slots.is_empty();
        let mut taken = vec![false; self.slots.len()];
        for (index, json) in (0..).zip(output) {
            let item = Object::of(json);
            let kind = Kind::of(&item);
            let known = if streamed { self.known(index, kind, &item, &taken) } else { None };
            let at = known.unwrap_or_else(|| {
                let at = self.insert(index, kind);
                taken.insert(at, false);
                at
            });
            if let Some(taken) = taken.get_mut(at) {
                *taken = true;
            }
            self.take_at(at, &item, json, true, out);
        }
        self.tell(false, out);
    }

    /// The item of the stream that an item of the finished output is, if it was in the stream: the
    /// one of its id, or, since ids may change, the one in its place.
    fn known(&self, index: u64, kind: Kind, item: &Object<'_>, taken: &[bool]) -> Option<usize> {
        let (id, call_id) = (item.text("id"), item.text("call_id"));
        let place = |fits: &dyn Fn(&Slot) -> bool| {
            self.slots
                .iter()
                .zip(taken)
                .position(|(slot, taken)| !taken && slot.item.kind() == kind && fits(slot))
        };
        place(&|slot| slot.is(&id) || slot.is(&call_id))
            .or_else(|| place(&|slot| slot.index == index && slot.may_be(&call_id)))
    }

    /// Takes a version of an item: its beginning, or, `finished`, all of it.
    pub(super) fn take_item(
        &mut self,
        index: Option<u64>,
        json: &RawValue,
        finished: bool,
        out: &mut Vec<Delta>,
    ) {
        let item = Object::of(json);
        let kind = Kind::of(&item);
        let (id, call_id) = (item.text("id"), item.text("call_id"));
        let name = if id.is_empty() { &call_id } else { &id };
        let known = self.find(kind, Place { index, id: name }).filter(|at| {
            self.slots.get(*at).is_some_and(|slot| {
                // A server that numbers all items alike begins another one.
                let another = !finished && slot.finished && !id.is_empty() && !slot.is(&id);
                slot.may_be(&call_id) && !another
            })
        });
        let at = known.unwrap_or_else(|| {
            let index = index.unwrap_or(self.slots.len() as u64);
            self.insert(index, kind)
        });
        self.take_at(at, &item, json, finished, out);
        self.tell(false, out);
    }

    /// Changes the item that a piece belongs to, or begins one whose beginning was not sent.
    pub(super) fn change(
        &mut self,
        place: Place<'_>,
        target: Target,
        out: &mut Vec<Delta>,
        change: impl FnOnce(&mut Item, &mut Vec<Delta>),
    ) {
        let kind = target.kind();
        let at = self.find(kind, place).unwrap_or_else(|| {
            let at = self.insert(place.index.unwrap_or(self.slots.len() as u64), kind);
            if let Some(slot) = self.slots.get_mut(at) {
                place.id.clone_into(&mut slot.id);
            }
            at
        });
        if let Some(slot) = self.slots.get_mut(at) {
            change(&mut slot.item, out);
        }
        self.tell(false, out);
    }

    fn take_at(
        &mut self,
        at: usize,
        item: &Object<'_>,
        json: &RawValue,
        finished: bool,
        out: &mut Vec<Delta>,
    ) {
        if let Some(slot) = self.slots.get_mut(at)
            // The beginning of an item that is finished is an event that was sent again.
            && (finished || !slot.finished)
        {
            let id = item.text("id");
            if !id.is_empty() {
                slot.id = id.into_owned();
            }
            slot.finished |= finished;
            slot.item.take(item, json, finished, out);
        }
    }

    /// The latest item of this kind at a place.
    fn find(&self, kind: Kind, place: Place<'_>) -> Option<usize> {
        let at = |fits: &dyn Fn(&Slot) -> bool| {
            self.slots.iter().rposition(|slot| slot.item.kind() == kind && fits(slot))
        };
        match place {
            Place { index: Some(index), .. } => at(&|slot| slot.index == index),
            Place { id: "", .. } => at(&|slot| !slot.finished),
            Place { id, .. } => at(&|slot| slot.is(id)),
        }
    }

    /// Makes room for an item where its index puts it; a call comes after all calls that are there,
    /// since their places were told.
    fn insert(&mut self, index: u64, kind: Kind) -> usize {
        let before = |slot: &Slot| {
            slot.index <= index || (kind == Kind::Call && slot.item.kind() == Kind::Call)
        };
        let at = self.slots.iter().rposition(before).map_or(0, |at| at + 1);
        let slot = Slot { index, id: String::new(), item: kind.empty(), finished: false };
        self.slots.insert(at, slot);
        at
    }

    /// Tells what is new of the calls, in their order.
    fn tell(&mut self, ended: bool, out: &mut Vec<Delta>) {
        for slot in &mut self.slots {
            if let Item::Call(call) = &mut slot.item
                && !call.tell(&mut self.calls, ended, out)
            {
                return;
            }
        }
    }

    /// The reply as it stands; one that has not `ended` gives no reason for it.
    pub(super) fn into_response(self, ended: bool) -> Response {
        let provider = self.provider;
        let parts: Vec<Part> =
            self.slots.into_iter().flat_map(|slot| slot.item.into_parts(&provider)).collect();
        let unfinished = matches!(&*self.status, "queued" | "in_progress") && !self.id.is_empty();
        let finish_reason = if ended && unfinished && (self.background || parts.is_empty()) {
            FinishReason::Pending
        } else if ended {
            finish_reason(&self.status, &self.incomplete, &parts)
        } else {
            FinishReason::Unknown
        };
        let mut usage = self.usage;
        usage.web_searches = searches(&parts, "web_search_call");
        usage.file_searches = searches(&parts, "file_search_call");
        Response {
            parts,
            finish_reason,
            finish_reason_raw: Some(self.status.clone()).filter(|word| ended && !word.is_empty()),
            usage,
            model: Some(self.model).filter(|model| !model.is_empty()),
            service_tier: Some(self.service_tier).filter(|tier| !tier.is_empty()),
            stored: self.stored && !self.id.is_empty(),
            id: Some(self.id).filter(|id| !id.is_empty()),
            interrupted: !ended || self.status == "cancelled",
            ..Response::default()
        }
    }
}

/// How many searches the items of a reply tell of: the usage does not count them. To open a page, or
/// to look for something in it, is no search of its own:
/// <https://developers.openai.com/api/docs/guides/tools-web-search>.
fn searches(parts: &[Part], kind: &str) -> Option<u64> {
    let is_search = |raw: &Value| {
        let action = raw.get("action").and_then(|action| action.get("type"));
        raw.get("type").is_some_and(|it| it == kind) && action.is_none_or(|it| it == "search")
    };
    let found =
        parts.iter().filter(|part| matches!(part, Part::Provider { raw, .. } if is_search(raw)));
    u64::try_from(found.count()).ok().filter(|count| *count > 0)
}

/// The neutral reason for an ending.
fn finish_reason(status: &str, incomplete: &str, parts: &[Part]) -> FinishReason {
    let any = |is: fn(&Part) -> bool| parts.iter().any(is);
    match (status, incomplete) {
        ("completed" | "", _) if any(|part| matches!(part, Part::ToolCall(_))) => {
            FinishReason::ToolCalls
        }
        ("completed", _) if any(|part| matches!(part, Part::Refusal { .. })) => {
            FinishReason::Refusal
        }
        ("completed", _) => FinishReason::Stop,
        ("", _) => FinishReason::Unknown,
        ("incomplete", "max_output_tokens") => FinishReason::Length,
        ("incomplete", "content_filter") => FinishReason::ContentFilter,
        ("incomplete", reason) if !reason.is_empty() => FinishReason::Other(reason.to_owned()),
        (other, _) => FinishReason::Other(other.to_owned()),
    }
}
