//! `JSON_TABLE`: literal paths, columns of listed types, and the ON ERROR and ON EMPTY clauses.

use std::rc::Rc;

use sqlparser::ast::{
    Expr, JsonTableColumn, JsonTableColumnErrorHandling, JsonTableNamedColumn, JsonTableNestedColumn, TableAlias, Value,
};

use crate::dialects::oracle::rewrite::{path, type_and_words};
use crate::fault::{Checked, unplaced};
use crate::names::key;
use crate::refusal::Rule;
use crate::scope::{Env, Output, Source};
use crate::walk::factor::given_name;
use crate::walk::{Walk, absent};

/// The words that may follow the type of a column, or take its place.
const FORMATS: &[&str] = &[
    "",
    "FORMAT JSON",
    "FORMAT JSON WITH WRAPPER",
    "FORMAT JSON WITH ARRAY WRAPPER",
    "FORMAT JSON WITH CONDITIONAL WRAPPER",
    "FORMAT JSON WITH CONDITIONAL ARRAY WRAPPER",
    "FORMAT JSON WITHOUT WRAPPER",
    "FORMAT JSON WITHOUT ARRAY WRAPPER",
];

impl<'i> Walk<'i> {
    pub(crate) fn json_table(
        &mut self,
        json: &Expr,
        path: &Value,
        columns: &[JsonTableColumn],
        alias: Option<&TableAlias>,
        lateral: Env<'_, 'i>,
    ) -> Checked<Source<'i>> {
        absent(!self.facts.from.json_table, "JSON_TABLE")?;
        let json = self.before_clauses(json)?;
        let ((), unfolded) = self.measured(|walk| walk.expr(json, lateral))?;
        plain_path(path, "JSON_TABLE")?;
        let mut outputs = Vec::new();
        self.json_columns(columns, &mut outputs)?;
        self.not_shadowed("JSON_TABLE")?;
        self.reads.functions.insert("JSON_TABLE".to_owned());
        let source = self.source(Rc::new(outputs.into()), alias, None)?;
        Ok(Source { made_rows: crate::walk::factor::elements(unfolded), ..source })
    }

    fn json_columns(&mut self, columns: &[JsonTableColumn], outputs: &mut Vec<Output>) -> Checked {
        for column in columns {
            let name = match column {
                JsonTableColumn::Named(JsonTableNamedColumn { name, r#type, path, exists: _, on_empty, on_error }) => {
                    self.json_type(&r#type.to_string())?;
                    plain_path(&path.value, "PATH")?;
                    // The rendering would turn their order round, which Oracle does not take.
                    absent(on_empty.is_some() && on_error.is_some(), "ON EMPTY … ON ERROR")?;
                    for handling in [on_empty, on_error].into_iter().flatten() {
                        if let JsonTableColumnErrorHandling::Default(value) = handling {
                            self.value(value)?;
                        }
                    }
                    name
                }
                JsonTableColumn::ForOrdinality(name) => name,
                JsonTableColumn::Nested(JsonTableNestedColumn { path, columns }) => {
                    plain_path(&path.value, "PATH")?;
                    self.deeper(|walk| walk.json_columns(columns, outputs))?;
                    continue;
                }
            };
            given_name(name)?;
            outputs.push(Output::opaque(key(self.dialect, name)));
        }
        Ok(())
    }

    /// Checks the type of a column, which may be missing, and the FORMAT JSON behind it.
    fn json_type(&self, written: &str) -> Checked {
        let (of_type, words) = type_and_words(written);
        if !FORMATS.iter().any(|format| words.eq_ignore_ascii_case(format)) {
            return Err(unplaced(Rule::TypeNotAllowed, words));
        }
        if of_type.is_empty() { Ok(()) } else { self.type_written(of_type) }
    }
}

/// A literal path, with or without clauses behind it.
fn plain_path(value: &Value, construct: &str) -> Checked {
    let literal = match value {
        Value::SingleQuotedString(text) => Some(text.clone()),
        Value::Placeholder(text) => path(text),
        _ => None,
    };
    crate::walk::pattern::plain_path(&literal.ok_or_else(|| unplaced(Rule::FunctionArguments, construct))?)
}
