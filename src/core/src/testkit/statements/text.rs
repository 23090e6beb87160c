//! Texts: put together, cut, changed, and made of other values.

use super::Writer;
use super::company::Kind;
use super::scope::Scope;
use crate::domain::Dialect;

impl Writer {
    pub(super) fn text(&mut self, scope: &Scope, depth: u8) -> String {
        let less = depth - 1;
        match self.dice.below(11) {
            0 | 1 => format!("{} || {}", self.operand(Kind::Text, scope, less), self.value(Kind::Text, scope, less)),
            2 => {
                let (first, last) = (self.operand(Kind::Text, scope, 0), self.operand(Kind::Text, scope, 0));
                format!("{first} || ' (' || {last} || ')'")
            }
            3 => {
                let name = self.dice.pick(&["UPPER", "lower", "TRIM", "LTRIM", "RTRIM"]);
                format!("{name}({})", self.value(Kind::Text, scope, less))
            }
            4 => self.cut(scope, less),
            5 => {
                let (of, from) = (self.value(Kind::Text, scope, less), self.dice.pick(&["'o'", "'%'", "''''"]));
                format!("REPLACE({of}, {from}, {})", self.text_literal())
            }
            6 => self.cast_text(scope, less),
            7 => self.formatted_date(scope, less),
            8 => self.text_of_json(scope),
            9 => self.own_text_call(scope, less),
            _ => self.operand(Kind::Text, scope, depth),
        }
    }

    fn cut(&mut self, scope: &Scope, depth: u8) -> String {
        let of = self.value(Kind::Text, scope, depth);
        match (self.dialect, self.dice.below(5)) {
            (Dialect::Postgres, 0) => format!("substring({of} FROM 2 FOR 3)"),
            (Dialect::Postgres, 1) => format!("substring({of} from 2)"),
            (Dialect::Postgres, 2) => format!("TRIM(BOTH 'o' FROM {of})"),
            (Dialect::Postgres, 3) => format!("trim(leading 'L' from {of})"),
            (Dialect::Sqlite, 0) => format!("substring({of}, 2, 3)"),
            (Dialect::Sqlite, 1) => format!("trim({of}, 'on')"),
            (Dialect::Oracle, 0) => format!("TRIM(LEADING 'o' FROM {of})"),
            _ => format!("SUBSTR({of}, {}, 3)", self.dice.pick(&["1", "2", "1 + 1"])),
        }
    }

    fn cast_text(&mut self, scope: &Scope, depth: u8) -> String {
        let from = self.dice.pick(&[Kind::Int, Kind::Date, Kind::Decimal, Kind::Text]);
        let types: &[&str] = match self.dialect {
            Dialect::Oracle => &["VARCHAR2(30)"],
            Dialect::Postgres => &["text", "VARCHAR(30)", "varchar", "character varying(40)"],
            Dialect::Sqlite => &["TEXT", "VARCHAR(30)"],
        };
        let data_type = self.dice.pick(types);
        self.cast(from, data_type, scope, depth)
    }

    fn own_text_call(&mut self, scope: &Scope, depth: u8) -> String {
        let (one, other) = (self.value(Kind::Text, scope, depth), self.leaf(Kind::Text, scope));
        let choice = self.dice.below(6);
        match self.dialect {
            Dialect::Oracle => format!("INITCAP({one})"),
            Dialect::Postgres => match choice {
                0 => format!("concat_ws(', ', {one}, {other})"),
                1 => format!("LEFT({one}, 3) || right({other}, 2)"),
                2 => format!("split_part({one}, 'o', 1)"),
                3 => format!("lpad({one}, 8, '.')"),
                4 => format!("regexp_replace({one}, '[a-c]+', '<\\&>', 'g')"),
                _ => format!("overlay({one} placing 'XX' from 2 for 1)"),
            },
            Dialect::Sqlite => match choice {
                0 => format!("quote({one})"),
                1 => format!("printf('%s: %5.1f', {other}, {})", self.leaf(Kind::Decimal, scope)),
                2 => format!("typeof({one})"),
                3 => format!("concat_ws(', ', {one}, {other})"),
                _ => format!("format('%s-%s', {one}, {other})"),
            },
        }
    }

    /// A number that says something of a text.
    pub(super) fn count_in_text(&mut self, scope: &Scope, depth: u8) -> String {
        let text = self.value(Kind::Text, scope, depth);
        match (self.dialect, self.dice.below(3)) {
            (Dialect::Postgres, 0) => format!("position('o' IN {text})"),
            (Dialect::Postgres, 1) => format!("strpos({text}, 'n')"),
            (Dialect::Oracle | Dialect::Sqlite, 0) => format!("INSTR({text}, 'o')"),
            _ => format!("LENGTH({text})"),
        }
    }
}
