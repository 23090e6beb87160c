//! `GROUP BY alias`, which Oracle takes from version 23 on: the rendering has the expression instead, for every
//! version. <https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/SELECT.html>

use sqlparser::ast::{Expr, SelectItem};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::dialects::oracle::rewrite::unmarked;
use crate::names::key;
use crate::parse;
use crate::scope::{Env, Has};
use crate::spelling_out::Unsaid;
use crate::walk::Walk;

/// Words of an expression that cannot stand in GROUP BY, or would be another value there.
const ELSEWHERE: [&str; 8] = ["OVER", "SELECT", "KEEP", "SYS_GUID", "DBMS_RANDOM", "XMLAGG", "GROUPING", "GROUP_ID"];

impl<'i> Walk<'i> {
    /// Notes the expression to write for an alias of the select list, and says whether there is one. A column of that
    /// name takes precedence, as in Oracle.
    pub(crate) fn grouped_alias(&mut self, expr: &Expr, items: &[SelectItem], env: Env<'_, 'i>) -> bool {
        let Expr::Identifier(ident) = expr else { return false };
        let name = key(self.dialect, ident);
        let mut levels = env.levels();
        let column = levels.any(|scope| scope.sources.iter().any(|source| source.column(&name) != Has::No));
        if !self.facts.scopes.group_aliases_spelled_out || column {
            return false;
        }
        let mut named = items.iter().filter_map(|item| match item {
            SelectItem::ExprWithAlias { expr, alias } if key(self.dialect, alias) == name => Some(expr),
            _ => None,
        });
        let (Some(meant), None) = (named.next(), named.next()) else { return false };
        let text = unmarked(meant.to_string());
        if !self.may_group(&text) {
            return false;
        }
        let alone = matches!(
            meant,
            Expr::Identifier(_)
                | Expr::CompoundIdentifier(_)
                | Expr::Function(_)
                | Expr::Nested(_)
                | Expr::Case { .. }
                | Expr::Cast { .. }
                | Expr::Extract { .. }
        );
        let expr = if alone { text } else { format!("({text})") };
        self.reads.unsaid.push((ident.span.start, Unsaid::Expression { alias: ident.to_string(), expr }));
        true
    }

    /// Tells whether no aggregate, window or query is in an expression.
    fn may_group(&self, text: &str) -> bool {
        let tokens = parse::tokens(text, self.dialect).unwrap_or_default();
        let words = tokens.iter().filter_map(|TokenWithSpan { token, span: _ }| match token {
            Token::Word(word) if word.quote_style.is_none() => Some(word.value.to_uppercase()),
            _ => None,
        });
        let aggregate = |word: &str| self.lists.function(word).is_some_and(|function| function.aggregate);
        !tokens.is_empty() && words.into_iter().all(|word| !ELSEWHERE.contains(&word.as_str()) && !aggregate(&word))
    }
}
