//! The recorded traffic of real providers, replayed, and what the replay says of wrong facts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tests::shared_or_skip;

/// The wires that adapters speak.
const WIRES: [&str; 5] =
    ["chat_completions", "responses", "messages", "generate_content", "stream_generate_content"];

/// The folders of these wires, of every provider.
fn folders(shared: &Path) -> Vec<PathBuf> {
    let providers = fs::read_dir(shared.join("wire")).expect("the recordings");
    let providers = providers.map(|entry| entry.expect("an entry").path());
    let folders = providers.flat_map(|provider| WIRES.map(|wire| provider.join(wire)));
    let mut folders: Vec<PathBuf> = folders.filter(|folder| folder.is_dir()).collect();
    folders.sort();
    folders
}

fn wire<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wire"));
    command.args(arguments).output().expect("the wire binary starts")
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The counts of the last line: passed, failed, skipped.
fn counts(printed: &str) -> [usize; 3] {
    let last = printed.lines().last().unwrap_or_default();
    let numbers: Vec<usize> = ["passed", "failed", "skipped"]
        .iter()
        .filter_map(|word| last.split(&format!(" {word}")).next()?.split(' ').next_back())
        .filter_map(|number| number.parse().ok())
        .collect();
    numbers.try_into().unwrap_or_else(|_| panic!("no closing line: {printed}"))
}

#[test]
fn every_recorded_exchange_is_read_right_whole_and_cut_at_every_kind_of_place() {
    let test = "every_recorded_exchange_is_read_right_whole_and_cut_at_every_kind_of_place";
    let Some(shared) = shared_or_skip(test) else { return };
    let mut command = Command::new(env!("CARGO_BIN_EXE_wire"));
    command.args(folders(&shared)).args(["--cuts", "--seed", "1"]);
    let output = command.output().expect("the wire binary starts");
    let printed = printed(&output);
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    let [passed, failed, _] = counts(&printed);
    assert!(passed >= 1600, "only {passed} exchanges were found");
    assert_eq!(failed, 0);
    let last = printed.lines().last().unwrap_or_default();
    let left_out = WIRES.iter().find(|wire| last.contains(&format!("({wire} ")));
    assert_eq!(left_out, None, "{last}");
}

/// A folder of recordings of our own, gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn write(&self, name: &str, exchanges: &Value) {
        let recording = json!({ "interactions": exchanges });
        fs::write(self.0.join(name), recording.to_string()).expect("a file");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// An exchange over chat completions, with facts that are true of it.
fn exchange(status: u16, response: &Value, expected: &Value) -> Value {
    let mut facts = json!({ "status": status, "is_stream": response.get("text").is_some() });
    for (name, value) in expected.as_object().into_iter().flatten() {
        facts[name] = value.clone();
    }
    json!({
        "provider": "openai",
        "api": "chat_completions",
        "request": {
            "method": "POST",
            "url": "https://api.openai.com/v1/chat/completions",
            "headers": {},
            "body": {
                "model": "a-model",
                "messages": [{ "role": "user", "content": "Hello" }],
                "stream": response.get("text").is_some(),
            },
        },
        "response": { "status": status, "headers": {}, "body": response },
        "expected": facts,
    })
}

fn answer() -> Value {
    let body = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "a-model-1",
        "choices": [{
            "index": 0,
            "finish_reason": "tool_calls",
            "message": {
                "role": "assistant",
                "content": "Let me look.",
                "reasoning_content": "It may rain.",
                "tool_calls": [{
                    "id": "call_1",
                    "type": "function",
                    "function": { "name": "weather", "arguments": "{\"city\": \"Lisbon\"}" },
                }],
            },
        }],
        "usage": {
            "prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15,
            "prompt_tokens_details": { "cached_tokens": 4 },
        },
    });
    let call = json!({ "id": "call_1", "name": "weather", "args": { "city": "Lisbon" } });
    let facts = json!({
        "text": "Let me look.",
        "reasoning_text": "It may rain.",
        "tool_calls": [call],
        "finish_reason": "tool_calls",
        "model": "a-model-1",
        "response_id": "chatcmpl-1",
        "usage": { "input": 10, "output": 5, "total": 15, "cache_read": 4 },
    });
    exchange(200, &body, &facts)
}

