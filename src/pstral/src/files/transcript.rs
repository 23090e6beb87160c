//! A conversation as a file: pages for people, JSON for programs.

use std::io::Write as _;
use std::path::Path;

use jiff::tz::TimeZone;
use pstral_core::domain::{FileRef, Locale, Transcript};
use pstral_core::harmless;
use pstral_core::ports::{FileError, TranscriptFormat};

use super::part::{Part, fault};
use super::pdf;

/// Writes a conversation into a folder that exists. `name` has no ending.
pub(super) fn write(
    (folder, name): (&Path, &str),
    transcript: &Transcript,
    format: TranscriptFormat,
    (locale, zone): (Locale, &TimeZone),
) -> Result<FileRef, FileError> {
    let (bytes, ending, media_type) = match format {
        TranscriptFormat::Pdf => (pdf::pdf(transcript, locale, zone)?, "pdf", "application/pdf"),
        TranscriptFormat::Json => (json(transcript)?, "json", "application/json"),
    };
    let (part, mut file) = Part::create(folder)?;
    file.write_all(&bytes).map_err(|error| fault(folder, &error))?;
    part.finish(format!("{name}.{ending}"), media_type)
}

/// Nothing of it steers a terminal, and nothing of it is lost.
fn json(transcript: &Transcript) -> Result<Vec<u8>, FileError> {
    let written = serde_json::to_string_pretty(transcript).map_err(|error| FileError(error.to_string()))?;
    Ok((harmless::json(&written) + "\n").into_bytes())
}
