//! Files of results, written row by row.

use async_trait::async_trait;
use jiff::tz::TimeZone;

use crate::domain::{Chart, Column, FileRef, Locale, Row, Transcript};

/// The reason why a file could not be written, such as a full disk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the result could not be written to a file: {0}")]
pub struct FileError(pub String);

/// The format of an exported conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TranscriptFormat {
    /// Pages for people.
    #[default]
    Pdf,
    /// Everything, for programs.
    Json,
}

/// Writes results and conversations to files.
#[async_trait]
pub trait ResultFiles: Send + Sync {
    /// Begins the files of one result. Nothing carries a name before it is finished. Instants come in `zone`.
    fn begin(&self, columns: &[Column], locale: Locale, zone: &TimeZone) -> Result<Box<dyn ResultSheet>, FileError>;

    /// Draws a chart as a picture. `name` is a plain file name without an ending.
    async fn chart(&self, name: &str, chart: &Chart, locale: Locale) -> Result<FileRef, FileError>;

    /// Writes a conversation down. `name` is a plain file name without an ending. Pages tell times in `zone`.
    async fn transcript(
        &self,
        name: &str,
        transcript: &Transcript,
        format: TranscriptFormat,
        locale: Locale,
        zone: &TimeZone,
    ) -> Result<FileRef, FileError>;

    /// Writes a text down as Markdown, such as what no message holds any more. `name` is a plain file name without an
    /// ending.
    async fn text(&self, name: &str, text: &str) -> Result<FileRef, FileError>;

    /// Writes a statement down as it is, such as one that is too long to be changed in a message. `name` is a plain file
    /// name without an ending.
    async fn statement(&self, name: &str, statement: &str) -> Result<FileRef, FileError>;

    /// Says that people have copies of their own: these files need not stay. What cannot be removed now is left to its
    /// expiry.
    async fn delivered(&self, files: &[FileRef]);

    /// Removes files that nobody may have.
    async fn discard(&self, files: &[FileRef]);
}

/// The files of one result while they are written. Dropping it unfinished removes them.
#[async_trait]
pub trait ResultSheet: Send {
    /// Adds rows.
    async fn rows(&mut self, rows: Vec<Row>) -> Result<(), FileError>;

    /// Closes the files.
    async fn finish(self: Box<Self>, colophon: &Colophon) -> Result<Finished, FileError>;
}

/// The facts about a result that are only known at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colophon {
    /// A plain file name without an ending.
    pub name: String,
    /// Shown beside the table (question, statement, time, what is missing …), as name and value.
    pub facts: Vec<(String, String)>,
    /// The largest file that can be handed over, in bytes; what is larger is compressed where that helps.
    pub max_file_bytes: u64,
}

/// The files of a whole result.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Finished {
    /// In the order in which they are shown; one may still be larger than can be handed over.
    pub files: Vec<FileRef>,
    /// True if a file was compressed because it was larger than can be handed over.
    pub compressed: bool,
    /// True if the result has more rows or columns than a spreadsheet holds, so that there is none.
    pub beyond_sheet: bool,
}
