//! A guard that looks at some stages alone.

use super::{Checking, Guard, HoldBack, Looked, Stage};

/// A guard that looks at these stages alone.
///
/// ```
/// use fastroai::guard::{At, Guard, Redactor, Stage};
///
/// let guard = At::stages([Stage::Prompt, Stage::Output], Redactor::standard());
/// assert!(!guard.looks_at(Stage::ToolArguments));
/// ```
#[derive(Debug, Clone)]
pub struct At<G> {
    stages: Vec<Stage>,
    guard: G,
}

impl<G: Guard> At<G> {
    /// This guard, at those of these stages that it looks at.
    pub fn stages(stages: impl IntoIterator<Item = Stage>, guard: G) -> Self {
        Self { stages: stages.into_iter().collect(), guard }
    }
}

impl<G: Guard> Guard for At<G> {
    fn name(&self) -> &str {
        self.guard.name()
    }

    fn looks_at(&self, stage: Stage) -> bool {
        self.stages.contains(&stage) && self.guard.looks_at(stage)
    }

    fn hold_back(&self) -> HoldBack {
        self.guard.hold_back()
    }

    fn check<'a>(&'a self, text: &'a str, looked: &'a Looked<'a>) -> Checking<'a> {
        self.guard.check(text, looked)
    }

    fn reveal(&self, arguments: &str) -> Option<String> {
        self.guard.reveal(arguments)
    }

    fn handed_down_as(&self) -> Option<usize> {
        let stages = self.stages.iter().fold(0, |all, stage| all | 1 << *stage as usize);
        self.guard.handed_down_as().map(|guard| guard.wrapping_add(stages))
    }
}
