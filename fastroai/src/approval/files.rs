//! Claims as files in a folder.

use std::fmt;
#[cfg(unix)]
use std::fs::File;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::claims::{ClaimError, Claiming, Claims};

/// Claims as files in a folder: an empty one for each pause that was gone on from, by which it holds
/// for all processes that use the folder, and after a crash.
///
/// Files that are older than the oldest [`PausedRun`](super::PausedRun) which is still stored can be
/// removed.
///
/// ```
/// use fastroai::approval::FileClaims;
/// use fastroai::Runtime;
/// # let folder = std::env::temp_dir().join(format!("claims-doc-{}", std::process::id()));
/// let runtime = Runtime::builder().claims(FileClaims::open(&folder)?).build();
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct FileClaims(PathBuf);

impl FileClaims {
    /// The claims in this folder, which is made where there is none: for its owner alone, where the
    /// system knows of owners.
    ///
    /// # Errors
    /// Where it is no folder, or cannot be made.
    pub fn open(folder: impl AsRef<Path>) -> io::Result<Self> {
        let folder = folder.as_ref();
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        // A folder that is named by a path from here is another one when the process moves.
        Ok(Self(fs::canonicalize(folder)?))
    }

    /// Makes the file, and sees that it is there after a crash.
    fn take(&self, id: &str) -> io::Result<bool> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if id.is_empty() || id.len() > 64 || !id.bytes().all(is_plain) {
            return Err(ErrorKind::InvalidInput.into());
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(self.0.join(id)) {
            Ok(file) => file.sync_all()?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
            Err(error) => return Err(error),
        }
        #[cfg(unix)]
        File::open(&self.0)?.sync_all()?;
        Ok(true)
    }
}

impl Claims for FileClaims {
    fn claim<'a>(&'a self, id: &'a str) -> Claiming<'a> {
        let (claims, id) = (self.clone(), id.to_owned());
        Box::pin(async move {
            let taking = tokio::task::spawn_blocking(move || claims.take(&id));
            Ok::<_, ClaimError>(taking.await??)
        })
    }
}

impl fmt::Debug for FileClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FileClaims").field(&self.0).finish()
    }
}
