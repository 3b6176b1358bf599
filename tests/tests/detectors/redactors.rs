use std::time::Instant;

use fastroai::guard::{At, Guard, HoldBack, Redactor, Sensitive, Stage, Verdict};

use crate::{ask, passes};

#[test]
fn what_is_found_is_replaced_at_every_stage() {
    let redactor = Redactor::standard();
    for stage in [Stage::Prompt, Stage::History, Stage::ToolResult, Stage::Output] {
        assert_eq!(passes(&redactor, stage, "to ada@example.org"), "to [EMAIL]");
        assert_eq!(ask(&redactor, stage, "to nobody"), Verdict::Allow);
    }
    assert_eq!(Guard::name(&redactor), "Redactor");
}

#[test]
fn arguments_stay_json_and_their_escapes_are_read() {
    let json = r#"{"to": "ada\u0040example.org", "note": "say \"hi\"", "n": 1.0}"#;
    let redacted = passes(&Redactor::standard(), Stage::ToolArguments, json);
    assert_eq!(redacted, r#"{"to": "[EMAIL]", "note": "say \"hi\"", "n": 1.0}"#);
}

#[test]
fn patterns_of_unknown_length_hold_all_back() {
    assert!(matches!(Redactor::standard().hold_back(), HoldBack::Bytes(_)));
    let own = Redactor::of([Sensitive::Email]).with_pattern("CASE", "C-[0-9]+").unwrap();
    assert_eq!(own.hold_back(), HoldBack::All);
}

#[test]
fn a_guard_may_look_at_some_stages_alone() {
    let guard = At::stages([Stage::Output, Stage::ToolArguments], Redactor::standard());
    assert!(guard.looks_at(Stage::Output) && !guard.looks_at(Stage::Prompt));
    assert_eq!(Guard::name(&guard), "Redactor");
    assert_eq!(guard.hold_back(), Redactor::standard().hold_back());
    assert_eq!(passes(&guard, Stage::Output, "ada@example.org"), "[EMAIL]");
    // What the guard itself does not look at stays so.
    let guard = At::stages([Stage::Prompt], fastroai::guard::Canary::new());
    assert!(!guard.looks_at(Stage::Prompt));
}

#[test]
fn many_things_take_no_longer_than_their_number() {
    let time = |count: usize| {
        let text = "a@b.cc ".repeat(count);
        let begin = Instant::now();
        assert_eq!(Redactor::of([Sensitive::Email]).find(&text).len(), count);
        begin.elapsed()
    };
    let least = |count: usize| (0..3).map(|_| time(count)).min().unwrap();
    // The engine that looks at long texts is another one than that for short ones.
    let (few, many) = (least(16_000), least(128_000));
    // Eight times as many; their square would be 64 times.
    assert!(many < few * 32, "{few:?} and {many:?}");
}

#[test]
fn what_was_shown_of_a_streamed_answer_stays_as_it_was() {
    let things = [
        "ada.lovelace+letters@mail.example.org",
        "4111 1111 1111 1111",
        "DE89 3704 0044 0532 0130 00",
        "+44 20 7946 0958",
        "192.168.17.4",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n-----END PRIVATE KEY-----",
        "postgres://ada:correct-horse-9@db.example.org/orders",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
    ];
    let filler = "Some words stand between the things. ".repeat(8);
    let text = things.map(|thing| format!("{filler}{thing} ")).concat();
    let redactor = Redactor::standard();
    assert!(things.iter().all(|thing| !passes(&redactor, Stage::Output, &text).contains(thing)));
    for come in (0..=text.len()).step_by(3) {
        assert!(crate::stays_shown(&redactor, &text, come), "{come}");
    }
}
