//! Expressions: each kind that is understood, part by part.

use sqlparser::ast::{AccessExpr, Array, CaseWhen, CastKind, CeilFloorKind, Expr, ExtractSyntax, Query, Subscript};

use super::super::extent::Extent;
use super::super::fault::{Checked, fault, unplaced};
use super::super::names::parts;
use super::super::refusal::Rule;
use super::super::scope::Env;
use super::operators::{computed, is_regex};
use super::{Walk, absent, unsupported};

impl<'i> Walk<'i> {
    pub(crate) fn exprs(&mut self, exprs: &[Expr], env: Env<'_, 'i>) -> Checked {
        exprs.iter().try_for_each(|expr| self.expr(expr, env))
    }

    pub(crate) fn expr(&mut self, expr: &Expr, env: Env<'_, 'i>) -> Checked {
        self.meter.spend(Extent::NODE, "SELECT")?;
        self.deeper(|walk| match expr {
            Expr::Identifier(ident) => walk.bare(ident, env),
            Expr::CompoundIdentifier(idents) if walk.is_random(idents, env) => {
                walk.random();
                Ok(())
            }
            Expr::CompoundIdentifier(idents) => walk.dotted(idents, env),
            Expr::Value(value) => walk.value(value),
            Expr::TypedString(typed) => walk.typed(typed),
            Expr::Interval(interval) => walk.interval(interval),
            Expr::Nested(inner) => walk.expr(inner, env),
            Expr::BinaryOp { left, op, right } => walk.binary(left, op, right, env),
            Expr::UnaryOp { op, expr } => walk.unary(*op, expr, env),
            Expr::Function(function) if walk.may_give_rows(function) => walk.set_call(function, env),
            Expr::Function(function) => match walk.packaged(function, env) {
                Some(checked) => checked,
                None => walk.call(function, env),
            },
            Expr::Subquery(query) | Expr::Exists { subquery: query, negated: _ } => walk.subquery(query, env),
            Expr::InSubquery { expr, subquery, negated: _ } => {
                walk.expr(expr, env)?;
                walk.query_or_values(subquery, env).map(|_| ())
            }
            other => walk.tests(other, env),
        })
    }

