//! XLSX with typed cells, a frozen header, a filter, and a second sheet that says where the table comes from.

use std::path::{Path, PathBuf};

use pstral_core::domain::{Column, ColumnKind, FileRef, Locale, Value, hex};
use pstral_core::ports::{Colophon, FileError};
use pstral_core::results::readable;
use pstral_core::text::text;
use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::number_format::{MOST, Meaning, NumberFormats};
use super::part::{Part, fault};

/// Rows a sheet can hold, the header included, and columns
/// (<https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3>).
const MAX_ROWS: u32 = 1_048_576;
const MAX_COLUMNS: usize = 16_384;
/// UTF-16 units a cell can hold (the same page).
const MAX_CELL: usize = 32_767;
/// Digits that a cell keeps of a number: it is a double. Longer ones are written as text.
const EXACT_DIGITS: usize = 15;
/// The largest whole number with so many digits.
const EXACT_INTEGER: u64 = 999_999_999_999_999;
/// The paper size in a spreadsheet (<https://learn.microsoft.com/office/vba/api/excel.xlpapersize>).
const A4: u8 = 9;
/// The width of what stands on the sheet of origin, in characters.
const ORIGIN: u32 = 100;
/// Points of a line, and of the tallest row (the page of the limits above).
const LINE: usize = 15;
const TALLEST: usize = 409;
/// Rows whose texts say how wide a column is.
const MEASURED: u32 = 200;
/// Widths of a column in characters: room for the button of the filter, and still a few columns on a screen.
const WIDTHS: std::ops::RangeInclusive<usize> = 8..=60;

/// An XLSX file that appears under its name only when it is whole. Rows wait in a temporary file beside it,
/// not in memory.
pub(super) struct XlsxFile {
    folder: PathBuf,
    workbook: Workbook,
    row: u32,
    /// Of the columns, in characters.
    widths: Vec<usize>,
    cut_cells: u64,
    look: Look,
}

/// The formats of cells, created once: a format per cell costs more than the cell.
struct Look {
    date: Format,
    timestamp: Format,
    numbers: NumberFormats,
    /// Of the columns.
    meanings: Vec<Meaning>,
    locale: Locale,
}

impl XlsxFile {
    /// `None` where there are more columns than a sheet can hold.
    pub(super) fn create(
        folder: &Path,
        columns: &[Column],
        locale: Locale,
        zone: &str,
    ) -> Result<Option<Self>, FileError> {
        if columns.len() > MAX_COLUMNS {
            return Ok(None);
        }
        let mut workbook = Workbook::new();
        begin(&mut workbook, folder, columns, zone).map_err(|error| fault(folder, &error))?;
        let look = Look {
            date: Format::new().set_num_format("yyyy-mm-dd"),
            timestamp: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            numbers: NumberFormats::new(),
            meanings: columns.iter().map(Meaning::of).collect(),
            locale,
        };
        let widths = columns.iter().map(|column| width(column, zone)).collect();
        Ok(Some(Self { folder: folder.to_owned(), workbook, row: 1, widths, cut_cells: 0, look }))
    }

    /// Adds a row; `false` when the sheet is full.
    pub(super) fn row(&mut self, row: &[Value]) -> Result<bool, FileError> {
        if self.row == MAX_ROWS {
            return Ok(false);
        }
        if self.row <= MEASURED {
            for (width, value) in self.widths.iter_mut().zip(row) {
                *width = (*width).max(length(value));
            }
        }
        self.write(row).map_err(|error| fault(&self.folder, &error))?;
        self.row += 1;
        Ok(true)
    }

    fn write(&mut self, row: &[Value]) -> Result<(), XlsxError> {
        let sheet = self.workbook.worksheet_from_index(0)?;
        for (column, value) in (0..).zip(row) {
            self.cut_cells += u64::from(write_cell(sheet, (self.row, column), value, &self.look)?);
        }
        Ok(())
    }

    pub(super) fn finish(mut self, colophon: &Colophon) -> Result<FileRef, FileError> {
        let (part, file) = Part::create(&self.folder)?;
        self.close(colophon).map_err(|error| fault(&self.folder, &error))?;
        self.workbook.save_to_writer(&file).map_err(|error| fault(&self.folder, &error))?;
        drop(file);
        let media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        part.finish(format!("{}.xlsx", colophon.name), media_type)
    }

