//! Oracle's calls with clauses inside their brackets: JSON functions and conversions.

use sqlparser::ast::{BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArgumentList};

use crate::dialects::oracle::clauses::{AS, CHARACTER_SET, ON, RETURNING, is_clause};
use crate::dialects::oracle::rewrite::returned_type;
use crate::dialects::oracle::syntax::{DEFAULT, ON_CONVERSION};
use crate::fault::{Checked, unplaced};
use crate::refusal::Rule;
use crate::scope::Env;
use crate::walk::Walk;
use crate::walk::literal::literal_of;

impl<'i> Walk<'i> {
    /// The argument that clauses of a JSON function stand behind, when each of them is understood.
    pub(crate) fn before_clauses<'e>(&mut self, argument: &'e Expr) -> Checked<&'e Expr> {
        let mut expr = argument;
        while let Expr::BinaryOp { left, op: BinaryOperator::Custom(operator), right } = expr {
            expr = match operator.as_str() {
                RETURNING => {
                    self.returned(&right.to_string())?;
                    left
                }
                ON => self.defaulted(left)?,
                operator if is_clause(operator) => left,
                _ => break,
            };
        }
        Ok(expr)
    }

    /// Tells whether a call has PRETTY for a document that the statement makes: its depth is not known beforehand. The
    /// word may stand behind any argument or its RETURNING; one in a literal is taken for it too, and only makes the
    /// call weigh more.
    pub(crate) fn is_pretty(&self, list: &FunctionArgumentList, args: &[Option<&Expr>], env: Env<'_, 'i>) -> bool {
        let stored = args.first().copied().flatten().is_some_and(|first| self.stored_column(first, env).is_some());
        self.facts.calls.json_clauses && !stored && list.to_string().to_uppercase().contains("PRETTY")
    }

    /// The type behind RETURNING, with or without words that say how it is written.
    pub(crate) fn returned(&self, written: &str) -> Checked {
        self.type_written(if self.facts.calls.json_clauses { returned_type(written) } else { written })
    }

    /// Checks the value of DEFAULT and gives the expression before it.
    fn defaulted<'e>(&mut self, expr: &'e Expr) -> Checked<&'e Expr> {
        match expr {
            Expr::BinaryOp { left, op: BinaryOperator::Custom(operator), right } if operator == DEFAULT => {
                self.otherwise(right)?;
                Ok(left)
            }
            _ => Err(unplaced(Rule::FunctionArguments, DEFAULT)),
        }
    }

    /// `CAST(x AS type DEFAULT y ON CONVERSION ERROR, 'format')` and `VALIDATE_CONVERSION(x AS type, 'format')`.
    pub(crate) fn conversion(&mut self, name: &str, list: &FunctionArgumentList, env: Env<'_, 'i>) -> Checked {
        let refused = || unplaced(Rule::FunctionArguments, name);
        let exprs = list.args.iter().map(|arg| match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Ok(expr),
            _ => Err(refused()),
        });
        let exprs = exprs.collect::<Checked<Vec<&Expr>>>()?;
        let plain = list.duplicate_treatment.is_none() && list.clauses.is_empty() && exprs.len() <= 3;
        let (first, formats) = exprs.split_first().filter(|_| plain).ok_or_else(refused)?;
        let mut converted = *first;
        if let Expr::BinaryOp { left, op: BinaryOperator::Custom(operator), right: _ } = converted
            && operator == ON_CONVERSION
        {
            converted = self.defaulted(left)?;
        }
        let Expr::BinaryOp { left, op: BinaryOperator::Custom(operator), right } = converted else {
            return Err(refused());
        };
        if operator != AS || formats.iter().any(|format| literal_of(format).is_none()) {
            return Err(refused());
        }
        self.type_written(&right.to_string())?;
        self.not_shadowed(name)?;
        self.reads.functions.insert(name.to_owned());
        self.expr(left, env)
    }
}

/// The argument of CHR without `USING NCHAR_CS`, the one character set it can name.
pub(crate) fn before_character_set(argument: &Expr) -> &Expr {
    match argument {
        Expr::BinaryOp { left, op: BinaryOperator::Custom(operator), right }
            if operator == "USING" && right.to_string() == CHARACTER_SET =>
        {
            left
        }
        other => other,
    }
}
