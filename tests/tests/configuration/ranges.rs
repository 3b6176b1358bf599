//! Values of the wrong type, and beyond what is taken.

use fastroai::config::FaultKind;

use crate::{at, fault, is, read};

#[test]
fn what_cannot_hold_is_refused_where_it_stands() {
    for (section, line, said) in [
        ("agents.A", "temperature = 2.1", "2.1 is outside 0.0 to 2.0"),
        ("agents.A", "temperature = -0.1", "-0.1 is outside 0.0 to 2.0"),
        ("agents.A", "temperature = nan", "outside 0.0 to 2.0"),
        ("agents.A", "top_p = 1.5", "1.5 is outside 0.0 to 1.0"),
        ("agents.A", "max_tokens = 0", "0 is outside 1 to"),
        ("agents.A", "max_tokens = -4", "-4 is outside 1 to"),
        ("agents.A", "max_tokens = 5000000000", "5000000000 is outside"),
        ("agents.A", "max_turns = 0", "0 is outside 1 to"),
        ("agents.A", "output_attempts = 0", "0 is outside 1 to"),
        ("agents.A", "timeout = \"0s\"", "it leaves no time at all"),
        ("agents.A", "timeout = 30", "30 has no unit: write `timeout = \"30s\"`"),
        ("agents.A", "timeout = 0", "it leaves no time at all"),
        ("agents.A", "timeout = -30", "-30 is negative"),
        ("agents.A", "timeout = \"30\"", "it has no unit"),
        ("agents.A", "timeout = \"-30s\"", "it is negative"),
        ("agents.A", "timeout = \"30 parsecs\"", "there is no such unit"),
        ("agents.A", "timeout = \"1.5s\"", "it is no whole number"),
        ("agents.A", "budget = \"-$5\"", "it is negative"),
        ("agents.A", "budget = \"lots\"", "it is no amount of dollars"),
        ("agents.A", "model = \"gpt-4o\"", "it is no name of a model: write `provider:model`"),
        ("agents.A", "model = \"openai:gpt-4oo\"", "did you mean `openai:gpt-4o`?"),
        (
            "agents.A",
            "model = \"antropic:claude-sonnet-4-5\"",
            "did you mean `anthropic:claude-sonnet-4-5`?",
        ),
        ("agents.A", "fallback = [\"offline:demo\", \"demo\"]", "it is no name of a model"),
        ("runtime", "budget = \"\"", "it is no amount of dollars"),
        ("runtime.retry", "attempts = 0", "0 is outside 1 to 100"),
        ("runtime.retry", "first_wait = \"0ms\"", "it leaves no time at all"),
        ("runtime.timeouts", "connect = \"0s\"", "it leaves no time at all"),
        ("providers.openai", "base_url = \"api.openai.com\"", "is no URL"),
        ("providers.offline", "base_url = \"https://a.test\"", "needs neither"),
        ("limits", "requests_per_minute = 0", "0 is outside 1 to"),
        ("limits", "per = \"planet\"", "write `\"model\"` or `\"provider\"` or `\"tenant\"`"),
        ("prices.models.\"a:b\"", "input = \"x\"\noutput = \"1\"", "it is no amount of dollars"),
        ("prices.models.\"a:b\"", "input = \"1\"", "`output` is missing"),
        (
            "prices.models.\"*a\"",
            "input = \"1\"\noutput = \"1\"",
            "a `*` may only stand at the end",
        ),
        ("audit", "sync = true", "`path` is missing"),
    ] {
        let fault = fault(&format!("[{section}]\n{line}\n"));
        assert!(fault.to_string().contains(said), "{line}: {fault}");
        assert!(is(&fault, &FaultKind::BadValue), "{line}: {:?}", fault.kind());
        assert!(fault.path().starts_with(section), "{line}: {fault}");
    }
}

#[test]
fn a_value_of_another_type_is_named_with_what_to_write() {
    for (section, line, said) in [
        (
            "agents.A",
            "max_turns = \"8\"",
            "it is a text: write a whole number, as in `max_turns = 1`",
        ),
        ("agents.A", "max_turns = 1.5", "it is a float: write a whole number"),
        ("agents.A", "max_turns = 99999999999999999999", "it is too large a number"),
        ("agents.A", "temperature = \"hot\"", "it is a text: write a number"),
        ("agents.A", "model = 4", "it is an integer: write `model = \"provider:model\"`"),
        ("agents.A", "model = 2026-01-01", "it is a date"),
        ("agents.A", "fallback = \"offline:demo\"", "it is a text: write a list, `fallback = ["),
        ("agents.A", "budget = 5", "no exact amount: write `budget = \"$5.00\"`"),
        ("agents.A", "budget = 5.0", "no exact amount"),
        ("agents.A", "keys = true", "it is a boolean: write a table, `[agents.A.keys]`"),
        ("runtime", "strict = \"yes\"", "write `strict = true` or `strict = false`"),
        ("runtime", "retry = 3", "it is an integer: write a table, `[runtime.retry]`"),
        ("agents", "Travel = \"offline:demo\"", "it is a text: write a table, `[agents.Travel]`"),
        ("providers.openai", "key = 5", "it is an integer: write `{ env = \"…\" }`"),
    ] {
        let fault = fault(&format!("[{section}]\n{line}\n"));
        assert!(fault.to_string().contains(said), "{line}: {fault}");
        assert!(is(&fault, &FaultKind::WrongType), "{line}: {:?}", fault.kind());
        assert_eq!(fault.line(), Some(2), "{line}");
    }
}

#[test]
fn s6_an_address_that_others_could_read_along_is_refused() {
    for url in ["http://api.openai.com/v1", "http://10.0.0.7:8080/v1", "HTTP://example.com"] {
        let text = format!("[providers.openai]\nbase_url = \"{url}\"");
        let fault = fault(&text);
        assert!(is(&fault, &FaultKind::Insecure), "{fault}");
        assert_eq!(at(&fault), ("providers.openai.base_url", 2, 12));
    }
    for url in ["http://127.0.0.1:8080/v1", "http://localhost/v1", "https://gateway.example.com/v1"]
    {
        read(&format!("[providers.openai]\nbase_url = \"{url}\""));
    }
    let variables = [("FASTROAI__PROVIDERS__OPENAI__BASE_URL", "http://example.com/v1")];
    let error = crate::loader("", &variables).load().unwrap_err();
    let fault = crate::only(&error);
    assert!(is(&fault, &FaultKind::Insecure), "{fault}");
    assert_eq!(fault.source_name(), Some("FASTROAI__PROVIDERS__OPENAI__BASE_URL"));
    let text = "[providers.openai]\nbase_url = \"${WHERE}\"";
    let error = crate::loader(text, &[("WHERE", "http://example.com/v1")]).load().unwrap_err();
    assert!(is(&crate::only(&error), &FaultKind::Insecure), "{error}");
}

#[test]
fn models_that_nobody_knows_yet_and_those_of_the_program_are_taken() {
    for model in ["openai:gpt-17", "scripted:model", "acme:large", "ollama:llama3:8b"] {
        read(&format!("[agents.A]\nmodel = \"{model}\""));
    }
}