    fn close(&mut self, colophon: &Colophon) -> Result<(), XlsxError> {
        let locale = self.look.locale;
        let sheet = self.workbook.worksheet_from_index(0)?;
        for (at, width) in (0..).zip(&self.widths) {
            let width = u32::try_from((width + 3).clamp(*WIDTHS.start(), *WIDTHS.end())).unwrap_or_default();
            sheet.set_column_width(at, width)?;
        }
        if let Some(last) = u16::try_from(self.widths.len()).ok().and_then(|columns| columns.checked_sub(1)) {
            sheet.autofilter(0, 0, self.row - 1, last)?;
        }
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(text("sheet-origin").render(locale))?.set_column_width(0, 14)?.set_column_width(1, ORIGIN)?;
        print_on(sheet);
        let (label, whole) = (Format::new().set_bold().set_align(FormatAlign::Top), Format::new().set_text_wrap());
        let cut = (text("fact-cut-in-sheet").render(locale), self.cut_cells.to_string());
        let own = (self.cut_cells > 0).then_some(&cut);
        for (at, (name, value)) in (0..).zip(colophon.facts.iter().chain(own)) {
            let value = cut_to_cell(value).unwrap_or(value);
            sheet.set_row_height(at, height(value))?;
            sheet.write_string_with_format(at, 0, name, &label)?.write_string_with_format(at, 1, value, &whole)?;
        }
        Ok(())
    }
}

fn begin(workbook: &mut Workbook, folder: &Path, columns: &[Column], zone: &str) -> Result<(), XlsxError> {
    // Not the system's folder for temporary files, which may be memory.
    workbook.set_tempdir(folder)?;
    let header = Format::new().set_bold();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name("Pstral")?.set_freeze_panes(1, 0)?;
    print_on(sheet).set_repeat_rows(0, 0)?;
    for (at, column) in (0..).zip(columns) {
        let name = head(column, zone);
        sheet.write_string_with_format(0, at, cut_to_cell(&name).unwrap_or(&name), &header)?;
    }
    Ok(())
}

/// Lays a sheet out for A4 paper: across, as wide as the page, with its number below.
fn print_on(sheet: &mut Worksheet) -> &mut Worksheet {
    sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0).set_footer("&C&P / &N")
}

/// Points of a row that shows the whole of a text: a spreadsheet does not measure it by itself.
fn height(value: &str) -> u32 {
    let lines = value.lines().map(|line| 1 + line.chars().count() / ORIGIN as usize).sum::<usize>();
    u32::try_from((lines.max(1) * LINE).min(TALLEST)).unwrap_or_default()
}

/// The head of a column; of instants with their zone, since a spreadsheet's times have none.
fn head(column: &Column, zone: &str) -> String {
    if column.kind == ColumnKind::Instant { format!("{} ({zone})", column.name) } else { column.name.clone() }
}

/// Writes a cell and says whether it had to be cut. Strings are written as strings: XLSX never takes them for formulas.
fn write_cell(sheet: &mut Worksheet, (row, column): (u32, u16), value: &Value, look: &Look) -> Result<bool, XlsxError> {
    let meaning = look.meanings.get(usize::from(column)).copied().unwrap_or(Meaning::Quantity);
    let format = look.numbers.of(meaning, value);
    match value {
        Value::Null => return Ok(false),
        Value::Boolean(truth) => sheet.write_boolean(row, column, *truth)?,
        #[expect(clippy::cast_precision_loss, reason = "a double holds these")]
        Value::Integer(number) if number.unsigned_abs() <= EXACT_INTEGER => {
            return write_number(sheet, (row, column), *number as f64, format);
        }
        Value::Integer(number) => sheet.write_string(row, column, number.to_string())?,
        Value::Decimal(number) => match exact(number) {
            Some(exact) => return write_number(sheet, (row, column), exact, format),
            None => return write_text(sheet, (row, column), number),
        },
        Value::Real(number) if number.is_finite() => {
            return write_number(sheet, (row, column), *number, format);
        }
        Value::Real(number) => sheet.write_string(row, column, number.to_string())?,
        Value::Date(text) => match moment(text) {
            Some(moment) => sheet.write_datetime_with_format(row, column, &moment, &look.date)?,
            None => return write_text(sheet, (row, column), text),
        },
        Value::Timestamp(text) => match moment(local(text, meaning)) {
            Some(moment) => sheet.write_datetime_with_format(row, column, &moment, &look.timestamp)?,
            None => return write_text(sheet, (row, column), text),
        },
        Value::Text(text) => return write_text(sheet, (row, column), text),
        Value::Bytes(bytes) => return write_text(sheet, (row, column), &hex(bytes)),
        Value::Unsupported(_) => return write_text(sheet, (row, column), &readable(value, look.locale, false)),
    };
    Ok(false)
}

