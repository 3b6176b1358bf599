//! How the providers are reached, and in what they differ.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use fastroai_providers::catalogue::{PROVIDERS, Provider};
use fastroai_providers::compatible::{Address, KeyNeed, Models, Service};
use fastroai_providers::connect;
use fastroai_providers::openai::chat::{KeyHeader, ReasoningReplay, TokenLimit};
use fastroai_providers::{Connection, Message, Model, ModelError, Profile, Request, Settings};
use futures_util::FutureExt;
use tests::transport::{Exchange, ScriptedTransport};

pub(super) fn section() -> String {
    let head =
        ["provider", "wire", "key", "base URL", "tools", "JSON schema", "beside tools", "notes"];
    let known = PROVIDERS.iter().filter(|provider| provider.name != "offline");
    let rows = known.map(|provider| match Service::named(provider.name) {
        Some(service) => compatible(service),
        None => native(provider),
    });
    format!("## Providers\n\n{}", super::table(&head, rows))
}

fn compatible(service: &'static Service) -> Vec<String> {
    let mut address = match service.address {
        Address::At(url) => super::code(url),
        Address::Within { template, variables } => {
            format!("{} from {}", super::code(template), super::list(variables))
        }
        Address::Asked { example } => format!("none: like {}", super::code(example)),
        _ => panic!("a new kind of address"),
    };
    address = format!("{address}, or {}", super::list(service.base_url_variables));
    let schema = match service.json_schema {
        Models::All => "yes".to_owned(),
        Models::None => "no".to_owned(),
        Models::Beginning(names) => {
            names.iter().map(|name| format!("`{name}…`")).collect::<Vec<_>>().join(", ")
        }
        _ => panic!("a new kind of models"),
    };
    let beside = service.json_schema_beside_tools && service.json_schema != Models::None;
    vec![
        format!("[`{}`]({})", service.name, service.docs),
        "Chat Completions".to_owned(),
        super::list(service.key_variables),
        address,
        yes(service.tools),
        schema,
        yes(beside && service.tools),
        notes(service).join("; "),
    ]
}

fn notes(service: &Service) -> Vec<String> {
    let mut notes = Vec::new();
    if service.key == KeyNeed::Perhaps {
        notes.push("a key only where it asks for one".to_owned());
    }
    if service.key_header == KeyHeader::ApiKey {
        notes.push("the key goes as `api-key`".to_owned());
    }
    if service.token_limit == TokenLimit::MaxTokens {
        notes.push("the limit goes as `max_tokens`".to_owned());
    }
    let replay = match service.reasoning_replay {
        ReasoningReplay::Never => None,
        ReasoningReplay::ReasoningContent => Some("reasoning_content"),
        ReasoningReplay::Reasoning => Some("reasoning"),
        ReasoningReplay::ReasoningDetails => Some("reasoning_details"),
        _ => panic!("a new kind of replay"),
    };
    notes.extend(replay.map(|field| format!("reasoning goes back as `{field}`")));
    if !service.stream_options {
        notes.push("a stream reports its usage unasked".to_owned());
    }
    if service.free_here {
        notes.push("free on this machine".to_owned());
    }
    notes
}

fn native(provider: &'static Provider) -> Vec<String> {
    let (key, base_url) = variables(provider.name);
    let profiles: Vec<Profile> =
        provider.models.iter().map(|name| model(provider.name, name).profile().clone()).collect();
    let can = |can: fn(&Profile) -> bool| some_or_all(profiles.iter().map(can));
    let address = format!("{}, or {}", super::code(&address(provider)), super::list(&base_url));
    vec![
        super::code(provider.name),
        wire(provider).to_owned(),
        super::list(&key),
        address,
        can(|profile| profile.tools),
        can(|profile| profile.json_schema),
        can(|profile| profile.json_schema && profile.json_schema_beside_tools),
        String::new(),
    ]
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
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

const KEY: &str = "sk-probe-0123456789";

fn model(provider: &str, name: &str) -> Arc<dyn Model> {
    let id = format!("{provider}:{name}").parse().expect("a model's name");
    connect(&id, &Connection::new().environment(|_| None).key(provider, KEY)).expect("a model")
}

/// The variables that hold a provider's key, and those that hold its base URL, the first that counts
/// first: which are looked up, and what is refused in them.
fn variables(provider: &str) -> (Vec<&'static str>, Vec<&'static str>) {
    let id = format!("{provider}:model").parse().expect("a model's name");
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let noted = Arc::clone(&asked);
    let note = move |name: &str| {
        noted.lock().expect("no panic while locked").push(name.to_owned());
        None
    };
    assert!(connect(&id, &Connection::new().environment(note)).is_err(), "{provider}: no key");
    let mut names = asked.lock().expect("no panic while locked").clone();
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    let refused = |variable: &str| -> ModelError {
        let variable = variable.to_owned();
        let value = move |name: &str| (name == variable).then(|| "no URL\n".to_owned());
        connect(&id, &Connection::new().environment(value)).err().expect("no model")
    };
    let is_address = |name: &&'static str| refused(name).to_string().contains("base URL");
    let names: Vec<&'static str> = names.into_iter().map(|name| &*name.leak()).collect();
    names.into_iter().partition(|name| !is_address(name))
}

/// Where a request goes, without what follows the base URL.
fn address(provider: &Provider) -> String {
    let url = asked(provider);
    let end = ["/chat/completions", "/responses", "/v1/messages", "/v1beta/models"]
        .into_iter()
        .find_map(|path| url.find(path));
    url[..end.expect("a path that is known")].to_owned()
}

fn wire(provider: &Provider) -> &'static str {
    let url = asked(provider);
    let wires = [
        ("/chat/completions", "Chat Completions"),
        ("/responses", "Responses"),
        ("/v1/messages", "Messages"),
        (":generateContent", "Gemini"),
    ];
    let wire = wires.into_iter().find(|(end, _)| url.ends_with(end));
    wire.expect("a wire that is known").1
}

fn asked(provider: &Provider) -> String {
    let transport = ScriptedTransport::new([Exchange::fail(ModelError::config("not sent"))]);
    let connection = Connection::new()
        .environment(|_| None)
        .key(provider.name, KEY)
        .transport(transport.clone());
    let name = provider.models.first().expect("a model that is known");
    let id = format!("{}:{name}", provider.name).parse().expect("a model's name");
    let model = connect(&id, &connection).expect("a model");
    let (messages, settings) = ([Message::user("Hello")], Settings::default());
    let request = Request::new(&messages, &settings);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let _ = runtime.expect("a runtime").block_on(model.request(&request).boxed());
    transport.seen().first().expect("a request").url().to_owned()
}
