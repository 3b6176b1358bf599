//! Keys without a neutral counterpart.

use std::collections::BTreeSet;

use serde_json::Value;

/// Takes out of an object all keys but these, and notes them below this name. A `null` says
/// nothing and goes without a note.
pub(super) fn keep(
    object: &mut Value,
    name: &str,
    modelled: &[&str],
    removed: &mut BTreeSet<String>,
) {
    let Value::Object(fields) = object else { return };
    let dot = if name.is_empty() { "" } else { "." };
    fields.retain(|key, value| {
        let stays = modelled.contains(&key.as_str());
        if !stays && !value.is_null() {
            removed.insert(format!("{name}{dot}{key}"));
        }
        stays && !value.is_null()
    });
}

/// The objects of a list below an object.
pub(super) fn each<'a>(object: &'a mut Value, list: &str) -> impl Iterator<Item = &'a mut Value> {
    object.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten()
}
