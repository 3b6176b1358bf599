//! All guards that a text passes.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::{Checking, Guard, HoldBack, Looked, Stage};
use crate::called;

/// Guards in their order. Where there are none, nothing is allocated.
#[derive(Clone, Default)]
pub(crate) struct Guards(Option<Arc<[Arc<dyn Guard>]>>);

impl Guards {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<dyn Guard>> {
        self.0.iter().flat_map(|guards| guards.iter())
    }

    pub(crate) fn push(&mut self, guard: Arc<dyn Guard>) {
        if !self.iter().any(|mine| is_same(mine, &guard)) {
            self.0 = Some(self.iter().cloned().chain([guard]).collect());
        }
    }

    /// These and the others, each once.
    pub(crate) fn and(&self, others: &Self) -> Self {
        if others.is_empty() {
            return self.clone();
        }
        if self.is_empty() {
            return others.clone();
        }
        let is_new = |other: &&Arc<dyn Guard>| !self.iter().any(|mine| is_same(mine, other));
        Self(Some(self.iter().chain(others.iter().filter(is_new)).cloned().collect()))
    }

    /// Whether one of them looks at texts of this kind; one that panics when it is asked does.
    pub(crate) fn look_at(&self, stage: Stage) -> bool {
        self.iter().any(|guard| looks_at(&**guard, stage))
    }

    /// Those that runs inside pass as well, wherever they hang.
    pub(crate) fn handed_down(&self) -> Self {
        if !self.iter().any(|guard| handed_down_as(&**guard).is_some()) {
            return Self::default();
        }
        let down = self.iter().filter(|guard| handed_down_as(&***guard).is_some());
        Self(Some(down.cloned().collect()))
    }

    /// What a tool is given in place of these arguments: the guard that hid last restores first.
    pub(crate) fn reveal(&self, arguments: &str) -> Option<String> {
        let guards: Vec<_> = self.iter().collect();
        guards.into_iter().rev().fold(None, |revealed: Option<String>, guard| {
            let arguments = revealed.as_deref().unwrap_or(arguments);
            // One that panics reveals nothing.
            let more = catch_unwind(AssertUnwindSafe(|| guard.reveal(arguments))).ok().flatten();
            more.or(revealed)
        })
    }

    /// How much of an answer those hold back that look at it, in bytes; `None` where one needs all
    /// of it. What one lets through another may hold back anew, so their windows add up.
    pub(crate) fn window(&self) -> Option<usize> {
        let look = self.iter().filter(|guard| looks_at(&***guard, Stage::Output));
        look.map(|guard| match catch_unwind(AssertUnwindSafe(|| guard.hold_back())) {
            Ok(HoldBack::Bytes(bytes)) => Some(bytes),
            Ok(HoldBack::All) | Err(_) => None,
        })
        .try_fold(0_usize, |all, window| Some(all.saturating_add(window?)))
    }
}

impl fmt::Debug for Guards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|guard| named(&**guard))).finish()
    }
}

/// Whether it is one guard twice: what the first has put in a text's place the second would take for
/// a text of its own.
fn is_same(one: &Arc<dyn Guard>, other: &Arc<dyn Guard>) -> bool {
    let same = || handed_down_as(&**one).is_some_and(|it| handed_down_as(&**other) == Some(it));
    Arc::ptr_eq(one, other) || same()
}

/// One that panics when it is asked is handed to no run inside.
fn handed_down_as(guard: &dyn Guard) -> Option<usize> {
    catch_unwind(AssertUnwindSafe(|| guard.handed_down_as())).ok().flatten()
}

fn looks_at(guard: &dyn Guard, stage: Stage) -> bool {
    catch_unwind(AssertUnwindSafe(|| guard.looks_at(stage))).unwrap_or(true)
}

pub(crate) fn named(guard: &dyn Guard) -> String {
    called::by_itself(|| guard.name(), "a guard")
}

/// A guard that is kept elsewhere as well.
impl<G: Guard + ?Sized> Guard for Arc<G> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn looks_at(&self, stage: Stage) -> bool {
        (**self).looks_at(stage)
    }

    fn hold_back(&self) -> HoldBack {
        (**self).hold_back()
    }

    fn check<'a>(&'a self, text: &'a str, looked: &'a Looked<'a>) -> Checking<'a> {
        (**self).check(text, looked)
    }

    fn reveal(&self, arguments: &str) -> Option<String> {
        (**self).reveal(arguments)
    }

    fn handed_down_as(&self) -> Option<usize> {
        (**self).handed_down_as()
    }
}
