//! `pstral user export` and `pstral user erase`: what is held on a person, handed to them or forgotten.
//!
//! A command records straight in the state: nobody scrapes its counters, and it ends with the error if that fails.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use jiff::Timestamp;
use pstral_core::domain::{Locale, Role, User};
use pstral_core::harmless;
use pstral_core::people::{Refusal, Way};
use pstral_core::ports::StoreError;
use pstral_core::text::text;
use pstral_store::{Erasure, Store};

use super::new_file::NewFile;
use super::out::{say, say_error};
use super::prune::counted;
use super::{Ending, known_user};

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The user's name
    username: String,
    /// Output file, readable by you alone (default: standard output)
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct EraseArgs {
    /// The user's name
    username: String,
    /// Delete; without it, only count
    #[arg(long)]
    yes: bool,
}

/// Hands over all that is held on a person.
pub(super) async fn export(store: &Store, locale: Locale, args: &ExportArgs) -> anyhow::Result<Ending> {
    let Some(user) = known_user(store, &args.username, locale).await? else { return Ok(Ending::Usage) };
    if let Some(path) = &args.output {
        let shown = path.display().to_string();
        let Some(file) = NewFile::begin_named(path, locale)? else { return Ok(Ending::Usage) };
        export_to(store, &user, file).await.with_context(|| shown.clone())?;
        say_error(&text("person-exported").with("path", shown).render(locale));
    } else {
        let mut out = Lines::new(io::stdout());
        store.export_user(store, user.id, Timestamp::now(), Some("cli"), &mut out).await?;
    }
    Ok(Ending::Fine)
}

async fn export_to(store: &Store, user: &User, file: NewFile) -> anyhow::Result<()> {
    let mut out = Lines::new(io::BufWriter::new(file.writer()?));
    store.export_user(store, user.id, Timestamp::now(), Some("cli"), &mut out).await?;
    out.flush()?;
    Ok(file.keep()?)
}

/// Counts what is held on a person, and with `--yes` forgets it, unless nobody else of the roles to `keep` is left.
pub(super) async fn erase(store: &Store, locale: Locale, args: &EraseArgs, keep: &[Role]) -> anyhow::Result<Ending> {
    let Some(user) = known_user(store, &args.username, locale).await? else { return Ok(Ending::Usage) };
    if !args.yes {
        print(&store.erasure(&user).await?, locale);
        say_error(&text("erase-dry").with("name", &user.username).render(locale));
        return Ok(Ending::Fine);
    }
    let erased = store.erase(store, &user, keep, Timestamp::now(), Some("cli")).await;
    if let Err(StoreError::Stale(_)) = erased {
        say_error(&Refusal::Stale(user.username).text(Way::CommandLine).render(locale));
        return Ok(Ending::Failed);
    }
    let Some(erasure) = erased? else {
        say_error(&text("erase-last").with("name", &user.username).render(locale));
        return Ok(Ending::Usage);
    };
    print(&erasure, locale);
    let name = format!("erased-{}", user.id.0);
    say(&text("erase-done").with("name", &user.username).with("left", &name).render(locale));
    if erasure.written_meanwhile > 0 {
        say_error(&text("erase-late").with("left", name).render(locale));
    }
    if !store.truncate_wal().await? {
        say_error(&text("erase-unsettled").render(locale));
    }
    Ok(Ending::Fine)
}

fn print(erasure: &Erasure, locale: Locale) {
    for (table, rows) in erasure.rows.iter().filter(|(_, rows)| *rows > 0) {
        say(&counted(table, *rows, locale));
    }
    if erasure.entries > 0 {
        say(&text("erase-entries").count("entries", erasure.entries).render(locale));
    }
    if erasure.unredactable > 0 {
        say(&text("erase-fixed").count("entries", erasure.unredactable).render(locale));
    }
}

/// Passes JSON on line by line, with nothing in it that steers a terminal.
struct Lines<W> {
    out: W,
    line: Vec<u8>,
}

impl<W: Write> Lines<W> {
    fn new(out: W) -> Self {
        Self { out, line: Vec::new() }
    }
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let end = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
        let (now, _) = bytes.split_at(end);
        self.line.extend_from_slice(now);
        if now.ends_with(b"\n") {
            self.line.pop();
            let line = String::from_utf8_lossy(&self.line);
            writeln!(self.out, "{}", harmless::json(&line))?;
            self.line.clear();
        }
        Ok(end)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
