//! The file, the environment over it, and the program over both.

use std::fs;

use fastroai::config::{Config, FaultKind};
use tests::folder::Folder;

use crate::{is, loader, only};

const FILE: &str =
    "[runtime.retry]\nattempts = 2\n[agents.Travel]\nmax_turns = 2\nfallback = [\"offline:a\"]\n";

#[test]
fn later_layers_win_value_by_value() {
    let variables = [
        ("FASTROAI__RUNTIME__RETRY__ATTEMPTS", "4"),
        ("FASTROAI__RUNTIME__STRICT", "true"),
        ("FASTROAI__AGENTS__TRAVEL__FALLBACK", "offline:b, offline:c"),
        ("FASTROAI_DENY_REQUESTS", "1"),
        ("OTHER", "x"),
    ];
    let config = loader(FILE, &variables).set("runtime.retry.attempts", "6").load().unwrap();
    let shown = config.effective();
    for line in [
        "attempts = 6 # from the program",
        "strict = true # from the environment: FASTROAI__RUNTIME__STRICT",
        "max_turns = 2 # from fastroai.toml:4",
        "fallback = [\"offline:b\", \"offline:c\"] # from the environment: FASTROAI__AGENTS__TRAVEL__FALLBACK",
        "repeat_ambiguous = true # default",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    assert!(shown.contains("[agents.Travel]") && !shown.contains("TRAVEL]"), "{shown}");
}

#[test]
fn a_variable_that_sets_nothing_is_refused_by_its_name() {
    for (name, said) in [
        ("FASTROAI__RUNTIME__RETRY__ATTEMPS", "did you mean `attempts`?"),
        ("FASTROAI__RUNTME__STRICT", "did you mean `runtime`?"),
        ("FASTROAI__", "it names no value"),
        ("FASTROAI__RUNTIME____STRICT", "it names no value"),
        ("FASTROAI__RUNTIME__RETRY", "write a table"),
        ("FASTROAI__PROVIDERS__OPNAI__KEY", "did you mean `openai`?"),
    ] {
        let error = loader(FILE, &[(name, "1")]).load().unwrap_err();
        let fault = only(&error);
        assert_eq!(fault.source_name(), Some(name), "{fault}");
        assert!(fault.to_string().contains(said), "{fault}");
        assert!(
            fault.to_string().starts_with(&format!("in the environment, `{name}`: ")),
            "{fault}"
        );
    }
    let long = format!("FASTROAI__{}", "A__".repeat(50_000));
    assert!(loader("", &[(&long, "1")]).load().is_err());
}

#[test]
fn a_provider_is_named_by_a_variable_with_underscores() {
    let name = "FASTROAI__PROVIDERS__OPENAI_RESPONSES__BASE_URL";
    let config = loader("", &[(name, "https://gateway.example.com/v1")]).load().unwrap();
    assert!(config.effective().contains("[providers.openai-responses]"), "{config}");
}

#[test]
fn a_key_in_a_later_layer_takes_the_place_of_a_reference() {
    let file = "[providers.openai]\nkey = { env = \"A\" }";
    for (name, value, shown) in [
        (
            "FASTROAI__PROVIDERS__OPENAI__KEY__FILE",
            "/run/k",
            "{ file = \"/run/k\" } # from the environment: FASTROAI__PROVIDERS__OPENAI__KEY__FILE",
        ),
        ("FASTROAI__PROVIDERS__OPENAI__KEY__ENV", "B", "{ env = \"B\" }"),
        (
            "FASTROAI__PROVIDERS__OPENAI__KEY",
            "sk-1",
            "{ env = \"FASTROAI__PROVIDERS__OPENAI__KEY\" }",
        ),
    ] {
        let config = loader(file, &[(name, value)]).load().unwrap();
        assert!(config.effective().contains(shown), "{config}");
    }
}

#[test]
fn a_file_is_read_and_one_that_is_missing_or_too_large_is_told() {
    let folder = Folder::new();
    let path = folder.path().join("fastroai.toml");
    let error = Config::load(&path).unwrap_err();
    assert!(is(&only(&error), &FaultKind::Unreadable), "{error}");
    assert_eq!(only(&error).source_name(), Some(&*path.display().to_string()));
    Config::load_or_default(&path).unwrap();
    fs::write(&path, "[runtime]\nstrict = maybe").unwrap();
    assert!(is(&only(&Config::load_or_default(&path).unwrap_err()), &FaultKind::Syntax));
    fs::write(&path, FILE).unwrap();
    let shown = Config::load(&path).unwrap().effective();
    assert!(shown.contains(&format!("attempts = 2 # from {}:2", path.display())), "{shown}");
    fs::write(&path, "#".repeat(256 * 1024)).unwrap();
    Config::load(&path).unwrap();
    fs::write(&path, "#".repeat(256 * 1024 + 1)).unwrap();
    assert!(is(&only(&Config::load(&path).unwrap_err()), &FaultKind::Unreadable));
    fs::write(&path, b"\xff").unwrap();
    assert!(is(&only(&Config::load(&path).unwrap_err()), &FaultKind::Unreadable));
}

#[test]
fn an_env_file_beside_it_is_not_read() {
    let folder = Folder::new();
    fs::write(folder.path().join(".env"), "FASTROAI_TEST_OF_NOTHING=1").unwrap();
    fs::write(
        folder.path().join("fastroai.toml"),
        "[agents.A]\nmodel = \"${FASTROAI_TEST_OF_NOTHING}\"",
    )
    .unwrap();
    assert!(Config::load(folder.path().join("fastroai.toml")).is_err());
}
