//! A small value that fits a JSON schema.
//!
//! Of what the vocabulary offers (<https://json-schema.org/draft/2020-12/json-schema-validation>)
//! everything that tools and outputs use is understood; `not`, `if`, `contains`,
//! `patternProperties` and `dependentSchemas` are not looked at.

mod merge;
mod number;
mod pattern;
mod text;

use std::collections::HashSet;

use serde_json::{Map, Value};

use merge::merge;

type Object = Map<String, Value>;

/// The most values to make for one schema, against schemas that grow without end.
const MOST_VALUES: usize = 10_000;

/// The deepest that schemas are followed into one another.
const DEEPEST: usize = 64;

/// The smallest sensible value that fits the schema; `{}` where there is none.
///
/// Constants, examples and defaults are taken as they stand. An optional property is filled only
/// if the schema gives its value. Another seed gives another value, where there is one.
pub(super) fn sample(schema: &Value, seed: u32) -> Value {
    let seeds = [usize::try_from(seed).unwrap_or_default(), 0];
    let value = seeds.into_iter().find_map(|seed| {
        let open = vec!["#".to_owned()];
        Sampler { root: schema, open, left: MOST_VALUES, seed }.any(schema, 0)
    });
    value.unwrap_or_else(|| Value::Object(Map::new()))
}

struct Sampler<'a> {
    root: &'a Value,
    /// The references that are being followed. None is followed inside itself: the smallest
    /// value of a recursive schema never needs that.
    open: Vec<String>,
    left: usize,
    /// Which of several values is taken, where there is no other reason for one.
    seed: usize,
}

impl Sampler<'_> {
    /// A value for `schema` of which there need be no other.
    fn any(&mut self, schema: &Value, depth: usize) -> Option<Value> {
        if self.seed > 0
            && let Some(value) = self.value(schema, depth, self.seed)
        {
            return Some(value);
        }
        self.value(schema, depth, 0)
    }

    /// A value for `schema`; the `nth` of several that are to differ. `None` where none fits.
    fn value(&mut self, schema: &Value, depth: usize, nth: usize) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        if depth > DEEPEST {
            return None;
        }
        let schema = match schema {
            Value::Object(schema) => schema,
            Value::Bool(false) => return None,
            _ => return text::text(&Object::new(), nth).map(Value::String),
        };
        if let Some(value) = given(schema, nth) {
            return Some(value);
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return self.reference(reference, schema, depth, nth);
        }
        if let Some(all) = schema.get("allOf").and_then(Value::as_array) {
            let base = without(schema, "allOf");
            let whole = all.iter().filter_map(Value::as_object).fold(base, merge);
            return self.value(&Value::Object(whole), depth + 1, nth);
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(branches) = schema.get(key).and_then(Value::as_array) {
                return self.first(branches, &without(schema, key), depth, nth);
            }
        }
        self.typed(schema, depth, nth)
    }

    fn reference(
        &mut self,
        reference: &str,
        schema: &Object,
        depth: usize,
        nth: usize,
    ) -> Option<Value> {
        let target = self.root.pointer(&percent_decoded(reference.strip_prefix('#')?)?)?;
        if self.open.iter().any(|open| open == reference) {
            return None;
        }
        let whole = match target {
            Value::Object(target) => Value::Object(merge(target.clone(), &without(schema, "$ref"))),
            other => other.clone(),
        };
        self.open.push(reference.to_owned());
        let value = self.value(&whole, depth + 1, nth);
        self.open.pop();
        value
    }

    /// A value of the first branch that has one; branches for null come last.
    fn first(
        &mut self,
        branches: &[Value],
        base: &Object,
        depth: usize,
        nth: usize,
    ) -> Option<Value> {
        let is_null = |branch: &&Value| branch.get("type") == Some(&Value::from("null"));
        let nulls = branches.iter().filter(is_null);
        branches.iter().filter(|branch| !is_null(branch)).chain(nulls).find_map(|branch| {
            let whole = match branch {
                Value::Object(branch) => Value::Object(merge(base.clone(), branch)),
                Value::Bool(true) => Value::Object(base.clone()),
                _ => return None,
            };
            self.value(&whole, depth + 1, nth)
        })
    }

    fn typed(&mut self, schema: &Object, depth: usize, nth: usize) -> Option<Value> {
        let names: Vec<&str> = match schema.get("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => vec![implied_type(schema)],
        };
        let rest = names.iter().filter(|name| **name == "null");
        names.iter().filter(|name| **name != "null").chain(rest).find_map(|name| match *name {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, depth),
            "string" => text::text(schema, nth).map(Value::String),
            "integer" => number::integer(schema, nth),
            "number" => number::number(schema, nth),
            "boolean" => Some(Value::Bool(nth.is_multiple_of(2))),
            "null" => Some(Value::Null),
            _ => None,
        })
    }

    fn object(&mut self, schema: &Object, depth: usize) -> Option<Value> {
        let empty = Object::new();
        let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let mut object = Object::new();
        let is_required: HashSet<&str> = required.iter().copied().collect();
        for (name, property) in properties {
            if is_required.contains(name.as_str()) {
                object.insert(name.clone(), self.any(property, depth + 1)?);
            } else if let Some(value) =
                property.as_object().and_then(|property| given(property, self.seed))
            {
                object.insert(name.clone(), value);
            }
        }
        let more = schema.get("additionalProperties").unwrap_or(&Value::Bool(true));
        for name in required {
            if !object.contains_key(name) {
                object.insert(name.to_owned(), self.any(more, depth + 1)?);
            }
        }
        let least = size(schema, "minProperties").unwrap_or(0);
        // A map with a schema for its values says more with an entry than without one.
        let least = least.max(usize::from(properties.is_empty() && more.is_object()));
        let most = size(schema, "maxProperties").unwrap_or(usize::MAX);
        for nth in object.len()..least.min(most) {
            match self.value(more, depth + 1, nth) {
                Some(value) => object.insert(format!("key_{}", nth.saturating_add(1)), value),
                None => break,
            };
        }
        (object.len() >= size(schema, "minProperties").unwrap_or(0))
            .then_some(Value::Object(object))
    }

    fn array(&mut self, schema: &Object, depth: usize) -> Option<Value> {
        let most = size(schema, "maxItems").unwrap_or(usize::MAX);
        let least = size(schema, "minItems").unwrap_or(0);
        if least > most || least > MOST_VALUES {
            return None;
        }
        let first: &[Value] =
            schema.get("prefixItems").and_then(Value::as_array).map_or(&[], Vec::as_slice);
        let rest = schema.get("items").unwrap_or(&Value::Bool(true));
        let unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
        let mut items: Vec<Value> = Vec::new();
        for nth in 0..least.max(first.len()).min(most) {
            let item = first.get(nth).unwrap_or(rest);
            let value = if unique {
                self.value(item, depth + 1, self.seed.saturating_add(nth))
            } else {
                self.any(item, depth + 1)
            };
            match value {
                Some(value) => items.push(value),
                None if nth >= least => break,
                None => return None,
            }
        }
        // One item shows what the list is of, where there is an item to be had.
        if items.is_empty()
            && most > 0
            && rest.is_object()
            && let Some(value) = self.any(rest, depth + 1)
        {
            items.push(value);
        }
        Some(Value::Array(items))
    }
}

