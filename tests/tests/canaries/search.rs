//! Looks for a secret in whatever form it may have been written.

/// The forms of a secret: plain, as JSON and as JSON within JSON, as `Debug` writes it, with percent
/// signs, and as base64 wherever it stands in what was encoded.
pub(crate) fn forms(secret: &str) -> Vec<String> {
    let json = |text: &str| {
        let quoted = serde_json::to_string(text).expect("a text");
        quoted[1..quoted.len() - 1].to_owned()
    };
    let once = json(secret);
    let mut forms = vec![
        secret.to_owned(),
        json(&once),
        json(&json(&once)),
        once.replace('/', "\\/"),
        once,
        secret.escape_debug().to_string(),
        secret.escape_debug().to_string().escape_debug().to_string(),
        percent(secret),
        percent(secret).to_lowercase(),
        secret.replace('"', "\\u0022"),
    ];
    for letters in ["+/", "-_"] {
        for before in 0..3 {
            forms.push(base64(before, secret.as_bytes(), letters.as_bytes()));
        }
    }
    forms.sort();
    forms.dedup();
    forms
}

/// Whether a text holds the secret in any form.
pub(crate) fn holds(text: &str, secret: &str) -> bool {
    forms(secret).iter().any(|form| text.contains(form))
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// The letters that these bytes always give after `before` other ones, whatever these are.
fn base64(before: usize, bytes: &[u8], last: &[u8]) -> String {
    let table =
        [b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".as_slice(), last]
            .concat();
    let padded = [&[0; 2][..before], bytes].concat();
    let letters: String = padded
        .chunks_exact(3)
        .flat_map(|three| {
            let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
            [18, 12, 6, 0].map(|shift| char::from(table[(bits >> shift & 63) as usize]))
        })
        .collect();
    // The first letters hold bits of what stands before.
    letters[[0, 2, 3][before]..].to_owned()
}

#[test]
fn every_form_of_a_secret_is_found() {
    let secret = "qz \"x\" <1/x>";
    for text in [
        "a qz \"x\" <1/x> b",
        r#"{"t":"qz \"x\" <1/x>"}"#,
        r#"{"t":"{\"u\":\"qz \\\"x\\\" <1/x>\"}"}"#,
        "?q=qz%20%22x%22%20%3C1%2Fx%3E&",
        // The text, and the text after one and after two other letters, as base64.
        "cXogIngiIDwxL3g+",
        "eHF6ICJ4IiA8MS94Pg==",
        "eHlxeiAieCIgPDEveD4=",
    ] {
        assert!(holds(text, secret), "{text}");
    }
    assert!(!holds("qz x 1 x", secret));
}
