//! Tells whether a recursive common table expression ends: one of its columns is counted towards a limit, or replaced
//! by another relation's at each step.
//!
//! Any other form is refused. Following a relation ends when its rows hold no loop, as parents and
//! children do; the text cannot tell, and the time limit stops what follows a loop. A count ends unless its limit is
//! read from a column that holds no number, which the time limit stops too.

use std::cmp::Ordering;

use sqlparser::ast::{BinaryOperator, Expr, Ident, Select, SelectItem, SetExpr, TableFactor};

use crate::Dialect;

use super::super::fault::{Checked, unplaced};
use super::super::names::{key, parts};
use super::super::refusal::Rule;
use super::super::scope::{Ctes, Env, Named, Output};
use super::Walk;
use super::query::whole_number;
use super::recursion::{Makes, conditions, is_small, makes, modest, names, tables};
use super::step::{Amount, Step, is_literal_text};

/// A recursive arm and what it reads of itself.
pub(super) struct Arm<'q> {
    pub(super) dialect: Dialect,
    pub(super) select: &'q Select,
    anchor: Option<&'q Select>,
    /// The name under which it reads itself.
    alias: String,
    pub(super) columns: &'q [Output],
}

/// The bound that ends a recursion.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bound<'q> {
    /// A LIMIT that the database stops at.
    Limit,
    /// A condition of the arm, which must be found, or the columns of a CYCLE clause.
    Condition { cycle: &'q [Ident] },
}

/// A column as the arm names it: its qualifier, where it has one, and its name.
type Column = (Option<String>, String);

impl<'i> Walk<'i> {
    /// Refuses a recursive arm that may never end. `columns` are those of the expression itself. Gives about how many
    /// steps it takes from each row it begins with, where a literal says so.
    pub(super) fn must_end(
        &mut self,
        (anchor, select): (&SetExpr, &Select),
        itself: &str,
        columns: &[Output],
        bound: Bound<'_>,
        env: Env<'_, 'i>,
    ) -> Checked<Option<u64>> {
        let own = tables(select).find(|factor| names(factor, itself, self.dialect));
        let alias = match own {
            Some(TableFactor::Table { alias: Some(alias), .. }) => key(self.dialect, &alias.name),
            _ => itself.to_owned(),
        };
        let anchor = if let SetExpr::Select(anchor) = anchor { Some(&**anchor) } else { None };
        let arm = Arm { dialect: self.dialect, select, anchor, alias, columns };
        let conditions = conditions(select);
        let stored = tables(select).any(|factor| !names(factor, itself, self.dialect) && self.is_stored(factor, env));
        let refused = |instead: String| Err(unplaced(Rule::Unbounded, itself).instead(instead));
        if let Some(item) = arm.grows() {
            return Err(unplaced(Rule::Growth, item));
        }
        // Each step may find many rows of another relation: only following it from row to row is known to thin out.
        let follows = arm.follows(&conditions);
        // CYCLE stops where values repeat, as those that are taken from a finite relation must.
        let taken =
            |cycle: &[Ident]| !cycle.is_empty() && cycle.iter().all(|ident| arm.is_taken(&key(self.dialect, ident)));
        let comes_again = matches!(bound, Bound::Condition { cycle } if taken(cycle));
        let stops = comes_again && tables(select).all(|factor| self.is_finite(factor, env));
        if follows && (stored || stops) {
            return Ok(None);
        }
        if stored {
            return refused(format!("SELECT child.id FROM {itself} JOIN child ON child.parent_id = {itself}.id"));
        }
        if matches!(bound, Bound::Limit) {
            return Ok(None);
        }
        for condition in conditions {
            if self.bounds(&arm, condition, env) {
                return Ok(arm.steps(condition));
            }
        }
        let counter = columns.iter().find_map(|output| output.key.clone()).unwrap_or_else(|| "n".into());
        refused(format!("SELECT {counter} + 1 FROM {itself} WHERE {counter} < 100"))
    }

    /// A relation of the catalog, or a common table expression that reads one: its rows are not made up in the text.
    fn is_stored(&self, factor: &TableFactor, env: Env<'_, 'i>) -> bool {
        let TableFactor::Table { name, args: None, .. } = factor else { return false };
        let Some(parts) = parts(name) else { return false };
        let [one] = parts.as_slice() else { return true };
        let name = key(self.dialect, one);
        match Ctes::find(env.ctes, &name) {
            Named::Cte(cte) => cte.rows.is_none(),
            Named::Pending => false,
            Named::Nothing => self.index.find(None, &name).is_some_and(|table| !table.is_dual()),
        }
    }

    /// Tells whether a relation has a fixed set of rows: a table of the catalog or a common table expression, without
    /// arguments.
    fn is_finite(&self, factor: &TableFactor, env: Env<'_, 'i>) -> bool {
        let TableFactor::Table { name, args: None, .. } = factor else { return false };
        let Some(parts) = parts(name) else { return false };
        let [one] = parts.as_slice() else { return true };
        let name = key(self.dialect, one);
        !matches!(Ctes::find(env.ctes, &name), Named::Nothing) || self.index.find(None, &name).is_some()
    }

