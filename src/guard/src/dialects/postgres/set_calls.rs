//! Functions of the select list that give several rows, which PostgreSQL alone has: alone, or inside casts, calls and sums.

use std::rc::Rc;

use sqlparser::ast::{BinaryOperator, Expr, Function, FunctionArg, FunctionArguments, Ident, Select, SelectItem};

use crate::fault::{Checked, unplaced};
use crate::names::parts;
use crate::nodes::{has_plain_arguments, plain_name};
use crate::refusal::Rule;
use crate::scope::{Env, Shape, Source};
use crate::walk::Walk;
use crate::walk::facts::Facts;
use crate::walk::links::Links;
use crate::walk::step::arguments;

/// Most of them in one select list.
const MOST_SETS: usize = 2;

/// A function of the select list that gives several rows, as it was walked.
#[derive(Debug)]
pub(crate) struct SetCall {
    /// The sources that its arguments name.
    touched: Vec<u32>,
    /// The most rows it gives, where its literals say so.
    rows: Option<u64>,
}

/// The functions of a select list that may give rows and are not walked yet, and those that are.
#[derive(Debug, Default)]
pub(crate) struct SetCalls {
    /// Told from each other by where they are in the tree.
    expected: Vec<*const Function>,
    pub(crate) walked: Vec<SetCall>,
}

impl<'i> Walk<'i> {
    /// Notes which calls of a select list may give rows. A statement that is nothing but one is written with it in FROM.
    pub(crate) fn expect_sets(&mut self, select: &Select) -> SetCalls {
        let around = std::mem::take(&mut self.sets);
        if !self.facts.calls.several_rows {
            return around;
        }
        let alone = select.from.is_empty() && self.depth <= 2;
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(Expr::Function(_)) if alone => {}
                SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => self.find_sets(expr),
                _ => {}
            }
        }
        if self.sets.expected.len() > MOST_SETS {
            self.sets.expected.clear();
        }
        around
    }

    fn find_sets(&mut self, expr: &Expr) {
        match expr {
            Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => self.find_sets(inner),
            Expr::BinaryOp {
                left,
                op: BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::StringConcat,
                right,
            } => {
                self.find_sets(left);
                self.find_sets(right);
            }
            Expr::Function(function) => {
                let Some(name) = called(function) else { return };
                let upper = name.value.to_uppercase();
                if gives_one_column(self, &upper) {
                    self.sets.expected.push(std::ptr::from_ref(function));
                } else if self.lists.function(&upper).is_some_and(|known| !known.aggregate) && upper != "COALESCE" {
                    arguments(function).into_iter().flatten().for_each(|arg| self.find_sets(arg));
                }
            }
            _ => {}
        }
    }

    /// Tells whether a call was noted by `expect_sets`.
    pub(crate) fn may_give_rows(&self, function: &Function) -> bool {
        self.sets.expected.iter().any(|one| std::ptr::eq(*one, function))
    }

    /// Walks a call that `expect_sets` noted; its arguments are walked as in FROM.
    pub(crate) fn set_call(&mut self, function: &Function, env: Env<'_, 'i>) -> Checked {
        let Some(name) = called(function) else { return self.call(function, env) };
        let upper = name.value.to_uppercase();
        let refused = || unplaced(Rule::FunctionArguments, upper.as_str()).or_at(name.span);
        let FunctionArguments::List(list) = &function.args else { return Err(refused()) };
        let known = self.lists.table_function(&upper).filter(|known| known.arity.takes(list.args.len()));
        if known.is_none() || !has_plain_arguments(function) {
            return Err(refused());
        }
        let from = self.touched.len();
        for expr in arguments(function).ok_or_else(refused)? {
            self.expr(expr, env)?;
        }
        self.bounded_rows(&upper, &list.args).map_err(|fault| fault.or_at(name.span))?;
        let rows = match (upper.as_str(), arguments(function).as_deref()) {
            ("UNNEST", Some([Expr::Array(array)])) => Some(array.elem.len() as u64),
            _ => crate::walk::series::rows_of(&upper, &list.args),
        };
        let touched = self.touched[from..].to_vec();
        self.sets.walked.push(SetCall { touched, rows });
        self.reads.functions.insert(upper);
        Ok(())
    }

    /// Refuses a function in FROM or in a select list that may give endless rows, or that has an unsafe pattern.
    pub(crate) fn bounded_rows(&self, upper: &str, args: &[FunctionArg]) -> Checked {
        if self.lists.table_function(upper).is_none() {
            return Ok(());
        }
        match (upper, args) {
            ("GENERATE_SERIES", args) => crate::walk::series::bounded_series(args),
            ("REGEXP_SPLIT_TO_TABLE", [_, pattern, ..]) => {
                let pattern = crate::walk::series::plain(pattern);
                pattern.map_or_else(|| Err(unplaced(Rule::FunctionArguments, upper)), crate::walk::pattern::safe)
            }
            _ => Ok(()),
        }
    }

    /// The most rows and the estimated rows that a select list with these functions gives. Each counts as one more
    /// source of the FROM, linked to the sources that its arguments name.
    pub(crate) fn with_sets(
        &mut self,
        sets: Vec<SetCall>,
        sources: &[Source<'i>],
        links: &Links,
        is_whole: bool,
    ) -> Checked<(Option<u64>, Option<u64>)> {
        let (mut all, mut links) = if is_whole { Default::default() } else { (sources.to_vec(), links.clone()) };
        for SetCall { touched, rows } in sets {
            let (id, shape) = (self.source_id(), Shape::Derived(Rc::new(Vec::new().into())));
            let name = Some("SELECT".to_owned());
            all.push(Source { id, name, aliased: true, shape, rows, made_rows: 1, about: rows });
            links.extend(Facts::between(&[id], &touched).into());
        }
        // Without a FROM, or beside aggregates, nothing is multiplied by stored rows.
        if !sources.is_empty() && !is_whole {
            links.must_connect(&all, false)?;
        }
        Ok((links.rows(&all), links.about(&all)))
    }
}

/// Tells whether a function of the list for FROM gives rows of one column.
fn gives_one_column(walk: &Walk<'_>, upper: &str) -> bool {
    walk.lists.table_function(upper).is_some_and(|function| function.columns.len() <= 1)
}

/// The name of a plain call.
fn called(function: &Function) -> Option<&Ident> {
    let name = parts(plain_name(function)?)?;
    let [ident] = name.as_slice() else { return None };
    ident.quote_style.is_none().then_some(*ident)
}
