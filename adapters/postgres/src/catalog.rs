//! The schema of a database as the guard and the prompt need it: what the account may read, and no more.

use std::collections::HashMap;

use pstral_core::domain::{Catalog, CatalogColumn, Dialect, ForeignKey, Relation, RelationKind};
use pstral_core::ports::TargetError;
use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgRow};

use crate::fault::fault;
use crate::session::ask;

/// The schemas that are PostgreSQL's own, and a session's temporary ones, are left out; and partitions, which are read
/// through their table.
macro_rules! readable {
    ($kinds:literal) => {
        concat!(
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN (",
            $kinds,
            ") AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' AND NOT c.relispartition
             AND has_schema_privilege(n.oid, 'USAGE') AND (has_table_privilege(c.oid, 'SELECT')
             OR has_any_column_privilege(c.oid, 'SELECT'))"
        )
    };
}

/// A foreign table's rows come from another server: it is left out, and said so.
const FOREIGN: &str = concat!("SELECT n.nspname || '.' || c.relname", readable!("'f'"));

const RELATIONS: &str = concat!(
    "SELECT c.oid::bigint, n.nspname::text, c.relname::text, c.relkind IN ('v', 'm'),
     CASE WHEN c.relkind <> 'v' AND c.reltuples >= 0 THEN c.reltuples::bigint END,
     coalesce(obj_description(c.oid, 'pg_class'), '')",
    readable!("'r', 'p', 'v', 'm'"),
    " ORDER BY 2, 3"
);

const COLUMNS: &str = "SELECT a.attrelid::bigint, a.attname::text, format_type(a.atttypid, a.atttypmod),
    coalesce(col_description(a.attrelid, a.attnum), '') FROM pg_attribute a
    WHERE a.attrelid = ANY ($1::bigint[]::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
    AND has_column_privilege(a.attrelid, a.attnum, 'SELECT') ORDER BY 1, a.attnum";

/// `n_distinct` below zero is a share of the rows: <https://www.postgresql.org/docs/current/view-pg-stats.html>.
const DISTINCT: &str =
    "SELECT DISTINCT ON (1, 2, 3) schemaname::text, tablename::text, attname::text, n_distinct::float8
    FROM pg_stats WHERE schemaname <> 'information_schema' AND schemaname NOT LIKE 'pg\\_%' AND n_distinct <> 0
    ORDER BY 1, 2, 3, inherited DESC";

/// An index on part of the rows or on an expression makes no key.
const KEYS: &str = "SELECT i.indrelid::bigint, i.indisprimary,
    ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u (number, place)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.number
        WHERE u.place <= i.indnkeyatts ORDER BY u.place)
    FROM pg_index i WHERE i.indrelid = ANY ($1::bigint[]::oid[]) AND i.indisunique AND i.indisvalid
    AND i.indpred IS NULL AND i.indexprs IS NULL ORDER BY i.indexrelid";

const FOREIGN_KEYS: &str = "SELECT k.conrelid::bigint,
    CASE WHEN c.relnamespace = r.relnamespace THEN r.relname::text ELSE n.nspname || '.' || r.relname END,
    ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u (number, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY u.place),
    ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS u (number, place)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number ORDER BY u.place)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
    JOIN pg_namespace n ON n.oid = r.relnamespace
    WHERE k.contype = 'f' AND k.conrelid = ANY ($1::bigint[]::oid[]) ORDER BY k.oid";

/// Whoever may call them: one that bears the name of a function of PostgreSQL's own must be known to be another.
const CALLABLES: &str = "SELECT p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
    UNION SELECT c.relname::text FROM pg_class c WHERE c.relkind = 'S' ORDER BY 1";

/// Reads the schema afresh.
pub(crate) async fn read(connection: &mut PgConnection, schema: &str) -> Result<Catalog, TargetError> {
    let read = async {
        let mut reading = Reading::relations(connection).await?;
        reading.columns(connection).await?;
        reading.distinct(connection).await?;
        reading.keys(connection).await?;
        reading.foreign_keys(connection).await?;
        let callables = texts(connection, CALLABLES).await?;
        let foreign = texts(connection, FOREIGN).await?;
        Ok((reading.tables, callables, foreign))
    };
    let (tables, callables, foreign) = read.await.map_err(|error: sqlx::Error| fault(&error, false))?;
    if !foreign.is_empty() {
        tracing::warn!(
            tables = foreign.join(", "),
            "foreign tables reach another server and are left out of the catalog"
        );
    }
    Ok(Catalog { callables, ..Catalog::new(Dialect::Postgres, schema, tables) })
}

