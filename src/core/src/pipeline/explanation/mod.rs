//! A statement in words: one line for each thing it does, in the order in which people think of it.

use std::collections::BTreeMap;

use crate::domain::{Locale, Value};
use crate::egress::quoted;
use crate::guard::outline::{
    Aggregate, Body, Column, Combination, Comparison, Condition, Distinct, Join, JoinKind, Likeness, Lookup, Outline,
    Selection, SortKey, Term,
};
use crate::results::readable;
use crate::text::{Text, text};

/// Items of a list that are named; the others are counted.
const NAMED: usize = 8;
/// Longest name, value or expression, in characters.
const LONGEST: usize = 120;

/// The statement in words, as a list.
pub(super) fn in_words(outline: &Outline, values: &BTreeMap<String, Value>, locale: Locale) -> String {
    let mut explanation = Explanation { values, locale, lines: Vec::new() };
    explanation.outline(outline, 0);
    format!("{}\n{}", text("explain-words").render(locale), explanation.lines.join("\n"))
}

struct Explanation<'a> {
    values: &'a BTreeMap<String, Value>,
    locale: Locale,
    lines: Vec<String>,
}

impl Explanation<'_> {
    fn line(&mut self, depth: usize, said: &Text) {
        self.lines.push(format!("{}- {}", "  ".repeat(depth), said.render(self.locale)));
    }

    fn outline(&mut self, outline: &Outline, depth: usize) {
        for step in &outline.steps {
            self.line(
                depth,
                &match step.name.as_str() {
                    "" => text("explain-step-unnamed"),
                    name => text("explain-step").with("name", code(name)),
                },
            );
            self.outline(&step.outline, depth + 1);
        }
        match &outline.body {
            Body::Select(selection) => self.selection(selection, depth),
            Body::Combined(how, parts) => {
                self.line(depth, &text(combination(*how)));
                for (part, number) in parts.iter().zip(1..) {
                    self.line(depth, &text("explain-part").count("number", number));
                    self.outline(part, depth + 1);
                }
            }
            Body::Sql(sql) => self.line(depth, &text("explain-sql").with("sql", code(sql))),
        }
        if !outline.order.is_empty() {
            let terms = self.list(&outline.order, Self::sort_key);
            self.line(depth, &text("explain-order").with("terms", terms));
        }
        if let Some(offset) = &outline.offset {
            self.line(depth, &self.rows("explain-offset", offset));
        }
        if let Some(limit) = &outline.limit {
            let key = if limit.with_ties { "explain-row-limit-ties" } else { "explain-row-limit" };
            self.line(depth, &self.rows(key, &limit.rows));
        }
    }

    fn selection(&mut self, selection: &Selection, depth: usize) {
        if selection.tables.is_empty() {
            self.line(depth, &text("explain-no-tables"));
        } else {
            let tables = self.list(&selection.tables, |said, table| said.table(table));
            self.line(depth, &text("explain-tables").with("tables", tables));
        }
        for join in &selection.joins {
            self.line(depth, &self.join(join));
        }
        if !selection.filter.is_empty() {
            let condition = self.all(&selection.filter);
            self.line(depth, &text("explain-filter").with("condition", condition));
        }
        if !selection.hierarchy.is_empty() {
            let clauses = self.list(&selection.hierarchy, |_, clause| code(clause));
            self.line(depth, &text("explain-hierarchy").with("clauses", clauses));
        }
        if let Some(rows) = &selection.first_rows {
            self.line(depth, &self.rows("explain-first-rows", rows));
        }
        if !selection.groups.is_empty() {
            self.line(depth, &self.different("explain-groups", &selection.groups));
        }
        if selection.is_one_row() {
            self.line(depth, &text("explain-one-row"));
        }
        if !selection.having.is_empty() {
            let condition = self.all(&selection.having);
            self.line(depth, &text("explain-having").with("condition", condition));
        }
        let columns = self.list(&selection.columns, Self::column);
        self.line(depth, &text("explain-columns").with("columns", columns));
        match &selection.distinct {
            None => {}
            Some(Distinct::Rows) => self.line(depth, &text("explain-distinct")),
            Some(Distinct::On(terms)) => self.line(depth, &self.different("explain-distinct-on", terms)),
        }
    }

    fn join(&self, join: &Join) -> Text {
        let key = match join.kind {
            JoinKind::Inner => "explain-join-inner",
            JoinKind::Left => "explain-join-left",
            JoinKind::Right => "explain-join-right",
            JoinKind::Full => "explain-join-full",
            JoinKind::EachRow => "explain-join-each",
            JoinKind::EachRowKept => "explain-join-each-kept",
            JoinKind::Cross => "explain-join-cross",
        };
        text(key).with("table", self.table(&join.table)).with("on", self.all(&join.on))
    }

    fn column(&self, column: &Column) -> String {
        match (&column.name, &column.term) {
            (Some(name), Term::Column(column)) if column.rsplit('.').next() == Some(name) => code(column),
            (Some(name), term) => {
                let named = text("explain-column-named").with("name", code(name));
                named.with("term", self.term(term)).render(self.locale)
            }
            (None, term) => self.term(term),
        }
    }

    fn sort_key(&self, key: &SortKey) -> String {
        let term = self.term(&key.term);
        if key.is_descending { text("explain-descending").with("term", term).render(self.locale) } else { term }
    }

    fn term(&self, term: &Term) -> String {
        match term {
            Term::Column(name) | Term::Sql(name) => code(name),
            Term::Value(value) => self.value(value),
            Term::Parameter(name) => match self.values.get(name) {
                Some(value) => self.value(value),
                None => code(&format!(":{name}")),
            },
            Term::Everything => text("explain-everything").render(self.locale),
            Term::Place(place) => text("explain-place").with("place", place.to_string()).render(self.locale),
            Term::Aggregate { function, of, is_distinct } => {
                let said = text(aggregate(*function, of.is_some(), *is_distinct));
                let of = of.as_deref().map(|of| self.term(of)).unwrap_or_default();
                said.with("of", of).render(self.locale)
            }
        }
    }

    /// A sentence about a number of rows, in the singular where it is known to be one.
    fn rows(&self, key: &'static str, rows: &Term) -> Text {
        let value = match rows {
            Term::Parameter(name) => self.values.get(name),
            Term::Value(value) => Some(value),
            _ => None,
        };
        match value {
            Some(Value::Integer(rows)) if *rows >= 0 => text(key).count("rows", rows.unsigned_abs()),
            _ => text(key).with("rows", self.term(rows)),
        }
    }

    /// A sentence about one row for each of some values.
    fn different(&self, key: &'static str, terms: &[Term]) -> Text {
        text(key).count("count", terms.len() as u64).with("terms", self.list(terms, Self::term))
    }

    fn table(&self, table: &str) -> String {
        if table.is_empty() { text("explain-these-rows").render(self.locale) } else { code(table) }
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::Null => text("explain-nothing").render(self.locale),
            Value::Text(words) if words.is_empty() => "`''`".to_owned(),
            Value::Text(words) | Value::Decimal(words) => code(words),
            other => readable(other, self.locale, false),
        }
    }

    fn all(&self, conditions: &[Condition]) -> String {
        self.joined("explain-and", conditions)
    }

    /// Conditions with one word between them; alternatives among them stand in brackets.
    fn joined(&self, key: &'static str, conditions: &[Condition]) -> String {
        let one = |condition: &Condition| match condition {
            Condition::Any(several) | Condition::All(several) if several.len() > 1 && conditions.len() > 1 => {
                format!("({})", self.condition(condition))
            }
            condition => self.condition(condition),
        };
        let both = |left: String, right| text(key).with("left", left).with("right", right).render(self.locale);
        conditions.iter().map(one).reduce(both).unwrap_or_default()
    }

    fn condition(&self, condition: &Condition) -> String {
        match condition {
            Condition::Not(inner) => self.stated(inner, true),
            condition => self.stated(condition, false),
        }
    }

    fn stated(&self, condition: &Condition, is_not: bool) -> String {
        let said = |key| text(key).count("not", u64::from(is_not));
        let sentence = match condition {
            Condition::Between(term, low, high) => said("explain-between")
                .with("term", self.term(term))
                .with("low", self.term(low))
                .with("high", self.term(high)),
            Condition::OneOf(term, values) => {
                said("explain-one-of").with("term", self.term(term)).with("values", self.list(values, Self::term))
            }
            Condition::Like { term, how, words, ignores_case } => {
                let like = said(likeness(*how)).with("term", self.term(term)).with("words", code(words));
                if *ignores_case { text("explain-any-case").said("condition", like) } else { like }
            }
            Condition::Null(term) => said("explain-null").with("term", self.term(term)),
            Condition::Among(term, column, rows) => said("explain-among")
                .with("term", self.term(term))
                .with("column", self.term(column))
                .with("rows", self.lookup(rows)),
            Condition::Exists(rows) => said("explain-exists").with("rows", self.lookup(rows)),
            positive if is_not => text("explain-not").with("condition", self.condition(positive)),
            Condition::Compare(left, how, right) => {
                text(comparison(*how)).with("left", self.term(left)).with("right", self.term(right))
            }
            Condition::SameColumns(columns) if columns.is_empty() => text("explain-same-names"),
            Condition::Optional(inner) => text("explain-optional").with("condition", self.condition(inner)),
            Condition::SameColumns(columns) => {
                text("explain-same-columns").with("columns", self.list(columns, |_, column| code(column)))
            }
            Condition::Any(several) => return self.joined("explain-or", several),
            Condition::All(several) => return self.joined("explain-and", several),
            Condition::Sql(sql) => return code(sql),
            Condition::Not(inner) => return self.stated(inner, true),
        };
        sentence.render(self.locale)
    }

    fn lookup(&self, rows: &Lookup) -> String {
        let tables = self.list(&rows.tables, |said, table| said.table(table));
        if rows.filter.is_empty() {
            return tables;
        }
        let said = text("explain-rows-where").with("tables", tables);
        said.with("condition", self.all(&rows.filter)).render(self.locale)
    }

    fn list<T>(&self, items: &[T], say: impl Fn(&Self, &T) -> String) -> String {
        let both =
            |left: String, right| text("explain-list").with("left", left).with("right", right).render(self.locale);
        let named = items.iter().take(NAMED).map(|item| say(self, item)).reduce(both).unwrap_or_default();
        match items.len().saturating_sub(NAMED) {
            0 => named,
            more => text("explain-more").with("left", named).count("count", more as u64).render(self.locale),
        }
    }
}

