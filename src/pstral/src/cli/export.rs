//! Writes the audit to a file or to standard output.

use std::io::{BufWriter, Write};

use pstral_core::ports::{AuditFilter, AuditFound, AuditLog as _, Towards};
use pstral_store::Store;

use super::audit::PAGE;
use super::new_file::NewFile;
use crate::audit_file::Format;

/// Writes entries to a file, or to standard output: how many. `None` when the reader has left, as `head` does, which is
/// no error.
pub(super) async fn write(
    store: &Store,
    filter: &AuditFilter,
    format: Format,
    output: Option<NewFile>,
) -> anyhow::Result<Option<u64>> {
    let mut out: Box<dyn Write> = match &output {
        Some(file) => Box::new(BufWriter::new(file.writer()?)),
        None => Box::new(std::io::stdout().lock()),
    };
    match write_pages(store, filter, format, &mut out).await {
        Ok(written) => {
            drop(out);
            output.map_or(Ok(()), NewFile::keep)?;
            Ok(Some(written))
        }
        Err(error) if is_broken_pipe(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn write_pages(store: &Store, filter: &AuditFilter, format: Format, out: &mut dyn Write) -> anyhow::Result<u64> {
    out.write_all(&format.head()?)?;
    let (mut from, mut written) = (None, 0);
    loop {
        let AuditFound { entries, further } = store.page(filter, from, Towards::Newer, PAGE).await?;
        written += entries.len() as u64;
        out.write_all(&format.lines(&entries)?)?;
        from = further;
        if from.is_none() {
            break;
        }
    }
    out.flush()?;
    Ok(written)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
