//! What `[providers.NAME]` says: where a provider is, and where its key is.

use std::collections::BTreeMap;

use fastroai_providers::catalogue::PROVIDERS;
use fastroai_providers::http::BaseUrl;

use super::fault::FaultKind;
use super::keys::Named;
use super::section::{Section, text_of};
use super::shown;
use crate::catalogue;

#[derive(Default)]
pub(super) struct Providers {
    pub(super) base_urls: BTreeMap<String, String>,
    pub(super) keys: BTreeMap<String, Named>,
}

impl Providers {
    pub(super) fn read(section: Option<&Section<'_>>) -> Self {
        let mut providers = Self::default();
        for (name, table) in section.into_iter().flat_map(Section::named) {
            let is_known = section.is_some_and(|section| check_provider(section, name));
            let base_url = table.value(
                "base_url",
                |value| {
                    let text = text_of(value, "base_url", "\"https://api.example.com/v1\"")?;
                    match text.parse::<BaseUrl>() {
                        Ok(_) => Ok(text),
                        Err(error) => {
                            let plain = text.trim_start().to_ascii_lowercase().starts_with("http:");
                            let kind =
                                if plain { FaultKind::Insecure } else { FaultKind::BadValue };
                            Err((kind, error.to_string()))
                        }
                    }
                },
                |url| shown::url(url),
            );
            let key = table.key("key");
            table.finish();
            if is_known {
                providers.base_urls.extend(base_url.map(|url| (name.to_owned(), url)));
                providers.keys.extend(key.map(|key| (name.to_owned(), key)));
            }
        }
        providers
    }
}

/// Whether there is a provider of this name, which needs something.
pub(super) fn check_provider(section: &Section<'_>, name: &str) -> bool {
    let known = || PROVIDERS.iter().map(|provider| provider.name);
    if name == "offline" {
        let what = "`offline` needs neither a key nor an address: leave it out".to_owned();
        section.refuse_name(name, FaultKind::BadValue, what);
        return false;
    }
    if known().any(|known| known == name) {
        return true;
    }
    let nearest = catalogue::nearest_key(name, known()).map(str::to_owned);
    let what = if let Some(nearest) = &nearest {
        format!("there is no such provider: did you mean `{nearest}`?")
    } else {
        let names: Vec<String> = known().map(|name| format!("`{name}`")).collect();
        format!("there is no such provider: the providers are {}", names.join(", "))
    };
    section.refuse_name(name, FaultKind::UnknownKey { nearest }, what);
    false
}