    /// Tells whether a condition limits a column that each step moves towards the limit.
    fn bounds(&mut self, arm: &Arm<'_>, condition: &Expr, env: Env<'_, 'i>) -> bool {
        let sides = match condition {
            Expr::Nested(inner) => return self.bounds(arm, inner, env),
            Expr::BinaryOp { left, op: BinaryOperator::Lt | BinaryOperator::LtEq, right } => {
                [(&**left, &**right, Ordering::Greater), (&**right, &**left, Ordering::Less)]
            }
            Expr::BinaryOp { left, op: BinaryOperator::Gt | BinaryOperator::GtEq, right } => {
                [(&**left, &**right, Ordering::Less), (&**right, &**left, Ordering::Greater)]
            }
            Expr::Between { expr, negated: false, low, high } => {
                [(&**expr, &**high, Ordering::Greater), (&**expr, &**low, Ordering::Less)]
            }
            _ => return false,
        };
        sides.into_iter().any(|(counted, limit, towards)| {
            let counted = Step::of(counted, self.dialect).and_then(|step| Some((arm.position(step.column)?, step)));
            let Some((position, compared)) = counted else { return false };
            let Some(step) = arm.step(position) else { return false };
            // `n + 1 < 10` is as good as `n < 10`, and what a date is compared with is no number.
            let same = compared.amount.is_none_or(|amount| amount.is_time() == step.is_time());
            let exact = !self.facts.expressions.numbers_below_texts || step.is_time() || !is_textual(limit);
            same && exact && step.towards() == towards && modest(limit) && self.is_limit(arm, limit, env)
        })
    }

    /// Tells whether an expression stays the same while the arm is repeated.
    fn is_limit(&mut self, arm: &Arm<'_>, expr: &Expr, env: Env<'_, 'i>) -> bool {
        match expr {
            Expr::Value(_) | Expr::TypedString(_) | Expr::Interval(_) => true,
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => arm.position(expr).is_none(),
            Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } | Expr::Cast { expr: inner, .. } => {
                self.is_limit(arm, inner, env)
            }
            Expr::BinaryOp { left, op: BinaryOperator::Plus | BinaryOperator::Minus, right } => {
                self.is_limit(arm, left, env) && self.is_limit(arm, right, env)
            }
            Expr::Function(function) => {
                let args = super::step::arguments(function).unwrap_or_default();
                let own = |arg: &&Expr| arm.own(&arg.to_string()) > 0;
                match makes(function) {
                    Makes::Small => !args.iter().any(own),
                    Makes::AsMuch => args.into_iter().all(|arg| self.is_limit(arm, arg, env)),
                    Makes::Anything => false,
                }
            }
            Expr::Extract { field, expr, .. } => is_small(field) && self.is_limit(arm, expr, env),
            // A query that can be read without the names around it does not depend on them. One inside another is not
            // looked at, or each level would double the work.
            Expr::Subquery(query) if !self.judging => {
                let mut judge = Walk { judging: true, depth: self.depth, ..Walk::new(self.index, self.dialect) };
                judge.query(query, Env { scope: None, ..env }).is_ok() && judge.itself == 0
            }
            _ => false,
        }
    }
}

