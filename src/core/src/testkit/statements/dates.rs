//! Dates: moved, cut to a month, taken apart and written out.

use super::Writer;
use super::company::Kind;
use super::scope::Scope;
use crate::domain::Dialect;

impl Writer {
    pub(super) fn date(&mut self, scope: &Scope, depth: u8) -> String {
        let of = self.operand(Kind::Date, scope, depth - 1);
        let choice = self.dice.below(9);
        match self.dialect {
            Dialect::Oracle => match choice {
                0 => format!("ADD_MONTHS({of}, -2)"),
                1 => format!("TRUNC({of}, 'MM')"),
                2 => format!("{of} + INTERVAL '3' DAY"),
                3 => format!("LAST_DAY({of})"),
                _ => of,
            },
            Dialect::Postgres => match choice {
                0 if self.dice.percent(30) => format!("({of}::timestamp AT TIME ZONE 'UTC')::date"),
                0 => format!("{of} + 7"),
                1 => format!("{of} - 30"),
                2 => format!("date_trunc('month', {of})::date"),
                3 => format!("({of} + INTERVAL '1 month')::date"),
                4 => format!("CAST({of} - interval '1' day AS DATE)"),
                5 => format!("({of} + INTERVAL '1 year 2 days' - interval '3' hour)::date"),
                6 => "make_date(2024, 2, 29)".to_owned(),
                7 => "to_date('2024-03-31', 'YYYY-MM-DD')".to_owned(),
                _ => of,
            },
            Dialect::Sqlite => match choice {
                0 => format!("date({of}, '+1 month')"),
                1 => format!("DATE({of}, 'start of month', '-1 day')"),
                2 => format!("strftime('%Y-%m-%d', {of})"),
                3 => format!("substr({of}, 1, 10)"),
                _ => of,
            },
        }
    }

    /// A number that a date holds. In brackets where an operator is outside, whose sides are no numbers.
    pub(super) fn part_of_date(&mut self, scope: &Scope, depth: u8) -> String {
        let of = self.value(Kind::Date, scope, depth);
        match (self.dialect, self.dice.below(4)) {
            (Dialect::Oracle, 0) => format!("TO_NUMBER(TO_CHAR({of}, 'MM'))"),
            (Dialect::Oracle, _) => format!("EXTRACT(YEAR FROM {of})"),
            (Dialect::Postgres, 0) => format!("date_part('month', {of})::integer"),
            (Dialect::Postgres, 1) => format!("({} - DATE '2022-01-01')", self.leaf(Kind::Date, scope)),
            (Dialect::Postgres, 2) => format!("CAST(extract(dow from {of}) AS int)"),
            (Dialect::Postgres, _) => format!("EXTRACT(YEAR FROM {of})::int"),
            (Dialect::Sqlite, 0) => format!("CAST(strftime('%m', {of}) AS INTEGER)"),
            (Dialect::Sqlite, 1) => format!("CAST(julianday({of}) - julianday('2022-01-01') AS INT)"),
            (Dialect::Sqlite, _) => format!("CAST(strftime('%Y', {of}) AS INTEGER)"),
        }
    }

    pub(super) fn formatted_date(&mut self, scope: &Scope, depth: u8) -> String {
        let of = self.value(Kind::Date, scope, depth);
        match self.dialect {
            Dialect::Sqlite => format!("strftime('{}', {of})", self.dice.pick(&["%Y-%m", "%d/%m/%Y", "%%%w"])),
            _ => format!("to_char({of}, '{}')", self.dice.pick(&["YYYY-MM", "DD/MM/YYYY", "\"Q\"Q YYYY"])),
        }
    }
}
