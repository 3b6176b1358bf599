//! The audit trail as a file: what it holds, and what it shows of whoever changed it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::Path;
use std::time::{Duration, SystemTime};

use fastroai::audit::{
    self, AuditError, AuditOptions, AuditTrail, Event, Fault, erase, export, prune, verify,
    verify_with_key,
};
use proptest::prelude::*;
use tests::folder::Folder;

fn written(path: &Path, options: AuditOptions) {
    let trail = options.open(path).unwrap();
    trail.append(Event::new("run.started").run("r1").subject("ursula").with("model", "m")).unwrap();
    trail.append(Event::new("tool.called").run("r1").digest_of("arguments", "{\"a\":1}")).unwrap();
    trail
        .append(Event::new("run.ended").run("r1").subject("ursula").with("cost", "$0.01"))
        .unwrap();
    trail.append(Event::new("run.started").run("r2").subject("bob")).unwrap();
}

fn broken(result: Result<audit::Chain, AuditError>) -> (u64, Fault) {
    match result {
        Err(AuditError::Broken { line, fault }) => (line, fault),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_written_holds_and_goes_on_after_it_was_opened_again() {
    let folder = Folder::new();
    written(&folder.trail(), AuditOptions::default());
    written(&folder.trail(), AuditOptions::default());
    let chain = verify(folder.trail()).unwrap();
    assert_eq!((chain.records, chain.first, chain.head.number), (8, 1, 8));
}

#[test]
fn no_byte_can_be_changed_unseen() {
    let folder = Folder::new();
    written(&folder.trail(), AuditOptions::default());
    let whole = std::fs::read(folder.trail()).unwrap();
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        std::fs::write(folder.trail(), &changed).unwrap();
        assert!(verify(folder.trail()).is_err(), "byte {place}");
    }
}

#[test]
fn a_record_that_is_taken_out_put_in_or_moved_breaks_the_chain_where_it_was() {
    let folder = Folder::new();
    written(&folder.trail(), AuditOptions::default());
    let whole = std::fs::read_to_string(folder.trail()).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let attempt = |lines: &[&str]| {
        std::fs::write(folder.trail(), format!("{}\n", lines.join("\n"))).unwrap();
        broken(verify(folder.trail()))
    };
    assert_eq!(attempt(&[lines[0], lines[2], lines[3]]), (2, Fault::Order));
    assert_eq!(attempt(&[lines[0], lines[0], lines[1]]), (2, Fault::Order));
    assert_eq!(attempt(&[lines[1], lines[0]]), (1, Fault::Order));
    assert_eq!(attempt(&[lines[0], "{}"]), (2, Fault::Unreadable));
    std::fs::write(folder.trail(), &whole[..whole.len() - 1]).unwrap();
    assert_eq!(broken(verify(folder.trail())), (4, Fault::Cut));
}

#[test]
fn an_end_that_was_cut_off_is_seen_by_a_head_that_was_kept() {
    let folder = Folder::new();
    written(&folder.trail(), AuditOptions::default());
    let head = verify(folder.trail()).unwrap().head;
    let whole = std::fs::read_to_string(folder.trail()).unwrap();
    let cut: String = whole.split_inclusive('\n').take(3).collect();
    std::fs::write(folder.trail(), cut).unwrap();
    let chain = verify(folder.trail()).unwrap();
    assert_eq!(chain.includes(&head), Some(false));
    written(&folder.trail(), AuditOptions::default());
    assert_eq!(verify(folder.trail()).unwrap().includes(&head), Some(false));
    assert_eq!(verify(folder.trail()).unwrap().includes(&chain.head), Some(true));
}

#[test]
fn a_trail_with_a_key_cannot_be_written_anew_without_it() {
    let folder = Folder::new();
    written(&folder.trail(), AuditOptions::default().key(b"one"));
    assert_eq!(verify_with_key(folder.trail(), b"one").unwrap().records, 4);
    assert_eq!(broken(verify_with_key(folder.trail(), b"two")), (1, Fault::Hash));
    assert_eq!(broken(verify(folder.trail())), (1, Fault::Hash));
    let opened = AuditOptions::default().key(b"two").open(folder.trail());
    assert!(matches!(opened, Err(AuditError::Broken { .. })), "{opened:?}");
}

#[test]
fn a_subject_is_exported_and_erased_and_the_chain_still_holds() {
    let folder = Folder::new();
    written(&folder.trail(), AuditOptions::default());
    let head = verify(folder.trail()).unwrap().head;
    let records = export(folder.trail(), "ursula").unwrap();
    let kinds: Vec<&str> = records.iter().map(|record| record.kind.as_str()).collect();
    assert_eq!(kinds, ["run.started", "run.ended"]);
    assert_eq!(records[1].fields["cost"], "$0.01");

    assert_eq!(erase(folder.trail(), "ursula").unwrap(), 2);
    let text = std::fs::read_to_string(folder.trail()).unwrap();
    assert!(!text.contains("ursula") && text.contains("bob"), "{text}");
    assert_eq!(verify(folder.trail()).unwrap().head, head);
    assert_eq!(erase(folder.trail(), "ursula").unwrap(), 0);
    written(&folder.trail(), AuditOptions::default());
    assert_eq!(verify(folder.trail()).unwrap().records, 8);
}

#[test]
fn an_open_trail_is_erased_from_and_pruned_while_it_is_written_to() {
    let folder = Folder::new();
    let trail = AuditTrail::open(folder.trail()).unwrap();
    let append = |subject: &str| trail.append(Event::new("tool.called").subject(subject)).unwrap();
    append("ursula");
    assert_eq!(trail.erase("nobody").unwrap(), 0);
    std::thread::scope(|scope| {
        scope.spawn(|| (0..50).for_each(|_| drop(append("bob"))));
        scope.spawn(|| (0..50).for_each(|_| drop(append("ursula"))));
        scope.spawn(|| {
            for _ in 0..10 {
                trail.erase("ursula").unwrap();
            }
        });
    });
    trail.erase("ursula").unwrap();
    let text = std::fs::read_to_string(folder.trail()).unwrap();
    assert!(!text.contains("ursula") && text.contains("bob"), "{text}");
    let chain = verify(folder.trail()).unwrap();
    assert_eq!((chain.records, &chain.head), (101, &trail.head()));

    assert_eq!(trail.prune(SystemTime::now() + Duration::from_secs(60)).unwrap(), 101);
    append("bob");
    assert_eq!(verify(folder.trail()).unwrap().records, 1);
    assert!(
        matches!(AuditTrail::open(folder.trail()), Err(AuditError::InUse)),
        "it is still its own"
    );
}

#[test]
fn content_is_recognised_and_cannot_be_read_until_its_salt_is_erased() {
    let folder = Folder::new();
    let trail = AuditTrail::open(folder.trail()).unwrap();
    let event = || Event::new("tool.called").subject("ursula").digest_of("arguments", "canary");
    trail.append(event()).unwrap();
    trail.append(event()).unwrap();
    drop(trail);
    let text = std::fs::read_to_string(folder.trail()).unwrap();
    assert!(!text.contains("canary"), "{text}");
    let records = export(folder.trail(), "ursula").unwrap();
    assert_eq!(records[0].is_of("arguments", "canary"), Some(true));
    assert_eq!(records[0].is_of("arguments", "other"), Some(false));
    assert_eq!(records[0].is_of("result", "canary"), None);
    assert_ne!(records[0].digests, records[1].digests, "equal content has unlike digests");
}

#[test]
fn old_records_are_dropped_and_the_rest_holds_and_goes_on() {
    let folder = Folder::new();
    written(&folder.trail(), AuditOptions::default());
    let old = verify(folder.trail()).unwrap().head;
    // Records have the time in milliseconds: the next one has begun when this ends.
    let written_at = SystemTime::now();
    let now = loop {
        let now = SystemTime::now();
        if now.duration_since(written_at).is_ok_and(|since| since.as_millis() > 1) {
            break now;
        }
        std::hint::spin_loop();
    };
    written(&folder.trail(), AuditOptions::default());
    assert_eq!(prune(folder.trail(), now).unwrap(), 4);
    let chain = verify(folder.trail()).unwrap();
    assert_eq!((chain.records, chain.first), (4, 5));
    assert_eq!(chain.includes(&old), None, "it was dropped");
    written(&folder.trail(), AuditOptions::default());
    assert_eq!(verify(folder.trail()).unwrap().records, 8);
    assert_eq!(prune(folder.trail(), SystemTime::now() + Duration::from_secs(9)).unwrap(), 8);
    let chain = verify(folder.trail()).unwrap();
    assert_eq!((chain.records, chain.first), (0, 13));
}

#[test]
fn one_trail_is_written_by_one_owner_at_a_time() {
    let folder = Folder::new();
    let trail = AuditTrail::open(folder.trail()).unwrap();
    assert!(matches!(AuditTrail::open(folder.trail()), Err(AuditError::InUse)));
    assert!(matches!(erase(folder.trail(), "ursula"), Err(AuditError::InUse)));
    assert!(matches!(prune(folder.trail(), SystemTime::now()), Err(AuditError::InUse)));
    drop(trail);
    AuditTrail::open(folder.trail()).unwrap();
}

#[test]
fn threads_write_records_one_after_the_other() {
    let folder = Folder::new();
    let trail = AuditTrail::open(folder.trail()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let trail = trail.clone();
            scope.spawn(move || {
                for count in 0..50 {
                    trail
                        .append(Event::new("x").with("thread", thread).with("count", count))
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(verify(folder.trail()).unwrap().records, 400);
}

#[cfg(unix)]
#[test]
fn a_new_trail_is_read_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    written(&folder.trail(), AuditOptions::default());
    erase(folder.trail(), "ursula").unwrap();
    let mode = std::fs::metadata(folder.trail()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_is_larger_than_a_record_may_be_stops_the_trail_and_is_told() {
    let folder = Folder::new();
    let trail = AuditTrail::open(folder.trail()).unwrap();
    let error = trail.append(Event::new("x").with("text", "x".repeat(2 << 20))).unwrap_err();
    assert!(matches!(error, AuditError::Io(_)), "{error}");
    assert!(matches!(trail.append(Event::new("x")), Err(AuditError::Stopped)));
    drop(trail);
    assert_eq!(verify(folder.trail()).unwrap().records, 0);
}

proptest! {
    #[test]
    fn any_file_is_a_chain_or_an_error(text in "([ -~]{0,60}\n){0,4}[ -~]{0,8}") {
        let folder = Folder::new();
        std::fs::write(folder.trail(), text).unwrap();
        let _either = verify(folder.trail());
        let _either = export(folder.trail(), "ursula");
    }

    #[test]
    fn any_events_hold_and_come_back(events in prop::collection::vec((".{0,20}", ".{0,20}"), 1..8)) {
        let folder = Folder::new();
        let trail = AuditTrail::open(folder.trail()).unwrap();
        for (kind, subject) in &events {
            trail.append(Event::new(kind.clone()).subject(subject.clone()).with("text", kind)).unwrap();
        }
        drop(trail);
        prop_assert_eq!(verify(folder.trail()).unwrap().records, events.len() as u64);
        let mut found = 0;
        for (_, subject) in &events {
            found += export(folder.trail(), subject).unwrap().iter().filter(|record| record.fields["text"] == record.kind.as_str()).count();
        }
        prop_assert!(found >= events.len());
    }
}
