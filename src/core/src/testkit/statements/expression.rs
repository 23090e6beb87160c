//! Values of each kind: numbers, and what all kinds share.

use super::Writer;
use super::company::Kind;
use super::scope::Scope;
use crate::domain::Dialect;

impl Writer {
    /// A value that may have operators outside brackets: only operators of the same kind go beside it.
    pub(super) fn value(&mut self, kind: Kind, scope: &Scope, depth: u8) -> String {
        match kind {
            _ if depth == 0 => self.leaf(kind, scope),
            Kind::Int | Kind::Decimal => self.number(kind, scope, depth),
            Kind::Text => self.text(scope, depth),
            Kind::Date => self.date(scope, depth),
            Kind::Flag => self.flag(scope, depth),
            Kind::Json => self.json(scope),
        }
    }

    /// A value that stands beside any operator.
    pub(super) fn operand(&mut self, kind: Kind, scope: &Scope, depth: u8) -> String {
        if depth == 0 || self.dice.percent(60) {
            return self.leaf(kind, scope);
        }
        match self.dice.below(4) {
            0 => self.case(kind, scope, depth - 1),
            1 => self.shared_call(kind, scope, depth - 1),
            2 if kind != Kind::Flag => self.scalar_query(kind, scope, depth - 1),
            _ => format!("({})", self.value(kind, scope, depth - 1)),
        }
    }

    /// A column or a literal.
    pub(super) fn leaf(&mut self, kind: Kind, scope: &Scope) -> String {
        let column = if self.dice.percent(75) { self.column(kind, scope) } else { None };
        column.unwrap_or_else(|| self.literal(kind))
    }

    fn number(&mut self, kind: Kind, scope: &Scope, depth: u8) -> String {
        let less = depth - 1;
        let plain = self.dialect != Dialect::Oracle;
        match self.dice.below(11) {
            0 | 1 => {
                let operator = self.dice.pick(&["+", "-", "*"]);
                format!("{} {operator} {}", self.operand(kind, scope, less), self.value(kind, scope, less))
            }
            2 => {
                let (one, other) = (self.dice.pick(&["+", "-", "*"]), self.dice.pick(&["+", "-", "*"]));
                let (first, second) = (self.operand(kind, scope, less), self.operand(kind, scope, 0));
                format!("{first} {one} {second} {other} -{}", self.unsigned(kind, scope))
            }
            3 => format!("-{}", self.unsigned(kind, scope)),
            4 => format!("{} / {}", self.operand(kind, scope, less), self.dice.pick(&["2", "4", "NULLIF(8, 0)"])),
            5 if kind == Kind::Int && plain => {
                let operator = self.dice.pick(&["&", "|", "%"]);
                let right = self.dice.pick(&["3", "4", "7"]);
                format!("{} {operator} {right}", self.operand(kind, scope, less))
            }
            6 if kind == Kind::Int => self.count_in_text(scope, less),
            7 if kind == Kind::Int => self.part_of_date(scope, less),
            8 if kind == Kind::Int && self.dialect == Dialect::Postgres && self.dice.percent(40) => {
                let of = self.operand(kind, scope, 0);
                self.dice.pick(&["({of} ^ 2)::int", "(ARRAY[1, {of}, 3])[2]", "-{of}::bigint"]).replace("{of}", &of)
            }
            8 => self.cast_number(kind, scope, less),
            9 if kind == Kind::Decimal => format!("ROUND({}, 1)", self.value(kind, scope, less)),
            _ => self.operand(kind, scope, depth),
        }
    }

    fn unsigned(&mut self, kind: Kind, scope: &Scope) -> String {
        self.column(kind, scope).unwrap_or_else(|| "2".to_owned())
    }

    fn cast_number(&mut self, kind: Kind, scope: &Scope, depth: u8) -> String {
        let (from, types): (Kind, &[&str]) = match (kind, self.dialect) {
            (Kind::Int, Dialect::Oracle) => (Kind::Decimal, &["INTEGER", "NUMBER(10)"]),
            (Kind::Int, Dialect::Postgres) => (Kind::Decimal, &["INTEGER", "int", "bigint", "int8"]),
            (Kind::Int, Dialect::Sqlite) => (Kind::Decimal, &["INTEGER", "INT"]),
            (_, Dialect::Oracle) => (Kind::Int, &["NUMBER(12, 3)", "DECIMAL(12,2)"]),
            (_, Dialect::Postgres) => (Kind::Int, &["numeric", "NUMERIC(12, 3)", "decimal(12,2)"]),
            (_, Dialect::Sqlite) => (Kind::Int, &["REAL", "NUMERIC", "DECIMAL(12, 2)", "FLOAT"]),
        };
        let data_type = self.dice.pick(types);
        self.cast(from, data_type, scope, depth)
    }

    /// A cast in one of the dialect's spellings.
    pub(super) fn cast(&mut self, from: Kind, data_type: &str, scope: &Scope, depth: u8) -> String {
        if self.dialect == Dialect::Postgres && self.dice.percent(50) {
            return format!("{}::{data_type}", self.operand(from, scope, depth));
        }
        format!("CAST({} AS {data_type})", self.value(from, scope, depth))
    }

    /// CASE, searched or simple.
    pub(super) fn case(&mut self, kind: Kind, scope: &Scope, depth: u8) -> String {
        let (mut whens, mut operand) = (String::new(), String::new());
        let of = self.dice.pick(&[Kind::Int, Kind::Text]);
        let simple = self.dice.percent(35);
        if simple {
            operand = format!(" {}", self.operand(of, scope, depth));
        }
        for _ in 0..=self.dice.below(2) {
            let when = if simple { self.literal(of) } else { self.condition(scope, depth) };
            let then = self.value(kind, scope, depth);
            whens = format!("{whens} WHEN {when} THEN {then}");
        }
        let otherwise = match self.dice.below(4) {
            0 => String::new(),
            1 => " ELSE NULL".to_owned(),
            _ => format!(" ELSE {}", self.leaf(kind, scope)),
        };
        format!("CASE{operand}{whens}{otherwise} END")
    }

    /// A call that takes and gives any kind.
    fn shared_call(&mut self, kind: Kind, scope: &Scope, depth: u8) -> String {
        let (one, other) = (self.value(kind, scope, depth), self.leaf(kind, scope));
        let comparable = kind != Kind::Json && kind != Kind::Flag;
        match self.dice.below(5) {
            0 if comparable => format!("NULLIF({one}, {other})"),
            1 if comparable => {
                let names = if self.dialect == Dialect::Sqlite { ["MAX", "MIN"] } else { ["GREATEST", "LEAST"] };
                format!("{}({one}, {other})", self.dice.pick(&names))
            }
            2 if matches!(kind, Kind::Int | Kind::Decimal) => format!("ABS({one})"),
            3 if self.dialect == Dialect::Oracle => format!("NVL({one}, {other})"),
            3 if self.dialect == Dialect::Sqlite => format!("ifnull({one}, {other})"),
            4 if self.dialect == Dialect::Sqlite => {
                format!("IIF({}, {one}, {other})", self.condition(&scope.clone(), 0))
            }
            _ => format!("COALESCE({one}, {other})"),
        }
    }
}
