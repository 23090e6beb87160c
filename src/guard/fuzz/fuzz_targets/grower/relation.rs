//! The grammar of FROM: tables, links of a chain, derived tables, series, and their joins.

use std::fmt::Write as _;

use libfuzzer_sys::arbitrary::Result;

use super::{CHAIN, Grower, NAMES, Of};
use crate::company::TABLES;

const JOINS: [&str; 6] = [" JOIN ", " LEFT JOIN ", " CROSS JOIN ", " NATURAL JOIN ", ", ", " CROSS JOIN LATERAL "];
/// Tables that make rows of nothing, each under a name and with the column `id`.
const SERIES: Of<3> = [
    [
        "(SELECT LEVEL AS id FROM dual CONNECT BY LEVEL <= 1000)",
        "(SELECT LEVEL id FROM dual CONNECT BY LEVEL <= 100000)",
        "(SELECT 1 AS id FROM dual)",
    ],
    ["generate_series(1, 1000)", "generate_series(1, (SELECT max(id) FROM clients))", "unnest(ARRAY[1, 2, 3])"],
    ["json_each('[1, 2, 3]')", "json_tree('[1, [2, 3]]')", "(VALUES (1), (2))"],
];

impl Grower<'_, '_> {
    /// A source, and its columns.
    pub(super) fn relation(&mut self, depth: u8) -> Result<Vec<&'static str>> {
        let columns = match self.bytes.int_in_range(0..=11)? {
            9..=11 if self.left(depth) > 0 => {
                self.push("(");
                let given = self.query(depth - 1)?;
                self.push(")");
                given
            }
            3..=5 if !self.links.is_empty() => {
                let link = self.bytes.choose_index(self.links.len())?;
                self.push(CHAIN[link]);
                self.links[link].clone()
            }
            6 => {
                let series = self.pick_own(&SERIES)?;
                let name = self.pick(&NAMES)?;
                let columns = if series.starts_with(['g', 'u']) { "(id)" } else { "" };
                let _ = write!(self.sql, "{series} {name}{columns}");
                return Ok(vec!["id"]);
            }
            7 => {
                let name = self.pick(&NAMES)?;
                self.push(name);
                Vec::new()
            }
            _ => {
                let (table, columns) = *self.bytes.choose(&TABLES)?;
                self.push(table);
                columns.to_vec()
            }
        };
        // PostgreSQL asks for a name behind a query.
        if self.sql.ends_with(')') || self.chance(2, 3)? {
            let name = self.pick(&NAMES)?;
            let _ = write!(self.sql, " {name}");
        }
        Ok(columns)
    }

    pub(super) fn join(&mut self, depth: u8) -> Result<()> {
        let join = self.pick(&JOINS)?;
        self.push(join);
        let from = self.sql.len();
        let columns = self.relation(depth)?;
        if join.contains("LATERAL") && !self.sql[from..].contains('(') {
            self.sql.replace_range(from - "LATERAL ".len()..from, "");
        }
        self.known.extend(columns);
        if !join.ends_with("JOIN ") || join.contains("CROSS") || join.contains("NATURAL") {
            return Ok(());
        }
        match self.bytes.int_in_range(0..=3)? {
            0 => {
                self.push(" ON ");
                self.expression(1)
            }
            1 => {
                let column = self.column()?;
                let _ = write!(self.sql, " USING ({column})");
                Ok(())
            }
            2 => {
                self.push(" ON a.id = b.id");
                Ok(())
            }
            // Only a cross join stands without.
            _ => Ok(()),
        }
    }
}
