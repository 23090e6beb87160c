//! A million rows of eight columns from SQLite to files, beside what others take for the same: `sqlite3 -csv`, and
//! Python's `XlsxWriter` in constant memory (`PSTRAL_BENCH_PYTHON` names a Python that has it). Every turn is a process of
//! its own, whose largest memory the kernel tells.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use futures::StreamExt as _;
use pstral::files::{FileFormat, FolderFiles};
use pstral_core::domain::{Limits, Locale};
use pstral_core::guard::{Guard, Policy, Rules, Verdict};
use pstral_core::ports::{Batch, Colophon, QueryTarget as _, ResultFiles as _};
use pstral_sqlite::{SqliteConfig, SqliteTarget};
use rusqlite::Connection;
use tokio_util::sync::CancellationToken;

const ROWS: u64 = 1_000_000;
const QUERY: &str = "SELECT id, client, ville, montant, taux, jour, moment, note FROM ventes";
/// Of so many turns the shortest counts: what else runs on the machine can only add. One is enough for what takes long.
const TURNS: usize = 3;
const ONCE: usize = 1;

const TABLE: &str = "CREATE TABLE ventes (id INTEGER PRIMARY KEY, client TEXT, ville TEXT, montant DECIMAL(12,2), taux REAL, \
    jour DATE, moment TIMESTAMP, note TEXT)";
const FILL: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
    INSERT INTO ventes SELECT i, 'Établissements ' || (i * 7919 % 50000), 'Ville n° ' || (i % 977),
    (i * 104729 % 10000000) / 100.0, (i % 1000) / 1000.0, date('2020-01-01', (i % 2000) || ' days'),
    datetime('2020-01-01', (i * 61 % 100000000) || ' seconds'),
    CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN 'avec \"guillemets\", virgule' ELSE 'note ' || i END FROM n";

/// As its own page shows it: <https://xlsxwriter.readthedocs.io/working_with_memory.html>.
const XLSXWRITER: &str = "
import datetime, sqlite3, sys, xlsxwriter
book = xlsxwriter.Workbook(sys.argv[2], {'constant_memory': True})
sheet = book.add_worksheet()
day, moment = book.add_format({'num_format': 'yyyy-mm-dd'}), book.add_format({'num_format': 'yyyy-mm-dd hh:mm:ss'})
cursor = sqlite3.connect(sys.argv[1]).execute(sys.argv[3])
for at, column in enumerate(cursor.description): sheet.write_string(0, at, column[0])
for at, row in enumerate(cursor, 1):
    sheet.write_number(at, 0, row[0]); sheet.write_string(at, 1, row[1]); sheet.write_string(at, 2, row[2])
    sheet.write_number(at, 3, row[3]); sheet.write_number(at, 4, row[4])
    sheet.write_datetime(at, 5, datetime.date.fromisoformat(row[5]), day)
    sheet.write_datetime(at, 6, datetime.datetime.fromisoformat(row[6]), moment)
    if row[7] is not None: sheet.write_string(at, 7, row[7])
