//! Migrations of the state to the current schema, with the same version numbers on both databases.

use pstral_core::ports::StoreError;
use sqlx::migrate::{Migrate, MigrateError, Migrator};

use crate::engine::{Engine, StateTransaction};
use crate::fault::fault;
use crate::health::write_check;
use crate::rows::get;
use crate::sql::sql;

/// The migrations, embedded so that the program needs no files beside it.
static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

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
    use super::*;

    #[test]
    fn both_databases_have_the_same_migrations() {
        let named = |migrations: &Migrator| -> Vec<String> {
            migrations.iter().map(|one| format!("{} {}", one.version, one.description)).collect()
        };
        assert_eq!(named(&SQLITE), named(&POSTGRES));
    }
}
