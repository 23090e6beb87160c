//! The demo: its sample company, a French CRM in SQLite that the program makes itself, the same for the same day; and the
//! model that it finds on this machine.

mod company;
mod find_model;
mod lists;
mod paperwork;
mod sales;
mod write;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::civil::Date;
use rusqlite::{Connection, OpenFlags};

pub(crate) use find_model::find_model;

/// The verified queries of the sample company, read with [`crate::verified::verified_queries`].
pub const VERIFIED: &str = include_str!("../../../../demo/verified.toml");

/// Writes the sample company to `path` as it stands on `today`, replacing what is there.
///
/// The file is complete or not there at all: it is written beside `path` and renamed.
pub fn generate(path: &Path, today: Date) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let unfinished = unfinished(path);
    let written = fill(&unfinished, today)
        .and_then(|()| std::fs::rename(&unfinished, path).with_context(|| "cannot rename the finished database"));
    if written.is_err() {
        // The first fault is the one to tell; a leftover would only be overwritten by the next run.
        let _ = std::fs::remove_file(&unfinished);
    }
    written.with_context(|| format!("cannot write the sample company to {}", path.display()))
}

/// The day for which the sample company at `path` was made; `None` when there is none to read.
pub fn generated_for(path: &Path) -> Option<Date> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    let stamp: i32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).ok()?;
    let (year, month, day) = (stamp / 10_000, stamp / 100 % 100, stamp % 100);
    Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
}

fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.unfinished", std::process::id()));
    PathBuf::from(name)
}

fn fill(path: &Path, today: Date) -> anyhow::Result<()> {
    if path.exists() {
        std::fs::remove_file(path)?;
    }
    let mut connection = Connection::open(path)?;
    // A cut run leaves a file nobody opens, so a rollback journal would protect nothing.
    connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA foreign_keys = ON;")?;
    let company = company::Company::new(today);
    let transaction = connection.transaction()?;
    transaction.execute_batch(include_str!("../../../../demo/schema.sql"))?;
    write::company(&transaction, &company)?;
    let stamp = i32::from(today.year()) * 10_000 + i32::from(today.month()) * 100 + i32::from(today.day());
    transaction.pragma_update(None, "user_version", stamp)?;
    transaction.commit()?;
    connection.close().map_err(|(_, fault)| fault)?;
    Ok(())
}

#[cfg(test)]
mod tests;
