//! CONNECT BY: a hierarchy that is followed from row to row, or a count up to a modest level.

use sqlparser::ast::{BinaryOperator, ConnectByKind, Expr, Ident, Value};

use crate::Dialect;
use crate::dialects::oracle::keep::orders;
use crate::dialects::oracle::syntax::ORDER_SIBLINGS;
use crate::fault::{Checked, unplaced};
use crate::names::key;
use crate::refusal::Rule;
use crate::scope::{Env, Source};
use crate::walk::query::whole_number;
use crate::walk::recursion::{Makes, conjuncts, is_small, makes, modest};
use crate::walk::step::arguments;
use crate::walk::{Walk, absent};

impl<'i> Walk<'i> {
    /// CONNECT BY: PRIOR in an equality, or a generator over one row up to a modest level.
    /// Gives the number of rows it makes of one, when a literal says so.
    pub(crate) fn hierarchy(
        &mut self,
        clauses: &[ConnectByKind],
        sources: &[Source<'i>],
        env: Env<'_, 'i>,
    ) -> Checked<Option<u64>> {
        if clauses.is_empty() {
            return Ok(None);
        }
        absent(!self.facts.queries.connect_by, "CONNECT BY")?;
        let (relationships, starts) = crate::walk::select::split(clauses);
        let mut conditions = Vec::new();
        for expr in relationships {
            let condition = self.siblings(expr, env)?;
            self.expr(condition, env)?;
            conjuncts(condition, &mut conditions);
        }
        for expr in starts {
            let condition = self.siblings(expr, env)?;
            self.expr(condition, env)?;
        }
        let one_row = sources.iter().all(|source| source.rows == Some(1));
        let counted = conditions.iter().any(|one| limits_level(one) || self.splits_text(one));
        if one_row && counted {
            return Ok(conditions.iter().filter_map(|one| literal_level(one)).min());
        }
        if conditions.iter().any(|one| follows_prior(one) && !self.compares_calls(one, env)) {
            return Ok(None);
        }
        Err(unplaced(Rule::Unbounded, "CONNECT BY"))
    }

    /// Tells whether a side of a comparison looks like a column but is a call.
    fn compares_calls(&self, condition: &Expr, env: Env<'_, 'i>) -> bool {
        matches!(condition, Expr::BinaryOp { left, right, .. } if self.is_called(left, env) || self.is_called(right, env))
    }

    /// `REGEXP_SUBSTR(x, p, 1, LEVEL) IS NOT NULL` and `INSTR(x, ',', 1, LEVEL) > 0`: a text has no more parts than letters.
    fn splits_text(&self, condition: &Expr) -> bool {
        let (call, name) = match condition {
            Expr::Nested(inner) => return self.splits_text(inner),
            Expr::IsNotNull(call) => (&**call, "REGEXP_SUBSTR"),
            Expr::BinaryOp { left, op: BinaryOperator::Gt, right } if whole_number(right) == Some(0) => {
                (&**left, "INSTR")
            }
            _ => return false,
        };
        let Expr::Function(function) = call else { return false };
        let level = |expr: &Expr| {
            matches!(expr, Expr::Identifier(ident)
                if ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("LEVEL"))
        };
        let from = |expr: &Expr| whole_number(expr).is_some();
        match arguments(function).as_deref() {
            Some([text, sought, start, occurrence, ..]) => {
                let same = self.stays(text) && self.stays(sought);
                function.name.to_string().eq_ignore_ascii_case(name) && same && from(start) && level(occurrence)
            }
            _ => false,
        }
    }

    /// Tells whether a text is the same at every level of the only row.
    fn stays(&self, text: &Expr) -> bool {
        let moves = |ident: &Ident| {
            let upper = ident.value.to_uppercase();
            self.lists.is_hierarchy(&upper) || self.lists.is_bare(&upper)
        };
        match text {
            Expr::Value(_) => true,
            Expr::Identifier(ident) => ident.quote_style.is_some() || !moves(ident),
            Expr::CompoundIdentifier(_) => !self.is_called(text, Env::default()),
            Expr::Nested(inner) => self.stays(inner),
            Expr::BinaryOp { left, op: BinaryOperator::StringConcat, right } => self.stays(left) && self.stays(right),
            _ => false,
        }
    }

    /// Walks what ORDER SIBLINGS BY orders by, and gives the condition before it.
    fn siblings<'q>(&mut self, expr: &'q Expr, env: Env<'_, 'i>) -> Checked<&'q Expr> {
        let Expr::BinaryOp { left, op: BinaryOperator::Custom(operator), right } = expr else { return Ok(expr) };
        if operator != ORDER_SIBLINGS {
            return Ok(expr);
        }
        let mut keys = Vec::new();
        orders(right, &mut keys);
        keys.into_iter().try_for_each(|key| self.expr(key, env))?;
        Ok(left)
    }
}

