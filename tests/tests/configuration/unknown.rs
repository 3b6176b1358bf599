//! Keys that there are not.

use fastroai::config::FaultKind;

use crate::{at, fault, is, refused};

fn nearest(fault: &fastroai::config::Fault) -> Option<&str> {
    match fault.kind() {
        FaultKind::UnknownKey { nearest } => nearest.as_deref(),
        kind => panic!("{kind:?}"),
    }
}

#[test]
fn defect_34_an_unknown_key_is_refused_with_its_place_and_the_nearest_name() {
    for (text, place, near) in [
        ("[runtme]", ("runtme", 1, 2), "runtime"),
        ("[agents.A]\ntemprature = 1.0", ("agents.A.temprature", 2, 1), "temperature"),
        ("[agents.A]\nmodle = \"offline:demo\"", ("agents.A.modle", 2, 1), "model"),
        ("[agents.A]\nmax_token = 3", ("agents.A.max_token", 2, 1), "max_tokens"),
        ("[agents.A]\nmax-tokens = 3", ("agents.A.max-tokens", 2, 1), "max_tokens"),
        ("[runtime.retry]\n  attemps = 3", ("runtime.retry.attemps", 2, 3), "attempts"),
        (
            "runtime = { timeouts = { conect = \"1s\" } }",
            ("runtime.timeouts.conect", 1, 26),
            "connect",
        ),
        ("[providers.opnai]\n", ("providers.opnai", 1, 12), "openai"),
        (
            "[agents.A.keys]\nantropic = { env = \"A\" }",
            ("agents.A.keys.antropic", 2, 1),
            "anthropic",
        ),
        ("[limits]\nconcurency = 3", ("limits.concurency", 2, 1), "concurrency"),
        (
            "[prices.models.\"acme:*\"]\ninput = \"1\"\noutput = \"2\"\ncache_raed = \"1\"",
            ("prices.models.\"acme:*\".cache_raed", 4, 1),
            "cache_read",
        ),
    ] {
        let fault = fault(text);
        assert_eq!((at(&fault), nearest(&fault)), (place, Some(near)), "{fault}");
        assert!(fault.to_string().ends_with(&format!("did you mean `{near}`?")), "{fault}");
    }
}

#[test]
fn a_key_that_is_near_to_none_is_told_the_keys_that_there_are() {
    let fault = fault("[runtime]\nshade = 1");
    assert_eq!(nearest(&fault), None);
    assert_eq!(
        fault.to_string(),
        "fastroai.toml:2:1: `runtime.shade`: there is no such key: the keys of `runtime` are `budget`, \
         `strict`, `capture_content`, `environment_proxy`, `grants`, `retry`, `timeouts`"
    );
    let error = refused("[servers.a]\nx = 1");
    assert!(
        error.to_string().contains("the sections are `allow_literal_keys`, `providers`"),
        "{error}"
    );
}

#[test]
fn promise_13_nothing_switches_the_check_of_certificates_off() {
    for key in [
        "insecure",
        "verify",
        "verify_ssl",
        "skip_tls_verify",
        "danger_accept_invalid_certs",
        "insecure-skip-verify",
        "Verify",
    ] {
        for section in ["runtime", "providers.openai", "agents.A", "runtime.timeouts"] {
            let fault = fault(&format!("[{section}]\n{key} = false"));
            assert!(fault.to_string().contains("certificates are always checked"), "{fault}");
        }
    }
}

#[test]
fn keys_of_other_libraries_are_told_what_is_written_here() {
    for (text, hint) in [
        ("[providers.openai]\napi_key = \"x\"", "write `key = { env = \"…\" }`"),
        ("[providers.openai]\napi_base = \"x\"", "write `base_url ="),
        ("[runtime]\nmax_retries = 3", "attempts in all"),
        ("[agents.A]\nsystem_prompt = \"x\"", "instructions are the program's"),
        ("[agents.A]\ncost_budget = 3", "write `budget ="),
        ("[runtime]\nproxy = \"x\"", "environment_proxy = true"),
    ] {
        let fault = fault(text);
        assert!(fault.to_string().contains(hint), "{fault}");
    }
}

#[test]
fn all_faults_of_all_kinds_are_told_at_once_in_the_order_of_the_file() {
    let error = refused(
        "[runtime]\nbudget = \"-1\"\nstrct = true\n\n[agents.A]\ntemperature = 3\nmodel = \"${NONE}\"\n\
         [providers.openai]\nkey = \"sk-1\"\nbase_url = \"http://example.com\"\n",
    );
    let lines: Vec<_> = error.faults().iter().map(|fault| fault.line().unwrap()).collect();
    assert_eq!(lines, [2, 3, 6, 7, 9, 10]);
    let text = error.to_string();
    assert!(text.starts_with("the configuration has 6 faults:\n  fastroai.toml:2:10: "), "{text}");
}

#[test]
fn what_is_no_toml_is_told_with_every_place() {
    let error = refused("[runtime\nbudget = \n[agents.A]\nmodel = offline\n");
    assert!(error.faults().len() > 1, "{error}");
    assert!(error.faults().iter().all(|fault| is(fault, &FaultKind::Syntax)), "{error}");
    let twice = fault("[runtime]\nstrict = true\nstrict = false");
    assert_eq!((at(&twice), twice.kind()), (("", 3, 1), &FaultKind::Syntax));
}

#[test]
fn columns_are_counted_in_characters() {
    let fault = fault("runtime = { budget = \"$1\", \"üü\" = 1 }");
    assert_eq!(at(&fault), ("runtime.\"üü\"", 1, 28));
}

#[test]
fn a_file_that_is_nested_without_end_is_refused() {
    let deep = "a.".repeat(100_000) + "a = 1";
    assert!(is(&fault(&deep), &FaultKind::Syntax));
    let wide = format!("[runtime]\nx = {}1{}", "[".repeat(70), "]".repeat(70));
    assert!(refused(&wide).to_string().contains("runtime.x"));
    // Each line as deep as a line may be, in as many tables as the parser takes.
    let keys = vec!["a"; 30].join(".");
    let nested = format!("{}{}", format!("{keys} = {{\n").repeat(70), "}\n".repeat(70));
    let _ = refused(&nested);
}
