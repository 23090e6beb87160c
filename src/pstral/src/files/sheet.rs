//! The files of one result on their way to the disk.

use std::mem;
use std::path::PathBuf;

use async_trait::async_trait;
use pstral_core::domain::{Column, FileRef, Locale, Row};
use pstral_core::ports::{Colophon, FileError, Finished, ResultSheet};

use super::compressed::compressed;
use super::csv::CsvFile;
use super::format::FileFormat;
use super::json_lines::JsonLinesFile;
use super::part::{Part, fault};
use super::where_blocking_is_allowed;
use super::xlsx::XlsxFile;

/// The files of one result.
pub(super) struct Sheet(Files);

enum Files {
    Wanted(Wanted),
    Begun(Box<Begun>),
    /// They could not be written, or are being written by a call that was given up.
    Lost,
}

/// The description of the files to write.
pub(super) struct Wanted {
    pub(super) folder: PathBuf,
    pub(super) formats: Vec<FileFormat>,
    pub(super) columns: Vec<Column>,
    pub(super) locale: Locale,
    /// The name of the zone of instants.
    pub(super) zone: String,
}

/// The files while they are written.
struct Begun {
    formats: Vec<FileFormat>,
    /// Also where nobody asked for it, but where a spreadsheet alone might turn out too small.
    csv: Option<CsvFile>,
    /// `None` where it is not wanted, and once the result has more rows than a spreadsheet can hold.
    xlsx: Option<XlsxFile>,
    json_lines: Option<JsonLinesFile>,
}

impl Sheet {
    pub(super) fn new(wanted: Wanted) -> Self {
        Self(Files::Wanted(wanted))
    }
}

#[async_trait]
impl ResultSheet for Sheet {
    async fn rows(&mut self, rows: Vec<Row>) -> Result<(), FileError> {
        let files = mem::replace(&mut self.0, Files::Lost);
        let begun = where_blocking_is_allowed(move || {
            let mut begun = files.begun()?;
            begun.rows(&rows)?;
            Ok(begun)
        });
        self.0 = Files::Begun(begun.await?);
        Ok(())
    }

    async fn finish(self: Box<Self>, colophon: &Colophon) -> Result<Finished, FileError> {
        let colophon = colophon.clone();
        where_blocking_is_allowed(move || self.0.begun()?.finish(&colophon)).await
    }
}

impl Files {
    /// Those that are being written, made where they are only wanted so far.
    fn begun(self) -> Result<Box<Begun>, FileError> {
        match self {
            Self::Wanted(wanted) => wanted.begin().map(Box::new),
            Self::Begun(begun) => Ok(begun),
            Self::Lost => Err(FileError("an earlier part could not be written".to_owned())),
        }
    }
}

impl Wanted {
    fn begin(self) -> Result<Begun, FileError> {
        let Self { folder, formats, columns, locale, zone } = self;
        std::fs::create_dir_all(&folder).map_err(|error| fault(&folder, &error))?;
        let wants = |format| formats.contains(&format);
        let xlsx = if wants(FileFormat::Xlsx) { XlsxFile::create(&folder, &columns, locale, &zone)? } else { None };
        let csv = (wants(FileFormat::Csv) || !wants(FileFormat::JsonLines))
            .then(|| CsvFile::create(&folder, &columns, locale))
            .transpose()?;
        let json_lines =
            wants(FileFormat::JsonLines).then(|| JsonLinesFile::create(&folder, &columns, locale)).transpose()?;
        Ok(Begun { formats, csv, xlsx, json_lines })
    }
}

impl Begun {
    fn rows(&mut self, rows: &[Row]) -> Result<(), FileError> {
        for row in rows {
            if let Some(csv) = &mut self.csv {
                csv.row(row)?;
            }
            if let Some(json_lines) = &mut self.json_lines {
                json_lines.row(row)?;
            }
            if let Some(xlsx) = &mut self.xlsx
                && !xlsx.row(row)?
            {
                self.xlsx = None;
            }
        }
        Ok(())
    }

    /// All files or none: what is told to have failed must not lie about.
    fn finish(self, colophon: &Colophon) -> Result<Finished, FileError> {
        let beyond_sheet = self.formats.contains(&FileFormat::Xlsx) && self.xlsx.is_none();
        let mut finished = Finished { beyond_sheet, ..Finished::default() };
        let done = self.finish_into(&mut finished, colophon);
        if done.is_err() {
            for file in &finished.files {
                let _ = std::fs::remove_file(&file.path);
            }
        }
        done.map(|()| finished)
    }

    fn finish_into(self, finished: &mut Finished, colophon: &Colophon) -> Result<(), FileError> {
        let Self { formats, mut csv, mut xlsx, mut json_lines } = self;
        for format in formats {
            match format {
                FileFormat::Csv => {
                    let Some(csv) = csv.take() else { continue };
                    add_text(finished, csv.close()?, colophon, format, "text/csv")?;
                }
                FileFormat::JsonLines => {
                    let Some(json_lines) = json_lines.take() else { continue };
                    add_text(finished, json_lines.close()?, colophon, format, "application/jsonl")?;
                }
                FileFormat::Xlsx => {
                    let Some(xlsx) = xlsx.take() else { continue };
                    finished.files.push(xlsx.finish(colophon)?);
                }
            }
        }
        // What stands in for a spreadsheet that was too small.
        if let Some(csv) = csv.filter(|_| finished.files.is_empty()) {
            add_text(finished, csv.close()?, colophon, FileFormat::Csv, "text/csv")?;
        }
        Ok(())
    }
}

/// Adds a file of text, compressed where only that can be handed over.
fn add_text(
    finished: &mut Finished,
    whole: Part,
    colophon: &Colophon,
    format: FileFormat,
    media_type: &'static str,
) -> Result<(), FileError> {
    let name = format!("{}.{}", colophon.name, format.word());
    let smaller =
        if whole.bytes()? > colophon.max_file_bytes { compressed(&whole, colophon.max_file_bytes)? } else { None };
    let file: FileRef = match smaller {
        Some(part) => {
            finished.compressed = true;
            part.finish(format!("{name}.gz"), "application/gzip")?
        }
        None => whole.finish(name, media_type)?,
    };
    finished.files.push(file);
    Ok(())
}
