//! Masks: what a model reads, and what comes back.

use fastroai::guard::{Guard, Looked, Mask, PatternError, Redactor, Sensitive, Stage, Verdict};
use proptest::prelude::*;
use serde_json::json;

#[test]
fn two_people_have_two_words_and_one_person_has_one() {
    let mask = Mask::new(Redactor::standard());
    let hidden = mask.hide("ada@example.org to bob@example.org, copy to ada@example.org");
    assert_eq!(hidden, "[EMAIL_1] to [EMAIL_2], copy to [EMAIL_1]");
    assert_eq!(mask.hide("bob@example.org"), "[EMAIL_2]", "in a later message, too");
}

#[test]
fn a_word_that_the_user_wrote_gives_nothing_away() {
    let mask = Mask::new(Redactor::standard());
    let _ = mask.hide("ada@example.org");
    let asked = mask.hide("what is [EMAIL_1]?");
    assert_eq!(asked, "what is [TEXT_1]?");
    assert_eq!(mask.restore(&asked), "what is [EMAIL_1]?");
}

#[test]
fn the_arguments_of_a_tool_come_back_as_they_were() {
    let mask = Mask::new(Redactor::standard());
    let mut question = json!({"to": ["ada@example.org"], "bob@example.org": 1});
    mask.hide_json(&mut question);
    assert_eq!(question, json!({"to": ["[EMAIL_1]"], "[EMAIL_2]": 1}));
    mask.restore_json(&mut question);
    assert_eq!(question, json!({"to": ["ada@example.org"], "bob@example.org": 1}));
}

#[test]
fn a_mask_shows_nothing_of_what_it_hides() {
    let mask = Mask::new(Redactor::standard());
    let _ = mask.hide("ada@example.org");
    let shown = format!("{mask:?} {:?}", mask.unmasking());
    assert!(!shown.contains("ada"), "{shown}");
}

#[test]
fn a_pattern_that_cannot_be_used_is_an_error_that_says_why() {
    let standard = Redactor::standard;
    let error = standard().with_pattern("CASE", "(").unwrap_err();
    assert!(matches!(error, PatternError::Syntax { .. }), "{error}");
    let error = standard().with_pattern("CASE", r"\d*").unwrap_err();
    assert!(error.to_string().contains("empty text"), "{error}");
    let error = standard().with_pattern("case", r"\d").unwrap_err();
    assert!(error.to_string().contains("capital letter"), "{error}");
    let error = standard().with_pattern("HUGE", r"\w{1000}{1000}").unwrap_err();
    assert!(matches!(error, PatternError::Syntax { .. }), "{error}");
}

#[test]
fn what_a_pattern_of_the_program_finds_keeps_its_label() {
    let redactor =
        Redactor::of([Sensitive::Email]).with_pattern("STAFF", r"\w+@corp\.example").unwrap();
    assert_eq!(redactor.redact("ada@corp.example, ada@example.org"), "[STAFF], [EMAIL]");
}

#[test]
fn what_a_pattern_of_the_program_hides_comes_back_from_a_stream_of_single_letters() {
    let redactor = Redactor::standard()
        .with_pattern("CASE_2", r"\bC-\d{6}\b")
        .and_then(|redactor| redactor.with_pattern("A23456789012345678901234", r"\bproject \w+\b"))
        .unwrap();
    let mask = Mask::new(redactor);
    let said = "C-123456 and C-654321 of project Aurora, ask ada@example.org [CASE_2";
    let hidden = mask.hide(said);
    assert_eq!(
        hidden,
        "[CASE_2_1] and [CASE_2_2] of [A23456789012345678901234_1], ask [EMAIL_1] [CASE_2"
    );
    let (mut stream, mut restored) = (mask.unmasking(), String::new());
    for letter in hidden.chars() {
        restored += &stream.push(letter.encode_utf8(&mut [0; 4]));
    }
    restored += &stream.finish();
    assert_eq!(restored, said);
}

fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("ada@example.org".to_owned()),
        Just("bob@example.org".to_owned()),
        Just("[EMAIL_1]".to_owned()),
        Just("[EMAIL_12]".to_owned()),
        Just("4111 1111 1111 1111".to_owned()),
        Just("[".to_owned()),
        Just("[[IP_".to_owned()),
        "[ -~é日]{0,6}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.join(", "))
}

