//! What the program is asked to do.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// The words after the program's name.
pub(crate) struct Arguments {
    pub(crate) directories: Vec<PathBuf>,
    pub(crate) cuts: bool,
    pub(crate) requests: bool,
    pub(crate) bodies: Option<PathBuf>,
    pub(crate) seed: u64,
}

impl Arguments {
    pub(crate) fn read(words: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs());
        let directories = Vec::new();
        let mut read = Self { directories, cuts: false, requests: false, bodies: None, seed };
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--cuts" => read.cuts = true,
                "--requests" => read.requests = true,
                "--bodies" => {
                    let file = words.next().filter(|file| !file.starts_with("--"));
                    read.bodies = Some(file.ok_or("`--bodies` wants a file after it")?.into());
                }
                "--seed" => {
                    let seed = words.next().and_then(|seed| seed.parse().ok());
                    read.seed = seed.ok_or("`--seed` wants a whole number after it")?;
                }
                flag if flag.starts_with('-') => return Err(format!("`{flag}` is no option")),
                directory => read.directories.push(directory.into()),
            }
        }
        if read.directories.is_empty() {
            return Err("name one or more directories with recordings".to_owned());
        }
        Ok(read)
    }
}