fn follows_prior(expr: &Expr) -> bool {
    let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = expr else { return false };
    let name = |expr: &Expr| match expr {
        Expr::Identifier(ident) => Some(key(Dialect::Oracle, ident)),
        Expr::CompoundIdentifier(idents) => idents.last().map(|ident| key(Dialect::Oracle, ident)),
        _ => None,
    };
    let prior = |expr: &Expr| if let Expr::Prior(inner) = expr { name(inner) } else { None };
    // A column that follows itself leads from each row to all that are equal to it.
    let follows =
        |prior: Option<String>, column: Option<String>| prior.zip(column).is_some_and(|(one, other)| one != other);
    follows(prior(left), name(right)) || follows(prior(right), name(left))
}

fn limits_level(expr: &Expr) -> bool {
    let Expr::BinaryOp { left, op: BinaryOperator::Lt | BinaryOperator::LtEq, right } = expr else { return false };
    let counter = matches!(&**left, Expr::Identifier(ident)
        if ident.quote_style.is_none() && ["LEVEL", "ROWNUM"].iter().any(|word| ident.value.eq_ignore_ascii_case(word)));
    counter && modest(right) && is_limit(right)
}

/// The last level that a literal lets through, `LEVEL <= 12` or `LEVEL < 13`.
fn literal_level(expr: &Expr) -> Option<u64> {
    let Expr::BinaryOp { left: _, op, right } = expr else { return None };
    let last = whole_number(right).filter(|_| limits_level(expr))?;
    Some(if *op == BinaryOperator::Lt { last.saturating_sub(1).max(1) } else { last.max(1) })
}

/// Tells whether a limit stays the same from row to row, and is no number that nobody wrote.
fn is_limit(expr: &Expr) -> bool {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Number(..) => whole_number(expr).is_some(),
            other => matches!(other, Value::Placeholder(_) | Value::SingleQuotedString(_)),
        },
        Expr::TypedString(_) | Expr::Interval(_) | Expr::Subquery(_) | Expr::CompoundIdentifier(_) => true,
        Expr::Identifier(ident) => {
            !["LEVEL", "ROWNUM", "UID", "ROWID"].iter().any(|word| ident.value.eq_ignore_ascii_case(word))
        }
        Expr::Nested(inner)
        | Expr::Cast { expr: inner, .. }
        | Expr::Ceil { expr: inner, .. }
        | Expr::Floor { expr: inner, .. } => is_limit(inner),
        Expr::Extract { field, expr, .. } => is_small(field) && is_limit(expr),
        Expr::BinaryOp { left, op: BinaryOperator::Plus | BinaryOperator::Minus, right } => {
            is_limit(left) && is_limit(right)
        }
        Expr::Function(function) => match makes(function) {
            Makes::Small => true,
            Makes::AsMuch => arguments(function).is_some_and(|args| args.into_iter().all(is_limit)),
            Makes::Anything => false,
        },
        _ => false,
    }
}
