//! That no text gets into a span or the log but by the one module for it: the source is read.

use std::fs;
use std::path::{Path, PathBuf};

/// All that writes to the trace is here.
const WRITERS: [&str; 2] = ["fastroai/src/telemetry.rs", "fastroai/src/telemetry/events.rs"];

/// What writes a line or a field by some means.
const MEANS: [&str; 16] = [
    "trace!(",
    "debug!(",
    "info!(",
    "warn!(",
    "error!(",
    "event!(",
    "span!(",
    "log!(",
    "println!(",
    "eprintln!(",
    "print!(",
    "eprint!(",
    "dbg!(",
    ".record(\"",
    ".record(field",
    "#[instrument",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push(path);
        }
    }
}

/// The code of a file, without comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn nothing_is_written_to_the_trace_outside_of_telemetry() {
    let mut files = Vec::new();
    for library in ["fastroai/src", "fastroai-providers/src"] {
        sources(&root().join(library), &mut files);
    }
    assert!(files.len() > 200, "{}", files.len());
    let mut writers = 0;
    for file in files {
        if WRITERS.iter().any(|writer| file.ends_with(writer)) {
            writers += 1;
            continue;
        }
        let code = code(&file);
        for means in MEANS {
            // A longer name may end alike.
            let found = code.match_indices(means).any(|(at, _)| {
                let before = code[..at].chars().next_back();
                means.starts_with(['.', '#'])
                    || !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
            });
            let place = file.display();
            assert!(
                !found,
                "{place} writes by `{means}`: write a function in `telemetry/events.rs`"
            );
        }
    }
    assert_eq!(writers, WRITERS.len());
}

/// The arguments of each macro that writes, split at the commas that are not inside something.
fn written(code: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (at, _) in code.match_indices("tracing::") {
        let rest = &code[at..];
        let Some(open) = rest.find(['(', ';', ' ']) else { continue };
        if !rest[..open].ends_with('!') || rest[..open].ends_with("enabled!") {
            continue;
        }
        let (mut depth, mut quoted, mut argument) = (0, false, String::new());
        for letter in rest[open..].chars() {
            match letter {
                '"' => quoted = !quoted,
                '(' | '[' | '{' if !quoted => depth += 1,
                ')' | ']' | '}' if !quoted => depth -= 1,
                _ => {}
            }
            if depth == 0 || (letter == ',' && depth == 1 && !quoted) {
                all.push(argument.trim().to_owned());
                argument.clear();
                if depth == 0 {
                    break;
                }
            } else if !(depth == 1 && letter == '(' && argument.is_empty()) {
                argument.push(letter);
            }
        }
    }
    all.retain(|argument| !argument.is_empty());
    all
}

/// Whether an argument can hold no text but ours, or one that has passed.
fn is_safe(argument: &str) -> bool {
    let Some((_, value)) = argument.split_once(" = ") else {
        // A message, or a field of the same name: a word, a flag.
        return argument.starts_with('"')
            || argument.starts_with("target:")
            || ["kind", "again", "when"].contains(&argument);
    };
    let value = value.trim();
    value == "Empty"
        || value == "streamed"
        || (value.starts_with('"') && value.ends_with('"'))
        || value.starts_with("i64::")
        || value.starts_with('!')
        || value.ends_with(".shown()")
        || value.starts_with("shown(")
        || (value.starts_with("format_args!(\"") && value.contains(", emitter.name("))
}

#[test]
fn s12_every_field_of_a_span_or_a_line_has_passed_the_emitter() {
    let mut fields = 0;
    for writer in WRITERS {
        let code = code(&root().join(writer));
        for argument in written(&code) {
            assert!(
                is_safe(&argument),
                "`{argument}` in {writer}: pass it through the emitter, and write `.shown()`"
            );
            fields += 1;
        }
    }
    assert!(fields > 80, "{fields}");
    // What is put on a span later has the type that only the emitter makes; the others are numbers
    // and words of ours.
    let code = code(&root().join(WRITERS[0]));
    let recorded = code.lines().filter(|line| line.contains(".record("));
    let recorded: Vec<&str> = recorded.map(str::trim).collect();
    let texts: Vec<&&str> = recorded
        .iter()
        .filter(|line| {
            !line.contains("i64::")
                && !line.contains(".dollars()")
                && !line.contains(", temperature")
                && !line.contains(", top_p")
        })
        .collect();
    assert_eq!(
        texts,
        [
            &"span.record(field, text.shown());",
            &r#"span.record("otel.status_code", "ERROR");"#,
            &r#"span.record("error.type", kind);"#,
            &r#"span.record("otel.status_code", "ERROR");"#,
        ]
    );
}

#[test]
fn only_the_emitter_makes_what_may_be_shown() {
    let mut files = Vec::new();
    sources(&root().join("fastroai/src"), &mut files);
    for file in files.iter().filter(|file| !file.ends_with("fastroai/src/emitted.rs")) {
        let code = code(file);
        assert!(!code.contains("Emitted("), "{} makes one", file.display());
        assert!(!code.contains("Emitter(") || file.ends_with("emitted.rs"), "{}", file.display());
    }
    for slip in [
        "error = text",
        "reason = %error",
        "?error",
        "name",
        "gen_ai.tool.name = call.name.as_str()",
        "otel.name = format_args!(\"execute_tool {name}\")",
    ] {
        assert!(!is_safe(slip), "{slip}");
    }
}
