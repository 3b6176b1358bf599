//! The page for those who come from Python is what the sources are.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Every name of the Python library that a program can write.
const PYTHON: &str = "
    FastroAgent AgentConfig DEFAULT_MODEL DEFAULT_MAX_TOKENS DEFAULT_TEMPERATURE DEFAULT_MAX_RETRIES
    DEFAULT_SYSTEM_PROMPT model system_prompt max_tokens temperature timeout timeout_name max_retries
    get_effective_system_prompt agent= output_type toolsets cost_calculator on_before_dispatch
    on_after_dispatch run run_stream deps message_history model_settings usage_limits tracer as_step
    AgentStepWrapper StreamChunk content is_final usage_data ChatResponse output input_tokens
    output_tokens total_tokens cache_read_tokens cache_write_tokens input_audio_tokens
    output_audio_tokens cache_audio_read_tokens tool_calls tool_name args tool_call_id
    tool_call_count request_count cost_microcents processing_time_ms trace_id usage_details
    cost_dollars Pipeline PipelineConfig PipelineResult BasePipeline BaseStep step StepConfig
    StepContext ConversationStatus ConversationState StepUsage PipelineUsage safe_tool on_timeout
    on_error FunctionToolsetBase SafeToolset Tracer span log_metric log_error SimpleTracer NoOpTracer
    LogfireTracer CostCalculator calculate_cost pricing_overrides add_pricing_override input_per_mtok
    output_per_mtok cache_read_per_mtok cache_write_per_mtok microcents_to_dollars
    dollars_to_microcents format_cost FastroAIError PipelineValidationError StepExecutionError
    CostBudgetExceededError budget_microcents actual_microcents DispatchSkippedError ErrorCategory
    transient permanent resource_exhaustion unknown
";

/// Names that the page may say have no counterpart yet, and what there is in the sources once they
/// have one.
const AWAITED: [(&str, &str); 3] = [
    ("Pipeline", "pub mod pipeline"),
    ("StepContext", "pub mod pipeline"),
    ("as_step", "pub mod pipeline"),
];

struct Row {
    python: Vec<String>,
    ours: Vec<String>,
    said: String,
}

fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn rows() -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/from-python.md");
    let page = fs::read_to_string(path).expect("the page");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    rows.map(|line| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let [_, python, ours, _, _] = cells[..] else { panic!("a row has three cells: {line}") };
        Row { python: quoted(python), ours: quoted(ours), said: ours.to_owned() }
    })
    .collect()
}

/// All sources that a user's documentation is made of.
fn sources() -> String {
    fn collect(folder: &Path, all: &mut String) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                collect(&path, all);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                all.push_str(&fs::read_to_string(&path).expect("a source"));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut all = String::new();
    for name in ["fastroai/src", "fastroai-providers/src", "fastroai-macros/src"] {
        collect(&root.join(name), &mut all);
    }
    all
}

/// The last name of a path, without what makes it a macro or an attribute.
fn last(path: &str) -> &str {
    let path = path.trim_start_matches("#[").trim_end_matches([']', '!', '=']);
    path.rsplit("::").next().unwrap_or(path)
}

/// What is declared in the sources, and the names by which else it is found.
struct Found {
    declared: BTreeSet<String>,
    aliases: BTreeSet<String>,
}

impl Found {
    fn read() -> (Self, String) {
        let sources = sources();
        let mut found = Self { declared: BTreeSet::new(), aliases: BTreeSet::new() };
        for line in sources.lines().map(str::trim) {
            let alias =
                line.strip_prefix("#[doc(alias = \"").and_then(|it| it.strip_suffix("\")]"));
            found.aliases.extend(alias.map(str::to_owned));
            found.declared.extend(declared(line).map(str::to_owned));
        }
        (found, sources)
    }
}

/// The name of the item, the field or the variant that this line declares.
fn declared(line: &str) -> Option<&str> {
    const ITEMS: [&str; 8] =
        ["fn", "struct", "enum", "trait", "type", "const", "macro_rules!", "mod"];
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let name = |rest: &'_ str| rest.find(|c| !is_name(c)).unwrap_or(rest.len());
    let mut words = line.split_inclusive(' ').scan(0, |at, word| {
        *at += word.len();
        Some((*at, word.trim()))
    });
    if let Some((end, _)) = words.find(|(_, word)| ITEMS.contains(word)) {
        let rest = line.get(end..)?;
        // `const fn`
        return declared(rest).or_else(|| rest.get(..name(rest)));
    }
    let bare = line.strip_prefix("pub ").unwrap_or(line);
    let end = name(bare);
    let is_field = line.starts_with("pub ") && bare.get(end..)?.starts_with(':');
    let is_variant = bare.starts_with(char::is_uppercase)
        && [" {", "(", ","]
            .iter()
            .any(|next| bare.get(end..).is_some_and(|it| it.starts_with(next)));
    (is_field || is_variant).then(|| bare.get(..end)).flatten()
}

#[test]
fn the_page_for_those_who_come_from_python_has_every_name() {
    let told: BTreeSet<_> = rows().into_iter().flat_map(|row| row.python).collect();
    let missing: Vec<_> = PYTHON.split_whitespace().filter(|name| !told.contains(*name)).collect();
    assert!(missing.is_empty(), "docs/from-python.md does not have {missing:?}");
}

#[test]
fn what_the_page_names_in_their_place_exists() {
    let (found, _) = Found::read();
    for row in rows() {
        for ours in &row.ours {
            for part in ours.split("::") {
                assert!(found.declared.contains(last(part)), "there is no `{ours}`");
            }
        }
        assert!(!row.ours.is_empty() || row.said.starts_with("none"), "`{:?}`", row.python);
    }
}

#[test]
fn what_stands_in_their_place_is_found_by_the_python_names() {
    let (found, _) = Found::read();
    for row in rows().iter().filter(|row| !row.ours.is_empty()) {
        for name in row.python.iter().map(|name| last(name)) {
            let is_found = found.aliases.contains(name) || found.declared.contains(name);
            assert!(is_found, "nothing is found by `{name}`: write `#[doc(alias)]`");
        }
    }
}

#[test]
fn what_the_page_says_is_awaited_is_not_there() {
    let (found, sources) = Found::read();
    for row in rows().iter().filter(|row| row.said == "none yet") {
        for (name, sign) in AWAITED {
            let names = row.python.iter().any(|python| python == name);
            assert!(
                !(names && sources.contains(sign)),
                "`{sign}` is there: say in docs/from-python.md what stands in the place of `{name}`"
            );
        }
        for name in &row.python {
            let is_found = found.aliases.contains(name);
            assert!(!is_found, "something is found by `{name}`: name it in the page");
        }
    }
}
