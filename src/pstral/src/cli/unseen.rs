//! A secret that is typed at the terminal without being shown.

use std::io;

/// Asks at the terminal of the process, even where standard output is a file, and returns the line without its end.
#[cfg(unix)]
pub(super) fn ask(question: &str) -> io::Result<String> {
    use std::fs::File;
    use std::io::{BufRead as _, BufReader, Write as _};

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// Shows what is typed again when it is dropped.
    struct Shown<'a>(&'a File, Termios);

    impl Drop for Shown<'_> {
        fn drop(&mut self) {
            if let Err(error) = tcsetattr(self.0, OptionalActions::Flush, &self.1) {
                tracing::warn!(%error, "the terminal's echo could not be restored");
            }
        }
    }

    let terminal = File::options().read(true).write(true).open("/dev/tty")?;
    let mode = tcgetattr(&terminal)?;
    let mut unseen = mode.clone();
    unseen.local_modes.remove(LocalModes::ECHO);
    // The end of the line is shown.
    unseen.local_modes.insert(LocalModes::ECHONL);
    let _shown = Shown(&terminal, mode);
    tcsetattr(&terminal, OptionalActions::Flush, &unseen)?;
    (&terminal).write_all(question.as_bytes())?;
    let mut line = String::new();
    if BufReader::new(&terminal).read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

/// Asks at the terminal of the process, and returns the line without its end.
#[cfg(not(unix))]
pub(super) fn ask(question: &str) -> io::Result<String> {
    rpassword::prompt_password(question)
}
