//! The grammar of queries: chains of common table expressions, set operations, and derived tables inside each other.

mod expression;
mod relation;

use std::fmt::Write as _;

use libfuzzer_sys::arbitrary::{Result, Unstructured};

/// Names for aliases; some are names of tables and columns on purpose.
const NAMES: [&str; 8] = ["a", "b", "q", "clients", "id", "\"a\"", "secrets", "token"];
/// Names of common table expressions in a chain.
const CHAIN: [&str; 6] = ["c0", "c1", "c2", "c3", "c4", "c5"];
const SETS: Of<4> = [
    [" UNION ", " UNION ALL ", " INTERSECT ", " MINUS "],
    [" UNION ", " UNION ALL ", " INTERSECT ALL ", " EXCEPT "],
    [" UNION ", " UNION ALL ", " INTERSECT ", " EXCEPT "],
];
const WITH: Of<2> = [["WITH ", "WITH "], ["WITH ", "WITH RECURSIVE "], ["WITH ", "WITH RECURSIVE "]];
const LIMITS: Of<2> = [
    [" FETCH FIRST 5 ROWS ONLY", " OFFSET 2 ROWS"],
    [" LIMIT 5", " FETCH FIRST 5 ROWS ONLY"],
    [" LIMIT 5", " LIMIT 5 OFFSET 2"],
];

/// A list for each dialect: Oracle's, PostgreSQL's, SQLite's.
type Of<const N: usize> = [[&'static str; N]; 3];

/// Bytes after which a text grows no further.
const LONG: usize = 8 * 1024;

/// Grows the text of one query.
pub struct Grower<'a, 'b> {
    /// Which dialect's words it mostly has, of [`Of`].
    dialect: usize,
    bytes: &'a mut Unstructured<'b>,
    sql: String,
    /// Columns that each link of a chain gives, where it can be read here.
    links: Vec<Vec<&'static str>>,
    /// The columns of the sources here.
    known: Vec<&'static str>,
}

impl<'a, 'b> Grower<'a, 'b> {
    /// `dialect` is the number that [`crate::company::judge`] takes.
    pub fn new(dialect: u8, bytes: &'a mut Unstructured<'b>) -> Self {
        Self { dialect: usize::from(dialect) % 3, bytes, sql: String::new(), links: Vec::new(), known: Vec::new() }
    }

    /// The text that has grown.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// A query of so many levels at most, and the columns that it gives.
    pub fn query(&mut self, depth: u8) -> Result<Vec<&'static str>> {
        let depth = self.left(depth);
        let (links, known) = (self.links.len(), self.known.clone());
        if depth > 0 && self.chance(1, 5)? {
            self.chain(depth - 1)?;
        }
        let given = self.select(depth)?;
        if depth > 0 && self.chance(1, 5)? {
            for _ in 0..self.bytes.int_in_range(1..=3)? {
                let operator = self.pick_own(&SETS)?;
                self.push(operator);
                self.operand(depth - 1)?;
            }
        }
        if self.chance(1, 4)? {
            self.push(" ORDER BY ");
            self.expression(1)?;
        }
        if self.chance(1, 8)? {
            let limit = self.pick_own(&LIMITS)?;
            self.push(limit);
        }
        self.links.truncate(links);
        self.known = known;
        Ok(given)
    }

    /// Common table expressions, each of which may read those before it, as often as it likes.
    fn chain(&mut self, depth: u8) -> Result<()> {
        let with = self.pick_own(&WITH)?;
        self.push(with);
        self.links.clear();
        for (link, name) in CHAIN.into_iter().enumerate().take(self.bytes.int_in_range(1..=CHAIN.len())?) {
            if link > 0 && self.bytes.is_empty() {
                break;
            }
            self.push(if link == 0 { "" } else { ", " });
            let columns = self.pick(&["", "", "", "(a, b)"])?;
            let _ = write!(self.sql, "{name}{columns} AS (");
            let given = self.query(depth.min(2))?;
            self.push(")");
            self.links.push(if columns.is_empty() { given } else { vec!["a", "b"] });
        }
        self.push(" ");
        Ok(())
    }

    /// One side of a set operation, in brackets or not.
    fn operand(&mut self, depth: u8) -> Result<()> {
        if self.chance(1, 5)? {
            self.push("(");
            self.query(depth)?;
            self.push(")");
            return Ok(());
        }
        self.select(depth).map(|_| ())
    }

    /// A SELECT; its FROM grows first, so that the values before it know most of the columns there.
    fn select(&mut self, depth: u8) -> Result<Vec<&'static str>> {
        let start = self.sql.len();
        self.push(" FROM ");
        self.known = self.relation(depth)?;
        for _ in 0..self.bytes.int_in_range(0..=2)? {
            self.join(depth)?;
        }
        let from = self.sql.split_off(start);
        let word = self.pick(&["SELECT ", "SELECT ", "SELECT ", "SELECT DISTINCT "])?;
        self.push(word);
        let given = self.items(depth)?;
        self.push(&from);
        if self.chance(1, 3)? {
            self.push(" WHERE ");
            self.expression(depth.min(3))?;
        }
        if self.chance(1, 6)? {
            let by = self.pick(&[" GROUP BY ", " GROUP BY 1, ", " GROUP BY CUBE (a, b), "])?;
            self.push(by);
            self.expression(1)?;
        }
        Ok(given)
    }

    /// A select list: stars, once or repeated, values, and the same value under several names.
    fn items(&mut self, depth: u8) -> Result<Vec<&'static str>> {
        if self.chance(1, 5)? {
            let star = self.pick(&["*", "*, *", "a.*, a.*, b.*", "*, a.*"])?;
            self.push(star);
            return Ok(self.known.clone());
        }
        let mut given = Vec::new();
        for item in 0..self.bytes.int_in_range(1..=3)? {
            if item > 0 && self.bytes.is_empty() {
                break;
            }
            self.push(if item == 0 { "" } else { ", " });
            let from = self.sql.len();
            self.expression(depth.min(3))?;
            let value = self.sql[from..].to_owned();
            if self.chance(1, 2)? {
                let name = self.pick(&NAMES)?;
                let _ = write!(self.sql, " AS {name}");
                given.push(name);
                if value.len() < 60 && self.chance(1, 3)? {
                    let again = self.pick(&NAMES)?;
                    let _ = write!(self.sql, ", {value}, {value} AS {again}");
                    given.push(again);
                }
            } else {
                given.extend(self.known.iter().copied().find(|known| *known == value));
            }
        }
        Ok(given)
    }

    /// True so often, and never where no byte is left: what then is grown ends soon.
    fn chance(&mut self, times: u8, of: u8) -> Result<bool> {
        Ok(!self.bytes.is_empty() && self.bytes.ratio(times, of)?)
    }

    /// The number of levels that may follow: none in a text that is as long as the guard takes one, nearly.
    fn left(&self, depth: u8) -> u8 {
        if self.sql.len() > LONG || self.bytes.is_empty() { 0 } else { depth }
    }

    fn pick<'c>(&mut self, from: &[&'c str]) -> Result<&'c str> {
        Ok(*self.bytes.choose(from)?)
    }

    /// One of the dialect's own; of another's, now and then.
    fn pick_own<const N: usize>(&mut self, of: &Of<N>) -> Result<&'static str> {
        let own = if self.chance(1, 16)? { self.bytes.choose_index(of.len())? } else { self.dialect };
        Ok(*self.bytes.choose(&of[own])?)
    }

    fn push(&mut self, text: &str) {
        self.sql.push_str(text);
    }
}
