//! The built program in a folder of its own and a clean environment.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Nothing listens there.
pub(crate) const NO_MODEL: &str = "http://127.0.0.1:1";

/// A folder in which the program is run.
pub(crate) struct Place {
    folder: TempDir,
    model: String,
}

/// The exit code and the output of a run.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    /// An empty folder, with no model in reach.
    pub(crate) fn new() -> Self {
        Self::with_model(NO_MODEL)
    }

    /// An empty folder, with a model server at this address.
    pub(crate) fn with_model(url: &str) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), model: url.to_owned() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    /// A program run here in English, knowing nothing of this machine but where its programs are.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LANG", "en_US.UTF-8")
            .env("PSTRAL__MODEL__URL", &self.model)
            .current_dir(self.folder.path());
        command
    }

    /// `pstral` with these words; another build of it where `PSTRAL_TEST_PROGRAM` names one, to measure that.
    pub(crate) fn pstral(&self, words: &[&str]) -> Command {
        let other = std::env::var_os("PSTRAL_TEST_PROGRAM").map(PathBuf::from);
        let mut command = self.command(other.unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_pstral"))));
        command.args(words);
        command
    }

    /// Runs `pstral` without input.
    pub(crate) fn run(&self, words: &[&str]) -> Ended {
        self.run_with(words, "")
    }

    /// Runs `pstral` with this input.
    pub(crate) fn run_with(&self, words: &[&str], input: impl AsRef<[u8]>) -> Ended {
        feed(self.pstral(words), input.as_ref())
    }
}

impl Ended {
    /// Fails the test unless it ended with this code.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Fails the test unless it printed each of these, on either stream.
    #[track_caller]
    pub(crate) fn says(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.out.contains(text) || self.err.contains(text), "{text:?} is missing: {self:#?}");
        }
        assert!(!self.err.contains("panicked"), "{self:#?}");
        self
    }
}

/// Runs a command with this input to its end.
pub(crate) fn feed(mut command: Command, input: &[u8]) -> Ended {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may end before it has read all.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap().into()
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}
