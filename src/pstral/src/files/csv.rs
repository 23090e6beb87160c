//! CSV as spreadsheets open it: UTF-8 with a byte order mark, separator and decimal mark of the language.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use csv::{Terminator, Writer, WriterBuilder};
use pstral_core::domain::{Column, FileRef, Locale, Value, hex, real_text};
use pstral_core::ports::FileError;
use pstral_core::results::readable;

use super::{fault, file_ref, harmless};

/// A CSV file that appears under its name only when it is whole.
pub(super) struct CsvFile {
    path: PathBuf,
    part: tempfile::TempPath,
    writer: Writer<File>,
    locale: Locale,
}

impl CsvFile {
    pub(super) fn create(path: &Path, columns: &[Column], locale: Locale) -> Result<Self, FileError> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let (mut file, part) =
            tempfile::NamedTempFile::new_in(folder).map_err(|error| fault(path, &error))?.into_parts();
        file.write_all("\u{feff}".as_bytes()).map_err(|error| fault(path, &error))?;
        let delimiter = match locale {
            Locale::Fr => b';',
            Locale::En => b',',
        };
        let writer = WriterBuilder::new().delimiter(delimiter).terminator(Terminator::CRLF).from_writer(file);
        let mut csv = Self { path: path.to_owned(), part, writer, locale };
        csv.record(columns.iter().map(|column| harmless(&column.name)))?;
        Ok(csv)
    }

    pub(super) fn row(&mut self, row: &[Value]) -> Result<(), FileError> {
        let locale = self.locale;
        self.record(row.iter().map(|value| cell(value, locale)))
    }

    pub(super) fn finish(self) -> Result<FileRef, FileError> {
        let Self { path, part, writer, .. } = self;
        drop(writer.into_inner().map_err(|error| fault(&path, &error))?);
        part.persist(&path).map_err(|error| fault(&path, &error))?;
        file_ref(&path, "text/csv")
    }

    fn record(&mut self, cells: impl Iterator<Item = String>) -> Result<(), FileError> {
        self.writer.write_record(cells).map_err(|error| fault(&self.path, &error))
    }
}

fn cell(value: &Value, locale: Locale) -> String {
    match value {
        Value::Null => String::new(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => decimal(&real_text(*number), locale),
        Value::Decimal(number) => decimal(number, locale),
        Value::Text(text) => harmless(text),
        Value::Date(text) | Value::Timestamp(text) => text.clone(),
        Value::Unsupported(_) => harmless(&readable(value, locale, false)),
        Value::Bytes(bytes) => hex(bytes),
    }
}

fn decimal(number: &str, locale: Locale) -> String {
    match locale {
        Locale::Fr => number.replace('.', ","),
        Locale::En => number.to_owned(),
    }
}
