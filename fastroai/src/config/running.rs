//! What `[runtime]` says, and what holds where it says nothing.

use fastroai_providers::http::Timeouts;

use super::section::Section;
use super::shown;
use super::values::written;
use crate::money::Budget;
use crate::runtime::RetryPolicy;

/// What `[runtime]` says.
#[derive(Default)]
pub(super) struct Running {
    /// One for all runtimes that the configuration makes, so that they share it.
    pub(super) account: Option<Budget>,
    pub(super) strict: bool,
    pub(super) capture_content: Option<bool>,
    pub(super) environment_proxy: bool,
    /// The most that any agent is granted.
    pub(super) grants: Option<Vec<String>>,
    pub(super) retry: RetryPolicy,
    pub(super) timeouts: Timeouts,
}

impl Running {
    pub(super) fn read(section: &Section<'_>) -> Self {
        let budget = section.dollars("budget");
        let flag = |name| {
            let set = section.boolean(name);
            if set.is_none() {
                section.show(name, "false".to_owned());
            }
            set
        };
        let running = Self {
            account: budget.map(|budget| Budget::new("process", budget)),
            strict: flag("strict").unwrap_or(false),
            capture_content: flag("capture_content"),
            environment_proxy: flag("environment_proxy").unwrap_or(false),
            grants: section.texts("grants", "\"net\""),
            retry: section.child_or_empty("retry", retry),
            timeouts: section.child_or_empty("timeouts", timeouts),
        };
        section.finish();
        running
    }
}

fn retry(section: &Section<'_>) -> RetryPolicy {
    let mut policy = RetryPolicy::default();
    let shown = |name: &str, value: String| section.show(name, value);
    match section.integer("attempts", 1..=100) {
        Some(attempts) => policy.attempts = attempts,
        None => shown("attempts", policy.attempts.to_string()),
    }
    duration(section, "first_wait", &mut policy.first_wait);
    duration(section, "longest_wait", &mut policy.longest_wait);
    policy.attempt_timeout = section.duration("attempt_timeout");
    match section.boolean("repeat_ambiguous") {
        Some(repeat) => policy.repeat_ambiguous = repeat,
        None => shown("repeat_ambiguous", policy.repeat_ambiguous.to_string()),
    }
    section.finish();
    policy
}

fn timeouts(section: &Section<'_>) -> Timeouts {
    let mut timeouts = Timeouts::default();
    duration(section, "connect", &mut timeouts.connect);
    duration(section, "first_byte", &mut timeouts.first_byte);
    duration(section, "idle", &mut timeouts.idle);
    duration(section, "total", &mut timeouts.total);
    section.finish();
    timeouts
}

/// Reads a duration over what holds without it.
fn duration(section: &Section<'_>, name: &'static str, otherwise: &mut std::time::Duration) {
    match section.duration(name) {
        Some(set) => *otherwise = set,
        None => section.show(name, shown::text(&written(*otherwise))),
    }
}
