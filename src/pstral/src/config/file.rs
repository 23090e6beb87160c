//! The text of a configuration file, or what is wrong with it: never a line of it, which may hold a secret.

use std::io::{ErrorKind, Read as _};
use std::path::Path;

use pstral_core::text::text;

use super::Fault;

/// The most bytes of a configuration file: many times those of one with every key.
const LONGEST: u64 = 4 << 20;

/// The text of a file that is TOML.
pub(super) fn read(path: &Path) -> Result<String, Fault> {
    let content = bounded(path).map_err(|error| Fault::new(path.display().to_string(), why(&error)))?;
    match toml::from_str::<toml::Table>(&content) {
        Ok(_) => Ok(content),
        Err(error) => Err(syntax(path, &content, &error)),
    }
}

/// The text of a file. [`ErrorKind::FileTooLarge`] where it is longer than any configuration, as a device is that never ends.
fn bounded(path: &Path) -> std::io::Result<String> {
    let mut content = String::new();
    std::fs::File::open(path)?.take(LONGEST + 1).read_to_string(&mut content)?;
    if content.len() as u64 > LONGEST { Err(ErrorKind::FileTooLarge.into()) } else { Ok(content) }
}

fn why(error: &std::io::Error) -> pstral_core::text::Text {
    match error.kind() {
        ErrorKind::NotFound => text("config-not-found"),
        ErrorKind::IsADirectory => text("config-folder"),
        ErrorKind::FileTooLarge => text("config-too-large").with("megabytes", (LONGEST >> 20).to_string()),
        ErrorKind::InvalidData => text("config-not-text"),
        _ => text("config-unreadable").with("error", error.to_string()),
    }
}

/// Returns the location and the reason of a syntax error; the parser's own display would show the line, which may hold
/// a secret.
fn syntax(path: &Path, content: &str, error: &toml::de::Error) -> Fault {
    let before = content.get(..error.span().map_or(0, |span| span.start)).unwrap_or(content);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    // What the parser says by itself names signs and kinds of value, nothing of the file.
    let reason = error.message().lines().next().unwrap_or_default();
    let sentence = text("config-syntax").with("line", line.to_string()).with("column", column.to_string());
    Fault::new(path.display().to_string(), sentence.with("error", reason))
}
