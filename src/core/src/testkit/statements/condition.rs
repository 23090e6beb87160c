//! Conditions: every test that the dialect has, put together with AND, OR and NOT with and without brackets.

use super::Writer;
use super::company::Kind;
use super::scope::Scope;
use crate::domain::Dialect;

/// The percentage of comparisons on SQLite with a text in double quotes, which SQLite reads as a column where there is
/// one of that name.
const DOUBLE_QUOTED: usize = 5;

impl Writer {
    /// A condition; its operators are outside brackets.
    pub(super) fn condition(&mut self, scope: &Scope, depth: u8) -> String {
        if depth == 0 {
            return self.test(scope, 0);
        }
        let less = depth - 1;
        match self.dice.below(10) {
            0 => format!("{} AND {}", self.condition(scope, less), self.condition(scope, less)),
            1 | 2 => format!("{} OR {}", self.condition(scope, less), self.condition(scope, less)),
            3 => {
                let (one, two) = (self.test(scope, 0), self.test(scope, 0));
                format!("{one} OR {two} AND NOT {}", self.test(scope, 0))
            }
            4 => format!("NOT {}", self.test(scope, less)),
            5 => format!("NOT ({})", self.condition(scope, less)),
            6 => format!("({}) AND {}", self.condition(scope, less), self.test(scope, less)),
            _ => self.test(scope, depth),
        }
    }

    /// A single test, without AND, OR or NOT outside it.
    fn test(&mut self, scope: &Scope, depth: u8) -> String {
        let kind = self.dice.pick(&[Kind::Int, Kind::Int, Kind::Text, Kind::Text, Kind::Decimal, Kind::Date]);
        let not = if self.dice.percent(30) { "NOT " } else { "" };
        match self.dice.below(16) {
            0 => {
                let (low, high) = (self.value(kind, scope, 0), self.value(kind, scope, depth.min(1)));
                format!("{} {not}BETWEEN {low} AND {high}", self.operand(kind, scope, depth))
            }
            1 => {
                let list: Vec<String> = (0..=self.dice.below(3)).map(|_| self.literal(kind)).collect();
                format!("{} {not}IN ({})", self.operand(kind, scope, depth), list.join(", "))
            }
            2 => self.like(not, scope, depth),
            3 => {
                let kind = self.dice.pick(&[Kind::Int, Kind::Text, Kind::Date, Kind::Json]);
                let of = self.operand(kind, scope, 0);
                let one_word = self.dialect != Dialect::Oracle && self.dice.percent(3);
                let word = if not.is_empty() { "ISNULL" } else { "NOTNULL" };
                if one_word { format!("{of} {word}") } else { format!("{of} IS {not}NULL") }
            }
            4 => self.distinct(not, kind, scope),
            5 if depth > 0 => {
                let query = self.list_query(kind, scope, depth - 1);
                format!("{} {not}IN ({query})", self.operand(kind, scope, 0))
            }
            6 if depth > 0 => format!("{not}EXISTS ({})", self.exists_query(scope, depth - 1)),
            7 => self.flag(scope, depth),
            8 if depth > 0 => self.quantified(kind, scope, depth - 1),
            9 => self.rows(scope),
            10 if self.dice.percent(40) => self.json_condition(scope),
            11 if self.dialect == Dialect::Postgres => {
                format!("{} {} '^[A-M]'", self.operand(Kind::Text, scope, depth), self.dice.pick(&["~", "!~", "~*"]))
            }
            _ => self.comparison(kind, scope, depth),
        }
    }

    fn comparison(&mut self, kind: Kind, scope: &Scope, depth: u8) -> String {
        if self.dialect == Dialect::Sqlite && self.dice.percent(DOUBLE_QUOTED) {
            return self.double_quoted(scope);
        }
        let operator = self.dice.pick(&["=", "=", "<>", "!=", "<", "<=", ">", ">="]);
        let (one, other) = (self.value(kind, scope, depth), self.value(kind, scope, depth.min(1)));
        match (self.dialect, self.dice.below(40)) {
            (Dialect::Sqlite, 0) => format!("{one} == {other}"),
            // A comparison gives a number there.
            (Dialect::Sqlite, 1) => format!("{one} {operator} {other} = 1"),
            (Dialect::Sqlite, 2) if kind == Kind::Text => format!("{one} {operator} {other} COLLATE NOCASE"),
            (Dialect::Postgres, 2) if kind == Kind::Text => format!("{one} {operator} {other} COLLATE \"C\""),
            (Dialect::Oracle, 0) => format!("{one} ^= {other}"),
            _ => format!("{one} {operator} {other}"),
        }
    }

