//! Literals in every spelling that the dialect has for them.

use super::Writer;
use super::company::Kind;
use crate::domain::Dialect;

/// Texts that are stored, and some that are easily misread.
const TEXTS: [&str; 20] = [
    "Lyon",
    "Paris",
    "open",
    "paid",
    "sent",
    "Nord",
    "Zoé",
    "O'Brien",
    "it's",
    "",
    "50%",
    "a_b",
    "\"q\"",
    "back\\slash",
    "é — ü",
    "x -- y",
    "/* z */",
    "a;b",
    "$1",
    "  ",
];
const DAYS: [&str; 6] = ["2022-01-01", "2023-02-28", "2024-02-29", "2024-12-31", "2025-06-15", "2023-10-01"];

impl Writer {
    /// A literal of a kind, complete: `-3` counts as one.
    pub(super) fn literal(&mut self, kind: Kind) -> String {
        match kind {
            Kind::Int => self.dice.pick(&["0", "1", "2", "3", "10", "20", "-1", "(-5)", "7"]).to_owned(),
            Kind::Decimal => self.dice.pick(&["0.5", "1.25", "100.0", "12", "-2.5", "1e2", ".5", "200.75"]).to_owned(),
            Kind::Text => self.text_literal(),
            Kind::Date => self.date_literal(),
            Kind::Flag => self.flag_literal(),
            Kind::Json => match self.dialect {
                Dialect::Postgres => r#"'{"a": [1, 2]}'::jsonb"#.to_owned(),
                _ => r#"'{"a": [1, 2]}'"#.to_owned(),
            },
        }
    }

    pub(super) fn text_literal(&mut self) -> String {
        let text = self.dice.pick(&TEXTS);
        let quoted = format!("'{}'", text.replace('\'', "''"));
        match (self.dialect, self.dice.below(12)) {
            (Dialect::Postgres, 0) => self.dice.pick(&["E'a\\tb'", "E'two\\nlines'", "e'plain'"]).to_owned(),
            (Dialect::Postgres, 1) => format!("$${text}$$"),
            (Dialect::Postgres, 2) if !text.contains('$') => format!("$tag${text}$tag$"),
            (Dialect::Postgres, 3) => format!("{quoted}::text"),
            (Dialect::Postgres, 4) if self.dice.percent(4) => format!("'two '\n{quoted}"),
            (Dialect::Oracle, 0) => format!("q'[{text}]'"),
            (Dialect::Oracle, 1) => format!("N{quoted}"),
            _ => quoted,
        }
    }

    fn date_literal(&mut self) -> String {
        let day = self.dice.pick(&DAYS);
        match (self.dialect, self.dice.below(4)) {
            (Dialect::Sqlite, _) => format!("'{day}'"),
            (Dialect::Postgres, 0) => format!("'{day}'::date"),
            (Dialect::Postgres, 1) => format!("CAST('{day}' AS date)"),
            (Dialect::Oracle, 0) => format!("TO_DATE('{day}', 'YYYY-MM-DD')"),
            _ => format!("DATE '{day}'"),
        }
    }

    fn flag_literal(&mut self) -> String {
        match self.dialect {
            Dialect::Oracle => self.dice.pick(&["1", "0"]),
            Dialect::Postgres => self.dice.pick(&["TRUE", "FALSE", "'t'::boolean", "(1 = 1)"]),
            Dialect::Sqlite => self.dice.pick(&["TRUE", "FALSE", "1", "0"]),
        }
        .to_owned()
    }

    /// Writes a text in double quotes. SQLite reads it as a text where nothing has that name; some are names of columns
    /// and aliases somewhere.
    pub(super) fn double_quoted_text(&mut self) -> String {
        let texts =
            ["Lyon", "open", "100%", "it's", "Zoé", "paid", "Nord", "a b", "status", "team", "label", "n", "Src"];
        format!("\"{}\"", self.dice.pick(&texts))
    }
}
