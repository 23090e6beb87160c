//! The grammar of values, with all that makes a text longer than what it is made of.

use std::fmt::Write as _;

use libfuzzer_sys::arbitrary::Result;

use super::{Grower, NAMES, Of};
use crate::company::TABLES;

const FUNCTIONS: [&str; 8] = ["UPPER", "LOWER", "COALESCE", "MAX", "COUNT", "ROUND", "LENGTH", "ABS"];
/// Aggregates that make one value of many rows.
const GATHER: Of<3> = [
    ["LISTAGG", "JSON_ARRAYAGG", "COLLECT"],
    ["array_agg", "json_agg", "string_agg"],
    ["group_concat", "json_group_array", "string_agg"],
];
/// Calls that make a text longer: up to the first argument, and the rest.
const LONGER: Of<6> = [
    [
        "LPAD(?, 1000)",
        "RPAD(?, 4000, 'xy')",
        "REPLACE(?, 'x', '0123456789')",
        "CONCAT(?, 'x')",
        "JSON_ARRAY(?)",
        "DUMP(?)",
    ],
    [
        "repeat(?, 1000)",
        "lpad(?, 1000)",
        "replace(?, 'x', '0123456789')",
        "concat(?, 'x')",
        "json_build_array(?, 1)",
        "quote_literal(?)",
    ],
    ["replace(?, 'x', '0123456789')", "hex(?)", "quote(?)", "printf('%99s', ?)", "json_array(?, ?)", "concat(?, ?)"],
];
/// One value of very many rows.
const GATHERED: Of<3> = [
    [
        "(SELECT LISTAGG(name, ',') FROM clients)",
        "(SELECT JSON_ARRAYAGG(LEVEL) FROM dual CONNECT BY LEVEL <= 1000)",
        "(SELECT RPAD(name, 4000) FROM clients)",
    ],
    [
        "(SELECT array_agg(i) FROM generate_series(1, 1000) AS g(i))",
        "(SELECT array_agg(i) FROM generate_series(1, 100000) AS g(i))",
        "(SELECT string_agg(repeat('x', 1000), ',') FROM generate_series(1, 1000) AS g(i))",
    ],
    [
        "(SELECT group_concat(value) FROM json_each('[1, 2, 3]'))",
        "(SELECT json_group_array(name) FROM clients)",
        "(SELECT group_concat(hex(name)) FROM clients)",
    ],
];
const OPERATORS: [&str; 8] = ["=", "<", ">=", "<>", "+", "-", "||", "AND"];

impl Grower<'_, '_> {
    pub(super) fn column(&mut self) -> Result<&'static str> {
        if !self.known.is_empty() && self.chance(7, 8)? {
            return Ok(*self.bytes.choose(&self.known)?);
        }
        let (_, columns) = self.bytes.choose(&TABLES)?;
        Ok(*self.bytes.choose(columns)?)
    }

    pub(super) fn expression(&mut self, depth: u8) -> Result<()> {
        let depth = self.left(depth);
        match if depth == 0 { self.bytes.int_in_range(0..=4)? } else { self.bytes.int_in_range(0..=15)? } {
            0 | 4 | 15 => {
                let column = self.column()?;
                self.push(column);
            }
            1 => {
                let (name, column) = (self.pick(&NAMES)?, self.column()?);
                let _ = write!(self.sql, "{name}.{column}");
            }
            2 => {
                let literal = self.pick(&["1", "'x'", "NULL", ":p", "2.5", "1000", "'0123456789'"])?;
                self.push(literal);
            }
            3 => {
                let name = self.pick(&NAMES)?;
                self.push(name);
            }
            5 | 6 => {
                self.expression(depth - 1)?;
                let operator = self.pick(&OPERATORS)?;
                let _ = write!(self.sql, " {operator} ");
                self.expression(depth - 1)?;
            }
            7 => {
                let function = self.pick(&FUNCTIONS)?;
                let _ = write!(self.sql, "{function}(");
                self.expression(depth - 1)?;
                self.push(")");
            }
            8 => {
                self.push("(");
                self.query(depth - 1)?;
                self.push(")");
            }
            9 => {
                self.push("CASE WHEN ");
                self.expression(depth - 1)?;
                self.push(" THEN ");
                self.expression(depth - 1)?;
                self.push(" END");
            }
            10 => self.doubled(depth - 1)?,
            11 | 12 => self.longer(depth - 1)?,
            13 => {
                let gather = self.pick_own(&GATHER)?;
                let _ = write!(self.sql, "{gather}(");
                self.expression(depth - 1)?;
                let end = self.pick(&[")", ", ',')", ") OVER ()"])?;
                self.push(end);
            }
            _ => {
                let gathered = self.pick_own(&GATHERED)?;
                self.push(gathered);
            }
        }
        Ok(())
    }

    /// A value joined to itself.
    fn doubled(&mut self, depth: u8) -> Result<()> {
        let from = self.sql.len();
        self.expression(depth)?;
        let value = self.sql[from..].to_owned();
        if value.len() < 200 {
            for _ in 0..self.bytes.int_in_range(1..=3)? {
                let _ = write!(self.sql, " || {value}");
            }
        }
        Ok(())
    }

    /// A call that makes its text longer.
    fn longer(&mut self, depth: u8) -> Result<()> {
        let call = self.pick_own(&LONGER)?;
        let from = self.sql.len();
        self.expression(depth)?;
        let value = self.sql.split_off(from);
        let repeats = call.matches('?').count() > 1 && value.len() > 200;
        self.push(if repeats { &value } else { "" });
        if !repeats {
            self.push(&call.replace('?', &value));
        }
        Ok(())
    }
}
