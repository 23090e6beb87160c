//! Lines for whoever typed the command. Words of a model or of a database may be among them, so nothing in them
//! steers the terminal.

use std::io::{ErrorKind, Write as _};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use pstral_core::harmless;

/// The reason why lines did not reach standard output, such as a full disk.
static LOST: Mutex<Option<String>> = Mutex::new(None);

/// True once the reader of standard output has closed it.
static LEFT: AtomicBool = AtomicBool::new(false);

/// Prints a line. A reader who has left, as `head` does, is no error; what else is lost is kept for [`lost`].
pub(super) fn say(line: &str) {
    print(&harmless::text(line));
}

/// Prints a line of JSON, of which nothing is lost.
pub(super) fn say_json(json: &str) {
    print(&harmless::json(json));
}

/// Prints a line where it does not mix with results.
pub(super) fn say_error(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", harmless::text(line));
}

/// Returns the reason why printed text did not reach standard output, if so: a command whose result is lost has failed.
pub(super) fn lost() -> Option<String> {
    keep(std::io::stdout().lock().flush());
    LOST.lock().ok()?.take()
}

/// Checks whether the reader of standard output has closed it.
pub(super) fn reader_left() -> bool {
    LEFT.load(Ordering::Relaxed)
}

fn print(line: &str) {
    let mut out = std::io::stdout().lock();
    keep(writeln!(out, "{line}"));
}

fn keep(written: std::io::Result<()>) {
    let Err(error) = written else { return };
    if error.kind() == ErrorKind::BrokenPipe {
        LEFT.store(true, Ordering::Relaxed);
    } else if let Ok(mut lost) = LOST.lock() {
        lost.get_or_insert_with(|| error.to_string());
    }
}
