//! Lines for whoever typed the command. Words of a model or of a database may be among them, so nothing in them
//! steers the terminal.

use std::io::Write as _;

use pstral_core::harmless;

/// Prints a line. A reader who has left, as `head` does, is no error.
pub(super) fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{}", harmless::text(line));
}

/// Prints a line of JSON, of which nothing is lost.
pub(super) fn say_json(json: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{}", harmless::json(json));
}

/// Prints a line where it does not mix with results.
pub(super) fn say_error(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", harmless::text(line));
}