/// A piece of SQL as code: the model may have written it, and it must neither call anybody nor become markup.
fn code(words: &str) -> String {
    format!("`{}`", quoted(words, LONGEST).replace('`', "ˋ"))
}

fn combination(how: Combination) -> &'static str {
    match how {
        Combination::Union => "explain-union",
        Combination::UnionAll => "explain-union-all",
        Combination::Intersect => "explain-intersect",
        Combination::Except => "explain-except",
    }
}

fn aggregate(function: Aggregate, of_something: bool, is_distinct: bool) -> &'static str {
    match (function, is_distinct) {
        (Aggregate::Count, _) if !of_something => "explain-count",
        (Aggregate::Count, false) => "explain-count-of",
        (Aggregate::Count, true) => "explain-count-distinct",
        (Aggregate::Sum, false) => "explain-sum",
        (Aggregate::Sum, true) => "explain-sum-distinct",
        (Aggregate::Average, false) => "explain-average",
        (Aggregate::Average, true) => "explain-average-distinct",
        (Aggregate::Minimum, _) => "explain-minimum",
        (Aggregate::Maximum, _) => "explain-maximum",
    }
}

fn comparison(how: Comparison) -> &'static str {
    match how {
        Comparison::Equal => "explain-equal",
        Comparison::NotEqual => "explain-not-equal",
        Comparison::Less => "explain-less",
        Comparison::AtMost => "explain-at-most",
        Comparison::Greater => "explain-greater",
        Comparison::AtLeast => "explain-at-least",
    }
}

fn likeness(how: Likeness) -> &'static str {
    match how {
        Likeness::Contains => "explain-contains",
        Likeness::StartsWith => "explain-starts",
        Likeness::EndsWith => "explain-ends",
        Likeness::Matches => "explain-matches",
    }
}

#[cfg(test)]
mod tests;
