//! The few functions and collection types of Oracle's own packages that read nothing but their arguments.
//!
//! Each is known by its exact two-part name, and only while nothing in the catalog, and no source around, has the name of
//! its first part: Oracle would look there first.

use std::rc::Rc;

use sqlparser::ast::{Expr, Function, Ident, TableAlias, UnaryOperator};

use crate::Dialect;
use crate::fault::{Checked, unplaced};
use crate::names::{key, parts};
use crate::nodes::{has_plain_arguments, plain_name};
use crate::refusal::Rule;
use crate::scope::{Env, Output, Source};
use crate::walk::step::arguments;
use crate::walk::{Walk, unsupported};

/// The length of a LOB.
const LENGTH: (&str, &str) = ("DBMS_LOB", "GETLENGTH");
/// A random number from 0 to 1.
const RANDOM: (&str, &str) = ("DBMS_RANDOM", "VALUE");
/// The collection types that may be listed in FROM, all of SYS.
const COLLECTIONS: [&str; 3] = ["ODCINUMBERLIST", "ODCIVARCHAR2LIST", "ODCIDATELIST"];
/// Most values of one collection, which is as many as these types take.
const MOST_VALUES: usize = 1_000;

impl<'i> Walk<'i> {
    /// A call of a package, when this is one that is known; `None` leaves the name to be judged as any other.
    pub(crate) fn packaged(&mut self, function: &Function, env: Env<'_, 'i>) -> Option<Checked> {
        let idents = parts(&function.name)?;
        let [package, name] = idents.as_slice() else { return None };
        let (package, name) = self.of_oracle(package, name, env)?;
        let refused = || unplaced(Rule::FunctionNotAllowed, format!("{package}.{name}"));
        Some(match ((package.as_str(), name.as_str()), arguments(function).as_deref()) {
            _ if !is_plain(function) => Err(refused()),
            (LENGTH, Some([column])) => self.lob_length(column, env),
            (RANDOM, Some([])) => {
                self.uses(RANDOM);
                Ok(())
            }
            (RANDOM, _) => Err(refused().instead("DBMS_RANDOM.VALUE * (:high - :low) + :low")),
            (("DBMS_LOB", "SUBSTR"), _) => Err(refused().instead("SUBSTR")),
            (("DBMS_LOB", "INSTR"), _) => Err(refused().instead("INSTR")),
            _ => return None,
        })
    }

    /// Tells whether a dotted name is `DBMS_RANDOM.VALUE`, which is called without brackets.
    pub(crate) fn is_random(&self, idents: &[Ident], env: Env<'_, 'i>) -> bool {
        let [package, name] = idents else { return false };
        self.of_oracle(package, name, env).is_some_and(|(package, name)| (package.as_str(), name.as_str()) == RANDOM)
    }

    /// Tells whether an expression looks like a column but is a call.
    pub(crate) fn is_called(&self, expr: &Expr, env: Env<'_, 'i>) -> bool {
        match expr {
            Expr::CompoundIdentifier(idents) => self.is_random(idents, env),
            Expr::Nested(inner) => self.is_called(inner, env),
            _ => false,
        }
    }

    /// Notes a call of `DBMS_RANDOM.VALUE`.
    pub(crate) fn random(&mut self) {
        self.uses(RANDOM);
    }

    fn uses(&mut self, (package, name): (&str, &str)) {
        self.reads.functions.insert(format!("{package}.{name}"));
    }

    /// Both parts in upper case, when the first can mean nothing but what is Oracle's own.
    fn of_oracle(&self, first: &Ident, second: &Ident, env: Env<'_, 'i>) -> Option<(String, String)> {
        let unquoted = first.quote_style.is_none() && second.quote_style.is_none();
        let names = [first, second].map(|ident| key(Dialect::Oracle, ident));
        let mut levels = env.levels();
        let around = levels.any(|scope| {
            scope.symbols.contains(&names[0])
                || scope.sources.iter().any(|source| source.name.as_ref() == Some(&names[0]))
        });
        let own = self.facts.calls.packages && unquoted && !around && !self.index.has_name(&names[0]);
        let [first, second] = names;
        own.then_some((first, second))
    }

    /// The length of a column of a table. That of a BFILE is read from a file of the server.
    fn lob_length(&mut self, column: &Expr, env: Env<'_, 'i>) -> Checked {
        self.expr(column, env)?;
        let known = self.stored_column(column, env).is_some_and(|column| !column.is_of("BFILE"));
        if !known {
            let called = format!("{}.{}", LENGTH.0, LENGTH.1);
            return Err(unplaced(Rule::FunctionArguments, called));
        }
        self.uses(LENGTH);
        Ok(())
    }

    /// `TABLE(SYS.ODCINUMBERLIST(1, 2, 3))`: one row for each literal or parameter, in the column `COLUMN_VALUE`.
    pub(crate) fn collection(
        &mut self,
        expr: &Expr,
        alias: Option<&TableAlias>,
        env: Env<'_, 'i>,
    ) -> Checked<Source<'i>> {
        let refused = || unsupported("TABLE(…)");
        let Expr::Function(function) = expr else { return Err(refused()) };
        let idents = parts(&function.name).ok_or_else(refused)?;
        let [schema, name] = idents.as_slice() else { return Err(refused()) };
        let (schema, name) = self.of_oracle(schema, name, env).ok_or_else(refused)?;
        let values = arguments(function).filter(|_| is_plain(function)).ok_or_else(refused)?;
        if schema != "SYS" || !COLLECTIONS.contains(&name.as_str()) || values.len() > MOST_VALUES {
            return Err(refused());
        }
        values.iter().try_for_each(|value| self.listed_value(value))?;
        self.uses((&schema, &name));
        let (rows, outputs) = (values.len() as u64, vec![Output::opaque("COLUMN_VALUE")]);
        let source = self.source(Rc::new(outputs.into()), alias, Some(rows))?;
        Ok(Source { made_rows: rows, ..source })
    }

    /// A literal, a date or a parameter.
    fn listed_value(&mut self, value: &Expr) -> Checked {
        match value {
            Expr::Value(value) => self.value(value),
            Expr::TypedString(typed) => self.typed(typed),
            Expr::UnaryOp { op: UnaryOperator::Minus, expr } if matches!(**expr, Expr::Value(_)) => {
                self.listed_value(expr)
            }
            _ => Err(unplaced(Rule::FunctionArguments, "TABLE")),
        }
    }
}

/// Tells whether a call has nothing but its arguments: no DISTINCT, filter, window or other clause.
fn is_plain(function: &Function) -> bool {
    plain_name(function).is_some() && has_plain_arguments(function)
}