proptest! {
    #[test]
    fn any_text_comes_back_as_it_was(before in texts(), text in texts()) {
        let mask = Mask::new(Redactor::standard());
        let _ = mask.hide(&before);
        let hidden = mask.hide(&text);
        prop_assert!(!hidden.contains("@example.org"));
        prop_assert_eq!(mask.restore(&hidden), text);
    }

    #[test]
    fn pieces_come_back_as_the_whole_does(text in texts(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8)) {
        let mask = Mask::new(Redactor::standard());
        let hidden = mask.hide(&text);
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(hidden.len() + 1)).filter(|at| hidden.is_char_boundary(*at)).collect();
        places.sort_unstable();
        places.push(hidden.len());
        let (mut stream, mut restored, mut from) = (mask.unmasking(), String::new(), 0);
        for place in places {
            restored += &stream.push(&hidden[from..place]);
            from = place;
        }
        restored += &stream.finish();
        prop_assert_eq!(restored, text);
    }

    #[test]
    fn what_is_found_is_in_the_text_in_order_and_once(text in texts()) {
        let found = Redactor::standard().find(&text);
        let mut end = 0;
        for one in found {
            prop_assert!(one.range.start >= end && one.range.start < one.range.end);
            prop_assert!(text.get(one.range.clone()).is_some());
            end = one.range.end;
        }
    }

    #[test]
    fn what_was_redacted_once_holds_nothing_more(text in texts()) {
        let redactor = Redactor::of(Sensitive::ALL);
        let once = redactor.redact(&text).into_owned();
        prop_assert_eq!(redactor.redact(&once), once.as_str());
    }
}

/// What a mask says as a guard of this text.
async fn looked(mask: &Mask, stage: Stage, text: &str) -> Option<String> {
    match mask.check(text, &Looked::at(stage)).await {
        Ok(Verdict::Allow) => None,
        Ok(Verdict::Replace { text, .. }) => Some(text),
        other => panic!("a mask neither blocks nor fails: {other:?}"),
    }
}

#[tokio::test]
async fn as_a_guard_it_hides_where_a_model_reads_and_reveals_where_a_tool_does() {
    let mask = Mask::new(Redactor::standard());
    let prompt = looked(&mask, Stage::Prompt, "write to \"a\" <ada@example.org>").await;
    assert_eq!(prompt.as_deref(), Some("write to \"a\" <[EMAIL_1]>"));
    let arguments = mask.reveal(r#"{"to":"[EMAIL_1]","n":1}"#);
    assert_eq!(arguments.as_deref(), Some(r#"{"to":"ada@example.org","n":1}"#));
    let result = looked(&mask, Stage::ToolResult, "sent to ada@example.org").await;
    assert_eq!(result.as_deref(), Some("sent to [EMAIL_1]"));
    assert_eq!(looked(&mask, Stage::Prompt, "nothing personal").await, None);
    // What is stored keeps the words, and so does what is sent again.
    let given =
        looked(&mask, Stage::ToolArguments, r#"{"to":"[EMAIL_1], bob@example.org","n":1.50}"#);
    assert_eq!(given.await.as_deref(), Some(r#"{"to":"[EMAIL_1], [EMAIL_2]","n":1.50}"#));
    let others = [Stage::Output, Stage::History];
    assert!(!others.into_iter().any(|stage| mask.looks_at(stage)));
}

#[test]
fn arguments_stay_json_whatever_a_word_stands_for() {
    let redactor = Redactor::of([]).with_pattern("NAME", r#"Ada "the" \\ Countess"#).unwrap();
    let mask = Mask::new(redactor);
    let _ = mask.hide(r#"Ada "the" \ Countess"#);
    let revealed = mask.reveal(r#"{"to":"[NAME_1]"}"#).expect("it has a word");
    let value: serde_json::Value = serde_json::from_str(&revealed).unwrap();
    assert_eq!(value, json!({"to": r#"Ada "the" \ Countess"#}));
    assert_eq!(mask.reveal("[NAME_1] is no JSON"), None);
}

#[test]
fn what_is_spelled_in_escapes_is_found_for_what_it_is() {
    let redactor = Redactor::standard();
    for (json, left) in [
        (
            r#"{"note":"Key:\nAKIAIOSFODNN7ABCDEFG\nCard:\t4111111111111111"}"#,
            r#"{"note":"Key:\n[SECRET]\nCard:\t[CARD]"}"#,
        ),
        (r#"{"to":"cc:\nada@example.org"}"#, r#"{"to":"cc:\n[EMAIL]"}"#),
        (r#"{"to":"ada\u0040example.org"}"#, r#"{"to":"[EMAIL]"}"#),
        (
            r#"{"body":"{\"a\":\"x\\nAKIAIOSFODNN7ABCDEFG\"}"}"#,
            r#"{"body":"{\"a\":\"x\\n[SECRET]\"}"}"#,
        ),
        (
            r#"{"body":"{\"password\": \"x7-hunter-22\"}"}"#,
            r#"{"body":"{\"password\": \"[SECRET]\"}"}"#,
        ),
        (r"C:\tvly-abcdefghijklmnopqrstuvwxyz0123456789", r"C:\[SECRET]"),
        (r"C:\new\table", r"C:\new\table"),
    ] {
        assert_eq!(redactor.redact(json), left);
    }
    let mask = Mask::new(redactor);
    assert_eq!(mask.hide(r#""ada\u0040example.org""#), r#""[EMAIL_1]""#);
    assert_eq!(mask.hide("ada@example.org"), "[EMAIL_1]");
    assert_eq!(mask.restore("[EMAIL_1]"), "ada@example.org");
}
