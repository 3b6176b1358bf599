//! What is shown of a configuration, and what never is.

use fastroai::config::FaultKind;

use crate::{fault, is, loader, read, seen};

/// What vendors give out, and what is like it.
const SECRETS: [&str; 6] = [
    "sk-proj-canary0123456789abcdefABCDEF",
    "sk-ant-api03-canary0123456789abcdef",
    "AIzaCanary0123456789abcdefABCDEF0123456",
    "ghp_canary0123456789abcdefABCDEF01234567",
    "AKIACANARYCANARY2345",
    "xoxb-123456789012-canary0123456789",
];

#[test]
fn what_is_shown_can_be_loaded_and_says_the_same() {
    let text = r#"
allow_literal_keys = true
[providers.openai]
base_url = "https://gateway.example.com/v1"
key = { env = "OPENAI_API_KEY" }
[providers.anthropic]
key = { file = "/run/secrets/anthropic" }
[providers.groq]
key = "sk-literal"
[runtime]
budget = "$100"
strict = true
[runtime.retry]
attempts = 5
attempt_timeout = "1m30s"
[agents."My Agent"]
model = "offline:demo"
fallback = ["offline:a", "offline:b"]
temperature = 1
budget = "$0.000001"
[agents."My Agent".keys]
openai = "${OWN_KEY}"
[prices]
version = "$${x} $5 \"quoted\" \u0007\n"
[prices.models."acme:*"]
input = "1.00"
output = "2"
[prices.tiers.batch."acme:*"]
input = "0.5"
output = "1"
[limits]
requests_per_minute = 60
per = "tenant"
[audit]
path = "/tmp/audit.jsonl"
"#;
    let variables = [("OWN_KEY", "sk-own-canary")];
    let first = loader(text, &variables).load().unwrap_or_else(|error| panic!("{error}"));
    let again =
        loader(&first.effective(), &variables).load().unwrap_or_else(|e| panic!("{e}\n{first}"));
    let values = |shown: &str| -> Vec<String> {
        shown.lines().map(|line| line.split(" # ").next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(values(&first.effective()), values(&again.effective()));
    assert_eq!(first.to_string(), first.effective());
    for line in [
        "key = \"***\" # from fastroai.toml:9",
        "key = { env = \"OPENAI_API_KEY\" } # from fastroai.toml:5",
        "openai = { env = \"OWN_KEY\" } # from fastroai.toml:22",
        "attempt_timeout = \"1m30s\"",
        "[agents.\"My Agent\"]",
        "temperature = 1.0",
    ] {
        assert!(first.effective().contains(line), "{line}\n{first}");
    }
    assert!(!seen(&first).contains("sk-"), "{first}");
}

#[test]
fn promise_2_a_literal_key_is_refused_and_not_shown() {
    for secret in SECRETS.into_iter().chain(["any-other-canary-text"]) {
        for text in [
            format!("[providers.openai]\nkey = \"{secret}\""),
            format!("[agents.A.keys]\nopenai = \"{secret}\""),
            format!("[audit]\npath = \"/tmp/a\"\nkey = \"{secret}\""),
            format!("[providers.openai]\nkey = \"{secret}${{SET}}\""),
        ] {
            let error = loader(&text, &[("SET", "x")]).load().unwrap_err();
            let fault = crate::only(&error);
            assert!(is(&fault, &FaultKind::LiteralKey), "{fault}");
            assert!(fault.to_string().contains("allow_literal_keys = true"), "{fault}");
            assert!(!seen(&error).to_lowercase().contains("canary"), "{error}");
            assert!(!format!("{fault:?}").to_lowercase().contains("canary"), "{error}");
        }
    }
}

#[test]
fn a_key_in_any_other_place_is_refused_whatever_is_allowed() {
    for secret in SECRETS {
        for text in [
            format!("[providers.openai]\nkey = {{ env = \"{secret}\" }}"),
            format!("[providers.openai]\nkey = {{ file = \"{secret}\" }}"),
            format!("[providers.openai]\nbase_url = \"https://gateway.example.com/{secret}/v1\""),
            format!("[providers.openai]\nbase_url = \"https://me:{secret}@gateway.example.com\""),
            format!("[providers.openai]\nbase_url = \"https://{secret}@gateway.example.com\""),
            format!("[agents.A]\nmodel = \"openai:{secret}\""),
            format!("[agents.A]\nfallback = [\"offline:demo\", \"openai:{secret}\"]"),
            format!("[agents.A]\ntimeout = \"{secret}\""),
            format!("[agents.A]\nbudget = \"{secret}\""),
            format!("[agents.A]\nmax_turns = \"{secret}\""),
            format!("[agents.A]\napi_key = \"{secret}\""),
            format!("[agents.\"{secret}\"]\nmodle = 1"),
            format!("[agents.A]\n\"{secret}\" = 1"),
            format!("\"{secret}\" = 1"),
            format!("key = {secret}"),
            format!("[prices.models.\"{secret}*x\"]\ninput = \"1\"\noutput = \"1\""),
            format!("[prices]\nversion = \"{secret}\""),
            format!("[limits]\nper = \"{secret}\""),
        ] {
            let text = format!("allow_literal_keys = true\n{text}");
            let error = loader(&text, &[]).load().expect_err(&text);
            assert!(!seen(&error).to_lowercase().contains("canary"), "{text}\n{error}");
        }
    }
}

#[test]
fn passwords_in_addresses_are_refused_and_not_shown() {
    for url in
        ["https://me:canary@a.test/v1", "https://canary@a.test/v1", "https://a.test/v1?key=canary"]
    {
        let error = crate::refused(&format!("[providers.openai]\nbase_url = \"{url}\""));
        assert!(!seen(&error).contains("canary"), "{error}");
    }
    let config = read("[providers.openai]\nbase_url = \"https://a.test/canary0123456789abc/v1\"");
    assert!(config.effective().contains("\"https://a.test/***/v1\""), "{config}");
    assert!(!seen(&config).contains("canary"), "{config}");
}

#[test]
fn a_key_that_is_allowed_is_not_shown_and_has_to_be_one() {
    let config = read("allow_literal_keys = true\n[providers.openai]\nkey = \"canary-key\"");
    assert!(!seen(&config).contains("canary"), "{config}");
    let runtime = config.runtime().unwrap().build();
    assert!(!format!("{runtime:?} {:?}", config.connection()).contains("canary"));
    let fault = fault("allow_literal_keys = true\n[providers.openai]\nkey = \"canary key\"");
    assert!(is(&fault, &FaultKind::BadValue), "{fault}");
    assert!(!fault.to_string().contains("canary"), "{fault}");
}

#[test]
fn a_loader_shows_no_value() {
    let loader = loader("x = \"canary\"", &[("A", "canary")]).set("runtime.budget", "canary");
    assert!(!format!("{loader:?}").contains("canary"));
}
