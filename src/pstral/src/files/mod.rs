//! Results as files: CSV for spreadsheets of the person's country, XLSX with typed cells.

mod csv;
mod xlsx;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use pstral_core::domain::{Column, FileRef, Locale, Row};
use pstral_core::ports::{FileError, ResultFiles, ResultSheet};

use csv::CsvFile;
use xlsx::XlsxFile;

/// Writes results into a folder.
pub struct FolderFiles {
    folder: PathBuf,
}

impl FolderFiles {
    /// Files in `folder`, which is made when the first result comes.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }
}

impl ResultFiles for FolderFiles {
    fn begin(&self, name: &str, columns: &[Column], locale: Locale) -> Result<Box<dyn ResultSheet>, FileError> {
        std::fs::create_dir_all(&self.folder).map_err(|error| fault(&self.folder, &error))?;
        let csv = CsvFile::create(&self.folder.join(format!("{name}.csv")), columns, locale)?;
        let xlsx = XlsxFile::create(&self.folder.join(format!("{name}.xlsx")), columns)?;
        Ok(Box::new(Sheet { csv, xlsx: Some(xlsx), locale }))
    }
}

/// Both files of one result while they are written.
struct Sheet {
    csv: CsvFile,
    /// `None` once the result has more rows than a sheet can hold.
    xlsx: Option<XlsxFile>,
    locale: Locale,
}

#[async_trait]
impl ResultSheet for Sheet {
    async fn rows(&mut self, rows: Vec<Row>) -> Result<(), FileError> {
        for row in &rows {
            self.csv.row(row)?;
            if let Some(xlsx) = &mut self.xlsx
                && !xlsx.row(row)?
            {
                self.xlsx = None;
            }
        }
        Ok(())
    }

    async fn finish(self: Box<Self>, facts: &[(String, String)]) -> Result<Vec<FileRef>, FileError> {
        let Self { csv, xlsx, locale } = *self;
        let facts = facts.to_vec();
        // Closing an XLSX file packs it: work for a thread that may block.
        let closing = tokio::task::spawn_blocking(move || {
            let mut files = vec![csv.finish()?];
            if let Some(xlsx) = xlsx {
                files.push(xlsx.finish(&facts, locale)?);
            }
            Ok(files)
        });
        closing.await.map_err(|error| FileError(error.to_string()))?
    }
}

/// A finished file as it is handed over.
fn file_ref(path: &Path, media_type: &'static str) -> Result<FileRef, FileError> {
    let bytes = std::fs::metadata(path).map_err(|error| fault(path, &error))?.len();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let path = std::path::absolute(path).map_err(|error| fault(path, &error))?;
    Ok(FileRef { name, path, media_type, bytes })
}

fn fault(path: &Path, error: &dyn std::fmt::Display) -> FileError {
    FileError(format!("{}: {error}", path.display()))
}

/// Text that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it (OWASP, "CSV
/// Injection"). Numbers travel as numbers and keep their sign.
pub(crate) fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use pstral_core::domain::{ColumnKind, Value};

    use super::*;

    fn columns() -> Vec<Column> {
        [("nom", ColumnKind::Text), ("montant", ColumnKind::Number), ("jour", ColumnKind::Date)]
            .map(|(name, kind)| Column { name: name.to_owned(), kind })
            .into()
    }

    fn rows() -> Vec<Row> {
        vec![
            vec![
                Value::Text("Éts \"A\"; B".to_owned()),
                Value::Decimal("-1234.50".to_owned()),
                Value::Date("2026-11-21".to_owned()),
            ],
            vec![Value::Text("=cmd|' /C calc'!A0".to_owned()), Value::Integer(-3), Value::Null],
        ]
    }

    async fn write(folder: &Path, locale: Locale) -> Vec<FileRef> {
        let mut sheet = FolderFiles::new(folder).begin("crm-1", &columns(), locale).unwrap();
        sheet.rows(rows()).await.unwrap();
        sheet.finish(&[("Question".to_owned(), "=1+1".to_owned())]).await.unwrap()
    }

    #[tokio::test]
    async fn the_contract_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        pstral_core::testkit::result_files::contract(&FolderFiles::new(folder.path())).await;
    }

    #[tokio::test]
    async fn csv_follows_the_country() {
        let folder = tempfile::tempdir().unwrap();
        let files = write(folder.path(), Locale::Fr).await;
        let text = std::fs::read_to_string(&files[0].path).unwrap();
        assert_eq!(
            text,
            "\u{feff}nom;montant;jour\r\n\"Éts \"\"A\"\"; B\";-1234,50;2026-11-21\r\n'=cmd|' /C calc'!A0;-3;\r\n"
        );
        let files = write(folder.path(), Locale::En).await;
        assert!(std::fs::read_to_string(&files[0].path).unwrap().contains(",-1234.50,2026-11-21\r\n"));
    }

    #[tokio::test]
    async fn xlsx_is_a_zip_and_nothing_unfinished_stays() {
        let folder = tempfile::tempdir().unwrap();
        let files = write(folder.path(), Locale::Fr).await;
        assert_eq!(files[1].name, "crm-1.xlsx");
        assert_eq!(&std::fs::read(&files[1].path).unwrap()[..2], b"PK");
        let mut sheet = FolderFiles::new(folder.path()).begin("cut", &columns(), Locale::Fr).unwrap();
        sheet.rows(rows()).await.unwrap();
        drop(sheet);
        let mut names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["crm-1.csv", "crm-1.xlsx"]);
    }
}
