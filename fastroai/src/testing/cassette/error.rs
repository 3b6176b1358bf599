//! Why a cassette is not played, or not written.

use std::io;
use std::path::PathBuf;

/// Why a cassette is not played, or not written.
///
/// What is said of a request shows it: it is for the output of a test.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CassetteError {
    /// There is none yet.
    #[error("there is no cassette {path}: record it with `{command}`, read it, and commit it", path = path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
        /// What records it.
        command: String,
    },
    /// The file is not one that this version wrote.
    #[error("{path} is no cassette: {reason}; record it anew with `{command}`", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        reason: String,
        /// What records it.
        command: String,
    },
    /// A request is not on the cassette.
    #[error(
        "a request is not as {path} has it (`-` is the cassette, `+` is now):\n\n{difference}\nif this is meant, record it anew with `{command}`, read it, and commit it",
        path = path.display()
    )]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// The lines that differ from the first exchange that was not played yet.
        difference: String,
        /// What records it.
        command: String,
    },
    /// Exchanges of the cassette were not asked for.
    #[error(
        "{count} of the exchanges of {path} were not asked for, the first of them\n\n{first}\nif this is meant, record it anew with `{command}`, read it, and commit it",
        path = path.display()
    )]
    Unplayed {
        /// The file.
        path: PathBuf,
        /// How many.
        count: usize,
        /// The request of the first of them.
        first: String,
        /// What records it.
        command: String,
    },
    /// The runs called other tools, or cost something else, than when they were recorded.
    #[error(
        "the runs did not go as {path} has it (`-` is the cassette, `+` is now):\n\n{difference}\nif this is meant, record it anew with `{command}`, read it, and commit it",
        path = path.display()
    )]
    Moved {
        /// The file.
        path: PathBuf,
        /// The lines that differ.
        difference: String,
        /// What records it.
        command: String,
    },
    /// A key stands in what would be written; nothing was.
    #[error(
        "{path} is not written, since a secret that was sent stands in it: keep it out of what is sent, or report this",
        path = path.display()
    )]
    Secret {
        /// The file.
        path: PathBuf,
    },
    /// What came cannot be written as text.
    #[error("{path} is not written, since an answer is no UTF-8", path = path.display())]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// Two at a time would write the same file.
    #[error("{path} is being recorded already: give each test a cassette of its own", path = path.display())]
    Recorded {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read or written.
    #[error("the cassette {path} cannot be read or written: {cause}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
}
