//! The numbers of rows and of distinct values, as far as ANALYZE was run.

use std::collections::BTreeMap;

use pstral_core::domain::Relation;
use rusqlite::Connection;

/// The database's statistics by table (<https://www.sqlite.org/fileformat2.html#stat1tab>).
#[derive(Default)]
pub(crate) struct Counts {
    rows: BTreeMap<String, u64>,
    /// The number of distinct values of the first column of each index.
    distinct: BTreeMap<(String, String), u64>,
}

impl Counts {
    /// Reads the statistics. Empty where ANALYZE never ran; values that cannot be counts are ignored, since anybody who
    /// may write may change them.
    pub(crate) fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let mut counts = Self::default();
        if !connection.table_exists(Some("main"), "sqlite_stat1")? {
            return Ok(counts);
        }
        let mut statement = connection.prepare(
            "SELECT s.tbl, s.stat, (SELECT name FROM pragma_index_info(s.idx, 'main') WHERE seqno = 0) \
             FROM main.sqlite_stat1 AS s WHERE typeof(s.tbl) = 'text' AND typeof(s.stat) = 'text'",
        )?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let (table, stat, column): (String, String, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let mut numbers = stat.split(' ').map(str::parse::<u64>);
            let Some(Ok(rows)) = numbers.next() else { continue };
            if let (Some(column), Some(Ok(rows_a_value @ 1..))) = (column, numbers.next()) {
                counts.distinct.insert((table.clone(), column), rows.div_ceil(rows_a_value));
            }
            let most = counts.rows.entry(table).or_default();
            *most = rows.max(*most);
        }
        Ok(counts)
    }

    /// A relation with what is known of it.
    pub(crate) fn with(&self, mut relation: Relation) -> Relation {
        relation.rows = self.rows.get(&relation.name).copied();
        let alone = relation.columns.iter().filter(|column| column.primary_key).count() == 1;
        for column in &mut relation.columns {
            let counted = self.distinct.get(&(relation.name.clone(), column.name.clone())).copied();
            column.distinct = counted.or(relation.rows.filter(|_| alone && column.primary_key));
        }
        relation
    }
}
