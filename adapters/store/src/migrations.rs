//! Migrations of the state to the current schema, with the same version numbers on both databases.

use std::borrow::Cow;
use std::sync::LazyLock;

use pstral_core::ports::StoreError;
use sqlx::SqlStr;
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};

use crate::engine::{Engine, StateTransaction};
use crate::fault::fault;
use crate::health::write_check;
use crate::rows::get;
use crate::sql::sql;

/// A migration in its file: its name, and its text on each database.
struct MigrationFile {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

// `sqlx::migrate!` would find the files itself, but it compiles both database drivers, SQLite included, a second time for
// the build: a third of the time to the first demo.
macro_rules! files {
    ($($name:literal,)+) => {
        &[$(MigrationFile {
            name: $name,
            sqlite: include_str!(concat!("../../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../../migrations/postgres/", $name, ".sql")),
        }),+]
    };
}

/// The migrations in the order of their numbers, embedded so that the program needs no files beside it.
const FILES: &[MigrationFile] = files! {
    "0001_people",
    "0002_conversations",
    "0003_proposals",
    "0004_knowledge",
    "0005_audit",
    "0006_health",
    "0007_agreements_and_catalogs",
    "0008_policies",
    "0009_links_and_passwords",
    "0010_conversations_and_messages",
    "0011_verified_and_feedback",
    "0012_audit_members",
    "0013_retention",
    "0014_nothing_before_a_checkpoint",
    "0015_cut_answers",
    "0016_told",
    "0017_time_zones",
    "0018_asked",
    "0019_wordings",
    "0020_terms",
    "0021_reviews",
    "0022_sign_ins",
    "0023_signed_heads",
    "0024_leases",
};

static SQLITE: LazyLock<Migrator> = LazyLock::new(|| migrator(|file| file.sqlite));
static POSTGRES: LazyLock<Migrator> = LazyLock::new(|| migrator(|file| file.postgres));

fn migrator(text: fn(&MigrationFile) -> &'static str) -> Migrator {
    let migration = |file: &MigrationFile| {
        // As sqlx describes what it reads from a folder.
        let (number, words) = file.name.split_once('_').expect("invariant: names are a number and words");
        let number = number.parse().expect("invariant: names are a number and words");
        let description = words.replace('_', " ");
        let statements = SqlStr::from_static(text(file));
        Migration::new(number, Cow::Owned(description), MigrationType::Simple, statements, false)
    };
    Migrator::with_migrations(FILES.iter().map(migration).collect())
}

/// The advisory lock of a PostgreSQL database that serializes migrations. The number means nothing.
const MIGRATION_LOCK: i64 = 0x7073_7472_616c_0002;

const LAST: &str = "SELECT max(version) AS last FROM _sqlx_migrations";

/// Brings the tables up to date; returns the numbers of the last migration before and after. It holds a lock and is one
/// transaction: of two programs that start together one waits, and a migration that fails leaves nothing behind.
pub(crate) async fn migrate(engine: &Engine) -> Result<(i64, i64), StoreError> {
    let mut writing = engine.begin_locked(MIGRATION_LOCK).await?;
    let before = migrate_to(&mut writing, None).await?;
    // SQLite lets a transaction begin on a file that it may only read: a write shows it now, not at the first question.
    write_check(&mut writing).await?;
    writing.commit().await.map_err(fault)?;
    Ok((before, latest_version()))
}

/// Applies what is missing, up to a number or all of it: the number of the last one before.
pub(crate) async fn migrate_to(writing: &mut StateTransaction, number: Option<i64>) -> Result<i64, StoreError> {
    // `Migrator::run` takes the same way, but what it gives back could not be awaited in a spawned task.
    match writing {
        StateTransaction::Sqlite(writing) => run(&SQLITE, number, &mut **writing).await,
        StateTransaction::Postgres(writing) => run(&POSTGRES, number, &mut **writing).await,
    }
}

async fn run<C: Migrate>(migrations: &Migrator, number: Option<i64>, connection: &mut C) -> Result<i64, StoreError> {
    let table = "_sqlx_migrations";
    connection.ensure_migrations_table(table).await.map_err(not_migrated)?;
    let applied = connection.list_applied_migrations(table).await.map_err(not_migrated)?;
    let last = applied.iter().map(|migration| migration.version).max().unwrap_or_default();
    migrations.run_direct(number, connection, false).await.map_err(not_migrated)?;
    Ok(last)
}

/// The number of the last migration that made the tables, if this program knows it.
pub(crate) async fn check_version(engine: &Engine) -> Result<i64, StoreError> {
    let row = sql(LAST).fetch_one(engine).await.map_err(fault)?;
    let last: i64 = get::<Option<i64>>(&row, "last")?.unwrap_or_default();
    if last > latest_version() { Err(newer(last)) } else { Ok(last) }
}

/// The last migration of this program.
pub(crate) fn latest_version() -> i64 {
    SQLITE.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Returns the error for a state that a newer program has migrated.
pub(crate) fn newer(version: i64) -> StoreError {
    let known = latest_version();
    StoreError::Newer(format!(
        "a newer version of Pstral has changed it (migration {version}, this one knows {known}): update Pstral"
    ))
}

fn not_migrated(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => fault(error),
        MigrateError::VersionMissing(version) if version > latest_version() => newer(version),
        other => StoreError::Corrupt(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_both_databases_is_embedded() {
        let embedded: Vec<String> = FILES.iter().map(|file| format!("{}.sql", file.name)).collect();
        for database in ["sqlite", "postgres"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(database);
            let mut found: Vec<String> = std::fs::read_dir(folder)
                .unwrap()
                .map(|file| file.unwrap().file_name().into_string().unwrap())
                .collect();
            found.sort();
            assert_eq!(embedded, found, "{database}");
        }
        assert!(SQLITE.iter().is_sorted_by(|one, next| one.version < next.version));
    }
}
