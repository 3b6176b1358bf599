//! What the user's manifest calls `fastroai`.
//!
//! Read by hand and only for a better message: where this reading fails, the compiler's own
//! message stands.

use std::sync::OnceLock;
use std::{env, fs, path::Path};

/// The name under which the user's crate depends on `fastroai`, if that is another one.
pub(crate) fn renamed() -> Option<String> {
    static RENAMED: OnceLock<Option<String>> = OnceLock::new();
    RENAMED
        .get_or_init(|| {
            let folder = env::var_os("CARGO_MANIFEST_DIR")?;
            renamed_in(&fs::read_to_string(Path::new(&folder).join("Cargo.toml")).ok()?)
        })
        .clone()
}

/// Finds `ai = { package = "fastroai" }` or `[dependencies.ai]` with `package = "fastroai"`.
fn renamed_in(manifest: &str) -> Option<String> {
    let mut section = "";
    let mut found = None;
    for line in manifest.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_end_matches(']').trim();
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let key = key.split('.').next().unwrap_or_default().trim().trim_matches('"');
        let (parent, last) = section.rsplit_once('.').unwrap_or(("", section));
        if key == "fastroai" && last.ends_with("dependencies")
            || last == "fastroai" && parent.ends_with("dependencies")
        {
            return None;
        }
        let squeezed: String = value.chars().filter(|c| !c.is_whitespace()).collect();
        if last.ends_with("dependencies") && squeezed.contains("package=\"fastroai\"") {
            found = Some(key);
        } else if parent.ends_with("dependencies") && key == "package" && squeezed == "\"fastroai\""
        {
            found = Some(last.trim_matches('"'));
        }
    }
    let name = found?.replace('-', "_");
    syn::parse_str::<syn::Ident>(&name).is_ok().then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_name_is_found_however_it_is_written() {
        for manifest in [
            "[dependencies]\nai = { package = \"fastroai\", version = \"1\" }",
            "[dependencies]\nserde = \"1\"\nai={version=\"1\",package=\"fastroai\"} # ours",
            "[dependencies.ai]\nversion = \"1\"\npackage = \"fastroai\"",
            "[dev-dependencies]\nai = { package = \"fastroai\", path = \"..\" }",
            "[target.'cfg(unix)'.dependencies]\nai = { package = \"fastroai\" }",
        ] {
            assert_eq!(renamed_in(manifest).as_deref(), Some("ai"), "{manifest}");
        }
        let dashed = "[dependencies]\nmy-ai = { package = \"fastroai\" }";
        assert_eq!(renamed_in(dashed).as_deref(), Some("my_ai"));
    }

    #[test]
    fn a_crate_that_keeps_the_name_is_left_alone() {
        for manifest in [
            "",
            "[package]\nname = \"fastroai\"",
            "[dependencies]\nfastroai = \"1\"",
            "[dependencies]\nfastroai.workspace = true",
            "[dependencies.fastroai]\nversion = \"1\"",
            "[dependencies]\nfastroai = \"1\"\n[dev-dependencies]\nai = { package = \"fastroai\" }",
            "[dependencies]\nother = { package = \"fastroai-more\" }",
        ] {
            assert_eq!(renamed_in(manifest), None, "{manifest}");
        }
    }
}
