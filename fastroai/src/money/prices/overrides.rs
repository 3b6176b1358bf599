//! Prices as they are written in a file.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::pattern::Pattern;
use super::tier::is_ordinary;
use crate::money::Rates;

/// Prices to set in place of the list's, as a file in TOML, JSON or the like has them.
///
/// Rates are dollars for a million tokens, and for one search, as text. A zero is free; what is left
/// out follows from the others, as [`Rates`] says. Unknown keys, numbers instead of text, negative
/// amounts, patterns that could never match and a model that is there twice are refused, with the
/// name of the model.
///
/// ```
/// # use fastroai::money::{Overrides, Prices};
/// let overrides: Overrides = serde_json::from_str(r#"{
///     "version": "contract of November 2026",
///     "models": {
///         "openai:gpt-4o": {"input": "2.25", "output": "9.00", "cache_read": "0"},
///         "acme:*": {"input": "1.00", "output": "2.00", "web_search": "0.01"}
///     },
///     "tiers": {
///         "priority": {"openai:gpt-4o": {"input": "4.25", "output": "17.00"}},
///         "batch": {"openai:gpt-4o": {"input": "1.10", "output": "4.40"}}
///     }
/// }"#)?;
/// let prices = Prices::standard().with_overrides(overrides);
/// assert!(prices.rates("openai", "gpt-4o-2024-08-06").is_some());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Overrides {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<String>,
    #[serde(skip_serializing_if = "Table::is_empty")]
    pub(super) models: Table<Rates>,
    /// For models in a tier of service that is not the ordinary one.
    #[serde(skip_serializing_if = "Table::is_empty")]
    pub(super) tiers: Table<Table<Rates>>,
}

/// Entries in their order, none of which is there twice.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table<T>(pub(super) Vec<(String, T)>);

impl<T> Table<T> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// What stands under a name.
pub(super) trait Entry {
    fn check(name: &str) -> Result<(), String>;
}

impl Entry for Rates {
    fn check(name: &str) -> Result<(), String> {
        name.parse::<Pattern>().map(drop).map_err(|error| error.to_string())
    }
}

impl Entry for Table<Rates> {
    fn check(name: &str) -> Result<(), String> {
        if is_ordinary(name) {
            let name = name.escape_debug();
            return Err(format!("`{name}` is the ordinary tier: write its prices under `models`"));
        }
        Ok(())
    }
}

impl<'de, T: Deserialize<'de> + Entry> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de> + Entry> Visitor<'de> for Entries<T> {
            type Value = Table<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of names, each with its prices")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Table<T>, A::Error> {
                let mut seen = BTreeSet::new();
                let mut order = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    let shown = name.escape_debug();
                    T::check(&name).map_err(A::Error::custom)?;
                    let entry = map.next_value::<T>();
                    let entry = entry.map_err(|error| {
                        A::Error::custom(format_args!("prices of `{shown}`: {error}"))
                    })?;
                    if !seen.insert(name.to_ascii_lowercase()) {
                        return Err(A::Error::custom(format_args!(
                            "`{shown}` is there twice: leave one out"
                        )));
                    }
                    order.push((name, entry));
                }
                Ok(Table(order))
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

impl<T: Serialize> Serialize for Table<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, entry) in &self.0 {
            map.serialize_entry(name, entry)?;
        }
        map.end()
    }
}