impl Arm<'_> {
    /// Which column of its own a name is.
    pub(super) fn position(&self, expr: &Expr) -> Option<usize> {
        let (qualifier, name) = column(expr, self.dialect)?;
        let own = qualifier.is_none_or(|qualifier| qualifier == self.alias);
        self.columns.iter().position(|output| own && output.key.as_deref() == Some(name.as_str()))
    }

    /// By how much the column grows or shrinks at each step, when it begins where steps count.
    fn step(&self, position: usize) -> Option<Amount> {
        let step = Step::of(gives(self.select, position)?, self.dialect)?;
        let begins = self.anchor.and_then(|anchor| gives(anchor, position)).is_none_or(|first| !stalls(first));
        (begins && self.position(step.column) == Some(position)).then_some(step.amount).flatten()
    }

    /// The number of steps that a condition allows, where the column itself is compared with a literal and begins with
    /// one.
    fn steps(&self, condition: &Expr) -> Option<u64> {
        let (counted, most) = match condition {
            Expr::Nested(inner) => return self.steps(inner),
            Expr::BinaryOp { left, op: BinaryOperator::Lt | BinaryOperator::LtEq, right } => (left, right),
            Expr::BinaryOp { left, op: BinaryOperator::Gt | BinaryOperator::GtEq, right } => (right, left),
            Expr::Between { expr, high, .. } => (expr, high),
            _ => return None,
        };
        let position = self.position(counted)?;
        let first = self.anchor.and_then(|anchor| gives(anchor, position)).and_then(whole_number)?;
        Some(whole_number(most)?.saturating_sub(first).saturating_add(1))
    }

    /// Tells whether a column of its own is compared with a stored one, and then replaced by another stored one.
    fn follows(&self, conditions: &[&Expr]) -> bool {
        /// A join of so many columns is no parent and child.
        const MOST: usize = 16;
        let equal: Vec<(Column, Column)> = conditions.iter().filter_map(|one| equality(one, self.dialect)).collect();
        if equal.len() > MOST {
            return false;
        }
        (0..self.columns.len()).any(|position| {
            let Some(name) = self.columns[position].key.as_deref().map(str::to_owned) else { return false };
            let mut same: Vec<Column> = vec![(Some(self.alias.clone()), name.clone()), (None, name)];
            let own = same.len();
            while let Some(more) =
                equal.iter().find_map(|(one, other)| match (same.contains(one), same.contains(other)) {
                    (true, false) => Some(other.clone()),
                    (false, true) => Some(one.clone()),
                    _ => None,
                })
            {
                same.push(more);
            }
            let linked = same[own..].iter().any(|one| self.is_other(one));
            let given = gives(self.select, position).and_then(|expr| column(expr, self.dialect));
            linked && given.is_some_and(|given| self.is_other(&given) && !same.contains(&given))
        })
    }

    /// Tells whether each step takes this column from another relation of its FROM, by a qualified name: an unqualified
    /// one may be computed anew, as `ROWNUM` is.
    fn is_taken(&self, name: &str) -> bool {
        let position = self.columns.iter().position(|output| output.key.as_deref() == Some(name));
        let given =
            position.and_then(|position| gives(self.select, position)).and_then(|expr| column(expr, self.dialect));
        let (Some(qualifier), _) = given.unwrap_or_default() else { return false };
        let named = |factor: &TableFactor| match factor {
            TableFactor::Table { alias: Some(alias), .. } => key(self.dialect, &alias.name) == qualifier,
            factor => names(factor, &qualifier, self.dialect),
        };
        qualifier != self.alias && tables(self.select).any(named)
    }

    /// Tells whether a column is none of its own.
    fn is_other(&self, (qualifier, name): &Column) -> bool {
        match qualifier {
            Some(qualifier) => *qualifier != self.alias,
            None => !self.columns.iter().any(|output| output.key.as_deref() == Some(name.as_str())),
        }
    }
}

/// The expression of a SELECT's column in that place.
pub(super) fn gives(select: &Select, position: usize) -> Option<&Expr> {
    let before = select.projection.iter().take(position + 1);
    let exprs = before.map(|item| match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
        _ => None,
    });
    exprs.collect::<Option<Vec<_>>>().filter(|exprs| exprs.len() == position + 1)?.pop()
}

/// `a = b` of two columns.
fn equality(expr: &Expr, dialect: Dialect) -> Option<(Column, Column)> {
    let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = expr else { return None };
    Some((column(left, dialect)?, column(right, dialect)?))
}

fn column(expr: &Expr, dialect: Dialect) -> Option<Column> {
    let name = |ident: &Ident| key(dialect, ident);
    match expr {
        Expr::Identifier(ident) => Some((None, name(ident))),
        Expr::CompoundIdentifier(idents) => match idents.as_slice() {
            [.., qualifier, ident] => Some((Some(name(qualifier)), name(ident))),
            [ident] => Some((None, name(ident))),
            [] => None,
        },
        Expr::Nested(inner) => column(inner, dialect),
        _ => None,
    }
}

/// In SQLite every number is less than every text: only what certainly is a number limits one.
fn is_textual(expr: &Expr) -> bool {
    match expr {
        // Such as the seconds since 1970, made a number.
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => is_textual(inner),
        Expr::Function(function) => {
            let args = super::step::arguments(function).unwrap_or_default();
            match function.name.to_string().to_uppercase().as_str() {
                "LENGTH" | "COUNT" | "INSTR" => false,
                "ABS" | "ROUND" | "MIN" | "MAX" => args.into_iter().any(is_textual),
                _ => true,
            }
        }
        Expr::Identifier(ident) => ident.value.to_uppercase().starts_with("CURRENT_"),
        expr => is_literal_text(expr),
    }
}

/// Tells whether a first value may be so far out that a step is lost in rounding, or be no number at all.
fn stalls(expr: &Expr) -> bool {
    if !modest(expr) {
        return true;
    }
    let text = expr.to_string().to_uppercase();
    let words = ["||", "POWER", "POW(", "EXP(", "<<", "'INF", "'-INF", "'+INF", "'NAN"];
    let bytes = text.as_bytes();
    let exponent = bytes.windows(2).any(|pair| matches!(pair, [b'0'..=b'9' | b'.', b'E']));
    let product = text.replace("(*)", "").contains('*');
    let long = text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > 15);
    words.iter().any(|word| text.replace("' ", "'").contains(word)) || exponent || product || long
}
