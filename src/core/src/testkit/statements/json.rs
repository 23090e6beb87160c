//! Members of JSON documents, and what tells one document from another.

use super::Writer;
use super::company::Kind;
use super::scope::Scope;
use crate::domain::Dialect;

impl Writer {
    pub(super) fn json(&mut self, scope: &Scope) -> String {
        let of = self.leaf(Kind::Json, scope);
        match (self.dialect, self.dice.below(3)) {
            (Dialect::Postgres, 0) => format!("{of} -> 'b'"),
            (Dialect::Postgres, 1) => format!("{of} -> 'tags' -> 0"),
            (Dialect::Sqlite, 0) => format!("{of} -> '$.b'"),
            _ => of,
        }
    }

    /// A text from a document, in brackets: how tightly an arrow binds is another question.
    pub(super) fn text_of_json(&mut self, scope: &Scope) -> String {
        let of = self.leaf(Kind::Json, scope);
        match (self.dialect, self.dice.below(5)) {
            (Dialect::Oracle, _) => format!("JSON_VALUE({of}, '$.a')"),
            (Dialect::Postgres, 0) => format!("({of} #>> '{{b,c}}')"),
            (Dialect::Postgres, 1) => format!("({of} -> 'b' ->> 'c')"),
            (Dialect::Postgres, 2) => format!("jsonb_extract_path_text({of}, 'tags', '0')"),
            (Dialect::Postgres, 3) => format!("jsonb_typeof({of} -> 'tags')"),
            (Dialect::Sqlite, 0) => format!("json_extract({of}, '$.b.c')"),
            (Dialect::Sqlite, 1) => format!("({of} ->> '$.tags[0]')"),
            (Dialect::Sqlite, 2) => format!("json_type({of}, '$.tags')"),
            _ => format!("({of} ->> 'a')"),
        }
    }

    /// A condition on a document.
    pub(super) fn json_condition(&mut self, scope: &Scope) -> String {
        match self.dialect {
            Dialect::Postgres if self.dice.percent(50) => {
                format!("{} @> '{{\"a\": 1}}'", self.leaf(Kind::Json, scope))
            }
            _ => format!("{} LIKE '%e%'", self.text_of_json(scope)),
        }
    }
}
