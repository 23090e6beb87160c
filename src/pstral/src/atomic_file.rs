//! Replaces a file as a whole, so that a crash leaves either the old one or the new one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Puts `content` in the place of a file, durably, readable by its owner only. Makes its folder.
pub(crate) fn replace(file: &Path, content: &[u8]) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut next = file.as_os_str().to_owned();
    next.push(".next");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut written = options.open(&next)?;
    written.write_all(content)?;
    written.sync_all()?;
    fs::rename(&next, file)?;
    // The name is durable once the folder is; other systems have no such thing.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
