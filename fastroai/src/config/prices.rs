//! What `[prices]` says: the file of [`Overrides`], each amount looked at where it stands.

use serde_json::{Map, Value};

use super::fault::FaultKind;
use super::section::Section;
use super::shown::is_secret;
use crate::money::{Overrides, Prices, Rates};

/// What a model's rates are called; the first two are needed.
const RATES: [&str; 10] = [
    "input",
    "output",
    "cache_read",
    "cache_write",
    "cache_write_1h",
    "input_audio",
    "output_audio",
    "cache_audio_read",
    "web_search",
    "file_search",
];

pub(super) fn read(section: &Section<'_>) -> Option<Overrides> {
    let before = section.reading.faults.borrow().len();
    let mut overrides = Map::new();
    if let Some(version) = section.text("version", "\"contract of November 2026\"") {
        overrides.insert("version".to_owned(), version.into());
    }
    if let Some(models) = section.child("models") {
        overrides.insert("models".to_owned(), of_models(&models));
    }
    if let Some(tiers) = section.child("tiers") {
        let tiers =
            tiers.named().into_iter().map(|(tier, models)| (tier.to_owned(), of_models(&models)));
        overrides.insert("tiers".to_owned(), Value::Object(tiers.collect()));
    }
    section.finish();
    if section.reading.faults.borrow().len() > before {
        return None;
    }
    match serde_json::from_value(Value::Object(overrides)) {
        Ok(overrides) => Some(overrides),
        Err(error) => {
            let said = error.to_string();
            let what = if is_secret(&said) { "they cannot be used".to_owned() } else { said };
            section.fault_here(FaultKind::BadValue, what);
            None
        }
    }
}

fn of_models(section: &Section<'_>) -> Value {
    let models = section.named().into_iter().map(|(pattern, rates)| {
        let mut read = Map::new();
        if let Err(error) = Prices::standard().with_override(pattern, Rates::FREE) {
            let what = if is_secret(pattern) {
                "no model has this name".to_owned()
            } else {
                error.to_string()
            };
            section.refuse_name(pattern, FaultKind::BadValue, what);
        }
        for (index, name) in RATES.into_iter().enumerate() {
            if let Some(rate) = rates.dollars(name) {
                read.insert(name.to_owned(), rate.to_string().into());
            } else if index < 2 && !rates.has(name) {
                let what = format!(
                    "`{name}` is missing: write `{name} = \"$2.50\"`, for a million tokens"
                );
                rates.fault_here(FaultKind::BadValue, what);
            }
        }
        rates.finish();
        (pattern.to_owned(), Value::Object(read))
    });
    Value::Object(models.collect())
}
