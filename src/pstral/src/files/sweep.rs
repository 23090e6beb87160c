//! Removes files of results whose time is over, and nothing else.

use std::fs::{DirEntry, File};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::part::UNFINISHED;

/// Removes the files of results in `folder` that were last written longer ago than `age`; says how many. A folder that
/// does not exist has none.
pub(super) fn sweep(folder: &Path, age: Duration) -> io::Result<usize> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let now = SystemTime::now();
    let mut removed = 0;
    for entry in entries {
        let entry = entry?;
        if is_ours(&entry) && is_older(&entry, now, age) {
            match std::fs::remove_file(entry.path()) {
                Ok(()) => removed += 1,
                Err(error) => tracing::warn!(%error, path = %entry.path().display(), "a file of a result stays"),
            }
        }
    }
    Ok(removed)
}

/// Removes the unfinished files in `folder` that no program is writing: one that was killed left them; says how many.
pub(super) fn sweep_unfinished(folder: &Path) -> io::Result<usize> {
    let mut removed = 0;
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let entry = entry?;
        let is_unfinished = entry.file_name().to_str().is_some_and(|name| name.starts_with(UNFINISHED));
        if is_unfinished && is_ours(&entry) && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            std::fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// A file, and no link to one, with a name that Pstral gives.
fn is_ours(entry: &DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_file()) && entry.file_name().to_str().is_some_and(is_result)
}

/// The entry's own age: links are not followed.
fn is_older(entry: &DirEntry, now: SystemTime, age: Duration) -> bool {
    let written = entry.metadata().and_then(|entry| entry.modified());
    written.is_ok_and(|written| now.duration_since(written).is_ok_and(|old| old >= age))
}

/// `TARGET-YYYYMMDD-HHMMSS-xxxxxx`, perhaps more words, and an ending of ours; or a file that was never finished.
fn is_result(name: &str) -> bool {
    if name.starts_with(UNFINISHED) {
        return name.strip_suffix(".part").is_some();
    }
    let endings = [".csv", ".csv.gz", ".xlsx", ".jsonl", ".jsonl.gz", ".png", ".pdf", ".json", ".md"];
    let Some(name) = endings.iter().find_map(|ending| name.strip_suffix(ending)) else { return false };
    let parts: Vec<&str> = name.split('-').collect();
    let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let id = |part: &str| part.len() == 6 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut named = parts.windows(3).skip(1);
    named.any(|part| digits(part[0], 8) && digits(part[1], 6) && id(part[2]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_ours_are_results() {
        for (name, expected) in [
            ("crm-20261121-101500-ab12cd.csv", true),
            ("crm-20261121-101500-ab12cd.xlsx", true),
            ("conversation-20261121-101500-ab12cd.pdf", true),
            ("conversation-20261121-101500-ab12cd.json", true),
            ("conversation-20261121-101500.pdf", false),
            ("crm-20261121-101500-ab12cd-premieres-10000-lignes.csv.gz", true),
            ("my-crm-20261121-101500-ab12cd-chart.png", true),
            (".pstral-Xy12ab.part", true),
            ("crm.csv", false),
            ("20261121-101500-ab12cd.csv", false),
            ("crm-20261121-101500.csv", false),
            ("crm-20261121-101500-ab12cd.db", false),
            ("crm-20261121-101500-ab12cd", false),
            ("crm-2026112-101500-ab12cd.csv", false),
            (".pstral-notes.txt", false),
        ] {
            assert_eq!(is_result(name), expected, "{name}");
        }
    }

    #[test]
    fn what_a_killed_program_left_unfinished_goes_and_what_is_being_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in [".pstral-left.part", "crm-20261121-101500-ab12cd.csv", ".pstral-notes.txt"] {
            std::fs::write(path(name), "x").unwrap();
        }
        let (_part, file) = super::super::part::Part::create(folder.path()).unwrap();
        assert_eq!(sweep_unfinished(folder.path()).unwrap(), 1);
        assert!(!path(".pstral-left.part").exists());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
        drop(file);
        assert_eq!(sweep_unfinished(folder.path()).unwrap(), 1);
        assert_eq!(sweep_unfinished(&path("nowhere")).unwrap(), 0);
    }

    #[test]
    fn only_what_is_old_and_ours_goes() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::NamedTempFile::new().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["crm-20261121-101500-ab12cd.csv", ".pstral-x.part", "notes.csv", "crm.db"] {
            std::fs::write(path(name), "x").unwrap();
        }
        std::fs::create_dir(path("crm-20261121-101500-ab12ce.csv")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(elsewhere.path(), path("crm-20261121-101500-ab12cf.csv")).unwrap();
        assert_eq!(sweep(folder.path(), Duration::from_hours(1)).unwrap(), 0, "they are new");
        assert_eq!(sweep(folder.path(), Duration::ZERO).unwrap(), 2);
        assert!(path("notes.csv").exists() && path("crm.db").exists() && elsewhere.path().exists());
        assert!(path("crm-20261121-101500-ab12ce.csv").is_dir());
        assert_eq!(sweep(&path("nowhere"), Duration::ZERO).unwrap(), 0);
    }
}
