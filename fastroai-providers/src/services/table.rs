//! The table. Facts from each row's `docs` and from recorded traffic; what neither says is in the
//! row's `note`.

mod chat;
mod messages;
mod native;
mod responses;

use super::{Address, Face, KeyHeader, KeyNeed, Models, Wire};

/// What most rows have in common.
const FACE: Face = Face {
    name: "",
    service: "",
    docs: "",
    wire: Wire::GenerateContent,
    key_variables: &[],
    key: KeyNeed::Always,
    base_url_variables: &[],
    address: Address::Asked { example: "" },
    path: "",
    other_paths: &[],
    key_header: KeyHeader::Bearer,
    refused: &[],
    streams_only: false,
    counts_tokens: false,
    tools: true,
    forced_tools: Models::All,
    json_schema: Models::All,
    json_schema_beside_tools: true,
    free_here: false,
    models: &[],
    without_tools: &[],
    note: "",
};

const WIRES: [&[Face]; 4] = [native::ROWS, chat::ROWS, responses::ROWS, messages::ROWS];

const COUNT: usize = {
    let (mut count, mut wire) = (0, 0);
    while wire < WIRES.len() {
        count += WIRES[wire].len();
        wire += 1;
    }
    count
};

/// Every face that is known by name: those of the companies that defined the wires, then the others,
/// wire by wire.
pub const FACES: &[Face] = &{
    let mut all = [FACE; COUNT];
    let (mut at, mut wire) = (0, 0);
    while wire < WIRES.len() {
        let mut row = 0;
        while row < WIRES[wire].len() {
            all[at] = WIRES[wire][row];
            at += 1;
            row += 1;
        }
        wire += 1;
    }
    all
};

/// The row of this name among these, to say of another face what they share.
#[expect(
    clippy::panic,
    reason = "it is only called in const, where a panic is an error of the build"
)]
const fn like(rows: &[Face], name: &str) -> Face {
    let mut row = 0;
    while row < rows.len() {
        if is_same(rows[row].name, name) {
            return rows[row];
        }
        row += 1;
    }
    panic!("no row has this name")
}

const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
}
