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
    /// Nothing is written yet: that is done where blocking is allowed, with the first rows.
    fn begin(&self, name: &str, columns: &[Column], locale: Locale) -> Result<Box<dyn ResultSheet>, FileError> {
        let wanted = Wanted { folder: self.folder.clone(), name: name.to_owned(), columns: columns.to_vec(), locale };
        Ok(Box::new(Sheet(Files::Wanted(wanted))))
    }
}

/// The files of one result on their way to the disk.
struct Sheet(Files);

enum Files {
    Wanted(Wanted),
    Begun(Box<Begun>),
    /// They could not be written, or are being written by a call that was given up.
    Lost,
}

struct Wanted {
    folder: PathBuf,
    name: String,
    columns: Vec<Column>,
    locale: Locale,
}

/// Both files while they are written.
struct Begun {
    csv: CsvFile,
    /// `None` once the result has more rows than a sheet can hold.
    xlsx: Option<XlsxFile>,
    locale: Locale,
}

#[async_trait]
impl ResultSheet for Sheet {
    async fn rows(&mut self, rows: Vec<Row>) -> Result<(), FileError> {
        let files = std::mem::replace(&mut self.0, Files::Lost);
        let begun = where_blocking_is_allowed(move || {
            let mut begun = files.begun()?;
            begun.rows(&rows)?;
            Ok(begun)
        });
        self.0 = Files::Begun(begun.await?);
        Ok(())
    }

    async fn finish(self: Box<Self>, facts: &[(String, String)]) -> Result<Vec<FileRef>, FileError> {
        let facts = facts.to_vec();
        where_blocking_is_allowed(move || self.0.begun()?.finish(&facts)).await
    }
}

impl Files {
    /// Those that are being written, made where they are only wanted so far.
    fn begun(self) -> Result<Box<Begun>, FileError> {
        match self {
            Self::Wanted(Wanted { folder, name, columns, locale }) => {
                std::fs::create_dir_all(&folder).map_err(|error| fault(&folder, &error))?;
                let csv = CsvFile::create(&folder.join(format!("{name}.csv")), &columns, locale)?;
                let xlsx = XlsxFile::create(&folder, &name, &columns)?;
                Ok(Box::new(Begun { csv, xlsx: Some(xlsx), locale }))
            }
            Self::Begun(begun) => Ok(begun),
            Self::Lost => Err(FileError("an earlier part could not be written".to_owned())),
        }
    }
}

impl Begun {
    fn rows(&mut self, rows: &[Row]) -> Result<(), FileError> {
        for row in rows {
            self.csv.row(row)?;
            if let Some(xlsx) = &mut self.xlsx
                && !xlsx.row(row)?
            {
                self.xlsx = None;
            }
        }
        Ok(())
    }

    fn finish(self, facts: &[(String, String)]) -> Result<Vec<FileRef>, FileError> {
        let mut files = vec![self.csv.finish()?];
        if let Some(xlsx) = self.xlsx {
            files.push(xlsx.finish(facts, self.locale)?);
        }
        Ok(files)
    }
}

/// Runs what waits for the disk on a thread of its own: answers to others must not wait for it too.
async fn where_blocking_is_allowed<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileError> + Send + 'static,
) -> Result<T, FileError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| FileError(error.to_string()))?
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
    async fn what_was_lost_stays_lost() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        std::fs::write(&taken, "a file").unwrap();
        let mut sheet = FolderFiles::new(&taken).begin("crm-1", &columns(), Locale::Fr).unwrap();
        sheet.rows(rows()).await.unwrap_err();
        std::fs::remove_file(&taken).unwrap();
        sheet.rows(rows()).await.unwrap_err();
        sheet.finish(&[]).await.unwrap_err();
        assert!(!taken.exists(), "a file without its first rows is none");
    }

    /// The system's folder for temporary files may be memory, and is not the one whose size was planned for results.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn rows_wait_in_the_folder_of_the_files() {
        let folder = tempfile::tempdir().unwrap();
        let held = || -> u64 {
            let open = std::fs::read_dir("/proc/self/fd").unwrap().filter_map(|file| {
                let file = file.ok()?.path();
                std::fs::read_link(&file).ok()?.starts_with(folder.path()).then(|| file.metadata().ok())?
            });
            open.map(|held| held.len()).sum()
        };
        let mut sheet = FolderFiles::new(folder.path()).begin("crm-1", &columns(), Locale::Fr).unwrap();
        let before = held();
        sheet.rows((0..10_000).flat_map(|_| rows()).collect()).await.unwrap();
        let csv: u64 =
            std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
        assert!(held() - before > csv + csv / 2, "{} bytes are held in {csv} of CSV", held());
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
