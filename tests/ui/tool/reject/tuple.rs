use fastroai::prelude::*;

/// What stands at a place.
#[safe_tool]
async fn look_at(place: (u32, u32)) -> u32 {
    place.0 + place.1
}

/// What stands at some places.
#[safe_tool]
async fn look_at_all(places: Vec<(u32, u32)>) -> usize {
    places.len()
}

fn main() {}
