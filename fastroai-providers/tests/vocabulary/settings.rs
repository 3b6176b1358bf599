//! Settings: merged key by key, stored, and shown without what may be secret.

use fastroai_providers::Settings;
use fastroai_providers::request::{CachePolicy, CacheTtl};
use serde_json::{Map, Value, json};

fn fields(value: Value) -> Map<String, Value> {
    let Value::Object(fields) = value else { unreachable!("an object") };
    fields
}

fn all() -> Settings {
    Settings {
        top_k: Some(40),
        cache: Some(CachePolicy {
            key: Some("travel".to_owned()),
            ..CachePolicy::all(CacheTtl::OneHour)
        }),
        extra_headers: [("X-Trace".to_owned(), "canary-1".to_owned())].into(),
        extra_body: fields(json!({"user": "canary-2", "metadata": {"a": 1}})),
        ..Settings::default()
    }
}

#[test]
fn headers_fields_and_cache_are_merged_key_by_key() {
    let over = Settings {
        cache: Some(CachePolicy { tools: Some(CacheTtl::FiveMinutes), ..CachePolicy::default() }),
        extra_headers: [("x-trace".to_owned(), "b".to_owned()), ("x-b".to_owned(), "c".to_owned())]
            .into(),
        extra_body: fields(json!({"metadata": {"b": 2}})),
        ..Settings::default()
    };
    let both = all().merge(&over);
    assert_eq!(both.top_k, Some(40));
    let cache = both.cache.as_ref().unwrap();
    assert_eq!(
        (cache.tools, cache.instructions),
        (over.cache.unwrap().tools, Some(CacheTtl::OneHour))
    );
    assert_eq!(cache.key.as_deref(), Some("travel"));
    assert_eq!(both.extra_headers, over.extra_headers, "a header has one value in any case");
    assert_eq!(both.extra_body, fields(json!({"user": "canary-2", "metadata": {"b": 2}})));
}

#[test]
fn nothing_set_changes_nothing() {
    let unset = Settings::default();
    assert_eq!(all().merge(&unset), all());
    assert_eq!(unset.merge(&all()), all());
    assert_eq!(serde_json::to_value(&unset).unwrap(), json!({}));
}

#[test]
fn settings_are_stored_as_they_are() {
    let text = serde_json::to_string(&all()).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), all());
    assert!(serde_json::from_str::<Settings>(r#"{"cache": {"prompt": "5m"}}"#).is_err());
}

#[test]
fn values_of_headers_and_fields_are_not_shown() {
    let shown = format!("{:?}", all());
    assert!(!shown.contains("canary"), "{shown}");
    assert!(shown.contains("X-Trace") && shown.contains("metadata"), "{shown}");
}
