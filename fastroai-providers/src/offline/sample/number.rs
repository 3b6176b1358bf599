//! Numbers within their bounds.

use serde_json::{Number, Value};

use super::Object;

/// The number to take where the bounds allow it.
const WANTED: i128 = 1;

/// Bounds and steps beyond this are taken as this, so that sums of a few never overflow.
const FARTHEST: f64 = 1e30;

/// A whole number for the schema.
pub(super) fn integer(schema: &Object, nth: usize) -> Option<Value> {
    let float = |key: &str| schema.get(key).and_then(Value::as_f64);
    let exact = |key: &str| schema.get(key).and_then(whole);
    let lower = [
        exact("minimum").or_else(|| float("minimum").map(|bound| rounded(bound.ceil()))),
        exact("exclusiveMinimum")
            .or_else(|| float("exclusiveMinimum").map(|bound| rounded(bound.floor())))
            .map(|bound| bound + 1),
    ];
    let upper = [
        exact("maximum").or_else(|| float("maximum").map(|bound| rounded(bound.floor()))),
        exact("exclusiveMaximum")
            .or_else(|| float("exclusiveMaximum").map(|bound| rounded(bound.ceil())))
            .map(|bound| bound - 1),
    ];
    let least = lower.into_iter().flatten().max();
    let lower = least.unwrap_or(i128::MIN / 4);
    let upper = upper.into_iter().flatten().min().unwrap_or(i128::MAX / 4);
    let step = exact("multipleOf").filter(|step| *step > 0).unwrap_or(1);
    if lower > upper {
        return None;
    }
    let up = |value: i128| value + (step - value.rem_euclid(step)) % step;
    let lowest = up(lower);
    let wanted = up(WANTED.clamp(lower, upper));
    let first = if wanted <= upper { wanted } else { lowest };
    if first > upper {
        return None;
    }
    // Further values go up from the first, and on from the lowest once the upper bound is met, or
    // down from the first where there is no lowest.
    let further = first.checked_add(step.checked_mul(i128::try_from(nth).ok()?)?)?;
    let value = if further <= upper {
        further
    } else {
        let past = (further - upper - 1) / step;
        let beyond = match least {
            Some(_) => Some(lowest + past * step),
            None => past.checked_add(1).and_then(|down| first.checked_sub(down.checked_mul(step)?)),
        };
        beyond.filter(|value| *value < first).unwrap_or(first)
    };
    let number = match (u64::try_from(value), i64::try_from(value)) {
        (Ok(value), _) => Number::from(value),
        (_, Ok(value)) => Number::from(value),
        #[expect(clippy::cast_precision_loss, reason = "JSON has no exact numbers of this size")]
        _ => Number::from_f64(value as f64)?,
    };
    Some(Value::Number(number))
}

/// A number for the schema.
pub(super) fn number(schema: &Object, nth: usize) -> Option<Value> {
    // A whole number fits most often, and is the shortest to read.
    if let Some(step) = schema.get("multipleOf").and_then(Value::as_f64)
        && step.fract() != 0.0
    {
        return multiple(schema, step, nth);
    }
    integer(schema, nth).or_else(|| between(schema))
}

/// A number between bounds that leave room for no whole one.
fn between(schema: &Object) -> Option<Value> {
    let (lower, upper) = bounds(schema);
    let middle = lower + (upper - lower) / 2.0;
    [middle, lower, upper]
        .into_iter()
        .find(|value| fits(schema, *value))
        .and_then(Number::from_f64)
        .map(Value::Number)
}

fn multiple(schema: &Object, step: f64, nth: usize) -> Option<Value> {
    if step <= 0.0 {
        return None;
    }
    let (lower, _) = bounds(schema);
    let nth = f64::from(u32::try_from(nth).ok()?);
    let steps = |bound: f64| (bound / step).ceil() + nth;
    [steps(lower.max(step)), steps(lower), steps(lower) + 1.0]
        .into_iter()
        .map(|steps| steps * step)
        .find(|value| fits(schema, *value))
        .and_then(Number::from_f64)
        .map(Value::Number)
}

fn bounds(schema: &Object) -> (f64, f64) {
    let float = |key: &str| schema.get(key).and_then(Value::as_f64);
    let lower = [float("minimum"), float("exclusiveMinimum")];
    let upper = [float("maximum"), float("exclusiveMaximum")];
    (
        lower.into_iter().flatten().fold(-FARTHEST, f64::max),
        upper.into_iter().flatten().fold(FARTHEST, f64::min),
    )
}

fn fits(schema: &Object, value: f64) -> bool {
    let holds = |key: &str, test: fn(f64, f64) -> bool| {
        schema.get(key).and_then(Value::as_f64).is_none_or(|bound| test(value, bound))
    };
    holds("minimum", |value, bound| value >= bound)
        && holds("maximum", |value, bound| value <= bound)
        && holds("exclusiveMinimum", |value, bound| value > bound)
        && holds("exclusiveMaximum", |value, bound| value < bound)
}

/// The number as a whole one, where it is.
pub(super) fn whole(value: &Value) -> Option<i128> {
    let number = value.as_number()?;
    number
        .as_i64()
        .map(i128::from)
        .or_else(|| number.as_u64().map(i128::from))
        .or_else(|| number.as_f64().filter(|float| float.fract() == 0.0).map(rounded))
}

#[expect(clippy::cast_possible_truncation, reason = "held within what fits")]
fn rounded(float: f64) -> i128 {
    float.clamp(-FARTHEST, FARTHEST) as i128
}
