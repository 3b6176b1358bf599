//! Names of models, and addresses of providers.

use fastroai_providers::http::BaseUrl;
use fastroai_providers::{Connection, Message, ModelError, ModelId, Request, Settings, connect};

use crate::transport::{Exchange, ScriptedTransport};

pub(super) fn model_id(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match text.parse::<ModelId>() {
        Ok(id) => {
            assert_eq!(format!("{}:{}", id.provider(), id.name()), text);
            assert_eq!(id.as_str(), text);
            let json = serde_json::to_string(&id).expect("a name is JSON");
            assert_eq!(serde_json::from_str::<ModelId>(&json).ok(), Some(id.clone()));
            let connection = Connection::new().environment(|_| None);
            let said = connect(&id, &connection).err().map(|error| error.to_string());
            assert!(said.is_none_or(|said| !said.contains(char::is_control)), "{text:?}");
        }
        Err(error) => assert!(!error.to_string().contains(char::is_control), "{text:?}"),
    }
}

const KEY: &str = "sk-canary-0123456789";

/// One address for each reason to refuse one. What is said of another is one of the same texts.
const REFUSED: [&str; 6] =
    ["", "data:,x", "https://u:p@a.test", "https://a.test?k", "http://a.test", "ftp://a.test"];

fn said(error: &ModelError) -> String {
    error.to_string()
}

/// An address, a zero byte, and the name of a model that is asked there.
pub(super) fn base_url(bytes: &[u8]) {
    let Some((address, name)) = super::halves(bytes) else { return };
    // A key that is searched for must not be there from the start.
    if address.contains(KEY) || name.contains(KEY) {
        return;
    }
    let base = match address.parse::<BaseUrl>() {
        Ok(base) => base,
        Err(error) => {
            let known =
                REFUSED.map(|address| address.parse::<BaseUrl>().map_err(|error| said(&error)));
            assert!(known.contains(&Err(said(&error))), "a refusal shows the address");
            return;
        }
    };
    let shown = base.to_string();
    assert_eq!(shown.parse::<BaseUrl>().ok(), Some(base.clone()), "what is shown is read");
    assert!(shown.starts_with("https://") || base.is_loopback(), "{shown}");
    assert!(!shown.contains(['?', '#', '@']) || path_of(&shown).contains('@'), "{shown}");
    for provider in ["openai", "anthropic", "google", "azure"] {
        let Ok(id) = format!("{provider}:{name}").parse::<ModelId>() else { return };
        asked(&id, &base);
    }
}

/// Whatever the name, the request goes below the address, and the key is in a header.
fn asked(id: &ModelId, base: &BaseUrl) {
    let transport = ScriptedTransport::new([Exchange::answer(200, "{}")]);
    let connection = Connection::new()
        .environment(|_| None)
        .key(id.provider(), KEY)
        .base_url(id.provider(), base.to_string())
        .transport(transport.clone());
    let model = connect(id, &connection).expect("a model at a base URL that was taken");
    let (messages, settings) = ([Message::user("Hello")], Settings::default());
    let request = Request::new(&messages, &settings);
    let _ = super::runtime().block_on(model.request(&request));
    for seen in transport.seen() {
        let below = base.to_string();
        assert!(seen.url().starts_with(below.trim_end_matches('/')), "{} at {below}", seen.url());
        assert!(!seen.url().contains(KEY) && !seen.url().contains('#'), "{}", seen.url());
        let header = ["authorization", "x-api-key", "x-goog-api-key", "api-key"]
            .into_iter()
            .filter(|name| seen.header(name).is_some_and(|value| value.contains(KEY)));
        assert_eq!(header.count(), 1, "the key is in one header");
    }
}

fn path_of(url: &str) -> &str {
    url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path)
}
