//! What `[limits]` and `[audit]` say. Each needs a feature of the crate.

#[cfg(feature = "audit")]
use std::path::PathBuf;

#[cfg(not(all(feature = "audit", feature = "limits")))]
use super::fault::FaultKind;
#[cfg(feature = "audit")]
use super::keys::Named;
use super::section::Section;
#[cfg(feature = "limits")]
use crate::hook::RateLimits;

/// Where the audit trail is.
#[cfg(feature = "audit")]
#[derive(Clone)]
pub(super) struct Audit {
    pub(super) path: PathBuf,
    pub(super) sync: bool,
    pub(super) key: Option<Named>,
}

/// The limits, one for all runtimes that the configuration makes.
#[cfg(feature = "limits")]
pub(super) fn limits(section: &Section<'_>) -> RateLimits {
    let mut limits = RateLimits::new();
    if let Some(requests) = section.integer("requests_per_minute", 1..=u32::MAX) {
        limits = limits.requests_per_minute(requests);
    }
    if let Some(requests) = section.integer("burst", 1..=u32::MAX) {
        limits = limits.burst(requests);
    }
    if let Some(tokens) = section.integer("tokens_per_minute", 1..=u32::MAX) {
        limits = limits.tokens_per_minute(tokens);
    }
    if let Some(requests) = section.integer("concurrency", 1..=1_000_000) {
        limits = limits.concurrency(requests);
    }
    if let Some(requests) = section.integer("max_queued", 0..=1_000_000) {
        limits = limits.max_queued(requests);
    }
    let per = section.word("per", &["model", "provider", "tenant"]);
    section.finish();
    match per {
        Some("provider") => limits.per_provider(),
        Some("tenant") => limits.per_tenant(),
        _ => limits,
    }
}

#[cfg(feature = "audit")]
pub(super) fn audit(section: &Section<'_>) -> Option<Audit> {
    let path = section.text("path", "\"/var/lib/app/audit.jsonl\"");
    let (sync, key) = (section.boolean("sync"), section.key("key"));
    if path.is_none() && !section.has("path") {
        let what = "`path` is missing: write `path = \"/var/lib/app/audit.jsonl\"`";
        section.fault_here(super::fault::FaultKind::BadValue, what);
    }
    section.finish();
    Some(Audit { path: path?.into(), sync: sync.unwrap_or(false), key })
}

/// Refuses a section whose feature is off.
#[cfg(not(all(feature = "audit", feature = "limits")))]
pub(super) fn refuse(section: Option<&Section<'_>>, feature: &'static str) {
    let Some(section) = section else { return };
    let what = format!(
        "the feature `{feature}` of `fastroai` is off: turn it on in `Cargo.toml`, or leave the section out"
    );
    section.fault_here(FaultKind::FeatureOff { feature }, what);
}

#[cfg(all(test, not(feature = "audit"), not(feature = "limits")))]
mod tests {
    use crate::config::{Config, FaultKind};

    #[test]
    fn a_section_whose_feature_is_off_is_refused_with_its_name() {
        let error = Config::parse("[audit]\npath = \"a\"\n\n[limits]\nburst = 1").unwrap_err();
        let told: Vec<_> = error.faults().iter().map(|it| (it.line(), it.kind().clone())).collect();
        let off = |feature| FaultKind::FeatureOff { feature };
        assert_eq!(told, [(Some(1), off("audit")), (Some(4), off("limits"))]);
    }
}
