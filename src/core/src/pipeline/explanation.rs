//! A statement in words: one line for each thing it does, in the order in which people think of it.

use std::collections::BTreeMap;

use crate::domain::{Locale, Value};
use crate::egress::quoted;
use crate::guard::outline::{
    Aggregate, Body, Column, Combination, Comparison, Condition, Join, JoinKind, Likeness, Lookup, Outline, Selection,
    SortKey, Term,
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
            self.line(depth, &text("explain-step").with("name", code(&step.name)));
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
            self.line(depth, &text("explain-offset").with("rows", self.term(offset)));
        }
        if let Some(limit) = &outline.limit {
            self.line(depth, &text("explain-row-limit").with("rows", self.term(limit)));
        }
    }

    fn selection(&mut self, selection: &Selection, depth: usize) {
        if selection.tables.is_empty() {
            self.line(depth, &text("explain-no-tables"));
        } else {
            let tables = self.list(&selection.tables, |_, table| code(table));
            self.line(depth, &text("explain-tables").with("tables", tables));
        }
        for join in &selection.joins {
            self.line(depth, &self.join(join));
        }
        if !selection.filter.is_empty() {
            let condition = self.all(&selection.filter);
            self.line(depth, &text("explain-filter").with("condition", condition));
        }
        if selection.is_hierarchy {
            self.line(depth, &text("explain-hierarchy"));
        }
        if !selection.groups.is_empty() {
            let terms = self.list(&selection.groups, Self::term);
            self.line(depth, &text("explain-groups").with("terms", terms));
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
        if selection.is_distinct {
            self.line(depth, &text("explain-distinct"));
        }
    }

    fn join(&self, join: &Join) -> Text {
        let key = match join.kind {
            JoinKind::Inner => "explain-join-inner",
            JoinKind::Left => "explain-join-left",
            JoinKind::Right => "explain-join-right",
            JoinKind::Full => "explain-join-full",
            JoinKind::Cross => "explain-join-cross",
        };
        text(key).with("table", code(&join.table)).with("on", self.all(&join.on))
    }

    fn column(&self, column: &Column) -> String {
        match (&column.name, &column.term) {
            (Some(name), Term::Column(_)) => code(name),
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
            Term::Aggregate { function, of, is_distinct } => {
                let said = text(aggregate(*function, of.is_some(), *is_distinct));
                let of = of.as_deref().map(|of| self.term(of)).unwrap_or_default();
                said.with("of", of).render(self.locale)
            }
        }
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::Null => text("explain-nothing").render(self.locale),
            Value::Text(words) => code(words),
            other => readable(other, self.locale, true),
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
            Condition::Like(term, how, words) => {
                said(likeness(*how)).with("term", self.term(term)).with("words", code(words))
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
        let tables = self.list(&rows.tables, |_, table| code(table));
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

/// What SQL says, as code: the model may have written it, and it must neither call anybody nor become markup.
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
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::domain::Dialect;
    use crate::guard::{Guard, Policy, Verdict};
    use crate::testkit::guard_tables::{catalog, everyday};

    fn said(dialect: Dialect, sql: &str, locale: Locale) -> String {
        let Verdict::Allow(approved) = Guard::new(&catalog(dialect), &Policy::default()).check(sql) else {
            panic!("refused: {sql}")
        };
        let outline = approved.outline().expect("a statement that was approved can be read");
        in_words(&outline, &BTreeMap::from([("city".to_owned(), Value::Text("Lyon".to_owned()))]), locale)
    }

    #[test]
    fn a_grouped_statement_in_both_languages() {
        let sql = "SELECT c.city, count(*) AS clients, count(DISTINCT k.id) AS contracts, max(k.amount) AS largest \
                   FROM clients c LEFT JOIN contracts k ON k.client_id = c.id \
                   WHERE c.city <> :city AND (c.name LIKE 'A%' OR c.region IS NOT NULL) \
                   GROUP BY 1 HAVING count(*) >= 5 ORDER BY 2 DESC, c.city LIMIT 10 OFFSET 20";
        assert_snapshot!(said(Dialect::Sqlite, sql, Locale::En), @"
        What it does:
        - Reads `clients c`.
        - Adds `contracts k` where `k.client_id` is `c.id`; rows without a match are kept.
        - Keeps only rows where `c.city` is not `Lyon` and (`c.name` begins with `A` or `c.region` is not empty).
        - Makes one row for each different `c.city`.
        - Keeps only groups where the number of rows is at least 5.
        - Shows `c.city`, `clients` (the number of rows), `contracts` (the number of different `k.id`), `largest` (the largest `k.amount`).
        - Sorts by `clients` (largest or latest first), `c.city`.
        - Skips the first 20 rows.
        - Stops after 10 rows: if there are more, you do not see them.
        ");
        assert_snapshot!(said(Dialect::Sqlite, sql, Locale::Fr), @"
        Ce qu’elle fait :
        - Lit `clients c`.
        - Y ajoute `contracts k` quand `k.client_id` est `c.id` ; les lignes sans correspondance sont gardées.
        - Ne garde que les lignes où `c.city` n’est pas `Lyon` et (`c.name` commence par `A` ou `c.region` n’est pas vide).
        - Fait une ligne pour chaque valeur différente de `c.city`.
        - Ne garde que les groupes où le nombre de lignes vaut au moins 5.
        - Affiche `c.city`, `clients` (le nombre de lignes), `contracts` (le nombre de valeurs différentes de `k.id`), `largest` (la plus grande valeur de `k.amount`).
        - Trie par `clients` (le plus grand ou le plus récent d’abord), `c.city`.
        - Saute les 20 premières lignes.
        - S’arrête après 10 lignes : s’il y en a davantage, vous ne les voyez pas.
        ");
    }

    #[test]
    fn queries_of_its_own_come_first() {
        let sql = "WITH recent AS (SELECT client_id, sum(amount) AS total FROM contracts GROUP BY client_id) \
                   SELECT c.name, r.total FROM clients c JOIN recent r ON r.client_id = c.id \
                   WHERE c.id NOT IN (SELECT k.client_id FROM contracts k WHERE k.amount BETWEEN 10 AND 20.5) \
                   AND NOT EXISTS (SELECT 1 FROM contracts x WHERE x.client_id = c.id AND x.amount < 0)";
        assert_snapshot!(said(Dialect::Postgres, sql, Locale::En), @"
        What it does:
        - First computes `recent`:
          - Reads `public.contracts`.
          - Makes one row for each different `client_id`.
          - Shows `client_id`, `total` (the sum of `amount`).
        - Reads `public.clients c`.
        - Adds `recent r` where `r.client_id` is `c.id`; rows without a match are left out.
        - Keeps only rows where `c.id` is not among the `k.client_id` of `public.contracts k` (where `k.amount` is between 10 and 20.5 (both included)) and there is no row in `public.contracts x` (where `x.client_id` is `c.id` and `x.amount` is less than 0).
        - Shows `c.name`, `r.total`.
        ");
    }

    #[test]
    fn an_old_statement_of_oracle() {
        let sql = "SELECT DISTINCT c.name FROM clients c, contracts k WHERE c.id = k.client_id(+) \
                   AND c.city IN ('Paris', 'Lyon') AND upper(c.name) NOT LIKE '%A_' AND ROWNUM <= 12 \
                   UNION ALL SELECT name FROM clients WHERE region IS NULL";
        assert_snapshot!(said(Dialect::Oracle, sql, Locale::Fr), @"
        Ce qu’elle fait :
        - Réunit ces résultats :
        - Requête 1 :
          - Lit `clients c`, `contracts k`.
          - Ne garde que les lignes où `c.id` est `k.client_id (+)` et `c.city` est parmi (`Paris`, `Lyon`) et `upper(c.name)` ne ressemble pas à `%A_`.
          - Affiche `c.name`.
          - Affiche une seule fois les lignes identiques.
          - S’arrête après 12 lignes : s’il y en a davantage, vous ne les voyez pas.
        - Requête 2 :
          - Lit `clients`.
          - Ne garde que les lignes où `region` est vide.
          - Affiche `name`.
        ");
    }

    #[test]
    fn every_statement_of_everyday_has_words() {
        for dialect in [Dialect::Oracle, Dialect::Postgres, Dialect::Sqlite] {
            for sql in everyday(dialect) {
                let words = said(dialect, &sql, Locale::Fr);
                assert!(words.lines().count() > 2 && !words.contains('\u{1}'), "{sql}\n{words}");
            }
        }
    }

    #[test]
    fn words_of_a_statement_neither_call_anybody_nor_become_markup() {
        let sql = "SELECT count(*) FROM clients WHERE name = '`**@everyone**' AND city <> 'a\nb'";
        assert_snapshot!(said(Dialect::Sqlite, sql, Locale::En), @"
        What it does:
        - Reads `clients`.
        - Keeps only rows where `name` is `ˋ**@⁠everyone**` and `city` is not `a b`.
        - Sums all of them up in a single row.
        - Shows the number of rows.
        ");
    }
}
