//! Where a result becomes files, row by row.

use async_trait::async_trait;

use crate::domain::{Column, FileRef, Locale, Row};

/// Why a file could not be written, such as a full disk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the result could not be written to a file: {0}")]
pub struct FileError(pub String);

/// Writes results to files.
pub trait ResultFiles: Send + Sync {
    /// Begins the files of one result. `name` is a plain file name without an ending.
    fn begin(&self, name: &str, columns: &[Column], locale: Locale) -> Result<Box<dyn ResultSheet>, FileError>;
}

/// The files of one result while they are written. Dropping it unfinished removes them.
#[async_trait]
pub trait ResultSheet: Send {
    /// Adds rows.
    async fn rows(&mut self, rows: Vec<Row>) -> Result<(), FileError>;

    /// Closes the files; `facts` are shown beside the table (question, statement, time …) as name and value.
    async fn finish(self: Box<Self>, facts: &[(String, String)]) -> Result<Vec<FileRef>, FileError>;
}
