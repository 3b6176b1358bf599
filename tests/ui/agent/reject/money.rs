use fastroai::prelude::*;

/// You keep a library.
#[agent(model = "offline:demo", budget = "3 pounds")]
struct Words;

/// You keep a library.
#[agent(model = "offline:demo", budget = 0.05)]
struct Number;

/// You keep a library.
#[agent(model = "offline:demo", budget = "$0.0000000000001")]
struct TooFine;

/// You keep a library.
#[agent(model = "offline:demo", price = "free")]
struct Quoted;

/// You keep a library.
#[agent(model = "offline:demo", price(input = "$1", outptu = "$2"))]
struct Slip;

/// You keep a library.
#[agent(model = "offline:demo", price(input = "$1"))]
struct Half;

fn main() {}
