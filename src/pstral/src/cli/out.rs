//! Lines for whoever typed the command.

use std::io::Write as _;

/// Prints a line. A reader who has left, as `head` does, is no error.
pub(super) fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Prints a line where it does not mix with results.
pub(super) fn say_error(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