fn write_number(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    number: f64,
    format: Option<&Format>,
) -> Result<bool, XlsxError> {
    match format {
        Some(format) => sheet.write_number_with_format(row, column, number, format)?,
        None => sheet.write_number(row, column, number)?,
    };
    Ok(false)
}

fn write_text(sheet: &mut Worksheet, (row, column): (u32, u16), text: &str) -> Result<bool, XlsxError> {
    let cut = cut_to_cell(text);
    sheet.write_string(row, column, cut.unwrap_or(text))?;
    Ok(cut.is_some())
}

/// A number that a double holds digit by digit, or that was computed.
fn exact(number: &str) -> Option<f64> {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    // Nobody stored the digits of an average that a double lacks.
    let is_computed =
        number.split_once('.').is_some_and(|(whole, fraction)| fraction.len() > MOST && whole.len() <= 13);
    if digits > EXACT_DIGITS && !is_computed {
        None
    } else {
        number.parse().ok().filter(|number: &f64| number.is_finite())
    }
}

/// A time without its offset, where the head of the column names the zone.
fn local(text: &str, meaning: Meaning) -> &str {
    let offset = text.get(19..).and_then(|rest| rest.find(['+', '-'])).map(|at| 19 + at);
    offset.filter(|_| meaning == Meaning::Instant).map_or(text, |at| &text[..at])
}

/// A date or a time without a zone, between 1900 and 9999: spreadsheets know no zones, and nothing before.
fn moment(text: &str) -> Option<ExcelDateTime> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u16>().ok();
    let small = |range: std::ops::Range<usize>| text.get(range)?.parse::<u8>().ok();
    let bytes = text.as_bytes();
    if bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    // The last day of 1899 is a date to Excel's own arithmetic, and to nobody else.
    if number(0..4)? < 1900 {
        return None;
    }
    let day = ExcelDateTime::from_ymd(number(0..4)?, small(5..7)?, small(8..10)?).ok()?;
    if text.len() == 10 {
        return Some(day);
    }
    if bytes.get(10) != Some(&b' ') || bytes.get(13) != Some(&b':') || bytes.get(16) != Some(&b':') {
        return None;
    }
    let seconds = text.get(17..)?;
    if seconds.contains(|c: char| !c.is_ascii_digit() && c != '.') {
        return None;
    }
    let seconds: f64 = seconds.parse().ok()?;
    day.and_hms(number(11..13)?, small(14..16)?, seconds).ok()
}

/// The beginning of a text that is longer than a cell.
fn cut_to_cell(text: &str) -> Option<&str> {
    // A text has at most as many UTF-16 units as bytes.
    if text.len() <= MAX_CELL {
        return None;
    }
    let mut units = 0;
    let beyond = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > MAX_CELL
    });
    beyond.map(|(at, _)| &text[..at])
}

/// Characters that a cell shows, as far as they make a column wider.
fn length(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::Boolean(_) => 5,
        Value::Integer(number) => number.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + 2,
        Value::Real(_) => 12,
        Value::Decimal(text) | Value::Date(text) => text.len(),
        Value::Timestamp(_) => 19,
        Value::Text(text) => text.chars().take(*WIDTHS.end()).count(),
        Value::Bytes(bytes) => 2 * bytes.len(),
        Value::Unsupported(of) => of.len(),
    }
}

/// A column's width before its rows are known.
fn width(column: &Column, zone: &str) -> usize {
    let least = match column.kind {
        ColumnKind::Timestamp | ColumnKind::Instant => 19,
        ColumnKind::Date => 10,
        ColumnKind::Text | ColumnKind::Number | ColumnKind::Boolean | ColumnKind::Bytes => 6,
    };
    head(column, zone).chars().count().max(least)
}
