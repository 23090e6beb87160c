//! Queries grown from the bytes by a grammar: nested, joined, renamed and combined in every way, so that most of them
//! parse and many pass. A column or a table that is denied is always among what they could read.
#![no_main]

mod company;

use std::fmt::Write as _;

use company::TABLES;
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;

const FUNCTIONS: [&str; 6] = ["UPPER", "LOWER", "COALESCE", "MAX", "COUNT", "ROUND"];
const OPERATORS: [&str; 8] = ["=", "<", ">=", "<>", "+", "-", "||", "AND"];
/// Names for aliases; some are names of tables and columns on purpose.
const NAMES: [&str; 8] = ["a", "b", "q", "clients", "id", "\"a\"", "secrets", "token"];

struct Grower<'a, 'b> {
    bytes: &'a mut Unstructured<'b>,
    sql: String,
}

impl Grower<'_, '_> {
    fn pick<'c>(&mut self, from: &[&'c str]) -> Result<&'c str> {
        Ok(*self.bytes.choose(from)?)
    }

    fn push(&mut self, text: &str) {
        self.sql.push_str(text);
    }

    fn query(&mut self, depth: u8) -> Result<()> {
        if depth > 0 && self.bytes.ratio(1, 5)? {
            let name = self.pick(&NAMES)?;
            let _ = write!(self.sql, "WITH {name} AS (");
            self.query(depth - 1)?;
            self.push(") ");
        }
        self.select(depth)?;
        if depth > 0 && self.bytes.ratio(1, 5)? {
            let operator = self.pick(&[" UNION ", " UNION ALL ", " INTERSECT "])?;
            self.push(operator);
            self.select(depth - 1)?;
        }
        if self.bytes.ratio(1, 4)? {
            self.push(" ORDER BY ");
            self.expression(1)?;
        }
        Ok(())
    }

    fn select(&mut self, depth: u8) -> Result<()> {
        self.push("SELECT ");
        if self.bytes.ratio(1, 6)? {
            self.push("*");
        } else {
            for item in 0..self.bytes.int_in_range(1..=3)? {
                self.push(if item == 0 { "" } else { ", " });
                self.expression(depth)?;
                if self.bytes.ratio(1, 3)? {
                    let name = self.pick(&NAMES)?;
                    let _ = write!(self.sql, " AS {name}");
                }
            }
        }
        self.push(" FROM ");
        self.relation(depth)?;
        for _ in 0..self.bytes.int_in_range(0..=2)? {
            let join = self.pick(&[" JOIN ", " LEFT JOIN ", " CROSS JOIN ", " NATURAL JOIN ", ", "])?;
            self.push(join);
            self.relation(depth)?;
            match self.bytes.int_in_range(0..=2)? {
                0 => {
                    self.push(" ON ");
                    self.expression(1)?;
                }
                1 => {
                    let column = self.column()?;
                    let _ = write!(self.sql, " USING ({column})");
                }
                _ => {}
            }
        }
        if self.bytes.ratio(1, 3)? {
            self.push(" WHERE ");
            self.expression(depth)?;
        }
        if self.bytes.ratio(1, 6)? {
            self.push(" GROUP BY ");
            self.expression(1)?;
        }
        Ok(())
    }

    fn relation(&mut self, depth: u8) -> Result<()> {
        if depth > 0 && self.bytes.ratio(1, 4)? {
            self.push("(");
            self.query(depth - 1)?;
            self.push(")");
        } else {
            let named = self.bytes.ratio(1, 8)?;
            let table = if named { self.pick(&NAMES)? } else { self.bytes.choose(&TABLES)?.0 };
            self.push(table);
        }
        if self.bytes.ratio(2, 3)? {
            let name = self.pick(&NAMES)?;
            let _ = write!(self.sql, " {name}");
        }
        Ok(())
    }

    fn column(&mut self) -> Result<&'static str> {
        let (_, columns) = self.bytes.choose(&TABLES)?;
        Ok(*self.bytes.choose(columns)?)
    }

    fn expression(&mut self, depth: u8) -> Result<()> {
        match if depth == 0 { self.bytes.int_in_range(0..=3)? } else { self.bytes.int_in_range(0..=8)? } {
            0 => {
                let column = self.column()?;
                self.push(column);
            }
            1 => {
                let (name, column) = (self.pick(&NAMES)?, self.column()?);
                let _ = write!(self.sql, "{name}.{column}");
            }
            2 => {
                let literal = self.pick(&["1", "'x'", "NULL", ":p", "2.5"])?;
                self.push(literal);
            }
            3 => {
                let name = self.pick(&NAMES)?;
                self.push(name);
            }
            4 | 5 => {
                self.expression(depth - 1)?;
                let operator = self.pick(&OPERATORS)?;
                let _ = write!(self.sql, " {operator} ");
                self.expression(depth - 1)?;
            }
            6 => {
                let function = self.pick(&FUNCTIONS)?;
                let _ = write!(self.sql, "{function}(");
                self.expression(depth - 1)?;
                self.push(")");
            }
            7 => {
                self.push("(");
                self.query(depth - 1)?;
                self.push(")");
            }
            _ => {
                self.push("CASE WHEN ");
                self.expression(depth - 1)?;
                self.push(" THEN ");
                self.expression(depth - 1)?;
                self.push(" END");
            }
        }
        Ok(())
    }
}

fuzz_target!(|data: &[u8]| {
    let mut bytes = Unstructured::new(data);
    let Ok(dialect) = bytes.arbitrary::<u8>() else { return };
    let mut grower = Grower { bytes: &mut bytes, sql: String::new() };
    if grower.query(4).is_ok() {
        company::judge(dialect, &grower.sql);
    }
});
