//! How much there is to a schema once its references are followed.
//!
//! A reference may stand in many places, and what it refers to may hold references in turn: so a
//! short schema can unfold to one without end.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// The most schemas that may hold for one value.
const MOST_FOR_ONE: u64 = 10_000;

/// The most patterns in a schema: each takes time and memory to be made ready.
const MOST_PATTERNS: usize = 1_000;

/// The most schemas that are gone through to say where a value does not fit.
const MOST_VISITS: u64 = 1_000_000;

/// Keywords whose schemas hold for the value itself, for some of what is in it, and how they stand
/// there.
const HERE: [(&str, Form); 8] = [
    ("allOf", Form::Many),
    ("anyOf", Form::Many),
    ("oneOf", Form::Many),
    ("not", Form::One),
    ("if", Form::One),
    ("then", Form::One),
    ("else", Form::One),
    ("dependentSchemas", Form::Named),
];
const BELOW: [(&str, Form); 10] = [
    ("properties", Form::Named),
    ("patternProperties", Form::Named),
    ("additionalProperties", Form::One),
    ("unevaluatedProperties", Form::One),
    ("propertyNames", Form::One),
    ("items", Form::Many),
    ("prefixItems", Form::Many),
    ("additionalItems", Form::One),
    ("unevaluatedItems", Form::One),
    ("contains", Form::One),
];
const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];

#[derive(Clone, Copy)]
enum Form {
    One,
    /// A list, or one.
    Many,
    Named,
}

impl Form {
    fn schemas(self, value: &Value) -> Vec<&Value> {
        match (self, value) {
            (Self::Many, Value::Array(all)) => all.iter().collect(),
            (Self::Named, Value::Object(all)) => all.values().collect(),
            (Self::One | Self::Many, one) => vec![one],
            (Self::Named, _) => Vec::new(),
        }
    }
}

/// The schemas that can be reached, each once. The first is the whole.
pub(super) struct Unfolded {
    nodes: Vec<Node>,
    /// Those that others need come before these.
    order: Vec<usize>,
}

#[derive(Default)]
struct Node {
    /// The schemas that hold for the value itself. One that leads back here is left out: it says
    /// nothing more.
    here: Vec<usize>,
    /// The schemas for what is in the value.
    below: Vec<usize>,
}

impl Unfolded {
    pub(super) fn of(schema: &Value) -> Result<Self, String> {
        let mut unfolded = Self { nodes: collected(schema)?, order: Vec::new() };
        unfolded.put_in_order();
        let flat = unfolded.visits(&[]);
        if flat.iter().any(|visits| *visits > MOST_FOR_ONE) {
            return Err(format!(
                "its references unfold to more than {MOST_FOR_ONE} schemas for one value: refer to less"
            ));
        }
        Ok(unfolded)
    }

    /// Whether all schemas that hold for a value or for something in it are few.
    pub(super) fn is_soon_gone_through(&self, value: &Value) -> bool {
        let (depth, items) = measure(value);
        let mut visits = self.visits(&[]);
        for _ in 1..depth {
            visits = self.visits(&visits);
        }
        visits.first().is_some_and(|visits| visits.saturating_mul(items) <= MOST_VISITS)
    }

    /// How many schemas are gone through for a value at each node, where those for what is in it
    /// take this many each.
    fn visits(&self, below: &[u64]) -> Vec<u64> {
        let mut visits = vec![0_u64; self.nodes.len()];
        let sum = |of: &[u64], nodes: &[usize]| {
            let each = nodes.iter().map(|node| of.get(*node).copied().unwrap_or_default());
            each.fold(0, u64::saturating_add)
        };
        for &node in &self.order {
            let Some(Node { here, below: inner }) = self.nodes.get(node) else { continue };
            let all = sum(&visits, here).saturating_add(sum(below, inner)).saturating_add(1);
            if let Some(visits) = visits.get_mut(node) {
                *visits = all;
            }
        }
        visits
    }

    /// Puts what holds for a value before what asks for it, and takes out what leads back.
    fn put_in_order(&mut self) {
        let (mut open, mut done) = (vec![false; self.nodes.len()], vec![false; self.nodes.len()]);
        for start in 0..self.nodes.len() {
            let mut steps = vec![(start, false)];
            while let Some((node, is_left)) = steps.pop() {
                if is_left {
                    (open[node], done[node]) = (false, true);
                    self.order.push(node);
                } else if !done[node] && !open[node] {
                    open[node] = true;
                    self.nodes[node].here.retain(|next| !open[*next]);
                    steps.push((node, true));
                    steps.extend(self.nodes[node].here.iter().map(|next| (*next, false)));
                }
            }
        }
    }
}

/// All schemas that the first one leads to.
fn collected(root: &Value) -> Result<Vec<Node>, String> {
    let mut found = vec![root];
    let mut places = HashMap::from([(std::ptr::from_ref(root), 0)]);
    let (mut nodes, mut patterns) = (Vec::new(), 0);
    while let Some(schema) = found.get(nodes.len()).copied() {
        let mut node = Node::default();
        if let Value::Object(schema) = schema {
            let mut place = |schema| {
                *places.entry(std::ptr::from_ref(schema)).or_insert_with(|| {
                    found.push(schema);
                    found.len() - 1
                })
            };
            let here = under(schema, &HERE).chain(referred(schema, root));
            node.here = here.map(&mut place).collect();
            node.below = under(schema, &BELOW).map(&mut place).collect();
            patterns += usize::from(schema.contains_key("pattern"));
            let named = schema.get("patternProperties").and_then(Value::as_object);
            patterns += named.map_or(0, Map::len);
        }
        nodes.push(node);
    }
    if patterns > MOST_PATTERNS {
        return Err(format!("it has more than {MOST_PATTERNS} patterns: leave some out"));
    }
    Ok(nodes)
}

fn under<'a>(
    schema: &'a Map<String, Value>,
    keywords: &'static [(&str, Form)],
) -> impl Iterator<Item = &'a Value> {
    let values = keywords.iter().filter_map(|(keyword, form)| Some((schema.get(*keyword)?, form)));
    values.flat_map(|(value, form)| form.schemas(value))
}

/// What it refers to; the whole, where that is not told by a pointer.
fn referred<'a>(
    schema: &'a Map<String, Value>,
    root: &'a Value,
) -> impl Iterator<Item = &'a Value> {
    let targets = REFERENCES.iter().filter_map(|keyword| schema.get(*keyword)?.as_str());
    targets.map(move |target| {
        target.strip_prefix('#').and_then(|pointer| root.pointer(pointer)).unwrap_or(root)
    })
}

/// How deep a value is nested, and how many items are in its lists, one at least.
fn measure(value: &Value) -> (usize, u64) {
    let (mut deepest, mut items) = (0, 1_u64);
    let mut rest = vec![(value, 1)];
    while let Some((value, depth)) = rest.pop() {
        deepest = deepest.max(depth);
        match value {
            Value::Array(all) => {
                items = items.saturating_add(all.len() as u64);
                rest.extend(all.iter().map(|item| (item, depth + 1)));
            }
            Value::Object(all) => rest.extend(all.values().map(|field| (field, depth + 1))),
            _ => {}
        }
    }
    (deepest, items)
}
