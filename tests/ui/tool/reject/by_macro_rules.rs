use fastroai::prelude::*;

macro_rules! shelf {
    ($name:ident, $shelf:ty, $timeout:literal) => {
        /// The shelf.
        #[safe_tool(timeout = $timeout)]
        async fn $name(shelf: $shelf) -> u32 {
            drop(shelf);
            1
        }
    };
}

struct Shelf;

shelf!(first, Shelf, "10s");
shelf!(second, u8, "10 fortnights");
shelf!(third, (u8, u8), 10);

fn main() {}
