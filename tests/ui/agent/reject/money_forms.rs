use fastroai::prelude::*;

/// You keep a library.
#[agent(model = "offline:demo", budget = "0.05")]
struct NoSign;

/// You keep a library.
#[agent(model = "offline:demo", budget = "-$1")]
struct Negative;

/// You keep a library.
#[agent(model = "offline:demo", budget = "$1,000")]
struct Grouped;

/// You keep a library.
#[agent(model = "offline:demo", budget = "€5")]
struct Euros;

/// You keep a library.
#[agent(model = "offline:demo", budget = "$99999999999")]
struct TooMuch;

/// You keep a library.
#[agent(model = "offline:demo", price(input = 1, output = "2"))]
struct Prices;

fn main() {}
