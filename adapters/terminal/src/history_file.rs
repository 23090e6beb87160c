//! The history of typed lines, kept over starts in a file that nobody else may read.

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use pstral_core::domain::{Command, CommandName, Verb};
use rustyline::history::DefaultHistory;
use rustyline::{Editor, Helper};

/// Entries at most; the oldest go.
pub(crate) const MOST: usize = 1_000;

/// The longest entry, in bytes: what is longer is a file that was pasted.
const LONGEST: usize = 16 * 1024;

/// The first line of rustyline's own format, in which an entry may hold line breaks.
const HEADER: &[u8] = b"#V2\n";

/// The file that keeps typed lines.
pub(crate) struct HistoryFile {
    path: PathBuf,
    /// False once it could not be read or written: it is not tried again.
    works: bool,
}

impl HistoryFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, works: true }
    }

    /// Reads what was typed before.
    pub(crate) fn load<H: Helper>(&mut self, editor: &mut Editor<H, DefaultHistory>) {
        if let Err(error) = self.create() {
            return self.failed(&error);
        }
        if let Err(error) = editor.load_history(&self.path) {
            self.failed(&error);
        }
    }

    /// Keeps an entry, unless it is blank, begins with a space or holds a secret.
    pub(crate) fn keep<H: Helper>(&mut self, editor: &mut Editor<H, DefaultHistory>, line: &str) {
        if line.trim().is_empty() || line.len() > LONGEST || is_secret(line) {
            return;
        }
        let kept = editor.add_history_entry(line.trim_end());
        if self.works
            && let Err(error) = kept.and_then(|_| editor.append_history(&self.path))
        {
            self.failed(&error);
        }
    }

    /// Makes the file for its owner alone, so that it is never open to others, not even for a moment.
    fn create(&self) -> std::io::Result<()> {
        let new = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.path);
        match new {
            Ok(mut file) => std::io::Write::write_all(&mut file, HEADER),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn failed(&mut self, error: &dyn std::fmt::Display) {
        tracing::debug!(%error, path = %self.path.display(), "the history of the terminal is not kept");
        self.works = false;
    }
}

/// True of a line with a code or a password, as commands take them.
fn is_secret(line: &str) -> bool {
    let command = Command::parse(line.trim().trim_start_matches('/'));
    let verb = || command.words.split_whitespace().next().and_then(|word| command.name.verb(word));
    match command.name {
        CommandName::Link => !command.words.is_empty(),
        CommandName::User => matches!(verb(), Some(Verb::Confirm | Verb::Password)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn editor() -> Editor<(), DefaultHistory> {
        let config = rustyline::Config::builder().history_ignore_space(true).max_history_size(MOST).unwrap().build();
        Editor::with_config(config).unwrap()
    }

    fn started(path: &std::path::Path) -> (HistoryFile, Editor<(), DefaultHistory>) {
        let (mut file, mut editor) = (HistoryFile::new(path.to_owned()), editor());
        file.load(&mut editor);
        (file, editor)
    }

    #[test]
    fn what_was_typed_is_there_at_the_next_start_but_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.txt");
        let (mut file, mut editor) = started(&path);
        for line in [
            "Combien ?",
            "SELECT 1\nFROM \\a",
            " à part",
            "/link ABCD-EFGH",
            "lier ABCD-EFGH",
            "/link ",
            "",
            "Combien ?",
        ] {
            file.keep(&mut editor, line);
        }
        file.keep(&mut editor, "/user password zoe secret");
        file.keep(&mut editor, "/utilisateur confirmer ABCD-EFGH zoe");
        let (mut again, mut editor) = started(&path);
        let kept: Vec<&str> = editor.history().iter().map(String::as_str).collect();
        assert_eq!(kept, ["Combien ?", "SELECT 1\nFROM \\a", "/link", "Combien ?"]);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for line in 0..2 * MOST {
            again.keep(&mut editor, &line.to_string());
        }
        assert!(std::fs::read_to_string(&path).unwrap().lines().count() <= MOST + 1);
        assert_eq!(started(&path).1.history().iter().last().map(String::as_str), Some("1999"));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_only_forgets() {
        let (mut file, mut editor) = started(std::path::Path::new("/nowhere/history.txt"));
        file.keep(&mut editor, "Combien ?");
        assert_eq!(editor.history().iter().count(), 1);
    }
}
