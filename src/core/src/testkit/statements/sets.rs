//! Set operations, two or three in a row, with and without brackets, and an end of their own.

use super::Writer;
use super::company::Kind;
use super::query::{COMPARABLE, Output, Query};
use crate::domain::Dialect;

impl Writer {
    pub(super) fn set_operation(&mut self, depth: u8) -> Query {
        let kinds: Vec<Kind> = (0..=self.dice.below(2)).map(|_| self.dice.pick(&COMPARABLE)).collect();
        let arms: Vec<Query> = (0..3).map(|_| self.arm(&kinds, false, &[], depth.min(1))).collect();
        let [first, second, third] = [0, 1, 2].map(|at| arms[at].text.as_str());
        let (one, other) = (self.set_operator(), self.set_operator());
        let brackets = self.dialect != Dialect::Sqlite;
        let text = match self.dice.below(6) {
            0 | 1 => format!("{first} {one} {second}"),
            2 | 3 => format!("{first} {one} {second} {other} {third}"),
            4 if brackets => format!("({first} {one} {second}) {other} {third}"),
            5 if brackets => format!("{first} {one} ({second} {other} {third})"),
            _ => format!("{first} {one} SELECT * FROM ({second} {other} {third}) s"),
        };
        let outputs = kinds.into_iter().map(|kind| Output { written: None, kind }).collect();
        self.ended(Query { text, outputs, ordered: false }, None)
    }

    pub(super) fn set_operator(&mut self) -> &'static str {
        match self.dialect {
            Dialect::Oracle => self.dice.pick(&["UNION", "UNION ALL", "INTERSECT", "MINUS"]),
            Dialect::Postgres => {
                let all =
                    ["UNION", "UNION ALL", "INTERSECT", "EXCEPT", "UNION DISTINCT", "EXCEPT ALL", "INTERSECT ALL"];
                self.dice.pick(&all)
            }
            Dialect::Sqlite => self.dice.pick(&["UNION", "UNION ALL", "INTERSECT", "EXCEPT"]),
        }
    }
}
