//! Things that must be found.

use fastroai::guard::{Redactor, Sensitive};

use crate::samples::{
    ACCOUNTS, CARDS, EMAILS, IDS, KEYS, MACHINES, NAMED, PHONES, PLACES, Samples, grouped,
};

/// How many of the things were found whole, and how many there were.
#[derive(Default)]
struct Tally {
    found: u32,
    all: u32,
    missed: Vec<String>,
}

impl Tally {
    fn look_for(&mut self, redactor: &Redactor, who: &str, thing: &str) {
        for place in PLACES {
            self.count(redactor, who, &place.replace("{}", thing), thing);
        }
    }

    fn count(&mut self, redactor: &Redactor, who: &str, text: &str, thing: &str) {
        let is_gone = !redactor.redact(text).contains(thing)
            && redactor.find(text).iter().any(|found| text[found.range.clone()].contains(thing));
        self.all += 1;
        self.found += u32::from(is_gone);
        if !is_gone {
            self.missed.push(format!("{who}: {text}"));
        }
    }

    #[track_caller]
    fn assert_recall(&self, of: &str) {
        println!("{of}: {} of {} found", self.found, self.all);
        let recall = f64::from(self.found) / f64::from(self.all);
        assert!(recall >= 0.99, "{of}: {} of {}: {:#?}", self.found, self.all, self.missed);
    }
}

#[test]
fn keys_of_the_common_vendors_are_found() {
    let (mut samples, mut tally) = (Samples::new(), Tally::default());
    let redactor = Redactor::of([Sensitive::Secret]);
    for (vendor, form) in KEYS {
        for _ in 0..6 {
            tally.look_for(&redactor, vendor, &samples.of(form));
        }
    }
    tally.assert_recall("keys and tokens");
}

#[test]
fn keys_without_a_form_of_their_own_are_found_by_the_name_before_them() {
    let (mut samples, mut tally) = (Samples::new(), Tally::default());
    let redactor = Redactor::of([Sensitive::Secret]);
    for (vendor, form) in NAMED {
        for _ in 0..40 {
            let (text, thing) = samples.within(form);
            tally.count(&redactor, vendor, &text, &thing);
        }
    }
    tally.assert_recall("keys and passwords by their names");
}

#[test]
fn people_and_machines_are_found_by_how_they_are_written() {
    let mut samples = Samples::new();
    for (kind, forms, of) in [
        (Sensitive::Email, EMAILS, "e-mail addresses"),
        (Sensitive::Phone, PHONES, "phone numbers"),
        (Sensitive::IpAddress, MACHINES, "addresses of machines"),
        (Sensitive::NationalId, IDS, "ids of persons"),
    ] {
        let (redactor, mut tally) = (Redactor::of([kind]), Tally::default());
        for (who, form) in forms {
            for _ in 0..12 {
                tally.look_for(&redactor, who, &samples.of(form));
            }
        }
        if kind == Sensitive::NationalId {
            for _ in 0..12 {
                tally.look_for(&redactor, "ES", &samples.spanish_id());
                tally.look_for(&redactor, "CA", &by_threes(&samples.card("[1-79]", 9)));
            }
        }
        tally.assert_recall(of);
    }
}

fn by_threes(digits: &str) -> String {
    format!("{} {} {}", &digits[..3], &digits[3..6], &digits[6..])
}

#[test]
fn a_card_within_a_longer_number_is_none_and_one_beside_other_numbers_is_found() {
    let mut samples = Samples::new();
    let redactor = Redactor::of([Sensitive::Card]);
    for (issuer, begin, length) in CARDS {
        let card = samples.card(begin, *length);
        let spaced = grouped(&card, ' ');
        for text in [
            format!("7{card}"),
            format!("{card}7"),
            format!("{card}12345678"),
            format!("00000000000000000000{card}00000000000000000000"),
            format!("id{card}"),
            format!("{card}f"),
            format!("0.{card}"),
            format!("v{card}.1"),
        ] {
            // A card of 19 digits ends where a shorter number with its own check digit may begin.
            let found = redactor.find(&text);
            let inside = |range: &std::ops::Range<usize>| text[range.clone()].contains(&card);
            assert!(!found.iter().any(|found| inside(&found.range)), "{issuer}: {text}");
        }
        for text in [
            format!("12345 {spaced} 678"),
            format!("order 7, {card}, 03/27, 123"),
            format!("{card} {card}"),
            format!("1 {spaced}"),
            format!("{spaced} 1"),
            format!("#{card}#"),
            format!("{card}.pdf"),
            format!("mine is {card}.Thanks"),
        ] {
            let redacted = redactor.redact(&text);
            assert!(!redacted.contains(&card) && !redacted.contains(&spaced), "{issuer}: {text}");
        }
    }
}

#[test]
fn cards_are_found_with_and_without_groups() {
    let (mut samples, mut tally) = (Samples::new(), Tally::default());
    let redactor = Redactor::of([Sensitive::Card]);
    for (issuer, begin, length) in CARDS {
        for _ in 0..8 {
            let card = samples.card(begin, *length);
            tally.look_for(&redactor, issuer, &grouped(&card, ' '));
            tally.look_for(&redactor, issuer, &grouped(&card, '-'));
            tally.look_for(&redactor, issuer, &card);
        }
    }
    tally.assert_recall("cards");
}

