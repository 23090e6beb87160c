//! Folders and files that the configuration names, looked at before they are needed.

use std::io;
use std::path::Path;

/// Finds out whether files can be made in a folder, or the folder itself where it is missing. Leaves nothing behind.
pub(crate) fn can_hold_files(folder: &Path) -> io::Result<()> {
    match std::fs::metadata(folder) {
        Ok(found) if found.is_dir() => tempfile::tempfile_in(folder).map(drop),
        Ok(_) => Err(io::ErrorKind::NotADirectory.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
            can_hold_files(parent.unwrap_or(Path::new(".")))
        }
        Err(error) => Err(error),
    }
}

/// Finds out whether a file can be read.
pub(crate) fn can_be_read(file: &Path) -> io::Result<()> {
    if std::fs::metadata(file)?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    std::fs::File::open(file).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        can_hold_files(folder.path()).unwrap();
        can_hold_files(&folder.path().join("made/later")).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        assert_eq!(can_hold_files(&file).unwrap_err().kind(), io::ErrorKind::NotADirectory);
        can_be_read(&file).unwrap();
        assert_eq!(can_be_read(folder.path()).unwrap_err().kind(), io::ErrorKind::IsADirectory);
    }
}