    /// Tests of a value, and choices between values.
    fn tests(&mut self, expr: &Expr, env: Env<'_, 'i>) -> Checked {
        match expr {
            Expr::IsNull(inner) | Expr::IsNotNull(inner) => self.expr(inner, env),
            Expr::IsTrue(inner) | Expr::IsNotTrue(inner) | Expr::IsFalse(inner) | Expr::IsNotFalse(inner) => {
                absent(!self.facts.expressions.is_true, "IS TRUE")?;
                self.expr(inner, env)
            }
            Expr::IsUnknown(inner) | Expr::IsNotUnknown(inner) => {
                absent(!self.facts.expressions.is_unknown, "IS UNKNOWN")?;
                self.expr(inner, env)
            }
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                absent(!self.facts.expressions.is_distinct_from, "IS DISTINCT FROM")?;
                self.compared(left, &[right], env)?;
                self.compared(right, &[left], env)
            }
            Expr::InList { expr, list, negated: _ } => {
                self.copied(expr, &list.iter().collect::<Vec<_>>(), computed(list), env)?;
                list.iter().try_for_each(|one| self.compared(one, &[expr], env))
            }
            Expr::Between { expr, negated: _, low, high } => {
                self.copied(expr, &[low, high], 1, env)?;
                [low, high].into_iter().try_for_each(|bound| self.compared(bound, &[expr], env))
            }
            Expr::Like { negated: _, any, expr, pattern, escape_char } => {
                absent(*any && !self.facts.expressions.like_any, "LIKE ANY")?;
                self.like(expr, pattern, escape_char.as_deref(), env)
            }
            Expr::ILike { negated, any: _, expr, pattern, escape_char } => {
                let not = if *negated { "NOT " } else { "" };
                absent(!self.facts.expressions.ilike, "ILIKE").map_err(|fault| {
                    fault.instead(if self.facts.advice.like_ignores_case {
                        format!("{expr} {not}LIKE {pattern}")
                    } else {
                        format!("UPPER({expr}) {not}LIKE UPPER({pattern})")
                    })
                })?;
                self.like(expr, pattern, escape_char.as_deref(), env)
            }
            Expr::Case { case_token: _, end_token: _, operand, conditions, else_result } => {
                operand.iter().chain(else_result).try_for_each(|expr| self.expr(expr, env))?;
                conditions.iter().try_for_each(|CaseWhen { condition, result }| {
                    match operand {
                        Some(operand) => self.compared(condition, &[operand], env)?,
                        None => self.expr(condition, env)?,
                    }
                    self.expr(result, env)
                })
            }
            Expr::Tuple(list) => self.exprs(list, env),
            Expr::AnyOp { left, compare_op, right, is_some: _ } | Expr::AllOp { left, compare_op, right } => {
                absent(!self.facts.expressions.any_and_all || is_regex(compare_op), "ANY")?;
                self.operator(compare_op)?;
                self.expr(left, env)?;
                self.expr(right, env)
            }
            other => self.special_calls(other, env),
        }
    }

    /// Functions with a grammar of their own; each must be in the list under its name.
    fn special_calls(&mut self, expr: &Expr, env: Env<'_, 'i>) -> Checked {
        match expr {
            Expr::Cast { kind, expr, data_type, format } => {
                absent(format.is_some(), "CAST … FORMAT")?;
                match kind {
                    CastKind::Cast => {}
                    CastKind::DoubleColon => absent(!self.facts.expressions.double_colon_casts, "::")
                        .map_err(|fault| fault.instead(format!("CAST({expr} AS {data_type})")))?,
                    CastKind::TryCast | CastKind::SafeCast => return Err(unsupported("TRY_CAST")),
                }
                self.data_type(data_type)?;
                self.built_in("CAST", 1)?;
                self.meter.spend(Extent::of_constant(super::types::padding(data_type)), "CAST")?;
                // Quotes are doubled in the text of an array or a row.
                let ((), converted) = self.measured(|walk| walk.expr(expr, env))?;
                self.meter.spend(Extent { nodes: 0, ..converted }, "CAST")
            }
            Expr::Extract { field, syntax, expr } => {
                absent(*syntax != ExtractSyntax::From, "EXTRACT(…, …)")?;
                super::types::field(field)?;
                self.built_in("EXTRACT", 1)?;
                self.expr(expr, env)
            }
            Expr::Ceil { expr, field } => self.rounding("CEIL", expr, field, env),
            Expr::Floor { expr, field } => self.rounding("FLOOR", expr, field, env),
            Expr::Position { expr, r#in } => {
                self.built_in("POSITION", 2)?;
                self.expr(expr, env)?;
                self.expr(r#in, env)
            }
            Expr::Substring { expr, substring_from, substring_for, special: _, shorthand } => {
                let args = 1 + usize::from(substring_from.is_some()) + usize::from(substring_for.is_some());
                self.built_in(if *shorthand { "SUBSTR" } else { "SUBSTRING" }, args)?;
                if let Some(from) = substring_from
                    && self.facts.calls.substring_of_pattern
                {
                    super::pattern::place_or_safe(from)?;
                }
                std::iter::once(expr).chain(substring_from).chain(substring_for).try_for_each(|one| self.expr(one, env))
            }
            Expr::Trim { trim_where: _, trim_what, expr, trim_characters } => {
                self.built_in("TRIM", 1)?;
                self.expr(expr, env)?;
                trim_what.iter().try_for_each(|what| self.expr(what, env))?;
                trim_characters.iter().try_for_each(|list| self.exprs(list, env))
            }
            Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                self.built_in("OVERLAY", 3)?;
                let parts = [expr, overlay_what, overlay_from].into_iter().chain(overlay_for);
                parts.into_iter().try_for_each(|one| self.expr(one, env))
            }
            other => self.of_dialect(other, env),
        }
    }

    /// Walks the expressions that not every dialect has. Any expression that is not named up to here is refused.
    fn of_dialect(&mut self, expr: &Expr, env: Env<'_, 'i>) -> Checked {
        let hierarchy = env.scope.is_some_and(|scope| scope.hierarchy);
        match expr {
            Expr::OuterJoin(inner) if self.facts.expressions.outer_join_mark => self.expr(inner, env),
            // A function would be called for each row of the way, and hide a loop from NOCYCLE.
            Expr::Prior(inner) if hierarchy && is_column(inner) && !self.is_called(inner, env) => self.expr(inner, env),
            Expr::Prior(_) if hierarchy => Err(unsupported(&expr.to_string()).instead("PRIOR id")),
            Expr::Prefixed { prefix, value } if hierarchy && prefix.value.eq_ignore_ascii_case("CONNECT_BY_ROOT") => {
                self.expr(value, env)
            }
            Expr::IsJson { expr, kind: _, unique_keys: _, negated: _ } if self.facts.expressions.is_json => {
                self.expr(expr, env)
            }
            Expr::CompoundFieldAccess { root, access_chain } if self.facts.expressions.xml_methods => {
                self.joined_texts(root, access_chain, env)
            }
            Expr::AtTimeZone { timestamp, time_zone } if self.facts.expressions.at_time_zone => {
                self.expr(timestamp, env)?;
                self.expr(time_zone, env)
            }
            Expr::Array(Array { elem, named: true }) if self.facts.expressions.arrays => self.exprs(elem, env),
            Expr::CompoundFieldAccess { root, access_chain } if self.facts.expressions.arrays => {
                self.expr(root, env)?;
                access_chain.iter().try_for_each(|access| match access {
                    AccessExpr::Subscript(Subscript::Index { index }) => self.expr(index, env),
                    AccessExpr::Subscript(Subscript::Slice { lower_bound, upper_bound, stride }) => {
                        absent(stride.is_some(), "[…:…:…]")?;
                        lower_bound.iter().chain(upper_bound).try_for_each(|bound| self.expr(bound, env))
                    }
                    // `(row).member` may call a function of that name.
                    AccessExpr::Dot(_) => Err(unplaced(Rule::WholeRow, expr.to_string())),
                })
            }
            Expr::Collate { expr, collation } => {
                let known = self.facts.expressions.collations;
                let name = parts(collation).and_then(|parts| parts.first().map(|part| part.value.to_uppercase()));
                let plain = name.is_some_and(|name| known.contains(&name.as_str()));
                absent(!plain || collation.0.len() != 1, "COLLATE")?;
                self.expr(expr, env)
            }
            Expr::SimilarTo { negated: _, expr, pattern, escape_char: None } if self.facts.expressions.similar_to => {
                crate::dialects::postgres::full_text::similar(pattern)?;
                self.expr(expr, env)?;
                self.expr(pattern, env)
            }
            Expr::SimilarTo { .. } => Err(unsupported("SIMILAR TO").instead("LIKE")),
            Expr::RLike { .. } => Err(unsupported("REGEXP").instead("LIKE")),
            other => Err(fault(Rule::Unsupported, sqlparser::ast::Spanned::span(other), other.to_string())),
        }
    }

    /// Reads a tested value and charges the copies that a planner makes of it: `x BETWEEN a AND b` becomes two
    /// comparisons, and IN one for each computed item.
    pub(super) fn copied(&mut self, tested: &Expr, against: &[&Expr], copies: u64, env: Env<'_, 'i>) -> Checked {
        let ((), extent) = self.measured(|walk| walk.compared(tested, against, env))?;
        self.meter.spend(extent.times(copies), "BETWEEN")
    }

    fn subquery(&mut self, query: &Query, env: Env<'_, 'i>) -> Checked {
        self.query(query, env).map(|_| ())
    }

    fn like(&mut self, expr: &Expr, pattern: &Expr, escape: Option<&Expr>, env: Env<'_, 'i>) -> Checked {
        self.compared(expr, &[pattern], env)?;
        self.compared(pattern, &[expr], env)?;
        escape.map_or(Ok(()), |escape| match escape {
            Expr::Value(value) => self.value(value),
            _ => Err(unsupported("ESCAPE")),
        })
    }

    fn rounding(&mut self, name: &str, expr: &Expr, field: &CeilFloorKind, env: Env<'_, 'i>) -> Checked {
        match field {
            CeilFloorKind::DateTimeField(sqlparser::ast::DateTimeField::NoDateTime) => self.built_in(name, 1)?,
            CeilFloorKind::DateTimeField(_) => return Err(unsupported(name)),
            CeilFloorKind::Scale(value) => {
                self.built_in(name, 2)?;
                self.value(value)?;
            }
        }
        self.expr(expr, env)
    }
}

pub(super) fn is_column(expr: &Expr) -> bool {
    match expr {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => true,
        Expr::Nested(inner) => is_column(inner),
        _ => false,
    }
}
