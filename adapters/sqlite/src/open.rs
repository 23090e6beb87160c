//! Connections that can only read.

use std::collections::HashSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use pstral_core::ports::TargetError;
use pstral_reading::Brake;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use crate::authorizer::authorize;
use crate::fault::fault;
use crate::functions;
use crate::schema::{Named, relations, table_functions};

/// Time to wait for someone who is writing.
const BUSY_WAIT: Duration = Duration::from_secs(2);

/// Virtual machine instructions between two looks at the brake; about 10 µs of work.
const INSTRUCTIONS: i32 = 1000;

/// Steps of compiling between two looks at the brake: SQLite counts some of them only, such as each hundredth jump and
/// each way to read a table that its planner weighs.
const STEPS: i32 = 10;

/// Bounds every text, blob and row, in bytes, and so the memory that a function can make and the time it can take.
pub(crate) const LENGTH: i32 = 2 * 1024 * 1024;

/// Bytes that SQLite may hold in this process, those of the state database included: half of what the container of
/// docker-compose.yml has. A statement that needs more fails, whether it is being prepared or runs.
/// <https://www.sqlite.org/pragma.html#pragma_hard_heap_limit>
const HEAP: i64 = 512 * 1024 * 1024;

/// Kibibytes of pages that a connection keeps, SQLite's own default, here whatever the library was built with.
const CACHE: i64 = 2000;

/// Instructions of a prepared statement at most: 6 MB, a thousand times what people write.
const PROGRAM: i32 = 250_000;

/// Meanings: <https://www.sqlite.org/c3ref/c_limit_attached.html>. The longest pattern is
/// looked at by the functions that replace SQLite's own.
const LIMITS: &[(Limit, i32)] = &[
    (Limit::SQLITE_LIMIT_LENGTH, LENGTH),
    (Limit::SQLITE_LIMIT_SQL_LENGTH, 64 * 1024),
    (Limit::SQLITE_LIMIT_COLUMN, 2000),
    (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
    (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 50),
    (Limit::SQLITE_LIMIT_VDBE_OP, PROGRAM),
    (Limit::SQLITE_LIMIT_FUNCTION_ARG, 100),
    (Limit::SQLITE_LIMIT_ATTACHED, 0),
    (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, functions::PATTERN),
    (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 100),
    (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
    (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
];

/// Meanings: <https://www.sqlite.org/c3ref/c_dbconfig_defensive.html>.
const SETTINGS: &[(DbConfig, bool)] = &[
    (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
    (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
    (DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, false),
    (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
    (DbConfig::SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, false),
    (DbConfig::SQLITE_DBCONFIG_ENABLE_ATTACH_CREATE, false),
    (DbConfig::SQLITE_DBCONFIG_ENABLE_ATTACH_WRITE, false),
    (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true),
    // A misspelt column in double quotes is a fault, not a text.
    (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
    (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
    // What runs is what was shown: there is nothing to comment on.
    (DbConfig::SQLITE_DBCONFIG_ENABLE_COMMENTS, false),
];

/// A connection for our own questions about the schema, and the relations found.
pub(crate) fn for_catalog(path: &Path, brake: &Brake) -> Result<(Connection, Vec<Named>), TargetError> {
    check_file(path)?;
    let open = || -> rusqlite::Result<_> {
        let path = plain_name(path).map_err(|_| rusqlite::Error::InvalidPath(path.to_owned()))?;
        let flags =
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_PRIVATE_CACHE;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_WAIT.min(brake.left()))?;
        watch(&connection, brake, INSTRUCTIONS);
        let interrupt = connection.get_interrupt_handle();
        brake.hold(move || interrupt.interrupt());
        for (setting, value) in SETTINGS {
            connection.set_db_config(*setting, *value)?;
        }
        bound_memory(&connection)?;
        connection.pragma_update(None, "query_only", true)?;
        connection.pragma_update(None, "cell_size_check", true)?;
        let found = relations(&connection)?;
        // After the schema is read: what its owner wrote may be longer than what others may write.
        for (limit, value) in LIMITS {
            connection.set_limit(*limit, *value)?;
        }
        Ok((connection, found))
    };
    open().map_err(|error| match error {
        rusqlite::Error::FromSqlConversionFailure(..) => {
            TargetError::Unavailable("its schema is not valid UTF-8".to_owned())
        }
        other => fault(&other, brake),
    })
}

/// A connection for other people's statements: all of the above, and nothing but reading these relations.
pub(crate) fn for_statements(path: &Path, brake: &Brake) -> Result<(Connection, Vec<Named>), TargetError> {
    let (connection, found) = for_catalog(path, brake)?;
    functions::replace_slow(&connection, brake).map_err(|error| fault(&error, brake))?;
    let mut readable: HashSet<String> = found.iter().map(|relation| relation.name.to_ascii_lowercase()).collect();
    readable.extend(table_functions(&connection).map_err(|error| fault(&error, brake))?);
    connection.authorizer(Some(move |context: rusqlite::hooks::AuthContext<'_>| authorize(&context.action, &readable)));
    Ok((connection, found))
}

/// Looks at the brake more often while a statement is prepared, so that preparing ends soon, and less often afterwards.
pub(crate) fn watch_preparing<T>(connection: &Connection, brake: &Brake, prepare: impl FnOnce() -> T) -> T {
    watch(connection, brake, STEPS);
    let prepared = prepare();
    watch(connection, brake, INSTRUCTIONS);
    prepared
}

fn watch(connection: &Connection, brake: &Brake, every: i32) {
    let watched = brake.clone();
    connection.progress_handler(every, Some(move || watched.pulled().is_some()));
}

/// Bounds SQLite's memory, and holds sorts and intermediate results in it: temporary files would have no limit.
fn bound_memory(connection: &Connection) -> rusqlite::Result<()> {
    // The pragma only lowers the limit: a lower one that another connection has set stays.
    connection.pragma_update_and_check(None, "hard_heap_limit", HEAP, |_| Ok(()))?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -CACHE)
}

/// The bundled library takes a name that starts with `file:` for a URI whatever the flags; an absolute path never
/// starts so.
fn plain_name(path: &Path) -> io::Result<PathBuf> {
    std::path::absolute(path)
}

/// Tells apart what SQLite would call "unable to open", or open as an empty database.
fn check_file(path: &Path) -> Result<(), TargetError> {
    let reason = match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => "the file does not exist",
        Err(error) if error.kind() == ErrorKind::PermissionDenied => "the file cannot be opened for reading",
        Err(_) => "the file cannot be found",
        Ok(about) if about.is_dir() => "it is a folder, not a file",
        // Opening a pipe would wait for ever.
        Ok(about) if !about.is_file() => "it is not an ordinary file",
        Ok(about) if about.len() == 0 => "the file is empty",
        Ok(_) => return Ok(()),
    };
    Err(TargetError::Unavailable(reason.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_a_uri() {
        for name in ["file:x.db?mode=memory", "file:/etc/x.db", "FILE:x", "x.db", ":memory:", "/srv/file:x.db"] {
            let plain = plain_name(Path::new(name)).unwrap();
            assert!(
                plain.is_absolute() && plain.ends_with(Path::new(name).file_name().unwrap()),
                "{}",
                plain.display()
            );
        }
    }
}
