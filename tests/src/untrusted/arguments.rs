//! The arguments of a tool's call, field by field and as a whole.

use std::collections::BTreeMap;

use fastroai::ToolError;
use fastroai::schemars::{self, JsonSchema};
use fastroai::tool::Arguments;
use serde::Deserialize;
use serde_json::Value;

const NAMES: &[&str] = &["city", "days", "unit", "hours", "deep"];

#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Unit {
    Celsius,
    Fahrenheit,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Weather {
    city: String,
    days: Option<i64>,
    unit: Unit,
    hours: Vec<f64>,
    deep: Option<Deep>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
struct Deep {
    inner: BTreeMap<String, Option<Box<Deep>>>,
}

pub(super) fn read(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let arguments = Arguments::new(text);
    let (whole, fields) = (arguments.parse::<Weather>(), by_fields(arguments));
    match (&whole, &fields) {
        (Ok(whole), Ok(fields)) => assert_eq!(whole, fields, "both readings are the same"),
        (Ok(_), Err(error)) => panic!("what fits as a whole does not by fields: {error:?}"),
        // A name that is there twice: the last one counts.
        (Err(_), Ok(_)) => assert!(has_name_twice(text), "what fits by fields does not as a whole"),
        (Err(_), Err(_)) => {}
    }
    for error in [whole.err(), fields.err()].into_iter().flatten() {
        assert!(error.as_retry().is_some_and(|said| !said.is_empty()), "the model is told why");
    }
    let any = arguments.parse::<Value>();
    let known = serde_json::from_str::<Value>(arguments.as_json());
    assert_eq!(any.ok(), known.ok(), "as JSON is read anywhere");
}

fn by_fields(arguments: Arguments<'_>) -> Result<Weather, ToolError> {
    let mut reader = arguments.read(NAMES)?;
    let city = reader.get("city");
    let days = reader.get("days");
    let unit = reader.get("unit");
    let hours = reader.get("hours");
    let deep = reader.get("deep");
    reader.check()?;
    match (city, days, unit, hours, deep) {
        (Some(city), Some(days), Some(unit), Some(hours), Some(deep)) => {
            Ok(Weather { city, days, unit, hours, deep })
        }
        _ => panic!("a field is missing, and no misfit says so"),
    }
}

/// Whether an object of this text has a name twice, so that its fields are more than its names.
fn has_name_twice(text: &str) -> bool {
    let read: Result<Value, _> = serde_json::from_str(text);
    let Ok(Value::Object(fields)) = read else { return false };
    let written = serde_json::to_string(&fields).unwrap_or_default();
    let colons = |text: &str| text.matches(':').count();
    colons(&written) < colons(text)
}
