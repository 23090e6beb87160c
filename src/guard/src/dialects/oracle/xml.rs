//! XML in the two forms that are understood: rows from a stored document along a plain path, and the idiom that joins
//! texts.
//!
//! Everything else of XML stays refused: `XMLTYPE(…)` parses a text, and a text may name entities in files and on the network;
//! `XMLQUERY` and paths with functions reach documents by their address (`fn:doc`, `ora:view`, `oradb:`).
//! <https://docs.oracle.com/en/database/oracle/oracle-database/19/adxdb/xquery-and-XML-DB.html>

use std::rc::Rc;

use sqlparser::ast::{
    AccessExpr, Expr, Function, FunctionArgumentClause, FunctionArgumentList, FunctionArguments, Ident, OrderByExpr,
    TableFactor, XmlPassingArgument, XmlPassingClause, XmlTableColumn, XmlTableColumnOption,
};

use crate::fault::{Checked, unplaced};
use crate::names::key;
use crate::nodes::{has_plain_arguments, plain_name};
use crate::refusal::Rule;
use crate::scope::{Env, Output, Source};
use crate::walk::factor::given_name;
use crate::walk::growth::Made;
use crate::walk::literal::literal_of;
use crate::walk::step::arguments;
use crate::walk::{Walk, absent, unsupported};

/// Words that XMLELEMENT reads as its grammar, not as the name of the element.
const NO_ELEMENT: [&str; 4] = ["NAME", "EVALNAME", "ENTITYESCAPING", "NOENTITYESCAPING"];

impl<'i> Walk<'i> {
    /// `XMLTABLE('/a/b' PASSING t.document COLUMNS n NUMBER PATH '@n')`. The document is a column of that type: it was parsed
    /// when it was stored, by whoever may write there.
    pub(crate) fn xml_table(&mut self, factor: &TableFactor, lateral: Env<'_, 'i>) -> Checked<Source<'i>> {
        let TableFactor::XmlTable { namespaces, row_expression, passing, columns, alias } = factor else {
            return Err(unsupported("XMLTABLE"));
        };
        absent(!self.facts.from.xml_table || !namespaces.is_empty(), "XMLTABLE")?;
        plain_xpath(row_expression)?;
        let XmlPassingClause { arguments } = passing;
        let [XmlPassingArgument { expr, alias: None, by_value: _ }] = arguments.as_slice() else {
            return Err(unsupported("XMLTABLE"));
        };
        absent(!matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_)), "XMLTABLE (… PASSING XMLTYPE(…))")?;
        self.expr(expr, lateral)?;
        let stored = self.stored_column(expr, lateral).is_some_and(|column| column.is_of("XMLTYPE"));
        absent(!stored, "XMLTABLE (… PASSING …)")?;
        let outputs = columns.iter().map(|column| self.xml_column(column)).collect::<Checked<Vec<Output>>>()?;
        self.not_shadowed("XMLTABLE")?;
        self.reads.functions.insert("XMLTABLE".to_owned());
        self.source(Rc::new(outputs.into()), alias.as_ref(), None)
    }

    fn xml_column(&mut self, column: &XmlTableColumn) -> Checked<Output> {
        let XmlTableColumn { name, option } = column;
        given_name(name)?;
        match option {
            XmlTableColumnOption::ForOrdinality => {}
            XmlTableColumnOption::NamedInfo { r#type, path, default, nullable } => {
                absent(!nullable, "NOT NULL")?;
                self.data_type(r#type)?;
                path.iter().try_for_each(plain_xpath)?;
                default.iter().try_for_each(|default| self.otherwise(default))?;
            }
        }
        Ok(Output::opaque(key(self.dialect, name)))
    }

    /// `XMLAGG(XMLELEMENT(e, x || ',') ORDER BY y).EXTRACT('//text()').GETCLOBVAL()`, and the form that takes the text out of
    /// each element: the texts one after another. The element's name is only a word, and no XML comes out.
    pub(crate) fn joined_texts(&mut self, root: &Expr, chain: &[AccessExpr], env: Env<'_, 'i>) -> Checked {
        let refused = || unsupported("XMLAGG(…)").instead("LISTAGG(x, ',') WITHIN GROUP (ORDER BY x)");
        let own = ["XMLAGG", "XMLELEMENT"].iter().any(|name| self.index.is_callable(name));
        let (Expr::Function(aggregate), false) = (root, own) else { return Err(refused()) };
        let (aggregated, order) = aggregated(aggregate).ok_or_else(refused)?;
        let element = match (aggregated, chain) {
            (Expr::Function(element), [extract, value]) if is_texts(extract) && is_value(value) => element,
            (Expr::CompoundFieldAccess { root, access_chain }, [value]) if is_value(value) => {
                match (&**root, access_chain.as_slice()) {
                    (Expr::Function(element), [extract]) if is_texts(extract) => element,
                    _ => return Err(refused()),
                }
            }
            _ => return Err(refused()),
        };
        let inside = called(element, "XMLELEMENT").ok_or_else(refused)?;
        let Some((Expr::Identifier(name), texts)) = inside.split_first() else { return Err(refused()) };
        if !is_element(name) || texts.is_empty() {
            return Err(refused());
        }
        self.aggregates = true;
        self.reads.functions.extend(["XMLAGG", "XMLELEMENT"].map(str::to_owned));
        let around = std::mem::take(&mut self.meter.value);
        texts.iter().try_for_each(|text| self.expr(text, env))?;
        // The longest entity that a character can become is `&quot;`.
        let sum = self.meter.value.bytes.saturating_mul(6);
        order.map_or(Ok(()), |order| self.order_list(order, env))?;
        let known = self.lists.function("LISTAGG").ok_or_else(refused)?;
        self.made(&Made { name: "XMLAGG", known, args: &[], sizes: &[], sum, pretty: false }, around)
    }
}

