//! XLSX with typed cells, a frozen header, a filter, and a second sheet that says where the table comes from.

use std::path::{Path, PathBuf};

use pstral_core::domain::{Column, ColumnKind, FileRef, Locale, Value, hex};
use pstral_core::ports::FileError;
use pstral_core::text::text;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::{fault, file_ref};

/// Rows a sheet can hold, the header included (the format's own limit).
const MAX_ROWS: u32 = 1_048_576;
/// Characters a cell can hold (the format's own limit).
const MAX_CELL: usize = 32_767;
/// Digits that a cell keeps of a number: it is a double. Longer ones are written as text.
const EXACT_DIGITS: usize = 15;

/// An XLSX file that appears under its name only when it is whole. Rows wait in a temporary file beside it,
/// not in memory.
pub(super) struct XlsxFile {
    path: PathBuf,
    workbook: Workbook,
    row: u32,
    columns: u16,
}

impl XlsxFile {
    pub(super) fn create(folder: &Path, name: &str, columns: &[Column]) -> Result<Self, FileError> {
        let path = folder.join(format!("{name}.xlsx"));
        let mut workbook = Workbook::new();
        // Not the system's folder for temporary files, which may be memory.
        workbook.set_tempdir(folder).map_err(|error| fault(&path, &error))?;
        let sheet = workbook.add_worksheet_with_constant_memory().map_err(|error| fault(&path, &error))?;
        let header = Format::new().set_bold();
        let write = |sheet: &mut Worksheet| -> Result<u16, XlsxError> {
            sheet.set_name("Pstral")?.set_freeze_panes(1, 0)?;
            let mut at = 0;
            for column in columns {
                sheet.set_column_width(at, width(column))?;
                sheet.write_string_with_format(0, at, &column.name, &header)?;
                at += 1;
            }
            Ok(at)
        };
        let columns = write(sheet).map_err(|error| fault(&path, &error))?;
        Ok(Self { path, workbook, row: 1, columns })
    }

    /// Adds a row; `false` when the sheet is full.
    pub(super) fn row(&mut self, row: &[Value]) -> Result<bool, FileError> {
        if self.row == MAX_ROWS {
            return Ok(false);
        }
        let at = self.row;
        let write = |sheet: &mut Worksheet| -> Result<(), XlsxError> {
            for (column, value) in (0..).zip(row) {
                write_cell(sheet, at, column, value)?;
            }
            Ok(())
        };
        let sheet = self.workbook.worksheet_from_index(0).map_err(|error| fault(&self.path, &error))?;
        write(sheet).map_err(|error| fault(&self.path, &error))?;
        self.row += 1;
        Ok(true)
    }

    pub(super) fn finish(mut self, facts: &[(String, String)], locale: Locale) -> Result<FileRef, FileError> {
        let path = self.path.clone();
        self.write_to(&path, facts, locale).map_err(|error| fault(&path, &error))?;
        file_ref(&path, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    }

    fn write_to(&mut self, path: &Path, facts: &[(String, String)], locale: Locale) -> Result<(), XlsxError> {
        if self.columns > 0 && self.row > 1 {
            self.workbook.worksheet_from_index(0)?.autofilter(0, 0, self.row - 1, self.columns - 1)?;
        }
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(text("sheet-origin").render(locale))?.set_column_width(0, 14)?.set_column_width(1, 100)?;
        for (at, (name, value)) in (0..).zip(facts) {
            sheet.write_string(at, 0, name)?.write_string(at, 1, cut(value))?;
        }
        let part = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
        self.workbook.save_to_writer(part.as_file())?;
        part.persist(path).map_err(|error| XlsxError::IoError(error.error))?;
        Ok(())
    }
}

/// Strings are written as strings: XLSX never takes them for formulas.
fn write_cell(sheet: &mut Worksheet, row: u32, column: u16, value: &Value) -> Result<(), XlsxError> {
    match value {
        Value::Null => Ok(()),
        Value::Boolean(truth) => sheet.write_boolean(row, column, *truth).map(drop),
        Value::Integer(number) => write_number(sheet, row, column, &number.to_string()),
        Value::Decimal(number) => write_number(sheet, row, column, number),
        Value::Real(number) if number.is_finite() => sheet.write_number(row, column, *number).map(drop),
        Value::Real(number) => sheet.write_string(row, column, number.to_string()).map(drop),
        Value::Date(day) => match ExcelDateTime::parse_from_str(day) {
            Ok(date) => {
                let format = Format::new().set_num_format("yyyy-mm-dd");
                sheet.write_datetime_with_format(row, column, &date, &format).map(drop)
            }
            Err(_) => sheet.write_string(row, column, cut(day)).map(drop),
        },
        Value::Text(text) | Value::Timestamp(text) => sheet.write_string(row, column, cut(text)).map(drop),
        Value::Bytes(bytes) => sheet.write_string(row, column, cut(&hex(bytes))).map(drop),
        Value::Unsupported(of) => sheet.write_string(row, column, cut(of)).map(drop),
    }
}

fn write_number(sheet: &mut Worksheet, row: u32, column: u16, number: &str) -> Result<(), XlsxError> {
    let digits = number.chars().filter(char::is_ascii_digit).count();
    match number.parse::<f64>() {
        Ok(exact) if digits <= EXACT_DIGITS => sheet.write_number(row, column, exact).map(drop),
        _ => sheet.write_string(row, column, number).map(drop),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_CELL).collect()
}

fn width(column: &Column) -> f64 {
    let least = match column.kind {
        ColumnKind::Text => 24,
        ColumnKind::Timestamp => 20,
        ColumnKind::Number | ColumnKind::Date | ColumnKind::Boolean | ColumnKind::Bytes => 12,
    };
    f64::from(u32::try_from(column.name.chars().count() + 2).unwrap_or(u32::MAX).clamp(least, 60))
}