    /// A comparison with texts in double quotes, as SQLite alone takes them.
    fn double_quoted(&mut self, scope: &Scope) -> String {
        let (of, operator) = (self.leaf(Kind::Text, scope), self.dice.pick(&["=", "<>", "!=", "IS", ">="]));
        let (one, other) = (self.double_quoted_text(), self.double_quoted_text());
        match self.dice.below(8) {
            0 => format!("{one} {operator} {of}"),
            1 => format!("{of} IN ({one}, {other})"),
            2 => format!("{of} NOT LIKE \"%o%\""),
            3 => format!("{of} BETWEEN \"a\" AND {other}"),
            4 => format!("UPPER({of}) {operator} {one}"),
            _ => format!("{of} {operator} {one}"),
        }
    }

    /// A value that is true or false.
    pub(super) fn flag(&mut self, scope: &Scope, depth: u8) -> String {
        let flag = self.column(Kind::Flag, scope);
        let Some(flag) = flag else { return format!("({})", self.condition(scope, depth.saturating_sub(1))) };
        match (self.dialect, self.dice.below(5)) {
            (Dialect::Oracle, _) | (Dialect::Sqlite, 0) => format!("{flag} = 1"),
            (_, 0) => format!("{flag} = true"),
            (_, 1) => format!("{flag} IS TRUE"),
            (_, 2) => format!("{flag} IS NOT FALSE"),
            (Dialect::Postgres, 3) => format!("{flag} IS NOT UNKNOWN"),
            _ => flag,
        }
    }

    fn like(&mut self, not: &str, scope: &Scope, depth: u8) -> String {
        let of = self.operand(Kind::Text, scope, depth);
        let pattern = self.dice.pick(&["'%o%'", "'L%'", "'_yon'", "'%''%'", "'%\"%'", "'%é%'", "'%' || 'n'"]);
        let word = match (self.dialect, self.dice.below(4)) {
            (Dialect::Postgres, 0) => "ILIKE",
            (Dialect::Sqlite, 0) => return format!("{of} {not}GLOB '*[a-n]*'"),
            (_, 1) => {
                let escaped = self.dice.pick(&["'%!%%' ESCAPE '!'", "'a\\_b' ESCAPE '\\'", "'%#_%' ESCAPE '#'"]);
                return format!("{of} {not}LIKE {escaped}");
            }
            _ => "LIKE",
        };
        format!("{of} {not}{word} {pattern}")
    }

    fn distinct(&mut self, not: &str, kind: Kind, scope: &Scope) -> String {
        let (one, other) = (self.operand(kind, scope, 0), self.operand(kind, scope, 0));
        match (self.dialect, self.dice.below(3)) {
            (Dialect::Oracle, _) => format!("{one} IS {not}NULL"),
            (Dialect::Sqlite, 0 | 1) => format!("{one} IS {not}{other}"),
            _ => format!("{one} IS {not}DISTINCT FROM {other}"),
        }
    }

    fn quantified(&mut self, kind: Kind, scope: &Scope, depth: u8) -> String {
        let (of, operator) = (self.operand(kind, scope, 0), self.dice.pick(&["=", "<", ">=", "<>"]));
        match (self.dialect, self.dice.below(3)) {
            (Dialect::Sqlite, _) => format!("{of} {operator} {}", self.scalar_query(kind, scope, depth)),
            (Dialect::Postgres, 0) => {
                let list: Vec<String> = (0..3).map(|_| self.literal(kind)).collect();
                format!("{of} {operator} ANY (ARRAY[{}])", list.join(", "))
            }
            (_, 1) => format!("{of} {operator} ALL ({})", self.list_query(kind, scope, depth)),
            _ => format!("{of} {operator} ANY ({})", self.list_query(kind, scope, depth)),
        }
    }

    fn rows(&mut self, scope: &Scope) -> String {
        let (one, other) = (self.operand(Kind::Int, scope, 0), self.operand(Kind::Text, scope, 0));
        let (first, second) = (self.literal(Kind::Int), self.literal(Kind::Text));
        match self.dialect {
            Dialect::Oracle => format!("({one}, {other}) IN (({first}, {second}))"),
            Dialect::Postgres if self.dice.percent(50) => format!("({one}, {other}) IN (({first}, {second}))"),
            _ => format!("({one}, {other}) {} ({first}, {second})", self.dice.pick(&["=", "<>", "<"])),
        }
    }
}
