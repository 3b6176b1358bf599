use fastroai::prelude::*;

/// Close a shelf.
#[safe_tool]
async fn close_shelf(shelf: u32) {
    let _ = shelf;
}

/// Open a shelf.
#[safe_tool]
fn open_shelf(shelf: u32) -> () {
    let _ = shelf;
}

fn main() {}
