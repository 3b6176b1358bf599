//! The program that is measured: tools of the usual shape, and one agent.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Writes a package with this many tools, and gives its folder.
pub fn write(home: &Path, repository: &Path, count: usize) -> io::Result<PathBuf> {
    let folder = home.join(name(count));
    fs::create_dir_all(folder.join("src"))?;
    let manifest = format!(
        "[package]\nname = \"{}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         fastroai = {{ path = {:?} }}\n\n[profile.dev]\ndebug = false\n\n[workspace]\n",
        name(count),
        repository.join("fastroai")
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    // The versions that the repository is tested with.
    fs::copy(repository.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    change(&folder, count, 0)?;
    Ok(folder)
}

/// Writes the source, with another number in the body of the last tool for each version.
pub fn change(folder: &Path, count: usize, version: usize) -> io::Result<()> {
    let mut source = String::from(
        "use fastroai::prelude::*;\n\n/// What the tools are lent.\npub struct Store(pub String);\n",
    );
    for index in 0..count {
        let body = if index + 1 == count { version } else { 0 };
        write!(
            source,
            "\n/// Look up number {index}.\n#[safe_tool(effect = read_only, timeout = \"10s\")]\n\
             async fn look_up_{index}(\n    /// A word.\n    word: String,\n    \
             #[tool(default = 3)] most: u32,\n    shelf: Option<String>,\n    \
             #[context] store: &Store,\n) -> Result<String, ToolError> {{\n    \
             let most = most + {body};\n    \
             Ok(format!(\"{{word}} {{most}} {{shelf:?}} {{}}\", store.0))\n}}\n"
        )
        .map_err(io::Error::other)?;
    }
    let tools: Vec<String> = (0..count).map(|index| format!("look_up_{index}")).collect();
    write!(
        source,
        "\n/// You look things up.\n#[agent(model = \"offline:demo\", tools = [{}])]\nstruct Agent {{\n    \
         store: Store,\n}}\n\nfn main() {{\n    let agent = Agent {{ store: Store(String::new()) }};\n    \
         println!(\"{{}}\", agent.tools().len());\n}}\n",
        tools.join(", ")
    )
    .map_err(io::Error::other)?;
    fs::write(folder.join("src/main.rs"), source)
}

/// What the package is called.
pub fn name(count: usize) -> String {
    format!("tools_{count}")
}
