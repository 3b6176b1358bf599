//! The whole set of runs, searched three times.

use fastroai::RuntimeBuilder;

use crate::channels::{Channel, Form, Seen, mark};
use crate::heard::{Listening, Written, is_planted};
use crate::program::{LABEL, Program};
use crate::runs;
use crate::search::holds;

/// Does all runs, and gives all that was written down and all that went over the wire.
fn all(form: Form, change: fn(RuntimeBuilder) -> RuntimeBuilder) -> (Written, String) {
    let listening = Listening::begin();
    let mut program = Program::new(form, change);
    let paused =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    paused.unwrap().block_on(runs::scripted(&mut program));
    let running = tokio::runtime::Builder::new_current_thread().enable_all().build();
    running.unwrap().block_on(runs::connected(&mut program));
    let lines = listening.lines();
    for seen in ["invoke_agent", "chat", "execute_tool", "a tool failed", "an alert", "hyper"] {
        assert!(lines.contains(seen), "the log was not heard: no {seen}");
    }
    for line in lines.lines() {
        program.written.add("the log", line);
    }
    // A panic of the program's own is printed by Rust's own hook: set another one where that must
    // not be. The library has none.
    for (place, text) in listening.panics() {
        assert!(is_planted(&place), "{place}: {text}");
    }
    (program.written, program.wire)
}

/// Where a secret was found: the first places of each sort.
fn found(written: &Written, secret: &str) -> Vec<String> {
    let hits = written.0.iter().filter(|(_, text)| holds(text, secret));
    let mut hits: Vec<String> = hits
        .map(|(what, text)| format!("{what}: {}", text.chars().take(600).collect::<String>()))
        .collect();
    hits.sort();
    hits.dedup_by_key(|hit| hit.split(':').next().map(str::to_owned));
    hits
}

#[test]
fn s1_s2_s3_s11_t8_behaviour_59_defect_45_by_default_no_secret_of_any_channel_is_written_down() {
    let (written, wire) = all(Form::Unknown, |builder| builder);
    for &channel in Channel::ALL {
        let secret = Form::Unknown.secret(channel);
        let places = found(&written, &secret);
        assert!(places.is_empty(), "{channel:?}:\n{}", places.join("\n\n"));
        if channel.seen() == Seen::Wire {
            assert!(holds(&wire, &secret), "{channel:?} was never sent: the search proves nothing");
        }
    }
    assert!(found(&written, LABEL).is_empty(), "a label");
    // Keys are in no text for operators either.
    for channel in [Channel::KeySet, Channel::KeyFromEnvironment, Channel::KeyFromFile] {
        let secret = Form::Unknown.secret(channel);
        assert_eq!(written.1.iter().find(|text| holds(text, &secret)), None, "{channel:?}");
    }
}

/// The control: the same search over the same texts finds each channel that capture covers. Keys,
/// headers, addresses and raw bodies are written down nowhere, whatever is switched on; that the
/// search can find those is shown on the wire.
#[test]
fn s11_with_capture_and_without_redaction_the_same_search_finds_every_channel() {
    let (written, wire) = all(Form::Unknown, |builder| {
        builder.capture_content(true).dangerously_capture_unredacted()
    });
    for &channel in Channel::ALL {
        let secret = Form::Unknown.secret(channel);
        let places = found(&written, &secret);
        match channel.seen() {
            Seen::Captured => {
                let log = |place: &String| place.starts_with("the log: ");
                assert!(places.iter().any(log), "{channel:?} is not in the trace");
                let other: Vec<_> = places.iter().filter(|place| !log(place)).collect();
                assert!(other.is_empty(), "{channel:?}: {other:#?}");
            }
            Seen::Wire => {
                assert!(places.is_empty(), "{channel:?}:\n{}", places.join("\n\n"));
                assert!(holds(&wire, &secret), "{channel:?} is not on the wire");
            }
        }
    }
    assert!(!found(&written, LABEL).is_empty(), "a label");
}

#[test]
fn s11_with_capture_and_redaction_the_content_is_there_and_no_secret_in_it() {
    for form in (0..3).map(Form::Redactable) {
        let (written, _) = all(form, |builder| builder.capture_content(true));
        for &channel in Channel::ALL {
            let secret = form.secret(channel);
            let places = found(&written, &secret);
            assert!(places.is_empty(), "{channel:?} {secret}:\n{}", places.join("\n\n"));
            let internal = written.1.iter().find(|text| holds(text, &secret));
            assert_eq!(internal, None, "{channel:?}");
            if channel.seen() == Seen::Captured {
                assert!(!found(&written, &mark(channel)).is_empty(), "{channel:?} is not there");
            }
        }
        assert!(found(&written, LABEL).is_empty(), "a label");
    }
}
