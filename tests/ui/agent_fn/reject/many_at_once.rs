use fastroai::prelude::*;

#[agent(model = "offline:demo", shade = "dark", temperature = 9)]
fn classify<T>(text: T, #[context] orders: u8) -> String {
    let text = text.into()?;
    text
}

fn main() {}