#[test]
fn accounts_are_found_with_and_without_groups() {
    let (mut samples, mut tally) = (Samples::new(), Tally::default());
    let redactor = Redactor::of([Sensitive::Iban]);
    for (country, form) in ACCOUNTS {
        for _ in 0..8 {
            let account = samples.account(country, form);
            tally.look_for(&redactor, country, &grouped(&account, ' '));
            tally.look_for(&redactor, country, &account);
            tally.look_for(&redactor, country, &account.to_lowercase());
        }
    }
    tally.assert_recall("accounts");
}

#[test]
fn a_wrong_check_digit_is_no_card_and_no_account() {
    let mut samples = Samples::new();
    let redactor = Redactor::of([Sensitive::Card, Sensitive::Iban]);
    for (_, begin, length) in CARDS.iter().filter(|(_, _, length)| *length == 16) {
        let card = samples.card(begin, *length);
        let check: u8 = card[length - 1..].parse().unwrap();
        let wrong = format!("{}{}", &card[..length - 1], (check + 1) % 10);
        assert_eq!(redactor.redact(&wrong), wrong);
    }
    let account = samples.account("DE", "[0-9]{18}");
    let wrong =
        format!("DE{:02}{}", (account[2..4].parse::<u8>().unwrap() + 1) % 97, &account[4..]);
    assert_eq!(redactor.redact(&wrong), wrong);
}

#[test]
fn mail_phones_and_addresses_of_machines_are_found() {
    let redactor = Redactor::standard();
    for (text, redacted) in [
        ("mail ada.lovelace+work@maths.example.co.uk.", "mail [EMAIL]."),
        ("<ada@example.org>, <bob@example.org>", "<[EMAIL]>, <[EMAIL]>"),
        ("zoë@exämple.org", "[EMAIL]"),
        ("ada@example.org: hello", "[EMAIL]: hello"),
        ("git@example.org:ada/engine", "git@example.org:ada/engine"),
        ("call +44 20 7946 0958 now", "call [PHONE] now"),
        ("call +1 (212) 555-0123.", "call [PHONE]."),
        ("(212) 555-0123 or 212.555.0123", "[PHONE] or [PHONE]"),
        ("Tel. 030/901820", "Tel. [PHONE]"),
        ("appelez le 01 42 68 53 00", "appelez le [PHONE]"),
        ("from 203.0.113.9:443", "from [IP]:443"),
        ("from 2001:db8::8a2e:370:7334", "from [IP]"),
        ("from [2001:db8::1]:443", "from [[IP]]:443"),
    ] {
        assert_eq!(redactor.redact(text), redacted);
    }
}

#[test]
fn ids_of_persons_are_found_by_form_or_check_digits() {
    let redactor = Redactor::of([Sensitive::NationalId]);
    for id in [
        "219-09-9999",           // United States
        "046 454 286",           // Canada, as published for tests: a leading 0 is not given out
        "QQ 12 34 56 C",         // United Kingdom, never given out
        "AB 12 34 56 C",         // United Kingdom
        "2 55 08 14 168 025 38", // France
        "12345678Z",             // Spain
        "X1234567L",             // Spain, foreigners
        "RSSMRA85T10A562S",      // Italy
        "IdNr 86 095 742 719",   // Germany
        "756.9217.0769.85",      // Switzerland
        "85.07.30-033.28",       // Belgium
        "BSN 111222333",         // The Netherlands
        "PESEL 44051401359",     // Poland
        "811218-9876",           // Sweden
        "131052-308T",           // Finland
        "529.982.247-25",        // Brazil
        "11010519491231002X",    // China
    ] {
        let never_given_out = id.starts_with("046") || id.starts_with("QQ");
        assert_eq!(redactor.redact(id).contains("[ID]"), !never_given_out, "{id}");
    }
    for number in ["000-12-3456", "666-12-3456", "12345678A", "756.9217.0769.84", "131052-308S"] {
        assert_eq!(redactor.redact(number), number);
    }
}

#[test]
fn a_password_is_found_by_its_name_or_its_place() {
    let redactor = Redactor::of([Sensitive::Secret]);
    for (text, redacted) in [
        ("postgres://app:hunter2@db.internal/x", "postgres://app:[SECRET]@db.internal/x"),
        (r#"{"password": "correct horse1"}"#, r#"{"password": "correct horse1"}"#),
        (r#"{"password": "correct-horse1"}"#, r#"{"password": "[SECRET]"}"#),
        (
            "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzzzzKEY1",
            "AWS_SECRET_ACCESS_KEY=[SECRET]",
        ),
        ("Authorization: Basic dXNlcjpodW50ZXIyMTIz", "Authorization: Basic [SECRET]"),
        ("let token: String = next_token();", "let token: String = next_token();"),
        ("password: ${DB_PASSWORD_2}", "password: ${DB_PASSWORD_2}"),
    ] {
        assert_eq!(redactor.redact(text), redacted);
    }
    let key =
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA75\nq8f\n-----END RSA PRIVATE KEY-----";
    assert_eq!(redactor.redact(&format!("a {key} b")), "a [SECRET] b");
    assert_eq!(redactor.redact(&key[..50]), "[SECRET]", "also where the end is missing");
}
