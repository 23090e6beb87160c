//! JSON lines: one object a row, for programs.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use pstral_core::domain::{Column, Locale, Value, hex, tidied};
use pstral_core::ports::FileError;
use pstral_core::results::readable;

use super::part::{Part, fault};

/// Digits that every reader of JSON keeps of a number: most read doubles (RFC 8259, section 6). Longer ones are texts.
const EXACT_DIGITS: usize = 15;

/// A file of JSON lines while it is written.
pub(super) struct JsonLinesFile {
    part: Part,
    writer: BufWriter<File>,
    /// The text before each value: `{"name":` or `,"name":`.
    keys: Vec<String>,
    locale: Locale,
}

impl JsonLinesFile {
    pub(super) fn create(folder: &Path, columns: &[Column], locale: Locale) -> Result<Self, FileError> {
        let (part, file) = Part::create(folder)?;
        let keys = names(columns).into_iter().enumerate().map(|(at, name)| {
            let before = if at == 0 { '{' } else { ',' };
            format!("{before}{}:", serde_json::Value::from(name))
        });
        Ok(Self { part, writer: BufWriter::with_capacity(128 * 1024, file), keys: keys.collect(), locale })
    }

    pub(super) fn row(&mut self, row: &[Value]) -> Result<(), FileError> {
        self.write(row).map_err(|error| fault(self.part.folder(), &error))
    }

    /// The whole file, on the disk.
    pub(super) fn close(self) -> Result<Part, FileError> {
        let Self { part, writer, .. } = self;
        drop(writer.into_inner().map_err(|error| fault(part.folder(), &error))?);
        Ok(part)
    }

    fn write(&mut self, row: &[Value]) -> std::io::Result<()> {
        if self.keys.is_empty() {
            self.writer.write_all(b"{")?;
        }
        for (key, value) in self.keys.iter().zip(row) {
            self.writer.write_all(key.as_bytes())?;
            write_value(&mut self.writer, value, self.locale)?;
        }
        self.writer.write_all(b"}\n")
    }
}

/// A value as it stands in such a file.
#[cfg(feature = "endpoint")]
pub(crate) fn to_json(value: &Value, locale: Locale) -> serde_json::Value {
    let mut written = Vec::new();
    let json = write_value(&mut written, value, locale).ok().and_then(|()| serde_json::from_slice(&written).ok());
    json.expect("invariant: what is written here is JSON")
}

fn write_value(out: &mut impl Write, value: &Value, locale: Locale) -> std::io::Result<()> {
    match value {
        Value::Null => out.write_all(b"null"),
        Value::Boolean(truth) => write!(out, "{truth}"),
        Value::Integer(number) => write_number(out, &number.to_string()),
        Value::Real(number) if number.is_finite() => Ok(serde_json::to_writer(out, &tidied(*number))?),
        Value::Real(number) => write_text(out, &number.to_string()),
        Value::Decimal(number) => write_number(out, number),
        Value::Text(text) | Value::Date(text) | Value::Timestamp(text) => write_text(out, text),
        Value::Bytes(bytes) => write_text(out, &hex(bytes)),
        Value::Unsupported(_) => write_text(out, &readable(value, locale, false)),
    }
}

/// A number that every reader keeps whole, or its text.
fn write_number(out: &mut impl Write, number: &str) -> std::io::Result<()> {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    // Not every text that a database calls a number is one in JSON, such as `.5`.
    if digits <= EXACT_DIGITS && serde_json::from_str::<serde_json::Number>(number).is_ok() {
        out.write_all(number.as_bytes())
    } else {
        write_text(out, number)
    }
}

fn write_text(out: &mut impl Write, text: &str) -> std::io::Result<()> {
    Ok(serde_json::to_writer(out, text)?)
}

/// The names of the columns, each its own: a second `id` is `id (2)`.
fn names(columns: &[Column]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(columns.len());
    let mut taken = std::collections::HashSet::new();
    for column in columns {
        let numbered = (2..).map(|number| format!("{} ({number})", column.name));
        let free = std::iter::once(column.name.clone()).chain(numbered).find(|name| !taken.contains(name));
        let name = free.unwrap_or_default();
        taken.insert(name.clone());
        names.push(name);
    }
    names
}
