//! The outcomes of texts and of their renderings, compared and counted.

use std::collections::BTreeMap;
use std::fmt;

use super::Statement;
use crate::guard::Refusal;

/// The outcome of a text in a database: its rows, or its error.
pub type Given = Result<Table, String>;

/// A result as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The headings of its columns.
    pub headings: Vec<String>,
    /// Each value with its type where the database has one for each; `None` is null.
    pub rows: Vec<Vec<Option<String>>>,
}

/// Counts of statements whose rendering gave the same, and the ones that differed.
#[derive(Debug, Default)]
pub struct Tally {
    compared: usize,
    /// Of them, those that gave a row.
    with_rows: usize,
    failing_alike: usize,
    refused: BTreeMap<&'static str, usize>,
    differing: Vec<String>,
}

impl Tally {
    /// Counts a statement that the guard refused.
    pub fn refused(&mut self, refusal: &Refusal) {
        *self.refused.entry(refusal.rule.id()).or_default() += 1;
    }

    /// Compares what a statement gave with what its rendering gave: rows in order where the order is total, headings
    /// always, and an error of one of them only counts as a difference.
    pub fn compare(&mut self, statement: &Statement, rendering: &str, original: Given, rendered: Given) {
        let (mut original, mut rendered) = match (original, rendered) {
            (Err(_), Err(_)) => {
                self.failing_alike += 1;
                return;
            }
            (Ok(original), Ok(rendered)) => (original, rendered),
            (original, rendered) => {
                self.compared += 1;
                let said =
                    |given: Given| given.map_or_else(|error| error, |table| format!("{} rows", table.rows.len()));
                let (original, rendered) = (said(original), said(rendered));
                return self.differ(statement, rendering, &format!("{original}\n  but {rendered}"));
            }
        };
        self.compared += 1;
        self.with_rows += usize::from(!original.rows.is_empty());
        if !statement.ordered {
            original.rows.sort_unstable();
            rendered.rows.sort_unstable();
        }
        if original != rendered {
            self.differ(statement, rendering, &format!("{original:?}\n  but {rendered:?}"));
        }
    }

    fn differ(&mut self, statement: &Statement, rendering: &str, how: &str) {
        self.differing.push(format!("{}\n  is approved as\n{rendering}\n  and gives {how}", statement.sql));
    }

    /// Checks that nothing differs, and that so many statements could be compared at least.
    ///
    /// # Panics
    /// Panics if that does not hold.
    pub fn check(&self, least: usize) {
        let shown: Vec<&str> = self.differing.iter().take(5).map(String::as_str).collect();
        assert!(self.differing.is_empty(), "{self}\n{}", shown.join("\n\n"));
        assert!(self.compared >= least, "fewer than {least} could be compared: {self}");
    }

    /// Checks that nearly everything could be compared: under a tenth is refused, under a twentieth fails.
    ///
    /// # Panics
    /// Panics if that does not hold.
    pub fn check_reach(&self) {
        let refused: usize = self.refused.values().sum();
        let all = self.compared + self.failing_alike + refused;
        assert!(refused * 10 < all, "more than a tenth is refused: {self}");
        assert!(self.with_rows * 2 > self.compared, "half of the statements give nothing: {self}");
        assert!(self.failing_alike * 20 < all, "more than a twentieth fails: {self}");
    }
}

/// One line of figures.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { compared, with_rows, failing_alike, refused, differing } = self;
        let all: usize = refused.values().sum();
        write!(f, "compared {compared} ({with_rows} with rows), differing {}, refused {all}", differing.len())?;
        for (at, (rule, count)) in refused.iter().enumerate() {
            write!(f, "{}{rule} {count}", if at == 0 { " (" } else { ", " })?;
        }
        write!(f, "{}, failing alike {failing_alike}", if refused.is_empty() { "" } else { ")" })
    }
}
