//! CSV as spreadsheets open it: UTF-8 with a byte order mark, separator and decimal mark of the language.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use csv::{Terminator, Writer, WriterBuilder};
use pstral_core::domain::{Column, Locale, Value, hex, real_text};
use pstral_core::ports::FileError;
use pstral_core::results::readable;

use super::harmless::harmless;
use super::part::{Part, fault};

/// Bytes handed to the disk at once.
const BUFFER: usize = 128 * 1024;

/// A CSV file while it is written.
pub(super) struct CsvFile {
    part: Part,
    writer: Writer<File>,
    locale: Locale,
    /// Kept from cell to cell: a result of a million rows must not ask for memory for each.
    number: Vec<u8>,
}

impl CsvFile {
    pub(super) fn create(folder: &Path, columns: &[Column], locale: Locale) -> Result<Self, FileError> {
        let (part, mut file) = Part::create(folder)?;
        file.write_all("\u{feff}".as_bytes()).map_err(|error| fault(folder, &error))?;
        let delimiter = match locale {
            Locale::Fr => b';',
            Locale::En => b',',
        };
        let writer = WriterBuilder::new()
            .delimiter(delimiter)
            .terminator(Terminator::CRLF)
            .buffer_capacity(BUFFER)
            .from_writer(file);
        let mut csv = Self { part, writer, locale, number: Vec::new() };
        let head = columns.iter().try_for_each(|column| csv.writer.write_field(&*harmless(&column.name)));
        csv.end_record(head)?;
        Ok(csv)
    }

    pub(super) fn row(&mut self, row: &[Value]) -> Result<(), FileError> {
        let written = row.iter().try_for_each(|value| self.cell(value));
        self.end_record(written)
    }

    /// The whole file, on the disk.
    pub(super) fn close(self) -> Result<Part, FileError> {
        let Self { part, writer, .. } = self;
        drop(writer.into_inner().map_err(|error| fault(part.folder(), &error))?);
        Ok(part)
    }

    fn end_record(&mut self, written: csv::Result<()>) -> Result<(), FileError> {
        let ended = written.and_then(|()| self.writer.write_record(None::<&[u8]>));
        ended.map_err(|error| fault(self.part.folder(), &error))
    }

    fn cell(&mut self, value: &Value) -> csv::Result<()> {
        match value {
            Value::Null => self.writer.write_field(""),
            Value::Boolean(_) => self.writer.write_field(readable(value, self.locale, false)),
            Value::Integer(number) => {
                self.number.clear();
                write!(self.number, "{number}")?;
                self.writer.write_field(&self.number)
            }
            Value::Real(number) => self.decimal(&real_text(*number)),
            Value::Decimal(number) => self.decimal(number),
            Value::Text(text) | Value::Date(text) | Value::Timestamp(text) => self.writer.write_field(&*harmless(text)),
            Value::Unsupported(_) => self.writer.write_field(&*harmless(&readable(value, self.locale, false))),
            Value::Bytes(bytes) => self.writer.write_field(hex(bytes)),
        }
    }

    fn decimal(&mut self, number: &str) -> csv::Result<()> {
        match self.locale {
            Locale::En => self.writer.write_field(number),
            Locale::Fr => {
                self.number.clear();
                self.number.extend(number.bytes().map(|byte| if byte == b'.' { b',' } else { byte }));
                self.writer.write_field(&self.number)
            }
        }
    }
}