/// Tells whether a method is `EXTRACT('//text()')`, which takes all text out of XML.
fn is_texts(method: &AccessExpr) -> bool {
    let AccessExpr::Dot(Expr::Function(function)) = method else { return false };
    matches!(called(function, "EXTRACT").as_deref(), Some([path]) if literal_of(path) == Some("//text()"))
}

/// Tells whether a method makes one text of XML: `GETCLOBVAL()` or `GETSTRINGVAL()`.
fn is_value(method: &AccessExpr) -> bool {
    let AccessExpr::Dot(Expr::Function(function)) = method else { return false };
    ["GETCLOBVAL", "GETSTRINGVAL"].iter().any(|name| called(function, name).is_some_and(|args| args.is_empty()))
}

/// The argument of an XMLAGG, and its ORDER BY.
fn aggregated(aggregate: &Function) -> Option<(&Expr, Option<&[OrderByExpr]>)> {
    let FunctionArguments::List(FunctionArgumentList { duplicate_treatment: None, args: _, clauses }) = &aggregate.args
    else {
        return None;
    };
    let order = match clauses.as_slice() {
        [] => None,
        [FunctionArgumentClause::OrderBy(order)] => Some(order.as_slice()),
        _ => return None,
    };
    let elements = named(aggregate, "XMLAGG").then(|| arguments(aggregate)).flatten()?;
    if let [element] = elements.as_slice() { Some((element, order)) } else { None }
}

/// The arguments of a call of this function with nothing around them.
fn called<'e>(function: &'e Function, name: &str) -> Option<Vec<&'e Expr>> {
    (has_plain_arguments(function) && named(function, name)).then(|| arguments(function)).flatten()
}

/// Tells whether a call is of this function, unquoted, with no window, filter or order around it.
fn named(function: &Function, name: &str) -> bool {
    plain_name(function).is_some_and(|of| of.to_string().eq_ignore_ascii_case(name))
}

/// The name of an element: a plain word.
fn is_element(ident: &Ident) -> bool {
    let plain = ident.value.starts_with(|c: char| c.is_ascii_alphabetic())
        && ident.value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let grammar = NO_ELEMENT.iter().any(|word| ident.value.eq_ignore_ascii_case(word));
    plain && (!grammar || ident.quote_style.is_some())
}

/// A literal path of names, attributes, `*`, `.`, `..`, positions and `text()`: no function and no prefix can be in it.
fn plain_xpath(path: &Expr) -> Checked {
    let refused = || unplaced(Rule::Pattern, path.to_string());
    let text = literal_of(path).ok_or_else(refused)?;
    let step = |step: &str| {
        let (name, position) = step.split_once('[').map_or((step, None), |(name, rest)| (name, Some(rest)));
        let digits = |inner: &str| !inner.is_empty() && inner.bytes().all(|byte| byte.is_ascii_digit());
        let position = position.is_none_or(|rest| rest.strip_suffix(']').is_some_and(digits));
        let word = name.strip_prefix('@').unwrap_or(name);
        let named = word.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        position && (named || matches!(name, "" | "*" | "@*" | "." | ".." | "text()"))
    };
    let most = text.chars().count() <= 200 && text.matches("//").count() <= 1;
    if most && !text.is_empty() && text.split('/').all(step) { Ok(()) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_pass() {
        for (path, plain) in [
            ("/orders/order", true),
            ("//item[2]/@sku", true),
            ("text()", true),
            ("*", true),
            (".", true),
            ("/a/été_1/text()", true),
            ("", false),
            ("doc(\"http://evil\")", false),
            ("/a[@b=1]", false),
            ("ora:view(\"T\")", false),
            ("/a/count(b)", false),
            ("for $i in /a return $i", false),
            ("//a//b", false),
            ("/a[]", false),
        ] {
            let literal = Expr::Value(sqlparser::ast::Value::SingleQuotedString(path.to_owned()).with_empty_span());
            assert_eq!(plain_xpath(&literal).is_ok(), plain, "{path}");
        }
    }
}
