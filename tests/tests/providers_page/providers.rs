//! How the providers are reached, and in what they differ.

use std::collections::BTreeSet;

use fastroai_providers::openai::chat::{ReasoningReplay, SeedName, TokenLimit};
use fastroai_providers::services::{
    Address, ChatDialect, FACES, Face, KeyHeader, KeyNeed, Models, Wire,
};

/// The table for the documentation of `connect`.
pub(super) fn reached() -> String {
    let head = ["provider", "key", "base URL", "usually"];
    let rows = FACES.iter().map(|face| {
        let usually = match face.address {
            Address::At(url) => super::code(url),
            Address::Within { template, variables } => {
                format!("{}, from {}", super::code(template), super::list(variables))
            }
            Address::Asked { example } => format!("none: like {}", super::code(example)),
            _ => panic!("a new kind of address"),
        };
        let base_url = super::list(face.base_url_variables);
        vec![linked(face), super::list(face.key_variables), base_url, usually]
    });
    super::table(&head, rows)
}

pub(super) fn section() -> String {
    let head =
        ["provider", "wire", "key", "base URL", "tools", "JSON schema", "beside tools", "notes"];
    format!("## Providers\n\n{}", super::table(&head, FACES.iter().map(row)))
}

fn row(face: &'static Face) -> Vec<String> {
    let mut address = match face.address {
        Address::At(url) => super::code(url),
        Address::Within { template, variables } => {
            format!("{} from {}", super::code(template), super::list(variables))
        }
        Address::Asked { example } => format!("none: like {}", super::code(example)),
        _ => panic!("a new kind of address"),
    };
    address = format!("{address}, or {}", super::list(face.base_url_variables));
    let wire = match face.wire {
        Wire::ChatCompletions(_) => "Chat Completions",
        Wire::Responses(_) => "Responses",
        Wire::Messages => "Messages",
        Wire::GenerateContent => "Gemini",
        _ => panic!("a new wire"),
    };
    let [tools, schema, beside] = abilities(face);
    vec![
        linked(face),
        wire.to_owned(),
        super::list(face.key_variables),
        address,
        tools,
        schema,
        beside,
        notes(face).join("; "),
    ]
}

fn linked(face: &Face) -> String {
    format!("[`{}`]({})", face.name, face.docs)
}

/// Whether its models call tools, are held to a schema, and are held to one beside tools.
fn abilities(face: &'static Face) -> [String; 3] {
    let protocol = face.protocol();
    // Names tell on the wires of those who defined them, and Claude's everywhere.
    let claude: &[&str] = &["claude-3-5-haiku-latest", "claude-haiku-4-5", "another"];
    let models = match face.wire {
        Wire::Messages => claude,
        _ if face.models.is_empty() => &["another"],
        _ => face.models,
    };
    let profiles: Vec<_> = models.iter().map(|model| protocol.profile(model)).collect();
    let tools = some_or_all(profiles.iter().map(|profile| profile.tools));
    let schema = match face.json_schema {
        Models::All => some_or_all(profiles.iter().map(|profile| profile.json_schema)),
        Models::None => "no".to_owned(),
        Models::Beginning(names) => {
            names.iter().map(|name| format!("`{name}…`")).collect::<Vec<_>>().join(", ")
        }
        _ => panic!("a new kind of models"),
    };
    let both = profiles
        .iter()
        .map(|profile| profile.tools && profile.json_schema && profile.json_schema_beside_tools);
    [tools, schema, some_or_all(both)]
}

fn some_or_all(can: impl Iterator<Item = bool>) -> String {
    let all: BTreeSet<bool> = can.collect();
    match (all.contains(&true), all.contains(&false)) {
        (true, false) => "yes",
        (true, true) => "by the model",
        _ => "no",
    }
    .to_owned()
}

fn notes(face: &Face) -> Vec<String> {
    let mut notes = Vec::new();
    if face.key == KeyNeed::Perhaps {
        notes.push("a key only where it asks for one".to_owned());
    }
    if let KeyHeader::Named(name) = face.key_header {
        notes.push(format!("the key goes as `{name}`"));
    }
    match face.wire {
        Wire::ChatCompletions(dialect) => notes.extend(chat(dialect)),
        Wire::Responses(dialect) if !dialect.encrypted_reasoning => {
            notes.push("reasoning goes back as it came".to_owned());
        }
        _ => {}
    }
    let begin = |names: &[&str]| {
        names.iter().map(|name| format!("`{name}…`")).collect::<Vec<_>>().join(", ")
    };
    match face.forced_tools {
        Models::All => {}
        Models::None => notes.push("a tool cannot be forced: the choice stays free".to_owned()),
        Models::Beginning(names) => {
            notes.push(format!(
                "a tool can be forced on {} only: else the choice stays free",
                begin(names)
            ));
        }
        _ => panic!("a new kind of models"),
    }
    if !face.other_paths.is_empty() {
        notes.push("the path depends on the model".to_owned());
    }
    if face.streams_only {
        notes.push("it answers in streams only, and whole replies are put together".to_owned());
    }
    if !face.refused.is_empty() {
        let refused: Vec<_> =
            face.refused.iter().map(|refused| super::code(refused.name())).collect();
        notes.push(format!("it takes no {}", refused.join(", ")));
    }
    let asks = matches!(face.wire, Wire::Responses(_) | Wire::Messages);
    if asks && face.counts_tokens && !matches!(face.service, "openai" | "anthropic") {
        notes.push("counts tokens".to_owned());
    }
    if face.free_here {
        notes.push("free on this machine".to_owned());
    }
    if !face.note.is_empty() {
        notes.push(face.note.to_owned());
    }
    notes
}

fn chat(dialect: ChatDialect) -> Vec<String> {
    let mut notes = Vec::new();
    if dialect.token_limit == TokenLimit::MaxTokens {
        notes.push("the limit goes as `max_tokens`".to_owned());
    }
    if dialect.seed == SeedName::RandomSeed {
        notes.push("the seed goes as `random_seed`".to_owned());
    }
    let replay = match dialect.reasoning_replay {
        ReasoningReplay::Never => None,
        ReasoningReplay::ReasoningContent => Some("reasoning_content"),
        ReasoningReplay::Reasoning => Some("reasoning"),
        ReasoningReplay::ReasoningDetails => Some("reasoning_details"),
        _ => panic!("a new kind of replay"),
    };
    notes.extend(replay.map(|field| format!("reasoning goes back as `{field}`")));
    if !dialect.stream_options {
        notes.push("a stream reports its usage unasked".to_owned());
    }
    notes
}
