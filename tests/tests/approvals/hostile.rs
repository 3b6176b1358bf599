//! Stored runs that were changed in their structure, so that they are still JSON.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};

/// The places of a value, all the way down.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), all);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                places(field, &format!("{at}/{name}"), all);
            }
        }
        _ => {}
    }
}

fn others() -> [Value; 14] {
    [
        json!(0),
        json!(1),
        json!(2),
        json!(u64::MAX),
        json!(-1),
        json!(null),
        json!(true),
        json!(""),
        json!("a"),
        json!("external"),
        json!("final_answer"),
        json!([]),
        json!({}),
        json!({"0": "approved", "1": "asked", "7": "external"}),
    ]
}

fn seeds() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds/paused");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| serde_json::from_slice(&fs::read(file).unwrap()).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_stored_run_is_read_or_refused_whatever_is_put_in_its_places(
        seed in any::<prop::sample::Index>(),
        changes in prop::collection::vec(
            (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>()),
            1..4,
        ),
    ) {
        let seeds = seeds();
        let mut value = seed.get(&seeds).clone();
        for (at, other, from_itself) in changes {
            let mut all = Vec::new();
            places(&value, "", &mut all);
            let other = if from_itself {
                value.pointer(other.get::<String>(&all)).unwrap().clone()
            } else {
                other.get(&others()).clone()
            };
            *value.pointer_mut(at.get::<String>(&all)).unwrap() = other;
        }
        tests::untrusted::read("paused", value.to_string().as_bytes());
    }
}
