//! What can be wrong with a trail.

use std::fmt;
use std::io;

/// What is wrong with a trail.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The file cannot be read or written.
    #[error("the audit trail cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// Another process, or another trail of this one, writes to the file.
    #[error("the audit trail is written to by someone else: open it once, and share it")]
    InUse,
    /// The chain is broken.
    #[error("line {line} of the audit trail: {fault}")]
    Broken {
        /// The line, from 1.
        line: u64,
        /// What is wrong there.
        fault: Fault,
    },
    /// An earlier record could not be written, so that later ones would hide that.
    #[error(
        "an earlier record could not be written: nothing more is, until the trail is opened anew"
    )]
    Stopped,
}

/// How a chain is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The line is no record.
    Unreadable,
    /// Its hash is not that of what it says.
    Hash,
    /// It does not follow the record before it.
    Order,
    /// What stands beside the chain is not what the chain has digests of.
    Content,
    /// The last line was cut off.
    Cut,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "it is no record",
            Self::Hash => "it was changed, or the key is another one",
            Self::Order => "a record before it was taken out, put in or moved",
            Self::Content => "the name of its subject or of its actor was changed",
            Self::Cut => "it was cut off",
        })
    }
}