book.close()
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    let done = match words.iter().position(|word| word == "--turn") {
        Some(at) => turn(&words[at + 1..]),
        None => measure(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("failed: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "what a benchmark measures is for people")]
fn say(line: &str) {
    println!("{line}");
}

fn measure() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("ventes.db");
    let connection = Connection::open(&database)?;
    connection.execute_batch(TABLE)?;
    connection.execute(FILL, [ROWS.cast_signed()])?;
    drop(connection);
    say(&format!("{ROWS} rows × 8 columns, the shortest of {TURNS} turns (XlsxWriter: {ONCE})"));

    let ours = shortest("pstral → CSV", TURNS, || own(&database, folder.path(), "csv"))?;
    if let Some(peer) = shortest("sqlite3 -csv", TURNS, || sqlite3(&database, folder.path()))? {
        ratio("CSV", ours, peer, 1.5);
    }
    let ours = shortest("pstral → XLSX", TURNS, || own(&database, folder.path(), "xlsx"))?;
    if let Some(peer) = shortest("XlsxWriter", ONCE, || xlsxwriter(&database, folder.path()))? {
        ratio("XLSX", ours, peer, 0.3);
    }
    shortest("pstral → both", TURNS, || own(&database, folder.path(), "csv,xlsx"))?;
    Ok(())
}

fn ratio(what: &str, ours: Option<Duration>, peer: Duration, goal: f64) {
    if let Some(ours) = ours {
        say(&format!(
            "{what}: {:.2} × its peer's time (goal: at most {goal})",
            ours.as_secs_f64() / peer.as_secs_f64()
        ));
    }
}

/// The shortest of some turns; `None`, and why, where the program is not there.
fn shortest(
    name: &str,
    turns: usize,
    turn: impl Fn() -> anyhow::Result<Option<Command>>,
) -> anyhow::Result<Option<Duration>> {
    let mut best: Option<(Duration, u64)> = None;
    for _ in 0..turns {
        let Some(mut command) = turn()? else {
            say(&format!("skipped: {name} is not installed"));
            return Ok(None);
        };
        let begun = Instant::now();
        let mut child = command.spawn().context(name.to_owned())?;
        let mut memory = 0;
        let ended = loop {
            memory = memory.max(peak(child.id()));
            if let Some(ended) = child.try_wait()? {
                break ended;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        ensure!(ended.success(), "{name}: {ended}");
        let took = begun.elapsed();
        best = Some(best.map_or((took, memory), |(least, most)| (least.min(took), most.max(memory))));
    }
    let Some((took, memory)) = best else { return Ok(None) };
    say(&format!("{name}: {:.2} s, VmHWM {:.1} MB", took.as_secs_f64(), f64::from(u32::try_from(memory)?) / 1024.0));
    Ok(Some(took))
}

/// The most memory that a process has held so far, in kB, as the kernel tells it.
fn peak(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

fn own(database: &Path, folder: &Path, formats: &str) -> anyhow::Result<Option<Command>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--turn", formats]).arg(database).arg(folder.join("files"));
    Ok(Some(command))
}

fn sqlite3(database: &Path, folder: &Path) -> anyhow::Result<Option<Command>> {
    if !runs(Command::new("sqlite3").arg("-version")) {
        return Ok(None);
    }
    let mut command = Command::new("sqlite3");
    command.args(["-csv", "-header"]).arg(database).arg(QUERY);
    command.stdout(std::fs::File::create(folder.join("peer.csv"))?);
    Ok(Some(command))
}

#[expect(clippy::unnecessary_wraps, reason = "the same as for the others")]
fn xlsxwriter(database: &Path, folder: &Path) -> anyhow::Result<Option<Command>> {
    let python = std::env::var_os("PSTRAL_BENCH_PYTHON").unwrap_or_else(|| "python3".into());
    if !runs(Command::new(&python).args(["-c", "import xlsxwriter"])) {
        return Ok(None);
    }
    let mut command = Command::new(python);
    command.args(["-c", XLSXWRITER]).arg(database).arg(folder.join("peer.xlsx")).arg(QUERY);
    Ok(Some(command))
}

fn runs(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// One turn of ours: formats, database, folder.
fn turn(words: &[String]) -> anyhow::Result<()> {
    let [formats, database, folder, ..] = words else { bail!("--turn FORMATS DATABASE FOLDER") };
    let formats: Vec<FileFormat> = formats.split(',').map(str::parse).collect::<Result<_, _>>()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(export(Path::new(database), &FolderFiles::new(folder).with(formats)))
}

/// The way of a result, from the guard to its files.
async fn export(database: &Path, files: &FolderFiles) -> anyhow::Result<()> {
    let target = SqliteTarget::new(SqliteConfig::new(database));
    let limits = Limits { rows: u64::MAX, bytes: u64::MAX, cell_bytes: 32 * 1024, time: Duration::from_mins(10) };
    let policy = Policy::new(Rules::default(), Vec::new(), limits);
    let approved = match Guard::new(&target.catalog().await?, &policy).check(QUERY) {
        Verdict::Allow(approved) => approved,
        Verdict::Deny(refusal) => bail!("refused: {refusal}"),
    };
    let mut result = target.execute(&approved, "bench", CancellationToken::new()).await?;
    let mut sheet = files.begin(&result.columns, Locale::En, &jiff::tz::TimeZone::UTC)?;
    let mut rows = 0;
    while let Some(batch) = result.batches.next().await {
        if let Batch::Rows(batch) = batch? {
            rows += batch.len() as u64;
            sheet.rows(batch).await?;
        }
    }
    ensure!(rows == ROWS, "{rows} rows came");
    let colophon = Colophon { name: "ventes".to_owned(), facts: Vec::new(), max_file_bytes: u64::MAX };
    let finished = sheet.finish(&colophon).await?;
    ensure!(!finished.files.is_empty() && !finished.beyond_sheet, "{finished:?}");
    Ok(())
}
