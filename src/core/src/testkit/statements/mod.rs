//! Everyday statements made at random over a small company: what the guard renders must give what their text gives.
//!
//! A seed makes the same statements on every machine. They are as people and models write them, in every clause the
//! dialect has, nearly all of them right; each knows whether its rows come in one order only.

mod company;
mod condition;
mod cte;
mod dates;
mod ending;
mod expression;
mod from;
mod grouped;
mod join;
mod json;
mod lateral;
mod literal;
mod names;
mod plain;
mod query;
mod scope;
mod sets;
mod style;
mod tally;
mod text;
mod windows;

pub use company::{Columns, catalog, closing_rules, script};
pub use tally::{Given, Table, Tally};

use crate::domain::Dialect;

use crate::testkit::dice::Dice;
use query::Query;
use scope::Source;

/// A statement of the corpus.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its text.
    pub sql: String,
    /// True if its rows come in one order only, or in orders that nobody can tell apart.
    pub ordered: bool,
}

/// The given number of statements of a dialect.
pub fn statements(dialect: Dialect, seed: u64, count: u64) -> impl Iterator<Item = Statement> {
    (0..count).map(move |number| statement(dialect, seed.wrapping_mul(1_000_003).wrapping_add(number)))
}

/// One statement: its number alone decides it.
fn statement(dialect: Dialect, number: u64) -> Statement {
    let mut writer = Writer { dialect, dice: Dice::new(number), ctes: Vec::new() };
    let depth = writer.dice.pick(&[1, 2, 2, 3]);
    let query = if writer.dice.percent(18) { writer.with(depth) } else { writer.body(depth) };
    let sql = style::styled(&query.text, dialect, &mut writer.dice);
    Statement { sql, ordered: query.ordered }
}

/// Writes one statement.
#[derive(Debug)]
struct Writer {
    dialect: Dialect,
    dice: Dice,
    /// The common table expressions in reach.
    ctes: Vec<Source>,
}

impl Writer {
    /// A statement without WITH.
    fn body(&mut self, depth: u8) -> Query {
        match self.dice.below(20) {
            0..=5 => self.plain(depth),
            7..=10 => {
                let query = self.grouped(false, &[], depth);
                self.ended(query, None)
            }
            11 | 12 => self.windowed(depth),
            13 | 14 => self.set_operation(depth),
            15..=17 => self.star(depth),
            6 => self.distinct_rows(depth),
            18 => self.lateral(),
            _ => self.without_from(depth),
        }
    }
}
