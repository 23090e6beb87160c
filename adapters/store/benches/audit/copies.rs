//! A log of millions of entries, made of copies: no chain any more, and as good for pages.

use std::time::Instant;

use pstral_store::Location;
use sqlx::{AssertSqlSafe, Connection, Executor};

/// The settings that make copying to SQLite fast: no waiting for the disk, and a cache (in KiB) for all writes.
const QUICK_IN_SQLITE: &str = "PRAGMA synchronous = OFF; PRAGMA cache_size = -4000000; PRAGMA temp_store = MEMORY";
const QUICK_IN_POSTGRES: &str = "SET synchronous_commit = off; SET maintenance_work_mem = '1GB'";
// The indexes that a table was given, as they were made; not those of its keys.
const INDEXES_OF_SQLITE: &str =
    "SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'audit_events' AND type = 'index' AND sql IS NOT NULL";
const INDEXES_OF_POSTGRES: &str = "SELECT indexname::text, indexdef FROM pg_indexes
    WHERE tablename = 'audit_events' AND indexname LIKE 'audit_events_by_%'";
const COUNTED: &str = "SELECT count(*), max(at), min(at) FROM audit_events";
const RELATED: &str = "INSERT INTO audit_relations (relation, at, position)
    SELECT relations, at, position FROM audit_events
    WHERE instance = 'copies' AND relations IS NOT NULL ORDER BY relations, at, position";

/// Makes the log so long by copies of what is there, earlier and earlier.
pub(crate) async fn lengthen(location: &Location, events: u64) {
    let begun = Instant::now();
    let events = i64::try_from(events).unwrap();
    match location {
        Location::File(file) => {
            let url = format!("sqlite://{}", file.display());
            let mut to = sqlx::SqliteConnection::connect(&url).await.unwrap();
            to.execute(QUICK_IN_SQLITE).await.unwrap();
            copy(&mut to, INDEXES_OF_SQLITE, events).await;
            to.execute("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
        }
        Location::Server(url) => {
            let mut to = sqlx::PgConnection::connect(url).await.unwrap();
            to.execute(QUICK_IN_POSTGRES).await.unwrap();
            copy(&mut to, INDEXES_OF_POSTGRES, events).await;
            // As its own housekeeping does in time.
            to.execute("VACUUM ANALYZE audit_events").await.unwrap();
            to.execute("VACUUM ANALYZE audit_relations").await.unwrap();
        }
    }
    println!("lengthened by copies to {events} events in {:.0?}", begun.elapsed());
}

/// Copies without indexes, which are faster to rebuild than to maintain.
async fn copy<C: Connection>(to: &mut C, indexes: &'static str, events: i64)
where
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
    for<'q> <C::Database as sqlx::Database>::Arguments: sqlx::IntoArguments<C::Database>,
    (i64, i64, i64): for<'r> sqlx::FromRow<'r, <C::Database as sqlx::Database>::Row>,
    (String, String): for<'r> sqlx::FromRow<'r, <C::Database as sqlx::Database>::Row>,
{
    let indexes: Vec<(String, String)> = sqlx::query_as(indexes).fetch_all(&mut *to).await.unwrap();
    assert!(indexes.len() > 5, "these are the indexes that pages follow: {indexes:?}");
    for (name, _) in &indexes {
        run(to, format!("DROP INDEX {name}")).await;
    }
    loop {
        let (held, newest, oldest): (i64, i64, i64) = sqlx::query_as(COUNTED).fetch_one(&mut *to).await.unwrap();
        if held >= events {
            break;
        }
        let (missing, span) = (events - held, newest - oldest + 1);
        // Numbers of their own, under the name of another instance.
        let copied = format!(
            "INSERT INTO audit_events (instance, seq, previous, hash, at, action, status, platform, actor, user_id, ip,
                place, conversation, proposal, target, relations, statement, statement_hash, parameters, verdict, rule,
                model, prompt_hash, cost, row_count, duration_ms, delivery, detail, error, covers, salt)
            SELECT 'copies', {held} + row_number() OVER (ORDER BY position), previous, hash, at - {span}, action, status,
                platform, actor, user_id, ip, place, conversation, proposal, target, relations, statement,
                statement_hash, parameters, verdict, rule, model, prompt_hash, cost, row_count, duration_ms, delivery,
                detail, error, covers, salt
            FROM audit_events ORDER BY position DESC LIMIT {missing}"
        );
        run(to, copied).await;
    }
    run(to, RELATED.to_owned()).await;
    for (_, index) in indexes {
        run(to, index).await;
    }
}

async fn run<C: Connection>(to: &mut C, statement: String)
where
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
    for<'q> <C::Database as sqlx::Database>::Arguments: sqlx::IntoArguments<C::Database>,
{
    sqlx::query(AssertSqlSafe(statement)).execute(&mut *to).await.unwrap();
}