/// Counts the readable tables and views.
pub(crate) async fn counts(connection: &mut PgConnection) -> Result<(u64, u64), sqlx::Error> {
    let rows = ask(RELATIONS).fetch_all(connection).await?;
    let views = rows.iter().map(|row| row.try_get(3)).collect::<Result<Vec<bool>, _>>()?;
    let views = views.into_iter().filter(|view| *view).count();
    Ok(((rows.len() - views) as u64, views as u64))
}

async fn texts(connection: &mut PgConnection, text: &str) -> Result<Vec<String>, sqlx::Error> {
    ask(text).fetch_all(connection).await?.iter().map(|row| row.try_get(0)).collect()
}

/// The relations found so far, and where each is by its number in the database.
struct Reading {
    tables: Vec<Relation>,
    places: HashMap<i64, usize>,
    numbers: Vec<i64>,
}

impl Reading {
    async fn relations(connection: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let mut reading = Self { tables: Vec::new(), places: HashMap::new(), numbers: Vec::new() };
        for row in ask(RELATIONS).fetch_all(connection).await? {
            let (schema, name): (String, String) = (row.try_get(1)?, row.try_get(2)?);
            let kind = if row.try_get(3)? { RelationKind::View } else { RelationKind::Table };
            let rows = row.try_get::<Option<i64>, _>(4)?.and_then(|rows| u64::try_from(rows).ok());
            let relation =
                Relation { rows, comment: row.try_get(5)?, ..Relation::new(&schema, &name, kind, Vec::new()) };
            let number = row.try_get(0)?;
            reading.places.insert(number, reading.tables.len());
            reading.numbers.push(number);
            reading.tables.push(relation);
        }
        Ok(reading)
    }

    /// Rows of a query about the relations, each with the one it is about.
    async fn about(&self, connection: &mut PgConnection, text: &str) -> Result<Vec<(usize, PgRow)>, sqlx::Error> {
        let rows = ask(text).bind(&self.numbers).fetch_all(connection).await?;
        let place = |row: PgRow| Ok(self.places.get(&row.try_get(0)?).map(|place| (*place, row)));
        rows.into_iter().filter_map(|row| place(row).transpose()).collect()
    }

    async fn columns(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        for (place, row) in self.about(connection, COLUMNS).await? {
            let (name, data_type): (String, String) = (row.try_get(1)?, row.try_get(2)?);
            let column = CatalogColumn { comment: row.try_get(3)?, ..CatalogColumn::new(&name, &data_type) };
            self.tables[place].columns.push(column);
        }
        Ok(())
    }

    async fn distinct(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let mut known: HashMap<(String, String, String), f64> = HashMap::new();
        for row in ask(DISTINCT).fetch_all(connection).await? {
            known.insert((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?), row.try_get(3)?);
        }
        for relation in &mut self.tables {
            for column in &mut relation.columns {
                let key = (relation.schema.clone(), relation.name.clone(), column.name.clone());
                column.distinct = known.get(&key).and_then(|distinct| count(*distinct, relation.rows));
            }
        }
        Ok(())
    }

    async fn keys(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        for (place, row) in self.about(connection, KEYS).await? {
            let (primary, names): (bool, Vec<String>) = (row.try_get(1)?, row.try_get(2)?);
            let relation = &mut self.tables[place];
            if primary {
                for column in &mut relation.columns {
                    column.primary_key = names.contains(&column.name);
                }
            } else if has_all(relation, &names) {
                relation.unique_keys.push(names);
            }
        }
        Ok(())
    }

    /// A key whose columns the account may not all read tells nothing that a statement could use.
    async fn foreign_keys(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        for (place, row) in self.about(connection, FOREIGN_KEYS).await? {
            let key = ForeignKey { relation: row.try_get(1)?, columns: row.try_get(2)?, references: row.try_get(3)? };
            if has_all(&self.tables[place], &key.columns) {
                self.tables[place].foreign_keys.push(key);
            }
        }
        Ok(())
    }
}

fn has_all(relation: &Relation, names: &[String]) -> bool {
    names.iter().all(|name| relation.columns.iter().any(|column| column.name == *name))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "an estimate")]
fn count(distinct: f64, rows: Option<u64>) -> Option<u64> {
    if distinct > 0.0 { Some(distinct as u64) } else { rows.map(|rows| (-distinct * rows as f64).round() as u64) }
}
