//! The counts at the end.

use std::collections::BTreeMap;
use std::fmt;

use crate::requests::Outcome;

/// What became of all exchanges.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    skipped: BTreeMap<String, usize>,
}

impl Tally {
    /// Counts an exchange that was left out, under its wire.
    pub(crate) fn skip(&mut self, api: &str) {
        *self.skipped.entry(api.to_owned()).or_default() += 1;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let skipped: usize = self.skipped.values().sum();
        write!(f, "{} passed, {} failed, {skipped} skipped", self.passed, self.failed)?;
        if skipped > 0 { write!(f, " ({})", Counts(&self.skipped)) } else { Ok(()) }
    }
}

/// What became of all requests.
#[derive(Default)]
pub(crate) struct RequestTally {
    equal: usize,
    different: usize,
    not_expressible: usize,
    reasons: BTreeMap<String, usize>,
    unmodelled: BTreeMap<String, usize>,
}

impl RequestTally {
    /// Counts a request, and gives its differences.
    pub(crate) fn count(&mut self, outcome: Outcome, unmodelled: Vec<String>) -> Vec<String> {
        for key in unmodelled {
            *self.unmodelled.entry(key).or_default() += 1;
        }
        match outcome {
            Outcome::Compared(differences) => {
                let slot =
                    if differences.is_empty() { &mut self.equal } else { &mut self.different };
                *slot += 1;
                differences
            }
            Outcome::NotExpressible(reasons) => {
                self.not_expressible += 1;
                for reason in reasons {
                    *self.reasons.entry(reason).or_default() += 1;
                }
                Vec::new()
            }
        }
    }
}

impl fmt::Display for RequestTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { equal, different, not_expressible, reasons, unmodelled } = self;
        writeln!(f, "requests: keys that are not modelled: {}", Counts(unmodelled))?;
        let compared = equal + different;
        write!(f, "requests: {compared} compared, {equal} equal, {different} different, ")?;
        write!(f, "{not_expressible} not expressible")?;
        if reasons.is_empty() { Ok(()) } else { write!(f, " ({})", Counts(reasons)) }
    }
}

struct Counts<'a>(&'a BTreeMap<String, usize>);

impl fmt::Display for Counts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (index, (name, count)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{name} {count}")?;
        }
        Ok(())
    }
}
