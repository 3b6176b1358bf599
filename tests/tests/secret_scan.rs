//! No key, token or password is in the repository, and one that was would be found.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tests::folder::Folder;
use tests::secrets::{ALLOWED, Finding, scan};

/// An empty repository; `None` where there is no git here.
fn repository() -> Option<(Folder, PathBuf)> {
    let folder = Folder::new();
    let root = folder.path().to_owned();
    let Ok(status) = Command::new("git").args(["init", "--quiet"]).arg(&root).status() else {
        tests::skip("git", "it is not installed");
        return None;
    };
    assert!(status.success(), "no repository can be made");
    Some((folder, root))
}

fn program(root: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_secrets")).arg(root).output().unwrap()
}

/// Made-up keys, put together here so that none stands in this file.
fn keys() -> Vec<String> {
    let random = "4Gq9Zt7LmX2cVb8NpR5sWd3YfH6jKa1Q";
    vec![
        ["gh", "p_", random, "abcd"].concat(),
        ["sk-", "ant-", "api03-", random].concat(),
        ["xox", "b-", "123456789012-", random].concat(),
        ["-----BEGIN ", "PRIVATE KEY-----"].concat(),
        ["postgres://app:", "hunter2", "@db.internal/x"].concat(),
        ["api_", "key = \"", random, "\""].concat(),
    ]
}

#[test]
fn the_repository_holds_no_secret() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let told: Vec<String> = scan(&root).unwrap().iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{told:#?}");
}

#[test]
fn a_planted_key_is_found_with_its_place_and_is_not_shown() {
    let Some((_folder, root)) = repository() else { return };
    std::fs::create_dir(root.join("src")).unwrap();
    for key in keys() {
        std::fs::write(root.join("src/key é.txt"), format!("one\ntwo {key}\n")).unwrap();
        let output = program(&root);
        assert_eq!(output.status.code(), Some(1), "{key}");
        let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(told.starts_with("src/key é.txt:2: SECRET of "), "{told}");
        let thing = key.rsplit(['"', ':', ' ']).find(|part| part.len() > 6).unwrap();
        assert!(!told.contains(thing) && !told.contains("hunter2"), "{told}");
    }
}

#[test]
fn what_git_ignores_is_not_read_and_a_clean_repository_passes() {
    let Some((_folder, root)) = repository() else { return };
    std::fs::write(root.join(".gitignore"), "/.env\n").unwrap();
    std::fs::write(root.join(".env"), &keys()[0]).unwrap();
    std::fs::write(root.join("image.png"), [0, 159, 146, 150]).unwrap();
    let output = program(&root);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
}

#[test]
fn a_key_in_a_file_that_is_no_text_is_found_too() {
    let Some((_folder, root)) = repository() else { return };
    let bytes = [&[0, 159, 10][..], keys()[0].as_bytes(), &[0, 255]].concat();
    std::fs::write(root.join("dump.bin"), bytes).unwrap();
    let [Finding::Secret { path, line, .. }] = &scan(&root).unwrap()[..] else { panic!("one") };
    assert_eq!((path.as_str(), *line), ("dump.bin", 2));
}

#[test]
fn what_is_allowed_is_counted_and_one_more_is_found() {
    let Some((_folder, root)) = repository() else { return };
    let (one, two) = (&keys()[0], &keys()[1]);
    std::fs::write(root.join(ALLOWED), "# why\nsample.txt 1 made up\n").unwrap();
    std::fs::write(root.join("sample.txt"), one).unwrap();
    assert_eq!(scan(&root).unwrap(), []);
    std::fs::write(root.join("sample.txt"), format!("{one}\n{two}")).unwrap();
    assert_eq!(scan(&root).unwrap().len(), 3, "the line that does not hold, and both");
    std::fs::remove_file(root.join("sample.txt")).unwrap();
    assert!(matches!(&scan(&root).unwrap()[..], [Finding::Allowed { .. }]), "nothing is there");
    std::fs::write(root.join(ALLOWED), "sample.txt 1\n").unwrap();
    assert!(scan(&root).unwrap_err().contains("REASON"), "without a reason");
}

#[test]
fn outside_a_repository_everything_is_read_but_what_is_built() {
    let folder = Folder::new();
    let root = folder.path();
    for (name, text) in [("src", ""), ("target", keys()[0].as_str()), (".git", &keys()[0])] {
        std::fs::create_dir(root.join(name)).unwrap();
        std::fs::write(root.join(name).join("a.txt"), text).unwrap();
    }
    assert_eq!(scan(root).unwrap(), []);
    std::fs::write(root.join("src/.env"), &keys()[0]).unwrap();
    let [Finding::Secret { path, .. }] = &scan(root).unwrap()[..] else { panic!("one") };
    assert_eq!(path, "src/.env");
}

#[test]
fn where_there_is_nothing_to_read_it_says_so() {
    let output = program(Path::new("/no such folder"));
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("no such folder"));
}