fn failure() -> Value {
    let error = json!({ "message": "No such model.", "type": "invalid_request_error",
        "code": "model_not_found" });
    exchange(404, &json!({ "error": error }), &json!({ "error": error }))
}

fn stream(ends: bool) -> Value {
    let chunk = |delta: Value, finish: Value| {
        let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish });
        json!({ "id": "chatcmpl-2", "model": "a-model-1", "choices": [choice] }).to_string()
    };
    let mut text =
        format!("data: {}\n\n", chunk(json!({ "content": "caf\u{e9} \u{1f680}" }), Value::Null));
    if ends {
        text.extend(["data: ", &chunk(json!({}), json!("stop")), "\n\ndata: [DONE]\n\n"]);
    }
    let mut facts = json!({ "text": "caf\u{e9} \u{1f680}", "tool_calls": [] });
    if !ends {
        facts["unterminated"] = true.into();
    }
    exchange(200, &json!({ "text": text }), &facts)
}

#[test]
fn a_false_fact_of_any_kind_is_reported() {
    let folder = Folder::new("false-facts");
    folder.write("true.json", &json!([answer(), failure(), stream(true), stream(false)]));
    let output = wire([folder.0.as_os_str(), "--cuts".as_ref(), "--requests".as_ref()]);
    assert!(output.status.success(), "{}", printed(&output));
    assert_eq!(counts(&printed(&output)), [4, 0, 0]);

    let lies: [(&str, Value, &str, Value); 16] = [
        ("text", answer(), "/expected/text", json!("Let me look")),
        ("reasoning_text", answer(), "/expected/reasoning_text", json!("It may snow.")),
        ("tool_calls.len", answer(), "/expected/tool_calls", json!([])),
        ("tool_calls.id", answer(), "/expected/tool_calls/0/id", json!("call_2")),
        ("tool_calls.name", answer(), "/expected/tool_calls/0/name", json!("time")),
        ("tool_calls.args", answer(), "/expected/tool_calls/0/args/city", json!("Porto")),
        ("finish_reason", answer(), "/expected/finish_reason", json!("stop")),
        ("model", answer(), "/expected/model", json!("another")),
        ("response_id", answer(), "/expected/response_id", json!("another")),
        ("usage.input", answer(), "/expected/usage/input", json!(11)),
        ("usage.output", answer(), "/expected/usage/output", json!(6)),
        ("usage.cache_read", answer(), "/expected/usage/cache_read", json!(3)),
        ("error.code", failure(), "/expected/error/code", json!("rate_limit_exceeded")),
        ("error.message", failure(), "/expected/error/message", json!("No.")),
        ("end", stream(false), "/expected/unterminated", json!(false)),
        ("text", stream(true), "/expected/text", json!("caf\u{e9}")),
    ];
    for (field, mut exchange, pointer, lie) in lies {
        *exchange.pointer_mut(pointer).expect("a fact to falsify") = lie;
        assert_reported(&folder, field, exchange);
    }
    let mut whole = stream(true);
    whole["expected"]["unterminated"] = true.into();
    assert_reported(&folder, "end", whole);
    let mut asked = answer();
    asked["request"]["body"]["temperature"] = json!("hot");
    assert_reported(&folder, "request /temperature", asked);
}

/// That this exchange alone fails, for this field and none before it.
#[expect(clippy::needless_pass_by_value, reason = "as `json!` makes it")]
fn assert_reported(folder: &Folder, field: &str, exchange: Value) {
    folder.write("true.json", &json!([failure(), exchange]));
    let output = wire([folder.0.as_os_str(), "--requests".as_ref()]);
    let printed = printed(&output);
    assert_eq!(output.status.code(), Some(1), "{field}: {printed}");
    assert_eq!(counts(&printed), [1, 1, 0], "{field}: {printed}");
    let complaint = printed.lines().next().unwrap_or_default();
    assert!(complaint.contains(&format!("true.json #1 {field}: expected ")), "{field}: {printed}");
}

