//! Results as files: CSV for spreadsheets of the person's country, XLSX with typed cells, JSON lines for programs, and
//! charts as pictures. Conversations as PDF and JSON.

mod chart;
mod compressed;
mod csv;
mod font;
mod format;
mod harmless;
mod json_lines;
mod number_format;
mod part;
mod pdf;
mod sheet;
mod sweep;
#[cfg(test)]
mod tests;
mod transcript;
mod xlsx;

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use pstral_core::domain::{Column, FileRef, Locale, Transcript};
use pstral_core::ports::{FileError, ResultFiles, ResultSheet, TranscriptFormat};
use pstral_core::results::Chart;
use tokio::sync::Semaphore;

pub use format::{FileFormat, UnknownFormat};
pub(crate) use harmless::harmless;
#[cfg(feature = "endpoint")]
pub(crate) use json_lines::to_json;
use part::{Part, fault};
use sheet::{Sheet, Wanted};

/// Writes results into a folder.
#[derive(Debug, Clone)]
pub struct FolderFiles {
    folder: PathBuf,
    formats: Vec<FileFormat>,
    keep: bool,
}

impl FolderFiles {
    /// CSV and XLSX in `folder`, which is made when the first result comes.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), formats: vec![FileFormat::Csv, FileFormat::Xlsx], keep: false }
    }

    /// Files of these kinds instead, in this order.
    #[must_use]
    pub fn with(self, formats: impl Into<Vec<FileFormat>>) -> Self {
        Self { formats: formats.into(), ..self }
    }

    /// Sets whether files are kept after they were delivered and after they have expired.
    #[must_use]
    pub fn keep(self, keep: bool) -> Self {
        Self { keep, ..self }
    }

    /// Removes the files of results that were written longer ago than `age`, those a crash left unfinished too; says
    /// how many. Other files in the folder are none of its business.
    pub async fn sweep(&self, age: Duration) -> Result<usize, FileError> {
        if self.keep {
            return Ok(0);
        }
        let folder = self.folder.clone();
        where_blocking_is_allowed(move || sweep::sweep(&folder, age).map_err(|error| fault(&folder, &error))).await
    }

    /// Removes the files that a killed program left unfinished, whatever their age; says how many.
    pub async fn sweep_unfinished(&self) -> Result<usize, FileError> {
        let folder = self.folder.clone();
        where_blocking_is_allowed(move || sweep::sweep_unfinished(&folder).map_err(|error| fault(&folder, &error)))
            .await
    }
}

impl FolderFiles {
    /// A file of this text.
    async fn plain(&self, name: String, text: String, media_type: &'static str) -> Result<FileRef, FileError> {
        let folder = self.folder.clone();
        where_blocking_is_allowed(move || {
            std::fs::create_dir_all(&folder).map_err(|error| fault(&folder, &error))?;
            let (part, mut file) = Part::create(&folder)?;
            file.write_all(text.as_bytes()).map_err(|error| fault(&folder, &error))?;
            part.finish(name, media_type)
        })
        .await
    }
}

#[async_trait]
impl ResultFiles for FolderFiles {
    /// Nothing is written yet: that is done where blocking is allowed, with the first rows.
    fn begin(&self, columns: &[Column], locale: Locale, zone: &TimeZone) -> Result<Box<dyn ResultSheet>, FileError> {
        let (folder, formats) = (self.folder.clone(), self.formats.clone());
        let zone = zone.iana_name().unwrap_or("UTC").to_owned();
        Ok(Box::new(Sheet::new(Wanted { folder, formats, columns: columns.to_vec(), locale, zone })))
    }

    async fn chart(&self, name: &str, chart: &Chart, locale: Locale) -> Result<FileRef, FileError> {
        let (folder, name, chart) = (self.folder.clone(), format!("{name}.png"), chart.clone());
        where_blocking_is_allowed(move || {
            std::fs::create_dir_all(&folder).map_err(|error| fault(&folder, &error))?;
            chart::write(&folder, name, &chart, locale)
        })
        .await
    }

    async fn transcript(
        &self,
        name: &str,
        transcript: &Transcript,
        format: TranscriptFormat,
        locale: Locale,
        zone: &TimeZone,
    ) -> Result<FileRef, FileError> {
        let (folder, name, transcript, zone) = (self.folder.clone(), name.to_owned(), transcript.clone(), zone.clone());
        where_blocking_is_allowed(move || {
            std::fs::create_dir_all(&folder).map_err(|error| fault(&folder, &error))?;
            transcript::write((&folder, &name), &transcript, format, (locale, &zone))
        })
        .await
    }

    async fn text(&self, name: &str, text: &str) -> Result<FileRef, FileError> {
        let text = pstral_core::harmless::text(text) + "\n";
        self.plain(format!("{name}.md"), text, "text/markdown").await
    }

    async fn statement(&self, name: &str, statement: &str) -> Result<FileRef, FileError> {
        self.plain(format!("{name}.sql"), format!("{statement}\n"), FileRef::STATEMENT).await
    }

    async fn delivered(&self, files: &[FileRef]) {
        if !self.keep {
            self.discard(files).await;
        }
    }

    async fn discard(&self, files: &[FileRef]) {
        let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        let removed = where_blocking_is_allowed(move || {
            paths.iter().try_for_each(|path| match std::fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(fault(path, &error)),
                _ => Ok(()),
            })
        });
        if let Err(error) = removed.await {
            tracing::warn!(%error, "a file of a result stays until its time is over");
        }
    }
}

/// Limits the number of threads that wait for the disk: each takes memory, and when thousands of answers end at once,
/// each has a file.
static THREADS: Semaphore = Semaphore::const_new(8);

/// Runs what waits for the disk on a thread of its own: answers to others must not wait for it too.
async fn where_blocking_is_allowed<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileError> + Send + 'static,
) -> Result<T, FileError> {
    let _turn = THREADS.acquire().await.map_err(|error| FileError(error.to_string()))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| FileError(error.to_string()))?
}