/// The value that a schema itself gives: a constant, a choice, an example or a default.
fn given(schema: &Object, nth: usize) -> Option<Value> {
    let of = |key: &str| schema.get(key).and_then(Value::as_array);
    let choice = |values: &Vec<Value>| values.get(nth % values.len().max(1)).cloned();
    if let Some(constant) = schema.get("const") {
        return Some(constant.clone());
    }
    if let Some(choices) = of("enum") {
        return choice(choices);
    }
    of("examples").and_then(choice).or_else(|| schema.get("default").cloned())
}

/// The type that the other keywords speak of, where none is named.
fn implied_type(schema: &Object) -> &'static str {
    let has = |keys: &[&str]| keys.iter().any(|key| schema.contains_key(*key));
    if has(&["properties", "required", "additionalProperties", "minProperties"]) {
        "object"
    } else if has(&["items", "prefixItems", "minItems"]) {
        "array"
    } else if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]) {
        "number"
    } else {
        "string"
    }
}

fn without(schema: &Object, key: &str) -> Object {
    schema.iter().filter(|(name, _)| *name != key).map(|(k, v)| (k.clone(), v.clone())).collect()
}

fn size(schema: &Object, key: &str) -> Option<usize> {
    let size = schema.get(key)?;
    let whole = size.as_u64().or_else(|| number::whole(size)?.try_into().ok());
    whole.map(|size| usize::try_from(size).unwrap_or(usize::MAX))
}

/// A URI fragment without its percent signs; `None` where they do not make sense.
fn percent_decoded(fragment: &str) -> Option<String> {
    let mut bytes = fragment.bytes();
    let mut decoded = Vec::with_capacity(fragment.len());
    while let Some(byte) = bytes.next() {
        decoded.push(if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            u8::try_from(digit()? * 16 + digit()?).ok()?
        } else {
            byte
        });
    }
    String::from_utf8(decoded).ok()
}