#[test]
fn a_recorded_fact_that_is_falsified_is_reported() {
    let test = "a_recorded_fact_that_is_falsified_is_reported";
    let Some(shared) = shared_or_skip(test) else { return };
    let folder = Folder::new("falsified");
    for source in folders(&shared) {
        let mut seen = [false; 4];
        for entry in fs::read_dir(&source).expect("a folder of recordings") {
            let path = entry.expect("an entry").path();
            let stored = fs::read_to_string(path).expect("a recording");
            let recording: Value = serde_json::from_str(&stored).expect("JSON");
            let exchanges = recording["interactions"].as_array().expect("exchanges");
            let known = |exchange: &&Value| {
                exchange.get("expected").is_some()
                    && WIRES.iter().any(|wire| exchange["api"] == *wire)
            };
            for exchange in exchanges.iter().filter(known) {
                for (kind, lie) in LIES.iter().enumerate() {
                    if let Some(false_one) = lie(exchange).filter(|_| !seen[kind]) {
                        seen[kind] = true;
                        folder.write(&format!("{kind}.json"), &json!([false_one]));
                    }
                }
            }
        }
        let expected = seen.iter().filter(|seen| **seen).count();
        let output = wire([&folder.0]);
        let printed = printed(&output);
        assert_eq!(counts(&printed), [0, expected, 0], "{}: {printed}", source.display());
        for kind in 0..seen.len() {
            let _ = fs::remove_file(folder.0.join(format!("{kind}.json")));
        }
    }
}

type Lie = fn(&Value) -> Option<Value>;

/// One kind of fact each: what an exchange would have to be for it; `None` where it has none.
const LIES: [Lie; 4] = [
    |exchange| {
        let text = exchange["expected"]["text"].as_str()?;
        let mut exchange = exchange.clone();
        exchange["expected"]["text"] = format!("{text}!").into();
        Some(exchange)
    },
    |exchange| {
        let call = exchange["expected"]["tool_calls"].get(0)?.get("args")?;
        call.is_object().then_some(())?;
        let mut exchange = exchange.clone();
        exchange["expected"]["tool_calls"][0]["args"]["never"] = true.into();
        Some(exchange)
    },
    |exchange| {
        exchange["expected"]["finish_reason"].as_str()?;
        let mut exchange = exchange.clone();
        exchange["expected"]["finish_reason"] = "never".into();
        Some(exchange)
    },
    |exchange| {
        let output = exchange["expected"]["usage"]["output"].as_u64()?;
        let mut exchange = exchange.clone();
        exchange["expected"]["usage"]["output"] = (output + 1).into();
        Some(exchange)
    },
];

#[test]
fn nonsense_ends_with_a_sentence_and_its_own_exit_code() {
    let folder = Folder::new("nonsense");
    folder.write("other.json", &json!([]));
    let empty = folder.0.display().to_string();
    for (arguments, sentence) in [
        (vec![], "name one or more directories"),
        (vec!["--cut", &empty], "`--cut` is no option"),
        (vec!["/does/not/exist"], "/does/not/exist: "),
        (vec![&*empty, "--seed", "many"], "`--seed` wants a whole number"),
        (vec![&*empty, "--bodies"], "`--bodies` wants a file"),
        (vec![&*empty], "holds no exchange to replay"),
    ] {
        let output = wire(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(sentence), "{arguments:?}: {said}");
    }

    fs::write(folder.0.join("other.json"), "{\"interactions\": 7}").expect("a file");
    let output = wire([&empty]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("other.json: "));

    let mut foreign = answer();
    foreign["api"] = "embeddings".into();
    folder.write("other.json", &json!([foreign]));
    let output = wire([&empty]);
    assert_eq!(output.status.code(), Some(2));
    assert!(printed(&output).ends_with("0 passed, 0 failed, 1 skipped (embeddings 1)\n"));
}
