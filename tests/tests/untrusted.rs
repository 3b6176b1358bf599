//! Whatever comes from outside, every reader of it keeps its promises: over the fuzzer's seeds, cut
//! anywhere and changed at random.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tests::untrusted::READERS;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(name)
}

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let files = fs::read_dir(folder(name)).expect("a folder of seeds");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{name} has no seeds");
    paths.into_iter().map(|path| fs::read(path).expect("a seed")).collect()
}

#[test]
fn every_reader_has_seeds_and_every_seed_a_reader() {
    let folders = fs::read_dir(folder("")).expect("the folder of seeds");
    let mut names: Vec<_> =
        folders.map(|it| it.expect("a folder").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    let mut readers = READERS.map(|reader| reader.name.to_owned());
    readers.sort();
    assert_eq!(names, readers);
}

#[test]
fn every_seed_is_read_however_early_it_ends() {
    for reader in READERS {
        for seed in seeds(reader.name) {
            for end in 0..=seed.len() {
                (reader.read)(&seed[..end]);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_seed_is_read_whatever_is_changed_in_it(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        moved in any::<[prop::sample::Index; 3]>(),
    ) {
        for reader in READERS {
            for mut seed in seeds(reader.name) {
                for (at, byte) in &changes {
                    let at = at.index(seed.len());
                    seed[at] = *byte;
                }
                (reader.read)(&seed);
                // A piece of it comes twice, somewhere else.
                let [from, to, at] = moved.map(|place| place.index(seed.len()));
                let piece = seed[from.min(to)..from.max(to)].to_vec();
                seed.splice(at..at, piece);
                (reader.read)(&seed);
            }
        }
    }
}
