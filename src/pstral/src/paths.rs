//! Folders and files that the configuration names, looked at before they are needed.

use std::ffi::OsString;
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

use pstral_core::text::{Text, text};

/// The folder in which programs keep data of this user, by the environment: `$XDG_DATA_HOME`
/// (<https://specifications.freedesktop.org/basedir-spec/latest/>), else the one that is customary on this system.
pub(crate) fn user_data() -> Option<PathBuf> {
    user_data_by(|name| std::env::var_os(name))
}

fn user_data_by(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let (home, below) = match std::env::consts::OS {
        "windows" => (folder("LOCALAPPDATA"), ""),
        "macos" => (folder("HOME"), "Library/Application Support"),
        _ => (folder("HOME"), ".local/share"),
    };
    folder("XDG_DATA_HOME").or_else(|| Some(home?.join(below)))
}

/// Formats an error as `PATH: error`.
pub(crate) fn path_error(path: &Path, error: &dyn Display) -> String {
    format!("{}: {error}", path.display())
}

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

/// Explains that something is there and is no file: reading a pipe would wait for ever, and a device keeps nothing.
pub(crate) fn no_file(path: &Path) -> Option<Text> {
    let is_other = std::fs::metadata(path).is_ok_and(|found| !found.is_file());
    is_other.then(|| text("found-no-file").with("path", path.display().to_string()))
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

    #[cfg(target_os = "linux")]
    #[test]
    fn data_of_a_user_lies_where_the_system_keeps_it() {
        for (home, xdg, expected) in [
            (Some("/home/zoe"), None, Some("/home/zoe/.local/share")),
            (Some("/home/zoe"), Some("/data"), Some("/data")),
            // The specification has a path that is not absolute ignored.
            (Some("/home/zoe"), Some("data"), Some("/home/zoe/.local/share")),
            (None, None, None),
            (Some(""), None, None),
        ] {
            let variable = |name: &str| (if name == "HOME" { home } else { xdg }).map(OsString::from);
            assert_eq!(user_data_by(variable).as_deref(), expected.map(Path::new), "{home:?} {xdg:?}");
        }
    }

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
