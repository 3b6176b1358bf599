use fastroai::guard::{Canary, CanaryError, Guard, HoldBack, Stage, Verdict};

use crate::{ask, is_blocked};

const TOKEN: &str = "k7mqx2rt9zcwpb4e";

fn canary() -> Canary {
    Canary::from_token(TOKEN).expect("a token")
}

#[track_caller]
fn leaks(text: &str) {
    assert!(is_blocked(&canary(), Stage::Output, text), "{text}");
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for group in text.as_bytes().chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - group.len()));
        for at in 0..=group.len() {
            encoded.push(char::from(DIGITS[(bits >> (18 - 6 * at) & 63) as usize]));
        }
    }
    encoded
}

#[test]
fn a_leak_of_the_mark_is_blocked_as_it_is_and_in_capitals() {
    leaks(&format!("The mark is {TOKEN}."));
    leaks(&TOKEN.to_uppercase());
    leaks("Ｋ７ｍｑｘ２ｒｔ９ｚｃｗｐｂ４ｅ");
}

#[test]
fn separators_do_not_hide_it() {
    for between in [" ", "-", "\n", ".", "\u{200b}", ", ", " | ", "\u{ad}"] {
        let spread: Vec<String> = TOKEN.chars().map(String::from).collect();
        leaks(&spread.join(between));
    }
    leaks("k7mq x2rt 9zcw pb4e");
}

#[test]
fn encodings_do_not_hide_it() {
    leaks(&TOKEN.chars().rev().collect::<String>());
    for before in ["", "a", "ab", "abc", "It is "] {
        let encoded = base64(&format!("{before}{TOKEN} and more"));
        leaks(&format!("here: {encoded}"));
        let (first, second) = encoded.split_at(9);
        leaks(&format!("{first}\n{second}"));
        leaks(&encoded.replace('+', "-").replace('/', "_"));
    }
    leaks(&base64(&TOKEN.to_uppercase()));
    let bytes = |write: fn(u8) -> String| TOKEN.bytes().map(write).collect::<String>();
    leaks(&bytes(|byte| format!("{byte:02x}")));
    leaks(&bytes(|byte| format!("{byte:02X} ")));
    leaks(&bytes(|byte| format!("\\x{byte:02x}")));
    leaks(&bytes(|byte| format!("0x{byte:02x}, ")));
    leaks(&bytes(|byte| format!("%{byte:02x}")));
    leaks(&bytes(|byte| format!("\\u{byte:04x}")));
    leaks(&bytes(|byte| format!("\\u{{{byte:x}}}")));
    leaks(&bytes(|byte| format!("&#{byte};")));
    leaks(&bytes(|byte| format!("&#x{byte:x};")));
    leaks("x7zdk2eg9mpjco4r");
    // Some of it escaped, some not.
    leaks("k7%6Dqx2rt\\u0039zcwpb4e");
}

#[test]
fn it_is_found_in_the_arguments_of_a_tool() {
    let escaped = r#"{"url": "https://e.org/?q=\u006b7mqx2rt9zcwpb4e"}"#;
    assert!(is_blocked(&canary(), Stage::ToolArguments, escaped));
    assert!(!canary().looks_at(Stage::Prompt) && !canary().looks_at(Stage::ToolResult));
}

#[test]
fn other_texts_pass() {
    for text in
        ["", "k7mqx2rt9zcwpb4", "The mark is a secret.", "k7mq x2rt 9zcw", "100 % sure & \\"]
    {
        assert_eq!(ask(&canary(), Stage::Output, text), Verdict::Allow, "{text}");
    }
    let other = Canary::new();
    assert_eq!(ask(&other, Stage::Output, &Canary::new().mark("Be kind.")), Verdict::Allow);
}

#[test]
fn marked_instructions_carry_it() {
    let canary = Canary::new();
    let marked = canary.mark("Be kind.");
    assert!(marked.starts_with("Be kind.\n") && marked.contains(canary.token()));
    assert!(canary.is_in(&marked));
    assert_eq!(canary.token().len(), 24);
    assert_ne!(canary.token(), Canary::new().token());
}

#[test]
fn a_token_has_to_be_long_and_plain() {
    assert_eq!(Canary::from_token("short").unwrap_err(), CanaryError::Short { length: 5 });
    assert_eq!(
        Canary::from_token("------------------").unwrap_err(),
        CanaryError::Short { length: 0 }
    );
    let error = Canary::from_token("with spaces in it").unwrap_err();
    assert_eq!(error, CanaryError::Signs);
    assert!(!error.to_string().contains("spaces"));
    assert!(Canary::from_token("shop-2f9c_77ab01d4").is_ok());
    let dashed = Canary::from_token("2f9c-77ab-01d4-ee").expect("a token");
    assert!(is_blocked(&dashed, Stage::Output, "2f9c 77ab 01d4 ee"));
}

#[test]
fn nothing_shows_the_token() {
    let shown = format!("{:?} {:?}", canary(), ask(&canary(), Stage::Output, TOKEN));
    assert!(!shown.contains("k7mq"), "{shown}");
}

#[test]
fn as_much_is_held_back_as_its_longest_form() {
    let HoldBack::Bytes(held) = canary().hold_back() else { panic!("it is bounded") };
    for form in [format!("{:0>2}", 0).repeat(16), "\\u006b".repeat(16), "&#x006b; ".repeat(16)] {
        assert!(form.len() <= held, "{} of {held}", form.len());
    }
}
